//! `cargo migrate squash`.

use migrate_core::author::Pruned;
use migrate_core::directory::Change;
use migrate_core::history::History;
use migrate_core::ident::RevisionId;
use migrate_core::revision::Revision;
use migrate_core::source::SourceFile;
use migrate_core::squash::{Place as StatementPlace, Squash, SquashRequest, squash};
use migrate_db::cli::ui::Format;
use migrate_db::cli::{CliError, Exit};
use serde::Serialize;

use crate::context::Context;
use crate::globals::Globals;
use crate::squash_proof::Place;
use crate::squash_prune::{self, Prune};
use crate::writing;

/// Replace a range of revisions by one that makes the same schema
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate squash base:head -m \"schema of 2026\"
  cargo migrate squash 3f2a:615021 --dry-run     # print the revision
  cargo migrate squash 3f2a:head --on postgres://localhost/postgres
  cargo migrate squash --prune                   # remove the old files, if no database needs them

The old files stay until `--prune`. A database that has run them has the new revision applied, and one in
the middle of the range runs the rest from the old files. The new revision is compared with the old ones
statically, and on two scratch databases: temporary files for SQLite, else on the server of `--on` or the
server for tests.")]
pub(crate) struct Args {
    /// The range A:B, from A to B; `base:B` begins with the first revision. With --prune, revisions whose
    /// replaced files are removed [default: all]
    #[arg(value_name = "RANGE", allow_negative_numbers = true, required_unless_present = "prune")]
    words: Vec<String>,
    /// The message of the new revision
    #[arg(short, long, value_name = "MESSAGE", conflicts_with = "prune")]
    message: Option<String>,
    /// The id of the new revision [default: 12 random hexadecimal digits]
    #[arg(long, value_name = "ID", value_parser = writing::read_id, conflicts_with = "prune")]
    rev_id: Option<RevisionId>,
    /// Leave out what this revision does to rows and to settings of the session; more than once for several
    #[arg(long, value_name = "REV", conflicts_with = "prune")]
    leave_out: Vec<String>,
    /// A database on whose server the new revision is tried; more than once for several systems
    #[arg(long, value_name = "URL", conflicts_with_all = ["prune", "no_database"])]
    on: Vec<String>,
    /// Compare the static schemas only
    #[arg(long, conflicts_with = "prune")]
    no_database: bool,
    /// Print the revision, or the files that would be removed, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not prompt
    #[arg(long)]
    yes: bool,
    /// Remove the files of replaced revisions, if no database needs them
    #[arg(long)]
    prune: bool,
    /// A database that is asked by --prune; more than once for several [default: those of migrate.toml]
    #[arg(long, value_name = "URL", requires = "prune")]
    url: Vec<String>,
}

#[derive(Serialize)]
struct Json<'a> {
    revision: &'a str,
    path: &'a str,
    replaces: Vec<&'a str>,
    kept: Vec<StatementJson<'a>>,
    left_out: Vec<StatementJson<'a>>,
    irreversible: Option<&'a str>,
    compared_on: Vec<&'a str>,
}

#[derive(Serialize)]
struct StatementJson<'a> {
    path: &'a str,
    line: usize,
    why: &'a str,
}

#[derive(Serialize)]
struct PrunedJson<'a> {
    removed: Vec<&'a str>,
}

pub(crate) async fn run(
    args: &Args,
    context: &Context<'_>,
    globals: &Globals,
) -> Result<Exit, CliError> {
    if args.prune {
        return prune(args, context, globals).await;
    }
    let [range] = args.words.as_slice() else {
        return Err(CliError::usage("squash takes one range").help("write it as `A:B`"));
    };
    let (history, found) = context.history_as_written()?;
    let broken = found.iter().any(migrate_core::history::is_structural);
    if broken {
        return Err(found.into());
    }
    let request = SquashRequest {
        range: range.clone(),
        id: writing::id(&history.graph, args.rev_id.as_ref())?,
        created: writing::now()?,
        message: args.message.clone().unwrap_or_else(|| format!("squash {range}")),
        leave_out: args.leave_out.clone(),
    };
    writing::check_message(context, &request.message)?;
    let squashed =
        squash(&history, &request, writing::database_at_hand(context)).map_err(refused)?;
    tell(context, &squashed);
    confirm_left_out(args, context, &squashed)?;
    let compared = match args.no_database {
        true => Vec::new(),
        false => compare(args, context, &history, &squashed).await?,
    };
    if compared.is_empty() {
        context.ui.note("the static schemas are equal; no database was asked");
    }
    if args.dry_run {
        context.ui.text(&squashed.draft.render());
        return Ok(Exit::Done);
    }
    let path = write(context, &history, &squashed)?;
    report(context, &squashed, &path, &compared);
    Ok(Exit::Done)
}

fn refused(error: migrate_core::squash::SquashError) -> CliError {
    error.help.into_iter().fold(CliError::usage(error.message), CliError::help)
}

/// Reports what becomes of statements that the schema does not stand for.
fn tell(context: &Context<'_>, squashed: &Squash) {
    let ui = context.ui;
    for (place, why) in &squashed.kept {
        ui.note(format_args!("kept {place} ({why}): {}", place.statement));
    }
    for (place, why) in &squashed.left_out {
        ui.note(format_args!("left out {place} ({why}): {}", place.statement));
    }
    for (dialect, reason) in &squashed.irreversible {
        ui.warn(format_args!("the new revision cannot be reverted on {dialect}: {reason}"));
    }
    if !squashed.test_sections.is_empty() {
        let ids: Vec<&str> = squashed.test_sections.iter().map(RevisionId::as_str).collect();
        ui.note(format_args!(
            "fixtures and `verify` sections are not taken over: {}",
            ids.join(", ")
        ));
    }
}

fn confirm_left_out(args: &Args, context: &Context<'_>, squashed: &Squash) -> Result<(), CliError> {
    if squashed.left_out.is_empty() || args.yes || args.dry_run {
        return Ok(());
    }
    let count = squashed.left_out.len();
    let what = format!("{count} statement{} left out", if count == 1 { " is" } else { "s are" });
    if context.ui.is_interactive() {
        return context.ui.confirm(format_args!("{what}. Write the revision?"));
    }
    Err(CliError::no(what).help("`--yes` writes the revision; `--dry-run` shows it"))
}

/// Compares the old revisions with the new one on real databases. Returns what they are.
async fn compare(
    args: &Args,
    context: &Context<'_>,
    written: &History,
    squashed: &Squash,
) -> Result<Vec<String>, CliError> {
    let (old, _) = context.bound((written.clone(), Default::default()), None)?;
    let (new, _) = context.bound((with_draft(written, squashed), Default::default()), None)?;
    let mut compared = Vec::new();
    for dialect in &squashed.dialects {
        let Some(place) = Place::find(context, *dialect, &args.on).await? else {
            context.ui.warn(format_args!("not compared on {dialect}: MIGRATE_TEST_SKIP names it"));
            continue;
        };
        let shown = place.shown.clone();
        let left = place.compare(context, (&old, &new), squashed).await?;
        if !left.is_empty() {
            return Err(CliError::failed(format!(
                "the new revision does not do what the old ones do on {shown}: {}",
                left.join("; ")
            ))
            .help("nothing was written; `--dry-run --no-database` prints the revision")
            .help("please report it: the static schema is wrong here"));
        }
        context.ui.note(format_args!("compared with the old revisions on {shown}: no difference"));
        compared.push(shown);
    }
    Ok(compared)
}

/// The history with the new revision.
fn with_draft(history: &History, squashed: &Squash) -> History {
    let file = SourceFile::new(squashed.draft.file_name(), squashed.draft.render());
    let new = Revision::parse(file, &history.dialects).0;
    let graph = &history.graph;
    let revisions = graph.all_revisions().cloned().chain(new).collect();
    History { graph: graph.rebuilt(revisions).0, ..history.clone() }
}

/// Writes the file and the lock file. Returns the path of the file.
fn write(context: &Context<'_>, read: &History, squashed: &Squash) -> Result<String, CliError> {
    let changes = writing::act(context, "squash", Vec::as_slice, |author, history| {
        if history.graph != read.graph {
            return Err(CliError::failed("the files changed in the meantime")
                .help("nothing was written; run the command again"));
        }
        author.write_all(std::slice::from_ref(&squashed.draft)).map_err(writing::refused)
    })?;
    let name = changes.iter().find_map(|change| match change {
        Change::Write { name, .. } => Some(name.as_str()),
        Change::Remove { .. } => None,
    });
    Ok(context.directory.shown_file(name.unwrap_or_default()))
}

fn report(context: &Context<'_>, squashed: &Squash, path: &str, compared: &[String]) {
    let ui = context.ui;
    let id = &squashed.draft.id;
    ui.note(format_args!("revision {id} replaces {} revisions", squashed.replaced.len()));
    ui.note("the old files stay until `cargo migrate squash --prune`");
    match ui.format() {
        Format::Text => ui.line(path),
        Format::Json => ui.json(&Json {
            revision: id.as_str(),
            path,
            replaces: squashed.replaced.iter().map(RevisionId::as_str).collect(),
            kept: squashed.kept.iter().map(StatementJson::of).collect(),
            left_out: squashed.left_out.iter().map(StatementJson::of).collect(),
            irreversible: squashed.irreversible.first().map(|(_, reason)| reason.as_str()),
            compared_on: compared.iter().map(String::as_str).collect(),
        }),
    }
}

/// Removes the files of replaced revisions.
async fn prune(args: &Args, context: &Context<'_>, globals: &Globals) -> Result<Exit, CliError> {
    let ui = context.ui;
    let (history, found) = context.history()?;
    if found.iter().any(migrate_core::history::is_structural) {
        return Err(found.into());
    }
    let prune = Prune::new(&history, &args.words)?;
    if prune.is_empty() {
        ui.note("no file of a replaced revision is there");
        return Ok(Exit::Done);
    }
    let asked = squash_prune::databases(context, globals, &args.url).await?;
    let needed = prune.needed_by(context, &asked).await;
    if !needed.is_empty() {
        needed.iter().for_each(|line| ui.warn(line));
        return Err(CliError::no("the old files are needed, and none was removed")
            .help("run `cargo migrate upgrade` on these databases while the old files are there"));
    }
    ui.note(format_args!("no database needs the old files: {}", squash_prune::names(&asked)));
    if args.dry_run {
        prune.paths().iter().for_each(|path| ui.line(path));
        return Ok(Exit::Done);
    }
    let pruned = writing::act(
        context,
        "squash --prune",
        |pruned: &Pruned| &pruned.changes,
        |author, _| {
            let nodes = author.prunable(&args.words).map_err(writing::refused)?;
            author.prune(&nodes).map_err(writing::refused)
        },
    )?;
    let removed: Vec<&str> = pruned.removed.iter().map(RevisionId::as_str).collect();
    match ui.format() {
        Format::Text => {
            for change in &pruned.changes {
                if let Change::Remove { name } = change {
                    ui.line(format_args!("removed {}", context.directory.shown_file(name)));
                }
            }
        }
        Format::Json => ui.json(&PrunedJson { removed }),
    }
    Ok(Exit::Done)
}

impl<'a> StatementJson<'a> {
    fn of((place, why): &'a (StatementPlace, &'static str)) -> Self {
        Self { path: &place.path, line: place.line, why }
    }
}
