//! `cargo migrate edit`.

use std::path::PathBuf;

use migrate_db::cli::{CliError, Exit};

use crate::context::Context;
use crate::writing;

/// Open revisions in $VISUAL or $EDITOR
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate edit                             # the head
  cargo migrate edit 615021
  EDITOR=\"code --wait\" cargo migrate edit head-1")]
pub(crate) struct Args {
    /// The revisions
    #[arg(value_name = "REV", default_value = "head", allow_hyphen_values = true)]
    revisions: Vec<String>,
}

pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    let editor = writing::editor(context)?;
    // A history with mistakes is what an editor is for: only what is named must be found.
    let (history, _) = context.history()?;
    let graph = &history.graph;
    let mut files: Vec<PathBuf> = Vec::new();
    for word in &args.revisions {
        let path = graph.revision(graph.find(word)?).file.path();
        let name = path.rsplit('/').next().unwrap_or(path);
        files.push(context.directory.path().join(name));
    }
    writing::open(&editor, &files)?;
    Ok(Exit::Done)
}
