use super::*;

/// A history of revisions `id`, `parents`, up and down.
fn history(dialect: Dialect, files: &[(&str, &str, &str)]) -> History {
    let file = |(id, parents, up): &(&str, &str, &str)| {
        let text = format!(
            "-- {id}\n--\n-- revision: {id}\n-- revises: {parents}\n\n-- migrate:up\n{up}\n\n-- migrate:down\nSELECT 1;\n"
        );
        SourceFile::new(format!("m/{id}.sql"), text)
    };
    let (history, found) = History::read(files.iter().map(file).collect(), None, &[dialect]);
    assert!(!found.has_errors(), "{found}");
    history
}

fn request(range: &str) -> SquashRequest {
    SquashRequest {
        range: range.to_owned(),
        id: RevisionId::new("s").unwrap(),
        created: Created::new("2026-11-21T01:23:45Z").unwrap(),
        message: "squashed".to_owned(),
        leave_out: Vec::new(),
    }
}

fn squashed(history: &History, range: &str) -> Squash {
    let squash = squash(history, &request(range), None).unwrap_or_else(|error| panic!("{error}"));
    let file = SourceFile::new("s.sql", squash.draft.render());
    let (revision, found) = Revision::parse(file, &squash.dialects);
    assert!(!found.has_errors() && squash.draft.is_read_as(&revision.unwrap()), "{found}");
    squash
}

fn refused(history: &History, range: &str) -> SquashError {
    squash(history, &request(range), None).unwrap_err()
}

const GROWN: [(&str, &str, &str); 4] = [
    ("a", "", "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT);"),
    ("b", "a", "ALTER TABLE users ADD COLUMN name TEXT;\nCREATE TABLE tmp (id INTEGER);"),
    ("c", "b", "DROP TABLE tmp;\nALTER TABLE users RENAME COLUMN mail TO email;"),
    ("d", "c", "CREATE INDEX users_email ON users (email);"),
];

#[test]
fn a_range_from_base_becomes_the_schema_at_its_end() {
    for dialect in Dialect::ALL {
        let mut files = GROWN.to_vec();
        files[3].2 = "CREATE INDEX users_name ON users (id);";
        let squash = squashed(&history(dialect, &files), "base:head");
        assert!(
            squash.kept.is_empty() && squash.left_out.is_empty() && squash.irreversible.is_empty()
        );
        let text = squash.draft.render();
        assert!(text.contains("-- revises:\n") && text.contains("-- replaces: a, b, c, d\n"));
        assert!(!text.contains("tmp") && !text.contains("RENAME"), "{text}");
        assert_eq!(text.matches("CREATE TABLE").count(), 1, "{text}");
        assert!(text.contains("email") && text.contains("DROP TABLE"), "{text}");
    }
}

#[test]
fn seeds_stand_behind_the_schema_and_backfills_of_empty_tables_are_left_out() {
    let history = history(
        Dialect::Sqlite,
        &[
            (
                "a",
                "",
                "CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT);\nCREATE TABLE users (id INTEGER);",
            ),
            ("b", "a", "INSERT INTO roles (name) VALUES ('admin');"),
            ("c", "b", "ALTER TABLE users ADD COLUMN name TEXT;\nUPDATE users SET name = 'x';"),
            ("d", "c", "UPDATE roles SET name = 'root' WHERE name = 'admin';"),
        ],
    );
    let squash = squashed(&history, ":d");
    insta::assert_snapshot!(squash.draft.render());
    let told = |told: &[(Place, &str)]| -> Vec<String> {
        told.iter().map(|(place, why)| format!("{place}: {why}")).collect()
    };
    assert_eq!(told(&squash.kept), ["m/b.sql:7: it changes rows", "m/d.sql:7: it changes rows"]);
    assert_eq!(told(&squash.left_out), ["m/c.sql:8: its table has no rows yet"]);
}

#[test]
fn a_seed_stays_where_its_table_is_as_it_was() {
    let history = history(
        Dialect::Sqlite,
        &[
            ("a", "", "CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT);"),
            ("b", "a", "INSERT INTO roles (name) VALUES ('admin');"),
            (
                "c",
                "b",
                "ALTER TABLE roles RENAME COLUMN name TO title;\nCREATE TABLE t (id INTEGER);",
            ),
            ("d", "c", "ALTER TABLE t ADD COLUMN more TEXT;"),
        ],
    );
    let squash = squashed(&history, ":d");
    insta::assert_snapshot!(squash.draft.render());
}

#[test]
fn what_existed_before_the_range_is_changed_as_the_files_say() {
    let squash = squashed(&history(Dialect::Sqlite, &GROWN), "b:d");
    insta::assert_snapshot!(squash.draft.render());
    assert_eq!(squash.before, [RevisionId::new("a").unwrap()]);
}

#[test]
fn rows_of_older_tables_make_it_irreversible() {
    let files = [
        ("a", "", "CREATE TABLE t (id INTEGER);"),
        ("b", "a", "UPDATE t SET id = id + 1;"),
        ("c", "b", "CREATE TABLE u (id INTEGER);"),
    ];
    let squash = squashed(&history(Dialect::Sqlite, &files), "b:c");
    let reason = "the rows before m/b.sql:7 are not known";
    assert_eq!(squash.irreversible, [(Dialect::Sqlite, reason.to_owned())]);
    assert!(squash.draft.render().contains(&format!("-- migrate:irreversible {reason}\n")));
}

#[test]
fn a_statement_that_is_not_understood_is_kept_and_what_follows_it() {
    let files = [
        (
            "a",
            "",
            "CREATE TABLE t (id integer);\nDO $$ BEGIN EXECUTE 'CREATE TABLE ' || 'x' || ' (id int)'; END $$;",
        ),
        ("b", "a", "ALTER TABLE t ADD COLUMN more text;"),
    ];
    let squash = squashed(&history(Dialect::Postgres, &files), ":b");
    insta::assert_snapshot!(squash.draft.render());
    assert_eq!(squash.irreversible.len(), 1);
}

#[test]
fn branches_and_merges_inside_are_joined_and_a_second_way_in_or_out_is_refused() {
    let files = [
        ("a", "", "CREATE TABLE a (id INTEGER);"),
        ("b", "a", "CREATE TABLE b (id INTEGER);"),
        ("c", "a", "CREATE TABLE c (id INTEGER);"),
        ("m", "b, c", "CREATE TABLE m (id INTEGER);"),
        ("e", "m", "CREATE TABLE e (id INTEGER);"),
    ];
    let history = history(Dialect::Sqlite, &files);
    assert_eq!(squashed(&history, "a:m").replaced.len(), 4);
    let message = |range| refused(&history, range).message;
    assert_eq!(message("b:m"), "the range has a second entry: m: m needs c: c, which is outside");
    assert_eq!(message("a:b"), "the range has a second exit: c: c is built on a: a");
    assert_eq!(message("b:c"), "b: b is not below c: c");
    assert_eq!(message("e:e"), "the range has one revision: e: e");
    assert_eq!(message("a"), "`a` is not a range");
    assert!(refused(&history, "b:m").help[0].to_string().contains("history --graph -r b:m"));
}

#[test]
fn what_sql_cannot_hold_is_refused_with_its_place() {
    let with = |up: &str| {
        let text = |id: &str, parent: &str, up: &str| {
            let text = format!(
                "-- revision: {id}\n-- revises: {parent}\n\n{up}\n-- migrate:irreversible no\n"
            );
            SourceFile::new(format!("m/{id}.sql"), text)
        };
        let first = text(
            "a",
            "",
            "-- migrate:up\nCREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER);\nINSERT INTO t VALUES (1, 1);\n",
        );
        let (history, found) =
            History::read(vec![first, text("b", "a", up)], None, &[Dialect::Postgres]);
        assert!(!found.has_errors(), "{found}");
        history
    };
    let rust = with("-- migrate:up rust:fill\n");
    assert!(
        refused(&rust, ":b").message.starts_with("m/b.sql:4: revision b calls the Rust function")
    );
    let mut leaving = request(":b");
    leaving.leave_out = vec!["b".to_owned()];
    assert!(squash(&rust, &leaving, None).is_ok());
    let set = with("-- migrate:up\nSET search_path TO app;\n");
    assert!(refused(&set, ":b").message.starts_with("m/b.sql:5: the statement changes a setting"));
    let harmless = with("-- migrate:up\nSET lock_timeout TO '1s';\n");
    assert_eq!(squashed(&harmless, ":b").left_out.len(), 1);
    let batch = with(
        "-- migrate:up batch\nUPDATE t SET x = 2 WHERE id IN (SELECT id FROM t WHERE x = 1 LIMIT :batch);\n",
    );
    assert!(refused(&batch, ":b").message.contains("m/b.sql:5: a batch section"));
    let effect =
        with("-- migrate:up\nSELECT 1;\n-- migrate:effect\nCREATE TABLE y (id INTEGER);\n");
    assert!(refused(&effect, ":b").message.contains("stated for the whole up"));
}

#[test]
fn databases_with_different_statements_get_sections_of_their_own() {
    let text = "-- revision: a\n-- revises:\n\n-- migrate:up dialect:sqlite\nCREATE TABLE t (id INTEGER);\n-- migrate:up dialect:postgres\nCREATE TABLE t (id bigint);\n-- migrate:down\nDROP TABLE t;\n";
    let other = "-- revision: b\n-- revises: a\n\n-- migrate:up\nALTER TABLE t ADD COLUMN x INTEGER;\n-- migrate:down\nALTER TABLE t DROP COLUMN x;\n";
    let files = vec![SourceFile::new("m/a.sql", text), SourceFile::new("m/b.sql", other)];
    let dialects = [Dialect::Sqlite, Dialect::Postgres];
    let (history, found) = History::read(files, None, &dialects);
    assert!(found.is_empty(), "{found}");
    insta::assert_snapshot!(squashed(&history, ":b").draft.render());
}
