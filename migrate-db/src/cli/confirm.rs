//! The question before rows of a database that looks like production are lost.

use migrate_core::plan::{Direction, Step};

use super::describe::Count;
use super::{CliError, Context};
use crate::{Database, Preview};

/// The options of commands that may lose rows.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ConfirmArgs {
    /// The name of the database, required with --yes when rows are lost in one that looks like
    /// production; with --all, the number of databases
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

    /// Asks before several databases go down to a target: for a `y`, or for their number where one of
    /// them looks like production.
    ///
    /// # Errors
    /// When another number was typed, or nobody can be asked.
    pub(super) fn confirm_each(
        &self,
        context: &Context<'_>,
        databases: &[&Database],
        target: &str,
        yes: bool,
    ) -> Result<(), CliError> {
        let count = databases.len().to_string();
        if let Some(typed) = self.confirm.as_ref().filter(|typed| **typed != count) {
            let message = format!("`--confirm {typed}`, but {count} databases are meant");
            return Err(CliError::usage(message).help("nothing was changed"));
        }
        let what =
            format!("This would go down to {target} in {}", Count(databases.len(), "database"));
        let production = databases.iter().find_map(|one| Some((one, one.production()?)));
        let production = production.filter(|_| self.confirm.is_none());
        match production {
            None if yes => Ok(()),
            None if context.ui.is_interactive() => {
                context.ui.confirm(format_args!("{what}. Continue?"))
            }
            None => Err(CliError::usage(what).help("to do so, pass `--yes`")),
            Some((one, why)) if context.ui.is_interactive() => {
                let question = format!("{what}. {one} looks like production: {why}.");
                context.ui.confirm_by(question, &count)
            }
            Some((one, why)) => {
                Err(CliError::usage(format!("{what}. {one} looks like production: {why}"))
                    .help(format!("to do so, pass `--yes --confirm {count}`")))
            }
        }
    }
}
