//! A MySQL or MariaDB server as a place: its URL, its databases, and its own program that copies
//! them.

use std::ffi::OsString;
use std::process::Command;
use std::str::FromStr as _;

use sqlx::ConnectOptions as _;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};

use super::DumpPart;
use crate::error::Error;
use crate::url;

/// What a URL says. `sslmode` may be written as for PostgreSQL, and the socket as in Python.
pub(super) fn options(url: &str) -> Result<MySqlConnectOptions, Error> {
    let clear = url::is_set(url, url::CLEARTEXT);
    let own = url::without(url, &[url::CLEARTEXT]);
    let usual = url::map_query(&own, |key, value| match key {
        "sslmode" | "ssl-mode" => ("ssl-mode", ssl_mode(value)),
        "sslrootcert" => ("ssl-ca", value),
        "unix_socket" => ("socket", value),
        key => (key, value),
    });
    let options = MySqlConnectOptions::from_str(&usual).map_err(|e| Error::connect(url, e))?;
    Ok(options.enable_cleartext_plugin(clear))
}

/// PostgreSQL's word as MySQL's.
fn ssl_mode(word: &str) -> &str {
    match word.to_ascii_lowercase().as_str() {
        "disable" => "DISABLED",
        "allow" | "prefer" => "PREFERRED",
        "require" => "REQUIRED",
        "verify-ca" => "VERIFY_CA",
        "verify-full" => "VERIFY_IDENTITY",
        _ => word,
    }
}

/// The database, if one is named.
pub(super) fn name(options: &MySqlConnectOptions) -> &str {
    options.get_database().unwrap_or_default()
}

/// The URL of another database of the server.
pub(super) fn with_name(url: &str, name: &str) -> String {
    url::with_database(url, &url::encoded(name).replace('/', "%2F"))
}

/// The host, or the path of the socket.
pub(super) fn host(options: &MySqlConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.to_string_lossy().into_owned(),
        None => options.get_host().to_owned(),
    }
}

/// Connects to another database of the server.
pub(super) async fn connect(url: &str, database: &str) -> Result<MySqlConnection, Error> {
    let options = options(url)?.database(database);
    options.connect().await.map_err(|e| Error::connect(url, e))
}

/// The programs that copy the database to their output, MariaDB's and then MySQL's.
pub(super) fn dump(url: &str, part: DumpPart) -> Result<Vec<Command>, Error> {
    let args: &[&str] = match part {
        DumpPart::Whole => &["--routines", "--events", "--triggers", "--hex-blob"],
        DumpPart::Schema => &["--routines", "--events", "--triggers", "--no-data"],
        // Triggers fire for copied rows too.
        DumpPart::BeforeRows => &["--routines", "--events", "--skip-triggers", "--no-data"],
        DumpPart::AfterRows => &["--triggers", "--no-data", "--no-create-info"],
    };
    let args: Vec<&str> = ["--single-transaction"].iter().chain(args).copied().collect();
    programs(url, ["mariadb-dump", "mysqldump"], &args)
}

/// The programs that load such a copy from their input into an empty database.
pub(super) fn load(url: &str) -> Result<Vec<Command>, Error> {
    programs(url, ["mariadb", "mysql"], &["--batch"])
}

/// Client programs for the database of a URL, MariaDB's and then MySQL's. The password is in their
/// environment, where other users of the machine cannot read it.
fn programs(url: &str, programs: [&str; 2], args: &[&str]) -> Result<Vec<Command>, Error> {
    let options = options(url)?;
    let mode = options.get_ssl_mode();
    let of_mysql = match mode {
        MySqlSslMode::Disabled => "DISABLED",
        MySqlSslMode::Preferred => "PREFERRED",
        MySqlSslMode::Required => "REQUIRED",
        MySqlSslMode::VerifyCa => "VERIFY_CA",
        MySqlSslMode::VerifyIdentity => "VERIFY_IDENTITY",
    };
    let of_mariadb: &[&str] = match mode {
        MySqlSslMode::Disabled => &["--skip-ssl"],
        MySqlSslMode::Preferred => &[],
        MySqlSslMode::Required => &["--ssl"],
        MySqlSslMode::VerifyCa | MySqlSslMode::VerifyIdentity => {
            &["--ssl", "--ssl-verify-server-cert"]
        }
    };
    let [mut mariadb, mut mysql] = programs.map(Command::new);
    mariadb.args(of_mariadb);
    mysql.arg(format!("--ssl-mode={of_mysql}"));
    let mut commands = vec![mariadb, mysql];
    for command in &mut commands {
        command
            .args(args)
            .arg("--default-character-set=utf8mb4")
            .arg(format!("--user={}", options.get_username()));
        match options.get_socket() {
            Some(socket) => {
                let mut arg = OsString::from("--socket=");
                arg.push(socket);
                command.arg(arg);
            }
            None => {
                command
                    .arg("--protocol=tcp")
                    .arg(format!("--host={}", options.get_host()))
                    .arg(format!("--port={}", options.get_port()));
            }
        }
        for (key, value) in url::query(url) {
            let option = match key.as_str() {
                "sslca" | "ssl-ca" | "sslrootcert" => "--ssl-ca",
                "sslcert" | "ssl-cert" => "--ssl-cert",
                "sslkey" | "ssl-key" => "--ssl-key",
                _ => continue,
            };
            command.arg(format!("{option}={value}"));
        }
        command.arg("--").arg(name(&options));
        if let Some(password) = url::password(url) {
            command.env("MYSQL_PWD", password);
        }
    }
    Ok(commands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_an_argument() {
        let url = "mysql://ada:s3cret@db:3307/app?sslmode=require";
        for command in
            [dump(url, DumpPart::Schema).unwrap(), load(url).unwrap()].into_iter().flatten()
        {
            let args: Vec<_> =
                command.get_args().map(|a| a.to_string_lossy().into_owned()).collect();
            assert!(!args.iter().any(|arg| arg.contains("s3cret")), "{args:?}");
            assert!(args.contains(&"--port=3307".to_owned()), "{args:?}");
            assert_eq!(args.last().map(String::as_str), Some("app"));
            let password = command.get_envs().find(|(name, _)| *name == "MYSQL_PWD");
            assert_eq!(password.and_then(|(_, value)| value), Some("s3cret".as_ref()));
        }
    }

    #[test]
    fn the_modes_of_tls_may_be_written_as_for_the_other_server() {
        for (word, name) in
            [("require", "Required"), ("verify-full", "VerifyIdentity"), ("VERIFY_CA", "VerifyCa")]
        {
            let options = options(&format!("mysql://u@h/d?sslmode={word}")).unwrap();
            assert_eq!(format!("{:?}", options.get_ssl_mode()), name);
        }
        assert!(options("mysql://u@h/d?sslmode=sometimes").is_err());
    }

    #[test]
    fn a_socket_has_two_names() {
        for url in [
            "mysql://u@localhost/d?socket=/run/m.sock",
            "mysql://u@localhost/d?unix_socket=/run/m.sock",
        ] {
            assert_eq!(host(&options(url).unwrap()), "/run/m.sock", "{url}");
        }
    }
}
