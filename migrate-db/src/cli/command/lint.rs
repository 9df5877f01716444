//! `lint`.

use migrate_core::diagnostic::{Diagnostics, Severity};
use migrate_core::dialect::Dialect;
use migrate_core::graph::{Graph, Node, Set};
use migrate_core::lint::{self, LintSettings};

use crate::Database;
use crate::cli::arguments::dialect;
use crate::cli::describe::Count;
use crate::cli::ui::OutputFormat;
use crate::cli::{CliError, Context, Exit, lint_report, report};

/// The formats beside text and JSON.
pub(super) const FORMATS: &[OutputFormat] = &[OutputFormat::Sarif, OutputFormat::Github];

#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Without an argument these are the revisions that can still be changed. The exit code is 0 without
an error and 3 otherwise. The formats are text, json, sarif and github.

Examples:
  cargo migrate lint
  cargo migrate lint 3f2a
  cargo migrate lint -r 3f2a:head
  cargo migrate lint --all --format sarif > lint.sarif"
)]
pub struct Args {
    /// The revisions: an id or its beginning, a label, head, heads, current, or a range A:B
    #[arg(value_name = "REV", allow_negative_numbers = true, conflicts_with_all = ["range", "all"])]
    revision: Option<String>,
    /// Only from A up to B; either may be omitted or `current`
    #[arg(short = 'r', long = "rev-range", value_name = "A:B", allow_hyphen_values = true)]
    #[arg(conflicts_with = "all")]
    range: Option<String>,
    /// All revisions, also those that must not change any more
    #[arg(long)]
    all: bool,
    /// Exit with 3 if there is a warning
    #[arg(long)]
    deny_warnings: bool,
    /// The database system whose rules are applied [default: those of the project]
    #[arg(long, value_name = "DATABASE", value_parser = dialect)]
    dialect: Option<Dialect>,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let graph = context.well_formed()?;
        let wanted = self.wanted(context, graph).await?;
        let dialects = self.dialects(context)?;
        let settings = LintSettings {
            has_lock_timeout: context.options.lock_timeout.is_some(),
            ..context.lint.clone()
        };
        let mut found = context.found.clone();
        found.append(lint::lint(context.history, &settings, &dialects, &wanted));
        let denied = |severity| severity == Severity::Error || self.deny_warnings;
        let is_clean = !found.iter().any(|one| denied(one.severity));
        let ui = context.ui;
        match ui.output_format() {
            OutputFormat::Json => ui.json(&report::Lint::of(graph, &found, is_clean, ui.program())),
            OutputFormat::Sarif => ui.json(&lint_report::sarif(&found, ui.program())),
            OutputFormat::Github => {
                for one in found.iter() {
                    ui.line(lint_report::annotation(one, ui.program()));
                }
            }
            _ => {
                ui.findings(&found);
                ui.line(summary(wanted.len(), &found));
            }
        }
        Ok(if is_clean { Exit::Done } else { Exit::No })
    }

    async fn wanted(&self, context: &Context<'_>, graph: &Graph) -> Result<Set, CliError> {
        let text = self.revision.as_deref().or(self.range.as_deref());
        let Some(text) = text else {
            return Ok(match self.all {
                true => graph.set(graph.order()),
                false => lint::open_revisions(context.history),
            });
        };
        let status = match text.contains("current") {
            true => Some(context.status().await?),
            false => None,
        };
        let nothing = Set::empty(graph);
        let applied = status.as_ref().map_or(&nothing, |status| &status.applied);
        let nodes: Vec<Node> = match self.range.is_some() || text.contains(':') {
            true => graph.range(text, applied)?,
            false => graph.resolve_many(text, applied)?,
        };
        Ok(graph.set(nodes))
    }

    fn dialects(&self, context: &Context<'_>) -> Result<Vec<Dialect>, CliError> {
        if let Some(dialect) = self.dialect {
            return Ok(vec![dialect]);
        }
        let at_hand = context.database.as_ref().map(Database::dialect);
        let dialects = context.history.databases(at_hand);
        // An error that says how to name it.
        if dialects.is_empty() { Ok(vec![context.dialect(None)?]) } else { Ok(dialects) }
    }
}

fn summary(revisions: usize, found: &Diagnostics) -> String {
    let count = |severity| found.iter().filter(|one| one.severity == severity).count();
    format!(
        "{}: {}, {}",
        Count(revisions, "revision"),
        Count(count(Severity::Error), "error"),
        Count(count(Severity::Warning), "warning")
    )
}
