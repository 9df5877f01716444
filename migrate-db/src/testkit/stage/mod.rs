//! Databases for tests: made, cloned, dropped.
//!
//! All that is made here has the prefix `migrate_test_` and the day of its birth in its name, so
//! that whoever opens a stage removes what is old: nobody else can tell what a test that was killed
//! left behind. What stands in the databases is not known here.

mod mysql;
mod names;
mod postgres;
mod sqlite;
mod template_digest;

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::schema::Schema;

use super::provision;
use crate::database::Database;
use crate::driver::{Cells, Connection};
use crate::error::Error;
use names::Names;

/// A place where databases for tests are made. Its connections belong to the runtime on which it
/// was opened. Any number of processes may use the same place.
///
/// Names are the caller's own, of any length and characters; the databases' are made of them.
pub(crate) struct Stage {
    place: Place,
    names: Names,
    description: String,
    fresh: OnceLock<Schema>,
}

enum Place {
    /// SQLite's files.
    Folder(PathBuf),
    Server(Server),
}

struct Server {
    dialect: Dialect,
    url: String,
    /// Connections to the server's own database that nobody uses just now.
    idle: Mutex<Vec<Connection<'static>>>,
}

impl Stage {
    /// Finds a server, or a folder for files; `None` when `MIGRATE_TEST_SKIP` names the dialect.
    ///
    /// # Errors
    /// When there is none: the error says the three ways.
    pub(crate) async fn open(dialect: Dialect, settings: &Settings) -> Result<Option<Self>, Error> {
        let names = Names::today();
        let (place, description) = match dialect {
            Dialect::Sqlite if provision::is_skipped(dialect) => return Ok(None),
            Dialect::Sqlite => {
                let folder = provision::folder()?.join("sqlite");
                std::fs::create_dir_all(&folder)
                    .map_err(|source| Error::File { path: folder.clone(), source })?;
                let description = format!("files in {}", folder.display());
                (Place::Folder(folder), description)
            }
            _ => {
                let image = image(settings, dialect);
                let Some((server, connection)) = provision::find(dialect, image.as_deref()).await?
                else {
                    return Ok(None);
                };
                let description = server.to_string();
                let idle = Mutex::new(vec![connection]);
                let server = Server { dialect, url: server.url().to_owned(), idle };
                (Place::Server(server), description)
            }
        };
        let stage = Self { place, names, description, fresh: OnceLock::new() };
        stage.reap().await;
        Ok(Some(stage))
    }

    /// What tells one server from another, without a look at it: image, or URL without password.
    pub(crate) fn identity(dialect: Dialect, settings: &Settings) -> String {
        provision::identity(dialect, image(settings, dialect).as_deref())
    }

    /// The database whose SQL is spoken there.
    pub(crate) fn dialect(&self) -> Dialect {
        match &self.place {
            Place::Folder(_) => Dialect::Sqlite,
            Place::Server(server) => server.dialect,
        }
    }

    /// Those of some names that a whole database has.
    pub(crate) async fn existing(
        &self,
        names: impl IntoIterator<Item = String>,
    ) -> Result<HashSet<String>, Error> {
        let all: HashSet<String> = match &self.place {
            Place::Folder(_) => HashSet::new(),
            Place::Server(server) => server.all().await?.into_iter().collect(),
        };
        let is_there = |name: &String| match &self.place {
            Place::Folder(folder) => sqlite::file(folder, &self.names.of(name)).exists(),
            Place::Server(_) => all.contains(&self.names.of(name)),
        };
        Ok(names.into_iter().filter(is_there).collect())
    }

    /// What a new database holds, the version table left out, where somebody has read it.
    pub(crate) fn fresh(&self) -> Option<&Schema> {
        self.fresh.get()
    }

    /// Notes what a new database holds.
    pub(crate) fn note_fresh(&self, schema: &Schema) {
        let _ = self.fresh.set(schema.clone());
    }

    /// What it is and where it comes from, in words: image and container, variable, folder.
    pub(crate) fn describe(&self) -> &str {
        &self.description
    }

    /// A name that nobody else uses, with some words that say what for.
    pub(crate) fn unique(&self, words: &str) -> String {
        names::unique(words)
    }

    /// Keeps everybody else on this machine who would make the database of a name waiting until the
    /// file is dropped. Other names may have the same lock: hold one at a time.
    pub(crate) async fn lock(&self, name: &str) -> Result<File, Error> {
        provision::lock(&format!("making-{}", names::slot(name))).await
    }

    /// The database of a name, which need not exist.
    pub(crate) fn database(&self, name: &str) -> Result<Database, Error> {
        Database::from_url(&self.url(name))
    }

    /// Its URL; it may hold a password.
    pub(crate) fn url(&self, name: &str) -> String {
        let name = self.names.of(name);
        match &self.place {
            Place::Folder(folder) => sqlite::url(&sqlite::file(folder, &name)),
            Place::Server(server) => crate::url::with_database(&server.url, &name),
        }
    }

    /// Makes an empty database; one of that name goes first.
    pub(crate) async fn create(&self, name: &str) -> Result<Database, Error> {
        let stored = self.names.of(name);
        match &self.place {
            Place::Folder(folder) => {
                let file = sqlite::file(folder, &stored);
                sqlite::remove(&file)?;
                sqlite::create(&file)?;
            }
            Place::Server(server) => {
                let sql = format!("CREATE DATABASE {}", server.dialect.quote(&stored));
                server.make(&stored, &sql).await?;
            }
        }
        self.database(name)
    }

    /// Makes a database that is as another one is; nobody may be connected to that one. One of
    /// the new name goes first. The new one exists when it is whole, and not before.
    pub(crate) async fn clone(&self, from: &str, to: &str) -> Result<Database, Error> {
        self.clone_some(from, to, None).await
    }

    /// Whether a database can be copied in part, table by table, while somebody is connected.
    pub(crate) fn copies_tables(&self) -> bool {
        self.dialect() == Dialect::Mysql
    }

    /// As [`Stage::clone`], but of the tables only some, and then no views and events, where
    /// [`Stage::copies_tables`] says so.
    pub(crate) async fn clone_some(
        &self,
        from: &str,
        to: &str,
        only: Option<&BTreeSet<String>>,
    ) -> Result<Database, Error> {
        let (source, target) = (self.names.of(from), self.names.of(to));
        match &self.place {
            Place::Folder(folder) => {
                let (source, target) =
                    (sqlite::file(folder, &source), sqlite::file(folder, &target));
                sqlite::copy(&source, &target).await?;
            }
            Place::Server(server) => match server.dialect {
                Dialect::Mysql => {
                    server.drop(&target).await?;
                    let mut connection = server.open().await?;
                    let copied = mysql::copy(&mut connection, &source, &target, only).await;
                    let _ = connection.close().await;
                    copied.map_err(|e| Error::database("copying a database", e))?;
                }
                _ => {
                    let sql = postgres::copy(server.version().await?, &source, &target);
                    server.make(&target, &sql).await?;
                }
            },
        }
        self.database(to)
    }

    /// Whether there is a whole database of a name.
    pub(crate) async fn exists(&self, name: &str) -> Result<bool, Error> {
        let name = self.names.of(name);
        match &self.place {
            Place::Folder(folder) => Ok(sqlite::file(folder, &name).exists()),
            Place::Server(server) => server.has(&name).await,
        }
    }

    /// Removes a database, whoever is connected; one that is not there is no error.
    pub(crate) async fn drop(&self, name: &str) -> Result<(), Error> {
        let name = self.names.of(name);
        match &self.place {
            Place::Folder(folder) => sqlite::remove(&sqlite::file(folder, &name)),
            Place::Server(server) => server.drop(&name).await,
        }
    }

    /// Removes what is left of earlier days. Others may do the same just now, so that a failure
    /// means nothing.
    async fn reap(&self) {
        match &self.place {
            Place::Folder(folder) => {
                for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                    if self.names.is_old(&entry.file_name().to_string_lossy()) {
                        let _ = std::fs::remove_file(entry.path());
                    }
                }
            }
            Place::Server(server) => {
                for name in server.all().await.unwrap_or_default() {
                    if self.names.is_old(&name) {
                        let _ = server.drop(&name).await;
                    }
                }
            }
        }
    }
}

/// The image of this run, of the environment, or of the project.
fn image(settings: &Settings, dialect: Dialect) -> Option<String> {
    let chosen = settings.test.chosen.get(&dialect).cloned();
    let named = chosen.or_else(|| provision::named_image(dialect));
    named.or_else(|| settings.test.image(dialect).map(str::to_owned))
}

impl Server {
    /// Makes a database; one that is in the way goes first, and where others are in the way of
    /// copying it is tried again.
    async fn make(&self, name: &str, sql: &str) -> Result<(), Error> {
        let mut attempt = 0;
        loop {
            let Err(error) = self.execute("making a database", sql).await else { return Ok(()) };
            attempt += 1;
            match &error {
                Error::Database { source, .. } if attempt < 20 && postgres::is_busy(source) => {
                    tokio::time::sleep(crate::driver::pause(attempt)).await;
                }
                _ if attempt < 20 && self.has(name).await? => self.drop(name).await?,
                _ => return Err(error),
            }
        }
    }

    async fn drop(&self, name: &str) -> Result<(), Error> {
        if self.dialect == Dialect::Mysql {
            // Who holds a table would keep it waiting.
            for id in self.cells(&mysql::connected(name)).await? {
                let _ = self.execute("ending a connection", &format!("KILL {id}")).await;
            }
        }
        let force = if self.dialect == Dialect::Postgres { " WITH (FORCE)" } else { "" };
        let sql = format!("DROP DATABASE IF EXISTS {}{force}", self.dialect.quote(name));
        self.execute("dropping a database", &sql).await
    }

    async fn has(&self, name: &str) -> Result<bool, Error> {
        let sql = match self.dialect {
            Dialect::Mysql => mysql::whole(name),
            _ => postgres::whole(name),
        };
        Ok(!self.rows(&sql).await?.is_empty())
    }

    /// The names of our databases.
    async fn all(&self) -> Result<Vec<String>, Error> {
        let sql = match self.dialect {
            Dialect::Mysql => mysql::all(names::PREFIX),
            _ => postgres::all(names::PREFIX),
        };
        self.cells(&sql).await
    }

    async fn version(&self) -> Result<u32, Error> {
        let version = self.cells("SHOW server_version_num").await?;
        Ok(version.first().and_then(|number| number.parse().ok()).unwrap_or_default())
    }

    async fn open(&self) -> Result<Connection<'static>, Error> {
        let database = Database::from_url(&self.url)?;
        let connection = Connection::open(&database.source, false).await?;
        connection.ok_or(Error::NoDriver(self.dialect))
    }

    async fn connection(&self) -> Result<Connection<'static>, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(connection) => Ok(connection),
            None => self.open().await,
        }
    }

    /// A connection that failed is not used again.
    fn give_back(&self, connection: Connection<'static>) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }

    async fn execute(&self, doing: &str, sql: &str) -> Result<(), Error> {
        let mut connection = self.connection().await?;
        connection.execute(sql).await.map_err(|e| Error::database(doing, e))?;
        self.give_back(connection);
        Ok(())
    }

    async fn rows(&self, sql: &str) -> Result<Vec<Cells>, Error> {
        let mut connection = self.connection().await?;
        let rows = connection.rows(sql).await;
        let rows = rows.map_err(|e| Error::database("listing databases", e))?;
        self.give_back(connection);
        Ok(rows)
    }

    async fn cells(&self, sql: &str) -> Result<Vec<String>, Error> {
        Ok(self.rows(sql).await?.into_iter().flatten().flatten().collect())
    }
}

#[cfg(test)]
mod tests;
