//! `cargo migrate db`.

use std::path::{Path, PathBuf};

use migrate_core::graph::{Place, Target};
use migrate_db::cli::{CliError, Exit, report_events};
use migrate_db::{Database, Migrator};

use crate::context::Context;

/// Create, drop, reset or copy a database
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A database looks like production when its server is another machine, or a word of its URL, name
or path says so: prod, shop_prod, production, prd, live. Its name must be typed before it is
dropped, and before `downgrade` loses rows of it.

A copy of PostgreSQL is made by pg_dump, for pg_restore; one of MariaDB or MySQL by
mariadb-dump or mysqldump, as SQL; one of SQLite is a database file.

Examples:
  cargo migrate db create
  cargo migrate db drop --yes
  cargo migrate db drop --yes --confirm app_prod
  cargo migrate db reset --yes            # drop, create, upgrade to the heads
  cargo migrate db backup before.dump"
)]
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
        /// The file, which must not exist yet [default: one in the folder backups, named after the
        /// database and the time]
        file: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
struct Sure {
    /// Ask nothing; needed where there is no terminal
    #[arg(short, long)]
    yes: bool,
    /// The name of the database: needed beside --yes for one that looks like production
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    /// End the connections of others
    #[arg(long)]
    force: bool,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    let database = context.database()?.ok_or_else(CliError::no_database)?;
    if !matches!(args.act, Act::Backup { .. }) {
        database.named()?;
    }
    database
        .wait_for_server(context.options().connect_timeout, &mut report_events(context.ui))
        .await?;
    match &args.act {
        Act::Create => create(context, &database).await?,
        Act::Drop(sure) => {
            sure.confirm(context, &database)?;
            drop(sure, context, &database).await?;
        }
        Act::Reset(sure) => reset(sure, context, &database).await?,
        Act::Backup { file } => backup(file.as_deref(), context, &database).await?,
    }
    Ok(Exit::Done)
}

async fn create(context: &Context<'_>, database: &Database) -> Result<(), CliError> {
    let done = if database.create().await? { "created" } else { "exists already:" };
    context.ui.note(format_args!("{done} {database}"));
    Ok(())
}

async fn drop(sure: &Sure, context: &Context<'_>, database: &Database) -> Result<(), CliError> {
    let force = sure.force || ask_others(context, database).await?;
    // Afterwards a link leads nowhere.
    let described = database.described();
    let done = if database.drop(force).await? { "dropped" } else { "there is no" };
    context.ui.note(format_args!("{done} {described}"));
    Ok(())
}

/// Asks about others who are connected, where a person can be asked; whether they must go.
async fn ask_others(context: &Context<'_>, database: &Database) -> Result<bool, CliError> {
    if !context.ui.is_interactive() {
        return Ok(false);
    }
    let others = database.connected().await?;
    if others.is_empty() {
        return Ok(false);
    }
    let others = others.join("\n  ");
    context.ui.note(format_args!("others are connected to {database}:\n  {others}"));
    let is_file = database.dialect().admin().databases.is_none();
    context.ui.confirm(if is_file {
        "Remove the file all the same?"
    } else {
        "End their connections?"
    })?;
    Ok(true)
}

async fn reset(sure: &Sure, context: &Context<'_>, database: &Database) -> Result<(), CliError> {
    // What would stop the upgrade must be known before anything is gone.
    let (history, found) = context.history()?;
    if found.has_errors() {
        return Err(found.into());
    }
    sure.confirm(context, database)?;
    drop(sure, context, database).await?;
    create(context, database).await?;
    let mut migrator = Migrator::new(&history).options(context.options());
    let report = migrator.upgrade(database, &Target::place(Place::Heads)).await?;
    let count = report.steps.len();
    let plural = if count == 1 { "" } else { "s" };
    context.ui.note(format_args!("{count} revision{plural} applied"));
    Ok(())
}

async fn backup(
    file: Option<&Path>,
    context: &Context<'_>,
    database: &Database,
) -> Result<(), CliError> {
    let copied = match file {
        Some(file) if file.exists() => {
            return Err(CliError::usage(format!("{} exists already", file.display()))
                .help("name a file that does not"));
        }
        Some(file) => database.backup(file).await?.then(|| file.to_owned()),
        None => database.backup_into(Path::new("backups")).await?,
    };
    let Some(copied) = copied else {
        return Err(CliError::failed(format!("there is no database {database}")));
    };
    context.ui.note(format_args!("copied {database} to {}", copied.display()));
    Ok(())
}

impl Sure {
    /// Sees that the person means it: a `y`, or the name of what looks like production.
    fn confirm(&self, context: &Context<'_>, database: &Database) -> Result<(), CliError> {
        let (name, described) = (database.name(), database.described());
        if let Some(typed) = self.confirm.as_ref().filter(|typed| **typed != name) {
            return Err(CliError::usage(format!(
                "`--confirm {typed}`, but the database is {name}"
            ))
            .help("nothing was changed; look which database is meant"));
        }
        let what = format!("This removes {described} and everything in it");
        let production = database.production().filter(|_| self.confirm.is_none());
        match production {
            None if self.yes => Ok(()),
            Some(why) if context.ui.is_interactive() => context
                .ui
                .confirm_by(format_args!("{what}. It looks like production: {why}."), &name),
            None if context.ui.is_interactive() => {
                context.ui.confirm(format_args!("{what}. Go on?"))
            }
            Some(why) => Err(CliError::usage(format!(
                "this would remove {described}, which looks like production: {why}"
            ))
            .help(format!("say `--yes --confirm {name}` if that is what you want"))),
            None => {
                Err(CliError::usage(format!("this would remove {described} and everything in it"))
                    .help("say `--yes`: there is no terminal to ask on"))
            }
        }
    }
}
