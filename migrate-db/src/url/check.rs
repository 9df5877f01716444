//! The grammar of database URLs and their parameters.
//!
//! A URL is checked before sqlx sees it: sqlx passes over parameters that it does not know, and an
//! unverified connection is not what `SSLMODE=verify-full` asks for. No problem quotes the URL,
//! which may hold a password anywhere when it is malformed.

use migrate_core::dialect::Dialect;
use migrate_core::suggest::nearest;

/// What is wrong with a URL, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, without any part of the URL but names and words of this crate.
    pub message: String,
    /// What would be right, a line each.
    pub help: Vec<String>,
}

impl Problem {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: vec![help.into()] }
    }
}

/// Parameters of SQLite URLs; sqlx's.
const SQLITE: &[&str] = &["mode", "cache", "immutable", "vfs"];

/// Parameters of PostgreSQL URLs: sqlx's, and those of this crate.
const POSTGRES: &[&str] = &[
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    SEARCH_PATH,
    CLEARTEXT,
];

/// Parameters of MySQL URLs: sqlx's, and those of this crate.
const MYSQL: &[&str] = &[
    "sslmode",
    "ssl-mode",
    "sslca",
    "ssl-ca",
    "sslrootcert",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "charset",
    "collation",
    "socket",
    "unix_socket",
    "timezone",
    "time-zone",
    CLEARTEXT,
];

/// The schemas of the session, on PostgreSQL.
pub(crate) const SEARCH_PATH: &str = "search_path";

/// Whether a server may ask for the password in clear text on a connection without TLS.
pub(crate) const CLEARTEXT: &str = "allow_cleartext_password";

/// The modes of TLS, in the words of both servers.
const TLS_MODES: &[&str] = &[
    "disable",
    "allow",
    "prefer",
    "require",
    "verify-ca",
    "verify-full",
    "disabled",
    "preferred",
    "required",
    "verify_ca",
    "verify_identity",
];

/// Parameters of other tools, and what serves instead; nothing where they have no effect here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("connect_timeout", "`--connect-timeout`, or `connect-timeout` in migrate.toml"),
    ("schema", "`search_path`"),
    ("currentschema", "`search_path`"),
    ("statement_timeout", "`--statement-timeout`, or `statement-timeout` in migrate.toml"),
    ("lock_timeout", "`--lock-timeout`, or `lock-timeout` in migrate.toml"),
    ("channel_binding", ""),
    ("client_encoding", ""),
    ("connection_limit", ""),
    ("gssencmode", ""),
    ("pgbouncer", ""),
    ("pool_timeout", ""),
    ("target_session_attrs", ""),
];

const ENCODE: &str = "special characters of a user, password or name are percent-encoded: `@` is `%40`, `:` `%3A`, `/` `%2F`, `?` `%3F`, `#` `%23`, `%` `%25`";

/// The parameters that a database knows.
pub(super) fn parameters(dialect: Dialect) -> &'static [&'static str] {
    // Their names are the drivers' own.
    match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
        Dialect::Mysql => MYSQL,
    }
}

/// Whether a parameter is known, by its decoded name.
pub(super) fn is_known(dialect: Dialect, key: &str) -> bool {
    parameters(dialect).contains(&key)
        || dialect == Dialect::Postgres && key.starts_with("options[") && key.ends_with(']')
}

/// Checks what follows the scheme and its colon.
///
/// # Errors
/// The first [`Problem`].
pub(super) fn check(dialect: Dialect, rest: &str) -> Result<(), Problem> {
    if dialect.admin().databases.is_some() { server(dialect, rest) } else { file(dialect, rest) }
}

fn file(dialect: Dialect, rest: &str) -> Result<(), Problem> {
    let (path, query) = split_query(rest);
    if looks_like_account(path) {
        return Err(Problem::new(
            "it looks like the URL of a server",
            "an SQLite URL is `sqlite:` and a path, in which `:` is `%3A`",
        ));
    }
    pairs(dialect, query)
}

/// Whether a path has the form of `user:password@host`.
pub(super) fn looks_like_account(path: &str) -> bool {
    let bytes = path.as_bytes();
    // The drive letter of Windows.
    let path = match bytes {
        [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic() => &path[2..],
        _ => path,
    };
    path.split_once(':').is_some_and(|(_, after)| after.contains('@'))
}

fn server(dialect: Dialect, rest: &str) -> Result<(), Problem> {
    let example = format!("`{}://user:password@host/name`", dialect.name());
    if rest.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Problem::new("it holds a space or a control character", ENCODE));
    }
    let Some(rest) = rest.strip_prefix("//") else {
        return Err(Problem::new(
            "`//` must follow the scheme",
            format!("the URL of a server is written as {example}"),
        ));
    };
    if rest.contains('#') {
        return Err(Problem::new("it holds a `#`", ENCODE));
    }
    let (place, query) = split_query(rest);
    let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
    if path.contains(['@', ':']) || query.contains('@') {
        return Err(Problem::new("it holds an `@` or `:` behind the host", ENCODE));
    }
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    let (host, port) = match address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':').unwrap_or(port)),
        None => address.split_once(':').unwrap_or((address, "")),
    };
    let is_address = address.starts_with('[') && host.parse::<std::net::Ipv6Addr>().is_ok();
    let is_name = |host: &str| host.chars().all(|c| c.is_alphanumeric() || "._-%".contains(c));
    // With an encoded `:` or `@` in it, it is an account whose end is missing.
    let is_account = super::decoded(host).contains([':', '@']);
    if !is_address && (is_account || !is_name(host)) {
        return Err(Problem::new("its host is no name or address", ENCODE));
    }
    if !port.is_empty() && port.parse::<u16>().is_err() {
        let message = "what follows the `:` of the host is no port number";
        return Err(Problem {
            message: message.into(),
            help: vec![format!("the URL of a server is written as {example}"), ENCODE.into()],
        });
    }
    pairs(dialect, query)
}

fn pairs(dialect: Dialect, query: &str) -> Result<(), Problem> {
    for (number, pair) in query.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (super::decoded(key), super::decoded(value));
        if !is_known(dialect, &key) {
            return Err(unknown(dialect, &key, number + 1));
        }
        let right = match key.as_str() {
            "sslmode" | "ssl-mode" => TLS_MODES.contains(&value.to_ascii_lowercase().as_str()),
            "port" => value.parse::<u16>().is_ok(),
            "hostaddr" => value.parse::<std::net::IpAddr>().is_ok(),
            "statement-cache-capacity" => value.parse::<u32>().is_ok(),
            "mode" => ["ro", "rw", "rwc", "memory"].contains(&value.as_str()),
            "cache" => ["private", "shared"].contains(&value.as_str()),
            "immutable" | CLEARTEXT => ["true", "false", "1", "0"].contains(&value.as_str()),
            _ => true,
        };
        if !right {
            return Err(Problem::new(
                format!("its parameter `{key}` cannot have this value"),
                match key.as_str() {
                    "sslmode" | "ssl-mode" => {
                        "write disable, prefer, require, verify-ca or verify-full".to_owned()
                    }
                    "mode" => "write ro, rw, rwc or memory".to_owned(),
                    "cache" => "write private or shared".to_owned(),
                    "immutable" | CLEARTEXT => "write true or false".to_owned(),
                    "hostaddr" => "write an IP address".to_owned(),
                    _ => "write a number".to_owned(),
                },
            ));
        }
    }
    Ok(())
}

/// An unknown parameter is not named: it may be a piece of a password, also when it is like a known
/// one.
fn unknown(dialect: Dialect, key: &str, number: usize) -> Problem {
    let known = parameters(dialect);
    let plain = key.to_ascii_lowercase();
    let elsewhere = ELSEWHERE.iter().find(|(name, _)| *name == plain);
    let help = match (elsewhere, nearest(key, known.iter().copied())) {
        (Some((name, "")), _) => format!("leave `{name}` out: it has no effect here"),
        (Some((name, instead)), _) => format!("{instead} serves instead of `{name}`"),
        (None, Some(near)) => format!("did you mean `{near}`?"),
        (None, None) => format!("the parameters are {}", known.join(", ")),
    };
    Problem::new(format!("its parameter number {number} is not known"), help)
}

/// What stands before the `?`, and behind it.
pub(super) fn split_query(rest: &str) -> (&str, &str) {
    rest.split_once('?').unwrap_or((rest, ""))
}
