//! Statements that the server takes, what they make unknown, and what the server refuses.

use super::{marks, presented, refused, same, state, unknown};

const T: &str = "CREATE TABLE t (a int PRIMARY KEY, b text, c int)";

#[test]
fn drop_drops_all_its_tables_at_once() {
    let child = "CREATE TABLE u (a int REFERENCES t, b text)";
    same(&[T, child, "DROP TABLE t, u"], &[]);
    same(&[T, child, "DROP TABLE IF EXISTS t, t, u"], &[]);
    assert!(refused(&[T, child, "DROP TABLE t"]).contains("foreign key u_a_fkey"));
    let other = "CREATE TABLE v (a int REFERENCES t)";
    assert!(refused(&[T, child, other, "DROP TABLE t, u"]).contains("table v"));
    let parts = [
        "CREATE TABLE p (a int) PARTITION BY LIST (a)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
        "CREATE TABLE w () INHERITS (t)",
    ];
    same(&[T, parts[0], parts[1], parts[2], "DROP TABLE p, p1, t, w"], &[]);
    let index = "CREATE INDEX p_a ON p (a)";
    same(&[parts[0], parts[1], index, "DROP INDEX p_a, p1_a_idx"], &parts[..2]);
}

#[test]
fn an_index_is_clustered_or_identifies_rows_and_the_rest_stays_known() {
    let index = "CREATE UNIQUE INDEX i ON t (c)";
    let cluster = |of: &str| format!("ALTER TABLE t CLUSTER ON {of}");
    same(&[T, index, &cluster("i"), "ALTER TABLE t SET WITHOUT CLUSTER"], &[T, index]);
    same(&[T, index, &cluster("i"), &cluster("t_pkey")], &[T, index, &cluster("t_pkey")]);
    let identity = "ALTER TABLE t REPLICA IDENTITY USING INDEX i";
    same(&[T, index, identity, "ALTER TABLE t REPLICA IDENTITY DEFAULT"], &[T, index]);
    let clustered = state(&[T, index, &cluster("t_pkey")]);
    let table = clustered.schema().tables.values().next().unwrap();
    assert_eq!(table.options["cluster on"], "t_pkey");
}

#[test]
fn alter_table_renames_views_sequences_and_indexes() {
    let view = "CREATE VIEW v AS SELECT 1 AS a";
    same(&[view, "ALTER TABLE v RENAME TO w"], &["CREATE VIEW w AS SELECT 1 AS a"]);
    same(&["CREATE SEQUENCE s", "ALTER TABLE s RENAME TO r"], &["CREATE SEQUENCE r"]);
    same(
        &[T, "ALTER TABLE t_pkey RENAME TO k"],
        &["CREATE TABLE t (a int, b text, c int, CONSTRAINT k PRIMARY KEY (a))"],
    );
    state(&[T, "CREATE INDEX i ON t (b)", "ALTER TABLE i SET (fillfactor = 50)"]);
    assert!(refused(&[T, "ALTER TABLE x RENAME TO y"]).contains("no table x"));
}

#[test]
fn a_key_of_a_known_table_is_renamed_beside_unknown_indexes() {
    let copy = ["CREATE INDEX i ON t (b)", "CREATE TABLE u (LIKE t INCLUDING ALL)"];
    let renamed = state(&[T, copy[0], copy[1], "ALTER INDEX t_pkey RENAME TO k"]);
    let table = renamed.find_table(&crate::schema::Name::new("t"));
    let crate::apply::Found::Known(table) = table else { panic!() };
    let key = renamed.table(&table).unwrap().primary_key.clone().unwrap();
    assert_eq!(key.name.as_deref(), Some("k"));
}

#[test]
fn a_foreign_key_names_the_first_table_on_the_search_path() {
    let statements = [T, "CREATE SCHEMA app", "CREATE TABLE app.t (c int REFERENCES t)"];
    let own = state(&statements);
    let table = own.schema().tables.iter().find(|(name, _)| name.namespace.is_some());
    assert_eq!(table.unwrap().1.foreign_keys[0].parent.to_string(), "t");
    same(
        &["CREATE TABLE t (a int PRIMARY KEY, c int REFERENCES t)"],
        &["CREATE TABLE t (a int PRIMARY KEY, c int REFERENCES public.t (a))"],
    );
}

#[test]
fn an_index_that_may_be_that_of_a_key_is_not_certainly_new() {
    let switched = "ALTER TABLE t DISABLE TRIGGER ALL";
    let create = "CREATE INDEX IF NOT EXISTS t_pkey ON t (c)";
    unknown(&[T, switched, create], &["the constraints of table t", "index t_pkey of table t"]);
}

#[test]
fn what_an_unknown_table_is_moved_to_is_unknown() {
    let opaque = "ALTER TABLE t ALTER 1 SET STATISTICS 5";
    let moved = state(&["CREATE SCHEMA app", T, opaque, "ALTER TABLE t SET SCHEMA app"]);
    let app = crate::schema::Name { namespace: Some("app".into()), name: "t".into() };
    assert_eq!(moved.find_table(&app), crate::apply::Found::Unknown);
}

#[test]
fn domains_follow_and_go_with_their_types() {
    let types = ["CREATE TYPE color AS ENUM ('red')", "CREATE DOMAIN hue AS color"];
    same(&[types[0], types[1], "DROP TYPE color CASCADE"], &[]);
    same(&[types[0], types[1], "ALTER TYPE color RENAME TO c", "DROP TYPE c CASCADE"], &[]);
    // Checks of domains have names of their own in a schema.
    same(
        &[
            "CREATE DOMAIN d AS text CHECK (VALUE <> '')",
            "ALTER DOMAIN d RENAME TO e",
            "CREATE DOMAIN d AS int CHECK (VALUE > 0)",
        ],
        &[
            "CREATE DOMAIN e AS text CONSTRAINT d_check CHECK (VALUE <> '')",
            "CREATE DOMAIN d AS int CONSTRAINT d_check1 CHECK (VALUE > 0)",
        ],
    );
    same(
        &["CREATE DOMAIN d AS text DEFAULT 'x'", "ALTER DOMAIN d DROP DEFAULT"],
        &["CREATE DOMAIN d AS text"],
    );
}

#[test]
fn sequences_of_columns_keep_their_comments_and_quoted_names() {
    same(
        &[
            T,
            "CREATE SEQUENCE s",
            "COMMENT ON SEQUENCE s IS 'x'",
            "ALTER SEQUENCE s OWNED BY t.c",
            "ALTER TABLE t ALTER c SET DEFAULT nextval('s')",
        ],
        &[
            T,
            "CREATE SEQUENCE s OWNED BY t.c",
            "ALTER TABLE t ALTER c SET DEFAULT nextval('s')",
            "COMMENT ON SEQUENCE s IS 'x'",
        ],
    );
    let quoted = ["CREATE TABLE \"A b\" (\"C\" serial)", "ALTER TABLE \"A b\" RENAME TO x"];
    let renamed = state(&quoted);
    let column = &renamed.schema().tables.values().next().unwrap().columns[0];
    assert_eq!(column.identity.as_ref().unwrap().options, "SEQUENCE NAME \"A b_C_seq\"");
    unknown(
        &["CREATE SEQUENCE s", "CREATE TABLE v AS SELECT 1", "DROP VIEW IF EXISTS v"],
        &["the columns of table v"],
    );
}

#[test]
fn a_copy_takes_the_default_and_not_the_sequence() {
    let serial = "CREATE TABLE s (a serial)";
    let with_default = "CREATE TABLE t (a int NOT NULL DEFAULT nextval('s_a_seq'::regclass))";
    same(&[serial, "CREATE TABLE t (LIKE s INCLUDING DEFAULTS)"], &[serial, with_default]);
    same(&[serial, "CREATE TABLE t (LIKE s)"], &[serial, "CREATE TABLE t (a int NOT NULL)"]);
}

#[test]
fn names_are_looked_for_on_the_search_path() {
    same(
        &["CREATE SCHEMA app", "SET search_path = app, public", "CREATE TABLE t (a int)"],
        &["CREATE SCHEMA app", "CREATE TABLE app.t (a int)"],
    );
    same(
        &[
            T,
            "CREATE TEMP TABLE t (z int)",
            "CREATE TABLE public.u () INHERITS (public.t)",
            "ALTER TABLE public.t ADD d int",
        ],
        &[
            "CREATE TABLE t (a int PRIMARY KEY, b text, c int, d int)",
            "CREATE TABLE u () INHERITS (t)",
        ],
    );
    let view = state(&["CREATE TEMP TABLE x (a int)", "CREATE VIEW v AS SELECT a FROM x"]);
    assert!(view.schema().views.is_empty() && !view.unknown().is_empty());
}

#[test]
fn a_default_stays_what_it_was_of_the_type_before() {
    let varchar = "CREATE TABLE t (b varchar(9) DEFAULT 'c')";
    same(
        &[varchar, "ALTER TABLE t ALTER b TYPE text"],
        &["CREATE TABLE t (b text DEFAULT 'c'::character varying)"],
    );
    unknown(
        &["CREATE TABLE t (b date DEFAULT '2024-01-01')", "ALTER TABLE t ALTER b TYPE timestamp"],
        &["column t.b"],
    );
    // NULL of a domain is a default.
    let domain = state(&["CREATE DOMAIN d AS text", "CREATE TABLE t (a d DEFAULT NULL)"]);
    let column = &domain.schema().tables.values().next().unwrap().columns[0];
    assert_eq!(column.default.as_deref(), Some("NULL"));
}

#[test]
fn conditions_that_mention_a_renamed_column_are_unknown() {
    let function =
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$";
    let rename = "ALTER TABLE t RENAME b TO d";
    let trigger = |when: &str| {
        format!("CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW {when} EXECUTE FUNCTION f()")
    };
    unknown(&[T, function, &trigger("WHEN (NEW.b IS NULL)"), rename], &["trigger g of table t"]);
    unknown(&[T, function, &trigger("WHEN (NEW.a > 1)"), rename], &[]);
    unknown(&[T, "CREATE POLICY q ON t USING (b = 'x')", rename], &["the text of policy q on t"]);
}

#[test]
fn views_of_all_columns_are_those_of_their_time() {
    let view = "CREATE VIEW v AS SELECT * FROM t";
    unknown(&[T, view, "ALTER TABLE t ADD d int"], &["the text of view v"]);
    unknown(&[T, "CREATE VIEW v AS SELECT count(*) FROM t", "ALTER TABLE t ADD d int"], &[]);
    same(
        &[
            T,
            "CREATE MATERIALIZED VIEW m AS SELECT a FROM t WITH NO DATA",
            "REFRESH MATERIALIZED VIEW m",
        ],
        &[T, "CREATE MATERIALIZED VIEW m AS SELECT a FROM t"],
    );
}

#[test]
fn what_mentions_a_column_or_a_function_may_go_with_it() {
    let policy = "CREATE POLICY q ON t USING (b = 'x')";
    unknown(&[T, policy, "ALTER TABLE t DROP b CASCADE"], &["policy q on t"]);
    unknown(&[T, policy, "ALTER TABLE t DROP c CASCADE"], &[]);
    let function = "CREATE FUNCTION n(i int) RETURNS int LANGUAGE sql AS $$ SELECT i $$";
    unknown(
        &[T, function, "ALTER TABLE t ALTER c SET DEFAULT n(1)", "DROP FUNCTION n(int) CASCADE"],
        &["column t.c"],
    );
    unknown(
        &[T, "CREATE STATISTICS s ON b, c FROM t", "ALTER TABLE t DROP b"],
        &["statistics s on t"],
    );
}

#[test]
fn the_key_of_a_temporary_table_comes_first() {
    same(&[T, "CREATE TEMP TABLE t (a int)", "DROP TABLE t, t"], &[T]);
    same(&[T, "CREATE TEMP TABLE t (a int PRIMARY KEY)", "ALTER INDEX t_pkey RENAME TO k"], &[T]);
}

#[test]
fn rows_run_the_code_of_triggers() {
    let function = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN EXECUTE 'CREATE TABLE t_' || NEW.a || ' ()'; RETURN NEW; END $$";
    let trigger = "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()";
    let inserted = state(&[T, function, trigger, "INSERT INTO t VALUES (1)"]);
    let name = crate::schema::Name::new("t_1");
    assert_eq!(inserted.find_table(&name), crate::apply::Found::Unknown);
}

#[test]
fn code_changes_what_its_ddl_names_and_nothing_else() {
    let comment = "CREATE TABLE comment (a int)";
    let view = "CREATE MATERIALIZED VIEW m AS SELECT a FROM t";
    let function = |code: &str| {
        format!(
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {code}; RETURN NULL; END $$"
        )
    };
    let trigger = "CREATE TRIGGER g AFTER DELETE ON t EXECUTE FUNCTION f()";
    let deleted = "DELETE FROM t WHERE a NOT IN (SELECT min(a) FROM comment GROUP BY a)";
    for code in [
        "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
        "REFRESH MATERIALIZED VIEW m",
        "IF (SELECT count(*) FROM comment) > 0 THEN UPDATE comment SET a = 1; END IF",
        "TRUNCATE comment",
        "INSERT INTO comment SELECT a FROM t",
    ] {
        unknown(&[T, comment, view, &function(code), trigger, deleted], &[]);
    }
    let code = function("COMMENT ON TABLE comment IS 'x'");
    let commented = state(&[T, comment, view, &code, trigger, deleted]);
    let is_known = |name: &str| {
        matches!(
            commented.find_table(&crate::schema::Name::new(name)),
            crate::apply::Found::Known(_)
        )
    };
    assert_eq!((is_known("comment"), is_known("t")), (false, true));
    let sql = "CREATE FUNCTION h() RETURNS void LANGUAGE sql AS \
         $$ INSERT INTO comment SELECT a FROM t $$";
    unknown(&[T, comment, sql, "SELECT h()"], &[]);
    let dynamic = "CREATE FUNCTION h(x text) RETURNS void LANGUAGE plpgsql AS \
         $$ BEGIN EXECUTE 'ALTER TABLE ' || x || ' ADD b int'; END $$";
    let called = state(&[comment, dynamic, "SELECT h('comment')"]);
    assert_eq!(
        called.find_table(&crate::schema::Name::new("comment")),
        crate::apply::Found::Unknown
    );
}

#[test]
fn what_is_not_known_is_not_known_under_its_new_name() {
    let tables = "CREATE TABLE child (x int CONSTRAINT k REFERENCES t)";
    let opaque = "DO $$ BEGIN IF random() > 1 THEN ALTER TABLE t RENAME TO u; END IF; END $$";
    let renamed = ["ALTER TABLE t RENAME TO u", "ALTER TABLE child RENAME CONSTRAINT k TO n"];
    let found = marks(&state(&[T, tables, opaque, renamed[0], renamed[1]]));
    assert!(found.contains(&"constraint n of table child".to_owned()), "{found:#?}");
}

#[test]
fn serial_is_no_type_of_a_column_that_exists() {
    assert!(refused(&[T, "ALTER TABLE t ALTER c TYPE bigserial"]).contains("type bigserial"));
    let own = "CREATE DOMAIN bigserial AS bigint";
    let changed = state(&[T, own, "ALTER TABLE t ALTER c TYPE bigserial"]);
    let table = changed.table(&crate::schema::Name::new("t")).unwrap();
    assert_eq!(&*table.column("c").unwrap().data_type, "bigserial");
}

#[test]
fn the_index_of_a_temporary_table_is_not_in_the_way() {
    let temporary = ["CREATE TEMP TABLE u (a int)", "CREATE INDEX i ON u (a)"];
    same(
        &[T, temporary[0], temporary[1], "CREATE INDEX i ON t (c)"],
        &[T, "CREATE INDEX i ON t (c)"],
    );
    let index = "CREATE INDEX i ON t (c)";
    assert!(refused(&[T, index, "CREATE INDEX i ON t (b)"]).contains("index i"));
}

#[test]
fn a_text_over_unknown_columns_is_not_compared_with_an_earlier_one() {
    let view = "CREATE VIEW v AS SELECT * FROM t";
    let before = ["CREATE TABLE t (a serial, b text)", "CREATE SEQUENCE s", view];
    // The column has two sequences then, and what is not known of it is not renamed.
    let owned =
        ["DROP VIEW v", "ALTER SEQUENCE s OWNED BY t.a", "ALTER TABLE t RENAME a TO d", view];
    let catalog = |state: &crate::apply::State, text: &str| {
        let mut schema = presented(state);
        for view in schema.views.values_mut() {
            text.clone_into(&mut view.definition);
        }
        schema
    };
    let mut comparison = crate::apply::CatalogComparison::default();
    let mut compare = |state: &crate::apply::State, text: &str| {
        let found = comparison.compare(state, &catalog(state, text));
        found.differences.iter().filter(|one| one.object.kind == crate::schema::Kind::View).count()
    };
    let earlier = state(&before);
    assert_eq!(compare(&earlier, " SELECT t.a,\n    t.b\n   FROM t"), 0);
    assert_eq!(compare(&earlier, " SELECT t.b\n   FROM t"), 1);
    let renamed = state(&[&before[..], &owned[..]].concat());
    assert_eq!(compare(&renamed, " SELECT t.d,\n    t.b\n   FROM t"), 0);
}

#[test]
fn statistics_on_a_renamed_column_are_not_known() {
    let statistics = "CREATE STATISTICS x ON a, b FROM t";
    unknown(
        &[T, statistics, "ALTER TABLE t RENAME COLUMN b TO d"],
        &["the text of statistics x on t"],
    );
    same(
        &[T, statistics, "ALTER TABLE t RENAME COLUMN c TO d"],
        &["CREATE TABLE t (a int PRIMARY KEY, b text, d int)", statistics],
    );
}
