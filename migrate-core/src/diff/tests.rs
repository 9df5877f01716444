//! Differences of small schemas as statements.

use super::diff;
use crate::dialect::Dialect;
use crate::schema::{
    Action, Check, Column, Enum, ForeignKey, Generated, Index, IndexPart, Key, Name, Schema, Table,
    View,
};

fn column(name: &str, data_type: &str) -> Column {
    Column { name: name.into(), data_type: data_type.into(), nullable: true, ..Column::default() }
}

fn table(columns: Vec<Column>) -> Table {
    Table { columns, ..Table::default() }
}

fn key(name: &str, column: &str, parent: &str) -> ForeignKey {
    ForeignKey {
        name: Some(name.into()),
        columns: vec![column.into()],
        parent: Name::new(parent),
        parent_columns: vec!["id".into()],
        ..ForeignKey::default()
    }
}

fn schema(tables: impl IntoIterator<Item = (&'static str, Table)>) -> Schema {
    let tables = tables.into_iter().map(|(name, table)| (Name::new(name), table)).collect();
    Schema { tables, ..Schema::default() }
}

fn sql(dialect: Dialect, before: &Schema, after: &Schema) -> Vec<String> {
    let ops = diff(before, after, dialect.diff_rules());
    let statements = dialect.statements(&ops).unwrap();
    statements.iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn equal_schemas_need_nothing() {
    let one = schema([("a", table(vec![column("id", "integer")]))]);
    assert!(diff(&one, &one.clone(), Dialect::Postgres.diff_rules()).is_empty());
}

#[test]
fn tables_come_in_the_order_of_their_foreign_keys() {
    let id = || Column { nullable: false, ..column("id", "integer") };
    let mut a = table(vec![id(), column("b", "integer")]);
    a.foreign_keys.push(key("a_b_fkey", "b", "b"));
    let mut b = table(vec![id(), column("a", "integer")]);
    b.primary_key = Some(Key { columns: vec!["id".into()], ..Key::default() });
    let one_way = schema([("a", a.clone()), ("b", b.clone())]);
    let made = sql(Dialect::Postgres, &Schema::default(), &one_way);
    assert_eq!(
        made,
        [
            "CREATE TABLE b ( id integer NOT NULL, a integer, PRIMARY KEY (id) )",
            "CREATE TABLE a ( id integer NOT NULL, b integer, \
             CONSTRAINT a_b_fkey FOREIGN KEY (b) REFERENCES b (id) )",
        ]
    );
    assert_eq!(
        sql(Dialect::Postgres, &one_way, &Schema::default()),
        ["DROP TABLE a", "DROP TABLE b"]
    );

    // In a circle the second reference comes later, and goes first.
    b.foreign_keys.push(key("b_a_fkey", "a", "a"));
    let circle = schema([("a", a), ("b", b)]);
    let made = sql(Dialect::Postgres, &Schema::default(), &circle);
    assert_eq!(made.len(), 3, "{made:?}");
    assert!(made[2].starts_with("ALTER TABLE") && made[2].contains("FOREIGN KEY"), "{made:?}");
    let gone = sql(Dialect::Postgres, &circle, &Schema::default());
    assert!(gone[0].contains("DROP CONSTRAINT") && gone.len() == 3, "{gone:?}");
}

#[test]
fn a_column_changes_in_each_dialect() {
    let before = schema([("t", table(vec![column("id", "integer"), column("n", "text")]))]);
    let mut changed = column("n", "integer");
    changed.nullable = false;
    changed.default = Some("0".into());
    let after = schema([("t", table(vec![column("id", "integer"), changed]))]);
    assert_eq!(
        sql(Dialect::Postgres, &before, &after),
        [
            "ALTER TABLE t ALTER COLUMN n TYPE integer USING n::integer",
            "ALTER TABLE t ALTER COLUMN n SET DEFAULT 0",
            "ALTER TABLE t ALTER COLUMN n SET NOT NULL",
        ]
    );
    assert_eq!(
        sql(Dialect::Mysql, &before, &after),
        ["ALTER TABLE t MODIFY COLUMN n integer NOT NULL DEFAULT 0"]
    );
    assert_eq!(
        sql(Dialect::Sqlite, &before, &after),
        [
            "CREATE TABLE new_t ( id integer, n integer NOT NULL DEFAULT 0 )",
            "INSERT INTO new_t (id, n) SELECT id, COALESCE(n, 0) FROM t",
            "DROP TABLE t",
            "PRAGMA legacy_alter_table = ON",
            "ALTER TABLE new_t RENAME TO t",
            "PRAGMA legacy_alter_table = OFF",
        ]
    );
}

#[test]
fn sqlite_alters_where_it_can() {
    let before = schema([("t", table(vec![column("id", "INTEGER"), column("n", "TEXT")]))]);
    let mut after = before.clone();
    let of = after.tables.get_mut(&Name::new("t")).unwrap();
    of.columns.push(column("m", "TEXT"));
    of.columns.remove(1);
    let index = Index {
        parts: vec![IndexPart { column: Some("m".into()), ..IndexPart::default() }],
        ..Index::default()
    };
    of.indexes.insert("by_m".into(), index);
    assert_eq!(
        sql(Dialect::Sqlite, &before, &after),
        [
            "ALTER TABLE t ADD COLUMN m TEXT",
            "CREATE INDEX by_m ON t (m)",
            "ALTER TABLE t DROP COLUMN n"
        ]
    );
}

#[test]
fn a_view_makes_room_for_a_change_of_its_columns() {
    let mut before = schema([("t", table(vec![column("id", "integer"), column("n", "integer")]))]);
    for (name, definition) in [("v", "SELECT t.n FROM t"), ("w", "SELECT v.n FROM v")] {
        let view = View { definition: definition.into(), ..View::default() };
        before.views.insert(Name::new(name), view);
    }
    let mut after = before.clone();
    after.tables.get_mut(&Name::new("t")).unwrap().columns[1].data_type = "bigint".into();
    assert_eq!(
        sql(Dialect::Postgres, &before, &after),
        [
            "DROP VIEW w",
            "DROP VIEW v",
            "ALTER TABLE t ALTER COLUMN n TYPE bigint",
            "CREATE VIEW v AS SELECT t.n FROM t",
            "CREATE VIEW w AS SELECT v.n FROM v",
        ]
    );
}

#[test]
fn labels_are_added_in_place_and_taken_away_by_a_new_type() {
    let mood = Name::new("mood");
    let of = |labels: &[&str]| {
        let mut column = column("m", "mood");
        (column.user_type, column.default) = (Some(mood.clone()), Some("'ok'::mood".into()));
        let mut schema = schema([("t", table(vec![column]))]);
        let labels = labels.iter().map(|&label| label.to_owned()).collect();
        schema.enums.insert(mood.clone(), Enum { labels, comment: None });
        schema
    };
    assert_eq!(
        sql(Dialect::Postgres, &of(&["sad", "ok"]), &of(&["low", "sad", "so so", "ok", "high"])),
        [
            "ALTER TYPE mood ADD VALUE 'low' BEFORE 'sad'",
            "ALTER TYPE mood ADD VALUE 'so so' AFTER 'sad'",
            "ALTER TYPE mood ADD VALUE 'high'",
        ]
    );
    assert_eq!(
        sql(Dialect::Postgres, &of(&["sad", "ok"]), &of(&["ok"])),
        [
            "ALTER TYPE mood RENAME TO mood_before",
            "CREATE TYPE mood AS ENUM ('ok')",
            "ALTER TABLE t ALTER COLUMN m DROP DEFAULT",
            "ALTER TABLE t ALTER COLUMN m TYPE mood USING \"m\"::text::mood",
            "ALTER TABLE t ALTER COLUMN m SET DEFAULT 'ok'::mood",
            "DROP TYPE mood_before",
        ]
    );
}

#[test]
fn a_column_that_comes_again_brings_its_constraints() {
    let with = |stored| {
        let mut sum = column("sum", "integer");
        sum.generated = Some(Generated { expression: "a + b".into(), stored });
        let mut table = table(vec![column("a", "integer"), column("b", "integer"), sum]);
        let unique = Key { name: Some("u".into()), columns: vec!["sum".into()], ..Key::default() };
        table.uniques.push(unique);
        let check =
            Check { name: Some("c".into()), expression: "sum > 0".into(), ..Check::default() };
        table.checks.push(check);
        schema([("t", table)])
    };
    let statements = sql(Dialect::Postgres, &with(false), &with(true));
    let count = |text: &str| statements.iter().filter(|statement| statement.contains(text)).count();
    assert_eq!([count("DROP CONSTRAINT"), count("ADD CONSTRAINT")], [2, 2], "{statements:?}");
}

#[test]
fn mysql_changes_a_table_in_one_statement() {
    let mut before = table(vec![column("id", "int(11)"), column("a", "int(11)")]);
    before.primary_key = Some(Key { columns: vec!["id".into()], ..Key::default() });
    let mut after = table(vec![column("new", "int(11)"), column("id", "int(11)")]);
    after.primary_key = Some(Key { columns: vec!["new".into()], ..Key::default() });
    let mut reference = key("f", "new", "t");
    reference.on_delete = Action::Cascade;
    after.foreign_keys.push(reference);
    let found = sql(Dialect::Mysql, &schema([("t", before)]), &schema([("t", after)]));
    assert_eq!(
        found,
        [
            "ALTER TABLE t DROP PRIMARY KEY, ADD COLUMN new int(11) NULL FIRST, \
             ADD PRIMARY KEY (new), DROP COLUMN a",
            "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (new) REFERENCES t (id) \
             ON DELETE CASCADE ON UPDATE NO ACTION",
        ]
    );
}
