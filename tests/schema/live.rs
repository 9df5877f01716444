//! A database of its own on a real server.

use std::error::Error as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use migrate_core::dialect::Dialect;
use migrate_core::schema::Schema;
use migrate_db::testkit::{self, Contents, Fill, Filled};
use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{
    AssertSqlSafe, Connection, MySqlConnection, MySqlPool, PgConnection, PgPool, SqlitePool,
};

/// Connections from which the catalog is read.
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
    Mysql(MySqlPool),
}

/// The connection that runs statements: settings and temporary tables are those of a session.
enum Session {
    Sqlite(SqlitePool),
    Postgres(PgConnection),
    Mysql(MySqlConnection),
    /// The only connection of a pool.
    Pooled(PgPool),
}

/// An empty database, with one session.
pub(crate) struct Live {
    pool: Pool,
    session: Session,
    /// The URL of the server's own database and the name of this one, which is dropped in the end.
    on: Option<(String, String)>,
    /// Whether everything happens in one transaction that is rolled back.
    is_undone: bool,
}

/// Where many sequences of statements find an empty database, one after the other.
pub(crate) struct Ground {
    dialect: Dialect,
    /// A database where each sequence is a transaction that is rolled back, and its only connection.
    shared: Option<(Live, PgPool)>,
}

impl Ground {
    /// A place for sequences; `None`, and a message, where the environment says to do without.
    pub(crate) async fn fresh(dialect: Dialect) -> Option<Self> {
        // Another database for each, or another connection, would take longer than its statements.
        let shared = match dialect {
            Dialect::Postgres => {
                let live = Live::fresh(dialect).await?;
                let (server, name) = live.on.as_ref()?;
                let options = PgPoolOptions::new().max_connections(1).min_connections(1);
                let options = options.idle_timeout(None).max_lifetime(None);
                let pool = options.connect(&with_name(server, name)).await.unwrap();
                Some((live, pool))
            }
            _ => None,
        };
        Some(Self { dialect, shared })
    }

    /// An empty database.
    pub(crate) async fn live(&self) -> Option<Live> {
        let Some((_, pool)) = &self.shared else { return Live::fresh(self.dialect).await };
        let session = Session::Pooled(pool.clone());
        let pool = Pool::Postgres(pool.clone());
        let mut live = Live { pool, session, on: None, is_undone: true };
        live.session.execute("BEGIN").await.unwrap();
        Some(live)
    }

    /// Drops the database.
    pub(crate) async fn drop(self) {
        if let Some((shared, pool)) = self.shared {
            pool.close().await;
            shared.drop().await;
        }
    }
}

impl Live {
    /// A fresh database; `None`, and a message, where the environment says to do without.
    pub(crate) async fn fresh(dialect: Dialect) -> Option<Self> {
        if dialect == Dialect::Sqlite {
            // One connection that stays: the database goes with it.
            let options = SqlitePoolOptions::new().max_connections(1).min_connections(1);
            let pool = options.idle_timeout(None).max_lifetime(None);
            let pool = pool.connect("sqlite::memory:").await.unwrap();
            let session = Session::Sqlite(pool.clone());
            return Some(Self { pool: Pool::Sqlite(pool), session, on: None, is_undone: false });
        }
        let server = testkit::server(dialect, None).await.unwrap_or_else(|e| panic!("{e}"));
        let Some(server) = server.map(|server| server.url().to_owned()) else {
            println!("skipped: MIGRATE_TEST_SKIP names {dialect}");
            return None;
        };
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("s{}_{count}_{nanos}", std::process::id());
        let mut admin = Session::open(dialect, &server).await;
        admin.execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        admin.close().await;
        let url = with_name(&server, &name);
        let (pool, session) = (connect(dialect, &url).await, Session::open(dialect, &url).await);
        Some(Self { pool, session, on: Some((server, name)), is_undone: false })
    }

    pub(crate) async fn execute(&mut self, sql: &str) -> sqlx::Result<()> {
        if !self.is_undone {
            return self.session.execute(sql).await;
        }
        self.session.execute("SAVEPOINT statement").await.unwrap();
        let result = self.session.execute(sql).await;
        let end = if result.is_ok() { "RELEASE statement" } else { "ROLLBACK TO statement" };
        self.session.execute(end).await.unwrap();
        result
    }

    /// Begins an attempt, which [`Live::undo`] undoes. Attempts need a transaction around everything.
    pub(crate) async fn attempt(&mut self) {
        assert!(self.is_undone);
        self.session.execute("SAVEPOINT attempt").await.unwrap();
    }

    /// Undoes an attempt.
    pub(crate) async fn undo(&mut self) {
        self.session.execute("ROLLBACK TO attempt").await.unwrap();
    }

    /// The catalog; an error is the server's.
    pub(crate) async fn schema(&self) -> Result<Schema, String> {
        let schema = match &self.pool {
            Pool::Sqlite(pool) => testkit::schema(pool, &[]).await,
            Pool::Postgres(pool) if self.is_undone => {
                // The search path says which namespace is the session's own.
                let path: String =
                    sqlx::query_scalar("SHOW search_path").fetch_one(pool).await.unwrap();
                sqlx::query("SET search_path TO DEFAULT").execute(pool).await.unwrap();
                let schema = testkit::schema(pool, &[]).await;
                let back = sqlx::query("SELECT set_config('search_path', $1, false)").bind(path);
                back.execute(pool).await.unwrap();
                schema
            }
            Pool::Postgres(pool) => testkit::schema(pool, &[]).await,
            Pool::Mysql(pool) => testkit::schema(pool, &[]).await,
        };
        schema.map_err(|error| {
            let causes = std::iter::successors(error.source(), |cause| (*cause).source());
            causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
        })
    }

    /// Fills the tables with rows.
    pub(crate) async fn fill(&self, fill: &Fill) -> Filled {
        let filled = match &self.pool {
            Pool::Sqlite(pool) => testkit::fill(pool, fill).await,
            Pool::Postgres(pool) => testkit::fill(pool, fill).await,
            Pool::Mysql(pool) => testkit::fill(pool, fill).await,
        };
        filled.unwrap()
    }

    /// The rows of all tables.
    pub(crate) async fn contents(&self, schema: &Schema) -> Contents {
        let contents = match &self.pool {
            Pool::Sqlite(pool) => testkit::contents(pool, Some(schema)).await,
            Pool::Postgres(pool) => testkit::contents(pool, Some(schema)).await,
            Pool::Mysql(pool) => testkit::contents(pool, Some(schema)).await,
        };
        contents.unwrap()
    }

    /// Drops the database.
    pub(crate) async fn drop(mut self) {
        if self.is_undone {
            // Names of a transaction that is not yet ended are taken.
            self.session.execute("ROLLBACK").await.unwrap();
            return;
        }
        let dialect = match self.pool {
            Pool::Postgres(_) => Dialect::Postgres,
            _ => Dialect::Mysql,
        };
        self.session.close().await;
        match self.pool {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
            Pool::Mysql(pool) => pool.close().await,
        }
        let Some((server, name)) = self.on else { return };
        let mut admin = Session::open(dialect, &server).await;
        admin.execute(&format!("DROP DATABASE {name}")).await.unwrap();
        admin.close().await;
    }
}

impl Session {
    /// A session on a server.
    async fn open(dialect: Dialect, url: &str) -> Self {
        match dialect {
            Dialect::Postgres => Self::Postgres(PgConnection::connect(url).await.unwrap()),
            _ => Self::Mysql(MySqlConnection::connect(url).await.unwrap()),
        }
    }

    async fn execute(&mut self, sql: &str) -> sqlx::Result<()> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Self::Sqlite(pool) => sql.execute(&*pool).await.map(drop),
            Self::Pooled(pool) => sql.execute(&*pool).await.map(drop),
            Self::Postgres(connection) => sql.execute(connection).await.map(drop),
            Self::Mysql(connection) => sql.execute(connection).await.map(drop),
        }
    }

    async fn close(self) {
        match self {
            Self::Sqlite(_) | Self::Pooled(_) => {}
            Self::Postgres(connection) => drop(connection.close().await),
            Self::Mysql(connection) => drop(connection.close().await),
        }
    }
}

async fn connect(dialect: Dialect, url: &str) -> Pool {
    match dialect {
        Dialect::Postgres => {
            Pool::Postgres(PgPoolOptions::new().max_connections(2).connect(url).await.unwrap())
        }
        _ => Pool::Mysql(MySqlPoolOptions::new().max_connections(2).connect(url).await.unwrap()),
    }
}

/// The URL of another database on the same server.
fn with_name(url: &str, name: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(a, q)| (a, Some(q)));
    let host = address.find("://").map_or(0, |at| at + 3);
    let end = address[host..].find('/').map_or(address.len(), |at| host + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &address[..end])
}
