//! The `cargo migrate` command. Everything is reached through [`main_impl`]; the library exists so
//! that tests can have the binary too.
//!
//! `cli` is what was typed, `context` what it means here, `command` has a file per command.
//! Every act is a call of migrate-core or migrate-db.

mod cli;
mod command;
mod context;
mod git;
mod globals;
pub mod import;
mod library;
mod verdicts;
mod writing;

use std::ffi::OsString;
use std::process::ExitCode;

use migrate_db::cli::{Ui, ui};

/// Runs the command line of a process, its name first. `cargo migrate X`, `cargo-migrate migrate X`
/// and `cargo-migrate X` are the same.
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
