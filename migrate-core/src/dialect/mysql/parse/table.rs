//! `CREATE TABLE` in all its forms.

use std::collections::BTreeMap;

use super::column::{NewColumn, column};
use super::grammar::{end_of_item, group, if_not_exists, mentioned, qualified, query};
use super::key::{Element, KeyKind, NewKey, begins_element, element};
use super::option::{TableOption, option, partition_by};
use crate::dialect::projection::projection;
use crate::op::{Like, Op};
use crate::schema::{ForeignKey, Index, IndexPart, Key, Name, Table};
use crate::sql::{Cursor, Unexpected};

/// What is read of a statement up to now.
#[derive(Default)]
struct NewTable {
    table: Table,
    keys: Vec<Candidate>,
}

/// A key that is wanted, in the order of the server.
struct Candidate {
    key: NewKey,
    /// Whether it is made for a foreign key, and only if no other serves it.
    implied: bool,
    dropped: bool,
}

/// Reads the statement behind `CREATE [OR REPLACE] [TEMPORARY] TABLE`.
pub(super) fn create_table(
    mut cursor: Cursor<'_>,
    or_replace: bool,
    temporary: bool,
) -> Result<Vec<Op>, Unexpected> {
    let if_not_exists = if_not_exists(&mut cursor)?;
    let name = of_session(qualified(&mut cursor, "the name of a table")?, temporary);
    if let Some(source) = like(&mut cursor)? {
        let like = vec![Like { source, at: 0, including: vec!["all".to_owned()] }];
        let (table, inherits) = (Box::default(), Vec::new());
        return Ok(vec![Op::CreateTable {
            name,
            table,
            if_not_exists,
            or_replace,
            like,
            inherits,
        }]);
    }
    let mut new = NewTable::default();
    let has_elements = cursor.is("(") && !begins_query(cursor);
    if has_elements {
        let list = group(&mut cursor)?;
        if list.is_empty() {
            return Err(list.unexpected("a column"));
        }
        list.items().try_for_each(|item| new.element(item))?;
    }
    new.options(&mut cursor)?;
    if cursor.is("PARTITION") {
        new.table.partition_by = Some(partition_by(&mut cursor)?.into());
    }
    let replaces = cursor.eat_any(&["IGNORE", "REPLACE"]).is_some();
    let is_query = cursor.eat("AS") || replaces || !cursor.is_empty();
    // Some engines know the columns of a table by its name.
    let engine = new.table.options.get("engine").map_or("InnoDB", String::as_str);
    if !is_query && !has_elements && engine == "InnoDB" {
        return Err(cursor.unexpected("`(`, `LIKE` or a query"));
    }
    let table = Box::new(new.finish());
    if !is_query {
        let (like, inherits) = (Vec::new(), Vec::new());
        return Ok(vec![Op::CreateTable {
            name,
            table,
            if_not_exists,
            or_replace,
            like,
            inherits,
        }]);
    }
    if query(cursor).is_err() {
        return Err(
            cursor.unexpected("an option of the table, a query or the end of the statement")
        );
    }
    // What the statement lists comes before what the query gives.
    let projection = if has_elements { None } else { projection(cursor) };
    let reads = mentioned(cursor);
    let mut ops = Vec::new();
    if or_replace {
        let (if_exists, cascade) = (true, false);
        ops.push(Op::DropTable { name: name.clone(), if_exists, cascade, together: Vec::new() });
    }
    ops.push(Op::CreateTableAs { name, table, reads, projection, if_not_exists });
    Ok(ops)
}

/// The name of what may be temporary.
pub(super) fn of_session(name: Name, temporary: bool) -> Name {
    if temporary { Name { namespace: Some("temp".to_owned()), ..name } } else { name }
}

/// Whether parentheses hold a query and no columns.
fn begins_query(mut cursor: Cursor<'_>) -> bool {
    while cursor.eat("(") {}
    cursor.is_any(&["SELECT", "VALUES", "WITH"])
}

/// `LIKE t` or `(LIKE t)`.
fn like(cursor: &mut Cursor<'_>) -> Result<Option<Name>, Unexpected> {
    if cursor.eat("LIKE") {
        let source = qualified(cursor, "the name of a table")?;
        cursor.end()?;
        return Ok(Some(source));
    }
    if !cursor.is("( LIKE") {
        return Ok(None);
    }
    let mut inside = group(cursor)?;
    inside.eat("LIKE");
    let source = qualified(&mut inside, "the name of a table")?;
    end_of_item(inside)?;
    cursor.end()?;
    Ok(Some(source))
}

impl NewTable {
    fn element(&mut self, mut item: Cursor<'_>) -> Result<(), Unexpected> {
        if begins_element(&item) {
            let element = element(&mut item)?;
            end_of_item(item)?;
            self.add(element);
        } else {
            let new = column(&mut item)?;
            end_of_item(item)?;
            self.column(new);
        }
        Ok(())
    }

    fn column(&mut self, new: NewColumn) {
        let NewColumn { column, keys, checks, foreign_key } = new;
        self.table.columns.push(column);
        keys.into_iter().for_each(|key| self.key(key, false));
        self.table.checks.extend(checks);
        if let Some(key) = foreign_key {
            self.foreign_key(key);
        }
    }

    fn key(&mut self, key: NewKey, implied: bool) {
        self.keys.push(Candidate { key, implied, dropped: false });
    }

    fn add(&mut self, element: Element) {
        match element {
            Element::Key(key) => self.key(*key, false),
            Element::Check { check, .. } => self.table.checks.push(check),
            Element::ForeignKey { key, .. } => self.foreign_key(*key),
            Element::Period(name, columns) => drop(self.table.options.insert(name, columns)),
        }
    }

    /// A foreign key, and the index that serves it.
    fn foreign_key(&mut self, key: ForeignKey) {
        let parts = key
            .columns
            .iter()
            .map(|column| IndexPart { column: Some(column.clone()), ..IndexPart::default() });
        let parts: Vec<IndexPart> = parts.collect();
        let new = NewKey {
            kind: KeyKind::Plain,
            name: key.name.clone(),
            index: Index { parts, implied: true, ..Index::default() },
            primary: Key::default(),
            if_not_exists: false,
        };
        self.key(new, true);
        self.table.foreign_keys.push(key);
    }

    fn options(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Unexpected> {
        let mut first = true;
        loop {
            let comma = !first && cursor.eat(",");
            match option(cursor)? {
                Some(TableOption::Option(name, value)) => {
                    if name == "charset" && value.as_deref() != Some("default") {
                        // A collation that was given before belongs to another character set.
                        let of = value.clone().unwrap_or_default() + "_";
                        let options = &mut self.table.options;
                        options.retain(|name, value| name != "collation" || value.starts_with(&of));
                    }
                    match value.filter(|value| name != "charset" || value != "default") {
                        Some(value) => drop(self.table.options.insert(name, value)),
                        None => drop(self.table.options.remove(&name)),
                    }
                }
                Some(TableOption::Comment(comment)) => {
                    self.table.comment = Some(comment).filter(|comment| !comment.is_empty());
                }
                Some(TableOption::None) => {}
                None if comma => return Err(cursor.unexpected("an option of the table")),
                None => return Ok(()),
            }
            first = false;
        }
    }

    /// The table with its keys, which have the names that the server chooses.
    fn finish(mut self) -> Table {
        self.spell_columns();
        self.drop_implied_keys();
        let mut indexes: BTreeMap<String, Index> = BTreeMap::new();
        for Candidate { key, dropped, .. } in self.keys {
            if dropped {
                continue;
            }
            if key.kind == KeyKind::Primary {
                for column in &mut self.table.columns {
                    let is_part = |name: &String| name.eq_ignore_ascii_case(&column.name);
                    column.nullable &= !key.primary.columns.iter().any(is_part);
                }
                self.table.primary_key = Some(key.primary);
                continue;
            }
            let name = key.name.unwrap_or_else(|| free_name(&key.index, indexes.keys()));
            indexes.insert(name, key.index);
        }
        self.table.indexes = indexes;
        self.table
    }

    /// Gives columns of keys the case in which the table has them.
    fn spell_columns(&mut self) {
        let columns: Vec<String> = self.table.columns.iter().map(|c| c.name.clone()).collect();
        let spell = |name: &mut String| {
            if let Some(found) = columns.iter().find(|column| column.eq_ignore_ascii_case(name)) {
                name.clone_from(found);
            }
        };
        for Candidate { key, .. } in &mut self.keys {
            key.primary.columns.iter_mut().for_each(spell);
            let parts = key.index.parts.iter_mut();
            parts.filter_map(|part| part.column.as_mut()).for_each(spell);
        }
        self.table.foreign_keys.iter_mut().flat_map(|key| &mut key.columns).for_each(spell);
    }

    /// Drops every key that a foreign key implies and another key serves.
    fn drop_implied_keys(&mut self) {
        for at in 1..self.keys.len() {
            for earlier in 0..at {
                let (first, second) = (&self.keys[earlier], &self.keys[at]);
                if first.dropped {
                    continue;
                }
                let serves = |implied: &Candidate, other: &Candidate| {
                    implied.implied && leads(&implied.key.index.parts, &other.key.index.parts)
                };
                let is_longer = first.key.index.parts.len() > second.key.index.parts.len();
                if serves(second, first) && (!first.implied || is_longer) {
                    self.keys[at].dropped = true;
                    break;
                }
                if serves(first, second) {
                    self.keys[earlier].dropped = true;
                    break;
                }
            }
        }
    }
}

/// Whether the parts of one key are the first parts of another.
pub(in super::super) fn leads(parts: &[IndexPart], of: &[IndexPart]) -> bool {
    let same = |(one, other): (&IndexPart, &IndexPart)| {
        let names = one.column.as_deref().zip(other.column.as_deref());
        names.is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
            && one.prefix == other.prefix
    };
    parts.len() <= of.len() && parts.iter().zip(of).all(same)
}

/// The name of a key without one: that of its first column, with a number where it is taken.
pub(in super::super) fn free_name<'n>(
    index: &Index,
    taken: impl Iterator<Item = &'n String> + Clone,
) -> String {
    let column = index.parts.first().and_then(|part| part.column.as_deref());
    // A key of an expression.
    let first = column.unwrap_or("functional_index");
    let is_taken = |name: &str| taken.clone().any(|taken| taken.eq_ignore_ascii_case(name));
    if !is_taken(first) && !first.eq_ignore_ascii_case("PRIMARY") {
        return first.to_owned();
    }
    let numbered = (2..).map(|number: u32| format!("{first}_{number}"));
    numbered.take(1000).find(|name| !is_taken(name)).unwrap_or_default()
}
