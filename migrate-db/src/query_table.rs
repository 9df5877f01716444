//! Reads the version table of another tool, for `cargo migrate import`, and the list of databases for
//! `--all`.

use migrate_core::version_table::VersionTable;

use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;

/// Returns the rows of `query` if the database has the table `table`, else `None`. Every column of
/// the query must be text or NULL. Reads only.
///
/// # Errors
/// When the database cannot be reached or read.
pub async fn query_table(
    database: &Database,
    table: &str,
    query: &str,
) -> Result<Option<Vec<Vec<Option<String>>>>, Error> {
    let Some(mut connection) = Connection::open(&database.source, false).await? else {
        return Ok(None);
    };
    let exists = VersionTable::new(database.dialect(), table).exists();
    let rows = async {
        if connection.rows(&exists).await?.is_empty() {
            return Ok(None);
        }
        let all = database.dialect().templates().all_rows;
        connection.rows(&format!("{query}{all}")).await.map(Some)
    };
    let rows = rows.await.map_err(|e| Error::database("reading another tool's table", e));
    let closed = connection.close().await;
    let rows = rows?;
    closed.map_err(|e| Error::database("closing the connection", e))?;
    Ok(rows)
}

/// Returns the rows of a query, in text; `None` if there is no database. Every column must be text or
/// NULL.
///
/// # Errors
/// When the database cannot be reached, or refuses the query.
pub async fn query(
    database: &Database,
    query: &str,
) -> Result<Option<Vec<Vec<Option<String>>>>, Error> {
    let Some(mut connection) = Connection::open(&database.source, false).await? else {
        return Ok(None);
    };
    let rows = connection.rows(query).await;
    let closed = connection.close().await;
    let rows = rows.and_then(|rows| closed.map(|()| rows));
    rows.map(Some).map_err(|e| Error::database("running the query of `each`", e))
}
