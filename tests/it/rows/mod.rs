//! Rows that tables are filled with, and what became of them, on real databases.

mod keys;
mod row_diff;
mod schema;
mod types;

use migrate_core::schema::{Name, Schema};
use migrate_db::testkit::{self, Contents, Fill, Filled};

use crate::support::db::Db;

/// Makes the tables of a schema.
async fn make(db: &Db, schema: &Schema) {
    for statement in schema::statements(db.dialect, schema) {
        db.execute(&statement).await;
    }
}

async fn fill_with(db: &Db, schema: &Schema, rows: usize, seed: u64) -> Filled {
    let fill = Fill { rows, seed, schema: Some(schema.clone()), ..Fill::default() };
    testkit::fill(&db.database(), &fill).await.unwrap()
}

async fn fill(db: &Db, schema: &Schema) -> Filled {
    fill_with(db, schema, 6, 0).await
}

async fn contents(db: &Db, schema: &Schema) -> Contents {
    testkit::contents(&db.database(), Some(schema)).await.unwrap()
}

/// The values of a column that are not NULL.
fn values(contents: &Contents, table: &str, column: &str) -> Vec<String> {
    let values = contents.values(&Name::new(table), column).unwrap();
    values.into_iter().flatten().map(str::to_owned).collect()
}

/// The values of a column that are not NULL, each once.
fn distinct(contents: &Contents, table: &str, column: &str) -> Vec<String> {
    let mut values = values(contents, table, column);
    values.sort();
    values.dedup();
    values
}

/// How many rows hold NULL in a column.
fn nulls(contents: &Contents, table: &str, column: &str) -> usize {
    let values = contents.values(&Name::new(table), column).unwrap();
    values.iter().filter(|value| value.is_none()).count()
}

fn count(filled: &Filled, table: &str) -> usize {
    filled.rows.iter().find(|(name, _)| name.name == table).map_or(0, |(_, rows)| *rows)
}
