//! The commands: one file each, which holds the arguments, the help and a call of the library.

mod completions;
mod man;

use migrate_db::cli::{CliError, Exit, Ui};

use crate::cli::Cli;
use crate::context::Context;

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Completions(completions::Args),
    Man(man::Args),
}

/// Does what was typed.
pub(crate) fn run(cli: Cli, ui: &Ui) -> Result<Exit, CliError> {
    // Commands that need no project come first: they work anywhere.
    match &cli.command {
        Command::Completions(args) => return Ok(completions::run(args, ui)),
        Command::Man(args) => return man::run(args, ui),
    }
    #[expect(unreachable_code, reason = "the first command that needs a project is yet to come")]
    let context = Context::resolve(&cli.globals, ui)?;
    let _ = context;
    Ok(Exit::Done)
}
