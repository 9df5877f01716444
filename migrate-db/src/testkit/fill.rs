//! The public functions that fill a database with rows and read rows for a comparison.

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::lock_table::own_tables;
use migrate_core::schema::{Name, Schema};
use migrate_core::version_table;

use super::rows::{self, Contents, Filled, Filling};
use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;
use crate::inspect;

/// How [`fill`] fills.
#[derive(Debug, Clone)]
pub struct Fill {
    /// The tables; `None`: all but the tool's own. What they refer to is filled too.
    pub tables: Option<BTreeSet<Name>>,
    /// How many rows each table gets, if it can: 6 by default.
    pub rows: usize,
    /// Which of the possible rows: the same seed gives the same rows.
    pub seed: u64,
    /// What the database holds, where that is known; `None`: its catalog is read.
    pub schema: Option<Schema>,
}

impl Default for Fill {
    fn default() -> Self {
        Self { tables: None, rows: 6, seed: 0, schema: None }
    }
}

/// Fills tables with rows that are hard on migrations and allowed all the same: the largest and
/// the smallest values of each type, NULL, empty and long texts, quotes, and the same value twice
/// where no key forbids it. Parents come before what refers to them; keys and checks are kept to.
/// All of it is one transaction.
///
/// ```no_run
/// # async fn example() -> Result<(), migrate_db::Error> {
/// use migrate_db::{Database, testkit};
///
/// let database = Database::from_url("sqlite:dev.db")?;
/// let filled = testkit::fill(&database, &testkit::Fill::default()).await?;
/// for (table, why) in &filled.unfilled {
///     println!("{table} has no rows: {why}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When the database cannot be reached, or its catalog not be read. A table that takes no row is
/// no error: [`Filled`] says why.
pub async fn fill(database: impl Into<Database>, fill: &Fill) -> Result<Filled, Error> {
    let database = &database.into();
    let doing = "filling tables";
    let mut connection = open(database).await?;
    let dialect = database.dialect();
    let outcome = async {
        let schema = schema(&mut connection, database, fill.schema.as_ref()).await?;
        let tables = fill.tables.clone().unwrap_or_else(|| schema.tables.keys().cloned().collect());
        let none = &BTreeSet::new();
        let filling = Filling {
            rows: fill.rows,
            seed: fill.seed,
            headroom: none,
            counted: none,
            forms: &BTreeMap::new(),
            formed: false,
            in_transaction: false,
        };
        let fills = &mut rows::Fills::default();
        rows::fill(&mut connection, dialect, &schema, &tables, filling, fills).await
    };
    let filled = outcome.await.map_err(|source| Error::database(doing, source))?;
    connection.close().await.map_err(|source| Error::database(doing, source))?;
    Ok(filled)
}

/// Reads all rows of all tables but the tool's own, for [`diff_rows`](super::diff_rows). Without a
/// schema the database's catalog is read.
///
/// # Errors
/// When the database cannot be reached or read.
pub async fn contents(
    database: impl Into<Database>,
    known: Option<&Schema>,
) -> Result<Contents, Error> {
    let database = &database.into();
    let doing = "reading rows";
    let mut connection = open(database).await?;
    let outcome = async {
        let schema = schema(&mut connection, database, known).await?;
        let tables = schema.tables.keys().cloned().collect();
        rows::contents(&mut connection, database.dialect(), &schema, &tables).await
    };
    let contents = outcome.await.map_err(|source| Error::database(doing, source))?;
    connection.close().await.map_err(|source| Error::database(doing, source))?;
    Ok(contents)
}

async fn open(database: &Database) -> Result<Connection<'static>, Error> {
    let opened = Connection::open(&database.source, false).await?;
    let mut connection = opened.ok_or_else(|| Error::Test {
        message: format!("{database} does not exist"),
        help: vec!["upgrade it first".into()],
    })?;
    let prepared = connection.prepare().await;
    prepared.map_err(|source| Error::database("preparing the session", source))?;
    Ok(connection)
}

async fn schema(
    connection: &mut Connection<'_>,
    database: &Database,
    known: Option<&Schema>,
) -> sqlx::Result<Schema> {
    match known {
        Some(schema) => Ok(schema.clone()),
        None => {
            let own = own_tables(version_table::DEFAULT_NAME);
            inspect::schema(connection, database.dialect(), &own).await
        }
    }
}
