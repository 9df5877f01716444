//! Runs asynchronous work to its end, or until a signal asks to stop.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use migrate_db::cli::{CliError, ErrorKind};
use tokio::runtime::Runtime;

use crate::context::interrupt;

/// Runs a future on this thread; see [`block_until`].
///
/// # Errors
/// Those of the future, and an interrupt.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    block_until(work, "`cargo migrate current` shows the state of the database")
}

/// Runs a future that changes nothing on this thread. It handles no signals: one ends the process at once, also
/// in the middle of work that awaits nothing.
///
/// # Errors
/// Those of the future.
pub(crate) fn block_on_inspection<T>(
    work: impl Future<Output = Result<T, CliError>>,
) -> Result<T, CliError> {
    // The first process of a container ignores signals that it does not handle.
    if std::process::id() == 1 {
        return block_on(work);
    }
    let runtime = runtime()?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_background();
    outcome
}

fn runtime() -> Result<Runtime, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| CliError::failed("the runtime cannot be started").because(error))
}

/// Runs a future on this thread. On SIGINT or SIGTERM a run cancels its statement and reports the
/// state of the database. Other work is dropped, which closes its connections and with them
/// transactions and locks; `afterwards` is the help then. A run is dropped too if a second signal
/// arrives or it does not end in time. What fails after a signal has the exit code of the signal.
pub(crate) fn block_until<T>(
    work: impl Future<Output = Result<T, CliError>>,
    afterwards: &'static str,
) -> Result<T, CliError> {
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        let mut work = pin!(work);
        let asked = {
            let mut end = pin!(shutdown_requested());
            poll_fn(|task| match end.as_mut().poll(task) {
                Poll::Ready(signal) => Poll::Ready(Err(signal)),
                Poll::Pending => work.as_mut().poll(task).map(Ok),
            })
            .await
        };
        let interrupt = interrupt();
        let signal = match asked {
            Ok(outcome) => return outcome,
            Err(signal) if !interrupt.has_runs() => {
                let error = CliError::failed("interrupted").help(afterwards);
                return Err(CliError { kind: signal, ..error });
            }
            Err(signal) => signal,
        };
        interrupt.request();
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
        .map_err(|error| match error.kind {
            ErrorKind::Failed => CliError { kind: signal, ..error },
            _ => error,
        })
    });
    // Do not wait for a program that still makes a backup.
    runtime.shutdown_background();
    outcome
}

/// The time that an interrupted run may take to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

/// Completes when the process receives SIGINT or SIGTERM. Returns how the command ends then.
async fn shutdown_requested() -> ErrorKind {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        if let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        {
            return poll_fn(|task| match terminate.poll_recv(task) {
                Poll::Ready(_) => Poll::Ready(ErrorKind::Terminated),
                Poll::Pending => interrupt.poll_recv(task).map(|_| ErrorKind::Interrupted),
            })
            .await;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    ErrorKind::Interrupted
}
