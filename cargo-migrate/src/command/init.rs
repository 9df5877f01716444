//! `cargo migrate init`.

use std::path::Path;

use migrate_core::author::{Accept, Author, starter_config};
use migrate_core::config::{DEFAULT_DIR, FILE_NAME};
use migrate_core::dialect::Dialect;
use migrate_core::directory::{Change, replace};
use migrate_core::history::History;
use migrate_core::lock;
use migrate_db::cli::ui::Format;
use migrate_db::cli::{CliError, Exit};
use serde::Serialize;

use crate::context::Context;
use crate::writing;

/// Create the migrations directory, lock file and migrate.toml
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate init                             # for the database of DATABASE_URL
  cargo migrate init --dialect sqlite,postgres   # SQL for both
  cargo migrate init --dir db/migrations

Existing files are not changed.")]
pub(crate) struct Args {
    /// The database systems that the SQL is written for [default: from the URL, else sqlite]
    #[arg(long, value_name = "DATABASE", value_delimiter = ',', value_parser = writing::read_dialect)]
    dialect: Vec<Dialect>,
}

#[derive(Default, Serialize)]
struct Output {
    written: Vec<String>,
    kept: Vec<String>,
}

pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    let (dialects, why) = dialects(args, context);
    let mut output = Output::default();
    let held = writing::lock(context, "init")?;
    let changes = lock_file(context, &dialects)?;
    let lock_file = context.directory.shown_file(lock::FILE_NAME);
    if changes.is_empty() {
        output.kept.push(lock_file);
    } else {
        writing::apply(context, &changes)?;
        output.written.push(lock_file);
    }
    match &context.config {
        Some(path) => output.kept.push(context.shown(path)),
        None => {
            let path = context.root.join(FILE_NAME);
            let text = starter_config(&dir_setting(context), &dialects);
            let shown = context.shown(&path);
            replace(&path, &text)
                .map_err(|e| CliError::failed(format!("{shown} cannot be written")).because(e))?;
            output.written.push(shown);
        }
    }
    drop(held);
    report(context, &output, &dialects, why);
    Ok(Exit::Done)
}

/// The databases, and why these.
fn dialects(args: &Args, context: &Context<'_>) -> (Vec<Dialect>, &'static str) {
    if !args.dialect.is_empty() {
        let mut dialects = args.dialect.clone();
        dialects.sort_unstable();
        dialects.dedup();
        return (dialects, "--dialect");
    }
    if !context.settings.dialects.is_empty() {
        return (context.settings.dialects.clone(), "from migrate.toml");
    }
    // A missing or malformed URL does not prevent the start.
    let url = context.database_url().ok().flatten();
    match url.and_then(|url| Dialect::from_name(url.split(':').next().unwrap_or_default())) {
        Some(dialect) => (vec![dialect], "from the database URL"),
        None => (vec![Dialect::Sqlite], "the default; --dialect selects others"),
    }
}

/// A first lock file, also for a folder that has revisions already; nothing where there is one.
fn lock_file(context: &Context<'_>, dialects: &[Dialect]) -> Result<Vec<Change>, CliError> {
    let (history, found) = if context.directory.path().exists() {
        context.history()?
    } else {
        History::read(Vec::new(), None, dialects)
    };
    if history.lock.is_some() {
        return Ok(Vec::new());
    }
    let author = Author::new(&history, &found)?;
    let request = Accept { dialects: dialects.to_vec(), ..Accept::default() };
    Ok(author.accept(&request).map_err(writing::refused)?.changes)
}

/// The folder as migrate.toml names it.
fn dir_setting(context: &Context<'_>) -> String {
    let path = context.directory.path();
    let dir: &Path = path.strip_prefix(&context.root).unwrap_or(path);
    let parts: Vec<_> = dir.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    match dir.is_absolute() {
        true => path.to_string_lossy().into_owned(),
        false if parts.is_empty() => ".".to_owned(),
        false => parts.join("/"),
    }
}

fn report(context: &Context<'_>, output: &Output, dialects: &[Dialect], why: &str) {
    let ui = context.ui;
    match ui.format() {
        Format::Text => output.written.iter().for_each(|path| ui.line(path)),
        Format::Json => ui.json(output),
    }
    for path in &output.kept {
        ui.note(format_args!("{path} exists already and was not changed"));
    }
    if output.written.is_empty() {
        return;
    }
    let names: Vec<&str> = dialects.iter().map(|dialect| dialect.name()).collect();
    let features: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let dir = dir_setting(context);
    let argument = if dir == DEFAULT_DIR { String::new() } else { format!("\"{dir}\"") };
    ui.note(format_args!(
        "The SQL is for {} ({why}). Commit these files, including migrate.lock: it makes git report a \
         conflict when two branches add a revision, and detects edits of revisions that others build on.\n\n\
         To embed the revisions, add to Cargo.toml under [dependencies]:\n  \
         migrate-db = {{ version = \"{}\", features = [{}] }}\n\
         and to the program:\n  \
         static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!({argument});\n\n\
         Next: cargo migrate new -m \"create users\"",
        names.join(", "),
        env!("CARGO_PKG_VERSION"),
        features.join(", "),
    ));
}
