//! Runs a squashed revision and the revisions that it replaces on real databases, and compares them.

use std::fmt::Write as _;

use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use migrate_core::ident::RevisionId;
use migrate_core::loaded_schema::LoadedSchema;
use migrate_core::schema::{Schema, difference};
use migrate_core::squash::Squash;
use migrate_db::__private::query;
use migrate_db::cli::CliError;
use migrate_db::testkit::{is_skipped, server};
use migrate_db::{Database, Error, Migrator, Options, Target};
use tempfile::TempDir;

use crate::context::Context;

/// The place for the two databases of one database system.
pub(crate) struct Place {
    database: Database,
    /// What it is, for the user.
    pub(crate) shown: String,
    /// Removed at the end.
    folder: Option<TempDir>,
}

impl Place {
    /// Finds a place: one of the URLs typed, a temporary folder for SQLite, else the server for tests. `None` if
    /// `MIGRATE_TEST_SKIP` names the database.
    ///
    /// # Errors
    /// When a URL is malformed, or there is no server.
    pub(crate) async fn find(
        context: &Context<'_>,
        dialect: Dialect,
        urls: &[String],
    ) -> Result<Option<Self>, CliError> {
        for url in urls {
            let database = Database::from_url(url)?;
            if database.dialect() == dialect {
                let shown = database.to_string();
                return Ok(Some(Self { database, shown, folder: None }));
            }
        }
        if context.settings.test.image(dialect).is_none() {
            return Self::in_folder(dialect).map(Some);
        }
        if is_skipped(dialect) {
            return Ok(None);
        }
        let image = context.settings.test.image(dialect).map(str::to_owned);
        let found = server(dialect, image.as_deref()).await.map_err(|error| {
            CliError::from(error)
                .help("`--on URL` names a database on whose server the two are made")
                .help("`--no-database` compares the static schemas only")
        })?;
        let Some(found) = found else { return Ok(None) };
        let database = Database::from_url(found.url())?;
        Ok(Some(Self { database, shown: found.to_string(), folder: None }))
    }

    /// Two files in a temporary folder, for a database without a server.
    fn in_folder(dialect: Dialect) -> Result<Self, CliError> {
        let folder = tempfile::tempdir()
            .map_err(|error| CliError::failed("no temporary folder").because(error))?;
        let path = folder.path().join("squash.db");
        let database = Database::from_url(&format!("{}:{}", dialect.name(), path.display()))?;
        Ok(Self { database, shown: dialect.to_string(), folder: Some(folder) })
    }

    /// Compares the old revisions with the new one. Returns what differs.
    ///
    /// # Errors
    /// When a revision cannot run, or the databases cannot be made or read.
    pub(crate) async fn compare(
        self,
        context: &Context<'_>,
        histories: (&History, &History),
        squash: &Squash,
    ) -> Result<Vec<String>, CliError> {
        let (old, new) = histories;
        let run = Run {
            options: context.options(),
            before: &squash.before,
            dialect: self.database.dialect(),
        };
        let expected = self
            .database
            .with_scratch(async |scratch| run.of_range(scratch, old, &squash.exit).await)
            .await?;
        let reverts = !squash.irreversible.iter().any(|(dialect, _)| *dialect == run.dialect);
        let found = self
            .database
            .with_scratch(async |scratch| {
                run.of_replacement(scratch, new, &squash.draft.id, reverts).await
            })
            .await?;
        drop(self.folder);
        Ok(found.differences(&expected, run.dialect))
    }
}

/// What the runs have in common.
struct Run<'a> {
    options: Options,
    /// The revisions on which the range is built.
    before: &'a [RevisionId],
    dialect: Dialect,
}

/// A schema and the number of rows in each table.
struct Contents {
    schema: Schema,
    rows: Vec<(String, String)>,
}

/// The contents after the new revision.
struct Found {
    before: Contents,
    after: Contents,
    /// After its down, and after its second up.
    reverted: Option<(Contents, Contents)>,
}

impl Run<'_> {
    async fn upgrade(
        &self,
        database: &Database,
        history: &History,
        id: &RevisionId,
    ) -> Result<(), Error> {
        let target: Target = id.as_str().parse()?;
        let mut migrator = Migrator::new(history).options(self.options.clone());
        migrator.upgrade(database, &target).await.map(drop)
    }

    async fn start(&self, database: &Database, history: &History) -> Result<(), Error> {
        for id in self.before {
            self.upgrade(database, history, id).await?;
        }
        Ok(())
    }

    async fn of_range(
        &self,
        database: &Database,
        history: &History,
        exit: &RevisionId,
    ) -> Result<Contents, Error> {
        self.start(database, history).await?;
        self.upgrade(database, history, exit).await?;
        self.contents(database).await
    }

    async fn of_replacement(
        &self,
        database: &Database,
        history: &History,
        id: &RevisionId,
        reverts: bool,
    ) -> Result<Found, Error> {
        self.start(database, history).await?;
        let before = self.contents(database).await?;
        self.upgrade(database, history, id).await?;
        let after = self.contents(database).await?;
        let mut reverted = None;
        if reverts {
            let mut migrator = Migrator::new(history).options(self.options.clone());
            let target: Target = format!("{id}-1").parse()?;
            migrator.downgrade(database, &target).await?;
            let down = self.contents(database).await?;
            self.upgrade(database, history, id).await?;
            reverted = Some((down, self.contents(database).await?));
        }
        Ok(Found { before, after, reverted })
    }

    async fn contents(&self, database: &Database) -> Result<Contents, Error> {
        let schema = database.schema(&self.options.own_tables(database.dialect())).await?;
        let mut rows = Vec::new();
        for name in schema.tables.keys() {
            let namespace =
                name.namespace.as_deref().map(|of| format!("{}.", self.dialect.quote(of)));
            let table =
                format!("{}{}", namespace.unwrap_or_default(), self.dialect.quote(&name.name));
            let count =
                query(database, &format!("SELECT CAST(COUNT(*) AS CHAR(20)) FROM {table}")).await?;
            let count = count.into_iter().flatten().flatten().flatten().next().unwrap_or_default();
            rows.push((name.to_string(), count.trim().to_owned()));
        }
        Ok(Contents { schema, rows })
    }
}

impl Found {
    fn differences(&self, expected: &Contents, dialect: Dialect) -> Vec<String> {
        let mut all = self.after.differences(expected, dialect, "after the up");
        if let Some((down, again)) = &self.reverted {
            all.extend(down.differences(&self.before, dialect, "after the down"));
            all.extend(again.differences(expected, dialect, "after the second up"));
        }
        all
    }
}

impl Contents {
    fn differences(&self, expected: &Self, dialect: Dialect, when: &str) -> Vec<String> {
        let load = |contents: &Self| LoadedSchema::of_catalog(dialect, &contents.schema);
        let found = load(expected).differences(&load(self));
        let mut all: Vec<String> = found
            .certain
            .iter()
            .chain(&found.unknown)
            .map(|one| format!("{when}: {}", difference(one)))
            .collect();
        for (table, count) in &expected.rows {
            let own = self.rows.iter().find(|(name, _)| name == table).map(|(_, count)| count);
            if let Some(own) = own.filter(|own| *own != count) {
                let mut line = format!("{when}: {table} has {own} rows");
                let _ = write!(line, " and not {count}");
                all.push(line);
            }
        }
        all
    }
}
