//! The SQL of a static schema makes the catalog that the history makes, at a sample of revisions of
//! real histories.

use migrate_core::dialect::Dialect;
use migrate_core::loaded_schema::LoadedSchema;
use migrate_core::schema::{Schema, compare, difference};
use migrate_core::source::{SourceFile, Span};
use migrate_core::sql::split;

use super::corpora::migrations;
use super::live::Live;

/// Differences of texts that mean the same: a change of the column's type converted the value.
const SAME_VALUE: [&str; 1] = ["default of column background_jobs.last_retry "];

/// The statements of a text.
fn statements(dialect: Dialect, text: &str) -> Vec<String> {
    let file = SourceFile::new("up.sql", text.to_owned());
    let whole = Span::new(0, file.text().len());
    let (found, _) = split(&file, whole, dialect.lex_rules());
    found.iter().map(|statement| statement.span.of(file.text()).to_owned()).collect()
}

fn differences(dialect: Dialect, one: &Schema, other: &Schema) -> Vec<String> {
    let counts = |is_order: bool| !is_order || dialect == Dialect::Mysql;
    compare(one, other).iter().filter(|found| counts(found.is_order())).map(difference).collect()
}

/// Compares at every so many revisions, and at the last.
async fn printed(name: &str, dialect: Dialect, every: usize) {
    let Some(mut migrations) = migrations(name) else { return };
    // Versions are the text before the first `_`, with dashes or without.
    migrations.sort_by_key(|one| {
        let (version, rest) = one.name.split_once('_').unwrap_or((&one.name, ""));
        (version.replace('-', ""), rest.to_owned())
    });
    let Some(mut history) = Live::fresh(dialect).await else { return };
    let mut files = Vec::new();
    let mut compared = 0;
    for (at, migration) in migrations.iter().enumerate() {
        for statement in statements(dialect, &migration.up) {
            if let Err(error) = history.execute(&statement).await {
                println!("{}: {error}: {statement}", migration.name);
            }
        }
        files.push(SourceFile::new(migration.name.clone(), migration.up.clone()));
        if (at + 1) % every != 0 && at + 1 != migrations.len() {
            continue;
        }
        let loaded = LoadedSchema::of_sql(dialect, &files, &[]);
        let script = loaded.script(None);
        assert!(script.unwritten.is_empty(), "{}: {:?}", migration.name, script.unwritten);
        let mut fresh = Live::fresh(dialect).await.unwrap();
        for statement in statements(dialect, &script.sql) {
            let ran = fresh.execute(&statement).await;
            ran.unwrap_or_else(|error| panic!("{}: {error}:\n{statement}", migration.name));
        }
        let mut left =
            differences(dialect, &history.schema().await.unwrap(), &fresh.schema().await.unwrap());
        let unknown: Vec<String> = loaded
            .unknown()
            .iter()
            .filter_map(|part| Some(part.target.as_ref()?.to_string()))
            .collect();
        left.retain(|line| !SAME_VALUE.iter().any(|same| line.starts_with(same)));
        left.retain(|line| !unknown.iter().any(|part| line.contains(part.as_str())));
        assert!(left.is_empty(), "{}: {left:#?}\n{}", migration.name, script.sql);
        fresh.drop().await;
        compared += 1;
    }
    println!("{name}: {compared} of {} revisions printed and compared", migrations.len());
    assert!(compared > 0);
    history.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gitness_sqlite_is_printed() {
    printed("gitness_sqlite", Dialect::Sqlite, 8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authelia_sqlite_is_printed() {
    printed("authelia_sqlite", Dialect::Sqlite, 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authelia_mysql_is_printed() {
    printed("authelia_mysql", Dialect::Mysql, 6).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn syncstorage_mysql_is_printed() {
    printed("syncstorage_tokenserver_mysql", Dialect::Mysql, 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crates_io_is_printed() {
    printed("crates_io", Dialect::Postgres, 60).await;
}
