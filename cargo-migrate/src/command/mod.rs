//! The commands: one file each, which holds the arguments, the help and a call of the library.
//! Those that run and ask are migrate-db's, so that an application can have them too.

mod accept;
mod complete;
mod completions;
mod db;
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
use std::sync::Mutex;
use std::task::Poll;
use std::time::Duration;

use migrate_core::diagnostic::Diagnostics;
use migrate_core::history::History;
use migrate_db::__private::Prefetch;
use migrate_db::cli::{self, CliError, ErrorKind, Exit, Ui};

use crate::context::{Context, Said, interrupt};
use crate::globals::Globals;
use crate::writing;

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Init(init::Args),
    #[command(visible_alias = "revision", aliases = ["add", "generate"])]
    New(new::Args),
    Merge(merge::Args),
    Rebase(rebase::Args),
    Edit(edit::Args),
    Import(import::Args),
    Accept(accept::Args),
    #[command(flatten)]
    RunAndAsk(cli::Command),
    Test(test::Args),
    Db(db::Args),
    Completions(completions::Args),
    Man(man::Args),
    #[command(hide = true)]
    Complete(complete::Args),
}

/// Does what was typed; `whole` is the whole command line, for the commands that describe it. An
/// error about the database URL says where the URL is written.
pub(crate) fn run(
    command: &Command,
    globals: &Globals,
    whole: fn() -> clap::Command,
    ui: &Ui,
) -> Result<Exit, CliError> {
    act(command, globals, whole, ui).map_err(|error| {
        let context = Context::resolve(globals, ui).ok().filter(|_| error.concerns_url);
        match context.and_then(|context| context.url_origin()) {
            Some(origin) => error.help(format!("the URL is that of {origin}")),
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
        Command::Init(args) => init::run(args, &context()?),
        Command::New(args) => new::run(args, &context()?),
        Command::Merge(args) => merge::run(args, &context()?),
        Command::Rebase(args) => rebase::run(args, &context()?),
        Command::Edit(args) => block_on(edit::run(args, &context()?)),
        Command::Import(args) => block_on(import::run(args, &context()?)),
        Command::Accept(args) => block_on(accept::run(args, &context()?)),
        Command::RunAndAsk(command) => run_or_ask(command, &context()?),
        Command::Test(args) => block_until(test::run(args, &context()?), test::AFTERWARDS),
        Command::Db(args) => block_on(db::run(args, &context()?)),
        Command::Completions(args) => Ok(completions::run(args, whole(), ui)),
        Command::Man(args) => man::run(args, whole(), ui),
        Command::Complete(args) => Ok(complete::run(args, &whole(), ui)),
    }
}

fn run_or_ask(command: &cli::Command, context: &Context<'_>) -> Result<Exit, CliError> {
    block_on(async {
        let (database, options) = (context.database(), context.options());
        let asked = database.as_ref().ok().and_then(Option::as_ref);
        let asked = asked.filter(|_| command.asks_database());
        // The database answers while the files are read.
        let mut prefetch = asked.map(|database| Prefetch::new(database, &options));
        let mut snapshot = None;
        if let Some(prefetch) = &mut prefetch
            && command.reads_headers()
            && !prefetch.has_failed().await
        {
            snapshot = context.snapshot_aside(command.may_be_idle()).await;
        }
        let mut partial = None;
        if let Some(database) = asked
            && let Some((snapshot, said)) = &mut snapshot
        {
            partial = match said.take() {
                Some(Said::AppliedDigest(all)) => {
                    let named = (database, &options);
                    let idle =
                        command.answer_if_idle(&all, &mut prefetch, named, context.ui).await?;
                    if let Some(exit) = idle {
                        let none = "no file was touched since the last call: none was read";
                        context.ui.detail(none);
                        return Ok(exit);
                    }
                    snapshot.history()
                }
                Some(Said::History(history)) => Some(*history),
                None => None,
            };
        }
        if let Some(history) = &mut partial
            && matches!(command, cli::Command::Upgrade(_))
            && let Some(prefetch) = &mut prefetch
            && !context.complete(history, &prefetch.unapplied(&history.graph).await)
        {
            partial = None;
        }
        let database = database?;
        let run = async |history: &History, found: Diagnostics, prefetch: Option<Prefetch>| {
            let context = cli::Context {
                history,
                found,
                database: database.clone(),
                prefetch: Mutex::new(prefetch),
                options: options.clone(),
                heads: context.settings.heads,
                ui: context.ui,
            };
            command.run(&context).await
        };
        let mut snapshot = snapshot.map(|(snapshot, _)| snapshot);
        if let Some(history) = partial {
            let graph = &history.graph;
            let read = graph.order().filter(|node| graph.revision(*node).file.is_whole()).count();
            context.ui.detail(format_args!(
                "read {read} of {} files: the others were not touched since",
                graph.len()
            ));
            let exit = run(&history, Diagnostics::new(), prefetch.take()).await;
            // Something turned up that only the whole files can answer.
            if !matches!(&exit, Err(error) if error.kind == ErrorKind::Unread) {
                if let Some(snapshot) = snapshot {
                    snapshot.take(&history);
                }
                std::mem::forget(history);
                return exit;
            }
            snapshot = None;
        }
        let (history, found) = match prefetch {
            Some(_) => context.history_aside().await?,
            None => context.history()?,
        };
        let (history, found) = match command {
            cli::Command::Upgrade(_)
            | cli::Command::Downgrade(_)
            | cli::Command::Redo(_)
            | cli::Command::Stamp(_)
            | cli::Command::Repair(_)
            | cli::Command::Check(_) => {
                writing::reseal(context, database.as_ref(), history, found).await?
            }
            _ => (history, found),
        };
        let flawless = found.is_empty();
        let exit = run(&history, found, prefetch).await;
        if let Some(snapshot) = snapshot.filter(|_| flawless) {
            snapshot.take(&history);
        }
        // The process ends next: thousands of revisions need not be taken apart first.
        std::mem::forget(history);
        exit
    })
}

fn block_on(work: impl Future<Output = Result<Exit, CliError>>) -> Result<Exit, CliError> {
    block_until(work, "`cargo migrate current` shows where the database stands")
}

/// Runs what needs the database on this thread. When the process is asked to end, a run cancels the
/// statement that it is at and reports what it leaves. All other work is dropped where it is:
/// connections close, and with them transactions and locks, and `afterwards` says how to go on. So
/// is a run that is asked a second time, or does not end.
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
            let mut end = pin!(end_asked_for());
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
            let _ = tokio::time::timeout(ENDS_WITHIN, end_asked_for()).await;
        });
        poll_fn(|task| match again.as_mut().poll(task) {
            Poll::Ready(()) => Poll::Ready(Err(CliError::failed(
                "interrupted: what is applied could not be found out",
            )
            .help("the server may still execute a statement: `cargo migrate current` shows later what is applied"))),
            Poll::Pending => work.as_mut().poll(task),
        })
        .await
    });
    // A program that is still making a copy is not waited for.
    runtime.shutdown_background();
    outcome
}

/// How long a run that was interrupted may take to end.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// Ends when the process is asked to end; where that cannot be told, never.
async fn end_asked_for() {
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
