//! Columns and domains.

use super::details::{Detail, details, options, settings};
use super::names::{name, quoted};
use super::table;
use crate::dialect::Unsupported;
use crate::op::ColumnChange;
use crate::schema::{Column, Domain, Identity, IdentityKind, Name, Table};

/// The definition of a column in `CREATE TABLE` and `ADD COLUMN`.
pub(super) fn definition(column: &Column) -> String {
    let mut text = quoted(&column.name);
    let serial = column.identity.as_ref().filter(|identity| is_plain_serial(identity));
    text.push(' ');
    text.push_str(match (serial, column.data_type.as_str()) {
        (Some(_), "smallint") => "smallserial",
        (Some(_), "integer") => "serial",
        (Some(_), "bigint") => "bigserial",
        (_, of) => of,
    });
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(generated) = &column.generated {
        let kept = if generated.stored { "STORED" } else { "VIRTUAL" };
        text.push_str(&format!(" GENERATED ALWAYS AS ({}) {kept}", generated.expression));
    }
    if let Some(default) = &column.default {
        text.push_str(&format!(" DEFAULT {default}"));
    }
    let is_checked_later =
        details(&column.details).iter().any(|one| one.word.starts_with("NOT NULL"));
    if !column.nullable && !is_checked_later && serial.is_none() {
        text.push_str(" NOT NULL");
    }
    if let Some(identity) = &column.identity
        && let Some(words) = identity_words(identity)
    {
        text.push_str(&words);
    }
    text
}

const fn is_plain_serial(identity: &Identity) -> bool {
    matches!(identity.kind, IdentityKind::Serial) && identity.options.is_empty()
}

fn identity_words(identity: &Identity) -> Option<String> {
    let kind = match identity.kind {
        IdentityKind::Always => "ALWAYS",
        IdentityKind::ByDefault => "BY DEFAULT",
        _ => return None,
    };
    let options = match identity.options.as_str() {
        "" => String::new(),
        options => format!(" ({options})"),
    };
    Some(format!(" GENERATED {kind} AS IDENTITY{options}"))
}

/// The sequence of a column with `serial` whose options or name are not the usual ones: statements that run
/// before the table, and those that run behind it.
pub(super) fn sequence_of_serial(table: &Name, column: &Column) -> Option<(String, Vec<String>)> {
    let identity = column.identity.as_ref()?;
    if !matches!(identity.kind, IdentityKind::Serial) || identity.options.is_empty() {
        return None;
    }
    let usual = Name {
        namespace: table.namespace.clone(),
        name: format!("{}_{}_seq", table.name, column.name),
    };
    let mut own = name(&usual);
    let mut rest = identity.options.as_str();
    if let Some((given, behind)) = identity.sequence_name() {
        (own, rest) = (given.to_owned(), behind);
    }
    let (unlogged, rest) = match rest.strip_suffix("UNLOGGED") {
        Some(rest) => ("UNLOGGED ", rest.trim_end()),
        None => ("", rest),
    };
    // A sequence of its own counts in bigint.
    let of = if rest.contains("AS ") { String::new() } else { format!(" AS {}", column.data_type) };
    let create = format!("CREATE {unlogged}SEQUENCE {own}{of} {rest}").trim_end().to_owned();
    let (on, column) = (name(table), quoted(&column.name));
    let literal = super::names::string(&own);
    Some((
        create,
        vec![
            format!(
                "ALTER TABLE {on} ALTER COLUMN {column} SET DEFAULT nextval({literal}::regclass)"
            ),
            format!("ALTER SEQUENCE {own} OWNED BY {on}.{column}"),
        ],
    ))
}

/// The statements that give a column what its definition cannot.
pub(super) fn after(table: &Name, column: &Column) -> Vec<String> {
    let alter = |text: String| {
        format!("ALTER TABLE {} ALTER COLUMN {} {text}", name(table), quoted(&column.name))
    };
    details(&column.details)
        .into_iter()
        .filter_map(|Detail { word, value }| match word {
            "STORAGE" | "COMPRESSION" | "STATISTICS" => Some(alter(format!("SET {word} {value}"))),
            "WITH" => Some(alter(format!("SET {}", settings(value)))),
            "OPTIONS" => Some(alter(format!("OPTIONS {}", options(value)))),
            "NOT NULL NOT VALID" | "NOT NULL NO INHERIT" | "NOT NULL NOT VALID NO INHERIT" => {
                Some(format!(
                    "ALTER TABLE {} ADD NOT NULL {}{}",
                    name(table),
                    quoted(&column.name),
                    word.trim_start_matches("NOT NULL")
                ))
            }
            _ => None,
        })
        .collect()
}

pub(super) fn add(table: &Name, column: &Column, constraints: &Table) -> Vec<String> {
    let mut all = Vec::new();
    let mut behind = after(table, column);
    if let Some((before, later)) = sequence_of_serial(table, column) {
        all.push(before);
        behind.splice(0..0, later);
    }
    let mut text = format!("ALTER TABLE {} ADD COLUMN {}", name(table), definition(column));
    // What is written at the column becomes a constraint of the table.
    for constraint in table::constraints(constraints) {
        text.push_str(&format!(", ADD {constraint}"));
    }
    all.push(text);
    all.extend(behind);
    all
}

pub(super) fn alter(
    table: &Name,
    column: &str,
    change: &ColumnChange,
) -> Result<Vec<String>, Unsupported> {
    let change = match change {
        ColumnChange::Type { data_type, collation, using, .. } => {
            let collation =
                collation.as_ref().map_or_else(String::new, |of| format!(" COLLATE {of}"));
            let using = using.as_ref().map_or_else(String::new, |text| format!(" USING {text}"));
            format!("TYPE {data_type}{collation}{using}")
        }
        ColumnChange::Default(Some(default)) => format!("SET DEFAULT {default}"),
        ColumnChange::Default(None) => "DROP DEFAULT".to_owned(),
        ColumnChange::Nullable(true) => "DROP NOT NULL".to_owned(),
        ColumnChange::Nullable(false) => "SET NOT NULL".to_owned(),
        ColumnChange::AddIdentity(identity) => {
            let words = identity_words(identity).unwrap_or_default();
            format!("ADD{words}")
        }
        ColumnChange::AlterIdentity(text) => text.clone(),
        ColumnChange::DropIdentity { if_exists } => {
            format!("DROP IDENTITY{}", if *if_exists { " IF EXISTS" } else { "" })
        }
        ColumnChange::SetExpression(text) => format!("SET EXPRESSION AS ({text})"),
        ColumnChange::DropExpression { if_exists } => {
            format!("DROP EXPRESSION{}", if *if_exists { " IF EXISTS" } else { "" })
        }
        ColumnChange::Detail { name: detail, value } => match (detail.as_str(), value) {
            ("WITH", Some(value)) => format!("SET {}", settings(value)),
            (word, value) if word.starts_with("WITH.") => match value {
                Some(value) => format!("SET ({}={value})", &word[5..]),
                None => format!("RESET ({})", &word[5..]),
            },
            (_, Some(value)) => format!("SET {detail} {value}"),
            ("STATISTICS", None) => "SET STATISTICS -1".to_owned(),
            (_, None) => format!("SET {detail} DEFAULT"),
        },
        _ => return Err(Unsupported::new("a change of a column")),
    };
    Ok(vec![format!("ALTER TABLE {} ALTER COLUMN {} {change}", name(table), quoted(column))])
}

pub(super) fn domain(own: &Name, domain: &Domain) -> String {
    let mut text = format!("CREATE DOMAIN {} AS {}", name(own), domain.data_type);
    if let Some(collation) = &domain.collation {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(default) = &domain.default {
        text.push_str(&format!(" DEFAULT {default}"));
    }
    if !domain.nullable {
        text.push_str(" NOT NULL");
    }
    for check in &domain.checks {
        text.push(' ');
        text.push_str(&table::check(check));
    }
    text
}

pub(super) fn alter_domain(own: &Name, change: &ColumnChange) -> Result<Vec<String>, Unsupported> {
    let change = match change {
        ColumnChange::Default(Some(default)) => format!("SET DEFAULT {default}"),
        ColumnChange::Default(None) => "DROP DEFAULT".to_owned(),
        ColumnChange::Nullable(true) => "DROP NOT NULL".to_owned(),
        ColumnChange::Nullable(false) => "SET NOT NULL".to_owned(),
        ColumnChange::AddCheck(check) => format!("ADD {}", table::check(check)),
        ColumnChange::DropCheck { name: check, if_exists } => {
            let exists = if *if_exists { "IF EXISTS " } else { "" };
            format!("DROP CONSTRAINT {exists}{}", quoted(check))
        }
        ColumnChange::ValidateCheck(check) => format!("VALIDATE CONSTRAINT {}", quoted(check)),
        ColumnChange::RenameCheck { name: check, to } => {
            format!("RENAME CONSTRAINT {} TO {}", quoted(check), quoted(to))
        }
        _ => return Err(Unsupported::new("a change of a domain")),
    };
    Ok(vec![format!("ALTER DOMAIN {} {change}", name(own))])
}
