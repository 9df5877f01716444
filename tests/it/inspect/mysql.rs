//! MySQL and MariaDB.

mod changes;

use migrate_core::dialect::Dialect;
use migrate_core::schema::{
    Action, Generated, IdentityKind, IndexPart, Kind, Name, PartitionMethod, Schema, Table,
};
use migrate_db::testkit;

use self::changes::CHANGES;
use crate::corpora::{self, difference};
use crate::scenarios::{upgrade, whole};
use crate::support::db::Db;

async fn look(db: &Db) -> Schema {
    testkit::schema(db.database(), &[]).await.unwrap()
}

/// Removes everything but the database itself.
async fn clear(db: &Db) {
    db.execute(&format!("DROP DATABASE `{0}`; CREATE DATABASE `{0}`", db.name)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_shows_and_so_does_that_it_is_undone() {
    let Some(db) = Db::fresh(Dialect::Mysql).await else { return };
    let mut faults = Vec::new();
    for (before, change, undo) in CHANGES {
        let [before, change, undo] = [before, change, undo].map(|sql| sql.replace('@', &db.name));
        clear(&db).await;
        if !before.is_empty() {
            db.execute(&before).await;
        }
        let first = look(&db).await;
        db.execute(&change).await;
        if look(&db).await == first {
            faults.push(format!("does not show: {change}, in {first:#?}"));
        }
        db.execute(&undo).await;
        let last = look(&db).await;
        if last != first {
            let (first, last) = (format!("{first:#?}"), format!("{last:#?}"));
            let difference = difference(&first, &last);
            faults.push(format!("is not as it was: {before}; {change}; {undo}:\n{difference}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// Something of everything.
const ALL: &str = r"
CREATE TABLE p (id INT PRIMARY KEY, v VARCHAR(10)) COMMENT 'it''s a \\ table\nof lines';
CREATE SEQUENCE s START WITH 5 INCREMENT BY 2 CACHE 7 COMMENT 'numbers';
CREATE TABLE t (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    a VARCHAR(20) CHARACTER SET latin1 DEFAULT 'x,''y' CHECK (a <> 'b, c'),
    b ENUM('a,b', 'c''d') COMMENT 'a `quoted, (',
    c INT AS (k + 1) STORED,
    d TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    e JSON,
    f TEXT COMPRESSED,
    g POINT REF_SYSTEM_ID=4326 NOT NULL,
    h INT INVISIBLE DEFAULT 3,
    i INT WITHOUT SYSTEM VERSIONING,
    j VARCHAR(40) DEFAULT (CONCAT('a', UUID())),
    k BIT(3) DEFAULT b'101',
    n BIGINT DEFAULT (NEXTVAL(s)),
    PRIMARY KEY (id),
    UNIQUE KEY u (a(3) DESC, k) COMMENT 'why',
    KEY hidden (h) USING BTREE IGNORED,
    FULLTEXT KEY words (j),
    SPATIAL KEY places (g),
    CONSTRAINT positive CHECK (h > 0 AND k < 3),
    CONSTRAINT parent FOREIGN KEY (i) REFERENCES p (id) ON DELETE SET NULL ON UPDATE NO ACTION
) ROW_FORMAT=DYNAMIC PAGE_COMPRESSED=1 COMMENT 'all' WITH SYSTEM VERSIONING;
CREATE TABLE years (id INT, d DATE) PARTITION BY RANGE (YEAR(d)) (
    PARTITION p0 VALUES LESS THAN (2000) COMMENT 'old', PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE FUNCTION f(a INT) RETURNS VARCHAR(10) DETERMINISTIC RETURN CONCAT(a, 'x');
CREATE PROCEDURE f(IN a INT, OUT b INT) MODIFIES SQL DATA BEGIN SET b = a; END;
CREATE VIEW v AS SELECT t.id, p.v, f(t.id) AS y, NEXTVAL(s) AS n FROM t JOIN p ON t.id = p.id WHERE p.v <> 'it''s';
CREATE VIEW outside AS SELECT t.id, s.name FROM t JOIN mysql.proc s;
CREATE TABLE gone (a INT); CREATE VIEW broken AS SELECT a FROM gone; DROP TABLE gone;
CREATE TRIGGER g BEFORE INSERT ON p FOR EACH ROW BEGIN SET NEW.v = 'a'; END;
CREATE EVENT often ON SCHEDULE EVERY 1 DAY DO DELETE FROM p;
SET sql_mode = ORACLE; CREATE PACKAGE k AS FUNCTION g RETURN INT; END; SET sql_mode = DEFAULT;
CREATE USER IF NOT EXISTS reader;
GRANT SELECT, UPDATE (v) ON p TO reader;
GRANT DELETE ON `@`.* TO reader;
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_name_of_the_database_its_rows_and_counters_do_not_count() {
    let Some(one) = Db::fresh(Dialect::Mysql).await else { return };
    let Some(other) = Db::fresh(Dialect::Mysql).await else { return };
    for db in [&one, &other] {
        db.execute(&ALL.replace('@', &db.name)).await;
    }
    let schema = look(&one).await;
    assert_eq!(look(&other).await, schema);
    let text = format!("{schema:?}");
    assert!(!text.contains(&one.name), "{text}");
    one.execute("INSERT INTO p VALUES (1, 'a'), (2, 'b'); SELECT NEXTVAL(s); ANALYZE TABLE p")
        .await;
    one.execute("INSERT INTO t (a, g, k) VALUES ('z', POINT(1, 2), 1); DELETE FROM t").await;
    assert_eq!(look(&one).await, schema);

    // Whoever looks, and with whatever settings.
    let pool = sqlx::mysql::MySqlPoolOptions::new().max_connections(1).connect(&one.url).await;
    let pool = pool.unwrap();
    let odd = "SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,NO_TABLE_OPTIONS', \
               SESSION sql_quote_show_create = 0";
    sqlx::raw_sql(odd).execute(&pool).await.unwrap();
    assert_eq!(testkit::schema(&pool, &[]).await.unwrap(), schema);
    let asked = "SELECT CONCAT(@@sql_mode, @@sql_quote_show_create + 0)";
    let mode: String = sqlx::query_scalar(asked).fetch_one(&pool).await.unwrap();
    assert!(mode.contains("ANSI_QUOTES") && mode.ends_with('0'), "{mode}");

    let found = |name: &str| schema.tables[&Name::new(name)].clone();
    let Table { columns, primary_key, checks, foreign_keys, indexes, options, comment, .. } =
        found("t");
    assert_eq!(found("p").comment.as_deref(), Some("it's a \\ table\nof lines"));
    assert_eq!(comment.as_deref(), Some("all"));
    assert_eq!(options["engine"], "InnoDB");
    assert_eq!(options["with system versioning"], "");
    assert_eq!(options["page_compressed"], "1");
    assert!(!options.contains_key("auto_increment"));
    let by = found("years").partition_by.unwrap();
    assert_eq!(by.method, PartitionMethod::Range);
    assert!(by.text.starts_with("RANGE (year(`d`)) (PARTITION"));
    assert_eq!(primary_key.unwrap().columns, ["id"]);
    let column = |name: &str| columns.iter().find(|column| column.name == name).unwrap();
    assert_eq!(column("id").identity, Some(IdentityKind::AutoIncrement.into()));
    assert!(!column("id").nullable && column("a").nullable);
    assert_eq!(column("id").data_type, "int(10) unsigned");
    assert_eq!(column("a").collation.as_deref(), Some("latin1_swedish_ci"));
    assert_eq!(column("a").default.as_deref(), Some("'x,''y'"));
    assert_eq!(column("b").data_type, "enum('a,b','c''d')");
    assert_eq!(column("b").comment.as_deref(), Some("a `quoted, ("));
    let generated = Generated { expression: "`k` + 1".to_owned(), stored: true };
    assert_eq!(column("c").generated.as_ref(), Some(&generated));
    assert_eq!(column("d").details, "ON UPDATE current_timestamp()");
    assert_eq!(column("f").details, "COMPRESSED");
    assert_eq!(column("g").details, "REF_SYSTEM_ID=4326");
    assert_eq!(column("h").details, "INVISIBLE");
    assert_eq!(column("n").default.as_deref(), Some("nextval(`s`)"));
    let said: Vec<_> = checks.iter().map(|check| check.expression.as_str()).collect();
    assert_eq!(said, ["`a` <> 'b, c'", "json_valid(`e`)", "`h` > 0 and `k` < 3"]);
    let parent = &foreign_keys[0];
    assert_eq!((parent.parent.to_string(), parent.columns.join(",")), ("p".into(), "i".into()));
    assert_eq!((parent.on_delete, parent.on_update), (Action::SetNull, Action::NoAction));
    assert!(indexes["u"].unique && indexes["hidden"].details.contains("IGNORED"));
    let part = IndexPart {
        column: Some("a".to_owned()),
        prefix: Some(3),
        descending: true,
        ..IndexPart::default()
    };
    assert_eq!(indexes["u"].parts[0], part);
    assert_eq!(indexes["words"].method.as_deref(), Some("fulltext"));
    assert_eq!(indexes["places"].method.as_deref(), Some("spatial"));
    let view = &schema.views[&Name::new("v")];
    assert!(view.definition.ends_with("where `p`.`v` <> 'it\\'s'"), "{}", view.definition);
    for (kind, name) in [
        (Kind::Function, "f"),
        (Kind::Procedure, "f"),
        (Kind::Procedure, "package k"),
        (Kind::Event, "often"),
        (Kind::Grant, "'reader'@'%' on p"),
        (Kind::Grant, "'reader'@'%' on the database"),
    ] {
        assert!(schema.others.contains_key(&(kind, name.to_owned())), "{kind:?} {name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_that_are_left_out_take_what_is_theirs_along() {
    let Some(db) = Db::fresh(Dialect::Mysql).await else { return };
    let empty = look(&db).await;
    assert!(empty.is_empty(), "{empty:?}");
    db.execute(
        "CREATE USER IF NOT EXISTS reader; CREATE TABLE t (a INT, KEY (a)); GRANT SELECT ON t TO reader; \
         CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1; CREATE TABLE u (a INT)",
    )
    .await;
    for without in [["t".to_owned(), "u".to_owned()], [format!("{}.t", db.name), "u".to_owned()]] {
        assert_eq!(testkit::schema(db.database(), &without).await.unwrap(), empty);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_history_is_read_alike_in_two_databases() {
    let Some((history, _env)) = corpora::history("authelia_mysql", Dialect::Mysql) else { return };
    let mut schemas = Vec::new();
    for _ in 0..2 {
        let Some(db) = Db::fresh(Dialect::Mysql).await else { return };
        upgrade(&db, &history, "head").await.unwrap_or_else(|e| panic!("{}", whole(&e)));
        schemas.extend([look(&db).await, look(&db).await]);
    }
    assert!(schemas[0].tables.len() > 15, "{}", schemas[0].tables.len());
    assert!(schemas.iter().all(|schema| *schema == schemas[0]));
}

/// A hundred tables, and how long a look takes: printed, as machines differ.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_tables_are_looked_at() {
    let Some(db) = Db::fresh(Dialect::Mysql).await else { return };
    let table = |n: usize| {
        let parent = n.saturating_sub(1);
        format!(
            "CREATE TABLE t{n} (id BIGINT PRIMARY KEY AUTO_INCREMENT, p BIGINT, \
             a VARCHAR(100) NOT NULL DEFAULT 'x', b DATETIME, c DECIMAL(10,2), d JSON, \
             UNIQUE KEY u (a), KEY i (b, c), \
             CONSTRAINT f{n} FOREIGN KEY (p) REFERENCES t{parent} (id) ON DELETE CASCADE);"
        )
    };
    db.execute(&(0..100).map(table).collect::<String>()).await;
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let schema = look(&db).await;
        println!("a hundred tables in {:?}", start.elapsed());
        assert_eq!(schema.tables.len(), 100);
        assert!(schema.tables.values().all(|table| table.foreign_keys.len() == 1));
    }
}
