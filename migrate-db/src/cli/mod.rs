//! The commands that run revisions and inspect, for an application's own binary and for
//! `cargo migrate`.
//!
//! Only [`Ui`] prints. [`Exit`] lists the exit codes, and [`CliError`] is the error of a command. A
//! command parses its arguments, calls the library and reports. No command calls another.
//!
//! A program mounts all commands with [`Mount`], or nests [`Command`] in its own parser and runs it
//! with a [`Context`]. Where a text names a command of the
//! mounting program, it uses that program's name.

mod arguments;
mod command;
mod confirm;
mod context;
mod describe;
mod error;
mod events;
mod exit;
mod fleet;
mod lanes;
mod lint_report;
mod load;
mod mount;
mod notices;
mod program;
mod report;
mod run_hooks;
mod run_output;
mod schema_report;
pub mod ui;
mod usage;

pub use arguments::{ConnectArgs, FleetArgs, VariableArgs};
pub use command::Command;
pub use context::Context;
pub use error::{CliError, ErrorKind, Excerpt};
pub use events::report_events;
pub use exit::Exit;
pub use fleet::FleetGroup;
pub use mount::Mount;
pub use notices::collect_notices;
pub use run_hooks::RunHooks;
pub use ui::Ui;
pub use usage::with_tips;
