//! What is certainly wrong with the SQL of a history, found without a database.
//!
//! Each revision is applied to the schema of what it needs, and its down after it: the schema must be
//! as before. Where branches meet, both orders must give one schema. A finding is certain: nothing that is marked as unknown takes part in one. The codes
//! of differences are those of the round-trip tests. The order of columns alone is no finding, as
//! DROP COLUMN and ADD COLUMN change it.

mod order;
mod place;

use crate::apply::{Unknown, certain_differences};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::dialect::Dialect;
use crate::evolution::{Evolution, Refusal};
use crate::graph::Node;
use crate::history::{History, StaticCheckOptions, StaticChecks};
use crate::revision::{Down, Revision, Section};
use crate::schema::{Change, Difference, leftover};
use crate::source::Span;

/// Checks every revision on each of the databases that the history is written for: those that the
/// lock file or the project names, else `database`, the one at hand. Nothing is checked where none is
/// known. What is found in a sealed revision is a warning with [`StaticChecks::New`], as it cannot be
/// changed any more.
#[must_use]
pub fn check(
    history: &History,
    options: impl Into<StaticCheckOptions>,
    database: Option<Dialect>,
) -> Diagnostics {
    let options = options.into();
    let mut found = Diagnostics::new();
    for dialect in history.databases(database) {
        found.append(check_on(history, options.clone(), dialect));
    }
    found
}

/// Checks every revision on one database; see [`check`].
#[must_use]
pub fn check_on(
    history: &History,
    options: impl Into<StaticCheckOptions>,
    dialect: Dialect,
) -> Diagnostics {
    let options = options.into();
    let checks = options.checks;
    let mut found = Diagnostics::new();
    if checks == StaticChecks::Off {
        return found;
    }
    let Some(mut evolution) = evolution(history, options, dialect) else { return found };
    for node in Evolution::order(&history.graph) {
        let RevisionFindings { up, down } = check_revision(history, &mut evolution, checks, node);
        let mut order = Vec::new();
        if history.graph.needs(node).nth(1).is_some() {
            order.extend(order::check(&mut evolution, &history.graph, node));
            reported(history, checks, node, &mut order);
        }
        up.into_iter().chain(down).chain(order).for_each(|one| found.push(one));
    }
    found
}

/// The schema before all revisions, as far as it is known; `None` if there is no parser for the database,
/// or if the session of the project looks for names elsewhere.
#[must_use]
pub fn evolution(
    history: &History,
    options: StaticCheckOptions,
    dialect: Dialect,
) -> Option<Evolution<'_>> {
    let evolution = if options.has_prelude {
        Evolution::on_prelude(&history.graph, dialect)?
    } else {
        Evolution::new(&history.graph, dialect)?
    };
    evolution.begins_at_home().then_some(evolution)
}

/// What is found in one revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevisionFindings {
    /// The statement of the up that the database refuses.
    pub up: Vec<Diagnostic>,
    /// The statement of the down that it refuses, or what differs after the down.
    pub down: Vec<Diagnostic>,
}

/// Checks one revision, without the order of the branches that meet in it. The evolution stands at the
/// revision then.
#[must_use]
pub fn check_revision(
    history: &History,
    evolution: &mut Evolution<'_>,
    checks: StaticChecks,
    node: Node,
) -> RevisionFindings {
    let (dialect, revision) = (evolution.dialect(), history.graph.revision(node));
    let mut checker = Checker { history, dialect, revision, found: RevisionFindings::default() };
    checker.revision(evolution, node);
    let RevisionFindings { mut up, mut down } = checker.found;
    reported(history, checks, node, &mut up);
    reported(history, checks, node, &mut down);
    RevisionFindings { up, down }
}

/// Leaves out what the revision or the project accepts.
fn reported(history: &History, checks: StaticChecks, node: Node, found: &mut Vec<Diagnostic>) {
    let revision = history.graph.revision(node);
    let is_accepted = |one: &Diagnostic| {
        checks == StaticChecks::Off || revision.allowed().any(|(code, _)| code == one.code.as_str())
    };
    found.retain(|one| !is_accepted(one));
    let mut lock = history.lock.iter();
    if checks == StaticChecks::New && lock.any(|lock| lock.is_sealed(revision.id().as_str())) {
        found.iter_mut().for_each(|one| one.severity = Severity::Warning);
    }
}

/// The statement of the up that has to do with a difference between schemas.
#[must_use]
pub fn statement_of(
    revision: &Revision,
    dialect: Dialect,
    difference: &Difference,
) -> Option<Span> {
    place::statement(&revision.file, revision.up(dialect)?, dialect, difference)
}

/// The codes of what is found here.
pub const CODES: [Code; 9] = [
    Code::SqlSyntax,
    Code::NoSuchObject,
    Code::AlreadyExists,
    Code::StillNeeded,
    Code::StatementRefused,
    Code::LeftBehind,
    Code::NotRestored,
    Code::RestoredOtherwise,
    Code::OrderMatters,
];

struct Checker<'h> {
    history: &'h History,
    dialect: Dialect,
    revision: &'h Revision,
    found: RevisionFindings,
}

impl Checker<'_> {
    fn revision(&mut self, evolution: &mut Evolution<'_>, node: Node) {
        evolution.move_before(node);
        let before = evolution.state().unknown().clone();
        let refused = evolution.up(node);
        let works = refused.is_empty();
        self.found.up = self.refusals(refused, "up");
        let Down::Sql(down) = self.revision.down(self.dialect) else { return };
        evolution.state_mut().checkpoint();
        let refused = evolution.down(self.revision, down);
        if works && refused.is_empty() {
            self.compare(evolution, &before, down);
        }
        // After an up that is refused, what the down meets is not known.
        if works {
            let refused = self.refusals(refused, "down");
            self.found.down.extend(refused);
        }
        evolution.state_mut().roll_back();
    }

    fn refusals(&self, refused: Vec<Refusal>, section: &str) -> Vec<Diagnostic> {
        let file = &self.revision.file;
        // What follows the first one never runs.
        let first = refused.into_iter().take(1).map(|refusal| {
            let place = match refusal {
                Refusal::Syntax(_) => format!("in the {section}"),
                Refusal::Fault(_) => format!("at this point of the {section}"),
            };
            let message = self.on_database(format!("{} {place}", refusal.message()));
            refusal.diagnostic(file, message)
        });
        first.collect()
    }

    /// A message with the database that it is about, where there are several.
    fn on_database(&self, message: String) -> String {
        if self.history.dialects.len() > 1 {
            format!("{message} (on {})", self.dialect)
        } else {
            message
        }
    }

    /// Compares the schema after the down with that before the up.
    fn compare(&mut self, evolution: &Evolution<'_>, before: &Unknown, down: &Section) {
        for difference in certain_differences(evolution.state(), 2, before) {
            if !difference.is_order() {
                self.difference(&difference, down);
            }
        }
    }

    fn difference(&mut self, difference: &Difference, down: &Section) {
        let (code, section) = match difference.change {
            Change::Added => (Code::LeftBehind, self.revision.up(self.dialect)),
            Change::Removed => (Code::NotRestored, self.revision.up(self.dialect)),
            _ => (Code::RestoredOtherwise, Some(down)),
        };
        let message = self.on_database(format!("after the down {}", leftover(difference)));
        let file = &self.revision.file;
        let mut diagnostic = Diagnostic::new(code, message);
        let statement = section
            .and_then(|section| place::statement(file, section, self.dialect, difference))
            .or_else(|| place::statement(file, down, self.dialect, difference));
        if let Some(span) = statement {
            diagnostic = diagnostic.at(file, span);
        }
        diagnostic = diagnostic.labelled(file, down.marker, "the down");
        if let (Code::LeftBehind, Some(sql)) = (code, place::drop_statement(difference)) {
            diagnostic = diagnostic.help(format!("add to the down: {sql}"));
        }
        self.found.down.push(diagnostic);
    }
}

#[cfg(test)]
mod tests;
