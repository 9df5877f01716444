//! `new --autogenerate`: reads both schemas, asks what only a person knows, and writes the revision. `check`
//! reports the same differences.

mod ahead;
mod amend;
mod databases;
mod not_compared;

use migrate_core::author::{Author, Body, NewRevision, Written};
use migrate_core::autogenerate::{Changes, message, sections};
use migrate_core::directory::Change;
use migrate_core::graph::Node;
use migrate_core::history::History;
use migrate_core::revision::DraftSection;
use migrate_db::cli::CliError;

use crate::context::Context;
use crate::models;
use crate::writing;

pub(crate) use ahead::ahead;
use databases::{for_all_databases, parents};

/// How to generate a revision.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Autogenerate")]
pub(crate) struct Options {
    /// Write the SQL that makes the schema of the history the wanted one
    #[arg(long)]
    pub(crate) autogenerate: bool,
    /// The wanted schema: SQL files or folders, `rust`, a database URL or a revision [default: `models` of migrate.toml]
    #[arg(long, value_name = "SOURCE", requires = "autogenerate")]
    pub(crate) models: Vec<String>,
    /// A rename of a table, column, index, constraint or enum value: users.mail=email
    #[arg(long, value_name = "FROM=TO", requires = "autogenerate")]
    pub(crate) rename: Vec<String>,
    /// A table, column or enum value that is dropped, although another looks like its new name
    #[arg(long, value_name = "NAME", requires = "autogenerate")]
    pub(crate) drop: Vec<String>,
    /// Write the changes into the newest revision, which must not be sealed
    #[arg(long, requires = "autogenerate", conflicts_with_all = ["words", "message", "head", "splice", "labels", "depends_on", "rev_id"])]
    pub(crate) amend: bool,
    /// Print the revision instead of writing it
    #[arg(long, requires = "autogenerate")]
    pub(crate) dry_run: bool,
    /// Do not prompt: take likely renames as renames, and write what loses values
    #[arg(long, requires = "autogenerate")]
    pub(crate) yes: bool,
}

/// What came of it.
pub(crate) enum Outcome {
    /// Both schemas are equal.
    Nothing,
    /// A revision with the same content is there already: its file.
    Same(String),
    /// The text of the revision, which is not written.
    Printed(String),
    /// The revision.
    Written(Written),
    /// The newest revision, whose sections were written again.
    Amended(Written),
}

impl Outcome {
    /// The changes to the folder.
    pub(crate) fn changes(&self) -> &[Change] {
        match self {
            Self::Written(written) | Self::Amended(written) => &written.changes,
            _ => &[],
        }
    }
}

/// Generates a revision. `request` says where it goes; its body is replaced, and its message where it is
/// empty.
///
/// # Errors
/// When a schema cannot be read, a question is answered no or cannot be asked, or a change cannot be written.
pub(crate) fn write(
    context: &Context<'_>,
    options: &Options,
    author: Author<'_>,
    history: &History,
    request: NewRevision,
) -> Result<Outcome, CliError> {
    if options.amend {
        return amend::amend(context, options, author, history);
    }
    let parents = parents(&author, history, &request)?;
    let source = models::source(context, &options.models)?;
    let mut asked = options.clone();
    let all = for_all_databases(context, &mut asked, history, &parents, &*source)?;
    let Some(first) = all.iter().find(|changes| !changes.up.is_empty()) else {
        return Ok(Outcome::Nothing);
    };
    let body = sections(&all);
    if let Some(file) = same_revision(history, &parents, &body) {
        return Ok(Outcome::Same(file));
    }
    for rename in &first.renames {
        context.ui.note(rename.described());
    }
    confirm_losses(context, options, &all)?;
    let message = match request.message.is_empty() {
        true => message(first),
        false => request.message.clone(),
    };
    writing::check_message(context, &message)?;
    let request = NewRevision { message, body: Body::Sections(body), ..request };
    let written = author.new_revision(&request).map_err(writing::refused)?;
    Ok(if options.dry_run { printed(written) } else { Outcome::Written(written) })
}

/// The text of a revision that is not written.
fn printed(written: Written) -> Outcome {
    let text = written.changes.into_iter().find_map(|change| match change {
        Change::Write { name, text } if name == written.name => Some(text),
        _ => None,
    });
    Outcome::Printed(text.unwrap_or_default())
}

/// The file of a revision on the same parents with the same sections.
fn same_revision(history: &History, parents: &[Node], body: &[DraftSection]) -> Option<String> {
    let graph = &history.graph;
    let text_of = |text: &str| text.trim().to_owned();
    let same = |node: &Node| {
        let revision = graph.revision(*node);
        let text = revision.file.text();
        let sections = revision.sections.iter().map(|section| {
            let marker = section.marker.of(text).trim_start_matches("-- migrate:");
            (text_of(marker), text_of(section.body.of(text)))
        });
        graph.parents(*node) == parents
            && sections.eq(body.iter().map(|own| (text_of(&own.marker), text_of(&own.body))))
    };
    let node = graph.order().find(same)?;
    Some(graph.revision(node).file.path().to_owned())
}

/// Asks before a revision is written that loses values.
fn confirm_losses(
    context: &Context<'_>,
    options: &Options,
    all: &[Changes],
) -> Result<(), CliError> {
    let mut lost: Vec<String> = Vec::new();
    for loss in all.iter().flat_map(|changes| &changes.losses) {
        let text = format!("{} ({})", loss.subject, loss.why);
        if !lost.contains(&text) {
            lost.push(text);
        }
    }
    if lost.is_empty() || options.yes || options.dry_run {
        return Ok(());
    }
    let what = format!("the revision loses values of {}", lost.join(", "));
    if context.ui.is_interactive() {
        return context.ui.confirm(format_args!("{what}. Write it?"));
    }
    Err(CliError::no(what).help("`--yes` writes it; `--dry-run` shows it"))
}
