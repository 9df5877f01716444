//! The rows of the mapping, from the implementations of `sqlx::Type` in sqlx 0.9 and jiff-sqlx 0.2.

use super::{Mapping, SqlType};

const fn to(written: &'static str, read: &'static [&'static str]) -> SqlType {
    SqlType { written: Some(written), read }
}

/// A type that must be stated.
const fn stated(read: &'static [&'static str]) -> SqlType {
    SqlType { written: None, read }
}

/// A type that sqlx does not support there.
const NONE: SqlType = SqlType { written: None, read: &[] };

const INTEGER: SqlType = to("INTEGER", &["int", "bool"]);
const REAL: SqlType = to("REAL", &["real", "floa", "doub"]);
const MOMENT: SqlType = to("DATETIME", &["date", "time", "text", "char", "int", "real"]);
// jiff-sqlx writes texts and reads texts; a text of a date stays one in any of these columns.
const JIFF_MOMENT: SqlType = to("DATETIME", &["date", "time", "text", "char"]);
const LITE_TEXT: SqlType = to("TEXT", &["text", "char", "clob", "json"]);

const fn row(
    rust: &'static [&'static str],
    sqlite: SqlType,
    postgres: SqlType,
    mysql: SqlType,
) -> Mapping {
    Mapping { rust, columns: [sqlite, postgres, mysql] }
}

/// The mapping of Rust types to column types.
pub const MAPPINGS: &[Mapping] = &[
    row(
        &["bool"],
        to("BOOLEAN", &["bool", "int"]),
        to("BOOLEAN", &["boolean"]),
        to("BOOLEAN", &["tinyint", "bit"]),
    ),
    row(&["i8"], INTEGER, to("\"char\"", &["\"char\""]), to("TINYINT", &["tinyint"])),
    row(&["i16"], INTEGER, to("SMALLINT", &["smallint"]), to("SMALLINT", &["smallint"])),
    row(&["i32"], INTEGER, to("INTEGER", &["integer"]), to("INT", &["int", "mediumint"])),
    row(&["i64"], INTEGER, to("BIGINT", &["bigint"]), to("BIGINT", &["bigint"])),
    row(&["u8"], INTEGER, NONE, to("TINYINT UNSIGNED", &["tinyint unsigned"])),
    row(&["u16"], INTEGER, NONE, to("SMALLINT UNSIGNED", &["smallint unsigned"])),
    row(&["u32"], INTEGER, NONE, to("INT UNSIGNED", &["int unsigned", "mediumint unsigned"])),
    row(&["u64"], NONE, NONE, to("BIGINT UNSIGNED", &["bigint unsigned", "bit"])),
    row(&["f32"], REAL, to("REAL", &["real"]), to("FLOAT", &["float"])),
    row(&["f64"], REAL, to("DOUBLE PRECISION", &["double precision"]), to("DOUBLE", &["double"])),
    row(
        &["String", "str"],
        LITE_TEXT,
        to("TEXT", &["text", "character varying", "character", "name", "citext"]),
        to(
            "VARCHAR(255)",
            &["varchar", "char", "text", "tinytext", "mediumtext", "longtext", "enum", "set"],
        ),
    ),
    row(
        &["Vec<u8>"],
        to("BLOB", &["blob"]),
        to("BYTEA", &["bytea"]),
        to("BLOB", &["blob", "tinyblob", "mediumblob", "longblob", "binary", "varbinary"]),
    ),
    row(
        &["Uuid"],
        to("BLOB", &["blob", "text", "char", "uuid"]),
        to("UUID", &["uuid"]),
        to("BINARY(16)", &["binary", "varbinary", "char", "varchar", "text", "uuid"]),
    ),
    row(
        &["Hyphenated"],
        to("TEXT", &["text", "char", "uuid"]),
        NONE,
        to("CHAR(36)", &["char", "varchar", "text"]),
    ),
    row(
        &["Simple"],
        to("TEXT", &["text", "char", "uuid"]),
        NONE,
        to("CHAR(32)", &["char", "varchar", "text"]),
    ),
    row(
        &["DateTime<_>", "OffsetDateTime"],
        MOMENT,
        to("TIMESTAMPTZ", &["timestamp with time zone"]),
        to("TIMESTAMP", &["timestamp", "datetime"]),
    ),
    row(&["Timestamp"], JIFF_MOMENT, to("TIMESTAMPTZ", &["timestamp with time zone"]), NONE),
    row(
        &["NaiveDateTime", "PrimitiveDateTime"],
        MOMENT,
        to("TIMESTAMP", &["timestamp without time zone"]),
        to("DATETIME", &["datetime"]),
    ),
    row(&["DateTime"], JIFF_MOMENT, to("TIMESTAMP", &["timestamp without time zone"]), NONE),
    row(
        &["NaiveDate", "Date"],
        to("DATE", &["date", "text", "char"]),
        to("DATE", &["date"]),
        to("DATE", &["date"]),
    ),
    row(
        &["NaiveTime", "Time"],
        to("TIME", &["time", "text", "char"]),
        to("TIME", &["time without time zone"]),
        to("TIME", &["time"]),
    ),
    row(&["PgTimeTz", "PgTimeTz<_>"], NONE, to("TIMETZ", &["time with time zone"]), NONE),
    row(&["PgInterval", "Span"], NONE, to("INTERVAL", &["interval"]), NONE),
    row(&["MySqlTime", "TimeDelta"], NONE, NONE, to("TIME", &["time"])),
    row(&["Decimal", "BigDecimal"], NONE, to("NUMERIC", &["numeric"]), stated(&["decimal"])),
    row(
        &["Json<_>", "Value", "JsonValue", "RawValue", "JsonRawValue"],
        to("TEXT", &["text", "json", "char", "blob"]),
        to("JSONB", &["jsonb", "json"]),
        to("JSON", &["json", "longtext"]),
    ),
    row(&["IpNetwork", "IpNet", "IpAddr"], NONE, to("INET", &["inet", "cidr"]), NONE),
    row(&["MacAddress"], NONE, to("MACADDR", &["macaddr"]), NONE),
    row(&["BitVec"], NONE, to("VARBIT", &["bit varying", "bit"]), NONE),
    row(&["Oid"], NONE, to("OID", &["oid"]), NONE),
    row(&["PgMoney"], NONE, to("MONEY", &["money"]), NONE),
    row(&["PgLTree"], NONE, to("LTREE", &["ltree"]), NONE),
    row(&["PgHstore"], NONE, to("HSTORE", &["hstore"]), NONE),
    row(&["PgCiText"], NONE, to("CITEXT", &["citext"]), NONE),
    row(&["PgRange<i32>"], NONE, to("INT4RANGE", &["int4range"]), NONE),
    row(&["PgRange<i64>"], NONE, to("INT8RANGE", &["int8range"]), NONE),
    row(&["PgRange<Decimal>", "PgRange<BigDecimal>"], NONE, to("NUMRANGE", &["numrange"]), NONE),
    row(&["PgRange<NaiveDate>", "PgRange<Date>"], NONE, to("DATERANGE", &["daterange"]), NONE),
    row(
        &["PgRange<NaiveDateTime>", "PgRange<PrimitiveDateTime>"],
        NONE,
        to("TSRANGE", &["tsrange"]),
        NONE,
    ),
    row(
        &["PgRange<DateTime<_>>", "PgRange<OffsetDateTime>"],
        NONE,
        to("TSTZRANGE", &["tstzrange"]),
        NONE,
    ),
];
