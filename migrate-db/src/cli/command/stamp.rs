//! `stamp`.

use migrate_core::dialect::Dialect;
use migrate_core::graph::{Graph, Set, Target};
use migrate_core::plan::{self, Stamp};
use migrate_core::script::Script;

use crate::Migrator;
use crate::cli::arguments::{LockArgs, SqlArgs};
use crate::cli::describe::place;
use crate::cli::run_output::print_sql;
use crate::cli::ui::Format;
use crate::cli::{CliError, Context, Exit, report};

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate stamp head            # the tables exist already
  cargo migrate stamp 3f2a 8ab1       # one revision of each of two branches
  cargo migrate stamp base            # mark nothing as applied
  cargo migrate stamp --purge head    # delete all rows first")]
pub struct Args {
    /// The revisions that the database is at: ids, labels, head, heads, base
    #[arg(required = true, allow_negative_numbers = true, value_name = "REV")]
    revisions: Vec<String>,
    /// Delete all rows of the version table first
    #[arg(long)]
    purge: bool,
    /// Print the heads that the database would have and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    lock: LockArgs,
    #[command(flatten)]
    sql: SqlArgs,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        if self.sql.sql {
            return self.script(context, context.well_formed()?).await;
        }
        let targets = self.targets(&self.revisions)?;
        context.sound_for_stamp(&targets)?;
        let database = context.database()?;
        if self.dry_run {
            let divided = context.history.divided_by(&targets);
            let history = divided.as_ref().unwrap_or(context.history);
            let graph = &history.graph;
            let applied = match self.purge {
                true => Set::empty(graph),
                false => {
                    let migrator = Migrator::new(history).options(context.options.clone());
                    migrator.state(database).await?.applied
                }
            };
            let stamp = plan::stamp(graph, &applied, &targets, self.purge)?;
            let heads = graph.heads_of(&stamp.applied_after);
            return Ok(print_heads(context, "would be", &report::ids(graph, &heads)));
        }
        let mut migrator = context.migrator().options(self.lock.options(&context.options));
        let report = migrator.stamp(database, &targets, self.purge).await?;
        let heads: Vec<&str> = report.heads_after.iter().map(String::as_str).collect();
        Ok(print_heads(context, "is", &heads))
    }

    fn targets(&self, texts: &[String]) -> Result<Vec<Target>, CliError> {
        texts.iter().map(|text| Ok(text.parse()?)).collect()
    }

    /// The SQL: from `a` in `a:b`, else from where the database stands, else from base.
    async fn script(&self, context: &Context<'_>, graph: &Graph) -> Result<Exit, CliError> {
        let dialect: Dialect = context.dialect(self.sql.dialect)?;
        let mut has_table = self.purge;
        let (applied, targets) = match self.revisions.as_slice() {
            [range] if range.contains(':') => {
                let (from, to) = range.split_once(':').unwrap_or(("base", range));
                let from = if from.is_empty() { "base" } else { from };
                let applied = plan::applied_at(graph, &from.parse()?)?;
                has_table |= !applied.is_empty();
                (applied, self.targets(&[to.to_owned()])?)
            }
            texts => {
                let mut applied = Set::empty(graph);
                if context.database.is_some() && !self.purge {
                    let status = context.status().await?;
                    has_table = status.has_version_table;
                    applied = status.applied;
                }
                (applied, self.targets(texts)?)
            }
        };
        context.sound_for_stamp(&targets)?;
        let stamp: Stamp = plan::stamp(graph, &applied, &targets, self.purge)?;
        let script = Script::stamp(&stamp, self.purge, dialect);
        print_sql(context, graph, &script, !has_table)?;
        Ok(Exit::Done)
    }
}

fn print_heads(context: &Context<'_>, verb: &str, heads: &[&str]) -> Exit {
    match context.ui.format() {
        Format::Json => context.ui.json(&report::Run::stamped(heads.to_vec())),
        Format::Text => {
            let at = place(heads.iter().copied());
            context.ui.note(format_args!("the database {verb} at {at}"));
        }
    }
    Exit::Done
}
