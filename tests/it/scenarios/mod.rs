//! What must hold on every database: one body, three databases.

/// Makes a test of each function, which takes a fresh database, on one database.
macro_rules! on {
    ($module:ident, $dialect:ident: $($test:ident),+ $(,)?) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let dialect = migrate_core::dialect::Dialect::$dialect;
                    if let Some(db) = crate::support::db::Db::fresh(dialect).await {
                        super::$test(db).await;
                    }
                }
            )+
        }
    };
}

/// As `on!`, on all of them.
macro_rules! everywhere {
    ($($test:ident),+ $(,)?) => {
        on!(sqlite, Sqlite: $($test),+);
        on!(postgres, Postgres: $($test),+);
        on!(mysql, Mysql: $($test),+);
    };
}

pub(crate) use {everywhere, on};

mod batches;
mod concurrently;
mod databases;
mod disagreement;
mod errors;
mod fleet;
mod journal;
mod lent;
mod lock_row;
mod locks;
mod offline;
mod outside;
mod redo;
mod rehearsal;
mod rehearsal_sample;
mod replaced;
mod retry;
mod rust_steps;
mod session;
mod set_up;
mod settings;
mod squash;
mod tables;
mod transactions;
mod up_and_down;
mod variables;

use std::time::Duration;

use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use migrate_core::script::Transactions;
use migrate_core::source::SourceFile;
use migrate_db::{Error, Migrator, Options, Report, Status};

use crate::support::RevisionFile;
use crate::support::db::Db;

/// A revision file: id, what it revises, and its sections, options behind the first markers.
pub(crate) fn revision(id: &str, revises: &str, up: &str, down: &str) -> (String, String) {
    revision_with(id, revises, "", up, "", down)
}

pub(crate) fn revision_with(
    id: &str,
    revises: &str,
    up_options: &str,
    up: &str,
    down_options: &str,
    down: &str,
) -> (String, String) {
    let file = RevisionFile::new(id, revises).section(&format!("up {up_options}"), up);
    file.section(&format!("down {down_options}"), down).named()
}

/// The history of files.
pub(crate) fn history(dialect: Dialect, files: &[(String, String)]) -> History {
    let files =
        files.iter().map(|(name, text)| SourceFile::new(name.clone(), text.clone())).collect();
    let (history, found) = History::read(files, None, &[dialect]);
    assert!(!found.has_errors(), "{found}");
    history
}

/// `count` revisions in a row, each of which makes a table with a row in it.
pub(crate) fn chain(dialect: Dialect, count: usize) -> History {
    let file = |n: usize| {
        let parent = n.checked_sub(1).map(|n| format!("r{n:03}")).unwrap_or_default();
        let up = format!("CREATE TABLE t{n:03} (id INTEGER);\nINSERT INTO t{n:03} VALUES ({n});");
        revision(&format!("r{n:03}"), &parent, &up, &format!("DROP TABLE t{n:03};"))
    };
    history(dialect, &(0..count).map(file).collect::<Vec<_>>())
}

/// Options with short timeouts.
pub(crate) fn options() -> Options {
    Options { lock_wait: Duration::from_secs(20), by: "ada@test".to_owned(), ..Options::default() }
}

pub(crate) fn each_in_its_own() -> Options {
    Options { transactions: Some(Transactions::PerRevision), ..options() }
}

pub(crate) fn all_in_one() -> Options {
    Options { transactions: Some(Transactions::All), ..options() }
}

pub(crate) async fn upgrade(db: &Db, history: &History, target: &str) -> Result<Report, Error> {
    upgrade_with(db, history, target, options()).await
}

pub(crate) async fn upgrade_with(
    db: &Db,
    history: &History,
    target: &str,
    options: Options,
) -> Result<Report, Error> {
    Migrator::new(history).options(options).upgrade(&db.database(), &target.parse().unwrap()).await
}

pub(crate) async fn downgrade(db: &Db, history: &History, target: &str) -> Result<Report, Error> {
    let mut migrator = Migrator::new(history).options(options());
    migrator.downgrade(&db.database(), &target.parse().unwrap()).await
}

pub(crate) async fn status(db: &Db, history: &History) -> Status {
    Migrator::new(history).status(&db.database()).await.unwrap()
}

/// The ids of what is applied, in order.
pub(crate) async fn applied(db: &Db, history: &History) -> Vec<String> {
    status(db, history).await.applied
}

/// The log's events with their revisions.
pub(crate) async fn events(db: &Db, history: &History) -> Vec<String> {
    let log = Migrator::new(history).log(&db.database()).await.unwrap();
    log.iter().map(|row| format!("{} {}", row.event, row.revision)).collect()
}

/// Whether a step on the database happens whole or not at all.
pub(crate) fn is_atomic(db: &Db) -> bool {
    db.dialect.capabilities().transactional_ddl
}

/// An error with its causes and help.
pub(crate) fn whole(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text += &format!("\ncaused by: {error}");
        source = error.source();
    }
    for line in error.help() {
        text += &format!("\nhelp: {line}");
    }
    text
}
