//! Columns with everything that is written at them.

use super::data_type::{Type, data_type};
use super::default::{default, now};
use super::expression::expression;
use super::grammar::{group, name, number, one_of, string, written};
use super::index::{is_own_option, name_or_value};
use super::key::{KeyKind, NewKey, references};
use super::text_type::{collated, collation};
use crate::schema::{Check, Column, ForeignKey, Generated, IdentityKind, Table};
use crate::sql::{Cursor, Unexpected};

/// A column with the constraints that are written at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NewColumn {
    pub(super) column: Column,
    pub(super) keys: Vec<NewKey>,
    pub(super) checks: Vec<Check>,
    pub(super) foreign_key: Option<ForeignKey>,
}

impl NewColumn {
    /// The column, and a table of its constraints alone. A key has the name of the column until it
    /// is known which names the table has.
    pub(super) fn parts(self, with_foreign_key: bool) -> (Column, Table) {
        let mut constraints = Table { checks: self.checks, ..Table::default() };
        for key in self.keys {
            if key.kind == KeyKind::Primary {
                constraints.primary_key = Some(key.primary);
            } else {
                constraints.indexes.insert(self.column.name.clone(), key.index);
            }
        }
        constraints.foreign_keys.extend(self.foreign_key.filter(|_| with_foreign_key));
        (self.column, constraints)
    }
}

/// What is collected of a column before its details have their order.
#[derive(Default)]
struct Details {
    generated: Option<String>,
    compressed: bool,
    invisible: bool,
    versioning: Option<&'static str>,
    on_update: Option<String>,
    others: Vec<String>,
}

impl Details {
    /// In the order of the server.
    fn text(self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.compressed.then(|| "COMPRESSED".to_owned()));
        parts.extend(self.generated);
        parts.extend(self.invisible.then(|| "INVISIBLE".to_owned()));
        parts.extend(self.versioning.map(str::to_owned));
        parts.extend(self.on_update.map(|time| format!("ON UPDATE {time}")));
        parts.extend(self.others);
        parts.join(" ")
    }
}

/// Passes over a column: its name, its type and its attributes.
pub(super) fn column(item: &mut Cursor<'_>) -> Result<NewColumn, Unexpected> {
    let name = super::grammar::column_name(item)?;
    let given = data_type(item)?;
    let mut new = NewColumn {
        column: Column { name, nullable: true, ..Column::default() },
        ..NewColumn::default()
    };
    let mut details = Details::default();
    while !ends_column(item) {
        attribute(item, &given, &mut new, &mut details)?;
    }
    let column = &mut new.column;
    if given.serial {
        column.nullable = false;
        column.identity = Some(IdentityKind::AutoIncrement.into());
        new.keys.insert(0, NewKey::of_column(KeyKind::Unique, &column.name));
    }
    if given.json && new.checks.is_empty() {
        let expression = format!("json_valid({})", crate::sql::quote(&column.name, '`'));
        new.checks.push(Check { expression, ..Check::default() });
    }
    for check in &mut new.checks {
        if check.name.is_none() {
            check.details = format!("of the column {}", crate::sql::quote(&column.name, '`'));
        }
    }
    if new.keys.iter().any(|key| key.kind == KeyKind::Primary) || column.identity.is_some() {
        column.nullable = false;
    }
    let mut data_type = given.text.clone();
    match &column.collation {
        Some(collation) => data_type = collated(&data_type, collation).unwrap_or(data_type),
        None => column.collation = collation_of(&given),
    }
    // One unique key, however often it is written; a primary key needs none.
    new.keys.dedup_by_key(|key| key.kind);
    if new.keys.iter().any(|key| key.kind == KeyKind::Primary) {
        new.keys.retain(|key| key.kind == KeyKind::Primary);
    }
    // The server writes the digits of the column.
    if let (Some(time), Some(digits)) = (&mut details.on_update, data_type.split_once('(')) {
        *time = format!("current_timestamp({}", digits.1);
    } else if let Some(time) = &mut details.on_update {
        "current_timestamp()".clone_into(time);
    }
    column.data_type = data_type.into();
    column.details = details.text();
    Ok(new)
}

/// The collation of a type: a character set stands for its usual one, `_bin` for that of a
/// character set that is not known here.
fn collation_of(given: &Type) -> Option<String> {
    if given.binary && given.collation.is_none() {
        return Some(format!("{}_bin", given.charset.as_deref().unwrap_or_default()));
    }
    given.collation.clone().or_else(|| given.charset.clone())
}

fn ends_column(item: &Cursor<'_>) -> bool {
    const ENDS: [&str; 5] = [",", "FIRST", "AFTER", "PARTITION BY", "REMOVE PARTITIONING"];
    item.is_empty() || item.is_any(&ENDS)
}

fn attribute(
    item: &mut Cursor<'_>,
    given: &Type,
    new: &mut NewColumn,
    details: &mut Details,
) -> Result<(), Unexpected> {
    let column = &mut new.column;
    if item.eat("NOT NULL") {
        column.nullable = false;
    } else if item.eat("NULL") {
        column.nullable = true;
    } else if item.eat("DEFAULT") {
        column.default = default(item)?;
    } else if item.eat("ON") {
        item.expect("UPDATE")?;
        details.on_update = Some(now(item)?);
    } else if item.eat("AUTO_INCREMENT") {
        column.identity = Some(IdentityKind::AutoIncrement.into());
    } else if item.eat("SERIAL") {
        item.expect("DEFAULT VALUE")?;
        column.identity = Some(IdentityKind::AutoIncrement.into());
        new.keys.push(NewKey::of_column(KeyKind::Unique, &column.name));
    } else if item.eat("PRIMARY") {
        item.expect("KEY")?;
        new.keys.push(NewKey::of_column(KeyKind::Primary, &column.name));
    } else if item.eat("KEY") {
        new.keys.push(NewKey::of_column(KeyKind::Primary, &column.name));
    } else if item.eat("UNIQUE") {
        item.eat("KEY");
        new.keys.push(NewKey::of_column(KeyKind::Unique, &column.name));
    } else if item.eat("COMMENT") {
        column.comment = Some(string(item)?).filter(|comment| !comment.is_empty());
    } else if item.eat("COLLATE") {
        column.collation = Some(collation(item)?).filter(|name| name != "default");
    } else if item.is("CONSTRAINT") || item.is("CHECK") {
        new.checks.push(check(item)?);
    } else if item.eat("REFERENCES") {
        let mut key = references(item)?;
        key.columns = vec![column.name.clone()];
        // MySQL before 9 reads it and forgets it.
        key.written_at = Some(column.name.clone());
        new.foreign_key = Some(key);
    } else if item.eat("GENERATED") {
        item.expect("ALWAYS AS")?;
        generated(item, new, details)?;
    } else if item.eat("AS") {
        generated(item, new, details)?;
    } else {
        detail(item, given, details)?;
    }
    Ok(())
}

/// An attribute that has no field of its own in a column.
fn detail(item: &mut Cursor<'_>, given: &Type, details: &mut Details) -> Result<(), Unexpected> {
    if item.eat("INVISIBLE") {
        details.invisible = true;
    } else if item.eat("VISIBLE") {
        details.invisible = false;
    } else if item.eat("COMPRESSED") {
        details.compressed = true;
        if item.eat("=") {
            name(item, "a method")?;
        }
    } else if item.eat("WITH SYSTEM VERSIONING") {
        // It is usual in a table with system versioning, the only one where it can stand.
        details.versioning = None;
    } else if item.eat("WITHOUT") {
        item.expect("SYSTEM VERSIONING")?;
        details.versioning = Some("WITHOUT SYSTEM VERSIONING");
    } else if let Some(word) = item.eat_any(&["COLUMN_FORMAT", "STORAGE"]) {
        let value = one_of(item, &["DEFAULT", "FIXED", "DYNAMIC", "DISK", "MEMORY"])?;
        details.others.push(format!("{word} {value}"));
    } else if item.eat("SRID") {
        details.others.push(format!("SRID {}", number(item)?));
    } else if item.is("REF_SYSTEM_ID") && is_geometry(&given.text) {
        item.bump();
        item.expect("=")?;
        let system = number(item)?;
        details.others.extend((system != "0").then(|| format!("REF_SYSTEM_ID={system}")));
    } else if is_own_option(item) {
        let option = name(item, "an option")?;
        item.eat("=");
        let value = name_or_value(item)?;
        details.others.push(format!("{}='{value}'", crate::sql::quote(&option, '`')));
    } else {
        return Err(item.unexpected("an attribute of the column, `,` or `)`"));
    }
    Ok(())
}

fn is_geometry(text: &str) -> bool {
    ["geom", "point", "linestring", "polygon"].iter().any(|word| text.contains(word))
}

/// `CHECK (..)`, in MySQL with a name and with `NOT ENFORCED`.
fn check(item: &mut Cursor<'_>) -> Result<Check, Unexpected> {
    let mut check = Check::default();
    if item.eat("CONSTRAINT") && !item.is("CHECK") {
        check.name = Some(name(item, "the name of a constraint")?);
    }
    item.expect("CHECK")?;
    let condition = group(item)?;
    expression(condition)?;
    check.expression = written(condition.strip_parens());
    if item.eat("NOT ENFORCED") {
        check.details = "NOT ENFORCED".to_owned();
    }
    item.eat("ENFORCED");
    Ok(check)
}

/// What follows `AS` of a generated column.
fn generated(
    item: &mut Cursor<'_>,
    new: &mut NewColumn,
    details: &mut Details,
) -> Result<(), Unexpected> {
    if item.eat("ROW") {
        let edge = one_of(item, &["START", "END"])?;
        // The catalog's reader sees a column that may be NULL and has no default.
        details.generated = Some(format!("GENERATED ALWAYS AS ROW {edge} WITHOUT DEFAULT"));
        return Ok(());
    }
    let inside = group(item)?;
    expression(inside)?;
    let stored = item.eat("STORED") || item.eat("PERSISTENT");
    let _ = stored || item.eat("VIRTUAL");
    let expression = written(inside.strip_parens());
    new.column.generated = Some(Generated { expression, stored });
    Ok(())
}
