//! PostgreSQL's catalog.

mod changes;

use std::collections::BTreeSet;
use std::time::Instant;

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::directory::Directory;
use migrate_core::schema::{IdentityKind, Kind, Name, Schema};
use migrate_db::testkit::{Suite, TestEvent};
use migrate_db::{Migrator, testkit};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Executor as _};

use super::difference;
use crate::corpora;
use crate::scenarios::{each_in_its_own, history, revision, upgrade};
use crate::support::TestEnvironment;
use crate::support::db::Db;

/// A pool of one connection: what is opened in it stays open.
async fn pool(db: &Db) -> PgPool {
    PgPoolOptions::new().max_connections(1).connect(&db.url).await.unwrap()
}

async fn run(pool: &PgPool, sql: &str) {
    let done = pool.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await;
    done.unwrap_or_else(|e| panic!("{e}: {sql}"));
}

async fn read(pool: &PgPool) -> Schema {
    testkit::schema(pool, &[]).await.unwrap_or_else(|e| panic!("{e:?}"))
}

#[tokio::test]
async fn every_small_change_shows_and_its_way_back_too() {
    let Some(db) = Db::fresh(Dialect::Postgres).await else { return };
    let pool = pool(&db).await;
    assert!(read(&pool).await.is_empty());
    run(&pool, changes::BASE).await;
    let mut faults = Vec::new();
    let before = read(&pool).await;
    let version: i32 = db.column("SHOW server_version_num").await[0].parse().unwrap();
    let more = if version >= 180_000 { changes::CHANGES_18 } else { &[] };
    for (change, back) in changes::CHANGES.iter().chain(more) {
        run(&pool, change).await;
        if read(&pool).await == before {
            faults.push(format!("does not show: {change}"));
        }
        run(&pool, back).await;
        let after = read(&pool).await;
        if after != before {
            faults.push(format!("{change}\n-> {back}\n{}", difference(&before, &after)));
            break;
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Every change as a revision, and every way back as another one: what is read on the way is what a
/// reading from the start gives. The testkit looks twice, see `.cargo/config.toml`.
#[tokio::test]
async fn what_is_new_in_the_catalog_is_all_that_has_changed() {
    let twice = std::env::var_os("MIGRATE_TEST_READ_TWICE");
    assert!(twice.is_some(), "the test proves nothing without MIGRATE_TEST_READ_TWICE");
    // Where there is a foreign server, everything is read anyway.
    let foreign = ["nowhere", "far", "distant"];
    let of_here = |sql: &&str| !foreign.iter().any(|word| sql.contains(word));
    let base: Vec<&str> = changes::BASE.split(";\n").filter(of_here).collect();
    let mut files = vec![revision("below", "", &base.join(";\n"), "SELECT 1;")];
    let mut parent = "below".to_owned();
    let pairs = changes::CHANGES.iter().filter(|(change, _)| of_here(change));
    for (n, (change, back)) in pairs.enumerate() {
        for (name, up, down) in [("change", change, back), ("back", back, change)] {
            let id = format!("{name}{n}");
            files.push(revision(&id, &parent, &format!("{up};"), &format!("{down};")));
            parent = id;
        }
    }
    let history = history(Dialect::Postgres, &files);
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::default();
    settings.test.rows = 0;
    let suite = Suite::new(&history, &settings, Dialect::Postgres);
    let suite = suite.leaves_nothing().folder(folder.path());
    let verdicts = suite.run(&mut |_: TestEvent<'_>| {}).await.unwrap();
    let amiss = verdicts.iter().filter(|verdict| !verdict.findings.is_empty());
    let amiss: Vec<_> = amiss.map(|verdict| (&verdict.name, &verdict.findings)).collect();
    let names: Vec<&str> = amiss.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["below", "head to base"], "{amiss:#?}");
}

#[tokio::test]
async fn no_number_of_an_object_shows() {
    let Some(db) = Db::fresh(Dialect::Postgres).await else { return };
    let pool = pool(&db).await;
    run(&pool, changes::BASE).await;
    let text = format!("{:?}", read(&pool).await);
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    let catalogs = ["class", "type", "proc", "constraint", "trigger", "namespace", "operator"];
    for catalog in catalogs {
        let numbers = format!("SELECT oid::text FROM pg_{catalog} WHERE oid >= 16384");
        for number in db.column(&numbers).await {
            assert!(!words.contains(number.as_str()), "{number} of pg_{catalog} is in {text}");
        }
    }
}

/// What was made on the way, and in which order, does not matter.
#[tokio::test]
async fn the_same_schema_is_equal_in_another_database() {
    let Some(db) = Db::fresh(Dialect::Postgres).await else { return };
    let Some(other) = Db::fresh(Dialect::Postgres).await else { return };
    let (one, two) = (pool(&db).await, pool(&other).await);
    run(&one, changes::BASE).await;
    run(&two, "CREATE TABLE gone (a serial PRIMARY KEY, b text); CREATE TYPE away AS ENUM ('a')")
        .await;
    run(&two, changes::BASE).await;
    run(&two, "DROP TABLE gone; DROP TYPE away").await;
    run(&two, "DROP INDEX by_name; CREATE INDEX by_name ON users (name)").await;
    run(&two, "ALTER TABLE users SET (fillfactor = 70, autovacuum_enabled = off)").await;
    run(&one, "ALTER TABLE users SET (autovacuum_enabled = off)").await;
    run(&one, "ALTER TABLE users SET (fillfactor = 70)").await;
    run(&two, "CREATE TEMPORARY TABLE pg_class (a serial PRIMARY KEY)").await;
    run(&two, "INSERT INTO public.users (name) VALUES ('a'); ANALYZE").await;
    let (one, two) = (read(&one).await, read(&two).await);
    assert!(one == two, "{}", difference(&one, &two));
}

#[tokio::test]
async fn a_reading_in_a_transaction_sees_it_and_leaves_the_session_as_it_was() {
    let Some(db) = Db::fresh(Dialect::Postgres).await else { return };
    let pool = pool(&db).await;
    run(&pool, "CREATE SCHEMA ops; CREATE TABLE day (d date DEFAULT '2020-02-01', t timestamptz DEFAULT '2020-01-01Z')").await;
    run(&pool, "CREATE VIEW days AS SELECT d FROM day").await;
    let before = read(&pool).await;
    let settings = "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings \
                    WHERE name <> 'application_name'";
    let settings =
        async || sqlx::query_scalar::<_, String>(settings).fetch_one(&pool).await.unwrap();
    run(
        &pool,
        "SET search_path = public, ops; SET DateStyle = german; SET TimeZone = 'Asia/Tokyo'",
    )
    .await;
    run(&pool, "SET quote_all_identifiers = on").await;
    let known = settings().await;
    assert!(read(&pool).await == before, "{}", difference(&before, &read(&pool).await));
    assert_eq!(settings().await, known);
    run(&pool, "BEGIN; SET LOCAL search_path = public; CREATE TABLE users (id serial)").await;
    let known_inside = settings().await;
    let during = read(&pool).await;
    assert!(during.tables.contains_key(&Name::new("users")));
    assert_eq!(settings().await, known_inside);
    run(&pool, "COMMIT; DROP TABLE users").await;
    assert_eq!(settings().await, known);
    assert!(read(&pool).await == before);
}

#[tokio::test]
async fn names_are_told_from_where_the_session_stands() {
    let Some(db) = Db::fresh(Dialect::Postgres).await else { return };
    let pool = pool(&db).await;
    let sql = "CREATE SCHEMA ops; CREATE TYPE ops.mood AS ENUM ('b', 'a'); \
               CREATE TABLE ops.log (at mood[] DEFAULT '{}', id integer REFERENCES users)";
    run(&pool, "CREATE TABLE users (id serial PRIMARY KEY)").await;
    run(&pool, &format!("SET search_path = public, ops; {sql}")).await;
    let schema = read(&pool).await;
    let log = Name { namespace: Some("ops".to_owned()), name: "log".to_owned() };
    let mood = Name { namespace: Some("ops".to_owned()), name: "mood".to_owned() };
    let table = &schema.tables[&log];
    assert_eq!(table.columns[0].user_type.as_ref(), Some(&mood));
    assert_eq!(table.columns[0].data_type, "ops.mood[]");
    assert_eq!(schema.enums[&mood].labels, ["b", "a"]);
    assert_eq!(table.foreign_keys[0].parent, Name::new("users"));
    assert_eq!(table.foreign_keys[0].parent_columns, ["id"]);
    let users = &schema.tables[&Name::new("users")];
    assert_eq!(users.columns[0].identity, Some(IdentityKind::Serial.into()));
    assert_eq!(users.columns[0].default, None);
    assert!(schema.sequences.is_empty());
    run(&pool, "SET search_path = ops").await;
    let schema = read(&pool).await;
    let log = &schema.tables[&Name::new("log")];
    assert_eq!(log.foreign_keys[0].parent.to_string(), "public.users");
    run(&pool, "SET search_path = ''").await;
    assert!(read(&pool).await.tables.keys().all(|name| name.namespace.is_some()));
}

#[tokio::test]
async fn tables_are_left_out_with_all_that_is_theirs() {
    let Some(db) = Db::fresh(Dialect::Postgres).await else { return };
    let pool = pool(&db).await;
    run(&pool, "CREATE TABLE users (id serial PRIMARY KEY)").await;
    let before = read(&pool).await;
    run(&pool, "CREATE SCHEMA ops").await;
    for name in ["tool", "ops.tool", "public.other"] {
        let sql = format!(
            "CREATE TABLE {name} (id bigserial PRIMARY KEY, n integer GENERATED ALWAYS AS IDENTITY, \
             a text UNIQUE CHECK (a > ''), u integer REFERENCES users); \
             CREATE INDEX ON {name} (lower(a)); COMMENT ON TABLE {name} IS 'x'; \
             COMMENT ON COLUMN {name}.a IS 'x'; GRANT SELECT ON {name} TO PUBLIC; \
             GRANT UPDATE (a) ON {name} TO PUBLIC; CREATE POLICY p ON {name}; \
             CREATE RULE r AS ON DELETE TO {name} DO NOTHING; CREATE STATISTICS {name}_s ON a, u FROM {name}"
        );
        run(&pool, &sql).await;
    }
    run(
        &pool,
        "GRANT USAGE ON SEQUENCE tool_id_seq TO PUBLIC; COMMENT ON SEQUENCE tool_n_seq IS 'x'",
    )
    .await;
    let without = ["tool", "ops.tool", "public.other"].map(str::to_owned);
    let mut after = testkit::schema(&pool, &without).await.unwrap();
    assert!(after.others.remove(&(Kind::Namespace, "ops".to_owned())).is_some());
    assert!(after == before, "{}", difference(&before, &after));
}

#[tokio::test]
async fn what_an_extension_brought_is_its_own_affair_and_a_password_is_not_read() {
    let Some(db) = Db::fresh(Dialect::Postgres).await else { return };
    let pool = pool(&db).await;
    run(&pool, "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w").await;
    run(&pool, "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'u', password 'hidden')")
        .await;
    let schema = read(&pool).await;
    assert!(!format!("{schema:?}").contains("hidden"));
    let mapping = &schema.others[&(Kind::ForeignServer, "user public on s".to_owned())];
    assert_eq!(mapping.definition, "OPTIONS (password=..., user=u)");
    // Not every server has them.
    if db.try_execute("CREATE EXTENSION hstore").await.is_ok() {
        let with = read(&pool).await;
        let mut expected = schema.clone();
        let extension = (Kind::Extension, "hstore".to_owned());
        expected.others.insert(extension.clone(), with.others[&extension].clone());
        assert!(with == expected, "{}", difference(&expected, &with));
    }
}

/// Two hundred tables are read in a few hundredths of a second, also by a slow build on a busy
/// machine: this is called several times for each revision.
#[tokio::test]
async fn a_large_schema_is_read_quickly() {
    let Some(db) = Db::fresh(Dialect::Postgres).await else { return };
    let pool = pool(&db).await;
    let sql = "DO $$ BEGIN FOR i IN 1..200 LOOP EXECUTE format('CREATE TABLE t%s (id bigserial PRIMARY KEY, \
               name varchar(50) NOT NULL DEFAULT ''x'', email text UNIQUE, age integer CHECK (age > 0), \
               parent bigint REFERENCES t%s, created timestamptz NOT NULL DEFAULT now(), data jsonb, \
               price numeric(10, 2), note text)', i, greatest(i - 1, 1)); \
               EXECUTE format('CREATE INDEX ON t%s (lower(name))', i); END LOOP; END $$";
    run(&pool, sql).await;
    let mut best = f64::INFINITY;
    for _ in 0..10 {
        let start = Instant::now();
        assert_eq!(read(&pool).await.tables.len(), 200);
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("200 tables, 1800 columns: {:.1} ms", best * 1000.0);
    assert!(best < 1.0, "{best} s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_history_gives_one_schema_wherever_it_runs() {
    let Some(folder) = corpora::folder("crates_io") else { return };
    let Some(db) = Db::fresh(Dialect::Postgres).await else { return };
    let Some(other) = Db::fresh(Dialect::Postgres).await else { return };
    let env = TestEnvironment::new();
    env.ok(&["import", &folder.to_string_lossy(), "--dialect", "postgres"]);
    let history = Directory::new(env.path("migrations")).history(&[Dialect::Postgres]);
    let (history, _) = history.unwrap();
    let without = ["migrate_version", "migrate_version_log"].map(str::to_owned);
    let read = async |db: &Db| testkit::schema(db.database(), &without).await.unwrap();
    upgrade(&db, &history, "head").await.unwrap();
    let head = read(&db).await;
    assert!(
        head.tables.len() > 30 && head.tables.keys().all(|name| !name.name.starts_with("migrate_"))
    );
    assert!(head == read(&db).await);
    upgrade(&other, &history, "head").await.unwrap();
    let elsewhere = read(&other).await;
    assert!(head == elsewhere, "{}", difference(&head, &elsewhere));
    let mut migrator = Migrator::new(&history).options(each_in_its_own());
    migrator.downgrade(&db.database(), &"-1".parse().unwrap()).await.unwrap();
    assert!(read(&db).await != head);
    upgrade(&db, &history, "head").await.unwrap();
    let again = read(&db).await;
    assert!(head == again, "{}", difference(&head, &again));
}
