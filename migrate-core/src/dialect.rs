//! What the SQL of each database says.
//!
//! Everything that differs between SQLite, PostgreSQL and MySQL/MariaDB in the text of SQL is asked
//! of a [`Dialect`]; a `match` on the database anywhere else means that a question is missing here.
//! Pure: how bytes travel is the driver's matter, in migrate-db.

mod mysql;
mod postgres;
mod sqlite;

use std::fmt;

use crate::sql::Lexis;

/// A database whose SQL is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// Every dialect, in the order in which they are always listed.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mysql];

    /// The name as written in `dialect:sqlite` and in configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }

    /// The dialect of a name or of the scheme of a URL (what stands before the first `:`), with
    /// SQLAlchemy's driver suffix (`postgresql+asyncpg`) allowed.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// assert_eq!(Dialect::from_name("postgresql+asyncpg"), Some(Dialect::Postgres));
    /// assert_eq!(Dialect::from_name("oracle"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.split('+').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "sqlite" | "sqlite3" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            "mysql" | "mariadb" => Some(Self::Mysql),
            _ => None,
        }
    }

    /// The lexical rules.
    #[must_use]
    pub const fn lexis(self) -> &'static Lexis {
        match self {
            Self::Sqlite => &sqlite::LEXIS,
            Self::Postgres => &postgres::LEXIS,
            Self::Mysql => &mysql::LEXIS,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
