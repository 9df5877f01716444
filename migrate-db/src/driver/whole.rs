//! Whole databases by their URLs: names, files, and the servers' client programs. Connects to none.

use std::path::Path;
use std::process::Command;

use migrate_core::dialect::Dialect;

use super::DumpPart;
#[cfg(feature = "mysql")]
use super::mysql_server;
#[cfg(feature = "postgres")]
use super::postgres_server;
#[cfg(feature = "sqlite")]
use super::sqlite_file;
use crate::database::ConnectionSource;
use crate::error::Error;
#[cfg(feature = "sqlite")]
use crate::url;

/// Creates a database; whether it was missing.
pub(crate) fn create(source: &ConnectionSource) -> Result<bool, Error> {
    match source {
        #[cfg(feature = "sqlite")]
        ConnectionSource::Sqlite(url) => sqlite_file::create(url),
        source => Err(no_url(source.dialect())),
    }
}

/// Removes a database; whether it was there.
pub(crate) fn drop(source: &ConnectionSource) -> Result<bool, Error> {
    match source {
        #[cfg(feature = "sqlite")]
        ConnectionSource::Sqlite(url) => sqlite_file::drop(url),
        source => Err(no_url(source.dialect())),
    }
}

/// The name of a database on its server, or the path of its file.
pub(crate) fn name(source: &ConnectionSource) -> Option<String> {
    match source {
        #[cfg(feature = "sqlite")]
        ConnectionSource::Sqlite(url) => sqlite_file::name(url),
        #[cfg(feature = "postgres")]
        ConnectionSource::Postgres(url) => {
            postgres_server::options(url).ok().map(|o| postgres_server::name(&o).to_owned())
        }
        #[cfg(feature = "mysql")]
        ConnectionSource::Mysql(url) => {
            mysql_server::options(url).ok().map(|o| mysql_server::name(&o).to_owned())
        }
        _ => None,
    }
}

/// Whether a database is an SQLite file that does not exist.
#[cfg(feature = "cli")]
pub(crate) fn is_missing_file(source: &ConnectionSource) -> bool {
    match source {
        #[cfg(feature = "sqlite")]
        ConnectionSource::Sqlite(url) => sqlite_file::is_missing(url),
        _ => false,
    }
}

/// The name of the database that the place really names: of a file, its path behind links; `None`
/// where a server would choose one.
pub(crate) fn real_name(source: &ConnectionSource) -> Option<String> {
    match source {
        #[cfg(feature = "sqlite")]
        ConnectionSource::Sqlite(url) => sqlite_file::real_name(url),
        #[cfg(feature = "postgres")]
        ConnectionSource::Postgres(url) => {
            let options = postgres_server::options(url).ok()?;
            options.get_database().map(str::to_owned)
        }
        source => name(source).filter(|name| !name.is_empty()),
    }
}

/// Whether a place holds a database that may be opened without harm: a regular file that is one.
pub(crate) fn holds_database(source: &ConnectionSource) -> bool {
    match source {
        #[cfg(feature = "sqlite")]
        ConnectionSource::Sqlite(url) => sqlite_file::holds_database(url),
        _ => false,
    }
}

/// Other processes that have the file of a database open, in templates.
pub(crate) fn users(source: &ConnectionSource) -> Result<Vec<String>, Error> {
    match source {
        #[cfg(feature = "sqlite")]
        ConnectionSource::Sqlite(url) => sqlite_file::users(url),
        _ => Ok(Vec::new()),
    }
}

/// The host of a server, or its socket.
pub(crate) fn host(source: &ConnectionSource) -> Option<String> {
    match source {
        #[cfg(feature = "postgres")]
        ConnectionSource::Postgres(url) => {
            postgres_server::options(url).ok().map(|o| postgres_server::host(&o))
        }
        #[cfg(feature = "mysql")]
        ConnectionSource::Mysql(url) => {
            mysql_server::options(url).ok().map(|o| mysql_server::host(&o))
        }
        _ => None,
    }
}

/// The programs of a server that copy a database, or a part of it, to their output, the better one
/// first.
pub(crate) fn dump(source: &ConnectionSource, part: DumpPart) -> Result<Vec<Command>, Error> {
    let _ = part;
    match source {
        #[cfg(feature = "postgres")]
        ConnectionSource::Postgres(url) => postgres_server::dump(url, part),
        #[cfg(feature = "mysql")]
        ConnectionSource::Mysql(url) => mysql_server::dump(url, part),
        source => Err(no_url(source.dialect())),
    }
}

/// The programs of a server that load a copy from their input into an empty database, the better
/// one first. Elsewhere, accounts of the original may be missing.
pub(crate) fn load(source: &ConnectionSource, is_elsewhere: bool) -> Result<Vec<Command>, Error> {
    let _ = is_elsewhere;
    match source {
        #[cfg(feature = "postgres")]
        ConnectionSource::Postgres(url) => postgres_server::load(url, is_elsewhere),
        #[cfg(feature = "mysql")]
        ConnectionSource::Mysql(url) => mysql_server::load(url),
        source => Err(no_url(source.dialect())),
    }
}

/// The same server's database of another name, or another file.
pub(crate) fn with_name(source: &ConnectionSource, name: &str) -> Result<ConnectionSource, Error> {
    let _ = name;
    match source {
        #[cfg(feature = "sqlite")]
        ConnectionSource::Sqlite(_) => {
            Ok(ConnectionSource::Sqlite(format!("sqlite:{}", url::encoded(name))))
        }
        #[cfg(feature = "postgres")]
        ConnectionSource::Postgres(url) => {
            Ok(ConnectionSource::Postgres(postgres_server::with_name(url, name)))
        }
        #[cfg(feature = "mysql")]
        ConnectionSource::Mysql(url) => {
            Ok(ConnectionSource::Mysql(mysql_server::with_name(url, name)))
        }
        source => Err(no_url(source.dialect())),
    }
}

/// Puts a file in the place of the database file.
pub(crate) fn replace(source: &ConnectionSource, with: &Path) -> Result<(), Error> {
    match source {
        #[cfg(feature = "sqlite")]
        ConnectionSource::Sqlite(url) => sqlite_file::replace(url, with),
        source => {
            let _ = with;
            Err(no_url(source.dialect()))
        }
    }
}

/// Only a URL says all that it takes.
pub(crate) fn no_url(dialect: Dialect) -> Error {
    Error::DatabaseName {
        message: format!("this {dialect} database is not named by a URL with its name"),
        help: vec![
            "whole databases are made, removed and copied by URL: `postgres://user@host/name`"
                .into(),
        ],
    }
}
