//! Database migrations for sqlx: Alembic's revision graph, embedded and checked at compile time.
//!
//! A history is a folder of revisions, SQL files that name their parents; `cargo migrate` writes
//! them. [`migrations!`] embeds it in a program, and refuses to compile a broken one.
//! [`Migrations`] is the shortest way to run it, [`Migrator`] the one with all options.
//!
//! ```ignore
//! static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!();
//!
//! let pool = sqlx::SqlitePool::connect("sqlite:app.db").await?;
//! for step in &MIGRATIONS.upgrade(&pool).await?.steps {
//!     println!("applied {} {}", step.revision, step.message);
//! }
//! ```
//!
//! Any number of programs may do so at once: each step happens once, and its row in the version
//! table moves in the same transaction where the database can. What happens on the way is told by
//! [`Event`]s; nothing here prints but the commands of the feature `cli`.
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | `sqlite` | the SQLite driver, with SQLite built in |
//! | `postgres` | the PostgreSQL driver |
//! | `mysql` | the MySQL and MariaDB driver |
//! | `tls` | TLS to servers, through rustls |
//! | `testkit` | [`round_trip_tests!`], `migrate_db::testkit`: round-trip tests, and databases for a program's own tests |
//! | `cli` | `migrate_db::cli`: the commands that run and ask, to mount in a program's own binary |
//!
//! None is on by default. The drivers are sqlx's: a program that has chosen another TLS by sqlx's
//! own features needs no `tls`. Without a driver a history can be embedded and looked at, not run.
//!
//! # Limits
//!
//! Revisions are SQL: no Rust code runs between them. This crate does not write revisions; that
//! is [`core::author`]'s, and `cargo migrate` is the program for it.

#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres", feature = "mysql")),
    allow(unused, reason = "without a driver a history can be embedded but not run")
)]

extern crate self as migrate_db;

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
#[cfg(any(feature = "cli", feature = "testkit"))]
mod human_duration;
#[cfg(feature = "testkit")]
mod inspect;
mod interrupt;
mod migrations;
mod migrator;
mod query_table;
mod recovery;
mod replay;
mod runner;
mod state;
#[cfg(feature = "testkit")]
pub mod testkit;
mod unfinished;
mod unknown;
pub mod url;

pub use applied_digest::AppliedDigest;
pub use database::Database;
pub use error::{Error, StatementError};
pub use event::{Event, Reporting};
pub use interrupt::Interrupt;
pub use migrate_core as core;
pub use migrate_core::config::Locking;
pub use migrate_macros::migrations;
#[cfg(feature = "testkit")]
pub use migrate_macros::{round_trip_tests, test};
pub use migrations::Migrations;
pub use migrator::{Migrator, Options, Prefetch, Preview, Report, ReportedStep};
pub use state::Status;
pub use unfinished::{Repair, Unfinished};

/// Items that the macros' expansions and `cargo migrate` use. Not a part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::migrations::{Migrations, embedded as migrations};
    #[cfg(feature = "testkit")]
    pub use crate::migrations::{round_trip, test};
    pub use crate::query_table::query_table;
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
