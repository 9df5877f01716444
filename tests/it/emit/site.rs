//! A database that is emptied for every case.

use migrate_core::dialect::Dialect;
use migrate_core::diff::diff;
use migrate_core::schema::Schema;
use migrate_core::source::{SourceFile, Span};
use migrate_core::sql::split;
use migrate_db::testkit;
use sqlx::{AssertSqlSafe, Executor as _};

use crate::support::db::Db;

/// Drops everything that tests create on PostgreSQL.
const RESET: &str = "DO $$ DECLARE r record; BEGIN \
    FOR r IN SELECT evtname AS n FROM pg_event_trigger LOOP EXECUTE format('DROP EVENT TRIGGER %I', r.n); END LOOP; \
    FOR r IN SELECT pubname AS n FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', r.n); END LOOP; \
    FOR r IN SELECT extname AS n FROM pg_extension WHERE extname <> 'plpgsql' LOOP EXECUTE format('DROP EXTENSION %I CASCADE', r.n); END LOOP; \
    FOR r IN SELECT nspname AS n FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' \
    LOOP EXECUTE format('DROP SCHEMA %I CASCADE', r.n); END LOOP; \
    FOR r IN SELECT srvname AS n FROM pg_foreign_server LOOP EXECUTE format('DROP SERVER %I CASCADE', r.n); END LOOP; \
    FOR r IN SELECT fdwname AS n FROM pg_foreign_data_wrapper LOOP EXECUTE format('DROP FOREIGN DATA WRAPPER %I CASCADE', r.n); END LOOP; \
    END $$; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC; \
    COMMENT ON SCHEMA public IS 'standard public schema'; \
    ALTER SCHEMA public OWNER TO pg_database_owner; GRANT USAGE, CREATE ON SCHEMA public TO pg_database_owner";

enum Pool {
    Sqlite(sqlx::SqlitePool),
    Postgres(sqlx::PgPool),
    Mysql(sqlx::MySqlPool),
}

/// A database and one connection to it.
pub(super) struct Site {
    db: Db,
    pool: Pool,
}

impl Site {
    pub(super) async fn new(dialect: Dialect) -> Option<Self> {
        let db = Db::fresh(dialect).await?;
        let pool = Self::connect(&db).await;
        Some(Self { db, pool })
    }

    async fn connect(db: &Db) -> Pool {
        match db.dialect {
            Dialect::Sqlite => {
                let options = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
                let memory: sqlx::sqlite::SqliteConnectOptions = "sqlite::memory:".parse().unwrap();
                Pool::Sqlite(options.connect_with(memory.foreign_keys(false)).await.unwrap())
            }
            Dialect::Postgres => {
                let options = sqlx::postgres::PgPoolOptions::new().max_connections(1);
                Pool::Postgres(options.connect(&db.url).await.unwrap())
            }
            Dialect::Mysql => {
                let options = sqlx::mysql::MySqlPoolOptions::new().max_connections(1);
                // The session's own mode would be a setting of every stored program.
                let server: sqlx::mysql::MySqlConnectOptions = db.url.parse().unwrap();
                let server = server.pipes_as_concat(false).no_engine_substitution(false);
                Pool::Mysql(options.connect_with(server).await.unwrap())
            }
        }
    }

    pub(super) async fn run(&self, sql: &str) -> Result<(), String> {
        let sql_text = sqlx::raw_sql(AssertSqlSafe(sql));
        let done = match &self.pool {
            Pool::Sqlite(pool) => pool.execute(sql_text).await.map(drop),
            Pool::Postgres(pool) => pool.execute(sql_text).await.map(drop),
            Pool::Mysql(pool) => pool.execute(sql_text).await.map(drop),
        };
        done.map_err(|e| format!("{e}: {sql}"))
    }

    /// Empties the database and runs scripts in it.
    pub(super) async fn fresh(&mut self, scripts: &[&str]) -> Result<(), String> {
        match self.db.dialect {
            Dialect::Sqlite => self.pool = Self::connect(&self.db).await,
            Dialect::Postgres => self.run(&format!("RESET ALL; {RESET}")).await?,
            Dialect::Mysql => {
                let name = &self.db.name;
                self.run(&format!(
                    "DROP DATABASE {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4; USE {name}"
                ))
                .await?;
            }
        }
        for script in scripts {
            for statement in statements(self.db.dialect, script) {
                self.run(&statement).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn read(&self) -> Schema {
        let read = match &self.pool {
            Pool::Sqlite(pool) => testkit::schema(pool, &[]).await,
            Pool::Postgres(pool) => testkit::schema(pool, &[]).await,
            Pool::Mysql(pool) => testkit::schema(pool, &[]).await,
        };
        read.unwrap_or_else(|e| panic!("{e:?}"))
    }

    /// Runs the statements that lead from one schema to another.
    pub(super) async fn go(&self, from: &Schema, to: &Schema) -> Result<Vec<String>, String> {
        let dialect = self.db.dialect;
        let ops = diff(from, to, dialect.diff_rules());
        let statements = dialect.statements(&ops).map_err(|e| e.to_string())?;
        for statement in &statements {
            self.run(statement).await.map_err(|e| format!("{e}\n  of {statements:#?}"))?;
        }
        if dialect == Dialect::Postgres {
            self.run("RESET ALL").await?;
        }
        Ok(statements)
    }
}

/// The statements of a script.
fn statements(dialect: Dialect, script: &str) -> Vec<String> {
    let file = SourceFile::new("case.sql", script.to_owned());
    let (statements, _) = split(&file, Span::new(0, script.len()), dialect.lex_rules());
    statements.iter().map(|statement| statement.span.of(script).to_owned()).collect()
}
