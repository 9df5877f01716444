//! A database of each kind, and what sqlx does with a type there.

use std::collections::BTreeSet;
use std::fmt::Debug;

use migrate_core::dialect::Dialect;
use migrate_core::schema::Column as SchemaColumn;
use migrate_db::testkit;
use migrate_models::Reads;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{
    AssertSqlSafe, Column, Database, Decode, Encode, Executor, FromRow, MySql, MySqlPool, PgPool,
    Postgres, Row, SqlSafeStr, Sqlite, SqlitePool, Statement, Type, TypeInfo,
};

use super::table;

/// What can stand in a column of a database.
pub(crate) trait Value<D: Database>:
    Clone + Debug + Send + Sync + Unpin + Type<D> + for<'q> Encode<'q, D> + for<'r> Decode<'r, D>
{
}

impl<D: Database, T> Value<D> for T where
    T: Clone
        + Debug
        + Send
        + Sync
        + Unpin
        + Type<D>
        + for<'q> Encode<'q, D>
        + for<'r> Decode<'r, D>
{
}

/// The databases that are there, and what was found.
pub(crate) struct Databases {
    sqlite: Option<(SqlitePool, Vec<SchemaColumn>)>,
    postgres: Option<(PgPool, Vec<SchemaColumn>)>,
    mysql: Option<(MySqlPool, Vec<SchemaColumn>)>,
    servers: Vec<(Dialect, String)>,
    pub(crate) probed: BTreeSet<(Dialect, String)>,
    pub(crate) pairs: usize,
    /// What sqlx reads and the mapping does not.
    pub(crate) refused: BTreeSet<String>,
    faults: Vec<String>,
}

const NAME: &str = "type_tests";

/// The URL of a new database; `None` where the environment says to do without.
async fn fresh(dialect: Dialect, servers: &mut Vec<(Dialect, String)>) -> Option<String> {
    let server = testkit::server(dialect, None).await.unwrap_or_else(|error| panic!("{error}"));
    let Some(server) = server.map(|server| server.url().to_owned()) else {
        println!("skipped: MIGRATE_TEST_SKIP names {dialect}");
        return None;
    };
    let name = format!("{NAME}_{}", std::process::id());
    execute_on(dialect, &server, &[format!("CREATE DATABASE {name}")]).await;
    let (start, _) =
        server.rsplit_once('/').filter(|(start, _)| !start.ends_with('/')).unwrap_or((&server, ""));
    servers.push((dialect, server.clone()));
    Some(format!("{start}/{name}"))
}

async fn execute_on(dialect: Dialect, url: &str, statements: &[String]) {
    for sql in statements {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.clone()));
        match dialect {
            Dialect::Postgres => {
                let pool = PgPool::connect(url).await.unwrap();
                sql.execute(&pool).await.unwrap();
                pool.close().await;
            }
            _ => {
                let pool = MySqlPool::connect(url).await.unwrap();
                sql.execute(&pool).await.unwrap();
                pool.close().await;
            }
        }
    }
}

/// What sqlx calls each type of column, and whether it reads a type from it: `Type::compatible`.
macro_rules! compatible {
    ($name:ident, $database:ty, $pool:ty) => {
        async fn $name<T: Type<$database>>(pool: &$pool, _: &T, _: usize) -> Vec<(String, bool)> {
            let sql = "SELECT * FROM all_types".into_sql_str();
            let statement = pool.prepare(sql).await.unwrap();
            let types = statement.columns().iter().map(|column| column.type_info());
            types.map(|of| (of.name().to_owned(), T::compatible(of))).collect()
        }
    };
}

compatible!(compatible_on_postgres, Postgres, PgPool);
compatible!(compatible_on_mysql, MySql, MySqlPool);

/// As above. On SQLite each value has a type, whatever the column's is, so a value is written and read.
async fn read_on_sqlite<T: Value<Sqlite>>(
    pool: &SqlitePool,
    value: &T,
    columns: usize,
) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    for at in 0..columns {
        sqlx::raw_sql("DELETE FROM all_types").execute(pool).await.unwrap();
        let sql = format!("INSERT INTO all_types (c{at}) VALUES (?)");
        sqlx::query(AssertSqlSafe(sql)).bind(value.clone()).execute(pool).await.unwrap();
        let sql = format!("SELECT c{at}, typeof(c{at}) FROM all_types");
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(pool).await.unwrap();
        all.push((row.get(1), row.try_get::<T, _>(0).is_ok()));
    }
    all
}

macro_rules! database {
    ($method:ident, $database:ty, $dialect:expr, $insert:literal, $types:ident) => {
        /// Writes and reads a value, and compares what sqlx reads with what the mapping reads.
        pub(crate) async fn $method<T, R>(&mut self, name: &str, source: &str, value: T)
        where
            T: Value<$database>,
            Option<T>: for<'q> Encode<'q, $database> + Type<$database>,
            R: for<'r> FromRow<'r, <$database as Database>::Row>
                + Into<(T, Option<T>)>
                + Send
                + Unpin,
        {
            let Some((pool, columns)) = &self.$method else { return };
            self.probed.insert(($dialect, name.to_owned()));
            let mut execute = vec!["DROP TABLE IF EXISTS probe".to_owned()];
            execute.extend(table::statements(source, $dialect));
            for sql in execute {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.unwrap();
            }
            let write = sqlx::query($insert).persistent(false).bind(value.clone()).bind(None::<T>);
            let read = match write.execute(pool).await {
                Ok(_) => {
                    let read = sqlx::query_as::<_, R>("SELECT * FROM probe").persistent(false);
                    read.fetch_one(pool).await
                }
                Err(error) => Err(error),
            };
            match read.map(Into::into) {
                Ok((read, None)) if format!("{read:?}") == format!("{value:?}") => {}
                Ok((read, absent)) => self.faults.push(format!(
                    "{}: {name}: {read:?} and {absent:?} are read, {value:?} was written",
                    $dialect
                )),
                Err(error) => self.faults.push(format!("{}: {name}: {error}", $dialect)),
            }
            let mapped = table::rust_type(name);
            let types = $types(pool, &value, columns.len()).await;
            for ((shown, is_read), known) in types.into_iter().zip(columns) {
                self.pairs += 1;
                let claim = mapped.reads($dialect, known);
                if claim == Reads::Yes && !is_read {
                    self.faults.push(format!(
                        "{}: the mapping reads {name} from {}, sqlx does not read it from {shown}",
                        $dialect, known.data_type
                    ));
                }
                if claim == Reads::No && is_read && $dialect != Dialect::Sqlite {
                    self.refused.insert(format!("{}: {name} from {}", $dialect, known.data_type));
                }
            }
        }
    };
}

impl Databases {
    pub(crate) async fn start() -> Self {
        let mut servers = Vec::new();
        let (sql, columns) = table::of_all_types(Dialect::Sqlite);
        let options = SqlitePoolOptions::new().max_connections(1).min_connections(1);
        let pool = options.idle_timeout(None).max_lifetime(None);
        let pool = pool.connect("sqlite::memory:").await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&pool).await.unwrap();
        let sqlite = Some((pool, columns));
        let mut postgres = None;
        if let Some(url) = fresh(Dialect::Postgres, &mut servers).await {
            let pool = PgPool::connect(&url).await.unwrap();
            for sql in table::EXTENSIONS {
                sqlx::raw_sql(sql).execute(&pool).await.unwrap();
            }
            let (sql, columns) = table::of_all_types(Dialect::Postgres);
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&pool).await.unwrap();
            postgres = Some((pool, columns));
        }
        let mut mysql = None;
        if let Some(url) = fresh(Dialect::Mysql, &mut servers).await {
            let pool = MySqlPool::connect(&url).await.unwrap();
            let (sql, columns) = table::of_all_types(Dialect::Mysql);
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&pool).await.unwrap();
            mysql = Some((pool, columns));
        }
        let (probed, refused, faults) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        Self { sqlite, postgres, mysql, servers, probed, pairs: 0, refused, faults }
    }

    database!(sqlite, Sqlite, Dialect::Sqlite, "INSERT INTO probe VALUES (?, ?)", read_on_sqlite);
    database!(
        postgres,
        Postgres,
        Dialect::Postgres,
        "INSERT INTO probe VALUES ($1, $2)",
        compatible_on_postgres
    );
    database!(mysql, MySql, Dialect::Mysql, "INSERT INTO probe VALUES (?, ?)", compatible_on_mysql);

    /// Whether a database is there.
    pub(crate) fn has(&self, dialect: Dialect) -> bool {
        match dialect {
            Dialect::Sqlite => self.sqlite.is_some(),
            Dialect::Postgres => self.postgres.is_some(),
            _ => self.mysql.is_some(),
        }
    }

    /// Drops the databases, and returns what is wrong.
    pub(crate) async fn stop(&mut self) -> Vec<String> {
        if let Some((pool, _)) = &self.postgres {
            pool.close().await;
        }
        if let Some((pool, _)) = &self.mysql {
            pool.close().await;
        }
        for (dialect, server) in &self.servers {
            let sql = format!("DROP DATABASE {NAME}_{}", std::process::id());
            execute_on(*dialect, server, &[sql]).await;
        }
        std::mem::take(&mut self.faults)
    }
}
