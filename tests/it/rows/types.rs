//! Every type: the database accepts each of its edges.

use migrate_core::dialect::Dialect;
use migrate_core::schema::Schema;

use super::schema::{domain, enumeration, table};
use super::{contents, count, distinct, fill_with, make, nulls, values};
use crate::scenarios::{everywhere, on};
use crate::support::db::Db;

/// Types with the number of values that a column of it gets.
fn types(dialect: Dialect) -> &'static [(&'static str, usize)] {
    match dialect {
        Dialect::Sqlite => &[
            ("INTEGER", 6),
            ("BIGINT", 6),
            ("BOOLEAN", 2),
            ("TEXT", 6),
            ("VARCHAR(20)", 6),
            ("REAL", 5),
            ("DECIMAL(10,2)", 5),
            ("NUMERIC", 5),
            ("BLOB", 4),
            ("DATE", 5),
            ("DATETIME", 5),
            ("TIMESTAMP", 5),
            ("TIME", 4),
            ("UUID", 3),
            ("JSON", 4),
            ("CHAR(1)", 6),
            ("GEOMETRY", 6),
        ],
        Dialect::Postgres => &[
            ("smallint", 6),
            ("integer", 6),
            ("bigint", 6),
            ("numeric(6,2)", 5),
            ("numeric(2,2)", 4),
            ("numeric", 5),
            ("numeric(4,0)", 4),
            ("real", 5),
            ("double precision", 5),
            ("money", 4),
            ("boolean", 2),
            ("text", 6),
            ("character varying(20)", 6),
            ("character varying(1)", 6),
            ("character(8)", 6),
            ("name", 6),
            ("\"char\"", 3),
            ("bytea", 4),
            ("bit(3)", 3),
            ("bit varying(5)", 4),
            ("json", 4),
            ("jsonb", 4),
            ("date", 5),
            ("time without time zone", 4),
            ("time(3) with time zone", 3),
            ("timestamp without time zone", 5),
            ("timestamp(3) with time zone", 5),
            ("timestamp with time zone", 5),
            ("interval", 4),
            ("uuid", 3),
            ("inet", 4),
            ("cidr", 3),
            ("macaddr", 3),
            ("macaddr8", 2),
            ("tsvector", 3),
            ("tsquery", 3),
            ("point", 3),
            ("line", 2),
            ("lseg", 1),
            ("box", 1),
            ("path", 2),
            ("polygon", 1),
            ("circle", 2),
            ("pg_lsn", 3),
            ("int4range", 4),
            ("int8range", 4),
            ("numrange", 4),
            ("daterange", 4),
            ("tsrange", 4),
            ("tstzrange", 4),
            ("int4multirange", 2),
            ("datemultirange", 2),
            ("jsonpath", 2),
            ("oid", 4),
            ("integer[]", 4),
            ("text[]", 4),
            ("character varying(5)[]", 4),
            ("numeric(5,1)[]", 4),
            ("jsonb[]", 4),
            ("uuid[]", 4),
            ("timestamp with time zone[]", 4),
            ("mood", 3),
            ("mood[]", 4),
            ("positive", 2),
            ("slug", 2),
        ],
        Dialect::Mysql => &[
            ("tinyint(1)", 2),
            ("tinyint(4)", 5),
            ("smallint(6)", 6),
            ("mediumint(9)", 6),
            ("int(11)", 6),
            ("int(10) unsigned", 4),
            ("bigint(20)", 6),
            ("bigint(20) unsigned", 4),
            ("decimal(10,2)", 5),
            ("decimal(10,0)", 4),
            ("decimal(6,2) unsigned", 4),
            ("float", 5),
            ("double", 5),
            ("bit(8)", 3),
            ("char(10)", 6),
            ("varchar(20)", 6),
            ("varchar(255)", 6),
            ("tinytext", 6),
            ("text", 6),
            ("longtext", 6),
            ("binary(4)", 3),
            ("varbinary(20)", 4),
            ("blob", 4),
            ("date", 5),
            ("datetime", 5),
            ("datetime(6)", 5),
            ("timestamp", 4),
            ("time", 4),
            ("year(4)", 3),
            ("enum('a','b c','it''s')", 3),
            ("set('a','b')", 3),
            ("json", 4),
            ("uuid", 3),
            ("inet6", 3),
            ("point", 2),
        ],
    }
}

async fn the_database_takes_every_edge(db: Db) {
    let mut schema = Schema::default();
    if db.dialect == Dialect::Postgres {
        enumeration(&mut schema, "mood", &["sad", "it's \"ok\"", "happy, glad"]);
        domain(&mut schema, "positive", "integer", "VALUE > 0 AND VALUE < 10");
        domain(&mut schema, "slug", "character varying(30)", "VALUE ~ '^[a-z]+(-[a-z]+)*$'");
    }
    let types = types(db.dialect);
    for (n, (data_type, _)) in types.iter().enumerate() {
        let lines = format!("id key\nv {data_type}\nn {data_type} null");
        table(&mut schema, db.dialect, &format!("t{n}"), &lines);
    }
    make(&db, &schema).await;
    let filled = fill_with(&db, &schema, 14, 3).await;
    assert_eq!(filled.unfilled, []);
    let found = contents(&db, &schema).await;
    let mut faults = Vec::new();
    for (n, (data_type, expected)) in types.iter().enumerate() {
        let name = format!("t{n}");
        assert_eq!(count(&filled, &name), 14, "{data_type}");
        let (v, in_n) = (distinct(&found, &name, "v"), distinct(&found, &name, "n"));
        if v.len() < *expected || nulls(&found, &name, "n") == 0 || in_n.is_empty() {
            faults.push(format!("{data_type}: {expected} values, but {v:?}"));
        }
        let all = values(&found, &name, "v");
        assert!(v.iter().any(|one| all.iter().filter(|v| *v == one).count() > 1), "{data_type}");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

async fn the_same_seed_gives_the_same_rows(db: Db) {
    let mut schema = Schema::default();
    let lines = "id key\na text\nb integer null\nc date null\nd varchar(5) null";
    for name in ["one", "two"] {
        table(&mut schema, db.dialect, name, lines);
    }
    make(&db, &schema).await;
    let rows = async |name: &str, seed: u64| {
        db.execute("DELETE FROM one").await;
        db.execute("DELETE FROM two").await;
        fill_with(&db, &schema, 5, seed).await;
        let found = contents(&db, &schema).await;
        ["a", "b", "c", "d"].map(|column| {
            let mut values = found.values(&migrate_core::schema::Name::new(name), column).unwrap();
            values.sort_unstable();
            values.iter().map(|value| value.map(str::to_owned)).collect::<Vec<_>>()
        })
    };
    let first = rows("one", 7).await;
    assert_eq!(first, rows("one", 7).await);
    assert_eq!(first, rows("two", 7).await);
    assert_ne!(first, rows("one", 8).await);
}

everywhere!(the_database_takes_every_edge, the_same_seed_gives_the_same_rows);
