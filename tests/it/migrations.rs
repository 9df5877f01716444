//! Histories that `migrations!` accepts, and running them on SQLite.

use migrate_core::graph::Graph;
use migrate_db::{Error, Migrations, migrations};
use sqlx::SqlitePool;

static LINEAR: Migrations = migrations!("it/histories/linear");
static BRANCHES: Migrations = migrations!("it/histories/branches", heads = many);
static MERGED: Migrations = migrations!("it/histories/merged", dialects(sqlite, postgres));
static CRLF: Migrations = migrations!("it/histories/crlf");
static NONE: Migrations = migrations!("it/histories/none");

fn ids(migrations: &'static Migrations) -> Vec<&'static str> {
    let graph: &Graph = &migrations.history().graph;
    graph.order().map(|node| graph.id(node).as_str()).collect()
}

/// One connection: each of several would have a database in memory of its own.
async fn pool() -> SqlitePool {
    let options = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
    options.connect("sqlite::memory:").await.unwrap()
}

async fn tables(pool: &SqlitePool) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 't\\_%' ESCAPE '\\' ORDER BY name";
    sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
}

#[test]
fn what_is_embedded_is_what_the_folder_holds() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/it/histories/");
    for (name, migrations) in
        [("linear", &LINEAR), ("branches", &BRANCHES), ("crlf", &CRLF), ("none", &NONE)]
    {
        let embedded = migrations.history();
        let shown = format!("tests/it/histories/{name}");
        let directory = migrate_core::directory::Directory::shown_as(format!("{dir}{name}"), shown);
        let (read, found) = directory.history(&embedded.dialects).unwrap();
        assert!(found.is_empty(), "{found}");
        assert_eq!(*embedded, read, "{name}");
    }
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    let file = |id: &str| {
        let graph = &CRLF.history().graph;
        graph.revision(graph.node(id).unwrap()).file.text().to_owned()
    };
    assert!(file("a1").starts_with("-- Create") && !file("a1").contains('\r'));
    let fingerprint = |migrations: &'static Migrations| {
        let graph = &migrations.history().graph;
        graph.revision(graph.node("b2").unwrap()).fingerprint
    };
    assert_eq!(fingerprint(&CRLF), fingerprint(&LINEAR));
}

#[tokio::test]
async fn a_program_upgrades_asks_and_goes_down() {
    let pool = pool().await;
    assert_eq!(LINEAR.current(&pool).await.unwrap(), Vec::<String>::new());
    assert_eq!(LINEAR.pending(&pool).await.unwrap(), ["a1", "b2"]);
    assert_eq!(tables(&pool).await, Vec::<String>::new());

    let report = LINEAR.upgrade(&pool).await.unwrap();
    assert_eq!(report.steps.len(), 2);
    assert_eq!(report.heads_after, ["b2"]);
    assert_eq!(LINEAR.current(&pool).await.unwrap(), ["b2"]);
    assert_eq!(tables(&pool).await, ["t_a1", "t_b2"]);
    LINEAR.check(&pool).await.unwrap();
    assert!(LINEAR.upgrade(&pool).await.unwrap().steps.is_empty());

    LINEAR.downgrade_to(&pool, "a1").await.unwrap();
    assert_eq!(LINEAR.pending(&pool).await.unwrap(), ["b2"]);
    LINEAR.upgrade_to(&pool, "+1").await.unwrap();
    LINEAR.downgrade_to(&pool, "base").await.unwrap();
    assert_eq!(tables(&pool).await, Vec::<String>::new());
}

#[tokio::test]
async fn several_heads_are_all_applied_where_they_are_wanted() {
    let pool = pool().await;
    BRANCHES.upgrade(&pool).await.unwrap();
    assert_eq!(BRANCHES.current(&pool).await.unwrap(), ["b2", "c3"]);
    let report = MERGED.upgrade(&pool).await.unwrap();
    assert_eq!(report.heads_after, ["m4"]);
    MERGED.check(&pool).await.unwrap();
}

#[tokio::test]
async fn check_refuses_a_database_of_another_program() {
    let pool = pool().await;
    let error = LINEAR.check(&pool).await.unwrap_err();
    assert!(matches!(&error, Error::Pending(ids) if *ids == ["a1", "b2"]), "{error}");
    MERGED.upgrade(&pool).await.unwrap();
    let error = LINEAR.check(&pool).await.unwrap_err();
    assert!(matches!(&error, Error::Unknown(ids) if *ids == ["c3", "m4"]), "{error}");
}

#[tokio::test]
async fn an_empty_history_is_one_too() {
    let pool = pool().await;
    assert_eq!(ids(&NONE), Vec::<&str>::new());
    assert!(NONE.upgrade(&pool).await.unwrap().steps.is_empty());
    NONE.check(&pool).await.unwrap();
}

#[test]
fn a_history_is_in_the_graph_s_order() {
    assert_eq!(ids(&MERGED), ["a1", "b2", "c3", "m4"]);
}

#[test]
fn the_commands_are_mounted_with_what_was_embedded() {
    let mount = BRANCHES.mount(None);
    assert_eq!(mount.heads, migrate_core::history::Heads::Many);
    assert_eq!(mount.history, BRANCHES.history());
}
