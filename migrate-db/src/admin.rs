//! Whole databases: made, removed, copied.

use std::path::Path;

use crate::database::Database;
use crate::driver::{self, Connection};
use crate::error::Error;

impl Database {
    /// Creates the database; whether it was missing.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")] {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let url = format!("sqlite:{}", dir.path().join("app.db").display());
    /// let database = migrate_db::Database::from_url(&url).unwrap();
    /// assert!(database.create().unwrap());
    /// assert!(!database.create().unwrap());
    /// # }
    /// ```
    ///
    /// # Errors
    /// When it cannot be created, or the database is not a file: a server's own tools create those.
    pub fn create(&self) -> Result<bool, Error> {
        driver::create(&self.place)
    }

    /// Removes the database and everything in it; whether it was there.
    ///
    /// # Errors
    /// As [`Database::create`].
    pub fn drop(&self) -> Result<bool, Error> {
        driver::drop(&self.place)
    }

    /// Copies the database, as it stands at one moment, into a file that does not exist yet;
    /// whether there was one to copy.
    ///
    /// # Errors
    /// When the file exists or cannot be written, or the database is not SQLite.
    pub async fn backup(&self, to: &Path) -> Result<bool, Error> {
        let Some(sql) = self.dialect().words().backup else {
            return Err(driver::no_file(self.dialect()));
        };
        let Some(mut connection) = Connection::open(&self.place, false).await? else {
            return Ok(false);
        };
        let sql = sql.replace("{}", &self.dialect().literal(&to.to_string_lossy()));
        let copied = connection.execute(&sql).await;
        let closed = connection.close().await;
        copied.and(closed.map(|()| 0)).map_err(|e| Error::database("copying the database", e))?;
        Ok(true)
    }
}
