//! The examples of all rules, and what the schema decides.

use super::*;
use crate::source::SourceFile;

/// The history of a revision on top of another one.
fn history(dialect: Dialect, before: &str, revision: &str) -> History {
    let base = format!(
        "-- revision: a\n-- revises:\n\n-- migrate:up\n{before}\n\n-- migrate:irreversible base\n"
    );
    let revision = match revision.starts_with("-- migrate:") {
        true => revision.to_owned(),
        false => format!("-- migrate:up\n{revision}\n\n-- migrate:irreversible example"),
    };
    let top = format!("-- revision: b\n-- revises: a\n\n{revision}\n");
    let files = vec![SourceFile::new("a.sql", base), SourceFile::new("b.sql", top)];
    let (history, wrong) = History::read(files, None, &[dialect]);
    assert!(!wrong.has_errors(), "{wrong}");
    history
}

fn found(dialect: Dialect, settings: &LintSettings, before: &str, revision: &str) -> Diagnostics {
    let history = history(dialect, before, revision);
    let graph = &history.graph;
    let wanted = graph.set(graph.node("b"));
    lint(&history, settings, &[dialect], &wanted)
}

fn codes(dialect: Dialect, before: &str, revision: &str) -> Vec<&'static str> {
    let found = found(dialect, &LintSettings::default(), before, revision);
    found.iter().map(|one| one.code.as_str()).collect()
}

/// Returns `true` if the database certainly refuses an example.
fn is_refused(dialect: Dialect, example: &Example) -> bool {
    let history = history(dialect, example.before, example.revision);
    let mut evolution = Evolution::new(&history.graph, dialect).unwrap();
    let mut nodes = history.graph.order();
    nodes.any(|node| !evolution.up(node).is_empty())
}

#[test]
fn every_rule_fires_on_its_first_example_and_not_on_its_second() {
    let mut wrong = Vec::new();
    for rule in rules::ALL {
        let settings =
            LintSettings { levels: [(rule.code, Level::Error)].into(), ..LintSettings::default() };
        let mut ran = 0;
        // The examples of some rules are in the SQL of their first database.
        let count = if rule.code == Code::PreferBigint { 1 } else { rule.dialects.len() };
        for dialect in rule.dialects.iter().copied().take(count) {
            let fires = |example: &Example| {
                let found = found(dialect, &settings, example.before, example.revision);
                found.iter().any(|one| one.code == rule.code)
            };
            let refused = [&rule.fires, &rule.silent].map(|of| is_refused(dialect, of));
            // Examples of several databases may use the SQL of one.
            if refused == [false, false] || rule.code == Code::DropTableOrder {
                ran += 1;
                if !fires(&rule.fires) {
                    wrong.push(format!("{} does not fire on {dialect}", rule.code));
                }
                if fires(&rule.silent) {
                    wrong.push(format!("{} fires on {dialect}", rule.code));
                }
            }
        }
        if ran == 0 {
            wrong.push(format!("the examples of {} are refused", rule.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_of_lint_has_one_rule_and_the_registry_has_its_level() {
    let codes = Code::ALL.iter().filter(|code| code.group() == crate::diagnostic::Group::Lint);
    let of_rules: Vec<Code> = rules::ALL.iter().map(|rule| rule.code).collect();
    assert_eq!(of_rules, codes.copied().collect::<Vec<_>>());
    for rule in rules::ALL {
        let level = rule.level.severity().unwrap_or(crate::diagnostic::Severity::Warning);
        assert_eq!(rule.code.level(), level, "{}", rule.code);
    }
}

const USERS: &str = "CREATE TABLE users (id INT PRIMARY KEY, name TEXT);";

#[test]
fn a_table_of_the_same_revision_has_no_rows_and_no_readers() {
    let up = "CREATE TABLE logs (id INT PRIMARY KEY, at INT);\n\
              CREATE INDEX logs_at ON logs (at);\n\
              ALTER TABLE logs ADD COLUMN code INT NOT NULL;\n\
              ALTER TABLE logs RENAME COLUMN code TO status;\n\
              ALTER TABLE logs RENAME TO events;\n\
              ALTER TABLE events DROP COLUMN status;\n\
              DROP TABLE events;";
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        assert!(codes(dialect, USERS, up).is_empty(), "{:?}", codes(dialect, USERS, up));
    }
}

#[test]
fn the_name_of_a_renamed_table_leads_to_its_rows() {
    let up = "ALTER TABLE users RENAME TO people;\nALTER TABLE people ADD COLUMN age INT NOT NULL;";
    for dialect in Dialect::ALL {
        let found = codes(dialect, USERS, up);
        assert!(found.contains(&"add-not-null-column"), "{dialect} {found:?}");
        assert!(!found.contains(&"data-loss"), "{dialect} {found:?}");
    }
}

#[test]
fn a_table_that_is_built_again_loses_only_what_is_not_copied() {
    let rebuild = |columns: &str| {
        format!(
            "CREATE TABLE users_new (id INT PRIMARY KEY, name TEXT);\n\
             INSERT INTO users_new ({columns}) SELECT {columns} FROM users;\n\
             DROP TABLE users;\nALTER TABLE users_new RENAME TO users;"
        )
    };
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        assert!(codes(dialect, USERS, &rebuild("id, name")).is_empty());
        assert_eq!(codes(dialect, USERS, &rebuild("id")), ["data-loss"]);
    }
    let key = "CREATE TABLE a (id INT PRIMARY KEY);\n\
               CREATE TABLE b_new (id INT PRIMARY KEY, a INT REFERENCES a (id));\n\
               ALTER TABLE b_new RENAME TO b;";
    assert_eq!(codes(Dialect::Sqlite, USERS, key), ["foreign-key-without-index"]);
    let without = "DROP TABLE users;\nCREATE TABLE users (id INT PRIMARY KEY, name TEXT);";
    assert_eq!(codes(Dialect::Sqlite, USERS, without), ["data-loss"]);
}

#[test]
fn what_is_unknown_is_not_claimed() {
    let before = "DO $$ BEGIN EXECUTE current_setting('app.sql'); END $$;";
    for up in ["DROP TABLE logs;", "DROP TABLE IF EXISTS logs;", "CREATE INDEX ON logs (id);"] {
        assert!(codes(Dialect::Postgres, before, up).is_empty(), "{up}");
    }
}

#[test]
fn sizes_and_versions_decide() {
    let index = "CREATE INDEX users_name ON users (name);";
    let with = |rows: u64, up: &str| {
        let rows = [("users".to_owned(), rows)].into();
        let settings = LintSettings { rows, ..LintSettings::default() };
        found(Dialect::Postgres, &settings, USERS, up).to_string()
    };
    assert_eq!(with(10_000, index), "");
    assert!(with(2_000_000, index).contains("users (2,000,000 rows)"));
    assert_eq!(with(0, "DROP TABLE users;"), "");
    let old = LintSettings { postgres_version: Some(10), ..LintSettings::default() };
    let default = "ALTER TABLE users ADD COLUMN age INT DEFAULT 0;";
    assert!(codes(Dialect::Postgres, USERS, default).is_empty());
    let found = found(Dialect::Postgres, &old, USERS, default).to_string();
    assert!(found.contains("volatile-default-rewrites"), "{found}");
}

#[test]
fn a_finding_that_is_allowed_is_left_out() {
    let revision = "-- migrate:up\nDROP TABLE users;\n\n-- migrate:irreversible gone\n\n\
                    -- migrate:allow data-loss it was never used";
    assert!(codes(Dialect::Sqlite, USERS, revision).is_empty());
}

#[test]
fn a_type_change_of_mysql_copies_unless_the_values_keep_their_form() {
    let of = |from: &str, to: &str| {
        let before = format!("CREATE TABLE t (id INT PRIMARY KEY, c {from});");
        let found = codes(Dialect::Mysql, &before, &format!("ALTER TABLE t MODIFY c {to};"));
        found.contains(&"algorithm-copy")
    };
    for (from, to) in [("INT", "BIGINT"), ("VARCHAR(20)", "VARCHAR(300)"), ("TEXT", "LONGTEXT")] {
        assert!(of(from, to), "{from} {to}");
    }
    for (from, to) in [
        ("VARCHAR(20)", "VARCHAR(50)"),
        ("ENUM('a','b')", "ENUM('a','b','c')"),
        ("INT", "INT NOT NULL DEFAULT 3"),
    ] {
        assert!(!of(from, to), "{from} {to}");
    }
}
