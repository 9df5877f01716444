//! Creates the databases of `#[migrate_db::test]`: a new database at head for each test.
//!
//! The history is applied once, to a template database that is named after its fingerprint. Each
//! test gets a copy. The database of a failed test is kept, and the output of the test names it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::graph::{Place, Target};
use migrate_core::history::History;
use migrate_core::sql::Hasher;

use super::provision::this_build;
use super::stage::Stage;
use crate::error::Error;
use crate::migrator::{Migrator, Options};
use crate::steps::BoundStep;
use crate::url::redact;

/// How many connections a test may have at once: many tests run beside each other.
const CONNECTIONS: u32 = 5;

/// How long connections that a test still holds may take to come back.
const CLOSING: Duration = Duration::from_millis(500);

/// The pools that a test may ask for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no pool of a database for tests",
    label = "write `SqlitePool`, `PgPool` or `MySqlPool`",
    note = "the driver must be on: features `sqlite`, `postgres` and `mysql` of migrate-db"
)]
pub trait Pool: Clone {
    /// The database.
    const DIALECT: Dialect;

    /// Connects to the database of a URL.
    fn connect(url: &str) -> impl Future<Output = sqlx::Result<Self>>;

    /// Closes all connections.
    fn close(&self) -> impl Future<Output = ()>;
}

#[cfg(feature = "sqlite")]
impl Pool for sqlx::SqlitePool {
    const DIALECT: Dialect = Dialect::Sqlite;

    async fn connect(url: &str) -> sqlx::Result<Self> {
        let options: sqlx::sqlite::SqliteConnectOptions = url.parse()?;
        // Nothing need survive a machine that falls over in the middle of a test.
        let options = options.synchronous(sqlx::sqlite::SqliteSynchronous::Off);
        sqlx::pool::PoolOptions::new().max_connections(CONNECTIONS).connect_with(options).await
    }

    async fn close(&self) {
        self.close().await;
    }
}

macro_rules! server_pool {
    ($feature:literal, $pool:ty, $dialect:ident) => {
        #[cfg(feature = $feature)]
        impl Pool for $pool {
            const DIALECT: Dialect = Dialect::$dialect;

            async fn connect(url: &str) -> sqlx::Result<Self> {
                sqlx::pool::PoolOptions::new().max_connections(CONNECTIONS).connect(url).await
            }

            async fn close(&self) {
                self.close().await;
            }
        }
    };
}

server_pool!("postgres", sqlx::PgPool, Postgres);
server_pool!("mysql", sqlx::MySqlPool, Mysql);

/// What a test may return.
#[diagnostic::on_unimplemented(
    message = "a test with a database returns nothing or a `Result<(), _>`, not `{Self}`",
    label = "return `()` or `Result<(), _>`"
)]
pub trait Returned {
    /// What a test returns that had nothing to do.
    fn nothing() -> Self;
    /// Whether the test failed.
    fn is_failure(&self) -> bool;
}

impl Returned for () {
    fn nothing() -> Self {}

    fn is_failure(&self) -> bool {
        false
    }
}

impl<E> Returned for Result<(), E> {
    fn nothing() -> Self {
        Ok(())
    }

    fn is_failure(&self) -> bool {
        self.is_err()
    }
}

/// A test as the macro found it.
#[derive(Debug, Clone, Copy)]
pub struct Test {
    /// Its name with its modules.
    pub name: &'static str,
    /// Whether a panic is what it wants.
    pub should_panic: bool,
}

/// Runs a test on a fresh database at head, on a runtime of its own.
///
/// # Panics
/// When the test does, and when there is no server, or the history does not run on it.
pub fn run<P, T, F>(
    history: &History,
    settings: &Settings,
    steps: &'static [BoundStep],
    test: Test,
    body: impl FnOnce(P) -> F,
) -> T
where
    P: Pool,
    T: Returned,
    F: Future<Output = T>,
{
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => panic!("the runtime of the test cannot be started: {error}"),
    };
    let fresh = match runtime.block_on(Fresh::<P>::make(history, settings, steps, test.name)) {
        Ok(Some(fresh)) => fresh,
        Ok(None) => {
            say(&format!("skipped: MIGRATE_TEST_SKIP names {}", P::DIALECT));
            return T::nothing();
        }
        Err(error) => panic!("no database for the test: {}", told(&error)),
    };
    let pool = fresh.pool.clone();
    let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on(body(pool))));
    let failed = match &outcome {
        Ok(returned) => returned.is_failure(),
        Err(_) => !test.should_panic,
    };
    if failed {
        let url = redact(&fresh.stage.url(&fresh.name));
        say(&format!("the database of the failed test stays for a day: {url}"));
    } else if let Err(error) = runtime.block_on(fresh.end()) {
        say(&format!("the database of the test stays for a day: {}", told(&error)));
    }
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

/// A database of a test.
struct Fresh<P> {
    stage: Stage,
    name: String,
    pool: P,
}

impl<P: Pool> Fresh<P> {
    async fn make(
        history: &History,
        settings: &Settings,
        steps: &'static [BoundStep],
        words: &str,
    ) -> Result<Option<Self>, Error> {
        let Some(stage) = Stage::open(P::DIALECT, settings).await? else { return Ok(None) };
        let template = template(&stage, history, settings, steps).await?;
        let name = stage.unique(words);
        stage.clone(&template, &name).await?;
        let url = stage.url(&name);
        let pool = P::connect(&url).await.map_err(|e| Error::connect(&url, e))?;
        Ok(Some(Self { stage, name, pool }))
    }

    async fn end(self) -> Result<(), Error> {
        // A task that the test left behind may hold a connection for ever.
        let _ = tokio::time::timeout(CLOSING, self.pool.close()).await;
        self.stage.drop(&self.name).await
    }
}

/// The name of the database at head, which is made when it is not there.
async fn template(
    stage: &Stage,
    history: &History,
    settings: &Settings,
    steps: &'static [BoundStep],
) -> Result<String, Error> {
    let name = template_name(history, settings, steps);
    if stage.exists(&name).await? {
        return Ok(name);
    }
    let _lock = stage.lock(&name).await?;
    if stage.exists(&name).await? {
        return Ok(name);
    }
    // It gets its name when it is whole.
    let work = stage.unique("template");
    let database = stage.create(&work).await?;
    let heads = Target::At { branch: None, place: Place::Heads, offset: None };
    let options = Options { steps, wait_for_replicas: None, ..settings.into() };
    let run = Migrator::new(history).options(options).upgrade(&database, &heads).await;
    let made = match run {
        Ok(_) => stage.clone(&work, &name).await.map(drop),
        Err(error) => Err(error),
    };
    stage.drop(&work).await?;
    made.map(|()| name)
}

/// A name for what a history makes of an empty database.
fn template_name(history: &History, settings: &Settings, steps: &[BoundStep]) -> String {
    let mut hasher = Hasher::new();
    hasher.field("tool", env!("CARGO_PKG_VERSION"));
    hasher.field("table", &settings.version_table);
    // The fingerprint of a revision is of the names of variables.
    hasher.field("variables", &format!("{:?}", settings.variables));
    if !steps.is_empty() {
        hasher.field("steps", &this_build());
    }
    for node in history.graph.order() {
        let revision = history.graph.revision(node);
        hasher.field("revision", revision.id().as_str());
        hasher.field("fingerprint", &revision.fingerprint.to_string());
    }
    format!("t_{}", &hasher.finish().to_string()[..24])
}

/// Says something in the output of the test, which the harness keeps for those that fail.
#[expect(clippy::print_stdout, reason = "it is the way to who runs the test")]
fn say(text: &str) {
    println!("{text}");
}

/// An error with its causes and what helps.
fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    for help in error.help() {
        text = format!("{text}\n  {help}");
    }
    text
}
