//! `cargo migrate accept`.

use migrate_core::author::{Accept, Accepted, Evidence};
use migrate_db::cli::ui::Format;
use migrate_db::cli::{CliError, Exit};
use serde::Serialize;

use crate::context::Context;
use crate::writing;

/// Update migrate.lock, and accept edits of sealed revisions
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate accept                           # add files that were created by hand
  cargo migrate accept 615021                    # no database applied the earlier text
  cargo migrate accept 615021 --reason \"only the default's spelling changed\"

With a reason, databases that applied the earlier text of an edited revision stay valid. A text
that is in no git commit needs no reason. A revision whose file was deleted is removed from the
lock file.")]
pub(crate) struct Args {
    /// Revisions that were edited or deleted on purpose
    #[arg(value_name = "REV")]
    revisions: Vec<String>,
    /// Why the edit is correct for databases that applied the earlier text; stored in migrate.lock
    #[arg(long, value_name = "REASON", alias = "because")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct Json<'a> {
    edited: &'a [String],
    forgotten: &'a [String],
    taken_up: &'a [String],
    resealed: &'a [String],
    unchanged: &'a [String],
    refused: &'a [String],
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    let mut databases = Evidence::default();
    if let Ok(Some(database)) = context.database()
        && !args.revisions.is_empty()
    {
        let (history, _) = context.history()?;
        writing::add_database(&mut databases, context, &database, &history).await;
    }
    let accepted = writing::act_knowing(
        context,
        "accept",
        Some(databases),
        |accepted: &Accepted| &accepted.changes,
        |author, _| {
            let request = Accept {
                revisions: args.revisions.clone(),
                because: args.reason.clone().unwrap_or_default(),
                dialects: context.settings.dialects.clone(),
            };
            author.accept(&request).map_err(writing::refused)
        },
    )?;
    report(context, &accepted);
    match accepted.refused.as_slice() {
        [] => Ok(Exit::Done),
        [first, ..] => Err(CliError::failed(format!(
            "edited or deleted although other revisions build on it: {}",
            accepted.refused.join(", ")
        ))
        .help(format!("restore the file, or `cargo migrate accept {first} --reason \"..\"`"))),
    }
}

fn report(context: &Context<'_>, accepted: &Accepted) {
    let ui = context.ui;
    let Accepted { edited, forgotten, taken_up, resealed, unchanged, refused, changes } = accepted;
    for (what, ids) in [
        ("accepted the edit of", edited),
        ("removed", forgotten),
        ("added", taken_up),
        ("accepted the unpublished edit of", resealed),
        ("nothing to accept in", unchanged),
    ] {
        if !ids.is_empty() {
            ui.note(format_args!("{what} {}", ids.join(", ")));
        }
    }
    if changes.is_empty() && refused.is_empty() {
        ui.note("migrate.lock is up to date");
    }
    if ui.format() == Format::Json {
        ui.json(&Json { edited, forgotten, taken_up, resealed, unchanged, refused });
    }
}
