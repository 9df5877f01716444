//! What a server's settings and a configured name change: never what is recorded, nor what is read.

use migrate_core::version_table::{VersionTable, down_file};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection};

use super::*;

everywhere!(a_version_table_that_would_not_stay_is_refused, backslashes_are_recorded_as_written);
on!(postgres_only, Postgres: backslashes_are_recorded_where_they_escape);
on!(mysql_only, Mysql: a_limit_on_rows_hides_nothing);

/// Texts that break out of a literal where backslashes escape, or do not.
const MESSAGE: &str = r"C:\new\'; DROP TABLE t; -- ";
const DOWN: &str = r"DELETE FROM t WHERE 'C:\new\table' <> 'it''s \\ ';";

fn tricky(dialect: Dialect) -> History {
    let file = RevisionFile::new("a", "").message(MESSAGE).up("DELETE FROM t;").down(DOWN);
    history(dialect, &[file.named()])
}

async fn assert_recorded(db: &Db, history: &History, by: &str) {
    let rows = Migrator::new(history).rows(&db.database()).await.unwrap();
    let revision = history.graph.revision(history.graph.node("a").unwrap());
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.message.as_str(), row.applied_by.as_str()), (revision.message(), by));
    assert_eq!(row.down_file.as_deref(), Some(down_file(revision).as_str()));
    assert_eq!(db.tables().await, ["t"]);
}

async fn run_and_print(db: Db, before: &str) {
    db.execute("CREATE TABLE t (x INTEGER)").await;
    let history = tricky(db.dialect);
    let by = r"o'hara\'@web";
    let options = Options { by: by.to_owned(), ..options() };
    upgrade_with(&db, &history, "head", options).await.unwrap();
    assert_recorded(&db, &history, by).await;
    // A program that has no files goes down with what was recorded.
    let (none, _) = History::read(Vec::new(), None, &[db.dialect]);
    downgrade(&db, &none, "base").await.unwrap();
    assert!(Migrator::new(&history).rows(&db.database()).await.unwrap().is_empty());
    let table = VersionTable::new(db.dialect, "migrate_version");
    let plan = migrate_core::plan::upgrade(
        &history.graph,
        &migrate_core::graph::Set::empty(&history.graph),
        &"head".parse().unwrap(),
    );
    let script = migrate_core::script::Script::of(
        &history.graph,
        &plan.unwrap().steps,
        db.dialect,
        Transactions::PerRevision,
    );
    let sql = script.unwrap().to_sql(&history.graph, &table, false, "a tool");
    db.pipe(&format!("{before}\n{sql}")).unwrap();
    assert_recorded(&db, &history, "--sql").await;
}

async fn backslashes_are_recorded_as_written(db: Db) {
    let before = match db.dialect {
        Dialect::Mysql => {
            "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES,EMPTY_STRING_IS_NULL,ANSI_QUOTES';"
        }
        _ => "",
    };
    run_and_print(db, before).await;
}

async fn backslashes_are_recorded_where_they_escape(db: Db) {
    let name = &db.name;
    db.execute(&format!("ALTER DATABASE {name} SET standard_conforming_strings = off")).await;
    run_and_print(db, "").await;
}

async fn a_limit_on_rows_hides_nothing(db: Db) {
    let history = chain(db.dialect, 3);
    upgrade(&db, &history, "head").await.unwrap();
    let table = VersionTable::new(db.dialect, "migrate_version");
    let mut connection = MySqlConnection::connect(&db.url).await.unwrap();
    connection.execute("SET SESSION sql_select_limit = 1").await.unwrap();
    for sql in [table.rows(), table.full_rows(), table.log_rows()] {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql.as_str())).fetch_all(&mut connection).await;
        assert!(rows.unwrap().len() >= 3, "{sql}");
    }
    connection.close().await.unwrap();
}

async fn a_version_table_that_would_not_stay_is_refused(db: Db) {
    let history = chain(db.dialect, 1);
    let long = "v".repeat(60);
    let (names, good): (&[&str], &str) = match db.dialect {
        Dialect::Sqlite => (&["temp.v", "TEMP.v", ""], "main.v"),
        Dialect::Postgres => (&["pg_temp.v", "pg_temp_3.v", &long, ".v"], "public.v"),
        Dialect::Mysql => (&["mysql.v", "information_schema.v", &long], "v"),
    };
    for name in names {
        let options = Options { version_table: (*name).to_owned(), ..options() };
        let error = upgrade_with(&db, &history, "head", options.clone()).await.unwrap_err();
        assert!(error.to_string().contains("version-table"), "{error}");
        let status = Migrator::new(&history).options(options).status(&db.database()).await;
        assert!(matches!(status, Err(Error::Setting { .. })), "{name}");
    }
    assert!(db.tables().await.is_empty());
    let options = Options { version_table: good.to_owned(), ..options() };
    upgrade_with(&db, &history, "head", options).await.unwrap();
}
