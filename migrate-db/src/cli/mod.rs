//! The commands that run and ask, for an application's own binary and for `cargo migrate`.
//!
//! [`Ui`] is the only thing that prints, [`Exit`] holds the exit codes, [`CliError`] is what a
//! command says when it cannot go on. A command parses its arguments, calls the library and
//! reports; no command calls another.
//!
//! A program mounts the commands whole with [`Mount`], or nests [`Command`] in a parser of its own
//! and runs it with a [`Context`]. Where help says `cargo migrate`, read the program's own name.

mod arguments;
mod command;
mod confirm;
mod context;
mod describe;
mod error;
mod events;
mod exit;
mod lanes;
mod mount;
mod notices;
mod report;
mod run_output;
pub mod ui;
mod usage;

pub use arguments::ConnectArgs;
pub use command::Command;
pub use context::Context;
pub use error::{CliError, ErrorKind, Excerpt};
pub use events::report_events;
pub use exit::Exit;
pub use mount::Mount;
pub use notices::collect_notices;
pub use ui::Ui;
pub use usage::with_tips;
