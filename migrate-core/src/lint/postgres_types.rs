//! What PostgreSQL does with the rows of a table when the type of a column changes.
//!
//! It keeps the rows as they are if the old values are values of the new type in the same form. That is
//! a closed list (`ATColumnChangeRequiresRewrite` and the support functions of types); for types of users
//! and extensions nothing is said.

use crate::schema::DataType;

/// What a change of a type does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeChange {
    /// The rows stay as they are.
    KeepsRows,
    /// The table and its indexes are written again.
    Rewrites,
    /// The rows stay from PostgreSQL 12 on if the session's time zone is UTC, else they are written again.
    DependsOnTimeZone,
    /// Not known.
    Unknown,
}

const BUILT_IN: [&str; 34] = [
    "bigint",
    "bit",
    "bit varying",
    "boolean",
    "bytea",
    "character",
    "character varying",
    "cidr",
    "date",
    "daterange",
    "double precision",
    "inet",
    "int4range",
    "int8range",
    "integer",
    "interval",
    "json",
    "jsonb",
    "macaddr",
    "money",
    "name",
    "numeric",
    "numrange",
    "real",
    "smallint",
    "text",
    "time with time zone",
    "time without time zone",
    "timestamp with time zone",
    "timestamp without time zone",
    "tsquery",
    "tsvector",
    "uuid",
    "xml",
];

/// The change from one type to another, both in the form of the catalog.
pub(super) fn type_change(before: &DataType, after: &DataType) -> TypeChange {
    if before == after {
        return TypeChange::KeepsRows;
    }
    let (old, new) = (before.name(), after.name());
    let is_known = |name: &str| BUILT_IN.contains(&name);
    if !is_known(old) || !is_known(new) {
        return TypeChange::Unknown;
    }
    if before.is_array() || after.is_array() {
        return match old == new && before.is_array() == after.is_array() {
            true => TypeChange::Unknown,
            false => TypeChange::Rewrites,
        };
    }
    let keeps = match (old, new) {
        ("character varying" | "text", "text") => true,
        ("text", "character varying") => after.number(0).is_none(),
        ("character varying" | "bit varying", _) if old == new => is_wider(before, after),
        ("numeric", "numeric") => is_wider_numeric(before, after),
        ("cidr", "inet") => true,
        ("interval", "interval") => is_wider(before, after),
        (old, new) if old == new && old.starts_with("time") => is_wider(before, after),
        ("timestamp without time zone", "timestamp with time zone")
        | ("timestamp with time zone", "timestamp without time zone")
            if before.number(0) == after.number(0) =>
        {
            return TypeChange::DependsOnTimeZone;
        }
        _ => false,
    };
    if keeps { TypeChange::KeepsRows } else { TypeChange::Rewrites }
}

/// Returns `true` if the limit of a length or precision grows or falls away.
fn is_wider(before: &DataType, after: &DataType) -> bool {
    match (before.number(0), after.number(0)) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(before), Some(after)) => after >= before,
    }
}

fn is_wider_numeric(before: &DataType, after: &DataType) -> bool {
    let scale = |of: &DataType| of.number(1).unwrap_or(0);
    after.number(0).is_none() || is_wider(before, after) && scale(before) == scale(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stay_only_where_old_values_are_values_of_the_new_type() {
        for (before, after, expected) in [
            ("character varying(20)", "character varying(50)", TypeChange::KeepsRows),
            ("character varying(20)", "character varying", TypeChange::KeepsRows),
            ("character varying(20)", "text", TypeChange::KeepsRows),
            ("text", "character varying", TypeChange::KeepsRows),
            ("text", "character varying(20)", TypeChange::Rewrites),
            ("character varying(50)", "character varying(20)", TypeChange::Rewrites),
            ("character(5)", "text", TypeChange::Rewrites),
            ("numeric(10,2)", "numeric(12,2)", TypeChange::KeepsRows),
            ("numeric(10,2)", "numeric(12,3)", TypeChange::Rewrites),
            ("numeric(10,2)", "numeric", TypeChange::KeepsRows),
            ("integer", "bigint", TypeChange::Rewrites),
            ("cidr", "inet", TypeChange::KeepsRows),
            (
                "timestamp(3) without time zone",
                "timestamp(6) without time zone",
                TypeChange::KeepsRows,
            ),
            (
                "timestamp without time zone",
                "timestamp with time zone",
                TypeChange::DependsOnTimeZone,
            ),
            ("mood", "text", TypeChange::Unknown),
            ("integer[]", "integer", TypeChange::Rewrites),
            ("character varying(5)[]", "character varying(9)[]", TypeChange::Unknown),
        ] {
            assert_eq!(type_change(&before.into(), &after.into()), expected, "{before} {after}");
        }
    }
}
