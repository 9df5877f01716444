//! Finds or starts a server for tests: from the environment, in a container, or from a local
//! program.
//!
//! One server per image serves all test processes of a user. No process can know that it is the
//! last one, so servers keep running and leave a state file. A process that starts a server stops
//! those that were not used for a day.

mod local;
mod state;

use std::fmt;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use migrate_containers::Container;
use migrate_core::dialect::Dialect;

use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;
use crate::url::redact;
use state::Note;
pub(crate) use state::{folder, lock};

/// How long a server may take to answer a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a server may be too busy to answer before another one is started.
const BUSY: Duration = Duration::from_secs(30);

/// How long a server may take to be ready, its first data included.
const START: Duration = Duration::from_secs(120);

/// A server on which databases for tests may be made.
#[derive(Clone)]
pub struct Server {
    url: String,
    description: String,
}

impl Server {
    /// The URL of the server's own database. It may hold a password: show it through
    /// [`redact`](crate::url::redact).
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl fmt::Display for Server {
    /// What it is and where it comes from, in words, without a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({self})")
    }
}

/// A server for tests; `None` when `MIGRATE_TEST_SKIP` names the database. In this order: the one
/// that `MIGRATE_TEST_POSTGRES_URL` or `MIGRATE_TEST_MYSQL_URL` names; one in a container; one
/// from the programs of this machine. A server that an earlier call or process started is found
/// again. `image` is `name:tag` for the container, unless `MIGRATE_TEST_POSTGRES_IMAGE` or
/// `MIGRATE_TEST_MYSQL_IMAGE` names another one.
///
/// ```no_run
/// # async fn example() -> Result<(), migrate_db::Error> {
/// use migrate_db::Dialect;
/// if let Some(server) = migrate_db::testkit::server(Dialect::Postgres, None).await? {
///     println!("{server}"); // postgres:18 in container migrate-test-1f0c23aa-postgres, port 49153
/// }
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`Error::NoServer`], with the three ways, when there is none and none can be started, and for
/// SQLite, which has none. [`Error::Connect`] when the one that the environment names does not
/// answer.
pub async fn server(dialect: Dialect, image: Option<&str>) -> Result<Option<Server>, Error> {
    let named = named_image(dialect);
    match find(dialect, named.as_deref().or(image)).await? {
        Some((server, connection)) => {
            connection.close().await.map_err(|e| Error::database("asking the server", e))?;
            Ok(Some(server))
        }
        None => Ok(None),
    }
}

/// The image that the environment names.
pub(crate) fn named_image(dialect: Dialect) -> Option<String> {
    state::variable(&Kind::of(dialect)?.variable("IMAGE"))
}

/// Whether every reading of a catalog is checked by a second one from the start: for the tests of
/// this very crate.
pub(crate) fn reads_twice() -> bool {
    state::variable("MIGRATE_TEST_READ_TWICE").is_some()
}

/// Returns `true` if `MIGRATE_TEST_FRESH` asks to ignore cached results.
pub(crate) fn is_fresh() -> bool {
    state::variable("MIGRATE_TEST_FRESH").is_some_and(|value| value != "0")
}

/// What tells one server from another, without a look at it: the URL that the environment names, or
/// the image.
pub(crate) fn identity(dialect: Dialect, image: Option<&str>) -> String {
    let Some(kind) = Kind::of(dialect) else { return dialect.name().to_owned() };
    if let Some(url) = state::variable(&kind.variable("URL")) {
        return redact(&url);
    }
    image.unwrap_or(kind.image).to_owned()
}

/// A server with a connection to it, which showed that it is there.
pub(crate) async fn find(
    dialect: Dialect,
    image: Option<&str>,
) -> Result<Option<(Server, Connection<'static>)>, Error> {
    if is_skipped(dialect) {
        return Ok(None);
    }
    let Some(kind) = Kind::of(dialect) else {
        return Err(Error::NoServer { dialect, ways: Vec::new() });
    };
    let variable = kind.variable("URL");
    if let Some(url) = state::variable(&variable) {
        let connection = probe(&url).await?;
        let description = format!("{} ({variable})", redact(&url));
        return Ok(Some((Server { url, description }, connection)));
    }
    let image = image.unwrap_or(kind.image);
    let folder = folder()?;
    let name = state::name(&folder, image, dialect);
    let note = Note::at(&folder, &name);
    // Most times it is there, and nobody waits for anybody.
    if let Some(found) = known(&note).await {
        return Ok(Some(found));
    }
    let _lock = lock(&name).await?;
    if let Some(found) = known(&note).await {
        return Ok(Some(found));
    }
    state::reap(&folder, async |name| {
        local::stop(name);
        migrate_containers::remove(name).await;
    })
    .await;
    migrate_containers::remove_forgotten().await;
    local::stop(&name);
    let container = match kind.start_container(image, &name).await {
        Ok(server) => return ready(dialect, server, &note).await.map(Some),
        Err(error) => error,
    };
    let local = match local::start(&kind, &name).await {
        Ok(server) => return ready(dialect, server, &note).await.map(Some),
        Err(error) => error,
    };
    Err(Error::NoServer {
        dialect,
        ways: vec![
            format!("{variable}=<URL of a server where databases may be made>"),
            format!("a Docker engine with the image {image}: {container}"),
            format!("the server's own programs on this machine: {local}"),
        ],
    })
}

/// Whether `MIGRATE_TEST_SKIP` names the database.
#[must_use]
pub fn is_skipped(dialect: Dialect) -> bool {
    let skip = state::variable("MIGRATE_TEST_SKIP").unwrap_or_default();
    skip.split(',').any(|name| Dialect::from_name(name.trim()) == Some(dialect))
}

/// Whether the databases of failed tests stay for a look: `MIGRATE_TEST_KEEP` is set, and not 0.
pub(crate) fn keeps_failed() -> bool {
    state::variable("MIGRATE_TEST_KEEP").is_some_and(|value| value != "0")
}

/// A kind of server.
struct Kind {
    dialect: Dialect,
    /// The image when nobody names one.
    image: &'static str,
    port: u16,
}

impl Kind {
    fn of(dialect: Dialect) -> Option<Self> {
        let image = dialect.admin().test_image?;
        let port = dialect.admin().databases.as_ref()?.port;
        Some(Self { dialect, image, port })
    }

    /// `MIGRATE_TEST_POSTGRES_URL` and the like.
    fn variable(&self, what: &str) -> String {
        format!("MIGRATE_TEST_{}_{what}", self.dialect.name().to_uppercase())
    }

    /// Starts a server in a container, or returns why not. It may not be ready yet.
    async fn start_container(&self, image: &str, name: &str) -> Result<Server, String> {
        let Launch { in_memory, environment, arguments } = Launch::of(self.dialect);
        let port = self.port;
        let container = Container { name, image, port, in_memory, environment, arguments };
        let (host, port) = migrate_containers::start(&container).await?;
        let description = format!("{image} in container {name}, port {port}");
        Ok(Server { url: self.url(&host, port), description })
    }

    /// The URL of the server's own database, whose superuser has no password.
    fn url(&self, host: &str, port: u16) -> String {
        match self.dialect {
            Dialect::Mysql => format!("mysql://root@{host}:{port}/mysql"),
            _ => format!("postgres://postgres@{host}:{port}/postgres"),
        }
    }
}

/// How the image of a server is started.
struct Launch {
    in_memory: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
    arguments: &'static [&'static str],
}

impl Launch {
    fn of(dialect: Dialect) -> Self {
        // The data lie in memory, in a directory that is the same for all versions of the image.
        // MariaDB writes a file for nearly every question about its catalog: in memory that takes
        // a fiftieth of the time.
        match dialect {
            Dialect::Mysql => Self {
                in_memory: &["/var/lib/mysql", "/tmp"],
                environment: &[
                    ("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "1"),
                    ("MYSQL_ALLOW_EMPTY_PASSWORD", "1"),
                ],
                arguments: &local::MYSQL_OPTIONS,
            },
            _ => Self {
                in_memory: &["/data"],
                environment: &[("PGDATA", "/data/server"), ("POSTGRES_HOST_AUTH_METHOD", "trust")],
                arguments: &local::POSTGRES_OPTIONS,
            },
        }
    }
}

/// The server of a note, when it is still there. One that is slow, or has no connection left, is
/// waited for: to start it again would end what other processes do on it.
async fn known(note: &Note) -> Option<(Server, Connection<'static>)> {
    let server = note.read()?;
    let since = Instant::now();
    loop {
        match probe(&server.url).await {
            Ok(connection) => {
                note.touch();
                return Some((server, connection));
            }
            Err(error) if is_busy(&error) && since.elapsed() < BUSY => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Err(_) => return None,
        }
    }
}

/// Whether something listens where the server was, and may answer later.
fn is_busy(error: &Error) -> bool {
    let Error::Connect { source, .. } = error else { return false };
    match source {
        sqlx::Error::Io(io) => {
            !matches!(io.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound)
        }
        // What sqlx calls a connection that is closed at once.
        sqlx::Error::Protocol(_) => true,
        // PostgreSQL's code for too many connections; MySQL's is among those of a server that starts.
        sqlx::Error::Database(answer) => {
            error.is_starting() || answer.code().is_some_and(|code| code == "53300")
        }
        _ => false,
    }
}

/// Waits for a server that was started, and notes it.
async fn ready(
    dialect: Dialect,
    server: Server,
    note: &Note,
) -> Result<(Server, Connection<'static>), Error> {
    let answer = async {
        loop {
            // A port may be open before it is the real server's.
            match probe(&server.url).await {
                Ok(connection) => return connection,
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    };
    match tokio::time::timeout(START, answer).await {
        Ok(connection) => {
            note.write(&server)?;
            Ok((server, connection))
        }
        Err(_) => Err(Error::NoServer {
            dialect,
            ways: vec![format!("{server} was started, and does not answer")],
        }),
    }
}

/// Connects to a server and asks it something.
async fn probe(url: &str) -> Result<Connection<'static>, Error> {
    let database = Database::from_url(url)?;
    let asked = async {
        let mut connection = Connection::open(&database.source, false)
            .await?
            .ok_or(Error::NoDriver(database.dialect()))?;
        connection.ask("SELECT 1").await.map_err(|e| Error::connect(url, e))?;
        Ok(connection)
    };
    let late = |_| {
        let message = format!("no answer in {} s", CONNECT_TIMEOUT.as_secs());
        let source = std::io::Error::new(std::io::ErrorKind::TimedOut, message);
        Error::connect(url, sqlx::Error::Io(source))
    };
    tokio::time::timeout(CONNECT_TIMEOUT, asked).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
}

/// Returns a text that changes when the program is built again: what its functions do is known only
/// to them.
pub(super) fn this_build() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata);
    let built = file.and_then(|file| Ok((file.len(), file.modified()?)));
    built.map_or_else(|_| String::new(), |(bytes, built)| format!("{bytes} {built:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_accepts_and_does_not_answer_is_busy_and_one_that_is_not_there_is_gone() {
        let listen = || std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = |listener: &std::net::TcpListener| {
            format!("postgres://postgres@{}/postgres", listener.local_addr().unwrap())
        };
        let listener = listen();
        let busy = url(&listener);
        std::thread::spawn(move || listener.incoming().for_each(drop));
        let error = probe(&busy).await.err().unwrap();
        assert!(is_busy(&error), "{error:?}");
        let gone = url(&listen());
        assert!(!is_busy(&probe(&gone).await.err().unwrap()));
    }
}
