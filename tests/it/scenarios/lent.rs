//! Runs on a connection that the program lends, which it uses again afterwards.

use std::sync::Arc;

use migrate_db::{Access, Event, Interrupt, Locking, Migrator};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::*;

everywhere!(
    a_lent_connection_moves_a_database_up_and_down,
    an_open_transaction_is_refused_and_stays_open,
    the_session_is_given_back_also_after_an_error,
    each_revision_begins_with_the_session_that_was_lent,
    an_interrupt_waits_for_the_statement_that_runs,
);
on!(postgres_lent, Postgres:
    lent_and_own_connections_exclude_each_other,
    the_lock_is_released_also_after_an_error,
    a_lock_row_is_refused,
    a_connection_that_breaks_ends_the_run_and_another_continues,
    what_the_program_has_in_its_session_stays,
);
on!(mysql_lent, Mysql:
    lent_and_own_connections_exclude_each_other,
    the_lock_is_released_also_after_an_error,
    a_lock_row_is_refused,
    a_connection_that_breaks_ends_the_run_and_another_continues,
);
on!(sqlite_lent, Sqlite: temporary_tables_of_the_program_stay);

/// A connection of the program.
enum Lent {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
    Mysql(sqlx::MySqlConnection),
}

impl Lent {
    async fn open(db: &Db) -> Self {
        match db.dialect {
            Dialect::Sqlite => {
                Self::Sqlite(sqlx::SqliteConnection::connect(&db.url).await.unwrap())
            }
            Dialect::Postgres => {
                Self::Postgres(sqlx::PgConnection::connect(&db.url).await.unwrap())
            }
            Dialect::Mysql => Self::Mysql(sqlx::MySqlConnection::connect(&db.url).await.unwrap()),
        }
    }

    fn access(&mut self) -> Access<'_> {
        match self {
            Self::Sqlite(connection) => connection.into(),
            Self::Postgres(connection) => connection.into(),
            Self::Mysql(connection) => connection.into(),
        }
    }

    async fn execute(&mut self, sql: &str) {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Self::Sqlite(connection) => connection.execute(sql).await.map(drop),
            Self::Postgres(connection) => connection.execute(sql).await.map(drop),
            Self::Mysql(connection) => connection.execute(sql).await.map(drop),
        }
        .unwrap();
    }

    /// The cells of a query's rows, as text.
    async fn rows(&mut self, sql: &str) -> Vec<String> {
        macro_rules! ask {
            ($connection:expr) => {{
                let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all($connection).await;
                let rows = rows.unwrap_or_else(|e| panic!("{e}: {sql}"));
                let cells = |row| {
                    let count = sqlx::Row::len(row);
                    let cell = |n| sqlx::Row::try_get_unchecked::<Option<String>, _>(row, n);
                    (0..count).map(|n| cell(n).unwrap().unwrap_or_default()).collect::<Vec<_>>()
                };
                rows.iter().map(|row| cells(row).join("=")).collect()
            }};
        }
        match self {
            Self::Sqlite(connection) => ask!(connection),
            Self::Postgres(connection) => ask!(connection),
            Self::Mysql(connection) => ask!(connection),
        }
    }

    /// The settings of the session that statements can change.
    async fn settings(&mut self) -> Vec<String> {
        match self {
            Self::Sqlite(_) => {
                let mut settings = Vec::new();
                for name in ["foreign_keys", "busy_timeout", "recursive_triggers", "cache_size"] {
                    settings.extend(self.rows(&format!("PRAGMA {name}")).await);
                }
                settings.extend(self.rows("SELECT name FROM sqlite_temp_schema").await);
                settings
            }
            Self::Postgres(_) => {
                let settings = "SELECT name, setting FROM pg_settings WHERE context <> 'internal' \
                    UNION ALL SELECT 'role', current_setting('role') \
                    UNION ALL SELECT 'user', CAST(session_user AS TEXT) \
                    UNION ALL SELECT 'locks', CAST(COUNT(*) AS TEXT) FROM pg_locks \
                    WHERE locktype = 'advisory' AND pid = pg_backend_pid() ORDER BY 1";
                self.rows(settings).await
            }
            Self::Mysql(_) => {
                let mut settings = self.rows("SELECT DATABASE()").await;
                let moves = [
                    "timestamp=",
                    "rand_seed",
                    "last_gtid=",
                    "gtid_",
                    "last_insert_id=",
                    "identity=",
                    "warning_count=",
                    "error_count=",
                ];
                let variables = self.rows("SHOW SESSION VARIABLES").await.into_iter();
                let is_kept = |line: &String| !moves.iter().any(|name| line.starts_with(name));
                settings.extend(variables.filter(is_kept));
                settings
            }
        }
    }
}

/// What changes the session of a revision.
fn change(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "PRAGMA recursive_triggers = ON; PRAGMA cache_size = 77; CREATE TEMP TABLE x (id INTEGER);"
        }
        Dialect::Postgres => {
            "SET work_mem = '9MB'; SET search_path = ''; CREATE TEMP TABLE x (id INTEGER);"
        }
        Dialect::Mysql => {
            "SET sql_mode = 'ANSI_QUOTES'; SET foreign_key_checks = 0; \
             SET default_storage_engine = MyISAM; SET max_sort_length = 77; USE mysql;"
        }
    }
}

async fn up(history: &History, access: Access<'_>, options: Options) -> Result<Report, Error> {
    let head = "head".parse().unwrap();
    Migrator::new(history).options(options).upgrade(access, &head).await
}

async fn a_lent_connection_moves_a_database_up_and_down(db: Db) {
    let history = chain(db.dialect, 5);
    let mut lent = Lent::open(&db).await;
    let migrator = Migrator::new(&history);
    assert_eq!(migrator.status(lent.access()).await.unwrap().pending.len(), 5);
    for options in [each_in_its_own(), all_in_one(), options()] {
        let report = up(&history, lent.access(), options.clone()).await.unwrap();
        assert_eq!(report.steps.len(), 5);
        assert_eq!(applied(&db, &history).await.len(), 5);
        let report = up(&history, lent.access(), options.clone()).await.unwrap();
        assert!(report.steps.is_empty());
        let mut migrator = Migrator::new(&history).options(options);
        let report = migrator.downgrade(lent.access(), &"base".parse().unwrap()).await.unwrap();
        assert_eq!(report.steps.len(), 5);
        assert_eq!(migrator.status(lent.access()).await.unwrap().applied, [""; 0]);
    }
    assert_eq!(lent.rows("SELECT 1 + 1").await, ["2"]);
}

async fn an_open_transaction_is_refused_and_stays_open(db: Db) {
    let history = chain(db.dialect, 1);
    let refused = |outcome: Result<(), Error>| {
        let error = outcome.unwrap_err();
        assert!(matches!(error, Error::Lent { .. }), "{error:?}");
        assert!(error.to_string().contains("a transaction is open"), "{error}");
    };
    let mut lent = Lent::open(&db).await;
    lent.execute("CREATE TABLE mine (id INTEGER)").await;
    // By SQL, which sqlx does not see, and with and without a statement in it.
    for first in ["BEGIN", "BEGIN; INSERT INTO mine VALUES (1)"] {
        lent.execute(first).await;
        refused(up(&history, lent.access(), options()).await.map(drop));
        refused(Migrator::new(&history).status(lent.access()).await.map(drop));
        lent.execute("INSERT INTO mine VALUES (2)").await;
        lent.execute("ROLLBACK").await;
        assert_eq!(lent.rows("SELECT COUNT(*) FROM mine").await, ["0"], "{first}");
    }
    if let Lent::Postgres(connection) = &mut lent {
        connection.execute("BEGIN").await.unwrap();
        connection.execute("SELECT nothing").await.unwrap_err();
        refused(up(&history, connection.into(), options()).await.map(drop));
        lent.execute("ROLLBACK").await;
    }
    // By sqlx.
    macro_rules! in_transaction {
        ($connection:expr) => {{
            let mut transaction = $connection.begin().await.unwrap();
            refused(up(&history, (&mut *transaction).into(), options()).await.map(drop));
            transaction.rollback().await.unwrap();
        }};
    }
    match &mut lent {
        Lent::Sqlite(connection) => in_transaction!(connection),
        Lent::Postgres(connection) => in_transaction!(connection),
        Lent::Mysql(connection) => in_transaction!(connection),
    }
    assert_eq!(db.tables().await, ["mine"]);
    assert_eq!(up(&history, lent.access(), options()).await.unwrap().steps.len(), 1);
}

async fn the_session_is_given_back_also_after_an_error(db: Db) {
    let mut lent = Lent::open(&db).await;
    let mine = match db.dialect {
        Dialect::Sqlite => "PRAGMA recursive_triggers = ON; PRAGMA foreign_keys = OFF",
        Dialect::Postgres => "SET work_mem = '7MB'; SET statement_timeout = '9min'",
        Dialect::Mysql => {
            "SET SESSION time_zone = '+02:00', SESSION max_sort_length = 66, SESSION autocommit = 0"
        }
    };
    lent.execute(mine).await;
    let before = lent.settings().await;
    let limits = Options {
        lock_timeout: Some(Duration::from_secs(3)),
        statement_timeout: Some(Duration::from_secs(30)),
        session: match db.dialect {
            Dialect::Sqlite => vec!["PRAGMA cache_size = 99".to_owned()],
            Dialect::Postgres => vec!["SET maintenance_work_mem = '8MB'".to_owned()],
            Dialect::Mysql => vec!["SET SESSION max_length_for_sort_data = 99".to_owned()],
        },
        ..options()
    };
    for outside in ["", "transaction:false"] {
        let good = [revision_with("a", "", outside, change(db.dialect), "", "SELECT 1;")];
        let good = history(db.dialect, &good);
        up(&good, lent.access(), limits.clone()).await.unwrap();
        assert_eq!(lent.settings().await, before, "{outside}");
        let mut migrator = Migrator::new(&good).options(limits.clone());
        migrator.downgrade(lent.access(), &"base".parse().unwrap()).await.unwrap();
        assert_eq!(lent.settings().await, before, "{outside}");

        let fails = format!("{} SELECT * FROM nowhere;", change(db.dialect));
        let bad = [revision_with("a", "", outside, &fails, "", "SELECT 1;")];
        let bad = history(db.dialect, &bad);
        let error = up(&bad, lent.access(), limits.clone()).await.unwrap_err();
        assert!(matches!(error, Error::Statement(_)), "{error:?}");
        assert_eq!(lent.settings().await, before, "{outside}");
        let mut migrator = Migrator::new(&bad).options(limits.clone());
        migrator.repair(lent.access(), migrate_db::Repair::Reverted).await.unwrap();
    }
}

async fn each_revision_begins_with_the_session_that_was_lent(db: Db) {
    let (mine, look, expected) = match db.dialect {
        Dialect::Sqlite => (
            "PRAGMA recursive_triggers = ON",
            "CREATE TABLE b AS SELECT r.recursive_triggers || (c.cache_size = 77) AS x \
             FROM pragma_recursive_triggers r, pragma_cache_size c; CREATE TABLE x (id INTEGER);",
            "10",
        ),
        Dialect::Postgres => (
            "SET work_mem = '7MB'",
            "CREATE TABLE b AS SELECT current_setting('work_mem') AS x; \
             CREATE TEMP TABLE x (id INTEGER);",
            "7MB",
        ),
        Dialect::Mysql => (
            "SET SESSION max_sort_length = 66",
            "CREATE TABLE b (x VARCHAR(30)); \
             INSERT INTO b VALUES (CONCAT(@@max_sort_length, @@default_storage_engine));",
            "66InnoDB",
        ),
    };
    let files = [
        revision("a", "", change(db.dialect), "SELECT 1;"),
        revision("b", "a", look, "DROP TABLE b;"),
    ];
    let history = history(db.dialect, &files);
    for options in [all_in_one(), each_in_its_own()] {
        let mut lent = Lent::open(&db).await;
        lent.execute(mine).await;
        up(&history, lent.access(), options).await.unwrap();
        assert_eq!(lent.rows("SELECT x FROM b").await, [expected]);
        db.execute("DROP TABLE b").await;
        if db.dialect == Dialect::Sqlite {
            db.execute("DROP TABLE x").await;
        }
        db.execute("DROP TABLE migrate_version; DROP TABLE migrate_version_log").await;
    }
}

async fn an_interrupt_waits_for_the_statement_that_runs(db: Db) {
    let slow = match db.dialect {
        Dialect::Postgres => "SELECT pg_sleep(1);",
        Dialect::Mysql => "DO SLEEP(1);",
        Dialect::Sqlite => {
            "CREATE TABLE n AS WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 3000000) SELECT COUNT(*) FROM c;"
        }
    };
    let files = [
        revision("a", "", slow, "SELECT 1;"),
        revision("b", "a", "CREATE TABLE b (id INTEGER);", "DROP TABLE b;"),
    ];
    let history = history(db.dialect, &files);
    let interrupt = Interrupt::default();
    let options = Options { interrupt: Some(interrupt.clone()), ..each_in_its_own() };
    let mut lent = Lent::open(&db).await;
    let mut migrator = Migrator::new(&history).options(options).on_event(move |event| {
        if matches!(event, Event::Started { revision, .. } if revision == "a") {
            let interrupt = interrupt.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(200)).await;
                interrupt.request();
            });
        }
    });
    let error = migrator.upgrade(lent.access(), &"head".parse().unwrap()).await.unwrap_err();
    let Error::Interrupted { heads, unanswered: false, .. } = &error else { panic!("{error:?}") };
    assert_eq!(heads.as_deref(), Some(&["a".to_owned()][..]), "{error:?}");
    assert_eq!(up(&history, lent.access(), self::options()).await.unwrap().steps.len(), 1);
}

async fn lent_and_own_connections_exclude_each_other(db: Db) {
    let history = Arc::new(chain(db.dialect, 10));
    let mut runners = Vec::new();
    for n in 0..16 {
        let (history, database) = (history.clone(), db.database());
        let mut lent = Lent::open(&db).await;
        let options = Options { lock: Locking::Session, ..each_in_its_own() };
        runners.push(tokio::spawn(async move {
            let access = if n % 2 == 0 { lent.access() } else { database.into() };
            let mut migrator = Migrator::new(&history).options(options).on_event(|event| {
                assert!(!matches!(event, Event::Replanned), "overtaken in spite of the lock");
            });
            migrator.upgrade(access, &"head".parse().unwrap()).await.map(|r| r.steps.len())
        }));
    }
    let mut steps = 0;
    for runner in runners {
        steps += runner.await.unwrap().unwrap();
    }
    assert_eq!(steps, 10);
}

async fn the_lock_is_released_also_after_an_error(db: Db) {
    let bad = history(db.dialect, &[revision("a", "", "SELECT * FROM nowhere;", "SELECT 1;")]);
    let good =
        history(db.dialect, &[revision("a", "", "CREATE TABLE a (id INTEGER);", "DROP TABLE a;")]);
    let mut lent = Lent::open(&db).await;
    up(&bad, lent.access(), options()).await.unwrap_err();
    let impatient = Options { lock_wait: Duration::from_millis(300), ..options() };
    let report = upgrade_with(&db, &good, "head", impatient).await.unwrap();
    assert_eq!(report.steps.len(), 1);

    // Another runner waits for the session that holds it.
    let sleep =
        if db.dialect == Dialect::Postgres { "SELECT pg_sleep(2);" } else { "DO SLEEP(2);" };
    let slow = history(
        db.dialect,
        &[
            revision("a", "", "CREATE TABLE a (id INTEGER);", "DROP TABLE a;"),
            revision("b", "a", sleep, "SELECT 1;"),
        ],
    );
    let (sender, mut begun) = tokio::sync::mpsc::unbounded_channel();
    let holder = {
        let slow = slow.clone();
        tokio::spawn(async move {
            let mut migrator = Migrator::new(&slow).options(options()).on_event(|event| {
                if matches!(event, Event::Started { .. }) {
                    let _ = sender.send(());
                }
            });
            let outcome = migrator.upgrade(lent.access(), &"head".parse().unwrap()).await;
            outcome.map(|report| report.steps.len())
        })
    };
    begun.recv().await.unwrap();
    let mut other = Lent::open(&db).await;
    let impatient = Options { lock_wait: Duration::from_millis(300), ..options() };
    let error = up(&slow, other.access(), impatient).await.unwrap_err();
    let Error::Busy { holder: who, .. } = &error else { panic!("{error:?}") };
    assert!(!who.contains("somebody"), "{who}");
    assert_eq!(holder.await.unwrap().unwrap(), 1);
}

async fn a_lock_row_is_refused(db: Db) {
    let history = chain(db.dialect, 1);
    let mut lent = Lent::open(&db).await;
    let options = Options { lock: Locking::Table, ..options() };
    let error = up(&history, lent.access(), options).await.unwrap_err();
    assert!(matches!(error, Error::Lent { .. }), "{error:?}");
    assert!(whole(&error).contains("pass a pool or a URL"), "{}", whole(&error));
    assert_eq!(db.tables().await, [""; 0]);
    // Without a lock it runs.
    let options = Options { lock: Locking::None, ..self::options() };
    assert_eq!(up(&history, lent.access(), options).await.unwrap().steps.len(), 1);
}

async fn a_connection_that_breaks_ends_the_run_and_another_continues(db: Db) {
    let (who, kill) = match db.dialect {
        Dialect::Postgres => {
            ("SELECT CAST(pg_backend_pid() AS TEXT)", "SELECT pg_terminate_backend({})")
        }
        _ => ("SELECT CAST(CONNECTION_ID() AS CHAR)", "KILL {}"),
    };
    let slow = if db.dialect == Dialect::Postgres { "SELECT pg_sleep(5);" } else { "DO SLEEP(5);" };
    let slow = history(
        db.dialect,
        &[
            revision("a", "", "CREATE TABLE a (id INTEGER);", "DROP TABLE a;"),
            revision("b", "a", slow, "SELECT 1;"),
        ],
    );
    let mut lent = Lent::open(&db).await;
    let id = lent.rows(who).await.remove(0);
    let (sender, mut begun) = tokio::sync::mpsc::unbounded_channel();
    let run_of = slow.clone();
    let run = tokio::spawn(async move {
        let mut migrator = Migrator::new(&run_of).options(each_in_its_own()).on_event(|event| {
            assert!(!matches!(event, Event::Reconnecting), "there is nothing to reconnect to");
            if matches!(event, Event::Started { revision, .. } if revision == "b") {
                let _ = sender.send(());
            }
        });
        migrator.upgrade(lent.access(), &"head".parse().unwrap()).await.map(drop)
    });
    begun.recv().await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    db.execute(&kill.replace("{}", &id)).await;
    let error = run.await.unwrap().unwrap_err();
    assert!(error.is_temporary(), "{error:?}");
    assert_eq!(applied(&db, &slow).await, ["a"]);
    let quick = history(
        db.dialect,
        &[
            revision("a", "", "CREATE TABLE a (id INTEGER);", "DROP TABLE a;"),
            revision("b", "a", "CREATE TABLE b (id INTEGER);", "DROP TABLE b;"),
        ],
    );
    let mut lent = Lent::open(&db).await;
    let report = up(&quick, lent.access(), options()).await;
    assert_eq!(report.unwrap().heads_after, ["b"]);
}

async fn what_the_program_has_in_its_session_stays(db: Db) {
    let role = format!("lent_{}", db.name);
    db.execute(&format!("CREATE ROLE {role}; GRANT ALL ON SCHEMA public TO {role}")).await;
    let mut lent = Lent::open(&db).await;
    lent.execute(&format!(
        "CREATE TEMP TABLE mine AS SELECT 7 AS x; GRANT SELECT ON mine TO {role}; SET app.tenant = 'acme'; LISTEN news; \
         PREPARE ask AS SELECT 8; SET ROLE {role}; SELECT pg_advisory_lock(4711)"
    ))
    .await;
    if let Lent::Postgres(connection) = &mut lent {
        // A statement that sqlx keeps prepared.
        let two: i32 =
            sqlx::query_scalar("SELECT 1 + $1").bind(1).fetch_one(&mut *connection).await.unwrap();
        assert_eq!(two, 2);
    }
    let changes = "RESET ROLE; SET work_mem = '9MB'; SELECT set_config('search_path', '', false);";
    let files = [revision("a", "", changes, "SELECT 1;"), revision("b", "a", changes, "SELECT 1;")];
    up(&history(db.dialect, &files), lent.access(), each_in_its_own()).await.unwrap();
    assert_eq!(lent.rows("SELECT x FROM mine").await, ["7"]);
    assert_eq!(lent.rows("SELECT current_setting('app.tenant')").await, ["acme"]);
    assert_eq!(lent.rows("SELECT pg_listening_channels()").await, ["news"]);
    assert_eq!(lent.rows("EXECUTE ask").await, ["8"]);
    assert_eq!(lent.rows("SELECT current_setting('role')").await, std::slice::from_ref(&role));
    let locks = "SELECT CAST(objid AS TEXT) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";
    assert_eq!(lent.rows(locks).await, ["4711"]);
    if let Lent::Postgres(connection) = &mut lent {
        let three: i32 =
            sqlx::query_scalar("SELECT 1 + $1").bind(2).fetch_one(&mut *connection).await.unwrap();
        assert_eq!(three, 3);
    }
    drop(lent);
    db.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

async fn temporary_tables_of_the_program_stay(db: Db) {
    let history = history(
        db.dialect,
        &[
            revision("a", "", change(db.dialect), "SELECT 1;"),
            revision("b", "a", change(db.dialect), "SELECT 1;"),
        ],
    );
    let mut lent = Lent::open(&db).await;
    lent.execute("CREATE TEMP TABLE mine AS SELECT 7 AS x").await;
    up(&history, lent.access(), options()).await.unwrap();
    assert_eq!(lent.rows("SELECT x FROM mine").await, ["7"]);
    assert_eq!(lent.rows("SELECT name FROM sqlite_temp_schema").await, ["mine"]);
}

#[tokio::test]
async fn a_database_in_memory_is_the_connection() {
    let history = chain(Dialect::Sqlite, 3);
    let mut connection = sqlx::SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let report = up(&history, (&mut connection).into(), options()).await.unwrap();
    assert_eq!(report.steps.len(), 3);
    let x: i64 =
        sqlx::query_scalar("SELECT id FROM t002").fetch_one(&mut connection).await.unwrap();
    assert_eq!(x, 2);

    // A connection of a pool is a connection too.
    let pool = sqlx::SqlitePool::connect("sqlite::memory:").await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let head = "head".parse().unwrap();
    let report = Migrator::new(&history).upgrade(&mut connection, &head).await.unwrap();
    assert_eq!(report.steps.len(), 3);
    let x: i64 =
        sqlx::query_scalar("SELECT id FROM t001").fetch_one(&mut *connection).await.unwrap();
    assert_eq!(x, 1);
}
