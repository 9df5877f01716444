//! `check`.

use migrate_core::diagnostic::{Diagnostics, Severity};
use migrate_core::graph::Graph;
use migrate_core::static_check;

use crate::Database;

use crate::cli::describe::{Count, place};
use crate::cli::ui::Format;
use crate::cli::{CliError, Context, Exit, report};
use crate::state::DatabaseState;

#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "The exit code is 0 if nothing is wrong and 3 otherwise. Without a database only the files are
checked.

Examples:
  cargo migrate check
  cargo migrate check --database-url postgres://db/app --format json"
)]
pub struct Args {}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let graph = &context.history.graph;
        let mut found = context.found.clone();
        found.append(context.history.check(context.heads));
        if !found.has_errors() {
            let database = context.database.as_ref().map(Database::dialect);
            found.append(static_check::check(context.history, context.static_checks, database));
        }
        // Rows can be compared with files only if the files are correct.
        let status = match (&context.database, found.has_errors()) {
            (Some(_), false) => Some(context.status().await?),
            _ => None,
        };
        let answer = Answer { graph, found: &found, status: status.as_ref() };
        match context.ui.format() {
            Format::Json => context.ui.json(&answer.json()),
            Format::Text => answer.show(context),
        }
        Ok(if answer.is_yes() { Exit::Done } else { Exit::No })
    }
}

struct Answer<'a> {
    graph: &'a Graph,
    found: &'a Diagnostics,
    status: Option<&'a DatabaseState>,
}

impl<'a> Answer<'a> {
    fn is_yes(&self) -> bool {
        !self.found.has_errors() && self.status.is_none_or(|status| self.is_at_head(status))
    }

    fn is_at_head(&self, status: &DatabaseState) -> bool {
        let problems = [status.unknown.len(), status.edited.len(), status.unfinished.len()];
        status.pending(self.graph).is_empty() && problems == [0; 3]
    }

    fn json(&self) -> report::Check<'a> {
        report::Check::of(self.graph, self.found, self.status, self.is_yes())
    }

    fn show(&self, context: &Context<'_>) {
        let ui = context.ui;
        ui.diagnostics(self.found);
        let errors = self.found.iter().filter(|d| d.severity == Severity::Error).count();
        let files = match errors {
            0 => {
                let heads = report::ids(self.graph, &self.graph.real_heads());
                let word = if heads.len() > 1 { "heads" } else { "head" };
                format!("{}, {word} {}", Count(self.graph.len(), "revision"), place(heads))
            }
            errors => Count(errors, "mistake").to_string(),
        };
        ui.line(format_args!("files: {files}"));
        let database = match self.status {
            None if context.database.is_none() => "not checked, none is configured".to_owned(),
            None => "not checked because of the errors in the files".to_owned(),
            Some(status) if self.is_at_head(status) => "at the head".to_owned(),
            Some(status) => [
                (status.pending(self.graph).len(), "pending"),
                (status.unknown.len(), "without a file"),
                (status.edited.len(), "edited afterwards"),
                (status.unfinished.len(), "stopped partway"),
            ]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect::<Vec<_>>()
            .join(", "),
        };
        ui.line(format_args!("database: {database}"));
    }
}
