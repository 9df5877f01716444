//! Views, types, functions, partitions by range, and names that the server cuts.

use proptest::prelude::*;
use proptest::sample::select;

/// A table whose name leaves no room for those of its parts.
const LONG: &str = "a_table_with_a_name_that_leaves_hardly_any_room_for_its_parts";

/// A column with such a name.
const LONG_COLUMN: &str = "a_column_with_a_name_that_is_nearly_as_long_as_a_name_can_be";

fn any(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(texts).prop_map(str::to_owned)
}

/// Tables and columns with long names.
fn long_names() -> impl Strategy<Value = String> {
    let column = || select(vec!["a", "b", LONG_COLUMN]);
    let definition = select(vec![
        "int UNIQUE",
        "serial",
        "int CHECK (a > 0)",
        "int GENERATED ALWAYS AS IDENTITY",
        "int REFERENCES t",
        "text",
    ]);
    prop_oneof![
        3 => (column(), definition.clone())
            .prop_map(|(c, d)| format!("CREATE TABLE {LONG} (a int PRIMARY KEY, b text, {c} {d})")),
        3 => (column(), definition).prop_map(|(c, d)| format!("ALTER TABLE {LONG} ADD COLUMN {c} {d}")),
        2 => (column(), column()).prop_map(|(c, d)| format!("CREATE INDEX ON {LONG} ({c}, {d})")),
        1 => (column(), column()).prop_map(|(c, d)| format!("ALTER TABLE {LONG} ADD UNIQUE ({c}, {d})")),
        1 => column().prop_map(|c| format!("ALTER TABLE {LONG} ADD CHECK ({c} IS NOT NULL)")),
        1 => column().prop_map(|c| format!("ALTER TABLE t ADD COLUMN {LONG_COLUMN} int REFERENCES {LONG}, ADD UNIQUE ({c})")),
        1 => column().prop_map(|c| format!("ALTER TABLE {LONG} DROP COLUMN {c}")),
        1 => (column(), column()).prop_map(|(c, d)| format!("ALTER TABLE {LONG} RENAME COLUMN {c} TO {d}")),
        1 => Just(format!("ALTER TABLE {LONG} RENAME TO w")),
        1 => Just(format!("ALTER TABLE w RENAME TO {LONG}")),
        1 => Just(format!("CREATE TABLE {LONG}_and_more (a serial, b int UNIQUE)")),
        1 => Just(format!("DROP TABLE {LONG}")),
    ]
}

fn views() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any(&[
            "CREATE VIEW vv AS SELECT a FROM v",
            "CREATE VIEW vv AS SELECT v.a FROM v JOIN t ON v.a = t.a",
            "CREATE VIEW vv (x, y) AS SELECT a, b FROM t WHERE a > 1",
            "CREATE OR REPLACE VIEW vv AS SELECT a, b FROM t",
            "CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t WITH NO DATA",
            "CREATE MATERIALIZED VIEW m AS SELECT a FROM v",
            "CREATE TEMP VIEW v AS SELECT a FROM t",
            "CREATE UNIQUE INDEX ON m (a)",
            "CREATE INDEX i ON m (b)",
            "CREATE VIEW app.v AS SELECT count(*) AS a FROM t",
        ]),
        3 => any(&[
            "ALTER VIEW v RENAME TO w",
            "ALTER VIEW v RENAME COLUMN a TO x",
            "ALTER VIEW v SET SCHEMA app",
            "ALTER VIEW app.v SET SCHEMA public",
            "ALTER VIEW v ALTER COLUMN a SET DEFAULT 1",
            "ALTER VIEW v SET (security_barrier = true)",
            "ALTER MATERIALIZED VIEW m RENAME TO v",
            "ALTER TABLE v RENAME TO vv",
            "ALTER MATERIALIZED VIEW m SET SCHEMA app",
            "REFRESH MATERIALIZED VIEW m",
        ]),
        3 => any(&[
            "DROP VIEW vv",
            "DROP VIEW v CASCADE",
            "DROP VIEW v, vv",
            "DROP VIEW IF EXISTS v, m",
            "DROP MATERIALIZED VIEW m",
            "DROP MATERIALIZED VIEW m CASCADE",
            "DROP TABLE t CASCADE",
            "DROP TABLE u, t",
            "DROP TABLE t, u",
            "DROP TABLE t, u CASCADE",
            "DROP TABLE IF EXISTS p, p1, t, t",
            "DROP INDEX p_a_idx, p1_a_idx",
            "DROP INDEX IF EXISTS i, j",
            "ALTER TABLE t DROP COLUMN b CASCADE",
        ]),
        1 => any(&[
            "COMMENT ON VIEW v IS 'a view'",
            "COMMENT ON MATERIALIZED VIEW m IS 'a view'",
            "COMMENT ON COLUMN v.a IS 'a column'",
            "CREATE TRIGGER g INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f()",
            "CREATE RULE r AS ON INSERT TO v DO INSTEAD NOTHING",
        ]),
    ]
}

fn types() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => any(&[
            "CREATE TYPE pair AS (x int, y text)",
            "CREATE TYPE app.color AS ENUM ('blue')",
            "CREATE DOMAIN app.citizen AS int DEFAULT 1 NOT NULL",
            "CREATE DOMAIN hue AS color",
            "CREATE DOMAIN amount AS numeric(8,2) CONSTRAINT positive CHECK (VALUE > 0) CHECK (VALUE < 10)",
            "ALTER TABLE t ADD COLUMN d pair",
            "ALTER TABLE u ADD COLUMN d hue DEFAULT 'red'",
            "ALTER TABLE t ADD COLUMN d color DEFAULT 'red' CHECK (d <> 'green')",
            "ALTER TABLE t ADD COLUMN d amount[]",
            "ALTER TABLE u ADD COLUMN d app.color",
            "CREATE INDEX ON t (d)",
            "CREATE INDEX ON t (a) WHERE d = 'red'",
        ]),
        3 => any(&[
            "ALTER TYPE pair ADD ATTRIBUTE z int",
            "ALTER TYPE pair DROP ATTRIBUTE y",
            "ALTER TYPE pair RENAME ATTRIBUTE x TO w",
            "ALTER TYPE pair RENAME TO pear",
            "ALTER TYPE color SET SCHEMA app",
            "ALTER TYPE app.color SET SCHEMA public",
            "ALTER TYPE color ADD VALUE 'violet' AFTER 'red'",
            "ALTER TYPE color ADD VALUE 'x'",
            "ALTER TYPE color RENAME VALUE 'green' TO 'lime'",
            "ALTER DOMAIN citizen RENAME TO person",
            "ALTER DOMAIN amount RENAME CONSTRAINT positive TO plus",
            "ALTER DOMAIN amount DROP CONSTRAINT amount_check",
            "ALTER DOMAIN amount DROP DEFAULT",
            "ALTER DOMAIN citizen DROP NOT NULL",
            "ALTER DOMAIN citizen ADD CHECK (VALUE <> 'z') NOT VALID",
            "ALTER DOMAIN citizen SET SCHEMA app",
            "ALTER TABLE t ALTER COLUMN d TYPE text",
            "ALTER TABLE t ALTER COLUMN b TYPE color USING b::color",
        ]),
        2 => any(&[
            "DROP TYPE pair",
            "DROP TYPE pair CASCADE",
            "DROP TYPE IF EXISTS app.color CASCADE",
            "DROP DOMAIN hue",
            "DROP DOMAIN IF EXISTS amount CASCADE",
            "COMMENT ON TYPE color IS 'colors'",
            "COMMENT ON DOMAIN citizen IS 'who'",
            "COMMENT ON TYPE pair IS NULL",
        ]),
    ]
}

fn functions() -> impl Strategy<Value = String> {
    any(&[
        "CREATE FUNCTION n(i int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT i + 1 $$",
        "CREATE OR REPLACE FUNCTION n(i int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT i + 2 $$",
        "CREATE FUNCTION n(i text, j int DEFAULT 1) RETURNS int LANGUAGE sql AS $$ SELECT j $$",
        "CREATE PROCEDURE o() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$",
        "ALTER FUNCTION n(int) RENAME TO n2",
        "ALTER FUNCTION f() RENAME TO f2",
        "ALTER FUNCTION f() SET SCHEMA app",
        "ALTER FUNCTION n(int) STABLE",
        "ALTER TABLE t ADD COLUMN d int DEFAULT n(1)",
        "ALTER TABLE t ALTER COLUMN a SET DEFAULT n(2)",
        "ALTER TABLE t ADD CHECK (n(a) > 0)",
        "CREATE INDEX ON t (n(a))",
        "DROP FUNCTION n(int)",
        "DROP FUNCTION n(int) CASCADE",
        "DROP FUNCTION IF EXISTS n",
        "DROP PROCEDURE o",
        "COMMENT ON FUNCTION f() IS 'a function'",
        "CREATE TRIGGER g AFTER INSERT ON u FOR EACH ROW WHEN (NEW.a > 1) EXECUTE FUNCTION f()",
        "CREATE CONSTRAINT TRIGGER h AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE OR REPLACE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "COMMENT ON TRIGGER g ON t IS 'a trigger'",
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION n()",
    ])
}

/// Constraints and options of tables that are rare.
fn rare() -> impl Strategy<Value = String> {
    any(&[
        "ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX i",
        "ALTER TABLE t ADD PRIMARY KEY USING INDEX i",
        "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX j",
        "ALTER TABLE t CLUSTER ON i",
        "ALTER TABLE t SET WITHOUT CLUSTER",
        "ALTER TABLE t CLUSTER ON t_pkey",
        "ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey",
        "ALTER TABLE t REPLICA IDENTITY DEFAULT",
        "ALTER TABLE t REPLICA IDENTITY USING INDEX i",
        "CREATE INDEX i ON t USING hash (a)",
        "CREATE INDEX ON t (a) INCLUDE (b)",
        "CREATE UNIQUE INDEX ON u (a, c) NULLS NOT DISTINCT",
        "CREATE INDEX ON t ((a * 2), lower(b)) WHERE b IS NULL",
        "ALTER INDEX i SET (fillfactor = 60)",
        "ALTER INDEX i SET SCHEMA app",
        "CREATE POLICY q ON t FOR SELECT TO PUBLIC USING (a > 0)",
        "ALTER POLICY q ON t RENAME TO q2",
        "ALTER POLICY q ON t USING (a > 1)",
        "ALTER RULE r ON t RENAME TO r2",
        "DROP RULE r ON t",
        "ALTER STATISTICS x RENAME TO y",
        "ALTER SCHEMA app RENAME TO app2",
        "DROP SCHEMA IF EXISTS app2 CASCADE",
        "COMMENT ON SCHEMA app IS 'a schema'",
        "COMMENT ON SEQUENCE s IS 'a sequence'",
        "COMMENT ON COLUMN t.b IS NULL",
        "COMMENT ON TABLE u IS NULL",
        "COMMENT ON POLICY q ON t IS 'a policy'",
        "GRANT SELECT ON t TO PUBLIC",
        "REVOKE ALL ON t FROM PUBLIC",
        "INSERT INTO t (b) VALUES ('x')",
        "SELECT setval('s', 5)",
        "LOCK TABLE t",
        "ALTER TABLE t ALTER COLUMN a ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 7)",
        "ALTER TABLE t ALTER COLUMN a SET GENERATED ALWAYS SET INCREMENT BY 3",
        "ALTER TABLE t ALTER COLUMN c DROP EXPRESSION IF EXISTS",
        "ALTER TABLE t ADD COLUMN d int GENERATED ALWAYS AS (a + 1) STORED",
        "ALTER TABLE t ADD COLUMN d serial UNIQUE, ADD CHECK (d > 0)",
        "ALTER TABLE t ALTER COLUMN a DROP DEFAULT, ALTER COLUMN a TYPE bigint",
        "ALTER TABLE t RENAME COLUMN b TO \"user\"",
        "ALTER TABLE t RENAME TO \"select\"",
        "ALTER TABLE \"select\" RENAME TO t",
        "ALTER SEQUENCE t_a_seq OWNED BY NONE",
        "ALTER SEQUENCE s OWNED BY u.c",
        "ALTER TABLE u ALTER COLUMN c SET DEFAULT nextval('s')",
        "ALTER SEQUENCE s RENAME TO u_c_seq",
        "DROP SEQUENCE IF EXISTS t_a_seq CASCADE",
    ])
}

/// A table that is partitioned by a range, and one by a hash.
fn partitions() -> impl Strategy<Value = String> {
    any(&[
        "CREATE TABLE q (a int, b timestamp NOT NULL, c text) PARTITION BY RANGE (b)",
        "CREATE TABLE q (a int NOT NULL, b date, c color, PRIMARY KEY (a, b)) PARTITION BY RANGE (b)",
        "CREATE TABLE q (a int, b int, c int REFERENCES t) PARTITION BY HASH (a)",
        "CREATE TABLE q1 PARTITION OF q FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')",
        "CREATE TABLE q2 PARTITION OF q FOR VALUES FROM ('2024-02-01') TO (MAXVALUE)",
        "CREATE TABLE q1 PARTITION OF q FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
        "CREATE TABLE q3 PARTITION OF q DEFAULT",
        "CREATE INDEX ON q (a)",
        "CREATE INDEX i ON q (c, a)",
        "CREATE INDEX ON ONLY q (c)",
        "CREATE UNIQUE INDEX ON q (a, b)",
        "ALTER TABLE q ADD UNIQUE (b, a)",
        "ALTER TABLE q ADD CHECK (a > 0)",
        "ALTER TABLE q ADD COLUMN d int DEFAULT 3",
        "ALTER TABLE q ADD COLUMN d serial",
        "ALTER TABLE q DROP COLUMN c",
        "ALTER TABLE q RENAME COLUMN a TO d",
        "ALTER TABLE q ADD FOREIGN KEY (a) REFERENCES u",
        "ALTER TABLE t ADD FOREIGN KEY (a, b) REFERENCES q",
        "ALTER TABLE q RENAME TO r",
        "ALTER TABLE r RENAME TO q",
        "ALTER TABLE q SET SCHEMA app",
        "ALTER TABLE q DETACH PARTITION q1",
        "ALTER TABLE q ATTACH PARTITION q1 FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')",
        "ALTER TABLE q1 ADD UNIQUE (c)",
        "CREATE INDEX ON q1 (a)",
        "DROP INDEX q_a_idx",
        "DROP TABLE q1",
        "DROP TABLE q",
        "ALTER TABLE ONLY q ADD CHECK (a > 5) NO INHERIT",
        "CREATE TRIGGER g AFTER INSERT ON q FOR EACH ROW EXECUTE FUNCTION f()",
    ])
}

pub(super) fn statement() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => long_names(),
        4 => views(),
        4 => types(),
        3 => functions(),
        4 => rare(),
        4 => partitions(),
    ]
}
