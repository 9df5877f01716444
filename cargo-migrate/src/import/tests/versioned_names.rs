//! refinery and flyway.

use super::*;

#[test]
fn refinery_orders_whole_numbers_and_takes_u_as_a_migration() {
    let import = read_named(
        Format::Refinery,
        &[
            "V10__ten.sql",
            "sub/V9__nine.sql",
            "U11__late.sql",
            "V084___x.sql",
            "V12__code.rs",
            "mod.rs",
            "V1.5__half.sql",
            "V13__a-b.sql",
            "R__views.sql",
            "V14__t.txt",
        ],
    );
    assert_eq!(keys(&import), ["9", "10", "11", "12", "84"]);
    assert_eq!(messages(&import), ["nine", "ten", "late", "code", "x"]);
    assert_eq!(import.migrations[3].hole.as_deref(), Some("`V12__code.rs`, a migration in Rust"));
    assert_eq!(
        skipped(&import),
        ["R__views.sql", "V1.5__half.sql", "V13__a-b.sql", "V14__t.txt", "mod.rs"]
    );
    assert!(import.problems.is_empty());
}

#[test]
fn flyway_undoes_repeats_and_counts_in_parts() {
    let import = read_in(
        Format::Flyway,
        &[
            ("V1_10__b.sql", "SELECT 1;"),
            ("V1.9__a.sql", "CREATE INDEX i ON t (a);"),
            ("V1.9__a.sql.conf", "executeInTransaction=false\n"),
            ("V2__old.sql.conf", "executeInTransaction=false\n"),
            ("U1.10__other_name.sql", "SELECT -1;"),
            ("R__views.sql", "CREATE VIEW ${schema}.v AS SELECT 1;"),
            ("db/V30__Code.java", "class V30__Code {}"),
            ("afterMigrate.sql", "SELECT 1;"),
        ],
    );
    assert_eq!(keys(&import), ["1.9", "1.10", "30", "R__views.sql"]);
    let [a, b, code, views] = &import.migrations[..] else { panic!() };
    assert!(!a.up.transaction && b.up.transaction);
    assert_eq!(b.down.as_ref().unwrap().path, "U1.10__other_name.sql");
    assert!(code.hole.as_ref().unwrap().contains("Java"));
    assert!(views.notes.iter().any(|n| n.contains("placeholders")));
    assert_eq!(codes(&import), [Code::ImportRepeatable]);
    assert_eq!(skipped(&import), ["V2__old.sql.conf", "afterMigrate.sql"]);
}

#[test]
fn flyway_needs_a_baseline_only_when_what_it_stands_for_is_gone() {
    let import =
        read_named(Format::Flyway, &["V1__a.sql", "V2__b.sql", "B2__base.sql", "V3__c.sql"]);
    assert_eq!(messages(&import), ["a", "b", "c"]);
    assert_eq!(skipped(&import), ["B2__base.sql"]);
    let import = read_named(Format::Flyway, &["B1__old.sql", "B2__base.sql", "V3__c.sql"]);
    assert_eq!(messages(&import), ["base", "c"]);
    assert_eq!(skipped(&import), ["B1__old.sql"]);
    let import = read_named(Format::Flyway, &["V2__b.sql", "B2__base.sql"]);
    assert_eq!(skipped(&import), ["B2__base.sql"]);
}

#[test]
fn flyway_settings_that_are_not_understood_are_errors() {
    let import = read_in(
        Format::Flyway,
        &[("V1__a.sql", ""), ("V1__a.sql.conf", "x=y\nexecuteInTransaction=perhaps\n")],
    );
    assert_eq!(codes(&import), [Code::ImportSettings]);
    assert_eq!(import.problems[0].places[0].location.line, 2);
}

#[test]
fn an_undo_of_nothing_is_an_error_and_names_in_two_directories_stay_apart() {
    assert_eq!(codes(&read_named(Format::Flyway, &["U1__a.sql"])), [Code::ImportDownWithoutUp]);
    let import = read_named(Format::Refinery, &["a/V1__x.sql", "b/V1__x.sql"]);
    assert_eq!(keys(&import), ["a/V1__x", "b/V1__x"]);
}
