//! `cargo migrate merge`.

use migrate_core::author::{Merge, Written};
use migrate_core::ident::{BranchLabel, RevisionId};
use migrate_db::cli::{CliError, Exit};

use crate::context::Context;
use crate::writing;

/// Join heads with a merge revision
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate merge                            # all heads
  cargo migrate merge -m \"merge feature\" 615021 8ab1c0

The command also works while migrate.lock holds git's conflict markers, and rewrites that file.
The sections of a merge revision may stay empty. `cargo migrate rebase` puts one branch on top of
the other instead.")]
pub(crate) struct Args {
    /// The revisions to join [default: all heads]
    #[arg(value_name = "REV", allow_negative_numbers = true)]
    revisions: Vec<String>,
    /// The message, in one line [default: the ids that are joined]
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    /// A label for the branch
    #[arg(long = "branch-label", value_name = "LABEL", value_parser = writing::read_label)]
    labels: Vec<BranchLabel>,
    /// The id [default: 12 random hexadecimal digits]
    #[arg(long, value_name = "ID", value_parser = writing::read_id)]
    rev_id: Option<RevisionId>,
    /// Allow revisions that others build on
    #[arg(long)]
    splice: bool,
}

pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    if let Some(message) = &args.message {
        writing::check_message(context, message)?;
    }
    let written = writing::act(
        context,
        "merge",
        |written: &Written| &written.changes,
        |author, history| {
            let request = Merge {
                id: writing::id(&history.graph, args.rev_id.as_ref())?,
                created: writing::now()?,
                message: args.message.clone().unwrap_or_default(),
                revisions: args.revisions.clone(),
                splice: args.splice,
                labels: args.labels.clone(),
            };
            author.merge(&request).map_err(writing::refused)
        },
    )?;
    writing::report_written(context, &written);
    Ok(Exit::Done)
}
