//! A real schema, compared with what SQLite's own PRAGMAs tell of every table.

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Column, Name, Table};
use sqlx::sqlite::SqlitePool;

use super::Memory;
use crate::corpora::history;
use crate::scenarios::{upgrade, whole};
use crate::support::db::Db;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gitness_is_read_as_the_pragmas_tell_it() {
    let Some((history, _env)) = history("gitness_sqlite", Dialect::Sqlite) else { return };
    let Some(db) = Db::fresh(Dialect::Sqlite).await else { return };
    upgrade(&db, &history, "head").await.unwrap_or_else(|e| panic!("{}", whole(&e)));

    let memory = Memory(SqlitePool::connect(&db.url).await.unwrap());
    let tables = compare(&memory).await;
    assert!(tables > 30, "{tables} tables");
    println!("gitness: {tables} tables agree with the PRAGMAs");
}

#[tokio::test]
async fn odd_tables_are_read_as_the_pragmas_tell_them() {
    let memory = Memory::with(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, \"b c\" \"my type\" DEFAULT 'it''s', [d],
             e INT GENERATED ALWAYS AS (id || ')') CHECK (e != '('), f UNSIGNED BIG INT DEFAULT (2 * (3 + 4)),
             'g' TEXT, key, UNIQUE ('g', key), FOREIGN KEY (key, d) REFERENCES b (x, y));
         CREATE TABLE b (x, y, z REFERENCES a, PRIMARY KEY (y, x)) WITHOUT ROWID;
         CREATE TABLE c (x INT PRIMARY KEY, y TEXT UNIQUE ON CONFLICT IGNORE, z ANY) STRICT;
         CREATE TABLE d (x CONSTRAINT lone, y CONSTRAINT one CONSTRAINT two NOT NULL, CONSTRAINT u UNIQUE (x)
             CHECK (y) FOREIGN KEY (x) REFERENCES a (id) ON DELETE SET DEFAULT);
         CREATE UNIQUE INDEX i ON a (\"b c\" DESC, lower(d)) WHERE key;
         CREATE INDEX j ON b (x COLLATE NOCASE);",
    )
    .await;
    assert_eq!(compare(&memory).await, 4);
}

/// Compares every table; how many there are.
async fn compare(memory: &Memory) -> usize {
    let schema = memory.schema().await;
    let names = "SELECT name FROM pragma_table_list \
                 WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'";
    let names = memory.cells(names).await;
    assert_eq!(schema.tables.len(), names.len());
    for name in names.iter().map(|row| &row[0]) {
        let table = &schema.tables[&Name::new(name)];
        let info = memory.cells(&format!("PRAGMA table_xinfo(\"{name}\")")).await;
        let columns: Vec<_> = table.columns.iter().map(|column| told(column, table)).collect();
        let info: Vec<_> = info.iter().map(|row| info_of(row, table)).collect();
        assert_eq!(columns, info, "{name}");
        assert_eq!(keys(memory, name).await, keys_of(table), "{name}");
        assert_eq!(references(memory, name).await, references_of(table), "{name}");
        assert_eq!(indexes(memory, name).await, indexes_of(table), "{name}");
    }
    names.len()
}

/// Name, type, whether it may be NULL, default, place in the primary key, kind of generation.
type Told = (String, String, bool, String, usize, String);

fn told(column: &Column, table: &Table) -> Told {
    let place = |columns: &[String]| columns.iter().position(|name| *name == column.name);
    let key = table.primary_key.as_ref().and_then(|key| place(&key.columns));
    let hidden = match &column.generated {
        None => "0",
        Some(generated) if generated.stored => "3",
        Some(_) => "2",
    };
    let default = column.default.clone().unwrap_or_default();
    let squeezed = |text: &str| text.replace(' ', "");
    (
        column.name.clone(),
        squeezed(&column.data_type),
        column.nullable,
        squeezed(&default),
        key.map_or(0, |at| at + 1),
        hidden.to_owned(),
    )
}

fn info_of(row: &[String], table: &Table) -> Told {
    let squeezed = |text: &str| text.replace([' ', '"'], "");
    // The number of the row is never NULL, though the PRAGMA does not say so.
    let data_type = squeezed(&row[2].to_ascii_uppercase());
    let alone = table.primary_key.as_ref().is_some_and(|key| key.columns.len() == 1);
    let rowid = row[5] == "1" && alone && data_type == "INTEGER";
    let default = match row[4].to_ascii_uppercase().as_str() {
        "NULL" => String::new(),
        word @ ("TRUE" | "FALSE") => word.to_owned(),
        _ => squeezed(&row[4]),
    };
    (
        row[1].clone(),
        data_type,
        row[3] == "0" && !rowid,
        default,
        row[5].parse().unwrap(),
        row[6].clone(),
    )
}

/// The columns of the unique constraints, sorted.
async fn keys(memory: &Memory, table: &str) -> Vec<Vec<String>> {
    let sql = format!(
        "SELECT l.name, i.name FROM pragma_index_list('{table}') l, pragma_index_info(l.name) i \
         WHERE l.origin = 'u' ORDER BY l.name, i.seqno"
    );
    grouped(memory.cells(&sql).await)
}

fn keys_of(table: &Table) -> Vec<Vec<String>> {
    let mut keys: Vec<_> = table.uniques.iter().map(|key| key.columns.clone()).collect();
    keys.sort();
    keys
}

/// What rows of one first cell have in their others, sorted.
fn grouped(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let mut groups: Vec<Vec<String>> = rows
        .chunk_by(|a, b| a[0] == b[0])
        .map(|rows| rows.iter().flat_map(|row| row[1..].to_vec()).collect())
        .collect();
    groups.sort();
    groups
}

async fn references(memory: &Memory, table: &str) -> Vec<Vec<String>> {
    let sql = format!(
        "SELECT f.id, f.\"from\", f.\"table\", coalesce(f.\"to\", (SELECT name FROM pragma_table_info(f.\"table\") \
         WHERE pk = f.seq + 1)), f.on_update, f.on_delete \
         FROM pragma_foreign_key_list('{table}') f ORDER BY f.id, f.seq"
    );
    grouped(memory.cells(&sql).await)
}

fn references_of(table: &Table) -> Vec<Vec<String>> {
    let row = |key: &migrate_core::schema::ForeignKey| {
        let pairs = key.columns.iter().zip(&key.parent_columns);
        let cells = pairs.flat_map(|(from, to)| {
            let actions = [key.on_update, key.on_delete].map(|action| action.words().to_owned());
            [from.clone(), key.parent.name.clone(), to.clone()].into_iter().chain(actions)
        });
        cells.collect::<Vec<_>>()
    };
    let mut rows: Vec<_> = table.foreign_keys.iter().map(row).collect();
    rows.sort();
    rows
}

async fn indexes(memory: &Memory, table: &str) -> Vec<Vec<String>> {
    let sql = format!(
        "SELECT l.name, l.name, l.\"unique\", l.partial, coalesce(i.name, ''), i.desc \
         FROM pragma_index_list('{table}') l, pragma_index_xinfo(l.name) i \
         WHERE l.origin = 'c' AND i.key ORDER BY l.name, i.seqno"
    );
    grouped(memory.cells(&sql).await)
}

fn indexes_of(table: &Table) -> Vec<Vec<String>> {
    let flag = |yes: bool| usize::from(yes).to_string();
    let rows = table.indexes.iter().map(|(name, index)| {
        let parts = index.parts.iter().flat_map(|part| {
            let column = part.column.clone().unwrap_or_default();
            let descending = flag(part.descending);
            [name.clone(), flag(index.unique), flag(index.predicate.is_some()), column, descending]
        });
        parts.collect()
    });
    rows.collect()
}
