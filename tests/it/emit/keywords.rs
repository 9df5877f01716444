//! Every keyword of a server can be a name as [`Dialect::identifier`] writes it.

use migrate_core::dialect::Dialect;

use super::site::Site;
use crate::support::db::Db;

/// The keywords of SQLite, which no query lists.
const SQLITE: &str = "abort action add after all alter always analyze and as asc attach autoincrement before \
    begin between by cascade case cast check collate column commit conflict constraint create cross current \
    current_date current_time current_timestamp database default deferrable deferred delete desc detach \
    distinct do drop each else end escape except exclude exclusive exists explain fail filter first following \
    for foreign from full generated glob group groups having if ignore immediate in index indexed initially \
    inner insert instead intersect into is isnull join key last left like limit match materialized natural no \
    not nothing notnull null nulls of offset on or order others outer over partition plan pragma preceding \
    primary query raise range recursive references regexp reindex release rename replace restrict returning \
    right rollback row rows savepoint select set table temp temporary then ties to transaction trigger \
    unbounded union unique update using vacuum values view virtual when where window with without";

async fn words(dialect: Dialect) -> Option<Vec<String>> {
    let query = match dialect {
        Dialect::Sqlite => return Some(SQLITE.split_whitespace().map(str::to_owned).collect()),
        Dialect::Postgres => "SELECT word FROM pg_get_keywords()",
        Dialect::Mysql => {
            "SELECT lower(word) FROM information_schema.keywords WHERE word RLIKE '^[A-Za-z]'"
        }
    };
    Some(Db::fresh(dialect).await?.column(query).await)
}

/// The name of a table, a column, an index and a constraint, wherever the statements that are written have one.
pub(super) async fn keywords_are_names(dialect: Dialect) {
    let (Some(words), Some(site)) = (words(dialect).await, Site::new(dialect).await) else {
        return;
    };
    assert!(words.len() > 140, "{words:?}");
    let mut refused = Vec::new();
    for word in &words {
        let own = dialect.identifier(word);
        let index = dialect.identifier(&format!("{word}_i"));
        // A check cannot have the name of the primary key.
        let check = if word == "primary" { "c".to_owned() } else { own.clone() };
        let of_table = if dialect == Dialect::Mysql { format!(" ON {own}") } else { String::new() };
        let mut statements = vec![
            format!("CREATE TABLE {own} ({own} INT NOT NULL, other INT, PRIMARY KEY ({own}))"),
            format!("CREATE INDEX {index} ON {own} (other, {own})"),
            format!("DROP INDEX {index}{of_table}"),
            format!("ALTER TABLE {own} RENAME COLUMN {own} TO second_one"),
            format!("ALTER TABLE {own} ADD COLUMN {own} INT"),
            format!("UPDATE {own} SET {own} = 0 WHERE {own} IS NULL"),
            format!(
                "INSERT INTO {own} (second_one, {own}) SELECT second_one + 1, {own} FROM {own}"
            ),
            format!("CREATE VIEW v AS SELECT {own}.{own} FROM {own}"),
            "DROP VIEW v".to_owned(),
        ];
        if dialect != Dialect::Sqlite {
            statements.push(format!("ALTER TABLE {own} ADD CONSTRAINT {check} CHECK ({own} > 0)"));
            statements.push(format!("ALTER TABLE {own} DROP CONSTRAINT {check}"));
            statements.push(format!(
                "ALTER TABLE {own} ADD CONSTRAINT f FOREIGN KEY ({own}) REFERENCES {own} (second_one)"
            ));
            statements.push(format!("ALTER TABLE {own} DROP CONSTRAINT f"));
        }
        if dialect == Dialect::Mysql {
            statements.push(format!("ALTER TABLE {own} MODIFY COLUMN {own} BIGINT FIRST"));
            statements.push(format!("ALTER TABLE {own} MODIFY COLUMN other BIGINT AFTER {own}"));
        }
        statements.push(format!("ALTER TABLE {own} DROP COLUMN {own}"));
        for statement in &statements {
            if let Err(error) = site.run(statement).await {
                refused.push(error);
            }
        }
        let _ = site.run(&format!("DROP TABLE {}", dialect.quote(word))).await;
    }
    assert!(refused.is_empty(), "{} are refused:\n{}", refused.len(), refused.join("\n"));
}
