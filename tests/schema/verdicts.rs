//! Static verdicts beside those of a server: which downs of real histories are wrong.
//!
//! The server's verdict is that of a round trip on empty tables: up and down with the catalog before
//! and after. On SQLite they are one transaction that is rolled back; elsewhere a wrong down is followed by
//! a new database. Every static finding must be one of the server's. What only the server finds is
//! listed with its reason.

use std::collections::BTreeMap;

use migrate_core::dialect::Dialect;
use migrate_core::history::{History, StaticChecks};
use migrate_core::schema::{Change, compare};
use migrate_core::source::{SourceFile, Span};
use migrate_core::sql::split;
use migrate_core::static_check;

use super::corpora::{Migration, migrations};
use super::live::Live;

/// What is wrong with a down: codes in their order.
type Verdicts = BTreeMap<String, Vec<&'static str>>;

pub(crate) fn id(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// The down of a migration, if it has a statement.
fn down(migration: &Migration, dialect: Dialect) -> Option<&str> {
    let text = migration.down.as_deref()?;
    let file = SourceFile::new("down.sql", text.to_owned());
    let (statements, _) = split(&file, Span::new(0, text.len()), dialect.lex_rules());
    (!statements.is_empty()).then_some(text)
}

fn history(migrations: &[Migration], dialect: Dialect) -> History {
    let mut below = String::new();
    let mut files = Vec::new();
    for migration in migrations {
        let id = id(&migration.name);
        let down = down(migration, dialect)
            .map_or("-- migrate:irreversible blank".to_owned(), |down| {
                format!("-- migrate:down\n{down}")
            });
        let up = &migration.up;
        let text =
            format!("-- revision: {id}\n-- revises: {below}\n\n-- migrate:up\n{up}\n\n{down}\n");
        files.push(SourceFile::new(format!("{id}.sql"), text));
        below = id;
    }
    History::read(files, None, &[dialect]).0
}

/// What is found without a server. A statement that cannot run is a down that fails.
fn static_verdicts(history: &History, dialect: Dialect) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for one in &static_check::check_on(history, StaticChecks::All, dialect) {
        println!("{one}\n");
        let path = &one.places[0].location.path;
        let code = match one.code.as_str() {
            code @ ("left-behind" | "not-restored" | "restored-otherwise") => code,
            _ => "down-fails",
        };
        verdicts.entry(path.trim_end_matches(".sql").to_owned()).or_default().push(code);
    }
    sorted(verdicts)
}

fn sorted(mut verdicts: Verdicts) -> Verdicts {
    for codes in verdicts.values_mut() {
        codes.sort_unstable();
        codes.dedup();
    }
    verdicts
}

/// What a server finds.
async fn real_verdicts(migrations: &[Migration], dialect: Dialect) -> Option<Verdicts> {
    let mut live = Live::fresh(dialect).await?;
    let mut verdicts = Verdicts::new();
    // PostgreSQL runs some statements in no transaction.
    let transactional = dialect == Dialect::Sqlite;
    for (at, migration) in migrations.iter().enumerate() {
        let Some(down) = down(migration, dialect) else {
            run(&mut live, &migration.up, dialect).await.unwrap();
            continue;
        };
        let before = live.schema().await.unwrap();
        if transactional {
            live.execute("BEGIN").await.unwrap();
        }
        run(&mut live, &migration.up, dialect).await.unwrap();
        let codes = match run(&mut live, down, dialect).await {
            Err(_) => vec!["down-fails"],
            Ok(()) => {
                let after = live.schema().await.unwrap();
                let found = compare(&before, &after);
                let changes = found.iter().filter(|one| !one.is_order());
                let code = |change: &Change| match change {
                    Change::Added => "left-behind",
                    Change::Removed => "not-restored",
                    _ => "restored-otherwise",
                };
                changes.map(|one| code(&one.change)).collect()
            }
        };
        if transactional {
            live.execute("ROLLBACK").await.unwrap();
        } else if !codes.is_empty() {
            live.drop().await;
            live = Live::fresh(dialect).await?;
            for earlier in &migrations[..at] {
                run(&mut live, &earlier.up, dialect).await.unwrap();
            }
        }
        run(&mut live, &migration.up, dialect).await.unwrap();
        if !codes.is_empty() {
            verdicts.insert(id(&migration.name), codes);
        }
    }
    live.drop().await;
    Some(sorted(verdicts))
}

/// Runs the statements of a text up to the first that the server refuses. Functions that an application
/// registers are missing here; only statements of rows call them.
pub(crate) async fn run(live: &mut Live, text: &str, dialect: Dialect) -> Result<(), String> {
    // Locks need a transaction around them.
    if dialect == Dialect::Postgres && text.to_lowercase().contains("lock table") {
        return live.execute(text).await.map_err(|error| error.to_string());
    }
    let file = SourceFile::new("run.sql", text.to_owned());
    let (statements, _) = split(&file, Span::new(0, text.len()), dialect.lex_rules());
    for statement in statements {
        if let Err(error) = live.execute(statement.span.of(text)).await {
            let error = error.to_string();
            if !error.contains("no such function") {
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Compares both; `only_real` are the revisions whose mistake no static check can find.
async fn check(name: &str, dialect: Dialect, only_real: &[&str]) {
    let Some(migrations) = migrations(name) else { return };
    let Some(real) = real_verdicts(&migrations, dialect).await else { return };
    let found = static_verdicts(&history(&migrations, dialect), dialect);
    println!("| {name}: revision | round trip | static check |\n|---|---|---|");
    for (id, codes) in &real {
        let found = found.get(id).map_or("-".to_owned(), |codes| codes.join(", "));
        println!("| `{id}` | {} | {found} |", codes.join(", "));
    }
    for (id, codes) in &found {
        // What a down that fails would leave behind the server does not tell.
        let is_true = real.get(id).is_some_and(|of| of == codes || of[..] == ["down-fails"]);
        assert!(is_true, "{id}: a false alarm: {codes:?}");
    }
    let missed: Vec<&str> =
        real.keys().filter(|id| !found.contains_key(*id)).map(String::as_str).collect();
    assert_eq!(missed, only_real);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gitness_sqlite() {
    // An INSERT .. SELECT with a misspelt column.
    let only_real = ["0072_create_ar_table_images_and_alter_table_artifacts"];
    check("gitness_sqlite", Dialect::Sqlite, &only_real).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authelia_sqlite() {
    check("authelia_sqlite", Dialect::Sqlite, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authelia_mysql() {
    check("authelia_mysql", Dialect::Mysql, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn syncstorage_mysql() {
    check("syncstorage_tokenserver_mysql", Dialect::Mysql, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crates_io() {
    // The texts of an index whose column has another type, and of a generated column; and, which the
    // round-trip tests do not find either, nothing but white space in the body of a function.
    let only_real = [
        "20160219125609_dumped_migration_105",
        "20170322130523_version_downloads_needs_no_id",
        "20170706165855_dont_touch_timestamps_unless_row_changed",
        "2019_09_18_233204_fix_int_type_in_to_semver_no_prerelease",
        "2024_04_17_083100_remove_obsolete_fn",
        "2025_02_11_115609_remove_token_generated_at_column",
    ];
    check("crates_io", Dialect::Postgres, &only_real).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn graph_node() {
    // The query of a view, and an index that went with its column, behind a statement that is not followed.
    let only_real =
        ["2020_12_12_000004_sharded_deployment_detail", "2021_02_18_000721_dds_embed_source"];
    check("graph_node", Dialect::Postgres, &only_real).await;
}
