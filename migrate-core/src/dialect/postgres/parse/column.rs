//! Columns, and the constraints that stand at them or behind them.

use super::expr::{in_parens, take_restricted};
use super::names::{Parsed, columns, group, label, list, name, number, qualified, quoted};
use super::sequence_option::{Options, options};
use super::types::{TypeName, collation, option_value, plain_type};
use super::{Cursor, Parser};
use crate::op::TableConstraint;
use crate::schema::{
    Action, Check, Column, Constraint, Deferrable, ForeignKey, Generated, Identity, IdentityKind,
    Key, MatchType, Table,
};

/// What `ConstraintAttr` says behind a constraint.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) deferrable: Option<Deferrable>,
    pub(super) not_valid: bool,
    pub(super) no_inherit: bool,
    pub(super) not_enforced: bool,
}

impl Attributes {
    /// The details of a constraint in the words of the catalog.
    pub(super) fn details(&self) -> String {
        let words = [
            (self.not_enforced, "NOT ENFORCED"),
            (self.not_valid && !self.not_enforced, "NOT VALID"),
            (self.no_inherit, "NO INHERIT"),
        ];
        let words: Vec<&str> = words.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
        words.join(" ")
    }
}

/// Passes over words about when and how a constraint is checked.
pub(super) fn attributes(cursor: &mut Cursor<'_>) -> Parsed<Attributes> {
    let mut found = Attributes::default();
    let (mut not, mut deferrable, mut deferred, mut immediate) = (false, false, false, false);
    loop {
        let copy = *cursor;
        if cursor.eat("NOT DEFERRABLE") {
            not = true;
        } else if cursor.eat("DEFERRABLE") {
            deferrable = true;
        } else if cursor.eat("INITIALLY DEFERRED") {
            deferred = true;
        } else if cursor.eat("INITIALLY IMMEDIATE") {
            immediate = true;
        } else if cursor.eat("NOT VALID") {
            found.not_valid = true;
        } else if cursor.eat("NO INHERIT") {
            found.no_inherit = true;
        } else if cursor.eat("NOT ENFORCED") {
            found.not_enforced = true;
        } else if cursor.eat("ENFORCED") {
        } else {
            break;
        }
        if not && (deferrable || deferred) || deferred && immediate {
            return Err(copy.unexpected("no attribute that contradicts another"));
        }
    }
    found.deferrable = match (not, deferrable, deferred, immediate) {
        (_, _, true, _) => Some(Deferrable::InitiallyDeferred),
        (_, true, _, _) => Some(Deferrable::InitiallyImmediate),
        (true, ..) | (.., true) => Some(Deferrable::No),
        _ => None,
    };
    Ok(found)
}

/// Passes over the options of an index or a table in parentheses, as the catalog writes them.
pub(super) fn settings(cursor: &mut Cursor<'_>) -> Parsed<Vec<(String, String)>> {
    list(group(cursor)?, |item| {
        let mut name = label(item, "the name of an option")?;
        if item.eat(".") {
            name = format!("{name}.{}", label(item, "the name of an option")?);
        }
        let value = if item.eat("=") { option_value(item)? } else { "true".to_owned() };
        Ok((name, value))
    })
}

/// Settings in the order of their names: `(fillfactor=70)`.
pub(super) fn settings_text(settings: &[(String, String)]) -> String {
    let mut items: Vec<String> =
        settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    items.sort();
    format!("({})", items.join(", "))
}

/// Passes over what may be said of the index behind a key.
fn of_index(cursor: &mut Cursor<'_>) -> Parsed<Vec<String>> {
    let mut details = Vec::new();
    if cursor.eat("WITH") {
        details.push(format!("WITH {}", settings_text(&settings(cursor)?)));
    }
    if cursor.eat("USING INDEX TABLESPACE") {
        let space = name(cursor, "the name of a tablespace")?;
        if space != "pg_default" {
            details.push(format!("TABLESPACE {space}"));
        }
    }
    Ok(details)
}

fn nulls(cursor: &mut Cursor<'_>) -> Parsed<bool> {
    if cursor.eat("NULLS NOT DISTINCT") {
        return Ok(true);
    }
    if cursor.eat("NULLS") {
        cursor.expect("DISTINCT")?;
    }
    Ok(false)
}

fn include(cursor: &mut Cursor<'_>) -> Parsed<Vec<String>> {
    if cursor.eat("INCLUDE") { columns(cursor) } else { Ok(Vec::new()) }
}

fn joined(parts: impl IntoIterator<Item = String>) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// A constraint of a table with the index that becomes its own.
pub(super) struct Written {
    pub(super) constraint: TableConstraint,
    pub(super) using_index: Option<String>,
}

/// Returns `true` if a constraint of a table comes next.
pub(super) fn is_constraint(cursor: &Cursor<'_>) -> bool {
    cursor.is_any(&["CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN"])
        || cursor.is("EXCLUDE (")
        || cursor.is("EXCLUDE USING")
        || cursor.is("NOT NULL")
}

impl<'t> Parser<'t> {
    /// Passes over the columns of a foreign key's parent and all that follows.
    fn references(self, cursor: &mut Cursor<'t>) -> Parsed<ForeignKey> {
        let mut key = ForeignKey {
            parent: qualified(cursor, "the name of a table")?,
            ..ForeignKey::default()
        };
        let mut period = false;
        if cursor.is("(") {
            key.parent_columns = list(group(cursor)?, |item| {
                if item.is("PERIOD") && item.lexemes().len() > 1 {
                    item.bump();
                    period = true;
                }
                name(item, "the name of a column")
            })?;
        }
        if cursor.eat("MATCH") {
            let word = cursor.eat_any(&["FULL", "SIMPLE"]);
            let word = word.ok_or_else(|| cursor.unexpected("`FULL` or `SIMPLE`"))?;
            key.match_type = MatchType::from_word(word);
        }
        let (mut update, mut delete) = (false, false);
        let mut details = String::new();
        while cursor.is("ON") {
            if !delete && cursor.eat("ON DELETE") {
                delete = true;
                let columns;
                (key.on_delete, columns) = action(cursor)?;
                if !columns.is_empty() {
                    details = format!("ON DELETE ({})", columns.join(", "));
                }
            } else if !update && cursor.eat("ON UPDATE") {
                update = true;
                key.on_update = action(cursor)?.0;
            } else {
                cursor.bump();
                return Err(cursor.unexpected("`DELETE` or `UPDATE`, once each"));
            }
        }
        key.details = joined([if period { "PERIOD".to_owned() } else { String::new() }, details]);
        Ok(key)
    }

    /// Passes over a constraint of a table. `None` is `NOT NULL`, whose column is returned.
    pub(super) fn table_constraint(
        self,
        cursor: &mut Cursor<'t>,
    ) -> Parsed<Result<Written, String>> {
        let named = if cursor.eat("CONSTRAINT") {
            Some(name(cursor, "the name of a constraint")?)
        } else {
            None
        };
        let mut using_index = None;
        let start = *cursor;
        let constraint = if cursor.eat("CHECK") {
            let expression = self.written(in_parens(cursor)?.strip_parens());
            let attributes = attributes(cursor)?;
            if attributes.deferrable.is_some_and(|when| when != Deferrable::No) {
                return Err(start.unexpected("a constraint that can be deferred"));
            }
            let details = attributes.details();
            TableConstraint::Check(Check { name: named, expression, details, ..Check::default() })
        } else if cursor.is("UNIQUE") || cursor.is("PRIMARY") {
            let is_primary = cursor.eat("PRIMARY");
            cursor.expect(if is_primary { "KEY" } else { "UNIQUE" })?;
            let mut key = Key { name: named, ..Key::default() };
            let mut details = Vec::new();
            if cursor.eat("USING INDEX") {
                using_index = Some(name(cursor, "the name of an index")?);
            } else {
                key.nulls_not_distinct = !is_primary && nulls(cursor)?;
                let mut overlaps = false;
                key.columns = list(group(cursor)?, |item| {
                    let column = name(item, "the name of a column")?;
                    overlaps |= item.eat("WITHOUT OVERLAPS");
                    Ok(column)
                })?;
                if overlaps {
                    details.push("WITHOUT OVERLAPS".to_owned());
                }
                key.include = include(cursor)?;
                details.extend(of_index(cursor)?);
            }
            key.deferrable = key_attributes(cursor)?;
            key.details = joined(details);
            if is_primary { TableConstraint::PrimaryKey(key) } else { TableConstraint::Unique(key) }
        } else if cursor.eat("FOREIGN") {
            cursor.expect("KEY")?;
            let mut period = false;
            let columns = list(group(cursor)?, |item| {
                if item.is("PERIOD") && item.lexemes().len() > 1 {
                    item.bump();
                    period = true;
                }
                name(item, "the name of a column")
            })?;
            cursor.expect("REFERENCES")?;
            let mut key = self.references(cursor)?;
            let attributes = attributes(cursor)?;
            if attributes.no_inherit {
                return Err(start.unexpected("a constraint that children may lack"));
            }
            (key.name, key.columns) = (named, columns);
            key.deferrable = attributes.deferrable.unwrap_or_default();
            key.details = joined([key.details, attributes.details()]);
            TableConstraint::ForeignKey(key)
        } else if cursor.eat("EXCLUDE") {
            let definition = self.exclusion(cursor, start)?;
            TableConstraint::Other(Constraint { name: named.unwrap_or_default(), definition })
        } else if cursor.eat("NOT NULL") {
            let column = name(cursor, "the name of a column")?;
            attributes(cursor)?;
            return Ok(Err(column));
        } else {
            return Err(cursor.unexpected("a constraint"));
        };
        Ok(Ok(Written { constraint, using_index }))
    }

    /// What follows `EXCLUDE`; the definition in the words of the catalog.
    fn exclusion(self, cursor: &mut Cursor<'t>, start: Cursor<'t>) -> Parsed<String> {
        let method = if cursor.eat("USING") {
            name(cursor, "an access method")?
        } else {
            "btree".to_owned()
        };
        let elements = list(group(cursor)?, |item| {
            let begin = *item;
            super::index::part(self, item)?;
            let part = self.written(begin.before(item));
            item.expect("WITH")?;
            let operator = *item;
            if !super::expr::operator(item)? {
                return Err(item.unexpected("an operator"));
            }
            Ok(format!("{part} WITH {}", self.written(operator.before(item))))
        })?;
        let mut text = format!("EXCLUDE USING {method} ({})", elements.join(", "));
        let included = include(cursor)?;
        if !included.is_empty() {
            text.push_str(&format!(" INCLUDE ({})", included.join(", ")));
        }
        for detail in of_index(cursor)? {
            text.push_str(&format!(" {detail}"));
        }
        if cursor.eat("WHERE") {
            let condition = in_parens(cursor)?;
            text.push_str(&format!(" WHERE ({})", self.written(condition)));
        }
        let attributes = attributes(cursor)?;
        if attributes.not_valid || attributes.no_inherit {
            return Err(start.unexpected("a constraint of another kind"));
        }
        let when = attributes.deferrable.unwrap_or_default().words();
        if !when.is_empty() {
            text.push_str(&format!(" {when}"));
        }
        Ok(text)
    }

    /// Passes over a column with its constraints, which become those of `table`.
    pub(super) fn column(self, cursor: &mut Cursor<'t>, table: &mut Table) -> Parsed<()> {
        let name = name(cursor, "the name of a column")?;
        let data_type = plain_type(cursor)?;
        let mut column = column_of(name, &data_type);
        let mut details = Vec::new();
        if cursor.eat("STORAGE") {
            details.push(format!("STORAGE {}", label(cursor, "a storage mode")?));
        }
        if cursor.eat("COMPRESSION") {
            let method = label(cursor, "a compression method")?;
            if method != "default" {
                details.push(format!("COMPRESSION {method}"));
            }
        }
        if cursor.eat("OPTIONS") {
            group(cursor)?;
        }
        column.details = details.join(" ");
        self.qualifiers(cursor, &mut column, table)?;
        table.columns.push(column);
        Ok(())
    }

    /// Passes over the constraints of a column.
    pub(super) fn qualifiers(
        self,
        cursor: &mut Cursor<'t>,
        column: &mut Column,
        table: &mut Table,
    ) -> Parsed<()> {
        let own = vec![column.name.clone()];
        let mut last = Last::None;
        let mut saw_null = None;
        while !cursor.is_empty() {
            let start = *cursor;
            let named = if cursor.eat("CONSTRAINT") {
                Some(super::names::name(cursor, "the name of a constraint")?)
            } else {
                None
            };
            let before = std::mem::replace(&mut last, Last::None);
            if cursor.is("NOT NULL") || cursor.is("NULL") {
                let nullable = !cursor.eat("NOT");
                cursor.bump();
                if saw_null.is_some_and(|saw| saw != nullable) {
                    return Err(start.unexpected("no contradiction about NULL"));
                }
                saw_null = Some(nullable);
                if !nullable {
                    column.nullable = false;
                    cursor.eat("NO INHERIT");
                }
            } else if cursor.is("UNIQUE") || cursor.is("PRIMARY") {
                let is_primary = cursor.eat("PRIMARY");
                cursor.expect(if is_primary { "KEY" } else { "UNIQUE" })?;
                let nulls_not_distinct = !is_primary && nulls(cursor)?;
                let details = joined(of_index(cursor)?);
                let columns = own.clone();
                let key =
                    Key { name: named, columns, nulls_not_distinct, details, ..Key::default() };
                if is_primary {
                    if table.primary_key.is_some() {
                        return Err(start.unexpected("one primary key"));
                    }
                    column.nullable = false;
                    table.primary_key = Some(key);
                    last = Last::Primary;
                } else {
                    table.uniques.push(key);
                    last = Last::Unique;
                }
            } else if cursor.eat("CHECK") {
                let expression = self.written(in_parens(cursor)?.strip_parens());
                let no_inherit = cursor.eat("NO INHERIT");
                let not_enforced = cursor.eat("NOT ENFORCED");
                cursor.eat("ENFORCED");
                let details =
                    Attributes { no_inherit, not_enforced, ..Attributes::default() }.details();
                let check = Check { name: named, expression, details, ..Check::default() };
                table.checks.push(check);
            } else if cursor.eat("DEFAULT") {
                if column.default.is_some() || column.identity.is_some() {
                    return Err(start.unexpected("one default"));
                }
                let value = self.written(take_restricted(cursor)?);
                // NULL of a type with a length is cast to it, and kept. The type may be a domain, too.
                let is_none = value.eq_ignore_ascii_case("null")
                    && column.user_type.is_none()
                    && !column.data_type.contains('(');
                column.default = Some(value).filter(|_| !is_none);
            } else if cursor.is("GENERATED") {
                self.generated(cursor, column)?;
            } else if cursor.eat("REFERENCES") {
                let mut key = self.references(cursor)?;
                (key.name, key.columns) = (named, own.clone());
                table.foreign_keys.push(key);
                last = Last::ForeignKey;
            } else if named.is_some() {
                return Err(cursor.unexpected("a constraint"));
            } else if cursor.eat("COLLATE") {
                if column.collation.is_some() {
                    return Err(start.unexpected("one collation"));
                }
                column.collation = Some(collation(cursor)?).filter(|name| name != "\"default\"");
            } else {
                let attributes = attributes(cursor)?;
                if start.lexemes().len() == cursor.lexemes().len() {
                    return Err(cursor.unexpected("a constraint, `,` or `)`"));
                }
                let deferrable = attributes.deferrable.unwrap_or_default();
                match before {
                    Last::Primary => {
                        if let Some(key) = &mut table.primary_key {
                            key.deferrable = deferrable;
                        }
                    }
                    Last::Unique => {
                        if let Some(key) = table.uniques.last_mut() {
                            key.deferrable = deferrable;
                        }
                    }
                    Last::ForeignKey => {
                        if let Some(key) = table.foreign_keys.last_mut() {
                            key.deferrable = deferrable;
                            key.details = joined([key.details.clone(), attributes.details()]);
                        }
                    }
                    Last::None => return Err(start.unexpected("a constraint that can be deferred")),
                }
            }
        }
        Ok(())
    }

    /// Passes over `GENERATED ..`.
    pub(super) fn generated(self, cursor: &mut Cursor<'t>, column: &mut Column) -> Parsed<()> {
        let start = *cursor;
        cursor.expect("GENERATED")?;
        let always = cursor.eat("ALWAYS");
        if !always {
            cursor.expect("BY DEFAULT")?;
        }
        cursor.expect("AS")?;
        if cursor.eat("IDENTITY") {
            if column.identity.is_some() || column.default.is_some() {
                return Err(start.unexpected("one default"));
            }
            let found =
                if cursor.is("(") { options(&mut group(cursor)?)? } else { Options::default() };
            let kind = if always { IdentityKind::Always } else { IdentityKind::ByDefault };
            let options = found.text(&column.data_type);
            column.identity = Some(Identity { kind, options });
            column.nullable = false;
            return Ok(());
        }
        if !always {
            return Err(start.unexpected("`GENERATED ALWAYS`"));
        }
        let expression = self.written(in_parens(cursor)?.strip_parens());
        let stored = cursor.eat("STORED");
        cursor.eat("VIRTUAL");
        column.generated = Some(Generated { expression, stored });
        Ok(())
    }
}

/// The constraint that an attribute belongs to.
enum Last {
    None,
    Primary,
    Unique,
    ForeignKey,
}

/// A column of a type.
pub(super) fn column_of(name: String, data_type: &TypeName) -> Column {
    Column {
        name,
        data_type: data_type.data_type(),
        user_type: data_type.user_type.clone(),
        nullable: !data_type.is_serial,
        identity: data_type.is_serial.then(|| IdentityKind::Serial.into()),
        ..Column::default()
    }
}

/// When a key is checked. Other attributes cannot stand behind it.
fn key_attributes(cursor: &mut Cursor<'_>) -> Parsed<Deferrable> {
    let start = *cursor;
    let attributes = attributes(cursor)?;
    if attributes.not_valid || attributes.no_inherit || attributes.not_enforced {
        return Err(start.unexpected("`DEFERRABLE`, `INITIALLY` or the end of the constraint"));
    }
    Ok(attributes.deferrable.unwrap_or_default())
}

/// What happens to rows that refer to a row that changes, and to which of their columns.
fn action(cursor: &mut Cursor<'_>) -> Parsed<(Action, Vec<String>)> {
    let forms = ["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"];
    let Some(found) = cursor.eat_any(&forms) else {
        return Err(
            cursor.unexpected("`CASCADE`, `NO ACTION`, `RESTRICT`, `SET DEFAULT` or `SET NULL`")
        );
    };
    let action = Action::from_words(found);
    let has_columns = matches!(action, Action::SetNull | Action::SetDefault) && cursor.is("(");
    Ok((action, if has_columns { columns(cursor)? } else { Vec::new() }))
}

/// The number of a statistics target.
pub(super) fn statistics(cursor: &mut Cursor<'_>) -> Parsed<Option<String>> {
    if cursor.eat("DEFAULT") {
        return Ok(None);
    }
    Ok(Some(number(cursor)?).filter(|number| number != "-1"))
}

/// A list of columns as SQL writes it.
pub(super) fn column_list(columns: &[String]) -> String {
    columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}
