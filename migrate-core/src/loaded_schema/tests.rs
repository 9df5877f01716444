use super::*;
use crate::history::History;
use crate::schema::difference;

fn sql(text: &str) -> LoadedSchema {
    LoadedSchema::of_sql(Dialect::Sqlite, &[SourceFile::new("schema.sql", text.to_owned())], &[])
}

fn history(ups: &[(&str, &str, &str)]) -> History {
    let file = |(id, parents, up): &(&str, &str, &str)| {
        let text = format!(
            "-- revision: {id}\n-- revises: {parents}\n\n-- migrate:up\n{up}\n\n-- migrate:irreversible test\n"
        );
        SourceFile::new(format!("{id}.sql"), text)
    };
    History::read(ups.iter().map(file).collect(), None, &[Dialect::Sqlite]).0
}

#[test]
fn a_revision_has_what_it_needs() {
    let history = history(&[
        ("a", "", "CREATE TABLE a (x TEXT);"),
        ("b", "a", "CREATE TABLE b (x TEXT);"),
        ("c", "a", "CREATE TABLE c (x TEXT);"),
    ]);
    let graph = &history.graph;
    let tables = |nodes: &[Node]| {
        let loaded = LoadedSchema::of_revisions(graph, Dialect::Sqlite, nodes);
        loaded.schema().tables.into_keys().map(|name| name.name).collect::<Vec<_>>().join(" ")
    };
    let node = |id: &str| graph.node(id).unwrap();
    assert_eq!(tables(&[node("b")]), "a b");
    assert_eq!(tables(&graph.heads()), "a b c");
    assert_eq!(tables(&[]), "");
}

#[test]
fn the_sql_makes_the_schema_again() {
    let loaded = sql("CREATE TABLE b (x INTEGER PRIMARY KEY, y TEXT REFERENCES a);\n\
        CREATE TABLE a (x TEXT PRIMARY KEY) STRICT; CREATE INDEX i ON b (y) WHERE y <> '';\n\
        CREATE VIEW v AS SELECT y FROM b;\n\
        CREATE TRIGGER t AFTER DELETE ON b BEGIN DELETE FROM a; SELECT 1; END;");
    assert!(loaded.refused().is_empty(), "{}", loaded.refused());
    let script = loaded.script(None);
    assert!(script.unwritten.is_empty());
    let again = sql(&script.sql);
    assert!(again.refused().is_empty(), "{}\n{}", again.refused(), script.sql);
    assert_eq!(again.catalog(), loaded.catalog());
    assert!(loaded.differences(&again).certain.is_empty());
}

#[test]
fn what_is_refused_and_what_is_unknown_have_places() {
    let history = history(&[
        ("a", "", "CREATE TABLE a (x TEXT);\nCREATE TABLE q AS SELECT 1 AS one;"),
        ("b", "a", "CREATE TABLE A (x TEXT);"),
    ]);
    let graph = &history.graph;
    let loaded = LoadedSchema::of_revisions(graph, Dialect::Sqlite, &graph.heads());
    let refused: Vec<String> = loaded.refused().iter().map(ToString::to_string).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(
        refused[0].starts_with("error[already-exists]: table a exists already\n  --> b.sql:5:1")
    );
    let SchemaScript { sql: script, unwritten } = loaded.script(None);
    assert_eq!(unwritten, ["cannot write table q: its columns are not known"]);
    assert!(script.contains("-- not known: ") && !script.contains("CREATE TABLE q"), "{script}");
    assert!(script.contains("(a.sql:6)"), "{script}");
}

#[test]
fn the_changes_lead_to_the_other_schema() {
    let before = sql("CREATE TABLE a (x TEXT, y TEXT); CREATE TABLE gone (x TEXT);");
    let after =
        sql("CREATE TABLE a (x TEXT, y TEXT NOT NULL DEFAULT ''); CREATE TABLE new (x TEXT);");
    let words: Vec<String> = before.differences(&after).certain.iter().map(difference).collect();
    assert_eq!(
        words,
        [
            "nullability of column a.y was NULL and is NOT NULL",
            "default of column a.y was not there and is ''",
            "table gone was removed",
            "table new was added"
        ]
    );
    let change = Dialect::Sqlite.sql(&before.changes(&after)).unwrap();
    let reached = sql(&format!("{}{change}", before.script(None).sql));
    assert!(reached.differences(&after).certain.is_empty(), "{change}");
}

#[test]
fn what_is_unknown_is_never_dropped() {
    let before = sql("CREATE TABLE kept (x TEXT); ATTACH 'other' AS kept;");
    assert!(!before.unknown().is_empty());
    let changes = before.changes(&sql(""));
    assert!(changes.is_empty(), "{changes:?}");
}

#[test]
fn a_table_can_be_printed_alone() {
    let loaded = sql("CREATE TABLE a (x TEXT); CREATE TABLE b (x TEXT); CREATE INDEX i ON b (x);");
    let script = loaded.script(Some(&[Name::new("b")]));
    assert!(!script.sql.contains("\"a\"") && script.sql.contains("INDEX"), "{}", script.sql);
}

#[test]
fn a_column_that_a_statement_defines_again_gets_the_new_character_set_of_its_table() {
    let text = "CREATE TABLE t (a VARCHAR(5), b VARCHAR(5)) DEFAULT CHARSET=latin1;\n\
        ALTER TABLE t MODIFY a VARCHAR(5), DEFAULT CHARSET=utf8mb4, ADD c VARCHAR(5);";
    let file = SourceFile::new("schema.sql", text);
    let loaded = LoadedSchema::of_sql(Dialect::Mysql, &[file], &[]);
    let columns = &loaded.catalog().tables[&Name::new("t")].columns;
    let collations: Vec<_> = columns.iter().map(|column| column.collation.as_deref()).collect();
    assert_eq!(collations, [None, Some("latin1"), None]);
}

#[test]
fn a_new_key_on_a_new_column_serves_a_foreign_key_in_place_of_a_dropped_one() {
    let text = "CREATE TABLE p (id INT PRIMARY KEY);\n\
        CREATE TABLE c (a INT, KEY k (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));\n\
        ALTER TABLE c DROP INDEX k, ADD d INT, ADD KEY w (a, d);";
    let read = |text: &str| {
        LoadedSchema::of_sql(Dialect::Mysql, &[SourceFile::new("schema.sql", text.to_owned())], &[])
    };
    let loaded = read(text);
    assert!(loaded.refused().is_empty(), "{}", loaded.refused());
    let indexes = &loaded.catalog().tables[&Name::new("c")].indexes;
    assert_eq!(indexes.keys().collect::<Vec<_>>(), ["w"]);
    assert!(!read(&text.replace("(a, d)", "(d, a)")).refused().is_empty());
}
