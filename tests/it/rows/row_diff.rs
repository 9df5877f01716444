//! Every kind of loss, on real databases.

use migrate_core::schema::{Name, Schema};
use migrate_db::testkit::{RowDiff, diff_rows, undeclared};

use super::schema::table;
use super::{contents, fill, make};
use crate::scenarios::{everywhere, on};
use crate::support::db::Db;

async fn what_was_lost_is_told(db: Db) {
    let mut schema = Schema::default();
    let d = db.dialect;
    table(&mut schema, d, "users", "id key\nemail varchar(50) null\nage integer");
    table(&mut schema, d, "gone", "id key");
    table(&mut schema, d, "heap", "a integer\nb varchar(9)");
    table(&mut schema, d, "same", "id key\nnote text null");
    make(&db, &schema).await;
    assert_eq!(fill(&db, &schema).await.unfilled, []);
    let before = contents(&db, &schema).await;
    assert_eq!(diff_rows(&before, &contents(&db, &schema).await), []);

    db.execute("DROP TABLE gone").await;
    db.execute("UPDATE users SET email = NULL").await;
    let ids = before.values(&Name::new("users"), "id").unwrap();
    db.execute(&format!("DELETE FROM users WHERE id = {}", ids[0].unwrap())).await;
    db.execute("INSERT INTO users (id, email, age) VALUES (100, 'new', 3)").await;
    db.execute("INSERT INTO heap (a, b) VALUES (12345, 'x')").await;
    schema.tables.remove(&Name::new("gone"));
    let found = diff_rows(&before, &contents(&db, &schema).await);
    let mut kinds = Vec::new();
    for loss in &found {
        kinds.push(match loss {
            RowDiff::Table { table, rows } => format!("{table} with {rows}"),
            RowDiff::Rows { table, count, .. } => format!("{table} -{count}"),
            RowDiff::Added { table, count, .. } => format!("{table} +{count}"),
            RowDiff::Values { table, column, .. } => format!("{table}.{column}"),
            _ => unreachable!("{loss}"),
        });
    }
    assert_eq!(kinds, ["gone with 6", "heap +1", "users -1", "users.email", "users +1"]);
    let text = found[3].to_string();
    assert!(text.contains("users.email: ") && text.contains("became NULL"), "{text}");

    let (rest, used) = undeclared(found, &["users".to_owned(), "same".to_owned()]);
    assert_eq!((rest.len(), used), (2, vec!["users".to_owned()]));
}

async fn a_column_that_came_back_empty(db: Db) {
    let mut schema = Schema::default();
    table(&mut schema, db.dialect, "t", "id key\na varchar(9) null\nb varchar(9) null");
    make(&db, &schema).await;
    fill(&db, &schema).await;
    let before = contents(&db, &schema).await;
    db.execute("ALTER TABLE t DROP COLUMN a").await;
    db.execute("ALTER TABLE t ADD COLUMN a varchar(9)").await;
    let found = diff_rows(&before, &contents(&db, &schema).await);
    let [RowDiff::Values { column, count, .. }] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(column, "a");
    assert!(*count >= 4, "NULL stays NULL: {count}");
}

everywhere!(what_was_lost_is_told, a_column_that_came_back_empty);
