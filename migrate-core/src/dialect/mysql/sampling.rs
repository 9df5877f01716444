//! How a sample of rows is copied.

use crate::dialect::SampleTemplates;
use crate::schema::DataType;

pub(super) static SAMPLE: SampleTemplates = SampleTemplates {
    // A schema is the database, whose name is another one in the copy.
    default_schema: None,
    begin_reading: &[
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ],
    read: &["SET SESSION sql_mode = '', time_zone = '+00:00'"],
    write: &["SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', \
        foreign_key_checks = 0, unique_checks = 0"],
    before_rows: None,
    after_rows: None,
    only: "",
    sample: " WHERE RAND() * 100 < {percent}",
    overriding: "",
    literal,
    foreign: None,
    virtual_table: None,
};

/// Texts of binary values and the digits of FLOAT would be changed on the way.
fn literal(column: &str, data_type: &DataType) -> String {
    let name = data_type.name().to_ascii_lowercase();
    let text = match name.split_whitespace().next().unwrap_or_default() {
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "decimal"
        | "double" | "year" => format!("CAST({column} AS CHAR)"),
        "float" => format!("CAST({column} + 0e0 AS CHAR)"),
        "bit" => format!("CAST({column} + 0 AS CHAR)"),
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "geometry"
        | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" | "vector" => {
            format!("CONCAT('X''', HEX({column}), '''')")
        }
        _ => return format!("QUOTE({column})"),
    };
    format!("IF({column} IS NULL, 'NULL', {text})")
}
