//! Calls the Rust function of a step, in its transaction or in that of each batch.

use std::time::Instant;

use migrate_core::plan::Step;
use migrate_core::script::{Action, Script, function_of, section_of};

use super::Runner;
use super::states::ActionOutcome;
use crate::driver::Retry;
use crate::error::{Error, StepFailure};
use crate::steps::{BoundStep, StepBatch, StepError, StepFunction, StepProgress};

impl Runner<'_, '_> {
    /// Returns an error if a script calls a function that this program does not have.
    pub(super) fn check_functions(&self, script: &Script) -> Result<(), Error> {
        for action in &script.actions {
            match action {
                Action::Function(step) => drop(self.function(*step)?),
                Action::Batches(step, _) if self.calls_function(*step) => {
                    self.function(*step)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns `true` if a step calls a function.
    pub(super) fn calls_function(&self, step: Step) -> bool {
        function_of(self.context.graph, step, self.context.table.dialect()).is_some()
    }

    fn function(&self, step: Step) -> Result<BoundStep, Error> {
        let (graph, dialect) = (self.context.graph, self.context.table.dialect());
        let name = function_of(graph, step, dialect).unwrap_or_default();
        let mut bound = self.context.steps.iter().copied();
        bound.find(|bound| bound.name == name).ok_or_else(|| {
            let revision = graph.revision(step.node);
            Error::Script {
                message: format!(
                    "revision {} runs the Rust function `{name}`, which this program does not have",
                    revision.id()
                ),
                help: vec![
                    "run the migrations with the program that has it: its own mounted command, for example `app migrate upgrade`, or `MIGRATIONS.upgrade(&pool)`".into(),
                    format!("the program binds it by `migrations!(steps = [{name}])`").into(),
                    "nothing was changed".into(),
                ],
            }
        })
    }

    /// Calls the function of a step.
    pub(super) async fn call_function(&mut self, step: Step) -> Result<ActionOutcome, Error> {
        self.call(step, None).await
    }

    /// Calls the function of a step for a batch, and counts the rows that it changes.
    pub(super) async fn call_for_batch(
        &mut self,
        step: Step,
        batch: StepBatch<'_>,
    ) -> Result<ActionOutcome, Error> {
        self.call(step, Some(batch)).await
    }

    async fn call(
        &mut self,
        step: Step,
        batch: Option<StepBatch<'_>>,
    ) -> Result<ActionOutcome, Error> {
        let bound = self.function(step)?;
        // The transaction is open before the function runs.
        if let end @ (ActionOutcome::Overtaken | ActionOutcome::Conflict(_)) = self.flush().await? {
            return Ok(end);
        }
        let noted = self.connection.note_settings().await;
        noted.map_err(|e| Error::database("reading the session", e))?;
        if let Some(current) = &mut self.current {
            // What the function does to the session is not known.
            current.may_leave_objects = true;
            // All batches of a section share a session.
            current.needs_new_session = batch.is_none();
        }
        let revision = self.context.graph.revision(step.node);
        let progress = StepProgress {
            revision: revision.id().to_string(),
            message: revision.message().to_owned(),
            direction: step.direction,
            since: Instant::now(),
            reported: None,
            interrupt: self.context.interrupt,
            on_event: &mut *self.on_event,
        };
        let called = match (bound.function, batch) {
            (StepFunction::Once(function), None) => {
                function(self.connection.for_step(), progress).await.map(|()| 0)
            }
            (StepFunction::Batches(function), Some(batch)) => {
                function(self.connection.for_step(), batch).await
            }
            (StepFunction::Once(_), Some(_)) => Err(other_kind("returns the number of its rows")),
            (StepFunction::Batches(_), None) => Err(other_kind("is called once")),
        };
        let source = match called {
            Ok(rows) => {
                self.batch_rows = rows;
                return Ok(ActionOutcome::Done);
            }
            Err(source) => source,
        };
        let error = source.downcast_ref::<sqlx::Error>();
        let retry = error.and_then(|error| self.connection.retry_reason(error));
        let (graph, dialect) = (self.context.graph, self.context.table.dialect());
        let section = section_of(graph, step, dialect).ok().flatten();
        let marker = section.map(|section| section.marker).unwrap_or_default();
        let failure = Error::Step(Box::new(StepFailure {
            revision: revision.id().to_string(),
            direction: step.direction,
            function: bound.name,
            place: revision.file.locate(marker),
            committed: self
                .committed
                .iter()
                .map(|done| graph.id(done.step.node).to_string())
                .collect(),
            batches: batch.map(|batch| (batch.number - 1, self.resume_command())),
            source,
        }));
        if retry == Some(Retry::Conflict) {
            return Ok(ActionOutcome::Conflict(failure));
        }
        Err(failure)
    }
}

/// Returns the error for a function that was bound for another kind of section.
fn other_kind(wanted: &str) -> StepError {
    format!("the section needs a function that {wanted}").into()
}
