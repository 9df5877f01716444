//! Whole databases: create, drop, copy, restore.
//!
//! The dialect holds the SQL, the driver connects to the server. Only a database named by a URL can
//! be created, dropped or copied: a pool belongs to an application that uses its database.

mod backup;
mod production;
mod program;
mod restore;
mod scratch;

use std::path::Path;
use std::time::Duration;

use migrate_core::dialect::{DatabaseTemplates, Dialect};

use crate::database::Database;
use crate::driver::{self, Connection, Retry};
use crate::error::Error;

pub use scratch::RehearsalSource;
#[cfg(feature = "inspect")]
pub(crate) use scratch::no_database;

impl Database {
    /// Creates the database. Returns `false` if it existed.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let url = format!("sqlite:{}", dir.path().join("app.db").display());
    /// let database = migrate_db::Database::from_url(&url).unwrap();
    /// assert!(database.create().await.unwrap());
    /// assert!(!database.create().await.unwrap());
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// When the server cannot be reached or refuses, or the file cannot be written.
    pub async fn create(&self) -> Result<bool, Error> {
        let Some(mut server) = self.server().await? else { return driver::create(&self.source) };
        let created = server.create().await;
        server.end(created, "creating the database").await
    }

    /// Runs SQL that creates a schema in an empty database: in one transaction where the database can undo
    /// DDL.
    ///
    /// # Errors
    /// When the database cannot be reached or refuses a statement. Where DDL commits by itself, the
    /// statements before it stay.
    #[doc(hidden)]
    pub async fn create_schema(&self, sql: &str) -> Result<(), Error> {
        let Some(mut connection) = Connection::open(&self.source, true).await? else {
            return Ok(());
        };
        let text = if self.dialect().capabilities().transactional_ddl {
            format!("BEGIN;\n{sql}\nCOMMIT;")
        } else {
            sql.to_owned()
        };
        let created = match connection.execute(&text).await {
            Ok(_) => connection.close().await,
            Err(error) => Err(error),
        };
        created.map_err(|error| Error::database("creating the schema", error))
    }

    /// Drops the database and everything in it. Returns `false` if it did not exist.
    ///
    /// # Errors
    /// [`Error::Connected`] when others are connected to it, unless `force` ends their
    /// connections; and as [`Database::create`].
    pub async fn drop(&self, force: bool) -> Result<bool, Error> {
        let Some(mut server) = self.server().await? else {
            let users = if force { Vec::new() } else { self.users_of_file().await? };
            return if users.is_empty() {
                driver::drop(&self.source)
            } else {
                Err(Error::Connected(users))
            };
        };
        if !force {
            let others = server.staying().await;
            match others.as_deref() {
                Ok([]) => {}
                _ => {
                    let others = server.end(others, "asking who is connected").await?;
                    return Err(Error::Connected(others));
                }
            }
        }
        let dropped = server.drop(force).await;
        server.end(dropped, "dropping the database").await
    }

    /// Returns who else is connected to the database, in words. For a file, these are the processes
    /// that have it open, where the system lists them, and a holder of a lock.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn connected(&self) -> Result<Vec<String>, Error> {
        let Some(mut server) = self.server().await? else { return self.users_of_file().await };
        let others = server.staying().await;
        server.end(others, "asking who is connected").await
    }

    /// Returns the name of the database on its server, or the name of its file behind links.
    ///
    /// ```
    /// # #[cfg(feature = "postgres")]
    /// assert_eq!(migrate_db::Database::from_url("postgres://ada@db/app").unwrap().name(), "app");
    /// ```
    #[must_use]
    pub fn name(&self) -> String {
        let name = driver::real_name(&self.source).or_else(|| driver::name(&self.source));
        let name = name.unwrap_or_else(|| self.dialect().to_string());
        match Path::new(&name).file_name() {
            Some(file) if self.dialect().admin().databases.is_none() => {
                file.to_string_lossy().into_owned()
            }
            _ => name,
        }
    }

    /// Returns a description for a warning: the URL without its password, and the name on the
    /// server or the path behind links where the URL does not show it.
    #[doc(hidden)]
    #[must_use]
    pub fn described(&self) -> String {
        let Some(name) = driver::real_name(&self.source) else { return self.to_string() };
        let written = driver::name(&self.source).unwrap_or_default();
        if self.dialect().admin().databases.is_some() {
            return format!("the database {name} ({self})");
        }
        let is_link = Path::new(&written).is_symlink();
        if is_link { format!("{self}, a link to {name}") } else { self.to_string() }
    }

    /// Returns the name in the URL. A server that is given no name would choose one.
    ///
    /// # Errors
    /// When the URL names none, or the database is a pool.
    #[doc(hidden)]
    pub fn named(&self) -> Result<String, Error> {
        if self.source.url().is_none() {
            return Err(driver::no_url(self.dialect()));
        }
        driver::real_name(&self.source).ok_or_else(|| {
            let user = driver::name(&self.source).filter(|name| !name.is_empty());
            let chosen =
                user.map(|user| format!("; the server would choose {user}, the user's name"));
            Error::DatabaseName {
                message: format!("{self} names no database{}", chosen.unwrap_or_default()),
                help: vec![
                    format!("add its name: `{}://user@host/name`", self.dialect().name()).into(),
                ],
            }
        })
    }

    async fn users_of_file(&self) -> Result<Vec<String>, Error> {
        let mut users = driver::users(&self.source)?;
        if users.is_empty() && self.is_locked().await {
            users.push("a process that holds a lock on the file".to_owned());
        }
        Ok(users)
    }

    /// Returns `true` if another connection holds a lock on the file. A file that cannot be opened
    /// is not locked.
    async fn is_locked(&self) -> bool {
        if !driver::holds_database(&self.source) {
            return false;
        }
        let Ok(Some(mut connection)) = Connection::open(&self.source, false).await else {
            return false;
        };
        let locked = match connection.prepare().await {
            Ok(()) => connection.execute("BEGIN EXCLUSIVE").await,
            failed => failed.map(|()| 0),
        };
        let is_locked =
            locked.is_err_and(|error| connection.retry_reason(&error) == Some(Retry::Busy));
        let _ = connection.execute("ROLLBACK").await;
        let _ = connection.close().await;
        is_locked
    }

    async fn server(&self) -> Result<Option<Server>, Error> {
        let Some(templates) = &self.dialect().admin().databases else { return Ok(None) };
        let name = self.named()?;
        let connection = Connection::maintenance(&self.source, &name).await?;
        Ok(Some(Server { connection, dialect: self.dialect(), templates, name }))
    }
}

/// A connection to a server, to another database than the one in question.
struct Server {
    connection: Connection<'static>,
    dialect: Dialect,
    templates: &'static DatabaseTemplates,
    name: String,
}

impl Server {
    async fn exists(&mut self) -> sqlx::Result<bool> {
        let sql = self.templates.exists.replace("{}", &self.literal());
        let rows = self.connection.rows(&sql).await?;
        Ok(!rows.is_empty())
    }

    async fn create(&mut self) -> sqlx::Result<bool> {
        if self.exists().await? {
            return Ok(false);
        }
        let sql = self.templates.create.replace("{}", &self.quoted());
        match self.connection.execute(&sql).await {
            Ok(_) => Ok(true),
            // Another process created it first.
            Err(_) if self.exists().await? => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn drop(&mut self, force: bool) -> sqlx::Result<bool> {
        if !self.exists().await? {
            return Ok(false);
        }
        let sql = if force { self.templates.drop_connected } else { self.templates.drop };
        self.connection.execute(&sql.replace("{}", &self.quoted())).await?;
        Ok(true)
    }

    async fn connected(&mut self) -> sqlx::Result<Vec<String>> {
        let sql = self.templates.connected.replace("{}", &self.literal());
        let rows = self.connection.rows(&sql).await?;
        Ok(rows.into_iter().flatten().flatten().collect())
    }

    fn literal(&self) -> String {
        self.dialect.safe_literal(&self.name)
    }

    fn quoted(&self) -> String {
        self.dialect.quote(&self.name)
    }

    /// Returns who stays connected for a second: a server takes a while to notice that a connection
    /// was closed.
    async fn staying(&mut self) -> sqlx::Result<Vec<String>> {
        let mut others = self.connected().await?;
        for _ in 0..10 {
            if others.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            others = self.connected().await?;
        }
        Ok(others)
    }

    async fn end<T>(self, outcome: sqlx::Result<T>, doing: &str) -> Result<T, Error> {
        let closed = self.connection.close().await;
        outcome.and_then(|done| closed.map(|()| done)).map_err(|e| Error::database(doing, e))
    }
}
