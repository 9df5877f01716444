//! Databases for tests: made, cloned, dropped.

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;

use crate::database::Database;
use crate::error::Error;

/// A place where databases for tests are made.
pub(crate) struct Stage {}

impl Stage {
    /// Finds a server, or a folder for files; `None` when `MIGRATE_TEST_SKIP` names the dialect.
    ///
    /// # Errors
    /// When there is none: the error says the three ways.
    pub(crate) async fn open(dialect: Dialect, settings: &Settings) -> Result<Option<Self>, Error> {
        let _ = (dialect, settings);
        Ok(None)
    }

    /// What it is and where it comes from, in words: image and container, variable, folder.
    pub(crate) fn describe(&self) -> &str {
        ""
    }

    /// The database of a name, which need not exist.
    pub(crate) fn database(&self, name: &str) -> Result<Database, Error> {
        let _ = name;
        Database::from_url("sqlite::memory:")
    }

    /// Makes an empty database; one of that name goes first.
    pub(crate) async fn create(&self, name: &str) -> Result<Database, Error> {
        self.database(name)
    }

    /// Makes a database that is as another one is; nobody may be connected to that one. One of
    /// the new name goes first.
    pub(crate) async fn clone(&self, from: &str, to: &str) -> Result<Database, Error> {
        let _ = from;
        self.database(to)
    }

    /// Whether there is a database of a name.
    pub(crate) async fn exists(&self, name: &str) -> Result<bool, Error> {
        let _ = name;
        Ok(false)
    }

    /// Removes a database, whoever is connected; one that is not there is no error.
    pub(crate) async fn drop(&self, name: &str) -> Result<(), Error> {
        let _ = name;
        Ok(())
    }
}
