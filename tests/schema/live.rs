//! A database of its own on a real server.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use migrate_core::dialect::Dialect;
use migrate_core::schema::Schema;
use migrate_db::testkit;
use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{AssertSqlSafe, MySqlPool, PgPool, SqlitePool};

enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
    Mysql(MySqlPool),
}

/// An empty database, with one connection.
pub(crate) struct Live {
    pool: Pool,
    /// The URL of the server's own database and the name of this one.
    on: Option<(String, String)>,
}

impl Live {
    /// A fresh database; `None`, and a message, where the environment says to do without.
    pub(crate) async fn fresh(dialect: Dialect) -> Option<Self> {
        if dialect == Dialect::Sqlite {
            // One connection that stays: the database goes with it.
            let options = SqlitePoolOptions::new().max_connections(1).min_connections(1);
            let pool = options.idle_timeout(None).max_lifetime(None);
            let pool = pool.connect("sqlite::memory:").await.unwrap();
            return Some(Self { pool: Pool::Sqlite(pool), on: None });
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
        let admin = connect(dialect, &server).await;
        execute(&admin, &format!("CREATE DATABASE {name}")).await.unwrap();
        close(admin).await;
        let pool = connect(dialect, &with_name(&server, &name)).await;
        Some(Self { pool, on: Some((server, name)) })
    }

    pub(crate) async fn execute(&self, sql: &str) -> sqlx::Result<()> {
        execute(&self.pool, sql).await
    }

    pub(crate) async fn schema(&self) -> Schema {
        let schema = match &self.pool {
            Pool::Sqlite(pool) => testkit::schema(pool, &[]).await,
            Pool::Postgres(pool) => testkit::schema(pool, &[]).await,
            Pool::Mysql(pool) => testkit::schema(pool, &[]).await,
        };
        schema.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Drops the database.
    pub(crate) async fn drop(self) {
        let Some((server, name)) = self.on else { return close(self.pool).await };
        let dialect = match self.pool {
            Pool::Postgres(_) => Dialect::Postgres,
            _ => Dialect::Mysql,
        };
        close(self.pool).await;
        let admin = connect(dialect, &server).await;
        execute(&admin, &format!("DROP DATABASE {name}")).await.unwrap();
        close(admin).await;
    }
}

async fn connect(dialect: Dialect, url: &str) -> Pool {
    match dialect {
        Dialect::Postgres => {
            // The catalog is read on a second connection.
            Pool::Postgres(PgPoolOptions::new().max_connections(2).connect(url).await.unwrap())
        }
        _ => Pool::Mysql(MySqlPoolOptions::new().max_connections(2).connect(url).await.unwrap()),
    }
}

async fn close(pool: Pool) {
    match pool {
        Pool::Sqlite(pool) => pool.close().await,
        Pool::Postgres(pool) => pool.close().await,
        Pool::Mysql(pool) => pool.close().await,
    }
}

async fn execute(pool: &Pool, sql: &str) -> sqlx::Result<()> {
    let sql = sqlx::raw_sql(AssertSqlSafe(sql));
    match pool {
        Pool::Sqlite(pool) => sql.execute(pool).await.map(drop),
        Pool::Postgres(pool) => sql.execute(pool).await.map(drop),
        Pool::Mysql(pool) => sql.execute(pool).await.map(drop),
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
