//! `new --from-database`: the first revision of a database that exists already.

use migrate_core::dialect::Dialect;
use migrate_core::ident::RevisionId;
use migrate_core::loaded_schema::LoadedSchema;
use migrate_core::schema::difference;
use migrate_db::cli::CliError;
use migrate_db::{Database, Error, Migrator, Target};

use crate::context::Context;

/// The schema of a database as SQL that is proved to make it.
pub(crate) struct Baseline {
    pub(crate) sql: String,
    database: Database,
}

impl Baseline {
    /// Reads the schema of the configured database, and proves in a scratch database that its SQL makes the same
    /// schema.
    ///
    /// # Errors
    /// When the database cannot be read or is empty, or the SQL does not make the same schema.
    pub(crate) async fn read(context: &Context<'_>) -> Result<Self, CliError> {
        let database = context.database()?.ok_or_else(CliError::no_database)?;
        if context.settings.dialects.len() > 1 {
            return Err(CliError::usage("the history is for several database systems")
                .help("`cargo migrate schema database` prints the SQL for one of them; write the sections by hand"));
        }
        let without = context.options().own_tables(database.dialect());
        let schema = database.schema(&without).await?;
        let loaded = LoadedSchema::of_catalog(database.dialect(), &schema);
        let script = loaded.script(None);
        if let Some(first) = script.unwritten.first() {
            return Err(CliError::failed(format!("the schema cannot be written as SQL: {first}"))
                .help("`cargo migrate schema database` prints the rest; write the first revision by hand"));
        }
        if loaded.changes(&LoadedSchema::of_sql(database.dialect(), &[], &[])).is_empty() {
            return Err(CliError::usage(format!("{database} has no tables"))
                .help("`cargo migrate new -m \"create users\"` writes a first revision"));
        }
        let sql = &script.sql;
        let made = database
            .with_scratch(async |scratch| {
                scratch.create_schema(sql).await?;
                scratch.schema(&without).await
            })
            .await?;
        let found = LoadedSchema::of_catalog(database.dialect(), &made).differences(&loaded);
        let left: Vec<String> =
            found.certain.iter().chain(&found.unknown).map(difference).collect();
        if !left.is_empty() {
            return Err(CliError::failed(format!(
                "the SQL of the schema would not make the same schema: {}",
                left.join("; ")
            ))
            .help("`cargo migrate schema database` prints it; write the first revision by hand"));
        }
        Ok(Self { sql: script.sql, database })
    }

    /// The database system.
    pub(crate) fn dialect(&self) -> Dialect {
        self.database.dialect()
    }

    /// Marks the revision as applied.
    ///
    /// # Errors
    /// When the version table cannot be written, or has other revisions.
    pub(crate) async fn stamp(
        &self,
        context: &Context<'_>,
        id: &RevisionId,
    ) -> Result<(), CliError> {
        let (history, _) = context.history()?;
        let target: Target = id.as_str().parse().map_err(Error::Target)?;
        let mut migrator = Migrator::new(&history).options(context.options());
        migrator.stamp(&self.database, &[target], false).await?;
        context.ui.note(format_args!("marked {id} as applied in {}", self.database));
        Ok(())
    }
}
