//! `cargo migrate rehearse`.

use std::path::Path;

use migrate_core::dialect::Dialect;
use migrate_db::cli::ui::OutputFormat;
use migrate_db::cli::{CliError, Exit};
use migrate_db::{Database, Rehearsal, RehearsalSource, SampleRate};

use crate::context::Context;
use crate::rehearsal::{Rehearsed, json, markdown, text};

/// Run an upgrade on a copy of the database and report times, locks and sizes
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The copy is made on the same server or beside the same file, and is dropped at the end. The original
is only read. The limits under [rehearse] in migrate.toml make the command fail with exit code 3.

Examples:
  cargo migrate rehearse                        # the pending revisions, on a copy
  cargo migrate rehearse --down                 # and back
  cargo migrate rehearse --from before.dump --on postgres://localhost/app
  cargo migrate rehearse --schema-only          # without rows
  cargo migrate rehearse --sample 1%            # with a part of the rows
  cargo migrate rehearse --format markdown      # for a pull request"
)]
pub(crate) struct Args {
    /// Target: an id or its beginning, a label, head, heads, +N, REV+N, BRANCH@TARGET
    #[arg(default_value = "head", allow_negative_numbers = true)]
    target: String,
    /// The database to copy, or a file that `db backup` made [default: the database]
    #[arg(long, value_name = "URL|FILE")]
    from: Option<String>,
    /// A database on whose server, or in whose folder, the copy is made [default: the original]
    #[arg(long, value_name = "URL")]
    on: Option<String>,
    /// Also revert the revisions, newest first
    #[arg(long)]
    down: bool,
    /// Copy no rows, only the schema and what is applied; not on SQLite
    #[arg(long)]
    schema_only: bool,
    /// Copy this share of the rows of each table, such as 1%, and the rows that these refer to
    #[arg(long, value_name = "PERCENT", conflicts_with = "schema_only")]
    sample: Option<SampleRate>,
}

/// The formats beside text and JSON.
pub(super) const FORMATS: &[OutputFormat] = &[OutputFormat::Markdown];

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    let (history, found) = context.history()?;
    if found.has_errors() {
        return Err(found.into());
    }
    let target = args.target.parse()?;
    let source = source(args, context)?;
    let on = match (&args.on, &source) {
        (Some(url), _) => Some(Database::from_url(url)?),
        (None, RehearsalSource::Dump(_)) => context.database()?,
        (None, _) => None,
    };
    let shown = match &source {
        RehearsalSource::Database(database) => database.to_string(),
        _ => args.from.clone().unwrap_or_default(),
    };
    context.ui.note(format_args!("rehearsing on a copy of {shown}"));
    let rehearsal = Rehearsal::new(&history, source)
        .options(context.options())
        .on(on)
        .schema_only(args.schema_only)
        .sample(args.sample)
        .down(args.down);
    let mut report = rehearsal.run(&target).await?;
    let failure = report.failure.take();
    let breaches = report.breaches(&context.settings.rehearsal);
    for name in &report.reaped {
        context.ui.note(format_args!("dropped {name}, which a rehearsal that was killed had left"));
    }
    let rehearsed = Rehearsed {
        shown: &shown,
        report: &report,
        failure: failure.as_ref(),
        breaches: &breaches,
    };
    match context.ui.output_format() {
        OutputFormat::Json => context.ui.json(&json(&rehearsed)),
        OutputFormat::Markdown => context.ui.text(&markdown(&rehearsed)),
        _ => text(&rehearsed).iter().for_each(|line| context.ui.line(line)),
    }
    if let Some(help) = report.unseen_locks {
        context.ui.note(format_args!("the locks could not be seen: {help}"));
    }
    if let Some(error) = failure {
        return Err(CliError::from(error).help("this happened on the copy, which was dropped"));
    }
    if breaches.is_empty() {
        return Ok(Exit::Done);
    }
    let messages: Vec<&str> = breaches.iter().map(|breach| breach.message.as_str()).collect();
    Err(CliError::no(format!("a limit of [rehearse] was exceeded: {}", messages.join("; "))))
}

fn source(args: &Args, context: &Context<'_>) -> Result<RehearsalSource, CliError> {
    let is_url = |text: &str| Dialect::of_url(text).is_some();
    Ok(match &args.from {
        Some(url) if is_url(url) => RehearsalSource::Database(Database::from_url(url)?),
        Some(path) => RehearsalSource::Dump(context.typed_path(Path::new(path))),
        None => RehearsalSource::Database(context.database()?.ok_or_else(CliError::no_database)?),
    })
}
