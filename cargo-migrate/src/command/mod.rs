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
mod test;

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use migrate_db::cli::{self, CliError, Exit, Ui};

use crate::context::{Context, interrupt};
use crate::globals::Globals;

/// The command to run.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Init(init::Args),
    #[command(visible_alias = "revision", aliases = ["add", "generate"])]
    New(new::Args),
    Derive(derive::Args),
    Merge(merge::Args),
    Rebase(rebase::Args),
    Edit(edit::Args),
    Import(import::Args),
    Accept(accept::Args),
    #[command(flatten)]
    Library(cli::Command),
    Test(test::Args),
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
    if !matches!(command, Command::Library(_)) {
        ui.check_format(&[])?;
    }
    match command {
        Command::Init(args) => init::run(args, &context()?),
        Command::New(args) => new::run(args, &context()?),
        Command::Derive(args) => derive::run(args, &context()?),
        Command::Merge(args) => merge::run(args, &context()?),
        Command::Rebase(args) => rebase::run(args, &context()?),
        Command::Edit(args) => block_on(edit::run(args, &context()?)),
        Command::Import(args) => block_on(import::run(args, &context()?)),
        Command::Accept(args) => block_on(accept::run(args, &context()?)),
        Command::Library(command) => block_on(crate::library::run(command, &context()?)),
        Command::Test(args) => block_until(test::run(args, &context()?), test::RERUN_HELP),
        Command::Db(args) => block_on(db::run(args, &context()?)),
        Command::Completions(args) => Ok(completions::run(args, whole(), ui)),
        Command::Man(args) => man::run(args, whole(), ui),
        Command::Complete(args) => Ok(complete::run(args, &whole(), ui)),
    }
}

fn block_on(work: impl Future<Output = Result<Exit, CliError>>) -> Result<Exit, CliError> {
    block_until(work, "`cargo migrate current` shows the state of the database")
}

/// Runs a future on this thread. On SIGINT or SIGTERM a run cancels its statement and reports the
/// state of the database. Other work is dropped, which closes its connections and with them
/// transactions and locks; `afterwards` is the help then. A run is dropped too if a second signal
/// arrives or it does not end in time.
fn block_until(
    work: impl Future<Output = Result<Exit, CliError>>,
    afterwards: &'static str,
) -> Result<Exit, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::failed("the runtime cannot be started").because(error))?;
    let outcome = runtime.block_on(async {
        let mut work = pin!(work);
        let asked = {
            let mut end = pin!(shutdown_requested());
            poll_fn(|task| match end.as_mut().poll(task) {
                Poll::Ready(()) => Poll::Ready(None),
                Poll::Pending => work.as_mut().poll(task).map(Some),
            })
            .await
        };
        let interrupt = interrupt();
        match asked {
            Some(outcome) => return outcome,
            None if !interrupt.has_runs() => {
                return Err(CliError::failed("interrupted").help(afterwards));
            }
            None => interrupt.request(),
        }
        let mut again = pin!(async {
            let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, shutdown_requested()).await;
        });
        poll_fn(|task| match again.as_mut().poll(task) {
            Poll::Ready(()) => Poll::Ready(Err(CliError::failed(
                "interrupted: the state of the database is unknown",
            )
            .help("the server may still execute a statement; check the state later with `cargo migrate current`"))),
            Poll::Pending => work.as_mut().poll(task),
        })
        .await
    });
    // Do not wait for a program that still makes a backup.
    runtime.shutdown_background();
    outcome
}

/// The time that an interrupted run may take to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

/// Completes when the process receives SIGINT or SIGTERM.
async fn shutdown_requested() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        if let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        {
            return poll_fn(|task| match terminate.poll_recv(task) {
                Poll::Ready(_) => Poll::Ready(()),
                Poll::Pending => interrupt.poll_recv(task).map(drop),
            })
            .await;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
