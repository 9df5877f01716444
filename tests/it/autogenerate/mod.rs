//! Single changes: each folder of `tests/autogenerate` holds a schema before and after, and the sections that are
//! written for each database. A file such as `before.postgres.sql` takes the place of `before.sql`.
//!
//! `UPDATE_CHANGES=1` writes the sections and the page `docs/changes.md` again; read the diff.

use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::apply::State;
use migrate_core::autogenerate::{
    Changes, Filter, Refusal, Request, SqlModels, generate, sections,
};
use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use migrate_core::source::SourceFile;
use migrate_db::testkit::{Suite, TestEvent};

use crate::scenarios::history;
use crate::support::RevisionFile;

/// Changes that rows with extreme values do not survive: the value does not fit, and the database refuses the
/// statement. Each revision declares the loss.
const REFUSED_WITH_ROWS: [&str; 17] = [
    "domain-column",
    "enum-value-removed",
    "enum-value-removed-with-a-comment-and-grants",
    "exclusion-constraint-added",
    "table-option-charset",
    "type-bigint-to-integer",
    "type-integer-to-smallint",
    "type-numeric-scale",
    "type-of-a-column-in-a-computed-one",
    "type-signed-to-unsigned",
    "type-timestamp-precision",
    "type-varchar-length-shrinks",
    "type-varchar-to-enum",
    "type-varchar-without-length-to-length",
    "unique-added",
    "unique-nulls-not-distinct",
    "unnamed-unique-added",
];

/// A folder.
struct Change {
    name: String,
    folder: PathBuf,
}

impl Change {
    fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("autogenerate");
        let entries = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
        let named = |folder: PathBuf| {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            Self { name, folder }
        };
        let mut all: Vec<Self> = entries.map(named).collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        assert!(all.len() > 150, "{}", all.len());
        all
    }

    /// The schema on one side.
    fn side(&self, side: &str, dialect: Dialect) -> String {
        let own = self.folder.join(format!("{side}.{dialect}.sql"));
        let path = if own.is_file() { own } else { self.folder.join(format!("{side}.sql")) };
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn state(&self, side: &str, dialect: Dialect) -> State {
        let file = SourceFile::new(format!("{}/{side}.sql", self.name), self.side(side, dialect));
        let models = SqlModels::read(&[file], dialect, &[]);
        assert!(models.found.is_empty(), "{dialect}: {}", models.found);
        models.state
    }

    /// The file of what is written; a change that a database does not have has none.
    fn expected(&self, dialect: Dialect) -> Option<PathBuf> {
        Some(self.folder.join(format!("{dialect}.sql"))).filter(|path| path.is_file())
    }

    fn generate(&self, dialect: Dialect) -> Result<Changes, Refusal> {
        generate(&Request {
            dialect,
            history: &self.state("before", dialect),
            wanted: &self.state("after", dialect),
            filter: &Filter::default(),
            renames: &[],
            dropped: &[],
            takes_likely: true,
        })
    }

    /// The sections, or why there are none.
    fn written(&self, dialect: Dialect) -> String {
        match self.generate(dialect) {
            Ok(changes) if changes.up.is_empty() => "-- no change\n".to_owned(),
            Ok(changes) => sections(&[changes])
                .iter()
                .map(|section| format!("-- migrate:{}\n{}", section.marker, section.body))
                .collect::<Vec<_>>()
                .join("\n"),
            Err(refusal) => format!("-- refused: {refusal}\n"),
        }
    }

    /// The change as the only step on top of its schema.
    fn history(&self, dialect: Dialect, written: &str) -> History {
        let before = RevisionFile::new("before", "").up(&self.side("before", dialect));
        let before = before.irreversible("the schema before");
        let change = RevisionFile::new("change", "before").sections(written);
        history(dialect, &[before.named(), change.named()])
    }
}

fn is_update() -> bool {
    std::env::var_os("UPDATE_CHANGES").is_some()
}

#[test]
fn each_change_is_written_as_its_folder_shows() {
    let mut wrong = Vec::new();
    for change in Change::all() {
        for dialect in Dialect::ALL {
            let Some(path) = change.expected(dialect) else { continue };
            let written = change.written(dialect);
            if is_update() {
                fs::write(&path, &written).unwrap();
            }
            if fs::read_to_string(&path).unwrap() != written {
                wrong.push(format!("{}\n{written}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_page_lists_the_changes() {
    let mut page = "# Changes\n\nWhat [autogenerate](autogenerate.md) does about single changes. Each is a test: with rows in \
        the tables, the\nrevision is applied and reverted on every database. *written* is a revision with an up and a down, \
        *equal* means\nthat both schemas say the same, *refused* that a message names the reason.\n\n\
        | change | SQLite | PostgreSQL | MariaDB |\n|---|---|---|---|\n"
        .to_owned();
    for change in Change::all() {
        let cells = Dialect::ALL.map(|dialect| match change.expected(dialect) {
            None => "-",
            Some(path) => match fs::read_to_string(path).unwrap() {
                text if text.starts_with("-- no change") => "equal",
                text if text.starts_with("-- refused") => "refused",
                _ => "written",
            },
        });
        let name = change.name.replace('-', " ");
        page.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/changes.md");
    if is_update() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), page, "UPDATE_CHANGES=1 writes it again");
}

/// Applies and reverts changes on tables with rows: every eighth; all with `MIGRATE_TEST_CHANGES=all`, and those of
/// a name with a part of it.
async fn round_trips(dialect: Dialect) {
    if migrate_db::testkit::is_skipped(dialect) {
        return;
    }
    let chosen = std::env::var("MIGRATE_TEST_CHANGES").ok();
    let (mut count, mut wrong) = (0, Vec::new());
    for (at, change) in Change::all().into_iter().enumerate() {
        let is_chosen = match chosen.as_deref() {
            None => at % 8 == 0,
            Some(part) => part == "all" || change.name.contains(part),
        };
        if !is_chosen {
            continue;
        }
        let Some(path) = change.expected(dialect) else { continue };
        let written = fs::read_to_string(path).unwrap();
        if !written.starts_with("-- migrate:") {
            continue;
        }
        let history = change.history(dialect, &written);
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::default();
        let suite = Suite::new(&history, &settings, dialect)
            .leaves_nothing()
            .folder(folder.path())
            .only(vec!["change".to_owned()]);
        let verdicts = suite.run(&mut |_: TestEvent<'_>| {}).await.unwrap();
        count += 1;
        for verdict in &verdicts {
            for finding in &verdict.findings {
                let (code, message) = (finding.code.as_str(), &finding.message);
                let is_refused = REFUSED_WITH_ROWS.contains(&change.name.as_str());
                if code == "up-fails-with-rows" && is_refused {
                    continue;
                }
                wrong.push(format!("{} ({}): {code}: {message}", change.name, verdict.name));
            }
        }
    }
    println!("{dialect}: {count} changes");
    assert!(wrong.is_empty() && count > 0, "{count}, {} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn changes_and_their_reverts_keep_rows_on_sqlite() {
    round_trips(Dialect::Sqlite).await;
}

#[tokio::test]
async fn changes_and_their_reverts_keep_rows_on_postgres() {
    round_trips(Dialect::Postgres).await;
}

#[tokio::test]
async fn changes_and_their_reverts_keep_rows_on_mysql() {
    round_trips(Dialect::Mysql).await;
}
