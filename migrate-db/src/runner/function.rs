//! Calls the Rust function of a step, in its transaction.

use std::time::Instant;

use migrate_core::plan::Step;
use migrate_core::script::{Action, Script, function_of, section_of};

use super::Runner;
use super::states::ActionOutcome;
use crate::driver::Retry;
use crate::error::{Error, StepFailure};
use crate::steps::{BoundStep, StepProgress};

impl Runner<'_> {
    /// Returns an error if a script calls a function that this program does not have.
    pub(super) fn check_functions(&self, script: &Script) -> Result<(), Error> {
        for action in &script.actions {
            if let Action::Function(step) = action {
                self.function(*step)?;
            }
        }
        Ok(())
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

    pub(super) async fn call_function(&mut self, step: Step) -> Result<ActionOutcome, Error> {
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
            current.needs_new_session = true;
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
        let Err(source) = (bound.function)(self.connection.for_step(), progress).await else {
            return Ok(ActionOutcome::Done);
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
            source,
        }));
        if retry == Some(Retry::Conflict) {
            return Ok(ActionOutcome::Conflict(failure));
        }
        Err(failure)
    }
}
