//! Formats verdicts line by line, for the panic of a test and for a terminal.
//!
//! A line is divided into parts with a role. Colors are chosen by the caller.

use std::error::Error as _;
use std::fmt;

use super::verdict::{Finding, Outcome, Verdict};
use crate::error::Error;
use crate::human_duration::HumanDuration;

/// What a part of a line is, for who gives it a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// The word of a test that passed.
    Good,
    /// The word of a test that failed, the code of a finding.
    Bad,
    /// The word of a test that was skipped, the code of a warning.
    Aside,
    /// What is tested.
    Id,
    /// What only leads the eye.
    Dim,
    /// A line of a diff that is gone.
    Removed,
    /// A line of a diff that is new.
    Added,
    /// The word before help or a note.
    Help,
    /// Anything else.
    Plain,
}

/// A line, in parts. Its display is the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(pub Vec<(Tone, String)>);

impl Line {
    fn new() -> Self {
        Self::default()
    }

    fn with(mut self, tone: Tone, text: impl fmt::Display) -> Self {
        self.0.push((tone, text.to_string()));
        self
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(_, text)| f.write_str(text))
    }
}

/// Lines as a text, each with its end.
#[must_use]
pub fn join_lines(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A test and how it ended: `ok   615021cc5b23 add users.email (12 ms)`.
#[must_use]
pub fn format_title(verdict: &Verdict) -> Line {
    let line = match verdict.outcome {
        Outcome::Passed => Line::new().with(Tone::Good, "ok"),
        Outcome::Failed => Line::new().with(Tone::Bad, "FAIL"),
        Outcome::Skipped => Line::new().with(Tone::Aside, "skip"),
    };
    let gap = if verdict.outcome == Outcome::Passed { "   " } else { " " };
    let mut line = line.with(Tone::Plain, gap).with(Tone::Id, &verdict.name);
    if !verdict.message.is_empty() {
        line = line.with(Tone::Plain, format_args!(" {}", verdict.message));
    }
    match verdict.outcome {
        Outcome::Skipped => line,
        _ if verdict.cached => line.with(Tone::Dim, " (cached)"),
        _ => line.with(Tone::Dim, format_args!(" ({})", HumanDuration(verdict.duration))),
    }
}

/// All that is known of a test: its title, the server it ran on where that is known, each finding
/// and the notes.
///
/// ```
/// use migrate_db::Dialect;
/// use migrate_db::testkit::{Code, Finding, Outcome, Verdict, report};
/// let mut finding = Finding::new(Code::LeftBehind, "the way down leaves an index behind".into());
/// finding.diff = "+ CREATE INDEX users_email ON users (email);".into();
/// finding.help.push("add to the down: DROP INDEX users_email;".into());
/// let mut verdict = Verdict::of_history("head to base", Dialect::Sqlite);
/// verdict.outcome = Outcome::Failed;
/// verdict.findings.push(finding);
/// let text = report::join_lines(&report::format_verdict(&verdict, ""));
/// assert_eq!(text, "\
/// FAIL head to base (<1 ms)
///
/// error[left-behind]: the way down leaves an index behind
///   |
///   | + CREATE INDEX users_email ON users (email);
///   |
///   = help: add to the down: DROP INDEX users_email;
/// ");
/// ```
#[must_use]
pub fn format_verdict(verdict: &Verdict, server: &str) -> Vec<Line> {
    let mut lines = vec![format_title(verdict)];
    if !server.is_empty() {
        lines.push(Line::new().with(Tone::Dim, format_args!("     on {server}")));
    }
    for finding in &verdict.findings {
        lines.push(Line::new());
        self::finding(finding, verdict.path.as_deref(), &mut lines);
    }
    if !verdict.findings.is_empty() && !verdict.notes.is_empty() {
        lines.push(Line::new());
    }
    for note in &verdict.notes {
        remark("note", note, &mut lines);
    }
    lines
}

fn finding(finding: &Finding, path: Option<&str>, lines: &mut Vec<Line>) {
    let mut message = finding.message.lines();
    let first = message.next().unwrap_or_default();
    let (tone_of, word) =
        if finding.is_error() { (Tone::Bad, "error") } else { (Tone::Aside, "warning") };
    let title = Line::new().with(tone_of, format_args!("{word}[{}]", finding.code.as_str()));
    lines.push(title.with(Tone::Plain, format_args!(": {first}")));
    if let Some(path) = path {
        lines.push(Line::new().with(Tone::Dim, " --> ").with(Tone::Plain, path));
    }
    let more: Vec<(Tone, &str)> = message.map(|line| (Tone::Plain, line)).collect();
    let diff: Vec<(Tone, &str)> = finding.diff.lines().map(|line| (tone(line), line)).collect();
    let mut any = false;
    for part in [more, diff].into_iter().filter(|part| !part.is_empty()) {
        any = true;
        lines.push(margin(Tone::Plain, ""));
        lines.extend(part.into_iter().map(|(tone, line)| margin(tone, line)));
    }
    if any && !finding.help.is_empty() {
        lines.push(margin(Tone::Plain, ""));
    }
    for help in &finding.help {
        remark("help", help, lines);
    }
}

/// A line behind a margin.
fn margin(tone: Tone, text: &str) -> Line {
    match text.trim_end() {
        "" => Line::new().with(Tone::Dim, "  |"),
        text => Line::new().with(Tone::Dim, "  | ").with(tone, text),
    }
}

fn tone(line: &str) -> Tone {
    match line.as_bytes().first() {
        Some(b'-') => Tone::Removed,
        Some(b'+') => Tone::Added,
        _ => Tone::Plain,
    }
}

/// `= help: ..`; a later line of the text stands under its first.
fn remark(word: &str, text: &str, lines: &mut Vec<Line>) {
    let indent = " ".repeat(word.len() + 6);
    for (n, part) in text.lines().enumerate() {
        lines.push(match n {
            0 => Line::new()
                .with(Tone::Dim, "  = ")
                .with(Tone::Help, word)
                .with(Tone::Plain, format_args!(": {part}")),
            _ => Line::new().with(Tone::Plain, format_args!("{indent}{part}")),
        });
    }
}

/// Why nothing could be tested, with its causes and what would help.
#[must_use]
pub fn format_error(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.ends_with(&words) {
            text.push_str(&format!("\n  caused by: {words}"));
        }
        source = cause.source();
    }
    for help in error.help() {
        text.push_str(&format!("\n  = help: {help}"));
    }
    text
}

/// How many tests ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that passed.
    pub passed: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those that could not be tested.
    pub skipped: usize,
    /// Those of all of them that are known from an earlier run.
    pub cached: usize,
}

impl Tally {
    /// Counts.
    #[must_use]
    pub fn of<'v>(verdicts: impl IntoIterator<Item = &'v Verdict>) -> Self {
        let mut tally = Self::default();
        for verdict in verdicts {
            *match verdict.outcome {
                Outcome::Passed => &mut tally.passed,
                Outcome::Failed => &mut tally.failed,
                Outcome::Skipped => &mut tally.skipped,
            } += 1;
            tally.cached += usize::from(verdict.cached);
        }
        tally
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, skipped, cached } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")?;
        match cached {
            0 => Ok(()),
            _ => write!(f, " (of which {cached} cached)"),
        }
    }
}

#[cfg(test)]
mod tests;
