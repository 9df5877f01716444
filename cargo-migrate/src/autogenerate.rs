//! `new --autogenerate`: reads both schemas, asks what only a person knows, and writes the revision. `check`
//! reports the same differences.

mod ahead;
mod amend;

use std::borrow::Cow;
use std::cell::LazyCell;

use migrate_core::apply::State;
use migrate_core::author::{Author, Body, NewRevision, Written};
use migrate_core::autogenerate::{
    Changes, Filter, NotFollowed, Refusal, Rename, Request, Undecided, generate, message,
    not_followed, sections,
};
use migrate_core::dialect::Dialect;
use migrate_core::directory::Change;
use migrate_core::evolution::Evolution;
use migrate_core::graph::Node;
use migrate_core::history::History;
use migrate_core::revision::DraftSection;
use migrate_core::schema::difference;
use migrate_core::source::SourceFile;
use migrate_core::variables::{VariableValues, bind, restore};
use migrate_db::cli::CliError;

use crate::context::Context;
use crate::models::{self, Asked, Source, Unfollowed, Wanted};
use crate::writing;

pub(crate) use ahead::ahead;

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

/// Generates for every database of the project, on top of revisions.
fn for_all_databases(
    context: &Context<'_>,
    asked: &mut Options,
    history: &History,
    parents: &[Node],
    source: &dyn Source,
) -> Result<Vec<Changes>, CliError> {
    let dialects = dialects(context, history)?;
    if let Some(of) = source.dialect()
        && dialects != [of]
    {
        let names: Vec<&str> = dialects.iter().map(|dialect| dialect.name()).collect();
        return Err(CliError::usage(format!(
            "the wanted schema is one of {of}, and the revisions are for {}",
            names.join(", ")
        ))
        .help("`--models` with SQL files or `rust` names a schema of every database"));
    }
    let declared = &context.settings.variables;
    let values = VariableValues::default();
    let mut history = Cow::Borrowed(history);
    if !declared.is_empty() {
        // What is wrong with a variable is a finding of `check`.
        let _ = bind(history.to_mut(), declared, &values);
    }
    let mut all = Vec::new();
    for dialect in dialects {
        let of = (&*history, &values);
        let (mut changes, wanted) = changes(context, asked, of, dialect, parents, source)?;
        tell_undecided(context, &history, &wanted, &changes.undecided);
        for step in changes.up.iter_mut().chain(&mut changes.down) {
            step.sql = restore(&step.sql, declared, dialect);
        }
        all.push(changes);
    }
    Ok(all)
}

/// The revisions that the new one needs.
fn parents(
    author: &Author<'_>,
    history: &History,
    request: &NewRevision,
) -> Result<Vec<Node>, CliError> {
    let parent =
        author.parent(request.head.as_deref(), request.splice).map_err(writing::refused)?;
    let graph = &history.graph;
    let mut nodes: Vec<Node> = parent.iter().filter_map(|id| graph.node(id.as_str())).collect();
    nodes.extend(request.depends_on.iter().filter_map(|word| graph.find(word).ok()));
    Ok(nodes)
}

/// The databases that the revision is for.
fn dialects(context: &Context<'_>, history: &History) -> Result<Vec<Dialect>, CliError> {
    if !context.settings.dialects.is_empty() {
        return Ok(context.settings.dialects.clone());
    }
    if let Some(lock) = history.lock.as_ref().filter(|lock| !lock.dialects.is_empty()) {
        return Ok(lock.dialects.clone());
    }
    let url = context.database_url()?;
    let scheme = url.as_deref().and_then(|url| url.split(':').next());
    match scheme.and_then(Dialect::from_name) {
        Some(dialect) => Ok(vec![dialect]),
        None => Err(CliError::usage("it is not known for which database the SQL is written")
            .help("write `dialects = [\"postgres\"]` into migrate.toml, or set DATABASE_URL")),
    }
}

fn state_after(history: &History, dialect: Dialect, nodes: &[Node]) -> Result<State, CliError> {
    Evolution::after(&history.graph, dialect, nodes).ok_or_else(|| {
        CliError::failed(format!("the schema of {dialect} cannot be followed without a database"))
    })
}

/// Generates for one database, and asks about renames. The answers hold for the other databases too. The history
/// has these values in the place of its variables.
fn changes(
    context: &Context<'_>,
    asked: &mut Options,
    (history, values): (&History, &VariableValues),
    dialect: Dialect,
    parents: &[Node],
    source: &dyn Source,
) -> Result<(Changes, Wanted), CliError> {
    let settings = &context.settings;
    let filter = Filter { tables: settings.tables.clone(), ignore: settings.ignore.clone() };
    let state = state_after(history, dialect, parents)?;
    // Reads the whole history once more, so only where a schema of SQL asks for it, and once.
    let known = LazyCell::new(|| not_followed(&history.graph, dialect, parents));
    loop {
        let renames = &asked.rename;
        let wanted =
            source.wanted(context, &Asked { dialect, history, head: &state, values, renames })?;
        refuse_unfollowed(&known, &wanted)?;
        let renames: Vec<String> = renames.iter().chain(&wanted.renames).cloned().collect();
        let result = generate(&Request {
            dialect,
            history: &state,
            wanted: &wanted.state,
            filter: &filter,
            renames: &renames,
            dropped: &asked.drop,
            takes_likely: asked.yes,
        });
        match result {
            Ok(changes) => {
                let taken = changes.renames.iter().map(ToString::to_string);
                let new: Vec<String> = taken.filter(|text| !renames.contains(text)).collect();
                if source.follows_renames() && !new.is_empty() {
                    asked.rename.extend(new);
                    continue;
                }
                tell_unfollowed(context, history, &state, &known, &wanted);
                return Ok((changes, wanted));
            }
            Err(Refusal::Likely(renames)) if context.ui.is_interactive() => {
                for rename in renames {
                    if context.ui.asks(rename.question()) {
                        asked.rename.push(rename.to_string());
                    } else {
                        asked.drop.push(rename.subject());
                    }
                }
            }
            Err(refusal) => return Err(refused(dialect, &refusal)),
        }
    }
}

fn refused(dialect: Dialect, refusal: &Refusal) -> CliError {
    match refusal {
        Refusal::Likely(renames) => {
            let list = |flag: &str, text: fn(&Rename) -> String| {
                let words = renames.iter().map(|rename| format!("--{flag} {}", text(rename)));
                words.collect::<Vec<_>>().join(" ")
            };
            CliError::no(refusal.to_string())
                .help(format!("if so: `{}`, or `--yes` for all", list("rename", Rename::to_string)))
                .help(format!("if not: `{}`; its values are lost", list("drop", Rename::subject)))
        }
        Refusal::Rename { .. } => CliError::usage(refusal.to_string()),
        _ => CliError::failed(format!("on {dialect}: {refusal}"))
            .help("write this change by hand with `cargo migrate new`; nothing was written"),
    }
}

/// Refuses statements of the wanted schema whose effect is not followed and that the history does not have.
fn refuse_unfollowed<F: FnOnce() -> Vec<NotFollowed>>(
    known: &LazyCell<Vec<NotFollowed>, F>,
    wanted: &Wanted,
) -> Result<(), CliError> {
    let is_known = |one: &&Unfollowed| known.iter().any(|own| own.words == one.words);
    let Some(first) = wanted.not_followed.iter().find(|one| !is_known(one)) else { return Ok(()) };
    Err(CliError::failed(format!(
        "{}: the static schema does not follow this statement, so it cannot be compared with the history",
        first.place
    ))
    .help("add the statement to a revision in the same words, or leave it out of the models"))
}

/// Names statements of the history whose effect is not followed and that SQL files do not have.
fn tell_unfollowed<F: FnOnce() -> Vec<NotFollowed>>(
    context: &Context<'_>,
    history: &History,
    state: &State,
    known: &LazyCell<Vec<NotFollowed>, F>,
    wanted: &Wanted,
) {
    if wanted.files.is_none() {
        return;
    }
    let is_wanted =
        |one: &NotFollowed| wanted.not_followed.iter().any(|own| own.words == one.words);
    let mut left = known.iter().filter(|one| !is_wanted(one) && one.leaves_mark(state));
    let Some(first) = left.next() else { return };
    let node = history.graph.order().find(|node| node.index() == first.source);
    let file = node.map(|node| &history.graph.revision(node).file);
    let at = file.map(|file| place(file, first.span.start)).unwrap_or_default();
    let more = match left.count() {
        0 => String::new(),
        1 => ", and 1 more statement".to_owned(),
        count => format!(", and {count} more statements"),
    };
    context.ui.warn(format_args!(
        "not compared: the models do not have the statement at {at}{more}, whose effect the static schema does not follow"
    ));
}

fn place(file: &SourceFile, offset: usize) -> String {
    format!("{}:{}", file.path(), file.line(offset))
}

fn tell_undecided(
    context: &Context<'_>,
    history: &History,
    wanted: &Wanted,
    undecided: &[Undecided],
) {
    for one in undecided {
        let why = one.reason.as_ref().map(|reason| {
            let source = reason.origin.source;
            let file = match &wanted.files {
                Some(files) if one.in_wanted => files.get(source),
                _ => history
                    .graph
                    .order()
                    .find(|node| node.index() == source)
                    .map(|node| &history.graph.revision(node).file),
            };
            let at = file.map(|file| place(file, reason.origin.span.start)).unwrap_or_default();
            format!(": {} ({at})", reason.why)
        });
        let why = why.unwrap_or_default();
        context.ui.warn(format_args!("left alone: {}{why}", difference(&one.difference)));
    }
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
