//! Tables that another tool keeps, read as they are.

use migrate_core::version_table::VersionTable;

use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;

/// The rows of a table, each column as text.
pub type Rows = Vec<Vec<Option<String>>>;

impl Database {
    /// The rows that `query` gives, when the database has the table `table`: what an importer asks
    /// another tool's version table. Every column of the query must be text or NULL. Reads only.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn rows_of(&self, table: &str, query: &str) -> Result<Option<Rows>, Error> {
        let Some(mut connection) = Connection::open(&self.place, false).await? else {
            return Ok(None);
        };
        let exists = VersionTable::new(self.dialect(), table).exists();
        let rows = async {
            if connection.rows(&exists).await?.is_empty() {
                return Ok(None);
            }
            let all = self.dialect().templates().all_rows;
            connection.rows(&format!("{query}{all}")).await.map(Some)
        };
        let rows = rows.await.map_err(|e| Error::database("reading another tool's table", e));
        let closed = connection.close().await;
        let rows = rows?;
        closed.map_err(|e| Error::database("closing the connection", e))?;
        Ok(rows)
    }
}
