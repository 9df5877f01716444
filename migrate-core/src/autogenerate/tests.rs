use super::*;
use crate::apply::apply;
use crate::source::{SourceFile, Span};
use crate::sql::split;

fn state(dialect: Dialect, sql: &str) -> State {
    let mut state = State::new(dialect.rules());
    let file = SourceFile::new("schema.sql", sql.to_owned());
    let (statements, _) = split(&file, Span::new(0, sql.len()), dialect.lex_rules());
    for statement in statements {
        for op in dialect.parse(sql, statement.span).unwrap().unwrap() {
            apply(&mut state, &op).unwrap();
        }
    }
    state
}

struct Case {
    dialect: Dialect,
    renames: Vec<String>,
    dropped: Vec<String>,
    takes_likely: bool,
}

impl Case {
    fn on(dialect: Dialect) -> Self {
        Self { dialect, renames: Vec::new(), dropped: Vec::new(), takes_likely: false }
    }

    fn run(&self, before: &str, after: &str) -> Result<Changes, Refusal> {
        generate(&Request {
            dialect: self.dialect,
            history: &state(self.dialect, before),
            wanted: &state(self.dialect, after),
            filter: &Filter::default(),
            renames: &self.renames,
            dropped: &self.dropped,
            takes_likely: self.takes_likely,
        })
    }
}

fn sql(steps: &[Step]) -> Vec<&str> {
    steps.iter().map(|step| step.sql.as_str()).collect()
}

#[test]
fn a_partition_is_made_with_the_columns_of_its_parent() {
    let parent =
        "CREATE TABLE logs (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);";
    let part =
        "CREATE TABLE logs_24 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')";
    let changes = Case::on(Dialect::Postgres).run(parent, &format!("{parent}{part}")).unwrap();
    let up = [
        "CREATE TABLE logs_24 (\n    id bigint NOT NULL,\n    at date NOT NULL\n)",
        "ALTER TABLE logs ATTACH PARTITION logs_24 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
    ];
    assert_eq!(sql(&changes.up), up);
    assert_eq!(sql(&changes.down), ["DROP TABLE logs_24"]);
}

#[test]
fn what_says_the_same_is_no_change() {
    for (dialect, before, after) in [
        (
            Dialect::Sqlite,
            "CREATE TABLE t (a INT CHECK (a > 0))",
            "create table t (a int check ((\"a\">0)))",
        ),
        (
            Dialect::Postgres,
            "CREATE TABLE t (a varchar(9) DEFAULT 'x', CHECK (a <> ''))",
            "CREATE TABLE public.t (a character varying(9) DEFAULT 'x'::varchar, CONSTRAINT t_a_check CHECK (((a)::text <> ''::text)))",
        ),
        (
            Dialect::Mysql,
            "CREATE TABLE t (a INT DEFAULT 1, KEY (a))",
            "CREATE TABLE `t` (`a` int(11) DEFAULT '1', KEY `a` (`a`))",
        ),
    ] {
        let changes = Case::on(dialect).run(before, after);
        let changes = changes.map(|changes| changes.up).unwrap();
        assert_eq!(changes, [], "{dialect}");
    }
}

#[test]
fn a_likely_rename_is_asked_about() {
    for dialect in Dialect::ALL {
        let (before, after) =
            ("CREATE TABLE users (id INT, mail TEXT)", "CREATE TABLE users (id INT, email TEXT)");
        let refused = Case::on(dialect).run(before, after).unwrap_err();
        let Refusal::Likely(likely) = &refused else { panic!("{refused}") };
        assert_eq!(likely[0].to_string(), "users.mail=email");
        let rename = Case { renames: vec!["users.mail=email".into()], ..Case::on(dialect) };
        let changes = rename.run(before, after).unwrap();
        assert!(sql(&changes.up)[0].contains("RENAME COLUMN"), "{:?}", changes.up);
        assert!(sql(&changes.down)[0].contains("RENAME COLUMN"), "{:?}", changes.down);
        assert_eq!((changes.up.len(), changes.losses.len()), (1, 0));
        let drop = Case { dropped: vec!["users.mail".into()], ..Case::on(dialect) };
        assert_eq!(drop.run(before, after).unwrap().losses[0].subject, "users.mail");
    }
}

#[test]
fn a_column_that_must_have_values_is_filled_first() {
    let before = "CREATE TABLE users (id INT)";
    let after = "CREATE TABLE users (id INT, age INT NOT NULL)";
    let changes = Case::on(Dialect::Postgres).run(before, after).unwrap();
    let steps = sql(&changes.up);
    assert_eq!(steps[0], "ALTER TABLE users ADD COLUMN age integer");
    assert_eq!(steps[1], "UPDATE users SET age = 0 WHERE age IS NULL");
    assert!(changes.up[1].note.as_ref().unwrap().starts_with("backfill"));
    let changes = Case::on(Dialect::Sqlite).run(before, after).unwrap();
    let copied = sql(&changes.up).into_iter().find(|sql| sql.starts_with("INSERT")).unwrap();
    assert_eq!(copied, "INSERT INTO new_users (id, age) SELECT id, 0 FROM users");
}

#[test]
fn an_index_on_a_table_that_exists_does_not_block() {
    let before = "CREATE TABLE users (id INT)";
    let after = "CREATE TABLE users (id INT); CREATE INDEX users_id ON users (id);";
    let changes = Case::on(Dialect::Postgres).run(before, after).unwrap();
    assert_eq!(sql(&changes.up), ["CREATE INDEX CONCURRENTLY users_id ON users (id)"]);
    assert_eq!(sql(&changes.down), ["DROP INDEX CONCURRENTLY users_id"]);
    let sections = sections(&[changes]);
    assert_eq!(sections[0].marker, "up transaction:false");
    let changes = Case::on(Dialect::Postgres).run("", after).unwrap();
    assert_eq!(sql(&changes.up)[1], "CREATE INDEX users_id ON users (id)");
}

#[test]
fn several_databases_have_sections_of_their_own() {
    let of = |dialect| Case::on(dialect).run("", "CREATE TABLE t (a INT)").unwrap();
    let markers: Vec<String> = sections(&[of(Dialect::Sqlite), of(Dialect::Postgres)])
        .into_iter()
        .map(|section| section.marker)
        .collect();
    assert_eq!(
        markers,
        [
            "up dialect:sqlite",
            "up dialect:postgres",
            "down dialect:sqlite",
            "down dialect:postgres"
        ]
    );
}

#[test]
fn what_belongs_to_a_dropped_table_is_not_kept() {
    let before = "CREATE TABLE t (id int); CREATE TABLE u (a int); GRANT SELECT ON t TO postgres;";
    let changes = Case::on(Dialect::Postgres).run(before, "CREATE TABLE u (a int);").unwrap();
    assert_eq!(sql(&changes.up), ["DROP TABLE t"]);
}

#[test]
fn a_generated_column_that_becomes_plain_is_filled_when_it_is_plain() {
    let before = "CREATE TABLE t (a INT GENERATED ALWAYS AS (1) STORED, b INT)";
    let after = "CREATE TABLE t (a INT NOT NULL, b INT)";
    let changes = Case::on(Dialect::Mysql).run(before, after).unwrap();
    let steps = sql(&changes.up);
    assert!(steps[0].contains("DROP COLUMN a, ADD COLUMN a int(11) NULL FIRST"), "{steps:?}");
    assert!(steps[1].starts_with("UPDATE t SET a = 0"), "{steps:?}");
    assert_eq!(steps[2], "ALTER TABLE t MODIFY COLUMN a int(11) NOT NULL");
}

#[test]
fn a_key_of_the_first_letters_is_made_for_the_new_length() {
    let whole = "CREATE TABLE t (name VARCHAR(128) NOT NULL, KEY k (name))";
    let first = "CREATE TABLE t (name VARCHAR(255) NOT NULL, KEY k (name(128)))";
    for (before, after) in [(whole, first), (first, whole)] {
        let changes = Case::on(Dialect::Mysql).run(before, after).unwrap();
        assert_eq!((changes.up.len(), changes.down.len()), (1, 1), "{changes:?}");
    }
}

#[test]
fn a_trigger_is_written_as_its_author_wrote_it() {
    let before = "CREATE TABLE t (a INT);";
    let trigger = "CREATE TRIGGER g DELETE ON t\nFOR EACH ROW BEGIN\n  SELECT 1;\nEND";
    let changes = Case::on(Dialect::Sqlite).run(before, &format!("{before}{trigger}")).unwrap();
    assert_eq!(sql(&changes.up), [trigger]);
}

#[test]
fn the_message_says_what_changes() {
    let table = |columns: &str| format!("CREATE TABLE users (id integer, {columns})");
    for (before, after, expected) in [
        ("a text", "a text NOT NULL, b text", "require users.a; add users.b"),
        ("a text NOT NULL", "a text", "allow NULL in users.a"),
        ("a text", "a integer DEFAULT 1", "change type of users.a; add default of users.a"),
        ("a text DEFAULT 'x'", "a text DEFAULT 'y'", "change default of users.a"),
        ("a text", "a text UNIQUE", "add unique constraint users.a"),
        ("a text", "a text, UNIQUE (id, a)", "add unique constraint users (id, a)"),
        ("a text", "a text, PRIMARY KEY (id)", "require users.id; add primary key of users"),
        ("a text", "a text CHECK (a <> '')", "add check of users"),
        ("a text CHECK (a <> '')", "a text CHECK (a <> 'x')", "change check of users"),
        ("a text", "a text); CREATE INDEX users_a ON users (a", "add index users_a"),
    ] {
        let changes = Case::on(Dialect::Postgres).run(&table(before), &table(after)).unwrap();
        assert_eq!(message(&changes), expected, "{before} -> {after}");
    }
}
