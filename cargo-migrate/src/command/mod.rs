//! The commands, one file each: arguments, help and a call of the library. The commands that run and
//! inspect migrations belong to migrate-db, so that applications can mount them.

mod accept;
mod complete;
mod completions;
mod db;
mod derive;
mod edit;
mod import;
mod init;
mod man;
mod merge;
mod new;
mod rebase;
mod rehearse;
mod squash;
mod test;

use migrate_db::cli::{self, CliError, Exit, Ui};

use crate::context::Context;
use crate::globals::Globals;
use crate::runtime::{block_on, block_on_inspection, block_until};

/// The command to run.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Init(init::Args),
    #[command(visible_alias = "revision", aliases = ["add", "generate"])]
    New(new::Args),
    Derive(derive::Args),
    Merge(merge::Args),
    Rebase(rebase::Args),
    Squash(squash::Args),
    Edit(edit::Args),
    Import(import::Args),
    Accept(accept::Args),
    #[command(flatten)]
    Library(cli::Command),
    Test(test::Args),
    Rehearse(rehearse::Args),
    Db(db::Args),
    Completions(completions::Args),
    Man(man::Args),
    #[command(hide = true)]
    Complete(complete::Args),
}

/// Runs a command. `whole` builds the complete command line, for the commands that describe it. An
/// error about the database URL names the place where the URL is set.
pub(crate) fn run(
    command: &Command,
    globals: &Globals,
    whole: fn() -> clap::Command,
    ui: &Ui,
) -> Result<Exit, CliError> {
    act(command, globals, whole, ui).map_err(|error| {
        let context = Context::resolve(globals, ui).ok().filter(|_| error.concerns_url);
        match context.and_then(|context| context.url_origin()) {
            Some(origin) => error.help(format!("the URL comes from {origin}")),
            None => error,
        }
    })
}

fn act(
    command: &Command,
    globals: &Globals,
    whole: fn() -> clap::Command,
    ui: &Ui,
) -> Result<Exit, CliError> {
    let context = || Context::resolve(globals, ui);
    match command {
        Command::Library(_) => {}
        Command::Rehearse(_) => ui.check_format(rehearse::FORMATS)?,
        _ => ui.check_format(&[])?,
    }
    match command {
        Command::Init(args) => init::run(args, &context()?),
        Command::New(args) => new::run(args, &context()?),
        Command::Derive(args) => derive::run(args, &context()?),
        Command::Merge(args) => merge::run(args, &context()?),
        Command::Rebase(args) => rebase::run(args, &context()?),
        Command::Squash(args) => block_on(squash::run(args, &context()?, globals)),
        Command::Edit(args) => block_on(edit::run(args, &context()?)),
        Command::Import(args) => block_on(import::run(args, &context()?)),
        Command::Accept(args) => block_on(accept::run(args, &context()?)),
        Command::Library(command) => match command.fleet() {
            None if command.only_inspects() => {
                block_on_inspection(crate::library::run(command, &context()?))
            }
            None => block_on(crate::library::run(command, &context()?)),
            Some(args) => {
                let contexts = Context::resolve_all(globals, ui)?;
                block_on(crate::library::run_on_each(command, args.only(), &contexts))
            }
        },
        Command::Test(args) => block_until(test::run(args, &context()?), test::RERUN_HELP),
        Command::Rehearse(args) => block_on(rehearse::run(args, &context()?)),
        Command::Db(args) => block_on(db::run(args, &context()?)),
        Command::Completions(args) => Ok(completions::run(args, whole(), ui)),
        Command::Man(args) => man::run(args, whole(), ui),
        Command::Complete(args) => Ok(complete::run(args, &whole(), ui)),
    }
}
