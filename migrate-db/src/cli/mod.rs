//! The commands that run and ask, for an application's own binary and for `cargo migrate`.
//!
//! [`Ui`] is the only thing that prints, [`Exit`] holds the exit codes, [`CliError`] is what a
//! command says when it cannot go on. A command parses its arguments, calls the library and
//! reports; no command calls another.

mod command;
mod context;
mod describe;
mod error;
mod exit;
mod report;
mod running;
pub mod ui;

pub use command::Command;
pub use context::Context;
pub use error::{CliError, ErrorKind, Excerpt};
pub use exit::Exit;
pub use ui::Ui;
