//! `cargo migrate db`.

use std::path::PathBuf;

use migrate_core::graph::{Place, Target};
use migrate_db::cli::{CliError, Exit};
use migrate_db::{Database, Migrator};

use crate::context::Context;

/// Create, drop, reset or copy a database
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate db create
  cargo migrate db drop --yes
  cargo migrate db reset --yes            # drop, create, upgrade to the heads
  cargo migrate db backup before.db")]
pub(crate) struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Create the database, unless it is there
    Create,
    /// Remove the database and everything in it
    Drop(Sure),
    /// Remove the database, create it anew and upgrade it to the heads
    Reset(Sure),
    /// Copy the database into a file
    Backup {
        /// The file, which must not exist yet
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
struct Sure {
    /// Ask nothing; needed where there is no terminal
    #[arg(short, long)]
    yes: bool,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    let database = context.database()?.ok_or_else(CliError::no_database)?;
    match &args.act {
        Act::Create => create(context, &database),
        Act::Drop(sure) => {
            sure.confirm(context, &database)?;
            drop(context, &database)
        }
        Act::Reset(sure) => reset(sure, context, &database).await,
        Act::Backup { file } => {
            if file.exists() {
                return Err(CliError::usage(format!("{} exists already", file.display()))
                    .help("name a file that does not"));
            }
            if !database.backup(file).await? {
                return Err(CliError::failed(format!("there is no database {database}")));
            }
            context.ui.note(format_args!("copied {database} to {}", file.display()));
            Ok(Exit::Done)
        }
    }
}

fn create(context: &Context<'_>, database: &Database) -> Result<Exit, CliError> {
    let done = if database.create()? { "created" } else { "exists already:" };
    context.ui.note(format_args!("{done} {database}"));
    Ok(Exit::Done)
}

fn drop(context: &Context<'_>, database: &Database) -> Result<Exit, CliError> {
    let done = if database.drop()? { "dropped" } else { "there is no" };
    context.ui.note(format_args!("{done} {database}"));
    Ok(Exit::Done)
}

async fn reset(sure: &Sure, context: &Context<'_>, database: &Database) -> Result<Exit, CliError> {
    // What would stop the upgrade must be known before anything is gone.
    let (history, found) = context.history()?;
    if found.has_errors() {
        return Err(found.into());
    }
    sure.confirm(context, database)?;
    drop(context, database)?;
    create(context, database)?;
    let mut migrator = Migrator::new(&history).options(context.options());
    let report = migrator.upgrade(database, &Target::place(Place::Heads)).await?;
    let count = report.steps.len();
    context.ui.note(format_args!("{count} revisions applied"));
    Ok(Exit::Done)
}

impl Sure {
    fn confirm(&self, context: &Context<'_>, database: &Database) -> Result<(), CliError> {
        if self.yes {
            return Ok(());
        }
        if context.ui.is_interactive() {
            return context
                .ui
                .confirm(format_args!("This removes {database} and everything in it. Go on?"));
        }
        Err(CliError::usage(format!("this would remove {database} and everything in it"))
            .help("say `--yes`: there is no terminal to ask on"))
    }
}
