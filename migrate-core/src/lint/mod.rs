//! Lint: rules about SQL that is valid and risky.
//!
//! A [`Rule`] is one constant in a file of [`rules`]: its code, level and documentation, an example that
//! fires and one that does not, and the function that finds. Rules see a revision with its operations
//! ([`Input`]), the schema before and after it, and the settings of the project. The schema decides: a
//! table that the revision itself creates has no rows, so no rule about rows or locks fires on it, and
//! nothing is said about what is not known. docs/lint.md is written from the rules ([`page`]).

mod input;
mod page;
mod postgres_types;
mod reading;
pub mod rules;
mod settings;

use crate::command::Help;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::dialect::Dialect;
use crate::evolution::Evolution;
use crate::graph::{Node, Set};
use crate::history::History;
use crate::revision::{Down, Revision, Section};
use crate::source::Span;

pub use input::{Change, Input, Presence, Statement, Target};
pub use page::page;
pub use settings::{Level, LintSettings};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// The code of its findings.
    pub code: Code,
    /// The level, unless a setting changes it.
    pub level: Level,
    /// The databases that it is about.
    pub dialects: &'static [Dialect],
    /// Whether it reads downs too, and not only ups.
    pub reads_downs: bool,
    /// What happens, and why it is a problem: for docs/lint.md.
    pub why: &'static str,
    /// What to do instead.
    pub fix: &'static str,
    /// A revision on which it fires.
    pub fires: Example,
    /// A similar one on which it does not.
    pub silent: Example,
    /// Finds the places.
    pub check: fn(&Input<'_>, &mut Findings),
}

/// A revision in an example.
#[derive(Debug)]
pub struct Example {
    /// The SQL of the revision before it; empty if there is none.
    pub before: &'static str,
    /// The up, or the whole file behind the header if it begins with a marker.
    pub revision: &'static str,
}

/// What a rule found in a section.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

#[derive(Debug)]
struct Finding {
    span: Span,
    message: String,
    help: Vec<Help>,
}

impl Findings {
    /// Adds a finding at a place of the revision's file. The message has no full stop at its end.
    pub fn push(&mut self, span: Span, message: impl Into<String>) {
        self.0.push(Finding { span, message: message.into(), help: Vec::new() });
    }

    /// Adds a finding with a way to fix it.
    pub fn push_with_help(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<Help>,
    ) {
        self.0.push(Finding { span, message: message.into(), help: vec![help.into()] });
    }
}

/// Applies the rules to the revisions of `wanted`, on each of `databases` (see
/// [`History::databases`]). Findings that a revision accepts with `-- migrate:allow` are
/// left out, and so are rules that the settings switch off.
#[must_use]
pub fn lint(
    history: &History,
    settings: &LintSettings,
    databases: &[Dialect],
    wanted: &Set,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    for dialect in databases.iter().copied() {
        let Some(mut evolution) = Evolution::new(&history.graph, dialect) else { continue };
        let rules: Vec<&Rule> =
            rules::ALL.iter().copied().filter(|rule| rule.dialects.contains(&dialect)).collect();
        for node in Evolution::order(&history.graph) {
            evolution.move_before(node);
            if !wanted.contains(node) {
                evolution.up(node);
                continue;
            }
            let mut linter =
                Linter { history, settings, dialect, rules: &rules, found: Vec::new() };
            linter.revision(&mut evolution, node);
            for mut diagnostic in linter.found {
                if databases.len() > 1 {
                    diagnostic.message = format!("{} (on {dialect})", diagnostic.message);
                }
                found.push(diagnostic);
            }
        }
    }
    found
}

/// The revisions that can still be changed: those that are not sealed.
#[must_use]
pub fn open_revisions(history: &History) -> Set {
    let graph = &history.graph;
    let is_open = |node: &Node| {
        let id = graph.id(*node).as_str();
        !history.lock.as_ref().is_some_and(|lock| lock.is_sealed(id))
    };
    graph.set(graph.order().filter(is_open))
}

struct Linter<'h> {
    history: &'h History,
    settings: &'h LintSettings,
    dialect: Dialect,
    rules: &'h [&'h Rule],
    found: Vec<Diagnostic>,
}

impl Linter<'_> {
    /// Applies the rules to a revision; the evolution is before it, and then behind its up.
    fn revision(&mut self, evolution: &mut Evolution<'_>, node: Node) {
        let revision = self.history.graph.revision(node);
        if let Some(up) = revision.up(self.dialect) {
            self.section(evolution, revision, up, false);
        }
        evolution.up(node);
        if let Down::Sql(down) = revision.down(self.dialect) {
            self.section(evolution, revision, down, true);
        }
    }

    fn section(
        &mut self,
        evolution: &mut Evolution<'_>,
        revision: &Revision,
        section: &Section,
        is_down: bool,
    ) {
        let state = evolution.state_mut();
        state.reset_session();
        let read = reading::read(state, self.dialect, revision, section, is_down);
        let input = Input {
            revision,
            section,
            dialect: self.dialect,
            settings: self.settings,
            statements: read.statements,
            changes: read.changes,
            before: read.before,
            written: read.written,
            after: state,
        };
        let is_allowed = |code: Code| revision.allowed().any(|(name, _)| name == code.as_str());
        for rule in self.rules.iter().filter(|rule| rule.reads_downs || !is_down) {
            let level = self.settings.level(rule);
            let Some(severity) = level.severity().filter(|_| !is_allowed(rule.code)) else {
                continue;
            };
            let mut findings = Findings::default();
            (rule.check)(&input, &mut findings);
            for finding in findings.0 {
                let mut diagnostic =
                    Diagnostic::new(rule.code, finding.message).at(&revision.file, finding.span);
                diagnostic.severity = severity;
                diagnostic.help = finding.help;
                self.found.push(diagnostic);
            }
        }
        evolution.state_mut().roll_back();
    }
}

#[cfg(test)]
mod tests;
