//! Database migrations for sqlx: Alembic's revision graph, embedded and checked at compile time.
//!
//! A history is a folder of revisions: SQL files that name their parents. `cargo migrate` writes
//! them. [`migrations!`] embeds the folder in a program and refuses to compile a broken history.
//! [`Migrations`] runs it.
//!
//! ```no_run
//! # #[cfg(feature = "sqlite")]
//! static MIGRATIONS: migrate_db::Migrations =
//!     migrate_db::migrations!("../examples/quickstart/migrations");
//!
//! # #[cfg(feature = "sqlite")]
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let pool = sqlx::SqlitePool::connect("sqlite:app.db").await?;
//!     for step in &MIGRATIONS.upgrade(&pool).await?.steps {
//!         println!("applied {} {}", step.revision, step.message);
//!     }
//!     Ok(())
//! }
//! # #[cfg(not(feature = "sqlite"))]
//! # fn main() {}
//! ```
//!
//! Without an argument, [`migrations!`] embeds the folder that `migrate.toml` names, else
//! `migrations`.
//!
//! # Features
//!
//! | feature | contents |
//! |---|---|
//! | `sqlite` | the SQLite driver, with SQLite built in |
//! | `postgres` | the PostgreSQL driver |
//! | `mysql` | the MySQL and MariaDB driver |
//! | `tls` | TLS to servers, through rustls |
//! | `inspect` | [`Database::schema`]: the schema of a database from its catalog |
//! | `testkit` | [`round_trip_tests!`] and `#[migrate_db::test]`: tests of the migrations, and databases for an application's own tests |
//! | `cli` | [`Migrations::mount`]: the commands of `cargo migrate` that run and inspect, for a program's own binary |
//!
//! No feature is on by default. The drivers are sqlx's: a program that enables TLS by sqlx's own
//! features does not need `tls`. Without a driver a history can be read but not run.
//!
//! # Replicas
//!
//! Any number of programs may call [`Migrations::upgrade`] at once. One of them takes a lock and
//! works; the others wait and find nothing to do. Correctness does not depend on the lock: every
//! transaction checks that no other runner changed the version table. A program that must not
//! migrate calls [`Migrations::check`], which returns an error while anything is missing.
//!
//! # Rollback
//!
//! [`Migrations::downgrade_to`] reverts revisions. Each version row stores the down section of its
//! revision, so an older program can revert what a newer one applied, unless
//! [`Options::unknown_downs`] refuses it.
//!
//! # Errors
//!
//! Every failure is an [`Error`]. [`Error::kind`] sorts them for a program that decides what to do;
//! [`Error::help`] returns advice for a person. A failed transaction is rolled back. Where the
//! database has no transactional DDL, [`StatementError`] tells which statements stay, and the next
//! run continues after them.
//!
//! ```no_run
//! # async fn example(
//! #     migrations: &migrate_db::Migrations,
//! #     database: &migrate_db::Database,
//! # ) -> Result<(), migrate_db::Error> {
//! use migrate_db::ErrorKind;
//!
//! match migrations.upgrade(database).await {
//!     Ok(report) => println!("{} revisions applied", report.steps.len()),
//!     // An older replica meets the database of a newer one.
//!     Err(error) if error.is_unknown() => eprintln!("{error}"),
//!     Err(error) if error.kind() == ErrorKind::Busy => return Err(error),
//!     Err(error) => {
//!         for line in error.help() {
//!             eprintln!("help: {line}");
//!         }
//!         return Err(error);
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! # Limits
//!
//! - On servers the lock is held on a second connection, which is opened with the pool's options and
//!   does not count towards its size. A run on one connection of the program (`&mut PgConnection`)
//!   holds the lock on that: see [`Access`] for what differs.
//! - An SQLite database in memory belongs to one connection: lend that, or give its pool
//!   `max_connections(1)`.
//! - MySQL and MariaDB commit each DDL statement. A step that fails there stops after the statement
//!   before.
//! - This crate does not write revisions; `cargo migrate` does.

#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres", feature = "mysql")),
    allow(unused, reason = "without a driver a history can be embedded but not run")
)]

extern crate self as migrate_db;

mod access;
mod admin;
mod advice;
mod applied_digest;
#[cfg(feature = "cli")]
pub mod cli;
mod connect;
mod database;
mod driver;
mod error;
mod event;
mod fleet;
mod human_duration;
#[cfg(feature = "inspect")]
#[cfg_attr(
    not(feature = "testkit"),
    allow(dead_code, unused_imports, reason = "only tests read a catalog again and again")
)]
mod inspect;
mod interrupt;
mod migrations;
mod migrator;
mod models;
mod query_table;
mod recovery;
mod rehearsal;
mod replay;
mod replicas;
mod runner;
mod state;
mod status;
mod steps;
#[cfg(feature = "testkit")]
pub mod testkit;
mod unfinished;
mod unknown;
#[doc(hidden)]
pub mod url;

pub use access::Access;
pub use database::Database;
pub use error::{
    BatchLimit, EndlessBatches, Error, ErrorKind, ReplicasBehind, StatementError, StepFailure,
};
pub use event::{Event, Reporting};
pub use fleet::{FleetOptions, Member, MemberReport};
pub use interrupt::Interrupt;
pub use migrate_core::command::{Command, Help, Invocation};
pub use migrate_core::config::{Locking, UnknownDowns};
pub use migrate_core::dialect::{Dialect, Transactions};
pub use migrate_core::graph::Target;
pub use migrate_core::history::History;
pub use migrate_core::plan::Direction;
pub use migrate_core::revision::Revision;
#[cfg(feature = "inspect")]
pub use migrate_core::schema::Schema;
pub use migrate_core::version_table::{FullRow, LogRow, RowState};
pub use migrate_macros::{Enum, Table, migrations};
#[cfg(feature = "testkit")]
pub use migrate_macros::{round_trip_tests, test};
pub use migrations::Migrations;
pub use migrator::{Migrator, Options, PlannedStep, Preview, Report, ReportedStep};
pub use models::{Enum, Table};
pub use rehearsal::{
    Breach, Rehearsal, RehearsalReport, RehearsalSource, RehearsedLock, RehearsedStatement,
    RehearsedStep, SampleRate, SampleRateError, SampledRows,
};
pub use status::Status;
pub use steps::{
    BatchFuture, BoundStep, FromStepConnection, StepBatch, StepConnection, StepError, StepFunction,
    StepFuture, StepInterrupted, StepProgress,
};
pub use unfinished::{Repair, Unfinished};

/// Items that the macros' expansions and `cargo migrate` use. Not a part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::applied_digest::AppliedDigest;
    pub use crate::migrations::{Migrations, embedded as migrations};
    #[cfg(feature = "testkit")]
    pub use crate::migrations::{round_trip, test};
    pub use crate::migrator::Prefetch;
    pub use crate::query_table::{query, query_table};
    pub use crate::steps::{other_database, result_of_step, rows_of_batch};
    #[cfg(feature = "testkit")]
    pub use crate::testkit::application::Test;
}

/// Says what is missing.
#[cfg(not(feature = "testkit"))]
#[doc(hidden)]
#[macro_export]
macro_rules! round_trip_tests {
    ($($arguments:tt)*) => {
        ::core::compile_error!(
            "`round_trip_tests!` needs the feature `testkit` of migrate-db: under [dev-dependencies], migrate-db = { version = \"..\", features = [\"testkit\"] }"
        );
    };
}
