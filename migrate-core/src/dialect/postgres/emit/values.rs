//! What becomes of values when a column gets another type, and values to fill rows with.

use super::names::string;
use crate::schema::{Column, DataType, Schema};

/// Returns `true` if every value of the first type is the same in the second.
pub(super) fn are_kept(before: &DataType, after: &DataType) -> bool {
    const WHOLE: [&str; 3] = ["smallint", "integer", "bigint"];
    if before.is_array() != after.is_array() {
        return false;
    }
    let (old, new) = (before.name(), after.name());
    let rank = |name: &str| WHOLE.iter().position(|own| *own == name);
    let length_is_kept = || match (before.number(0), after.number(0)) {
        (_, None) => true,
        (Some(old), Some(new)) => old <= new,
        (None, Some(_)) => false,
    };
    match (rank(old), rank(new)) {
        (Some(narrow), Some(wide)) => return narrow <= wide,
        (Some(_), None) if new == "numeric" => return after.arguments().is_empty(),
        _ => {}
    }
    match (old, new) {
        ("numeric", "numeric") => {
            let digits = |of: &DataType| {
                let all = of.number(0)?;
                let behind = of.number(1).unwrap_or(0);
                Some((all - behind, behind))
            };
            match (digits(before), digits(after)) {
                (_, None) => true,
                (Some((a, b)), Some((c, d))) => a <= c && b <= d,
                (None, Some(_)) => false,
            }
        }
        ("character varying", "text") | ("real", "double precision") => true,
        ("json", "jsonb") => false,
        (_, "text") => true,
        (old, new) if old == new => length_is_kept(),
        _ => false,
    }
}

/// A literal of the type of a column.
pub(super) fn placeholder(column: &Column, schema: &Schema) -> Option<String> {
    if column.data_type.is_array() {
        return Some("'{}'".to_owned());
    }
    if let Some(of) = &column.user_type {
        return Some(string(schema.enums.get(of)?.labels.first()?));
    }
    let value = match column.data_type.name() {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "money" => {
            "0"
        }
        "text" | "character varying" | "character" | "bytea" => "''",
        "boolean" => "false",
        "uuid" => "gen_random_uuid()",
        "date" | "timestamp without time zone" | "timestamp with time zone" => "now()",
        "time without time zone" | "time with time zone" => "'00:00'",
        "interval" => "'0'",
        "json" | "jsonb" => "'{}'",
        "inet" | "cidr" => "'0.0.0.0'",
        _ => return None,
    };
    Some(value.to_owned())
}

/// Returns `false` if it is known that no cast leads from one type to another.
pub(super) fn has_cast(before: &DataType, after: &DataType) -> bool {
    const FAMILIES: [&[&str]; 8] = [
        &["smallint", "integer", "bigint", "numeric", "real", "double precision", "money"],
        &["date", "timestamp without time zone", "timestamp with time zone"],
        &["time without time zone", "time with time zone", "interval"],
        &["json", "jsonb"],
        &["inet", "cidr"],
        &["uuid"],
        &["boolean"],
        &["int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"],
    ];
    let family = |of: &DataType| FAMILIES.iter().position(|own| own.contains(&of.name()));
    let (Some(old), Some(new)) = (family(before), family(after)) else { return true };
    let (from, to) = (before.name(), after.name());
    match (old, new) {
        // A range has a cast to itself alone.
        (7, 7) => from == to,
        _ if old == new => true,
        (1, 2) => from != "date" && to.starts_with("time"),
        (3, 0 | 6) => from == "jsonb" && to != "money",
        (0, 6) => from == "integer",
        (6, 0) => to == "integer",
        _ => false,
    }
}

/// The types whose values PostgreSQL compares with an index, by one of them.
pub(super) fn comparable_family(of: &DataType) -> &str {
    if of.is_array() {
        return of;
    }
    match of.name() {
        "smallint" | "integer" | "bigint" => "bigint",
        "real" | "double precision" => "double precision",
        "text" | "character varying" => "text",
        "date" | "timestamp without time zone" | "timestamp with time zone" => "timestamp",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_types_keep_values() {
        for (before, after, kept) in [
            ("integer", "bigint", true),
            ("bigint", "integer", false),
            ("character varying(9)", "character varying(20)", true),
            ("character varying(20)", "character varying(9)", false),
            ("character varying(20)", "text", true),
            ("text", "integer", false),
            ("numeric(10,2)", "numeric(12,2)", true),
            ("numeric(10,2)", "numeric(10,4)", false),
            ("integer", "integer[]", false),
            ("uuid", "text", true),
        ] {
            assert_eq!(are_kept(&before.into(), &after.into()), kept, "{before} {after}");
        }
    }
}
