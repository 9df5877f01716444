//! The commands: one file each, which holds the arguments, the help and a call of the library.
//! Those that run and ask are migrate-db's, so that an application can have them too.

mod accept;
mod completions;
mod db;
mod edit;
mod import;
mod init;
mod man;
mod merge;
mod new;
mod rebase;

use std::future::Future;

use migrate_core::diagnostic::Diagnostics;
use migrate_db::cli::{self, CliError, Exit, Ui};

use crate::context::Context;
use crate::globals::Globals;

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Init(init::Args),
    #[command(visible_alias = "revision")]
    New(new::Args),
    Merge(merge::Args),
    Rebase(rebase::Args),
    Edit(edit::Args),
    Import(import::Args),
    Accept(accept::Args),
    #[command(flatten)]
    RunAndAsk(cli::Command),
    Db(db::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Does what was typed; `whole` is the whole command line, for the commands that describe it.
pub(crate) fn run(
    command: &Command,
    globals: &Globals,
    whole: fn() -> clap::Command,
    ui: &Ui,
) -> Result<Exit, CliError> {
    let context = || Context::resolve(globals, ui);
    match command {
        Command::Init(args) => init::run(args, &context()?),
        Command::New(args) => new::run(args, &context()?),
        Command::Merge(args) => merge::run(args, &context()?),
        Command::Rebase(args) => rebase::run(args, &context()?),
        Command::Edit(args) => block_on(edit::run(args, &context()?)),
        Command::Import(args) => block_on(import::run(args, &context()?)),
        Command::Accept(args) => accept::run(args, &context()?),
        Command::RunAndAsk(command) => run_or_ask(command, &context()?),
        Command::Db(args) => block_on(db::run(args, &context()?)),
        Command::Completions(args) => Ok(completions::run(args, whole(), ui)),
        Command::Man(args) => man::run(args, whole(), ui),
    }
}

fn run_or_ask(command: &cli::Command, context: &Context<'_>) -> Result<Exit, CliError> {
    let (history, found): (_, Diagnostics) = context.history()?;
    let context = cli::Context {
        history: &history,
        found,
        database: context.database()?,
        options: context.options(),
        heads: context.settings.heads,
        ui: context.ui,
    };
    let exit = block_on(command.run(&context));
    // The process ends next: thousands of revisions need not be taken apart first.
    std::mem::forget(history);
    exit
}

/// Runs what needs the database on this thread.
fn block_on(work: impl Future<Output = Result<Exit, CliError>>) -> Result<Exit, CliError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::failed("the runtime cannot be started").because(error))?
        .block_on(work)
}
