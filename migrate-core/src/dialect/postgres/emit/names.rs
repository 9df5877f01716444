//! Identifiers and literals.

pub(super) use super::super::keywords::quote_name as quoted;
use crate::schema::{Kind, Name};
use crate::sql::quote;

/// A name with its namespace.
pub(super) fn name(own: &Name) -> String {
    match &own.namespace {
        Some(namespace) => format!("{}.{}", quoted(namespace), quoted(&own.name)),
        None => quoted(&own.name),
    }
}

/// A name of [`Schema::others`](crate::schema::Schema::others), which has no quotes: a namespace may stand
/// before the name, and arguments behind it.
pub(super) fn key(key: &str) -> String {
    let (own, arguments) = match key.find('(') {
        Some(at) => key.split_at(at),
        None => (key, ""),
    };
    let own = match own.split_once('.') {
        Some((namespace, own)) if !namespace.is_empty() && !own.is_empty() => {
            format!("{}.{}", quoted(namespace), quoted(own))
        }
        _ => quoted(own),
    };
    format!("{own}{arguments}")
}

/// Identifiers in parentheses.
pub(super) fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|own| quoted(own)).collect();
    format!("({})", names.join(", "))
}

/// A string literal, which means the same under every setting of `standard_conforming_strings`.
pub(super) fn string(text: &str) -> String {
    if text.contains('\\') {
        return format!(" E{}", quote(&text.replace('\\', "\\\\"), '\'')).trim_start().to_owned();
    }
    quote(text, '\'')
}

/// String literals with commas between.
pub(super) fn strings(texts: &[String]) -> String {
    texts.iter().map(|text| string(text)).collect::<Vec<_>>().join(", ")
}

/// The kind of an object as `DROP`, `ALTER` and `COMMENT ON` write it.
pub(super) fn word(kind: Kind) -> String {
    match kind {
        Kind::Enum => "TYPE".to_owned(),
        Kind::MaterialisedView => "MATERIALIZED VIEW".to_owned(),
        Kind::PrimaryKey | Kind::Unique | Kind::Check | Kind::ForeignKey => "CONSTRAINT".to_owned(),
        kind => kind.word().to_uppercase(),
    }
}
