//! How a table of cases is run: each case is a history of two revisions, what stands before and
//! what is tried, and says what its own test must find.

use std::fmt::Write as _;

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::history::{History, StaticChecks};
use migrate_core::static_check;
use migrate_db::testkit::{Outcome, Suite, Verdict};

use crate::support::RevisionFile;

/// One migration, and what stands before it.
#[derive(Clone, Copy)]
pub(super) struct Case {
    /// What it is, in words; unique in its table.
    pub(super) name: &'static str,
    /// The statements of the revision below.
    pub(super) before: &'static str,
    /// Its sections, from the first marker on.
    pub(super) sections: &'static str,
    /// The codes of what must be found, in the order of [`Verdict::findings`]; none for a clean
    /// migration.
    pub(super) finds: &'static [&'static str],
    /// What the findings and notes must name, each a part of a message or diff.
    pub(super) names: &'static [&'static str],
}

/// Runs a table; tells everything that is not as the cases say.
pub(super) async fn run(dialect: Dialect, cases: &[Case]) {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = String::new();
    for case in cases {
        let settings = Settings { dir: case.name.to_owned(), ..Settings::default() };
        let history = history(dialect, case);
        let suite = Suite::new(&history, &settings, dialect)
            .leaves_nothing()
            .folder(folder.path())
            .only(vec!["below".to_owned(), "tried".to_owned()]);
        let verdicts = match suite.run(&mut |_| {}).await {
            Ok(verdicts) => verdicts,
            Err(error) => {
                let _ = writeln!(wrong, "{}: {error:?}\n", case.name);
                continue;
            }
        };
        if let Some(skipped) = verdicts.iter().find(|v| v.outcome == Outcome::Skipped) {
            // A server that the tests are told to do without.
            assert!(migrate_db::testkit::is_skipped(dialect), "{}: {skipped:?}", case.name);
            return;
        }
        if let Err(why) = judge(case, &verdicts) {
            let _ = writeln!(wrong, "{}: {why}\n{:#?}\n", case.name, verdicts);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Checks a table without a database. What is found must be true, and what needs no rows to be seen
/// must be found; returns how many cases are found and how many there are of that sort.
pub(super) fn check_statically(dialect: Dialect, cases: &[Case]) -> (usize, usize) {
    const DIFFERENCES: [&str; 3] = ["left-behind", "not-restored", "restored-otherwise"];
    let mut wrong = String::new();
    let (mut told, mut expected) = (0, 0);
    for case in cases {
        let found = static_check::check_on(&history(dialect, case), StaticChecks::All, dialect);
        let codes: Vec<&str> = found.iter().map(|one| one.code.as_str()).collect();
        let is_true = |code: &&str| {
            let fails = |what: &str| case.finds.iter().any(|find| find.starts_with(what));
            case.finds.contains(code)
                || !DIFFERENCES.contains(code) && (fails("down-fails") || fails("up-fails"))
        };
        if !codes.iter().all(is_true) {
            let _ = writeln!(wrong, "{}: should find {:?}\n{found}\n", case.name, case.finds);
        }
        if case.finds.iter().any(|find| DIFFERENCES.contains(find)) {
            expected += 1;
            if codes.iter().any(|code| DIFFERENCES.contains(code)) {
                told += 1;
            } else {
                println!("{}: {:?} is not found statically", case.name, case.finds);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    (told, expected)
}

fn judge(case: &Case, verdicts: &[Verdict]) -> Result<(), String> {
    let [below, tried] = verdicts else {
        return Err(format!("{} verdicts", verdicts.len()));
    };
    if below.outcome != Outcome::Passed {
        return Err("what stands before is wrong itself".to_owned());
    }
    let found: Vec<&str> = tried.findings.iter().map(|finding| finding.code.as_str()).collect();
    if found != case.finds {
        return Err(format!("found {found:?}, should find {:?}", case.finds));
    }
    let mut said: String = tried
        .findings
        .iter()
        .map(|finding| {
            format!("{}\n{}\n{}\n", finding.message, finding.diff, finding.help.join("\n"))
        })
        .collect();
    said.extend(tried.notes.iter().map(|note| format!("{note}\n")));
    match case.names.iter().find(|name| !said.contains(**name)) {
        Some(name) => Err(format!("nothing names `{name}`")),
        None => Ok(()),
    }
}

fn history(dialect: Dialect, case: &Case) -> History {
    let below = RevisionFile::new("below", "").up(case.before).irreversible("the base of a case");
    let tried = RevisionFile::new("tried", "below").message(case.name).sections(case.sections);
    let files = vec![below.source(), tried.source()];
    let (history, found) = History::read(files, None, &[dialect]);
    assert!(!found.has_errors(), "{}: {found}", case.name);
    history
}

/// That a table holds enough, and no case twice.
pub(super) fn is_full<'c>(cases: impl IntoIterator<Item = &'c Case>) {
    let mut names: Vec<&str> = cases.into_iter().map(|case| case.name).collect();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    assert!(twice.is_none(), "twice: {twice:?}");
    assert!(names.len() >= 40, "{} cases", names.len());
}
