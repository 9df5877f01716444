//! `cargo migrate edit`.

use std::path::PathBuf;

use migrate_core::graph::Set;
use migrate_db::Migrator;
use migrate_db::cli::{CliError, Exit, report_events};

use crate::context::Context;
use crate::writing;

/// Open revisions in $VISUAL or $EDITOR
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate edit                             # open the head
  cargo migrate edit 615021
  cargo migrate edit current
  EDITOR=\"code --wait\" cargo migrate edit head-1")]
pub(crate) struct Args {
    /// The revisions to open
    #[arg(value_name = "REV", default_value = "head", allow_negative_numbers = true)]
    revisions: Vec<String>,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    let editor = writing::editor(context)?;
    // A history with mistakes is what an editor is for: only what is named must be found.
    let (history, _) = context.history()?;
    let graph = &history.graph;
    let mut files: Vec<PathBuf> = Vec::new();
    for word in &args.revisions {
        let asks_what_is_applied = word.contains("current") || word.starts_with(['+', '-']);
        let applied = match context.database()?.filter(|_| asks_what_is_applied) {
            Some(database) => {
                let migrator = Migrator::new(&history).options(context.options());
                let status = migrator.on_event(report_events(context.ui)).status(database).await?;
                graph.set(status.applied.iter().filter_map(|id| graph.node(id)))
            }
            None => Set::empty(graph),
        };
        for node in graph.resolve_many(word, &applied)? {
            let path = graph.revision(node).file.path();
            let name = path.rsplit('/').next().unwrap_or(path);
            files.push(context.directory.path().join(name));
        }
    }
    if files.is_empty() {
        return Err(CliError::usage(format!("`{}` names no revision", args.revisions.join(" "))));
    }
    writing::open(&editor, &files)?;
    Ok(Exit::Done)
}
