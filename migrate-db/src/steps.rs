//! Steps in Rust: functions that a revision names (`-- migrate:up rust:backfill_names`) and a program
//! binds (`migrations!(steps = [backfill_names])`).
//!
//! A function runs in the transaction of its step, or is called for each batch of a section
//! (`-- migrate:up batch rust:backfill_names`), in a transaction of the batch. A program without the function refuses a plan that
//! needs it before anything runs.

use std::fmt;
use std::pin::Pin;
use std::time::{Duration, Instant};

use migrate_core::plan::Direction;

pub use crate::driver::StepConnection;

use crate::event::Event;
use crate::interrupt::Interrupt;

/// The error of a step in Rust: any error converts into it.
pub type StepError = Box<dyn std::error::Error + Send + Sync>;

/// The future of a [`StepFunction`].
pub type StepFuture<'c> = Pin<Box<dyn Future<Output = Result<(), StepError>> + Send + 'c>>;

/// The future of a [`StepFunction::Batches`]: the number of rows that the batch changed.
pub type BatchFuture<'c> = Pin<Box<dyn Future<Output = Result<u64, StepError>> + Send + 'c>>;

/// A step in Rust, as `migrations!` binds it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum StepFunction {
    /// It is called once, in the transaction of its step.
    Once(for<'c> fn(StepConnection<'c>, StepProgress<'c>) -> StepFuture<'c>),
    /// It is called for each batch, in a transaction of the batch.
    Batches(for<'c> fn(StepConnection<'c>, StepBatch<'c>) -> BatchFuture<'c>),
}

/// A function and the name by which revisions call it.
#[derive(Debug, Clone, Copy)]
pub struct BoundStep {
    /// The name.
    pub name: &'static str,
    /// The function.
    pub function: StepFunction,
}

/// The first argument of a step in Rust: a [`StepConnection`], or a mutable reference to the
/// connection of one database.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// async fn backfill_names(
///     connection: &mut sqlx::SqliteConnection,
///     _progress: migrate_db::StepProgress<'_>,
/// ) -> sqlx::Result<()> {
///     sqlx::query("UPDATE users SET name = lower(name)").execute(connection).await?;
///     Ok(())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the connection of a step",
    label = "take `StepConnection<'_>`, or `&mut SqliteConnection`, `&mut PgConnection`, `&mut MySqlConnection`"
)]
pub trait FromStepConnection<'c>: Sized {
    /// Returns `None` for a connection to another database.
    fn from_step_connection(connection: StepConnection<'c>) -> Option<Self>;
}

impl<'c> FromStepConnection<'c> for StepConnection<'c> {
    fn from_step_connection(connection: StepConnection<'c>) -> Option<Self> {
        Some(connection)
    }
}

macro_rules! from_step_connection {
    ($feature:literal, $variant:ident, $connection:ty) => {
        #[cfg(feature = $feature)]
        impl<'c> FromStepConnection<'c> for &'c mut $connection {
            fn from_step_connection(connection: StepConnection<'c>) -> Option<Self> {
                match connection {
                    StepConnection::$variant(connection) => Some(connection),
                    #[allow(unreachable_patterns, reason = "depends on the features")]
                    _ => None,
                }
            }
        }
    };
}

from_step_connection!("sqlite", Sqlite, sqlx::SqliteConnection);
from_step_connection!("postgres", Postgres, sqlx::PgConnection);
from_step_connection!("mysql", Mysql, sqlx::MySqlConnection);

/// How often progress is reported at most.
const REPORTED_EVERY: Duration = Duration::from_millis(100);

/// The progress of a step in Rust.
pub struct StepProgress<'c> {
    pub(crate) revision: String,
    pub(crate) message: String,
    pub(crate) direction: Direction,
    pub(crate) since: Instant,
    pub(crate) reported: Option<Instant>,
    pub(crate) interrupt: Option<&'c Interrupt>,
    pub(crate) on_event: &'c mut (dyn FnMut(&Event) + Send),
}

impl StepProgress<'_> {
    /// Reports that so many parts, rows for example, are done, of so many if that is known. The
    /// events are [`Event::Progress`], at most ten in a second.
    ///
    /// # Errors
    /// [`StepInterrupted`] when the run was asked to stop: return it, and the step is rolled back.
    pub fn report(&mut self, done: u64, total: Option<u64>) -> Result<(), StepInterrupted> {
        if self.interrupt.is_some_and(Interrupt::is_requested) {
            return Err(StepInterrupted);
        }
        if self.reported.is_none_or(|reported| reported.elapsed() >= REPORTED_EVERY) {
            self.reported = Some(Instant::now());
            (self.on_event)(&Event::Progress {
                revision: self.revision.clone(),
                message: self.message.clone(),
                direction: self.direction,
                done,
                total,
                elapsed: self.since.elapsed(),
            });
        }
        Ok(())
    }

    /// The direction of the step.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }
}

impl fmt::Debug for StepProgress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepProgress")
            .field("revision", &self.revision)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}

/// One batch of a section that calls a Rust function for each (`-- migrate:up batch rust:NAME`).
///
/// The function does its part for one batch and returns the number of rows that it changed. The
/// transaction of the batch commits them together with the record that the batch is done, so a run that
/// was killed continues with the next batch. Without a key the function is called until it returns 0, so it
/// must find only rows that still need the change. With a key (`key:users.id`) it is called once for each
/// range.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// async fn backfill_names(
///     connection: &mut sqlx::SqliteConnection,
///     batch: migrate_db::StepBatch<'_>,
/// ) -> sqlx::Result<u64> {
///     let select = format!("SELECT id, name FROM users WHERE {}", batch.condition());
///     let users: Vec<(i64, String)> =
///         sqlx::query_as(sqlx::AssertSqlSafe(select)).fetch_all(&mut *connection).await?;
///     for (id, name) in &users {
///         let update = sqlx::query("UPDATE users SET slug = ? WHERE id = ?");
///         update.bind(name.to_lowercase()).bind(id).execute(&mut *connection).await?;
///     }
///     Ok(users.len() as u64)
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct StepBatch<'c> {
    pub(crate) size: u64,
    pub(crate) number: usize,
    pub(crate) direction: Direction,
    /// The column of the key, and the first and the last value as literals.
    pub(crate) range: Option<(&'c str, &'c str, &'c str)>,
}

impl StepBatch<'_> {
    /// The number of rows that the batch should change at most.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The number of the batch, from 1. It counts those of earlier runs.
    #[must_use]
    pub const fn number(&self) -> usize {
        self.number
    }

    /// The direction of the step.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// The first and the last value of the key in this batch, as literals for SQL; `None` without a key.
    #[must_use]
    pub const fn range(&self) -> Option<(&str, &str)> {
        match self.range {
            Some((_, first, last)) => Some((first, last)),
            None => None,
        }
    }

    /// A condition for SQL that selects the rows of this batch: `id BETWEEN 1 AND 500`. Without a key every
    /// row fulfils it.
    #[must_use]
    pub fn condition(&self) -> String {
        match self.range {
            Some((column, first, last)) => format!("{column} BETWEEN {first} AND {last}"),
            None => "1 = 1".to_owned(),
        }
    }
}

/// The run was asked to stop in the middle of a step in Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the run was asked to stop")]
pub struct StepInterrupted;

/// Returns the error of a function that takes the connection of another database.
#[doc(hidden)]
#[must_use]
pub fn other_database(name: &str) -> StepError {
    format!("`{name}` takes the connection of another database: take `StepConnection<'_>`, or give the section `dialect:..`").into()
}

/// Returns the result of a function that is called once. The type is named here, so that the compiler reports
/// another one at the function.
#[doc(hidden)]
pub fn result_of_step<E: Into<StepError>>(result: Result<(), E>) -> Result<(), StepError> {
    result.map_err(Into::into)
}

/// Returns the result of a function that is called for each batch: the number of its rows.
#[doc(hidden)]
pub fn rows_of_batch<E: Into<StepError>>(rows: Result<u64, E>) -> Result<u64, StepError> {
    rows.map_err(Into::into)
}
