//! Database servers for the tests: one of each kind per run, shared by every test process.
//!
//! In order: a server that the environment names, a container, a server started from the programs
//! of this machine. A test never gets a server, only a database of its own on it ([`super::db`]).
//! Nothing waits for the end of the run, which no process sees: containers are found again by the
//! next run, and removed when they are old.

mod container;
mod local;

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;

use migrate_core::dialect::Dialect;
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection};
use tokio::sync::OnceCell;

/// How long a server may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(3);

/// A kind of server.
pub(crate) struct Server {
    pub(crate) dialect: Dialect,
    /// Names a server that is there already.
    variable: &'static str,
    /// The image's name and tag; `MIGRATE_TEST_POSTGRES_TAG` and the like name another tag.
    image: [&'static str; 2],
    url: OnceCell<Result<Option<String>, String>>,
}

static POSTGRES: Server = Server {
    dialect: Dialect::Postgres,
    variable: "MIGRATE_TEST_POSTGRES_URL",
    image: ["postgres", "15"],
    url: OnceCell::const_new(),
};

static MYSQL: Server = Server {
    dialect: Dialect::Mysql,
    variable: "MIGRATE_TEST_MYSQL_URL",
    image: ["mariadb", "10.11"],
    url: OnceCell::const_new(),
};

/// The server of a dialect; `None` where a database is a file.
pub(crate) fn of(dialect: Dialect) -> Option<&'static Server> {
    [&POSTGRES, &MYSQL].into_iter().find(|server| server.dialect == dialect)
}

/// Whether `MIGRATE_TEST_SKIP` names the dialect.
pub(crate) fn skipped(dialect: Dialect) -> bool {
    let skip = std::env::var("MIGRATE_TEST_SKIP").unwrap_or_default();
    skip.split(',').any(|name| Dialect::from_name(name.trim()) == Some(dialect))
}

impl Server {
    /// The URL of the server's own database; `None` when the tests are told to do without.
    ///
    /// # Panics
    /// When there is no server: a test that did not run must not look like one that passed.
    pub(crate) async fn url(&self) -> Option<&str> {
        match self.url.get_or_init(|| self.find()).await {
            Ok(url) => url.as_deref(),
            Err(why) => panic!("{why}"),
        }
    }

    async fn find(&self) -> Result<Option<String>, String> {
        if skipped(self.dialect) {
            return Ok(None);
        }
        if let Ok(url) = std::env::var(self.variable) {
            probe(&url).await.map_err(|e| format!("{}: {e}", self.variable))?;
            return Ok(Some(url));
        }
        // One process looks and starts, the others wait and then find what it started.
        let folder = folder();
        let lock = File::create(folder.join(format!("{}.lock", self.note())))
            .and_then(|file| file.lock().map(|()| file))
            .map_err(|e| format!("{}: {e}", folder.display()))?;
        let known = folder.join(format!("{}.url", self.note()));
        if let Ok(url) = fs::read_to_string(&known)
            && probe(&url).await.is_ok()
        {
            return Ok(Some(url));
        }
        let url = match container::start(self).await {
            Ok(url) => url,
            Err(container) => local::start(self).await.map_err(|local| {
                format!(
                    "no {} server for this test. Three ways:\n\
                     1. {}=<url of a server where databases may be created>\n\
                     2. a Docker engine with the image {} (tests/set-up makes both): {container}\n\
                     3. the server's own programs on this machine: {local}\n\
                     MIGRATE_TEST_SKIP={} goes without, and says so",
                    self.dialect,
                    self.variable,
                    self.image.join(":"),
                    self.dialect,
                )
            })?,
        };
        // A container's port is open before it is the real server's.
        let mut answer = probe(&url).await;
        for _ in 0..100 {
            if answer.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            answer = probe(&url).await;
        }
        answer.map_err(|e| format!("the {} server does not answer: {e}", self.dialect))?;
        fs::write(&known, &url).map_err(|e| format!("{}: {e}", known.display()))?;
        drop(lock);
        Ok(Some(url))
    }

    /// What notes about the server are called: two versions live side by side.
    fn note(&self) -> String {
        format!("{}-{}", self.dialect, self.image().1)
    }

    /// The image's name and the tag to use.
    pub(crate) fn image(&self) -> (&'static str, String) {
        let [name, tag] = self.image;
        let variable = format!("MIGRATE_TEST_{}_TAG", self.dialect.name().to_uppercase());
        (name, std::env::var(variable).unwrap_or_else(|_| tag.to_owned()))
    }
}

/// Where this build's tests leave notes to each other.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// Whether a server answers.
async fn probe(url: &str) -> Result<(), String> {
    match tokio::time::timeout(PATIENCE, execute(url, "SELECT 1")).await {
        Ok(answer) => answer.map_err(|e| e.to_string()),
        Err(_) => Err(format!("no answer in {} s", PATIENCE.as_secs())),
    }
}

/// Runs SQL on a connection of its own.
pub(crate) async fn execute(url: &str, sql: &str) -> sqlx::Result<()> {
    let sql = sqlx::raw_sql(AssertSqlSafe(sql));
    if url.starts_with("postgres") {
        let mut connection = PgConnection::connect(url).await?;
        sql.execute(&mut connection).await?;
        connection.close().await
    } else {
        let mut connection = MySqlConnection::connect(url).await?;
        sql.execute(&mut connection).await?;
        connection.close().await
    }
}
