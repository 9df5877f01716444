//! Partitions and tables with INHERITS.

use super::{refused, same, state, unknown};
use crate::apply::Found;
use crate::schema::Name;

const P: &str = "CREATE TABLE p (a int NOT NULL, b text, c int) PARTITION BY LIST (a)";
const P1: &str = "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)";

#[test]
fn no_table_is_its_own_ancestor() {
    let tables = ["CREATE TABLE t (a int)", "CREATE TABLE u () INHERITS (t)"];
    let message = refused(&[tables[0], tables[1], "ALTER TABLE t INHERIT u"]);
    assert!(message.contains("inherits from"), "{message}");
    assert!(refused(&[tables[0], "ALTER TABLE t INHERIT t"]).contains("inherits from"));
}

#[test]
fn keys_of_partitions_serve_those_of_their_parent() {
    same(
        &[
            P,
            P1,
            "ALTER TABLE p1 ADD CONSTRAINT k UNIQUE (a)",
            "ALTER TABLE p ADD UNIQUE (a)",
            "ALTER TABLE p DROP CONSTRAINT p_a_key",
        ],
        &[P, P1],
    );
    let keyed = state(&[
        P,
        P1,
        "ALTER TABLE p1 ADD CONSTRAINT k UNIQUE (a)",
        "ALTER TABLE p ADD UNIQUE (a)",
    ]);
    let part = &keyed.table(&Name::new("p1")).unwrap().uniques;
    assert_eq!(part.len(), 1);
    assert_eq!((part[0].name.as_deref(), &*part[0].details), (Some("k"), "PARTITION OF p_a_key"));
}

#[test]
fn a_partition_of_an_unknown_parent_may_be_detached() {
    let statements = [
        P,
        P1,
        "CREATE SCHEMA app",
        "ALTER SCHEMA app RENAME TO other",
        "CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2)",
        "ALTER TABLE p DETACH PARTITION p2",
    ];
    assert_eq!(state(&statements).find_table(&Name::new("p2")), Found::Unknown);
}

#[test]
fn a_partitioned_table_is_never_unlogged() {
    same(&[P, "ALTER TABLE p SET UNLOGGED"], &[P]);
}

#[test]
fn not_null_of_a_parent_alone_is_not_known() {
    let tables = ["CREATE TABLE t (a int)", "CREATE TABLE u () INHERITS (t)"];
    unknown(&[tables[0], tables[1], "ALTER TABLE ONLY t ALTER a SET NOT NULL"], &["column t.a"]);
    unknown(
        &["CREATE TABLE t (a int NOT NULL)", tables[1], "ALTER TABLE t ALTER a DROP NOT NULL"],
        &["column u.a"],
    );
}

#[test]
fn a_table_that_copies_statistics_has_some_of_its_own() {
    unknown(
        &[
            "CREATE TABLE t (a int, b int)",
            "CREATE STATISTICS s ON a, b FROM t",
            "CREATE TABLE u (LIKE t INCLUDING STATISTICS)",
        ],
        &["the options of table u", "statistics u_a_b_stat"],
    );
}

#[test]
fn a_sequence_stays_unlogged_with_another_column() {
    let statements = [
        "CREATE TABLE t (a serial)",
        "CREATE TABLE u (LIKE t INCLUDING DEFAULTS)",
        "ALTER TABLE t SET UNLOGGED",
        "ALTER SEQUENCE t_a_seq OWNED BY u.a",
    ];
    let schema = super::presented(&state(&statements));
    let column = &schema.tables[&Name::new("u")].columns[0];
    assert_eq!(column.identity.as_ref().unwrap().options, "SEQUENCE NAME t_a_seq UNLOGGED");
}

#[test]
fn defaults_follow_the_sequence_of_another_table() {
    let tables = ["CREATE TABLE t (a serial)", "CREATE TABLE u (LIKE t INCLUDING DEFAULTS)"];
    let default = |last: &str| {
        let schema = super::presented(&state(&["CREATE SCHEMA app", tables[0], tables[1], last]));
        schema.tables[&Name::new("u")].columns[0].default.clone().unwrap()
    };
    assert_eq!(default("ALTER TABLE t SET SCHEMA app"), "nextval('app.t_a_seq'::regclass)");
    assert_eq!(default("ALTER SEQUENCE t_a_seq RENAME TO s"), "nextval('s'::regclass)");
}

#[test]
fn versions_differ_in_the_identity_of_partitions_and_in_not_null_of_a_parent_alone() {
    let parent = "CREATE TABLE p (a int NOT NULL) PARTITION BY LIST (a)";
    let part = "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)";
    let identity = "ALTER TABLE p ALTER a ADD GENERATED ALWAYS AS IDENTITY";
    unknown(&[parent, part, identity], &["column p1.a"]);
    let child = "CREATE TABLE w () INHERITS (u)";
    let alone = "ALTER TABLE ONLY u ALTER b SET NOT NULL";
    unknown(&["CREATE TABLE u (b text)", child, alone], &["column u.b"]);
}
