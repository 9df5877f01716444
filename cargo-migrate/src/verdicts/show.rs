//! Verdicts for people: the testkit's lines, with colours.

use std::fmt::{self, Display};

use migrate_db::cli::ui::style;
use migrate_db::testkit::Verdict;
use migrate_db::testkit::report::{self, Line, Tone};

use super::Tested;

/// A line with its colours, which the way to the user takes out where they are not wanted.
struct Painted<'l>(&'l Line);

impl Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0.iter().try_for_each(|(tone, text)| {
            let style = match tone {
                Tone::Good => style::GOOD,
                Tone::Bad => style::ERROR,
                Tone::Aside => style::WARNING,
                Tone::Id => style::ID,
                Tone::Dim => style::DIM,
                Tone::Removed => style::REMOVED,
                Tone::Added => style::ADDED,
                Tone::Help => style::HELP,
                _ => return f.write_str(text),
            };
            write!(f, "{style}{text}{style:#}")
        })
    }
}

fn painted(lines: &[Line]) -> String {
    lines.iter().map(|line| Painted(line).to_string()).collect::<Vec<_>>().join("\n")
}

/// What is said as soon as a test is done: how it ended, and why it was skipped or what else is to
/// be known. Findings come at the end, all of them together.
pub(crate) fn progress_line(verdict: &Verdict) -> String {
    if verdict.findings.is_empty() {
        painted(&report::format_verdict(verdict, ""))
    } else {
        painted(&[report::format_title(verdict)])
    }
}

/// The findings, a text per test that has some.
pub(crate) fn findings(tested: &Tested) -> impl Iterator<Item = String> {
    let with_findings = tested.verdicts.iter().filter(|verdict| !verdict.findings.is_empty());
    with_findings.map(|verdict| painted(&report::format_verdict(verdict, "")))
}

/// How it went on one database.
pub(crate) fn summary(tested: &Tested) -> String {
    let tally = tested.tally();
    let tone = if tally.failed == 0 { style::GOOD } else { style::ERROR };
    let server = match tested.server.as_str() {
        "" => String::new(),
        server => format!(" ({server})"),
    };
    format!(
        "{tone}{tally}{tone:#} on {}{server} in {:.1} s",
        tested.dialect.name(),
        tested.took.as_secs_f64()
    )
}
