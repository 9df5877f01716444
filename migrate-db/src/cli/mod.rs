//! The commands that run revisions and inspect, for an application's own binary and for
//! `cargo migrate`.
//!
//! Only `Ui` prints. `Exit` lists the exit codes, and `CliError` is the error of a command. A
//! command parses its arguments, calls the library and reports. No command calls another.
//!
//! A program mounts all commands with [`Migrations::mount`](crate::Migrations::mount), whose
//! [`Mount`] is the public interface of this module. Texts that name a command of the mounting
//! program use that program's name. The hidden items are for `cargo migrate`.

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
mod script_text;
#[doc(hidden)]
pub mod ui;
mod usage;

pub use mount::Mount;

#[doc(hidden)]
pub use arguments::{ConnectArgs, FleetArgs, VariableArgs};
#[doc(hidden)]
pub use command::Command;
#[doc(hidden)]
pub use context::Context;
#[doc(hidden)]
pub use error::{CliError, ErrorKind, Excerpt};
#[doc(hidden)]
pub use events::report_events;
#[doc(hidden)]
pub use exit::Exit;
#[doc(hidden)]
pub use fleet::FleetGroup;
#[doc(hidden)]
pub use notices::collect_notices;
#[doc(hidden)]
pub use run_hooks::RunHooks;
#[doc(hidden)]
pub use ui::Ui;
#[doc(hidden)]
pub use usage::with_tips;
