//! Database migrations for sqlx: Alembic's revision graph, embedded and checked at compile time.

#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres", feature = "mysql")),
    allow(unused, reason = "without a driver a history can be embedded but not run")
)]

extern crate self as migrate_db;

mod admin;
#[cfg(feature = "cli")]
pub mod cli;
mod database;
mod driver;
mod error;
mod event;
mod foreign;
mod ghosts;
mod migrations;
mod migrator;
mod queue;
mod runner;
mod state;
mod unfinished;
pub mod url;

pub use database::Database;
pub use error::{Error, StatementError};
pub use event::Event;
pub use foreign::Rows;
pub use migrate_core as core;
pub use migrate_macros::migrations;
pub use migrations::Migrations;
pub use migrator::{Lock, Migrator, Options, Preview, Report, ReportedStep};
pub use runner::Repair;
pub use state::Status;
pub use unfinished::Unfinished;

/// What the macros' code names; no part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::migrations::embedded as migrations;
}
