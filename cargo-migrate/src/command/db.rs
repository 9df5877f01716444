//! `cargo migrate db`.

use std::path::{Path, PathBuf};

use migrate_core::graph::{Place, Target};
use migrate_core::history::History;
use migrate_core::loaded_schema::fresh_database_sql;
use migrate_core::schema::{compare, difference};
use migrate_db::cli::{CliError, Exit, report_events};
use migrate_db::{Database, Migrator};

use crate::context::Context;

/// Create, drop, reset, back up or restore a database
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A database looks like production if its server is another machine, or if its URL, name or path
contains a word such as prod, production, prd or live. Its name must be typed before it is
dropped, and before `downgrade` or `redo` loses rows.

Backups of PostgreSQL are made by pg_dump for pg_restore, those of MariaDB and MySQL by
mariadb-dump or mysqldump as SQL. A backup of SQLite is a database file.

Examples:
  cargo migrate db create
  cargo migrate db create --schema        # at the heads, without running each revision
  cargo migrate db drop --yes
  cargo migrate db drop --yes --confirm app_prod
  cargo migrate db reset --yes            # drop, create, upgrade to the heads
  cargo migrate db backup --verify before.dump
  cargo migrate db restore before.dump    # the name must be typed, or --yes --confirm app"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Create the database if it does not exist
    Create {
        /// Bring it to the heads: by the SQL of the schema where that makes the same database, else by
        /// the revisions
        #[arg(long)]
        schema: bool,
    },
    /// Drop the database with everything in it
    Drop(Sure),
    /// Drop the database, create it again and upgrade it to the heads
    Reset(Sure),
    /// Copy the database to a file
    Backup {
        /// The file, which must not exist [default: in the folder backups, named after the database
        /// and the time]
        file: Option<PathBuf>,
        /// Load the copy into a scratch database and compare its schema with the original's
        #[arg(long)]
        verify: bool,
    },
    /// Replace the database by a copy that `db backup` or `--backup` made
    Restore {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        sure: Sure,
    },
}

#[derive(Debug, clap::Args)]
struct Sure {
    /// Do not prompt; required without a terminal
    #[arg(short, long)]
    yes: bool,
    /// The name of the database, required with --yes if it looks like production, and to restore
    /// over tables
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    /// Close other connections to the database
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
        Act::Create { schema: false } => {
            create(context, &database).await?;
        }
        Act::Create { schema: true } => create_at_head(context, &database).await?,
        Act::Drop(sure) => {
            sure.confirm_drop(context, &database)?;
            drop(sure, context, &database).await?;
        }
        Act::Reset(sure) => reset(sure, context, &database).await?,
        Act::Backup { file, verify } => {
            let copied = backup(file.as_deref(), context, &database).await?;
            return if *verify {
                verify_copy(&copied, context, &database).await
            } else {
                Ok(Exit::Done)
            };
        }
        Act::Restore { file, sure } => restore(file, sure, context, &database).await?,
    }
    Ok(Exit::Done)
}

/// Creates the database; `false` if it existed.
async fn create(context: &Context<'_>, database: &Database) -> Result<bool, CliError> {
    let created = database.create().await?;
    let done = if created { "created" } else { "already exists:" };
    context.ui.note(format_args!("{done} {database}"));
    Ok(created)
}

/// Creates the database and brings it to the heads, in the shortest way that makes the same database.
async fn create_at_head(context: &Context<'_>, database: &Database) -> Result<(), CliError> {
    let (history, found) = context.history()?;
    if found.has_errors() {
        return Err(found.into());
    }
    if !create(context, database).await? && !database.schema(&[]).await?.is_empty() {
        return Err(CliError::usage(format!("{database} is not empty"))
            .help("`cargo migrate upgrade` applies the revisions that are pending")
            .help("`cargo migrate db reset` drops it and creates it again"));
    }
    let graph = &history.graph;
    let script = match fresh_database_sql(graph, database.dialect(), &graph.heads()) {
        Ok(script) => script,
        Err(why) => {
            context.ui.note(format_args!("the revisions run one by one: {why}"));
            return upgrade(context, &history, database).await;
        }
    };
    database.create_schema(&script).await.map_err(|error| {
        CliError::from(error).help("`cargo migrate db reset` creates it revision by revision")
    })?;
    let mut migrator = Migrator::new(&history).options(context.options());
    migrator.stamp(database, &[Target::place(Place::Heads)], false).await?;
    let count = history.graph.len();
    let plural = if count == 1 { "" } else { "s" };
    context.ui.note(format_args!("created the schema of {count} revision{plural}"));
    Ok(())
}

async fn drop(sure: &Sure, context: &Context<'_>, database: &Database) -> Result<(), CliError> {
    let force = sure.force || ask_others(context, database).await?;
    // Afterwards a link leads nowhere.
    let described = database.described();
    let done = if database.drop(force).await? { "dropped" } else { "does not exist:" };
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
    context.ui.note(format_args!("other connections to {database}:\n  {others}"));
    let is_file = database.dialect().admin().databases.is_none();
    context.ui.confirm(if is_file { "Remove the file anyway?" } else { "Close them?" })?;
    Ok(true)
}

async fn reset(sure: &Sure, context: &Context<'_>, database: &Database) -> Result<(), CliError> {
    // What would stop the upgrade must be known before anything is gone.
    let (history, found) = context.history()?;
    if found.has_errors() {
        return Err(found.into());
    }
    sure.confirm_drop(context, database)?;
    drop(sure, context, database).await?;
    create(context, database).await?;
    upgrade(context, &history, database).await
}

async fn upgrade(
    context: &Context<'_>,
    history: &History,
    database: &Database,
) -> Result<(), CliError> {
    let mut migrator = Migrator::new(history).options(context.options());
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
) -> Result<PathBuf, CliError> {
    let copied = match file {
        Some(file) if file.exists() => {
            return Err(CliError::usage(format!("{} already exists", file.display()))
                .help("choose another file"));
        }
        Some(file) => database.backup(file).await?.then(|| file.to_owned()),
        None => database.backup_into(Path::new("backups")).await?,
    };
    let Some(copied) = copied else {
        return Err(CliError::failed(format!("there is no database {database}")));
    };
    let file = copied.display();
    context.ui.note(format_args!("copied {database} to {file}"));
    Ok(copied)
}

async fn verify_copy(
    copy: &Path,
    context: &Context<'_>,
    database: &Database,
) -> Result<Exit, CliError> {
    let before = database.schema(&[]).await?;
    let read =
        async |scratch: &Database| Ok((scratch.schema(&[]).await?, scratch.count_tables().await?));
    let (after, count) = database.with_restored(copy, read).await?;
    let differences = compare(&before, &after);
    if differences.is_empty() {
        let plural = if count == 1 { "" } else { "s" };
        context.ui.note(format_args!(
            "verified: the copy can be restored, with {count} table{plural} and the same schema"
        ));
        return Ok(Exit::Done);
    }
    let differences: Vec<String> = differences.iter().map(difference).collect();
    Err(CliError::failed(format!(
        "the schema of {} differs from {database}:\n  {}",
        copy.display(),
        differences.join("\n  ")
    ))
    .help("the schema may have changed while the copy was made: copy again, and keep this file"))
}

async fn restore(
    file: &Path,
    sure: &Sure,
    context: &Context<'_>,
    database: &Database,
) -> Result<(), CliError> {
    let (described, count) = (database.described(), database.count_tables().await?);
    if count > 0 {
        let plural = if count == 1 { "" } else { "s" };
        let why = format!("has {count} table{plural}");
        sure.confirm(context, database, &format!("replace {described}"), Some(why))?;
    }
    let force = sure.force || count > 0 && ask_others(context, database).await?;
    let count = database.restore(file, force).await?;
    let plural = if count == 1 { "" } else { "s" };
    context
        .ui
        .note(format_args!("restored {described} from {}: {count} table{plural}", file.display()));
    Ok(())
}

impl Sure {
    /// Asks before everything is lost.
    fn confirm_drop(&self, context: &Context<'_>, database: &Database) -> Result<(), CliError> {
        let what = format!("drop {}", database.described());
        let why = database.production().map(|why| format!("looks like production: {why}"));
        self.confirm(context, database, &what, why)
    }

    /// Asks for a `y`, or for the name of the database where there is a reason to be careful.
    fn confirm(
        &self,
        context: &Context<'_>,
        database: &Database,
        what: &str,
        why: Option<String>,
    ) -> Result<(), CliError> {
        let name = database.name();
        if let Some(typed) = self.confirm.as_ref().filter(|typed| **typed != name) {
            return Err(CliError::usage(format!(
                "`--confirm {typed}`, but the database is {name}"
            ))
            .help("nothing was changed; check which database the URL names"));
        }
        let may_ask = context.ui.is_interactive();
        match why.filter(|_| self.confirm.is_none()) {
            None if self.yes => Ok(()),
            Some(why) if may_ask => {
                context.ui.confirm_by(format_args!("This would {what}. It {why}."), &name)
            }
            None if may_ask => context
                .ui
                .confirm(format_args!("This would {what} with everything in it. Continue?")),
            Some(why) => Err(CliError::usage(format!("this would {what}, which {why}"))
                .help(format!("to do so, pass `--yes --confirm {name}`"))),
            None => Err(CliError::usage(format!("this would {what} with everything in it"))
                .help("to do so, pass `--yes`")),
        }
    }
}
