//! Compares the static schema with the database of a round-trip test.
//!
//! What is read from the SQL without a database is a claim of this tool. The catalog after each up must
//! be as it says, apart from what is marked as unknown, and what the static check finds in a revision
//! must be true in the round trip. Whatever is not is a fault of the tool, not of the revision: a warning,
//! unless the static check refuses the revision for it.
//!
//! Only what the revision changes is told. What the database contains besides the history (a prelude, the
//! objects of a template) and earlier differences are not told again.

use migrate_core::apply::CatalogComparison;
use migrate_core::config::Settings;
use migrate_core::diagnostic::{Code, Diagnostic};
use migrate_core::dialect::Dialect;
use migrate_core::evolution::Evolution;
use migrate_core::graph::{Node, Set};
use migrate_core::history::{History, StaticChecks};
use migrate_core::revision::Revision;
use migrate_core::schema::{Change, Difference, Schema, static_difference};
use migrate_core::source::Span;
use migrate_core::static_check::{self, RevisionFindings};

use super::verdict::Finding;

/// What to do with a finding.
const REPORT: &str = concat!(
    "this is a fault of cargo-migrate ",
    env!("CARGO_PKG_VERSION"),
    ", not of the revision: report it with this text at ",
    env!("CARGO_PKG_REPOSITORY"),
    "/issues"
);

/// The static schema beside a database that follows the history.
pub(super) struct StaticComparison<'h> {
    history: &'h History,
    dialect: Dialect,
    checks: StaticChecks,
    evolution: Option<Evolution<'h>>,
    comparison: CatalogComparison,
    /// The revisions that were applied when the schemas were compared last.
    at: Option<Set>,
    /// What differed then.
    known: Vec<Difference>,
}

impl<'h> StaticComparison<'h> {
    pub(super) fn new(history: &'h History, settings: &Settings, dialect: Dialect) -> Self {
        Self {
            history,
            dialect,
            checks: settings.static_checks,
            evolution: static_check::evolution(history, settings.static_check_options(), dialect),
            comparison: CatalogComparison::default(),
            at: None,
            known: Vec::new(),
        }
    }

    /// Begins the test of a revision on a database with a catalog, where these revisions are applied.
    pub(super) fn begin(&mut self, node: Node, applied: &Set, catalog: &Schema) {
        let Some(evolution) = &mut self.evolution else { return };
        if self.at.as_ref() == Some(applied) {
            return;
        }
        evolution.move_before(node);
        // The same text may mean something else on another branch.
        self.comparison = CatalogComparison::default();
        self.known = self.comparison.compare(evolution.state(), catalog).differences;
        self.at = Some(applied.clone());
    }

    /// Compares after the up of the revision; `found` are the findings of its round trip.
    pub(super) fn end(
        &mut self,
        node: Node,
        applied: &Set,
        catalog: &Schema,
        is_reverted: bool,
        found: &[Finding],
    ) -> Vec<Finding> {
        let Some(evolution) = &mut self.evolution else { return Vec::new() };
        let claims = static_check::check_revision(self.history, evolution, self.checks, node);
        let now = self.comparison.compare(evolution.state(), catalog).differences;
        self.at = Some(applied.clone());
        let known = std::mem::replace(&mut self.known, now);
        let is_new = |one: &&Difference| !known.iter().any(|known| known.is_same_change(one));
        let new: Vec<&Difference> = self.known.iter().filter(is_new).collect();
        let revision = self.history.graph.revision(node);
        let mut findings = differences(revision, self.dialect, &new);
        findings.extend(contradicted(claims, is_reverted, found).iter().map(contradiction));
        findings
    }
}

/// A finding for each statement after which the schemas differ.
fn differences(revision: &Revision, dialect: Dialect, new: &[&Difference]) -> Vec<Finding> {
    let mut groups: Vec<(Option<Span>, Vec<&Difference>)> = Vec::new();
    for difference in new {
        let span = static_check::statement_of(revision, dialect, difference);
        match groups.iter_mut().find(|(known, _)| *known == span) {
            Some((_, group)) => group.push(difference),
            None => groups.push((span, vec![difference])),
        }
    }
    let finding = |(span, group): &(Option<Span>, Vec<&Difference>)| {
        let told: Vec<String> = group.iter().map(|one| static_difference(one)).collect();
        let mut message = format!("the static schema is wrong after the up: {}", told.join("; "));
        if let Some(span) = span {
            let at = revision.file.locate(*span);
            let sql = span.of(revision.file.text());
            message.push_str(&format!("\nthe statement at {}:{}:\n{sql}", at.path, at.line));
        }
        Finding {
            diff: group.iter().map(|one| values(one)).collect(),
            help: vec![REPORT.to_owned()],
            ..Finding::new(Code::StaticDiffers, message)
        }
    };
    groups.iter().map(finding).collect()
}

/// The value in the static schema and that in the database, as lines of a diff; nothing where they are
/// told in words.
fn values(difference: &Difference) -> String {
    let Change::Altered { before, after, .. } = &difference.change else { return String::new() };
    let told = static_difference(difference);
    if [before, after].into_iter().flatten().all(|value| told.contains(value.as_str())) {
        return String::new();
    }
    let lines = |sign: char, value: &Option<String>| {
        let lines = value.iter().flat_map(|text| text.lines());
        lines.map(|line| format!("{sign} {line}\n")).collect::<String>()
    };
    lines('-', before) + &lines('+', after)
}

/// The static findings of a revision that its round trip shows to be wrong.
fn contradicted(claims: RevisionFindings, is_reverted: bool, found: &[Finding]) -> Vec<Diagnostic> {
    let RevisionFindings { up, down } = claims;
    // The up works, as the database stands behind it.
    let mut wrong = up;
    if is_reverted {
        let is_true = |claim: &Diagnostic| found.iter().any(|one| one.code == claim.code);
        wrong.extend(down.into_iter().filter(|claim| !is_true(claim)));
    }
    wrong
}

fn contradiction(claim: &Diagnostic) -> Finding {
    let code = claim.code.as_str();
    let place = claim.places.first().map(|place| &place.location);
    let place = place.map(|at| format!(" at {}:{}", at.path, at.line)).unwrap_or_default();
    let text = format!(
        "the static check is wrong: the database does not confirm `{code}`{place}\n{}",
        claim.message
    );
    Finding {
        severity: claim.severity,
        help: vec![
            REPORT.to_owned(),
            format!(
                "until it is corrected, the revision can say: `-- migrate:allow {code} <reason>`"
            ),
        ],
        ..Finding::new(Code::StaticDiffers, text)
    }
}

#[cfg(test)]
mod tests;
