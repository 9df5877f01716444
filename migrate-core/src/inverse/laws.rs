//! Laws of inverses and of printing, on random schemas: random statements are applied one behind the other, and
//! each one that the database takes is undone, and printed and read again.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{NoInverse, inverse, presented};
use crate::apply::{State, apply, is_claimed, is_known};
use crate::dialect::Dialect;
use crate::op::{Located, Op};
use crate::schema::{Schema, compare, difference};
use crate::source::Span;

fn table() -> impl Strategy<Value = &'static str> {
    select(vec!["t", "u", "w", "order"])
}

/// A table's name as SQL writes it.
fn quoted(dialect: Dialect) -> impl Strategy<Value = String> {
    table().prop_map(move |name| dialect.quote(name))
}

fn column() -> impl Strategy<Value = &'static str> {
    select(vec!["a", "b", "c", "d"])
}

fn data_type(dialect: Dialect) -> impl Strategy<Value = &'static str> {
    select(match dialect {
        Dialect::Sqlite => vec!["INTEGER", "TEXT", "VARCHAR(20)", "REAL", ""],
        Dialect::Postgres => {
            vec!["integer", "bigint", "text", "varchar(20)", "numeric(10, 2)", "boolean", "mood"]
        }
        Dialect::Mysql => vec!["int", "bigint", "varchar(20)", "text", "datetime", "decimal(10,2)"],
    })
}

fn definition(dialect: Dialect) -> impl Strategy<Value = (&'static str, String)> {
    let options = select(vec!["", "", "NOT NULL", "UNIQUE", "NULL"]);
    (column(), data_type(dialect), options)
        .prop_map(|(name, of, option)| (name, format!("{name} {of} {option}")))
}

/// A constraint of a table, with `{c}` for its first column and `{d}` for its last.
fn constraint(dialect: Dialect) -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        1 => select(vec![
            ", PRIMARY KEY ({c})",
            ", CONSTRAINT k CHECK ({c} IS NOT NULL)",
            ", CONSTRAINT n UNIQUE ({d})",
        ]).prop_map(str::to_owned),
        1 => quoted(dialect).prop_map(|t| format!(", FOREIGN KEY ({{c}}) REFERENCES {t} (a)")),
    ]
}

fn create_table(dialect: Dialect) -> impl Strategy<Value = String> {
    let columns = proptest::collection::vec(definition(dialect), 1..4);
    (quoted(dialect), columns, constraint(dialect)).prop_map(|(name, mut columns, more)| {
        columns.sort_by_key(|(name, _)| *name);
        columns.dedup_by_key(|(name, _)| *name);
        let (first, last) = (columns[0].0, columns[columns.len() - 1].0);
        let more = more.replace("{c}", first).replace("{d}", last);
        let columns: Vec<String> = columns.into_iter().map(|(_, text)| text).collect();
        format!("CREATE TABLE {name} ({}{more})", columns.join(", "))
    })
}

/// Statements that all databases have.
fn general(dialect: Dialect) -> impl Strategy<Value = String> {
    let index = || select(vec!["i", "j", "l"]);
    prop_oneof![
        4 => create_table(dialect),
        1 => quoted(dialect).prop_map(|t| format!("DROP TABLE {t}")),
        2 => (quoted(dialect), quoted(dialect))
            .prop_map(|(t, to)| format!("ALTER TABLE {t} RENAME TO {to}")),
        3 => (quoted(dialect), definition(dialect))
            .prop_map(|(t, (_, d))| format!("ALTER TABLE {t} ADD COLUMN {d}")),
        2 => (quoted(dialect), column())
            .prop_map(|(t, c)| format!("ALTER TABLE {t} DROP COLUMN {c}")),
        2 => (quoted(dialect), column(), column())
            .prop_map(|(t, c, to)| format!("ALTER TABLE {t} RENAME COLUMN {c} TO {to}")),
        3 => (index(), quoted(dialect), column())
            .prop_map(|(i, t, c)| format!("CREATE INDEX {i} ON {t} ({c})")),
        1 => (index(), quoted(dialect), column(), column())
            .prop_map(|(i, t, c, d)| format!("CREATE UNIQUE INDEX {i} ON {t} ({c}, {d} DESC)")),
    ]
}

fn sqlite() -> impl Strategy<Value = String> {
    let of = Dialect::Sqlite;
    prop_oneof![
        8 => general(of),
        1 => Just("DROP INDEX i".to_owned()),
        // A view or trigger may name a column that comes later, which cannot go again then.
        1 => quoted(of).prop_map(|t| format!("CREATE VIEW v AS SELECT count(*) AS n FROM {t}")),
        1 => Just("DROP VIEW v".to_owned()),
        1 => quoted(of)
            .prop_map(|t| format!("CREATE TRIGGER g AFTER UPDATE ON {t} BEGIN DELETE FROM {t}; END")),
        1 => Just("DROP TRIGGER g".to_owned()),
    ]
}

fn postgres() -> impl Strategy<Value = String> {
    let of = Dialect::Postgres;
    let change = prop_oneof![
        data_type(of).prop_map(|to| format!("TYPE {to}")),
        select(vec!["SET DEFAULT NULL", "DROP DEFAULT", "SET NOT NULL", "DROP NOT NULL"])
            .prop_map(str::to_owned),
        select(vec!["SET STATISTICS 200", "SET STORAGE EXTERNAL"]).prop_map(str::to_owned),
    ];
    prop_oneof![
        8 => general(of),
        4 => (quoted(of), column(), change)
            .prop_map(|(t, c, change)| format!("ALTER TABLE {t} ALTER COLUMN {c} {change}")),
        2 => (quoted(of), column())
            .prop_map(|(t, c)| format!("ALTER TABLE {t} ADD CONSTRAINT x UNIQUE ({c})")),
        2 => (quoted(of), column(), quoted(of)).prop_map(|(t, c, p)| {
            format!("ALTER TABLE {t} ADD CONSTRAINT f FOREIGN KEY ({c}) REFERENCES {p} (a) ON DELETE CASCADE")
        }),
        2 => (quoted(of), select(vec!["x", "f", "k", "n"]))
            .prop_map(|(t, c)| format!("ALTER TABLE {t} DROP CONSTRAINT {c}")),
        1 => (quoted(of), select(vec!["x", "k"]))
            .prop_map(|(t, c)| format!("ALTER TABLE {t} RENAME CONSTRAINT {c} TO y")),
        1 => select(vec!["DROP INDEX i", "ALTER INDEX i RENAME TO j", "ALTER INDEX j RENAME TO i"])
            .prop_map(str::to_owned),
        3 => select(vec![
            "CREATE TYPE mood AS ENUM ('sad', 'ok')",
            "ALTER TYPE mood ADD VALUE 'so so' AFTER 'sad'",
            "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'",
            "CREATE SEQUENCE s START 3",
            "DROP SEQUENCE s",
            "ALTER SEQUENCE s INCREMENT 2",
            "CREATE DOMAIN age AS integer CHECK (VALUE > 0)",
            "ALTER DOMAIN age SET DEFAULT 1",
            "DROP DOMAIN age",
            "CREATE SCHEMA app",
            "CREATE FUNCTION fn(x integer) RETURNS integer LANGUAGE sql AS 'SELECT x'",
            "CREATE OR REPLACE FUNCTION fn(x integer) RETURNS integer LANGUAGE sql AS 'SELECT x + 1'",
            "DROP FUNCTION fn(integer)",
        ]).prop_map(str::to_owned),
        1 => (quoted(of), select(vec!["'one'", "'it''s'", "NULL"]))
            .prop_map(|(t, text)| format!("COMMENT ON TABLE {t} IS {text}")),
        1 => (quoted(of), column(), select(vec!["'one'", "NULL"]))
            .prop_map(|(t, c, text)| format!("COMMENT ON COLUMN {t}.{c} IS {text}")),
        1 => (quoted(of), column())
            .prop_map(|(t, c)| format!("CREATE VIEW v AS SELECT {c} FROM {t}")),
        1 => Just("DROP VIEW v".to_owned()),
    ]
}

fn mysql() -> impl Strategy<Value = String> {
    let of = Dialect::Mysql;
    let options = || select(vec!["NULL", "NOT NULL", "NULL COMMENT 'x'", "NULL DEFAULT NULL"]);
    let position = select(vec!["", " FIRST", " AFTER a"]);
    prop_oneof![
        8 => general(of),
        3 => (quoted(of), column(), data_type(of), options(), position.clone()).prop_map(
            |(t, c, of, option, place)| format!("ALTER TABLE {t} MODIFY {c} {of} {option}{place}")
        ),
        3 => (quoted(of), column(), column(), data_type(of), options()).prop_map(
            |(t, c, to, of, option)| format!("ALTER TABLE {t} CHANGE {c} {to} {of} {option}")
        ),
        2 => (quoted(of), column(), data_type(of), position)
            .prop_map(|(t, c, of, place)| format!("ALTER TABLE {t} ADD {c} {of}{place}")),
        1 => (quoted(of), column()).prop_map(|(t, c)| format!("ALTER TABLE {t} ADD PRIMARY KEY ({c})")),
        1 => quoted(of).prop_map(|t| format!("ALTER TABLE {t} DROP PRIMARY KEY")),
        2 => (quoted(of), select(vec!["i", "j", "n"]))
            .prop_map(|(t, i)| format!("DROP INDEX {i} ON {t}")),
        1 => quoted(of).prop_map(|t| format!("ALTER TABLE {t} RENAME INDEX i TO j")),
        1 => (quoted(of), select(vec!["ENGINE = MyISAM", "COMMENT = 'y'", "ROW_FORMAT = COMPRESSED"]))
            .prop_map(|(t, option)| format!("ALTER TABLE {t} {option}")),
    ]
}

/// What happened in all cases.
#[derive(Debug, Default)]
struct Counts {
    undone: usize,
    refused: usize,
    printed: usize,
    not_printed: usize,
}

/// Parses one statement.
fn parse(dialect: Dialect, sql: &str) -> Option<Vec<Located<Op>>> {
    dialect.parse(sql, Span::new(0, sql.len()))?.ok()
}

/// What certainly differs between two states.
fn differences(dialect: Dialect, one: &State, other: &State) -> Vec<String> {
    let (before, after) = (presented(dialect, one), presented(dialect, other));
    certain(one, other, &before, &after)
}

fn certain(one: &State, other: &State, before: &Schema, after: &Schema) -> Vec<String> {
    compare(before, after)
        .iter()
        .filter(|found| {
            !found.is_order() && is_claimed(other, found) && is_known(one, one.unknown(), found)
        })
        .map(|found| format!("{}: {:?}", difference(found), found.change))
        .collect()
}

/// `apply(apply(s, op), inverse(op, s)) = s`, with the inverse as it is printed.
fn undo(
    dialect: Dialect,
    state: &State,
    op: &Located<Op>,
    counts: &mut Counts,
) -> Result<(), String> {
    let back = match inverse(dialect, state, &op.value) {
        Ok(back) => back,
        Err(NoInverse::Refused(fault)) => return Err(format!("refused: {fault}")),
        Err(_) => {
            counts.refused += 1;
            return Ok(());
        }
    };
    let mut after = state.snapshot();
    apply(&mut after, op).map_err(|fault| fault.to_string())?;
    let statements = dialect.statements(&back).map_err(|error| error.to_string())?;
    for sql in &statements {
        for op in parse(dialect, sql).ok_or_else(|| format!("`{sql}` is not read"))? {
            let place = || format!("`{sql}` of {statements:#?}");
            apply(&mut after, &op).map_err(|fault| format!("{fault}: {}", place()))?;
        }
    }
    counts.undone += 1;
    match differences(dialect, state, &after).as_slice() {
        [] => Ok(()),
        found => Err(format!("{}\nbehind {statements:#?}", found.join("\n"))),
    }
}

/// `parse(emit(op)) = op`: what is printed does the same, and what is read from it is printed so that it is read
/// alike. An operation that is written in another form is compared by what it does.
fn print(
    dialect: Dialect,
    state: &State,
    op: &Located<Op>,
    counts: &mut Counts,
) -> Result<(), String> {
    let Ok(statements) = dialect.statements(std::slice::from_ref(&op.value)) else {
        counts.not_printed += 1;
        return Ok(());
    };
    let mut wanted = state.snapshot();
    apply(&mut wanted, op).map_err(|fault| fault.to_string())?;
    let mut found = state.snapshot();
    let mut read = Vec::new();
    for sql in &statements {
        let ops = parse(dialect, sql).ok_or_else(|| format!("`{sql}` is not read"))?;
        for op in ops {
            apply(&mut found, &op).map_err(|fault| format!("{fault}: `{sql}`"))?;
            read.push(op.value);
        }
    }
    counts.printed += 1;
    let again = dialect.statements(&read).map_err(|error| error.to_string())?;
    let ops = again.iter().flat_map(|sql| parse(dialect, sql).into_iter().flatten());
    let ops: Vec<Op> = ops.map(|op| op.value).collect();
    if ops != read {
        return Err(format!("{statements:#?}\nis printed again as {again:#?}"));
    }
    match differences(dialect, &wanted, &found).as_slice() {
        [] => Ok(()),
        found => Err(format!("{}\nbehind {statements:#?}", found.join("\n"))),
    }
}

fn laws(dialect: Dialect, statement: impl Strategy<Value = String>) {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    let config =
        Config { cases: wanted.unwrap_or(64), failure_persistence: None, ..Config::default() };
    let mut runner = match wanted {
        Some(_) => TestRunner::new(config),
        // The same statements in every run.
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let counts = std::cell::RefCell::new(Counts::default());
    let statements = proptest::collection::vec(statement, 1..25);
    let result = runner.run(&statements, |statements| {
        let mut state = State::new(dialect.rules());
        let mut done: Vec<&str> = Vec::new();
        for sql in &statements {
            for op in parse(dialect, sql).into_iter().flatten() {
                let mut next = state.snapshot();
                if apply(&mut next, &op).is_err() {
                    break;
                }
                let mut counts = counts.borrow_mut();
                let laws = undo(dialect, &state, &op, &mut counts)
                    .and_then(|()| print(dialect, &state, &op, &mut counts));
                if let Err(why) = laws {
                    let history = done.join(";\n");
                    return Err(TestCaseError::fail(format!("{history};\n-- now\n{sql}\n{why}")));
                }
                state = next;
            }
            done.push(sql);
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let counts = counts.into_inner();
    println!("{dialect}: {counts:?}");
    assert!(counts.refused * 10 < counts.undone, "{counts:?}");
    assert!(counts.not_printed * 10 < counts.printed, "{counts:?}");
}

#[test]
fn on_sqlite() {
    laws(Dialect::Sqlite, sqlite());
}

#[test]
fn on_postgres() {
    laws(Dialect::Postgres, postgres());
}

#[test]
fn on_mysql() {
    laws(Dialect::Mysql, mysql());
}
