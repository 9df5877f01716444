//! The question before rows of a database that looks like production are lost.

use migrate_core::plan::{Direction, Step};

use super::{CliError, Context};
use crate::{Database, Preview};

/// The options of commands that may lose rows.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ConfirmArgs {
    /// The name of the database, required with --yes when rows are lost in one that looks like
    /// production
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
}

impl ConfirmArgs {
    /// Whether the plan is needed before the run, because something may have to be confirmed.
    pub(super) fn must_look(&self, database: &Database) -> bool {
        database.production().is_some() || self.confirm.is_some()
    }

    /// Asks before a plan loses rows of a database that looks like production. Returns whether a
    /// person has answered.
    ///
    /// # Errors
    /// When another name was typed, or nobody can be asked.
    pub(super) fn confirm_loss(
        &self,
        context: &Context<'_>,
        database: &Database,
        preview: &Preview<'_>,
    ) -> Result<bool, CliError> {
        let (graph, plan) = (&preview.history.graph, &preview.plan);
        let (name, described) = (database.name(), database.described());
        if let Some(typed) = self.confirm.as_ref().filter(|typed| **typed != name) {
            return Err(CliError::usage(format!(
                "`--confirm {typed}`, but the database is {name}"
            ))
            .help("nothing was changed; check which database the URL names"));
        }
        let loses = |step: &&Step| {
            step.direction == Direction::Down
                && graph.revision(step.node).down_loses_rows(database.dialect())
        };
        let lossy = plan.steps.iter().find(loses);
        let what = match lossy {
            _ if plan.steps.is_empty() => return Ok(false),
            _ if plan.applied_after.is_empty() => "revert everything".to_owned(),
            Some(step) => format!("revert {}, which loses rows", graph.id(step.node)),
            None => return Ok(false),
        };
        let production = database.production().filter(|_| self.confirm.is_none());
        let Some(why) = production else { return Ok(false) };
        if !context.ui.is_interactive() {
            return Err(CliError::usage(format!(
                "this would {what}, in {described}, which looks like production: {why}"
            ))
            .help(format!("to do so, pass `--yes --confirm {name}`")));
        }
        let question =
            format!("This would {what}, in {described}. It looks like production: {why}.");
        context.ui.confirm_by(question, &name)?;
        Ok(true)
    }
}
