//! Database migrations for sqlx: Alembic's revision graph, embedded and checked at compile time.

#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres", feature = "mysql")),
    allow(unused, reason = "without a driver a history can be embedded but not run")
)]

mod admin;
#[cfg(feature = "cli")]
pub mod cli;
mod database;
mod driver;
mod error;
mod event;
mod foreign;
mod ghosts;
mod migrator;
mod queue;
mod runner;
mod state;
pub mod url;

pub use database::Database;
pub use error::{Error, StatementError};
pub use event::Event;
pub use foreign::Rows;
pub use migrate_core as core;
pub use migrator::{Lock, Migrator, Options, Preview, Report, ReportedStep};
pub use runner::Repair;
pub use state::{Status, Unfinished};
