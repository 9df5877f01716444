//! Rehearsals on a copy with a sample of the rows.

use migrate_db::{Rehearsal, RehearsalReport, RehearsalSource};

use super::rehearsal::{has_old_program, rehearse, scratch, source};
use super::*;

everywhere!(
    a_sample_holds_what_its_rows_refer_to,
    triggers_fire_for_no_copied_row_and_are_there_afterwards,
    values_are_those_of_the_original,
    a_file_is_not_sampled,
);
on!(servers_postgres, Postgres: partitions_schemas_and_sequences_are_copied);
on!(sqlite_alone, Sqlite: what_no_sample_can_be_taken_of_is_refused, an_open_reference_stays_open);

/// A history whose first revision creates the schema and is applied; the second has the statements
/// to be rehearsed.
async fn applied(db: &Db, schema: &str, up: &str) -> History {
    let files = [revision("aaa", "", schema, "SELECT 1;"), revision("bbb", "aaa", up, "SELECT 1;")];
    let history = history(db.dialect, &files);
    upgrade(db, &history, "aaa").await.unwrap();
    history
}

fn sampling<'h>(history: &'h History, db: &Db, rate: &str) -> Rehearsal<'h> {
    Rehearsal::new(history, source(db)).sample(Some(rate.parse().unwrap()))
}

/// How many rows each statement of the only step changed.
fn changed(report: &RehearsalReport) -> Vec<u64> {
    assert!(report.failure.is_none(), "{:?}", report.failure);
    assert_eq!(report.copied_by, "sample");
    report.steps[0].statements.iter().map(|statement| statement.rows.unwrap()).collect()
}

/// Inserts rows of these numbers.
async fn fill(
    db: &Db,
    table: &str,
    numbers: std::ops::RangeInclusive<u32>,
    values: impl Fn(u32) -> String,
) {
    let rows: Vec<String> = numbers.map(|n| format!("({})", values(n))).collect();
    for rows in rows.chunks(1000) {
        db.execute(&format!("INSERT INTO {table} VALUES {}", rows.join(", "))).await;
    }
}

async fn a_sample_holds_what_its_rows_refer_to(db: Db) {
    if has_old_program(&db).await {
        return;
    }
    let schema = "CREATE TABLE countries (id INTEGER PRIMARY KEY);
CREATE TABLE products (shop INTEGER, code VARCHAR(20), PRIMARY KEY (shop, code));
CREATE TABLE users (id INTEGER PRIMARY KEY, country INTEGER, manager INTEGER,
    FOREIGN KEY (country) REFERENCES countries (id), FOREIGN KEY (manager) REFERENCES users (id));
CREATE TABLE orders (id INTEGER PRIMARY KEY, buyer INTEGER NOT NULL, shop INTEGER, code VARCHAR(20),
    FOREIGN KEY (buyer) REFERENCES users (id), FOREIGN KEY (shop, code) REFERENCES products (shop, code));";
    let up = "UPDATE orders SET id = id + 100000;
DELETE FROM orders WHERE buyer NOT IN (SELECT id FROM users);
DELETE FROM orders WHERE NOT EXISTS (SELECT 1 FROM products p WHERE p.shop = orders.shop AND p.code = orders.code);
UPDATE users SET country = NULL WHERE manager IS NOT NULL AND manager NOT IN (SELECT m.id FROM (SELECT id FROM users) m);
UPDATE users SET country = NULL;
DELETE FROM countries;";
    let history = applied(&db, schema, up).await;
    fill(&db, "countries", 1..=50, |n| n.to_string()).await;
    fill(&db, "products", 1..=3000, |n| format!("{n}, 'it''s {n}'")).await;
    fill(&db, "users", 1..=4000, |n| match n {
        1 => "1, 1, NULL".to_owned(),
        n => format!("{n}, {}, {}", n % 50 + 1, n / 2),
    })
    .await;
    fill(&db, "orders", 1..=20_000, |n| {
        let product = n % 3000 + 1;
        format!("{n}, {}, {product}, 'it''s {product}'", n % 4000 + 1)
    })
    .await;
    let report = rehearse(sampling(&history, &db, "1%")).await;
    let changed = changed(&report);
    // About 200 orders, 230 users that are sampled or buyers, and the managers of all of these.
    assert!((100..350).contains(&changed[0]), "{changed:?}");
    assert_eq!(changed[1..4], [0, 0, 0], "rows refer to rows that are not there");
    assert!((150..1500).contains(&changed[4]), "{changed:?}");
    assert_eq!(changed[5], 50, "a small table is copied whole");
    let sampled = report.sampled.unwrap();
    assert!(sampled.referenced > 200 && sampled.rows > changed[0] + changed[4], "{sampled:?}");
    assert_eq!(db.column("SELECT code FROM orders").await.len(), 20_000);
    assert_eq!(scratch(&db).await, [""; 0]);
    let all = rehearse(sampling(&history, &db, "100%")).await.sampled.unwrap();
    assert_eq!(all.referenced, 0);
    assert!(all.rows >= 50 + 3000 + 4000 + 20_000, "{all:?}");
}

async fn triggers_fire_for_no_copied_row_and_are_there_afterwards(db: Db) {
    if has_old_program(&db).await {
        return;
    }
    let trigger = match db.dialect {
        Dialect::Sqlite => {
            "CREATE TRIGGER told AFTER INSERT ON notes BEGIN INSERT INTO audit VALUES (NEW.id); END;"
        }
        Dialect::Postgres => {
            "CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (NEW.id); RETURN NEW; END $$;
CREATE TRIGGER told AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION told();"
        }
        Dialect::Mysql => {
            "CREATE TRIGGER told AFTER INSERT ON notes FOR EACH ROW INSERT INTO audit VALUES (NEW.id);"
        }
    };
    let schema = format!(
        "CREATE TABLE notes (id INTEGER PRIMARY KEY);\nCREATE TABLE audit (id INTEGER);\n\
         CREATE VIEW numbers AS SELECT id FROM notes;\n{trigger}"
    );
    let up = "DELETE FROM audit;
INSERT INTO notes VALUES (100000);
DELETE FROM audit WHERE id IN (SELECT id FROM numbers);";
    let history = applied(&db, &schema, up).await;
    fill(&db, "notes", 1..=3000, |n| n.to_string()).await;
    db.execute("DELETE FROM audit").await;
    let report = rehearse(sampling(&history, &db, "5%")).await;
    assert_eq!(changed(&report), [0, 1, 1]);
}

async fn values_are_those_of_the_original(db: Db) {
    if has_old_program(&db).await {
        return;
    }
    let text = r"'it''s a \\ back, {{}} ${x} ü 🦀 '";
    // A type, a value, and the condition that the copy must fulfil where `=` is not enough.
    let mut columns = match db.dialect {
        Dialect::Sqlite => vec![
            ("TEXT", "CAST(X'610062' AS TEXT)", "hex({}) = '610062'"),
            ("BLOB", "X'00FF27'", ""),
            ("BLOB", "X''", "typeof({}) = 'blob' AND length({}) = 0"),
            ("REAL", "0.1", ""),
            ("REAL", "1.7976931348623157e308", ""),
            ("INTEGER", "-9223372036854775807 - 1", "{} < -9223372036854775807"),
            ("BLOB", "'7'", "typeof({}) = 'text'"),
        ],
        Dialect::Postgres => vec![
            ("bytea", r"'\x00ff27'", ""),
            ("double precision", "0.1::float8 + 0.2::float8", ""),
            ("real", "'NaN'", ""),
            ("timestamptz", "'2026-03-29 01:30:00.123456+00'", ""),
            ("interval", "'1 year -2 days 03:04:05.5'", "{}::text = '1 year -2 days +03:04:05.5'"),
            ("text[]", r#"ARRAY['a,b', NULL, 'c"d']"#, ""),
            ("jsonb", r#"'{"a": ["x", null]}'"#, ""),
            ("numeric", "12345678901234567890.123456789", ""),
            ("int4range", "'[1,5)'", ""),
            ("\"char\"", "'x'", ""),
            ("integer GENERATED ALWAYS AS IDENTITY", "DEFAULT", "{} = 1"),
        ],
        Dialect::Mysql => vec![
            ("VARBINARY(20)", "X'00FF27'", ""),
            ("BLOB", "X''", "LENGTH({}) = 0"),
            ("DOUBLE", "0.1e0 + 0.2e0", ""),
            ("FLOAT", "16777215", "{} + 0e0 = 16777215e0"),
            ("DATETIME(6)", "'2026-03-29 01:30:00.123456'", ""),
            ("TIMESTAMP", "'2026-03-29 05:30:00'", ""),
            ("BIT(10)", "b'1000000001'", "{} + 0 = 513"),
            ("ENUM('a', 'it''s')", "'it''s'", ""),
            ("DECIMAL(30, 9)", "123456789012345678901.123456789", ""),
            ("POINT", "POINT(1, 2)", "ST_AsText({}) = 'POINT(1 2)'"),
            ("JSON", r#"'{"a": ["x", null]}'"#, ""),
        ],
    };
    let text =
        if db.dialect == Dialect::Mysql { text.replace("''", "\\'") } else { text.to_owned() };
    columns.push(("VARCHAR(100)", &text, ""));
    columns.push(("VARCHAR(100)", "NULL", "{} IS NULL"));
    let definitions: Vec<String> =
        columns.iter().enumerate().map(|(n, (sql, ..))| format!("c{n} {sql}")).collect();
    let values: Vec<&str> = columns.iter().map(|(_, value, _)| *value).collect();
    let conditions: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(n, (_, value, condition))| match *condition {
            "" => format!("c{n} = {value}"),
            condition => condition.replace("{}", &format!("c{n}")),
        })
        .collect();
    // Each alone, so that a failure shows which is lost.
    let up: Vec<String> = conditions
        .iter()
        .map(|condition| format!("UPDATE v SET seen = seen + 1 WHERE {condition};"))
        .collect();
    let schema = format!(
        "CREATE TABLE v (seen INTEGER, twice INTEGER GENERATED ALWAYS AS (seen * 2) STORED, {});",
        definitions.join(", ")
    );
    let up = format!("{}\nDELETE FROM v WHERE twice = {};", up.join("\n"), 2 * columns.len());
    let history = applied(&db, &schema, &up).await;
    let names: Vec<String> = (0..columns.len()).map(|n| format!("c{n}")).collect();
    db.execute(&format!(
        "INSERT INTO v (seen, {}) VALUES (0, {})",
        names.join(", "),
        values.join(", ")
    ))
    .await;
    let changed = changed(&rehearse(sampling(&history, &db, "1%")).await);
    let lost: Vec<_> = columns.iter().zip(&changed).filter(|(_, changed)| **changed != 1).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(changed[columns.len()], 1);
}

async fn a_file_is_not_sampled(db: Db) {
    let history = applied(&db, "CREATE TABLE t (id INTEGER);", "DELETE FROM t;").await;
    let dump = RehearsalSource::Dump(db.folder().join("x.dump"));
    let rehearsal = Rehearsal::new(&history, dump).on(Some(db.database()));
    let rehearsal = rehearsal.sample(Some("1%".parse().unwrap())).options(options());
    let error = rehearsal.run(&"head".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.to_string(), "a file is loaded whole: no sample can be taken of its rows");
    assert_eq!(scratch(&db).await, [""; 0]);
}

async fn partitions_schemas_and_sequences_are_copied(db: Db) {
    if has_old_program(&db).await {
        return;
    }
    let schema = r#"CREATE SCHEMA "Sales";
CREATE TYPE "Sales".state AS ENUM ('open', 'it''s done');
CREATE TABLE "Sales"."Accounts" (id bigserial PRIMARY KEY, state "Sales".state NOT NULL);
CREATE TABLE events (day integer, account bigint REFERENCES "Sales"."Accounts" (id), PRIMARY KEY (day, account))
    PARTITION BY RANGE (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10000);
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (10000) TO (30000) PARTITION BY RANGE (day);
CREATE TABLE events_2a PARTITION OF events_2 DEFAULT;
CREATE TABLE plain (id integer PRIMARY KEY);
CREATE TABLE child (note text) INHERITS (plain);
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM events;
CREATE TABLE guarded (id integer);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;"#;
    let up = r#"INSERT INTO "Sales"."Accounts" (state) VALUES ('it''s done');
DELETE FROM "Sales"."Accounts" WHERE id = 5001;
DELETE FROM counted_too WHERE n = 0;
UPDATE events_2a SET account = account;
UPDATE events SET account = account;
UPDATE child SET note = '';
UPDATE ONLY plain SET id = id;
UPDATE guarded SET id = id;"#;
    let up = up.replace(
        "DELETE FROM counted_too WHERE n = 0;",
        "DELETE FROM guarded WHERE (SELECT n FROM counted) <> (SELECT count(*) FROM events);",
    );
    let history = applied(&db, schema, &up).await;
    db.execute(
        r#"INSERT INTO "Sales"."Accounts" (state) SELECT 'open' FROM generate_series(1, 5000);
        INSERT INTO events SELECT n, n % 5000 + 1 FROM generate_series(1, 20000) n;
        INSERT INTO plain SELECT n FROM generate_series(1, 700) n;
        INSERT INTO child SELECT n FROM generate_series(1, 800) n;
        INSERT INTO guarded VALUES (1)"#,
    )
    .await;
    let changed = changed(&rehearse(sampling(&history, &db, "1%")).await);
    // The sequence goes on after the last number of the original.
    assert_eq!(changed[..3], [1, 1, 0]);
    assert!((40..200).contains(&changed[3]), "{changed:?}");
    assert!((120..320).contains(&changed[4]), "{changed:?}");
    assert_eq!(changed[5..], [800, 700, 1]);
    assert_eq!(scratch(&db).await, [""; 0]);
}

async fn what_no_sample_can_be_taken_of_is_refused(db: Db) {
    let schema =
        "CREATE TABLE links (id INTEGER PRIMARY KEY, previous INTEGER REFERENCES links (id));
CREATE TABLE last (link INTEGER REFERENCES links (id));";
    let history = applied(&db, schema, "DELETE FROM last;").await;
    fill(&db, "links", 1..=5000, |n| match n {
        1 => "1, NULL".to_owned(),
        n => format!("{n}, {}", n - 1),
    })
    .await;
    db.execute("INSERT INTO last VALUES (5000)").await;
    let refused = async |rate: &str| {
        let rehearsal = sampling(&history, &db, rate).options(options());
        rehearsal.run(&"head".parse().unwrap()).await.map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(refused("0.0001%").await, "rows refer to each other in a chain of more than 1000");
    db.execute("CREATE VIRTUAL TABLE words USING fts5(word)").await;
    assert_eq!(
        refused("1%").await,
        "words is a virtual table, of whose rows no sample can be taken"
    );
    assert_eq!(scratch(&db).await, [""; 0]);
}

async fn an_open_reference_stays_open(db: Db) {
    let schema = "PRAGMA user_version = 7;
CREATE TABLE parents (id INTEGER PRIMARY KEY);
CREATE TABLE children (id INTEGER, parent INTEGER REFERENCES PARENTS (ID), other INTEGER REFERENCES gone (id));";
    let up = "UPDATE children SET id = 2;
DELETE FROM children WHERE (SELECT user_version FROM pragma_user_version) <> 7;";
    let history = applied(&db, schema, up).await;
    db.execute("PRAGMA foreign_keys = OFF; INSERT INTO children VALUES (1, 77, 78)").await;
    let report = rehearse(sampling(&history, &db, "1%")).await;
    assert_eq!(changed(&report), [1, 0]);
}
