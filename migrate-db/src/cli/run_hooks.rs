//! Programs that run before and after a run, to notify people or other systems.

use std::future::Future;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use migrate_core::config::CommandLine;

use super::{CliError, Ui};

/// The programs of `before-run` and `after-run`. They get the facts of the run as environment variables.
#[derive(Debug, Clone, Default)]
pub struct RunHooks {
    /// Programs that run first. If one fails, nothing runs.
    pub before: Vec<CommandLine>,
    /// Programs that run at the end, also after a failure.
    pub after: Vec<CommandLine>,
    /// The folder in which they run; the working directory if empty.
    pub folder: PathBuf,
}

/// The facts of a run.
#[derive(Debug)]
pub(super) struct RunFacts {
    /// The name of the command.
    pub(super) command: &'static str,
    /// The database, without its password.
    pub(super) database: String,
    /// The ids of the revisions of its steps.
    pub(super) revisions: Vec<String>,
}

impl RunHooks {
    /// Returns `true` if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// Runs the programs around a run. Without steps none of them runs.
    ///
    /// # Errors
    /// Those of the run; and when a program fails.
    pub(super) async fn around<T>(
        &self,
        ui: &Ui,
        facts: RunFacts,
        run: impl Future<Output = Result<T, CliError>>,
    ) -> Result<T, CliError> {
        if self.is_empty() || facts.revisions.is_empty() {
            return run.await;
        }
        for hook in &self.before {
            self.run(ui, "before-run", hook, &facts, &[])
                .await
                .map_err(|error| error.help("nothing was run"))?;
        }
        let outcome = run.await;
        let (word, error) = match &outcome {
            Ok(_) => ("done", String::new()),
            Err(error) => ("failed", error.message.clone()),
        };
        let result = [("MIGRATE_RESULT", word), ("MIGRATE_ERROR", error.as_str())];
        for hook in &self.after {
            let ended = self.run(ui, "after-run", hook, &facts, &result).await;
            match (ended, &outcome) {
                (Ok(()), _) => {}
                // The failure of the run is what matters.
                (Err(error), Err(_)) => ui.warn(error.message),
                (Err(error), Ok(_)) => {
                    return Err(error.help("the run itself is complete and stays"));
                }
            }
        }
        outcome
    }

    async fn run(
        &self,
        ui: &Ui,
        setting: &str,
        hook: &CommandLine,
        facts: &RunFacts,
        more: &[(&str, &str)],
    ) -> Result<(), CliError> {
        let failed = |what: String| CliError::failed(format!("`{hook}` of `{setting}` {what}"));
        let output = self
            .output(hook, facts, more)
            .await
            .map_err(|error| failed("cannot be started".to_owned()).because(error))?;
        for stream in [&output.stdout, &output.stderr] {
            for line in String::from_utf8_lossy(stream).lines() {
                ui.note(line);
            }
        }
        match output.status.success() {
            true => Ok(()),
            false => Err(failed(format!("ended with {}", output.status))),
        }
    }

    async fn output(
        &self,
        hook: &CommandLine,
        facts: &RunFacts,
        more: &[(&str, &str)],
    ) -> std::io::Result<Output> {
        let mut command = Command::new(hook.program());
        command
            .args(hook.arguments())
            .env("MIGRATE_COMMAND", facts.command)
            .env("MIGRATE_DATABASE", &facts.database)
            .env("MIGRATE_REVISIONS", facts.revisions.join(" "))
            .envs(more.iter().copied())
            .stdin(Stdio::null());
        if !self.folder.as_os_str().is_empty() {
            command.current_dir(&self.folder);
        }
        let ended = tokio::task::spawn_blocking(move || command.output()).await;
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}
