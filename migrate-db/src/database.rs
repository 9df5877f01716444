//! The source of connections: a URL, or the pool of an application. A connection that a program
//! lends is in [`Access`](crate::Access).

use migrate_core::dialect::Dialect;

use crate::error::Error;

/// A database to migrate: made from a URL or from a reference to a sqlx pool.
///
/// ```
/// use migrate_db::Database;
/// let database = Database::from_url("sqlite:app.db").unwrap();
/// assert_eq!(database.dialect().name(), "sqlite");
/// assert!(Database::from_url("oracle://x").is_err());
/// ```
#[derive(Clone)]
pub struct Database {
    pub(crate) source: ConnectionSource,
}

#[derive(Clone)]
pub(crate) enum ConnectionSource {
    #[cfg(feature = "sqlite")]
    SqlitePool(sqlx::SqlitePool),
    #[cfg(feature = "sqlite")]
    Sqlite(String),
    #[cfg(feature = "postgres")]
    PostgresPool(sqlx::PgPool),
    #[cfg(feature = "postgres")]
    Postgres(String),
    #[cfg(feature = "mysql")]
    MysqlPool(sqlx::MySqlPool),
    #[cfg(feature = "mysql")]
    Mysql(String),
    /// A connection that the program lends: the session of a run has it, and there is no other.
    Lent(Dialect),
    /// A URL whose driver this program was built without.
    NoDriver(Dialect),
}

impl Database {
    /// Takes a URL: `sqlite:`, `postgres:`, `mysql:` or `mariadb:`, also in the forms of SQLAlchemy
    /// (`postgresql+asyncpg://`, `sqlite+aiosqlite:///file`). Does not connect.
    ///
    /// # Errors
    /// [`Error::Url`] when the scheme is none of these, the URL is malformed, or one of its
    /// parameters is not known.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let (dialect, url) = crate::url::normalise(url)?;
        let source = match dialect {
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => ConnectionSource::Sqlite(url),
            #[cfg(feature = "postgres")]
            Dialect::Postgres => ConnectionSource::Postgres(url),
            #[cfg(feature = "mysql")]
            Dialect::Mysql => ConnectionSource::Mysql(url),
            #[allow(unreachable_patterns, reason = "which patterns remain depends on the features")]
            dialect => {
                let _ = url;
                ConnectionSource::NoDriver(dialect)
            }
        };
        Ok(Self { source })
    }

    /// Returns the dialect of its SQL.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.source.dialect()
    }
}

impl ConnectionSource {
    /// Returns the URL; `None` for a pool.
    pub(crate) fn url(&self) -> Option<&str> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(url) => Some(url),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => Some(url),
            #[cfg(feature = "mysql")]
            Self::Mysql(url) => Some(url),
            _ => None,
        }
    }

    /// Returns the dialect.
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            #[cfg(feature = "sqlite")]
            Self::SqlitePool(_) | Self::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Self::PostgresPool(_) | Self::Postgres(_) => Dialect::Postgres,
            #[cfg(feature = "mysql")]
            Self::MysqlPool(_) | Self::Mysql(_) => Dialect::Mysql,
            Self::Lent(dialect) | Self::NoDriver(dialect) => *dialect,
        }
    }
}

impl std::fmt::Display for Database {
    /// The URL without its password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.source.url() {
            Some(url) => f.write_str(&crate::url::redact(url)),
            None => write!(f, "the {} database of this program", self.dialect()),
        }
    }
}

impl std::fmt::Debug for Database {
    /// Names the dialect only: a URL may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("dialect", &self.dialect()).finish_non_exhaustive()
    }
}

impl From<&Self> for Database {
    fn from(database: &Self) -> Self {
        database.clone()
    }
}

macro_rules! from_pool {
    ($feature:literal, $pool:ty, $source:ident) => {
        #[cfg(feature = $feature)]
        impl From<&$pool> for Database {
            fn from(pool: &$pool) -> Self {
                Self { source: ConnectionSource::$source(pool.clone()) }
            }
        }
    };
}

from_pool!("sqlite", sqlx::SqlitePool, SqlitePool);
from_pool!("postgres", sqlx::PgPool, PostgresPool);
from_pool!("mysql", sqlx::MySqlPool, MysqlPool);
