//! A PostgreSQL server as a place: its URL, its databases, and its own program that copies them.

use std::ffi::OsString;
use std::process::Command;
use std::str::FromStr as _;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};

use super::{DumpPart, postgres_login};
use crate::error::Error;
use crate::url;

/// What a URL says. sqlx does not know `search_path`.
pub(super) fn options(url: &str) -> Result<PgConnectOptions, Error> {
    let usual = url::without(url, &[url::SEARCH_PATH, url::CLEARTEXT]);
    let mut options = PgConnectOptions::from_str(&usual).map_err(|e| Error::connect(url, e))?;
    for (_, path) in url::query(url).filter(|(key, _)| key == url::SEARCH_PATH) {
        options = options.options([(url::SEARCH_PATH, path)]);
    }
    // A start-up parameter that poolers refuse, for numbers that are never asked for.
    Ok(options.extra_float_digits(None))
}

/// The database: the server takes the user's name where none is named.
pub(super) fn name(options: &PgConnectOptions) -> &str {
    options.get_database().unwrap_or_else(|| options.get_username())
}

/// The URL of another database of the server. The parameter `dbname` would override the path.
pub(super) fn with_name(url: &str, name: &str) -> String {
    let name = url::encoded(name).replace('/', "%2F");
    url::with_database(&url::without(url, &["dbname"]), &name)
}

/// The host, or the folder of the socket.
pub(super) fn host(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.to_string_lossy().into_owned(),
        None => options.get_host().to_owned(),
    }
}

/// Connects to the database of a URL.
pub(super) async fn open(url: &str) -> Result<PgConnection, Error> {
    connect_with(url, options(url)?).await
}

/// Connects to another database of the server.
pub(super) async fn connect(url: &str, database: &str) -> Result<PgConnection, Error> {
    connect_with(url, options(url)?.database(database)).await
}

async fn connect_with(url: &str, options: PgConnectOptions) -> Result<PgConnection, Error> {
    let failed = |e| Error::connect(url, e);
    let options = if url::is_set(url, url::CLEARTEXT) {
        options
    } else {
        postgres_login::protect(options).await.map_err(failed)?.ok_or_else(|| Error::Unsafe {
            message: format!(
                "{} asks for the password in clear text on a connection without TLS",
                url::redact(url)
            ),
            help: vec![
                "the password was not sent".into(),
                "encrypt the connection (`?sslmode=require`), or let the server ask for scram-sha-256 (pg_hba.conf)".into(),
                format!("`?{}=true` sends the password in clear text", url::CLEARTEXT).into(),
            ],
        })?
    };
    options.connect().await.map_err(failed)
}

/// The program that copies the database to its output.
pub(super) fn dump(url: &str, part: DumpPart) -> Result<Vec<Command>, Error> {
    let mut command = program(url, "pg_dump")?;
    command.arg("--format=custom").args(match part {
        DumpPart::Whole => None,
        DumpPart::Schema => Some("--schema-only"),
        DumpPart::BeforeRows => Some("--section=pre-data"),
        DumpPart::AfterRows => Some("--section=post-data"),
    });
    Ok(vec![command])
}

/// The program that loads such a copy from its input into an empty database, whole or not at all.
pub(super) fn load(url: &str, is_elsewhere: bool) -> Result<Vec<Command>, Error> {
    let mut command = program(url, "pg_restore")?;
    let mut database = OsString::from("--dbname=");
    database.push(name(&options(url)?));
    command.args(["--exit-on-error", "--single-transaction"]).arg(database);
    if is_elsewhere {
        command.args(["--no-owner", "--no-privileges"]);
    }
    Ok(vec![command])
}

/// A client program for the database of a URL. What it must know is in its environment, where
/// other users of the machine cannot read it.
fn program(url: &str, program: &str) -> Result<Command, Error> {
    let options = options(url)?;
    let mode = match options.get_ssl_mode() {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    };
    let mut command = Command::new(program);
    command
        .arg("--no-password")
        .env("PGHOST", host(&options))
        .env("PGPORT", options.get_port().to_string())
        .env("PGUSER", options.get_username())
        .env("PGDATABASE", name(&options))
        .env("PGSSLMODE", mode);
    if let Some(options) = options.get_options() {
        command.env("PGOPTIONS", options);
    }
    for (key, value) in url::query(url) {
        let variable = match key.as_str() {
            "sslrootcert" | "ssl-root-cert" | "ssl-ca" => "PGSSLROOTCERT",
            "sslcert" | "ssl-cert" => "PGSSLCERT",
            "sslkey" | "ssl-key" => "PGSSLKEY",
            "password" => "PGPASSWORD",
            _ => continue,
        };
        command.env(variable, value);
    }
    if let Some(password) = url::password(url) {
        command.env("PGPASSWORD", password);
    }
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_told_everything_through_its_environment() {
        let url = "postgres://ada:s3%40cret@db:6432/app?sslmode=verify-full&sslrootcert=/ca.pem";
        let command = dump(url, DumpPart::Whole).unwrap().remove(0);
        let args: Vec<_> = command.get_args().collect();
        assert_eq!(args, ["--no-password", "--format=custom"]);
        let value = |name: &str| {
            let found = command.get_envs().find(|(key, _)| *key == name);
            found.and_then(|(_, value)| value?.to_str()).unwrap_or_default()
        };
        assert_eq!((value("PGHOST"), value("PGPORT"), value("PGUSER")), ("db", "6432", "ada"));
        assert_eq!((value("PGDATABASE"), value("PGPASSWORD")), ("app", "s3@cret"));
        assert_eq!((value("PGSSLMODE"), value("PGSSLROOTCERT")), ("verify-full", "/ca.pem"));
    }

    #[test]
    fn another_database_of_the_server_has_a_url_of_its_own() {
        for (url, other) in [
            ("postgres://ada@db/app", "postgres://ada@db/o%2Fh%25er"),
            ("postgres://ada@db/app?dbname=x&user=bob", "postgres://ada@db/o%2Fh%25er?user=bob"),
        ] {
            assert_eq!(with_name(url, "o/h%er"), other);
            let options = options(&with_name(url, "o/h%er")).unwrap();
            assert_eq!(options.get_database(), Some("o/h%er"));
        }
    }

    #[test]
    fn a_socket_is_a_host() {
        for url in [
            "postgres://ada@%2Fvar%2Frun%2Fpostgresql/app",
            "postgres:///app?host=/var/run/postgresql",
        ] {
            assert_eq!(host(&options(url).unwrap()), "/var/run/postgresql", "{url}");
        }
    }
}
