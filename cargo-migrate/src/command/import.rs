//! `cargo migrate import`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use migrate_core::author::Author;
use migrate_core::diagnostic::{Diagnostics, Severity};
use migrate_core::dialect::Dialect;
use migrate_core::directory::{Change, Directory, MAX_FILE_SIZE, read_file};
use migrate_core::graph::{Graph, Place, Target};
use migrate_core::history::History;
use migrate_core::ident::RevisionId;
use migrate_core::lock::OpenReason;
use migrate_core::revision::Draft;
use migrate_db::__private::query_table;
use migrate_db::cli::ui::Format as Output;
use migrate_db::cli::{CliError, Exit, report_events};
use migrate_db::{Database, Migrator};
use serde::Serialize;

use crate::context::Context;
use crate::import::{self, BlankDowns, ForeignFile, Format, Import, NoDown};
use crate::writing;

/// Import migrations of sqlx, diesel, golang-migrate, dbmate, goose, refinery or flyway
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  git mv migrations migrations-sqlx && cargo migrate import migrations-sqlx
  cargo migrate import --from diesel ../old/migrations --dir db/migrations
  cargo migrate import old --adopt               # also mark what the database has applied

The imported revisions form a line on top of the head. Their ids are made from the versions, so
importing again adds only new migrations. A migration without a readable down becomes irreversible.
--adopt reads the other tool's version table and stamps the database. It runs no migration.")]
pub(crate) struct Args {
    /// The directory of the other tool
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// The other tool [default: detected from the files]
    #[arg(long, value_name = "TOOL")]
    from: Option<Format>,
    /// The database system of the SQL [default: from migrate.toml or the database URL]
    #[arg(long, value_name = "DATABASE", value_parser = writing::read_dialect)]
    dialect: Option<Dialect>,
    /// Mark as applied what the other tool's version table lists
    #[arg(long)]
    adopt: bool,
    /// The marker for a down without statements
    #[arg(long, value_name = "MARKER", value_enum, default_value_t)]
    blank_downs: BlankDowns,
    /// Create the other tool's version table in a first revision, for migrations that change it
    #[arg(long)]
    with_version_table: bool,
}

#[derive(Serialize)]
struct Json<'a> {
    from: &'a str,
    revisions: Vec<JsonRevision>,
    skipped: Vec<JsonSkipped<'a>>,
    adopted: Option<usize>,
}

#[derive(Serialize)]
struct JsonRevision {
    revision: String,
    path: String,
}

#[derive(Serialize)]
struct JsonSkipped<'a> {
    path: &'a str,
    reason: &'a str,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    let shown = context.shown(&args.folder);
    if let (Ok(from), Ok(to)) =
        (args.folder.canonicalize(), context.directory.path().canonicalize())
        && from == to
    {
        return Err(CliError::usage(format!("{shown} is the folder of the revisions"))
            .help(format!("move it first: git mv {shown} {shown}-old"))
            .help("or choose another folder for the revisions with `--dir`"));
    }
    let database = match args.adopt {
        true => Some(database(context)?),
        false => None,
    };
    if let Some(database) = &database {
        database
            .wait_for_server(context.options().connect_timeout, &mut report_events(context.ui))
            .await?;
    }
    let mut import = read(args, context, &shown, database.as_ref())?;
    import.blank_downs = args.blank_downs;
    import.make_table = version_table(args, context, &import);
    let held = writing::lock(context, "import")?;
    let (drafts, changes) = draft(context, &import, dialect(args, context, database.as_ref())?)?;
    writing::apply(context, &changes)?;
    drop(held);
    report_notes(context, &import, &drafts, changes.is_empty());
    let adopted = match &database {
        Some(database) => Some(adopt(context, database, &import).await?),
        None => None,
    };
    report(context, &import, &drafts, adopted);
    let (history, found) = context.history()?;
    context.ui.diagnostics(&found);
    if found.has_errors() {
        return Err(CliError::failed(
            "the revisions are written; the mistakes above are left to fix",
        ));
    }
    if !drafts.is_empty() || args.adopt {
        next(args, context, &shown, &import, &history);
    }
    Ok(Exit::Done)
}

/// The version table that a first revision makes: one that an up needs, if it is wanted.
fn version_table(args: &Args, context: &Context<'_>, import: &Import) -> Option<&'static str> {
    let table = import.needed_table()?;
    let wanted = || {
        context.ui.confirm(format_args!(
            "A migration changes `{table}`, which a fresh database does not have. Make it in a \
             first revision?"
        ))
    };
    let make = args.with_version_table || context.ui.is_interactive() && wanted().is_ok();
    make.then_some(table)
}

/// Reports what remains to be done.
fn next(args: &Args, context: &Context<'_>, shown: &str, import: &Import, history: &History) {
    let (ui, format) = (context.ui, import.format);
    let is_open = |id: &str| {
        let open = history.lock.as_ref().and_then(|lock| lock.open.get(id));
        open == Some(&OpenReason::Placeholder)
    };
    let ids = import::ids(import);
    let open = |hole: bool| -> Vec<&str> {
        let all = import.migrations.iter().zip(&ids).filter(|(m, _)| m.hole.is_some() == hole);
        all.map(|(_, id)| id.as_str()).filter(|id| is_open(id)).collect()
    };
    let (holes, blank) = (open(true), open(false));
    let mut steps = Vec::new();
    if !holes.is_empty() {
        steps.push(format!("write the SQL of {}", listed(&holes)));
    }
    if !blank.is_empty() {
        steps.push(format!(
            "write what code did in place of an empty migration, if any did: {}",
            listed(&blank)
        ));
    }
    if let Some(table) = import.needed_table().filter(|_| import.make_table.is_none()) {
        steps.push(format!(
            "`{table}`, which a migration changes, is not in a fresh database: import into an \
             empty folder with `--with-version-table`, and a first revision makes it"
        ));
    }
    if let [head] = history.graph.real_heads().as_slice() {
        let head = history.graph.id(*head);
        steps.push(format!("`cargo migrate test --since {head}` tests what is added from now on"));
    }
    let other = if args.adopt { "every other database" } else { "every database" };
    steps.push(format!(
        "`cargo migrate import {shown} --adopt --database-url URL` for {other} that {format} has \
         migrated: it runs nothing"
    ));
    ui.note(format_args!("\nNext:\n  {}", steps.join("\n  ")));
}

/// A few ids, and how many more there are.
fn listed(ids: &[&str]) -> String {
    const SHOWN: usize = 8;
    let shown = ids.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match ids.len().checked_sub(SHOWN) {
        Some(more @ 1..) => format!("{shown} and {more} more"),
        _ => shown,
    }
}

fn database(context: &Context<'_>) -> Result<Database, CliError> {
    context.database()?.ok_or_else(|| {
        CliError::usage("--adopt reads a database, and none is named")
            .help("give `--database-url`, or set DATABASE_URL")
    })
}

/// The database system of the SQL.
fn dialect(
    args: &Args,
    context: &Context<'_>,
    database: Option<&Database>,
) -> Result<Dialect, CliError> {
    if let Some(dialect) = args.dialect.or(database.map(Database::dialect)) {
        return Ok(dialect);
    }
    if let [dialect] = context.settings.dialects.as_slice() {
        return Ok(*dialect);
    }
    let url = context.database_url()?;
    url.and_then(|url| Dialect::from_name(url.split(':').next().unwrap_or_default())).ok_or_else(
        || {
            CliError::usage("the database system of the SQL is not known")
                .help("pass `--dialect sqlite`, `postgres` or `mysql`")
        },
    )
}

/// Reads the directory. An error stops the import before anything is written.
fn read(
    args: &Args,
    context: &Context<'_>,
    shown: &str,
    database: Option<&Database>,
) -> Result<Import, CliError> {
    let mut files = Vec::new();
    collect(&args.folder, "", &mut files)
        .map_err(|e| CliError::usage(format!("the folder {shown} cannot be read")).because(e))?;
    let format = match args.from {
        Some(format) => format,
        None => import::detect(&files).map_err(|fitting| undecided(shown, &fitting))?,
    };
    let mut import = import::read(format, dialect(args, context, database)?, &files);
    let mut errors = Diagnostics::new();
    for problem in std::mem::take(&mut import.problems) {
        if problem.severity == Severity::Error {
            errors.push(problem);
        } else {
            import.problems.push(problem);
        }
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    if import.migrations.is_empty() {
        return Err(CliError::usage(format!("{shown} contains no migration of {format}"))
            .help("`--from` selects another tool"));
    }
    Ok(import)
}

fn undecided(shown: &str, fitting: &[(Format, usize)]) -> CliError {
    let names =
        |formats: &[Format]| formats.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ");
    let fitting: Vec<Format> = fitting.iter().map(|(format, _)| *format).collect();
    if fitting.is_empty() {
        CliError::usage(format!("{shown} contains no migration of a known tool"))
            .help(format!("select the tool with `--from`: {}", names(&Format::ALL)))
    } else {
        CliError::usage(format!("the tool of the migrations in {shown} cannot be detected"))
            .help(format!("select it with `--from`: {}", names(&fitting)))
    }
}

/// Collects all files below a folder, except hidden ones.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<ForeignFile>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            let text = read_file(&entry.path(), MAX_FILE_SIZE).map_err(|error| error.to_string());
            files.push(ForeignFile { path, text });
        }
    }
    Ok(())
}

/// The new revisions, and the changes that write them.
fn draft(
    context: &Context<'_>,
    import: &Import,
    dialect: Dialect,
) -> Result<(Vec<Draft>, Vec<Change>), CliError> {
    let (mut history, found) = context.history()?;
    let begins = history.lock.is_none() && history.graph.is_empty();
    if begins && context.settings.dialects.is_empty() {
        (history, _) = History::read(Vec::new(), None, &[dialect]);
    }
    let author = Author::new(&history, &found)?;
    let parent = author.parent(None, false).map_err(writing::refused)?;
    let now = jiff::Timestamp::now().as_second();
    let is_there = |id: &RevisionId| {
        let graph = &history.graph;
        graph.node(id.as_str()).or_else(|| graph.replacing(id.as_str())).is_some()
    };
    let drafts =
        import::revisions(import, parent, is_there, now, |second| writing::moment(second).ok());
    if drafts.is_empty() {
        return Ok((drafts, Vec::new()));
    }
    let changes = author.write_all(&drafts).map_err(writing::refused)?;
    Ok((drafts, changes))
}

/// Prints what became of each file, so that none is left out unnoticed.
fn report_notes(context: &Context<'_>, import: &Import, drafts: &[Draft], nothing: bool) {
    let ui = context.ui;
    ui.diagnostics(&import.problems);
    for (path, reason) in &import.skipped {
        ui.note(format_args!("skipped {path}: {reason}"));
    }
    let mut blank: Vec<String> = Vec::new();
    for (migration, id) in import.migrations.iter().zip(import::ids(import)) {
        if !drafts.iter().any(|draft| draft.id == id) {
            continue;
        }
        if let Some(hole) = &migration.hole {
            ui.warn(format_args!("revision {id} does nothing yet: {hole}"));
        }
        for note in &migration.notes {
            ui.note(note);
        }
        if migration.down.is_none() && migration.no_down == NoDown::Blank {
            blank.push(id.to_string());
        }
    }
    if !blank.is_empty() {
        let ids: Vec<&str> = blank.iter().map(String::as_str).collect();
        let count =
            if ids.len() == 1 { "1 down".to_owned() } else { format!("{} downs", ids.len()) };
        let ids = listed(&ids);
        let what = match import.blank_downs {
            BlankDowns::Irreversible => {
                "irreversible; `--blank-downs noop` lets a downgrade pass instead"
            }
            BlankDowns::Noop => "noop: a downgrade passes",
        };
        ui.note(format_args!("{count} without a statement, {what}: {ids}"));
    }
    if import.migrations.iter().any(|migration| migration.up.foreign_keys) {
        ui.note("foreign keys are enforced as before: each section has foreign-keys:true");
    }
    let is_new = |id: &_| drafts.iter().any(|draft| draft.id == *id);
    let new = import::ids(import).iter().filter(|id| is_new(id)).count();
    let there = import.migrations.len() - new;
    let format = import.format;
    ui.note(match (new, there) {
        (_, there) if nothing => format!("all {there} migrations of {format} exist already"),
        (new, 0) => format!("imported {new} migrations of {format}"),
        (new, there) => {
            format!("imported {new} migrations of {format}; {there} existed already")
        }
    });
}

/// Stamps the database with the revisions in the other tool's version table, and returns their
/// number.
async fn adopt(
    context: &Context<'_>,
    database: &Database,
    import: &Import,
) -> Result<usize, CliError> {
    let (history, found) = context.history()?;
    if found.has_errors() {
        return Err(found.into());
    }
    let tables = import::version_tables(import.format);
    let mut rows = None;
    for table in tables {
        rows = query_table(database, table.name, table.query).await?;
        if rows.is_some() {
            break;
        }
    }
    let rows = rows.ok_or_else(|| {
        let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
        CliError::failed(format!("the database has no table {}", names.join(" or "))).help(format!(
            "{} has not migrated this database; `cargo migrate upgrade` does",
            import.format
        ))
    })?;
    let applied = import::applied(import.format, &rows, import)
        .map_err(|e| CliError::failed("the applied migrations cannot be imported").because(e))?;
    let ids = import::ids(import);
    let Some(last) = applied.last() else { return Ok(0) };
    if let Some(gap) = (0..*last).find(|n| !applied.contains(n)) {
        return Err(CliError::failed(format!(
            "the database has {} but not {}, which precedes it",
            ids[*last], ids[gap]
        ))
        .help(format!("apply it with {} first, then use --adopt again", import.format)));
    }
    let target = Target::place(Place::Name(ids[*last].to_string()));
    let mut migrator = Migrator::new(&history).options(context.options());
    let status = migrator.status(database).await?;
    let last_id = ids[*last].as_str();
    let graph = &history.graph;
    let node = graph.node(last_id).or_else(|| graph.replacing(last_id));
    let is_applied = node.is_some_and(|node| status.applied.contains(&graph.id(node).to_string()));
    // Stamping what is applied would take back what came after it.
    if !is_applied && !status.replaced.iter().any(|id| id == last_id) {
        let targets = [target];
        if !graph.divided_by(&targets).is_empty() && history.divided_by(&targets).is_none() {
            return Err(in_the_middle(graph, last_id, import));
        }
        migrator.stamp(database, &targets, false).await?;
    }
    context.ui.note(format_args!(
        "the database has {} of them, up to {}",
        applied.len(),
        ids[*last]
    ));
    Ok(applied.len())
}

/// Returns the error for a database that has run a part of a squashed range whose files are gone.
fn in_the_middle(graph: &Graph, last: &str, import: &Import) -> CliError {
    let by = graph.replacing(last).map(|node| graph.id(node).as_str()).unwrap_or_default();
    CliError::failed(format!(
        "the database has migrations up to {last}, in the middle of those that {by} replaces, and their files are \
         gone"
    ))
    .help(format!("apply the rest of them with {}, then use --adopt again", import.format))
    .help("or bring the old files back with git, use --adopt, and run `cargo migrate upgrade`")
}

fn report(context: &Context<'_>, import: &Import, drafts: &[Draft], adopted: Option<usize>) {
    let ui = context.ui;
    let directory: &Directory = &context.directory;
    let path = |draft: &Draft| directory.shown_file(&draft.file_name());
    match ui.format() {
        Output::Text => drafts.iter().for_each(|draft| ui.line(path(draft))),
        Output::Json => ui.json(&Json {
            from: import.format.name(),
            revisions: drafts
                .iter()
                .map(|draft| JsonRevision { revision: draft.id.to_string(), path: path(draft) })
                .collect(),
            skipped: import
                .skipped
                .iter()
                .map(|(path, reason)| JsonSkipped { path, reason })
                .collect(),
            adopted,
        }),
    }
}
