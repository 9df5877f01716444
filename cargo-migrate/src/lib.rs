//! The `cargo migrate` command. The library exists so that tests can build the binary too; its entry
//! point is [`main_impl`].
//!
//! `cli` parses the command line, `context` resolves it to a project and a database, and `command` has
//! one file per command. The work is done by calls of migrate-core and migrate-db.

mod autogenerate;
mod baseline;
mod cli;
mod command;
mod context;
mod fleet;
mod git;
mod globals;
pub mod import;
mod library;
mod models;
mod rehearsal;
mod runtime;
mod squash_proof;
mod squash_prune;
mod verdicts;
mod writing;

use std::ffi::OsString;
use std::process::ExitCode;

use migrate_db::cli::{Ui, ui};

/// Runs a command line that starts with the program's name. `cargo migrate X`,
/// `cargo-migrate migrate X` and `cargo-migrate X` are equivalent.
pub fn main_impl(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match cli::parse(args) {
        Ok(cli) => cli,
        Err(error) => return ui::usage(&error).into(),
    };
    let ui = Ui::new(&cli.globals.output);
    if ui.is_verbose() {
        migrate_db::cli::collect_notices();
    }
    let exit =
        command::run(&cli.command, &cli.globals, cli::command, &ui).unwrap_or_else(|error| {
            ui.error(&error);
            error.exit()
        });
    ui.end(exit).into()
}
