//! A database of its own for a test, on any of the three.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use migrate_core::dialect::Dialect;
use migrate_db::Database;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::server;

/// An empty database, which goes when the test ends.
pub(crate) struct Db {
    pub(crate) dialect: Dialect,
    pub(crate) url: String,
    pub(crate) name: String,
    /// The server's own database.
    admin: String,
    folder: tempfile::TempDir,
}

impl Db {
    /// A fresh database; `None`, and a word about it, where the environment says to do without.
    pub(crate) async fn fresh(dialect: Dialect) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        if dialect == Dialect::Sqlite {
            let url = format!("sqlite:{}?mode=rwc", folder.path().join("app.db").display());
            let (name, admin) = ("app.db".to_owned(), String::new());
            return Some(Self { dialect, url, name, admin, folder });
        }
        let Some(admin) = server::url(dialect).await else {
            println!("skipped: MIGRATE_TEST_SKIP names {dialect}");
            return None;
        };
        Some(Self::on(dialect, &admin).await)
    }

    /// As [`Db::fresh`], for a test that has no runtime.
    pub(crate) fn fresh_blocking(dialect: Dialect) -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Self::fresh(dialect))
    }

    /// A fresh database on a server.
    pub(crate) async fn on(dialect: Dialect, url: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = tempfile::tempdir().unwrap();
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("t{}_{count}_{nanos}", std::process::id());
        server::execute(url, &format!("CREATE DATABASE {name}")).await.unwrap();
        let admin = url.to_owned();
        Self { dialect, url: with_name(url, &name), name, admin, folder }
    }

    /// Follows the database to another server, on which it is too.
    pub(crate) fn move_to(&mut self, server: &str) {
        (self.url, self.admin) = (with_name(server, &self.name), server.to_owned());
    }

    pub(crate) fn database(&self) -> Database {
        Database::from_url(&self.url).unwrap()
    }

    /// A folder that goes with the database.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs SQL.
    pub(crate) async fn execute(&self, sql: &str) {
        self.try_execute(sql).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
    }

    pub(crate) async fn try_execute(&self, sql: &str) -> sqlx::Result<()> {
        match self.dialect {
            Dialect::Sqlite => {
                let mut connection = sqlx::SqliteConnection::connect(&self.url).await?;
                connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await?;
                connection.close().await
            }
            _ => server::execute(&self.url, sql).await,
        }
    }

    /// The first column of a query's rows, as text.
    pub(crate) async fn column(&self, sql: &str) -> Vec<String> {
        macro_rules! ask {
            ($connection:ty) => {{
                let mut connection = <$connection>::connect(&self.url).await.unwrap();
                let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut connection).await;
                let rows = rows.unwrap_or_else(|e| panic!("{e}: {sql}"));
                connection.close().await.unwrap();
                let cell = |row| sqlx::Row::try_get_unchecked::<Option<String>, _>(row, 0);
                rows.iter().map(|row| cell(row).unwrap().unwrap_or_default()).collect()
            }};
        }
        match self.dialect {
            Dialect::Sqlite => ask!(sqlx::SqliteConnection),
            Dialect::Postgres => ask!(sqlx::PgConnection),
            Dialect::Mysql => ask!(sqlx::MySqlConnection),
        }
    }

    /// The names of the tables, the tool's own left out.
    pub(crate) async fn tables(&self) -> Vec<String> {
        let names = match self.dialect {
            Dialect::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            }
            Dialect::Postgres => {
                "SELECT tablename::text FROM pg_catalog.pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            }
            Dialect::Mysql => {
                "SELECT CAST(table_name AS CHAR) FROM information_schema.tables WHERE table_schema = DATABASE()"
            }
        };
        let mut names = self.column(names).await;
        names.retain(|name| !name.starts_with("migrate_"));
        names.sort();
        names
    }

    /// Pipes a script into the database's own client, which stops at the first error.
    pub(crate) fn pipe(&self, sql: &str) -> Result<(), String> {
        self.client().pipe(sql)
    }

    /// The database's own client, connected to this database.
    pub(crate) fn client(&self) -> Client {
        match self.dialect {
            Dialect::Sqlite => Client::of_file(&self.folder.path().join(&self.name)),
            _ => Client::of_server(self.dialect, &self.url, &self.name),
        }
    }
}

/// A program that takes SQL.
pub(crate) struct Client(pub(crate) Command);

impl Client {
    /// The client of an SQLite file.
    pub(crate) fn of_file(file: &Path) -> Self {
        let mut command = Command::new("sqlite3");
        command.arg("-bail").arg(file);
        Self(command)
    }

    /// The client of a database on a server.
    pub(crate) fn of_server(dialect: Dialect, url: &str, name: &str) -> Self {
        let mut command;
        match dialect {
            Dialect::Postgres => {
                command = Command::new("psql");
                command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]);
            }
            _ => {
                command = Command::new("mariadb");
                command.args(Place::of(url).mariadb()).arg(name);
            }
        }
        Self(command)
    }

    pub(crate) fn pipe(mut self, sql: &str) -> Result<(), String> {
        use std::io::Write as _;
        let command = self.0.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|e| format!("{command:?}: {e}"))?;
        let mut stdin = child.stdin.take().unwrap();
        let sql = sql.to_owned();
        // A client that stops early closes the pipe: its own word is the better one.
        let writer = std::thread::spawn(move || drop(stdin.write_all(sql.as_bytes())));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(said) }
    }
}

/// The parts of a server's URL, for programs that take no URL.
pub(crate) struct Place {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Place {
    pub(crate) fn of(url: &str) -> Self {
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let (account, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (user, password) = account.split_once(':').unwrap_or((account, ""));
        let address = place.split('/').next().unwrap_or_default();
        let (host, port) = address.split_once(':').unwrap_or((address, ""));
        let port = port.parse().unwrap_or(if url.starts_with("postgres") { 5432 } else { 3306 });
        Self { user: user.to_owned(), password: password.to_owned(), host: host.to_owned(), port }
    }

    /// As MariaDB's programs take it.
    pub(crate) fn mariadb(&self) -> Vec<String> {
        let mut args = vec![
            "--no-defaults".to_owned(),
            "--protocol=tcp".to_owned(),
            format!("--host={}", self.host),
            format!("--port={}", self.port),
            format!("--user={}", self.user),
        ];
        if !self.password.is_empty() {
            args.push(format!("--password={}", self.password));
        }
        args
    }
}

/// The same server's database of another name.
pub(crate) fn with_name(url: &str, name: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(a, q)| (a, Some(q)));
    let start = address.find("://").map_or(0, |at| at + 3);
    let address = match address[start..].find('/') {
        Some(slash) => &address[..start + slash],
        None => address,
    };
    match query {
        Some(query) => format!("{address}/{name}?{query}"),
        None => format!("{address}/{name}"),
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        if self.dialect == Dialect::Sqlite {
            return;
        }
        // A test's runtime cannot be waited on from here.
        let force = if self.dialect == Dialect::Postgres { " WITH (FORCE)" } else { "" };
        let sql = format!("DROP DATABASE IF EXISTS {}{force}", self.name);
        let url = self.admin.clone();
        let _ = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(server::execute(&url, &sql)).map_err(std::io::Error::other)
        })
        .join();
    }
}
