//! `cargo migrate derive`.

use migrate_core::author::{Derive, DerivedDowns};
use migrate_db::cli::ui::Format;
use migrate_db::cli::{CliError, Exit};
use serde::Serialize;

use crate::context::Context;
use crate::writing;

/// Write missing and empty downs from the ups
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate derive                           # all revisions that may change and have no down
  cargo migrate derive head
  cargo migrate new -m \"add email\" --sql 'ALTER TABLE users ADD COLUMN email text'

No database is needed. A down is proved on the static schema before it is written. Contents that it does
not bring back are declared with `-- migrate:lossy`. The exit code is 3 if a down does not undo its whole
up; the file and the output name the statements.")]
pub(crate) struct Args {
    /// The revisions [default: all that may change and whose down is missing or empty]
    #[arg(value_name = "REV", allow_negative_numbers = true)]
    revisions: Vec<String>,
}

#[derive(Serialize)]
struct Json<'a> {
    revisions: Vec<DownJson<'a>>,
}

/// A derived down as JSON.
#[derive(Serialize)]
struct DownJson<'a> {
    revision: &'a str,
    path: String,
    #[serde(flatten)]
    limits: writing::Limits<'a>,
}

pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    let request =
        Derive { revisions: args.revisions.clone(), database: writing::database_at_hand(context) };
    let derived = writing::act(
        context,
        "derive",
        |derived: &DerivedDowns| &derived.changes,
        |author, _| {
            let read = |name: &str| std::fs::read_to_string(context.directory.path().join(name));
            author.derive(&request, read).map_err(writing::refused)
        },
    )?;
    let ui = context.ui;
    if derived.downs.is_empty() {
        ui.note("no revision that may change lacks a down");
    }
    for down in &derived.downs {
        ui.note(format_args!("wrote the down of {}", down.id));
        if ui.format() == Format::Text {
            ui.line(context.directory.shown_file(&down.name));
        }
        writing::report_limits(context, down);
    }
    if ui.format() == Format::Json {
        let revisions = derived.downs.iter().map(|one| DownJson {
            revision: one.id.as_str(),
            path: context.directory.shown_file(&one.name),
            limits: writing::Limits::of(one),
        });
        ui.json(&Json { revisions: revisions.collect() });
    }
    Ok(writing::exit_of(&derived.downs))
}
