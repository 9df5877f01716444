//! The report of a rehearsal.

use std::time::Duration;

use migrate_core::config::RehearsalSettings;
use migrate_core::dialect::Dialect;
use migrate_core::plan::Direction;

use super::Executed;
use super::sampler::{INTERVAL, Sample};
use crate::error::Error;
use crate::human_duration::HumanDuration;

/// The rows of a sampled copy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SampledRows {
    /// How many rows were copied.
    pub rows: u64,
    /// How many of these were copied only because others refer to them.
    pub referenced: u64,
}

/// What a rehearsal found.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct RehearsalReport {
    /// How the database was copied: by its server (`template`), as a `file`, by a `dump`, or a `sample`
    /// of its rows.
    pub copied_by: &'static str,
    /// The rows of a sample.
    pub sampled: Option<SampledRows>,
    /// The time that the copy took.
    pub copied_in: Duration,
    /// The steps in the order in which they ran. The last one is the one that failed, if one did.
    pub steps: Vec<RehearsedStep>,
    /// The error of the step that failed.
    pub failure: Option<Error>,
    /// What makes locks visible, where they could not be seen.
    pub unseen_locks: Option<&'static str>,
    /// The size of the copy at the end, in bytes.
    pub size: u64,
    /// Scratch databases that were left by rehearsals which were killed, and were dropped now.
    pub reaped: Vec<String>,
}

/// One step of a rehearsal.
#[derive(Debug)]
#[non_exhaustive]
pub struct RehearsedStep {
    /// The revision.
    pub revision: String,
    /// Its message.
    pub message: String,
    /// The direction.
    pub direction: Direction,
    /// The path of its file.
    pub path: String,
    /// The time it took, from the connection to the commit.
    pub duration: Duration,
    /// The statements that were executed.
    pub statements: Vec<RehearsedStatement>,
    /// The locks that it held or waited for, the longest first.
    pub locks: Vec<RehearsedLock>,
    /// The tables whose storage was written anew, by their names before the step.
    pub rewritten: Vec<String>,
    /// The size of the database before the step, in bytes.
    pub size_before: u64,
    /// The size of the database after the step, in bytes.
    pub size_after: u64,
    /// The bytes that the server wrote to its log of changes, where that is known.
    pub log: Option<u64>,
}

/// One statement of a rehearsal.
#[derive(Debug)]
#[non_exhaustive]
pub struct RehearsedStatement {
    /// Its number in its section, from 1.
    pub number: usize,
    /// The line that it begins on, from 1.
    pub line: Option<usize>,
    /// The statement.
    pub sql: String,
    /// The number of rows it changed, as the database counts them; `None` if it is about no rows.
    pub rows: Option<u64>,
    /// The time it took.
    pub duration: Duration,
}

/// A lock of a step.
#[derive(Debug)]
#[non_exhaustive]
pub struct RehearsedLock {
    /// The table; `None` for the whole database.
    pub table: Option<String>,
    /// The mode, as the database calls it.
    pub mode: String,
    /// Whether others cannot write to the table meanwhile.
    pub blocks_writes: bool,
    /// How long it was held.
    pub held: Duration,
    /// How long it was waited for.
    pub waited: Duration,
    /// The number of the statement that ran when it was seen first.
    pub statement: Option<usize>,
}

/// A limit of `[rehearse]` that was exceeded, or could not be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Breach {
    /// The setting.
    pub limit: &'static str,
    /// The revision; `None` if the limit could not be checked.
    pub revision: Option<String>,
    /// What exceeded it, in words.
    pub message: String,
}

impl RehearsalReport {
    /// Returns the limits that were exceeded.
    #[must_use]
    pub fn breaches(&self, limits: &RehearsalSettings) -> Vec<Breach> {
        let mut breaches = Vec::new();
        if let (Some(_), Some(help)) = (limits.max_lock, self.unseen_locks) {
            let message = format!("the locks cannot be seen: {help}");
            breaches.push(Breach { limit: "max-lock", revision: None, message });
        }
        for step in &self.steps {
            let direction = step.direction;
            let mut exceeds = |limit, what: &str, took: Duration, most: Option<Duration>| {
                let Some(most) = most.filter(|most| took > *most) else { return };
                let (took, most) = (HumanDuration(took), HumanDuration(most));
                let message =
                    format!("{what} {took} in the {direction} of {}, over {most}", step.revision);
                breaches.push(Breach { limit, revision: Some(step.revision.clone()), message });
            };
            exceeds("max-step", "the step took", step.duration, limits.max_step);
            for lock in step.locks.iter().filter(|lock| lock.blocks_writes) {
                let table = lock.table.as_deref().unwrap_or("the database");
                let what = format!("{} on {table} was held for", lock.mode);
                exceeds("max-lock", &what, lock.held, limits.max_lock);
                let what = format!("{} on {table} was waited for", lock.mode);
                exceeds("max-lock", &what, lock.waited, limits.max_lock);
            }
        }
        breaches
    }
}

/// Puts the samples of each lock together.
pub(super) fn locks(
    samples: &[Sample],
    executed: &[Executed],
    step: Duration,
    dialect: Dialect,
) -> Vec<RehearsedLock> {
    let mut locks: Vec<RehearsedLock> = Vec::new();
    let mut known: Vec<(&str, &str)> = Vec::new();
    for sample in samples {
        let key = (sample.table.as_str(), sample.mode.as_str());
        if known.contains(&key) {
            continue;
        }
        known.push(key);
        let of = samples.iter().filter(|other| (other.table.as_str(), other.mode.as_str()) == key);
        let (held, waited): (Vec<&Sample>, Vec<&Sample>) = of.partition(|other| other.is_held);
        let time = |seen: &[&Sample]| match (seen.first(), seen.last()) {
            (Some(first), Some(last)) => (last.at - first.at + INTERVAL).min(step),
            _ => Duration::ZERO,
        };
        let running = executed.iter().find(|one| one.end >= sample.at);
        locks.push(RehearsedLock {
            table: Some(sample.table.clone()),
            mode: sample.mode.clone(),
            blocks_writes: dialect.admin().rehearsal.blocking.contains(&key.1),
            held: time(&held),
            waited: time(&waited),
            statement: running.map(|one| one.number),
        });
    }
    locks.sort_by(|one, other| other.held.cmp(&one.held).then(one.table.cmp(&other.table)));
    locks
}

/// The lock of a step on the whole database, where a transaction that writes has one.
pub(super) fn database_lock(dialect: Dialect, held: Duration) -> Option<RehearsedLock> {
    let mode = dialect.admin().rehearsal.database_lock?;
    Some(RehearsedLock {
        table: None,
        mode: mode.to_owned(),
        blocks_writes: true,
        held,
        waited: Duration::ZERO,
        statement: None,
    })
}
