//! What is told where a schema that is made up differs from the static one.

use migrate_core::schema::Name;
use migrate_core::source::SourceFile;

use super::*;
use crate::testkit::report;
use crate::testkit::verdict::{Outcome, Verdict};

/// A history of one table, and a revision of these sections on top.
fn history(sections: &str) -> History {
    let base = "-- revision: a\n-- revises:\n\n-- migrate:up\nCREATE TABLE users (id INT);\n\n\
                -- migrate:down\nDROP TABLE users;\n";
    let files = vec![
        SourceFile::new("a.sql", base),
        SourceFile::new("b.sql", format!("-- revision: b\n-- revises: a\n\n{sections}\n")),
    ];
    let (history, wrong) = History::read(files, None, &[Dialect::Sqlite]);
    assert!(wrong.is_empty(), "{wrong}");
    history
}

/// The static schema at the head of a history, as the catalog of a database.
fn catalog(history: &History) -> Schema {
    let state = Evolution::after(&history.graph, Dialect::Sqlite, &history.graph.heads());
    state.unwrap().schema().clone()
}

/// What is told of the revision `b` where the catalog before and after it is changed.
fn told(
    sections: &str,
    before: impl FnOnce(&mut Schema),
    after: impl FnOnce(&mut Schema),
    is_reverted: bool,
) -> (String, Outcome) {
    let history = history(sections);
    let graph = &history.graph;
    let [a, b] = ["a", "b"].map(|id| graph.node(id).unwrap());
    let settings = Settings::default();
    let mut comparison = StaticComparison::new(&history, &settings, Dialect::Sqlite);
    let mut earlier = Evolution::after(graph, Dialect::Sqlite, &[a]).unwrap().schema().clone();
    before(&mut earlier);
    comparison.begin(b, &graph.set([a]), &earlier);
    let mut later = catalog(&history);
    after(&mut later);
    let found = comparison.end(b, &graph.set([a, b]), &later, is_reverted, &[]);
    let has_failed = found.iter().any(Finding::is_error);
    let outcome = if has_failed { Outcome::Failed } else { Outcome::Passed };
    let verdict =
        Verdict { findings: found, outcome, ..Verdict::of(graph.revision(b), Dialect::Sqlite) };
    let lines = report::format_verdict(&verdict, "");
    (report::join_lines(&lines[1..]), outcome)
}

const ADDED: &str = "-- migrate:up\nALTER TABLE users ADD email TEXT DEFAULT 'a';\n\n\
                     -- migrate:down\nALTER TABLE users DROP email;";

fn table(schema: &mut Schema) -> &mut migrate_core::schema::Table {
    schema.tables.get_mut(&Name::new("users")).unwrap()
}

#[test]
fn a_difference_is_a_warning_with_its_statement_and_where_to_report_it() {
    let long = "b".repeat(80);
    let (text, outcome) = told(
        ADDED,
        |_| (),
        |schema| {
            let column = table(schema).columns.last_mut().unwrap();
            column.default = Some(format!("'{long}'"));
            column.nullable = false;
        },
        true,
    );
    assert_eq!(outcome, Outcome::Passed);
    let expected = format!(
        "
warning[static-differs]: the static schema is wrong after the up: nullability of column users.email \
         is NOT NULL, in the static schema NULL; default of column users.email is not that of the static schema
 --> b.sql
  |
  | the statement at b.sql:5:
  | ALTER TABLE users ADD email TEXT DEFAULT 'a'
  |
  | - 'a'
  | + '{long}'
  |
  = help: {REPORT}
"
    );
    assert_eq!(text, expected);
}

#[test]
fn what_differed_before_the_up_is_not_told_again() {
    let more = |schema: &mut Schema| {
        let users = table(schema).clone();
        schema.tables.insert(Name::new("of_a_prelude"), users);
        table(schema).columns[0].data_type = "BIGINT".into();
    };
    let (text, _) = told(ADDED, more, more, true);
    let (unlike, _) = told(ADDED, |_| (), more, true);
    assert_eq!(text, "");
    assert!(unlike.contains("table of_a_prelude is in the database only"), "{unlike}");
}

#[test]
fn a_static_finding_that_the_round_trip_contradicts_fails_the_test() {
    let dropped_twice = "-- migrate:up\nDROP TABLE nowhere;\n\n-- migrate:down\nSELECT 1;";
    let (text, outcome) = told(dropped_twice, |_| (), |_| (), true);
    assert_eq!(outcome, Outcome::Failed);
    let expected = format!(
        "
error[static-differs]: the static check is wrong: the database does not confirm `no-such-object` at b.sql:5
 --> b.sql
  |
  | there is no table nowhere at this point of the up
  |
  = help: {REPORT}
  = help: until it is corrected, the revision can say: `-- migrate:allow no-such-object <reason>`
"
    );
    assert_eq!(text, expected);
    let left = "-- migrate:up\nCREATE TABLE audit (id INT);\n\n-- migrate:down\nSELECT 1;";
    let (text, _) = told(left, |_| (), |_| (), true);
    assert!(text.contains("error[static-differs]") && text.contains("`left-behind`"), "{text}");
    // A down that did not work says nothing of what it leaves behind.
    assert_eq!(told(left, |_| (), |_| (), false).0, "");
    let accepted = format!("{left}\n-- migrate:allow left-behind kept");
    assert_eq!(told(&accepted, |_| (), |_| (), true).0, "");
}
