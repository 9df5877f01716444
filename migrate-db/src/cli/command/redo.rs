//! `redo`.

use migrate_core::graph::{Graph, Node, Place, Target};
use migrate_core::plan::Direction;

use crate::cli::arguments::RunArgs;
use crate::cli::describe::names;
use crate::cli::running::{announce, done, preview};
use crate::cli::{CliError, Context, Exit};
use crate::{Error, Report};

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate redo             # after editing the newest revision
  cargo migrate redo 615021      # where several branches are applied")]
pub struct Args {
    /// Which revision, where several are the newest of their branch
    revision: Option<String>,
    #[command(flatten)]
    run: RunArgs,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let graph = context.sound()?;
        let database = context.database()?;
        announce(context.ui, database, &self.run.options(&context.options));
        let status = context.status().await?;
        if !status.unknown.is_empty() {
            return Err(Error::Unknown(status.unknown).into());
        }
        let heads = status.heads(graph);
        let node = self.choose(graph, &heads)?;
        let below = below(graph, node);
        let again = Target::place(Place::Name(graph.id(node).to_string()));
        if self.run.dry_run {
            let mut plan = context.migrator().plan(database, Direction::Down, &below).await?.plan;
            let back = migrate_core::plan::upgrade(graph, &plan.applied_after, &again)?;
            plan.steps.extend(back.steps);
            plan.applied_after = back.applied_after;
            return Ok(preview(context.ui, graph, &plan));
        }
        let mut migrator = context.migrator().options(self.run.shown(context));
        let down = migrator.downgrade(database, &below).await?;
        let up = migrator.upgrade(database, &again).await?;
        drop(migrator);
        let steps = down.steps.into_iter().chain(up.steps).collect();
        Ok(done(context.ui, &Report { steps, heads_after: up.heads_after }))
    }

    fn choose(&self, graph: &Graph, heads: &[Node]) -> Result<Node, CliError> {
        if let Some(text) = &self.revision {
            let node = graph.find(text)?;
            if heads.contains(&node) {
                return Ok(node);
            }
            return Err(CliError::usage(format!(
                "{} is not the newest applied revision of its branch",
                graph.id(node)
            ))
            .help(format!("those are {}", names(graph, heads)))
            .help("`cargo migrate downgrade` and `upgrade` go further"));
        }
        match heads {
            [node] => Ok(*node),
            [] => Err(CliError::failed("nothing is applied")
                .help("`cargo migrate upgrade` applies what is pending")),
            _ => Err(CliError::usage("several branches are applied")
                .help(format!("name one: {}", names(graph, heads)))),
        }
    }
}

/// The target that undoes one applied head and no more.
fn below(graph: &Graph, node: Node) -> Target {
    let place = match graph.parents(node) {
        [] => Place::Base,
        [parent, ..] => Place::Name(graph.id(*parent).to_string()),
    };
    Target::At { branch: Some(graph.id(node).to_string()), place, offset: None }
}
