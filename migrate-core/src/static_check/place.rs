//! Finds the statement of a section that has to do with a difference.

use crate::dialect::Dialect;
use crate::revision::Section;
use crate::schema::{Difference, Kind};
use crate::source::{SourceFile, Span};
use crate::sql::Tokens;

/// The last statement that names the object, else the last that names its table.
pub(super) fn statement(
    file: &SourceFile,
    section: &Section,
    dialect: Dialect,
    difference: &Difference,
) -> Option<Span> {
    let object = &difference.object;
    let table = object.table.as_ref().map(|table| table.name.as_str());
    let own = object.name.rsplit('.').next().unwrap_or(&object.name);
    let names = [Some(own), table];
    let wanted = names.into_iter().flatten();
    let mut found = wanted.filter_map(|name| mention(file, section, dialect, name));
    found.next()
}

/// The last statement that has a name.
pub(super) fn mention(
    file: &SourceFile,
    section: &Section,
    dialect: Dialect,
    name: &str,
) -> Option<Span> {
    let statements = section.statements(file, dialect);
    let mut spans = statements.iter().rev();
    spans.find(|span| mentions(file.text(), **span, dialect, name)).copied()
}

fn mentions(text: &str, span: Span, dialect: Dialect, name: &str) -> bool {
    let rules = dialect.lex_rules();
    Tokens::read(text, span, rules).is_ok_and(|tokens| {
        let cursor = tokens.cursor();
        let mut names = cursor.lexemes().iter().filter_map(|lexeme| lexeme.name(rules));
        names.any(|found| found.eq_ignore_ascii_case(name))
    })
}

/// The statement that drops what is left behind, where it is that simple.
pub(super) fn drop_statement(difference: &Difference) -> Option<String> {
    let object = &difference.object;
    let name = &object.name;
    let is_plain = |text: &str| {
        text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.')
    };
    let table = object.table.as_ref().map(ToString::to_string);
    if !is_plain(name) || !table.as_deref().is_none_or(is_plain) {
        return None;
    }
    Some(match (object.kind, table) {
        (Kind::Table, None) => format!("DROP TABLE {name};"),
        (Kind::View, None) => format!("DROP VIEW {name};"),
        (Kind::Column, Some(table)) => format!("ALTER TABLE {table} DROP COLUMN {name};"),
        _ => return None,
    })
}
