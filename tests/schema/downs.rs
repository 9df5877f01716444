//! The derived downs of real histories, proved on real servers: up, down and up again, with the catalog before
//! equal to the catalog behind the down.
//!
//! A sample is proved; with `MIGRATE_DERIVE_ALL` every revision is. The share of what is derived is printed.

use std::path::Path;

use migrate_core::derive::{Derived, derive_down};
use migrate_core::dialect::Dialect;
use migrate_core::evolution::Evolution;
use migrate_core::graph::Node;
use migrate_core::history::History;
use migrate_core::schema::{compare, difference};
use migrate_core::source::SourceFile;

use super::corpora::{Migration, migrations};
use super::live::Live;
use super::verdicts::{id, run};

/// Ups without downs, one behind the other.
fn history(migrations: &[Migration], dialect: Dialect) -> History {
    let mut below = String::new();
    let mut files = Vec::new();
    for migration in migrations {
        let id = id(&migration.name);
        let up = &migration.up;
        let text = format!("-- revision: {id}\n-- revises: {below}\n\n-- migrate:up\n{up}\n");
        files.push(SourceFile::new(format!("{id}.sql"), text));
        below = id;
    }
    History::read(files, None, &[dialect]).0
}

/// What came of the revisions of a history.
#[derive(Debug, Default)]
struct Tally {
    revisions: usize,
    /// The whole up is undone.
    whole: usize,
    /// Only rows that the up changes are not brought back.
    rows: usize,
    /// Statements are not understood, or something is not known.
    unknown: usize,
    /// Those that were proved on the server.
    proved: usize,
    lossy: usize,
}

impl Tally {
    fn add(&mut self, name: &str, derived: &Derived, text: &str) {
        self.revisions += 1;
        self.lossy += usize::from(!derived.losses.is_empty());
        let is_of_rows = |why: &str| why.contains("the rows before it");
        if derived.missing.is_empty() {
            self.whole += 1;
        } else if derived.missing.iter().all(|missing| is_of_rows(&missing.why)) {
            self.rows += 1;
        } else {
            self.unknown += 1;
        }
        for missing in &derived.missing {
            let statement: String =
                missing.span.of(text).split_whitespace().collect::<Vec<_>>().join(" ");
            let statement: String = statement.chars().take(90).collect();
            println!("{name}: {}: {statement}", missing.why);
        }
    }
}

/// Up and down; what differs.
async fn round_trip(live: &mut Live, up: &str, down: &str, dialect: Dialect) -> Result<(), String> {
    let before = live.schema().await?;
    run(live, up, dialect).await.map_err(|error| format!("the up fails: {error}"))?;
    if dialect == Dialect::Sqlite {
        // Every revision begins like that; the up may have changed it.
        live.execute("PRAGMA foreign_keys = OFF").await.unwrap();
    }
    run(live, down, dialect).await.map_err(|error| format!("the down fails: {error}\n{down}"))?;
    let after = live.schema().await?;
    let left: Vec<String> = compare(&before, &after)
        .iter()
        .filter(|one| !one.is_order())
        .map(|one| format!("{}: {:?}", difference(one), one.change))
        .collect();
    if left.is_empty() { Ok(()) } else { Err(format!("{}\n{down}", left.join("\n"))) }
}

/// Derives every down of a history, and proves every `step`th on a server.
async fn check(name: &str, dialect: Dialect, step: usize) {
    let Some(migrations) = migrations(name) else { return };
    let history = history(&migrations, dialect);
    let graph = &history.graph;
    let mut evolution = Evolution::new(graph, dialect).unwrap();
    let mut tally = Tally::default();
    let nodes: Vec<Node> = graph.order().collect();
    let mut downs = Vec::new();
    for node in nodes {
        let derived = derive_down(&mut evolution, node);
        let revision = graph.revision(node);
        tally.add(revision.id().as_str(), &derived, revision.file.text());
        downs.push(derived);
    }
    write_folder(name, &migrations, &downs);
    let step = if std::env::var_os("MIGRATE_DERIVE_ALL").is_some() { 1 } else { step };
    let Some(mut live) = Live::fresh(dialect).await else { return };
    let mut faults = Vec::new();
    for (at, (migration, derived)) in migrations.iter().zip(&downs).enumerate() {
        let (up, down) = (&migration.up, &derived.sql);
        let is_tried = at % step == 0 && !derived.statements.is_empty();
        // A down without what is not understood proves nothing.
        let is_whole = derived.missing.iter().all(|one| one.why.contains("the rows before it"));
        if is_tried && is_whole {
            match round_trip(&mut live, up, down, dialect).await {
                Ok(()) => tally.proved += 1,
                Err(fault) => {
                    faults.push(format!("{}: {fault}", migration.name));
                    println!("{}", faults.last().unwrap());
                    if fault.contains("the up fails") {
                        break;
                    }
                    // The rest needs the schema behind the up: begin again.
                    live = begin_again(live, &migrations[..=at], dialect).await;
                    continue;
                }
            }
        }
        run(&mut live, up, dialect)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", migration.name));
    }
    println!("{name}: {tally:?}");
    live.drop().await;
    assert!(faults.is_empty(), "{name}: {}\n{}", faults.len(), faults.join("\n\n"));
    assert!(tally.unknown * 5 < tally.revisions, "{tally:?}");
}

/// A new database with the schema behind some migrations.
async fn begin_again(live: Live, migrations: &[Migration], dialect: Dialect) -> Live {
    live.drop().await;
    let mut live = Live::fresh(dialect).await.unwrap();
    for migration in migrations {
        run(&mut live, &migration.up, dialect)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", migration.name));
    }
    live
}

/// Writes the history with its derived downs below the folder that `MIGRATE_DERIVE_OUT` names, for
/// `cargo migrate test` with rows.
fn write_folder(name: &str, migrations: &[Migration], downs: &[Derived]) {
    let Some(out) = std::env::var_os("MIGRATE_DERIVE_OUT") else { return };
    let folder = Path::new(&out).join(name).join("migrations");
    std::fs::create_dir_all(&folder).unwrap();
    let mut below = String::new();
    for (at, (migration, derived)) in migrations.iter().zip(downs).enumerate() {
        let id = id(&migration.name);
        let mut text = format!("-- {id}\n--\n-- revision: {id}\n-- revises: {below}\n\n");
        let option = if derived.outside_transaction { " transaction:false" } else { "" };
        text.push_str(&format!("-- migrate:up{option}\n{}\n\n", migration.up.trim()));
        for loss in &derived.losses {
            if let Some(subject) = loss.subject() {
                text.push_str(&format!("-- migrate:lossy {subject} {}\n", loss.why));
            }
        }
        let down = &derived.sql;
        if down.is_empty() {
            text.push_str("-- migrate:irreversible it is not known\n");
        } else {
            text.push_str(&format!("\n-- migrate:down{option}\n{down}"));
        }
        std::fs::write(folder.join(format!("{at:04}_{id}.sql")), text).unwrap();
        below = id;
    }
}

macro_rules! histories {
    ($($test:ident: $name:literal on $dialect:ident every $step:literal;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            check($name, Dialect::$dialect, $step).await;
        }
    )+};
}

histories! {
    gitness_sqlite: "gitness_sqlite" on Sqlite every 3;
    authelia_sqlite: "authelia_sqlite" on Sqlite every 1;
    authelia_mysql: "authelia_mysql" on Mysql every 3;
    syncstorage_tokenserver_mysql: "syncstorage_tokenserver_mysql" on Mysql every 1;
    crates_io: "crates_io" on Postgres every 10;
}
