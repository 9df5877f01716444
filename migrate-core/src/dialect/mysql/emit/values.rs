//! What becomes of values when a column gets another type, and values to fill rows with.

use crate::schema::DataType;

/// Types of numbers and texts, from narrow to wide.
const FAMILIES: [&[&str]; 4] = [
    &["tinyint", "smallint", "mediumint", "int", "bigint"],
    &["char", "varchar", "tinytext", "text", "mediumtext", "longtext"],
    &["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"],
    &["float", "double"],
];

/// Returns `true` if every value of the first type is the same in the second.
pub(super) fn are_kept(before: &DataType, after: &DataType) -> bool {
    let word = |of: &DataType| of.name().split(' ').next().unwrap_or_default().to_owned();
    let (old, new) = (word(before), word(after));
    let is_unsigned = |of: &DataType| of.contains("unsigned");
    let (unsigned, later) = (is_unsigned(before), is_unsigned(after));
    if old == new {
        return unsigned == later && arguments_are_wider(&old, before, after);
    }
    let rank = |family: &[&str], word: &str| family.iter().position(|own| *own == word);
    FAMILIES.iter().any(|family| match (rank(family, &old), rank(family, &new)) {
        (Some(narrow), Some(wide)) => {
            let fits = match (before.number(0), after.number(0)) {
                (Some(old), Some(new)) if family.contains(&"char") => old <= new,
                _ => true,
            };
            narrow < wide && (unsigned == later || unsigned && !later) && fits
        }
        _ => false,
    })
}

fn arguments_are_wider(word: &str, before: &DataType, after: &DataType) -> bool {
    match word {
        "enum" | "set" => before.arguments().iter().all(|value| after.arguments().contains(value)),
        "decimal" => {
            let digits = |of: &DataType| {
                let (all, behind) = (of.number(0).unwrap_or(10), of.number(1).unwrap_or(0));
                (all - behind, behind)
            };
            let ((old, few), (new, many)) = (digits(before), digits(after));
            old <= new && few <= many
        }
        word if word.ends_with("int") => true,
        _ => match (before.number(0), after.number(0)) {
            (Some(old), Some(new)) => old <= new,
            (None, None) | (None, Some(_)) => true,
            (Some(_), None) => false,
        },
    }
}

/// A literal of a type.
pub(super) fn placeholder(of: &DataType) -> Option<String> {
    let word = of.name().split(' ').next().unwrap_or_default().to_lowercase();
    Some(match word.as_str() {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float"
        | "double" | "bit" | "year" => "0".to_owned(),
        "date" => "current_date()".to_owned(),
        "datetime" | "timestamp" => "current_timestamp()".to_owned(),
        "time" => "'00:00:00'".to_owned(),
        "enum" => of.arguments().first()?.clone(),
        "json" => "'{}'".to_owned(),
        word if word.ends_with("text")
            || word.ends_with("char")
            || word.ends_with("blob")
            || word.ends_with("binary")
            || word == "set" =>
        {
            "''".to_owned()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_types_keep_values() {
        for (before, after, kept) in [
            ("int(11)", "bigint(20)", true),
            ("int(11)", "int(10) unsigned", false),
            ("varchar(10)", "varchar(20)", true),
            ("varchar(20)", "varchar(10)", false),
            ("varchar(20)", "text", true),
            ("text", "varchar(20)", false),
            ("decimal(10,2)", "decimal(10,3)", false),
            ("enum('a')", "enum('a','b')", true),
            ("enum('a','b')", "enum('a')", false),
            ("int(11)", "text", false),
        ] {
            assert_eq!(are_kept(&before.into(), &after.into()), kept, "{before} {after}");
        }
    }
}
