//! `CREATE TABLE` in all its forms.

use super::column::{Written, column_of, is_constraint, settings, settings_text};
use super::expr::expression;
use super::names::{
    Parsed, columns, group, if_not_exists, label, list, mentioned, name, qualified, word,
};
use super::query::query;
use super::{Cursor, Parser};
use crate::dialect::projection::projection;
use crate::op::{Like, Op, TableConstraint};
use crate::schema::{Column, Name, PartitionBy, PartitionOf, Table};

/// The name of what may be temporary.
pub(super) fn of_session(name: Name, temporary: bool) -> Name {
    if temporary { Name { namespace: Some("pg_temp".to_owned()), ..name } } else { name }
}

/// Adds a constraint that stands behind the columns to a table.
pub(super) fn add_constraint(table: &mut Table, constraint: TableConstraint) {
    match constraint {
        TableConstraint::PrimaryKey(key) => {
            for column in &mut table.columns {
                column.nullable &= !key.columns.contains(&column.name);
            }
            table.primary_key = Some(key);
        }
        TableConstraint::Unique(key) => table.uniques.push(key),
        TableConstraint::Check(check) => table.checks.push(check),
        TableConstraint::ForeignKey(key) => table.foreign_keys.push(key),
        TableConstraint::Other(constraint) => table.constraints.push(constraint),
    }
}

impl<'t> Parser<'t> {
    /// `CREATE TABLE`, behind these words.
    pub(super) fn create_table(
        self,
        mut cursor: Cursor<'t>,
        (temporary, unlogged): (bool, bool),
    ) -> Parsed<Vec<Op>> {
        let if_not_exists = if_not_exists(&mut cursor)?;
        let name = of_session(qualified(&mut cursor, "the name of a table")?, temporary);
        let mut table = Table::default();
        if unlogged {
            table.options.insert("unlogged".to_owned(), String::new());
        }
        let (mut like, mut inherits) = (Vec::new(), Vec::new());
        if cursor.eat("PARTITION OF") {
            let parent = qualified(&mut cursor, "the name of a table")?;
            if cursor.is("(") {
                self.typed_elements(group(&mut cursor)?, &mut table)?;
            }
            let bound = self.bound(&mut cursor)?;
            table.partition_of = Some(PartitionOf { parent, bound });
            self.partition_by(&mut cursor, &mut table)?;
        } else if cursor.eat("OF") {
            let of = qualified(&mut cursor, "the name of a type")?;
            table.options.insert("of type".to_owned(), of.to_string());
            if cursor.is("(") {
                self.typed_elements(group(&mut cursor)?, &mut table)?;
            }
            self.partition_by(&mut cursor, &mut table)?;
        } else {
            let begin = cursor;
            let elements = if cursor.is("(") { Some(group(&mut cursor)?) } else { None };
            if elements.is_none() || self.is_created_as(cursor) {
                return self.create_table_as(begin, name, table, if_not_exists);
            }
            let elements = elements.unwrap_or(cursor);
            if !elements.is_empty() {
                list(elements, |item| self.element(item, &mut table, &mut like))?;
            }
            not_null_of_key(&mut table);
            if cursor.eat("INHERITS") {
                inherits =
                    list(group(&mut cursor)?, |item| qualified(item, "the name of a table"))?;
            }
            self.partition_by(&mut cursor, &mut table)?;
        }
        self.storage(&mut cursor, &mut table)?;
        cursor.end()?;
        let table = Box::new(table);
        let or_replace = false;
        Ok(vec![Op::CreateTable { name, table, if_not_exists, or_replace, like, inherits }])
    }

    /// Whether `AS` comes behind the options of a table.
    fn is_created_as(self, mut cursor: Cursor<'t>) -> bool {
        let mut ignored = Table::default();
        self.storage(&mut cursor, &mut ignored).is_ok() && cursor.is("AS")
    }

    fn create_table_as(
        self,
        mut cursor: Cursor<'t>,
        name: Name,
        mut table: Table,
        if_not_exists: bool,
    ) -> Parsed<Vec<Op>> {
        if cursor.is("(") {
            let named = columns(&mut cursor)?;
            let column = |name| Column { name, nullable: true, ..Column::default() };
            table.columns = named.into_iter().map(column).collect();
        }
        self.storage(&mut cursor, &mut table)?;
        if !cursor.is("AS") {
            return Err(cursor.unexpected("`(` or `AS`"));
        }
        cursor.bump();
        let body = with_data(cursor);
        if !body.is("EXECUTE") {
            query(body, 0)?;
        }
        let (reads, projection) = (mentioned(body), projection(body));
        let table = Box::new(table);
        Ok(vec![Op::CreateTableAs { name, table, reads, projection, if_not_exists }])
    }

    fn element(self, item: &mut Cursor<'t>, table: &mut Table, like: &mut Vec<Like>) -> Parsed<()> {
        if item.eat("LIKE") {
            let source = qualified(item, "the name of a table")?;
            let mut including = Vec::new();
            loop {
                let include = item.eat("INCLUDING");
                if !include && !item.eat("EXCLUDING") {
                    break;
                }
                let forms = [
                    "COMMENTS",
                    "COMPRESSION",
                    "CONSTRAINTS",
                    "DEFAULTS",
                    "IDENTITY",
                    "GENERATED",
                    "INDEXES",
                    "STATISTICS",
                    "STORAGE",
                    "ALL",
                ];
                let Some(what) = item.eat_any(&forms) else {
                    return Err(item.unexpected("what is included"));
                };
                match (include, what) {
                    (true, "ALL") => {
                        including = forms.iter().map(|form| form.to_ascii_lowercase()).collect();
                        including.retain(|form| form != "all");
                    }
                    (true, what) => including.push(what.to_ascii_lowercase()),
                    (false, "ALL") => including.clear(),
                    (false, what) => including.retain(|form| !form.eq_ignore_ascii_case(what)),
                }
            }
            like.push(Like { source, at: table.columns.len(), including });
            return Ok(());
        }
        if !is_constraint(item) {
            return self.column(item, table);
        }
        let start = *item;
        match self.table_constraint(item)? {
            Ok(Written { constraint, using_index: None }) => {
                if matches!(constraint, TableConstraint::PrimaryKey(_))
                    && table.primary_key.is_some()
                {
                    return Err(start.unexpected("one primary key"));
                }
                add_constraint(table, constraint);
            }
            Ok(_) => return Err(start.unexpected("a constraint without `USING INDEX`")),
            Err(column) => {
                for one in table.columns.iter_mut().filter(|one| one.name == column) {
                    one.nullable = false;
                }
            }
        }
        Ok(())
    }

    /// Columns of a partition or of a table of a type, which have no types of their own.
    fn typed_elements(self, elements: Cursor<'t>, table: &mut Table) -> Parsed<()> {
        list(elements, |item| {
            if is_constraint(item) {
                if let Ok(written) = self.table_constraint(item)? {
                    add_constraint(table, written.constraint);
                }
                return Ok(());
            }
            let name = name(item, "the name of a column")?;
            item.eat("WITH OPTIONS");
            let mut column = column_of(name, &super::types::TypeName::default());
            self.qualifiers(item, &mut column, table)?;
            table.columns.push(column);
            Ok(())
        })
        .map(drop)
    }

    /// Passes over the share of a partition, in the words of the catalog.
    pub(super) fn bound(self, cursor: &mut Cursor<'t>) -> Parsed<String> {
        if cursor.eat("DEFAULT") {
            return Ok("DEFAULT".to_owned());
        }
        cursor.expect("FOR VALUES")?;
        if cursor.eat("IN") {
            let inside = group(cursor)?;
            list(inside, |item| expression(item.rest()))?;
            return Ok(format!("FOR VALUES IN ({})", self.written(inside)));
        }
        if cursor.eat("WITH") {
            let inside = group(cursor)?;
            let mut parts = list(inside, |item| {
                let name = label(item, "`MODULUS` or `REMAINDER`")?;
                if name != "modulus" && name != "remainder" {
                    return Err(inside.unexpected("`MODULUS` and `REMAINDER`"));
                }
                Ok(format!("{name} {}", super::names::number(item)?))
            })?;
            parts.sort();
            return Ok(format!("FOR VALUES WITH ({})", parts.join(", ")));
        }
        cursor.expect("FROM")?;
        let from = group(cursor)?;
        list(from, |item| expression(item.rest()))?;
        cursor.expect("TO")?;
        let to = group(cursor)?;
        list(to, |item| expression(item.rest()))?;
        Ok(format!("FOR VALUES FROM ({}) TO ({})", self.written(from), self.written(to)))
    }

    fn partition_by(self, cursor: &mut Cursor<'t>, table: &mut Table) -> Parsed<()> {
        if !cursor.eat("PARTITION BY") {
            return Ok(());
        }
        let method = cursor.eat_any(&["RANGE", "LIST", "HASH"]);
        let method = method.ok_or_else(|| cursor.unexpected("`RANGE`, `LIST` or `HASH`"))?;
        let inside = group(cursor)?;
        let parts = list(inside, |item| {
            let begin = *item;
            super::index::part(self, item)?;
            Ok(self.written(begin.before(item)))
        })?;
        table.partition_by = Some(PartitionBy::from(format!("{method} ({})", parts.join(", "))));
        Ok(())
    }

    /// Passes over what says how a table is stored.
    fn storage(self, cursor: &mut Cursor<'t>, table: &mut Table) -> Parsed<()> {
        if cursor.eat("USING") {
            let method = name(cursor, "an access method")?;
            if method != "heap" {
                table.options.insert("using".to_owned(), method);
            }
        }
        if cursor.is("WITH (") {
            cursor.bump();
            let (toast, own): (Vec<_>, Vec<_>) =
                settings(cursor)?.into_iter().partition(|(name, _)| name.starts_with("toast."));
            let own: Vec<_> = own.into_iter().filter(|(name, _)| name != "oids").collect();
            if !own.is_empty() {
                table.options.insert("with".to_owned(), settings_text(&own));
            }
            if !toast.is_empty() {
                let bare =
                    |(name, value): (String, String)| (name.replacen("toast.", "", 1), value);
                let toast: Vec<_> = toast.into_iter().map(bare).collect();
                table.options.insert("toast with".to_owned(), settings_text(&toast));
            }
        } else {
            cursor.eat("WITHOUT OIDS");
        }
        if cursor.eat("ON COMMIT")
            && cursor.eat_any(&["DROP", "DELETE ROWS", "PRESERVE ROWS"]).is_none()
        {
            return Err(cursor.unexpected("`DELETE ROWS`, `DROP` or `PRESERVE ROWS`"));
        }
        if cursor.eat("TABLESPACE") {
            let space = word(cursor, "the name of a tablespace")?;
            if space != "pg_default" {
                table.options.insert("tablespace".to_owned(), space);
            }
        }
        Ok(())
    }

    /// `CREATE FOREIGN TABLE`, behind these words.
    pub(super) fn create_foreign_table(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let if_not_exists = if_not_exists(&mut cursor)?;
        let name = qualified(&mut cursor, "the name of a table")?;
        let mut table = Table::default();
        let (mut like, mut inherits) = (Vec::new(), Vec::new());
        if cursor.eat("PARTITION OF") {
            let parent = qualified(&mut cursor, "the name of a table")?;
            if cursor.is("(") {
                self.typed_elements(group(&mut cursor)?, &mut table)?;
            }
            let bound = self.bound(&mut cursor)?;
            table.partition_of = Some(PartitionOf { parent, bound });
        } else {
            let elements = group(&mut cursor)?;
            if !elements.is_empty() {
                list(elements, |item| self.element(item, &mut table, &mut like))?;
            }
            if cursor.eat("INHERITS") {
                let read = |item: &mut Cursor<'t>| qualified(item, "the name of a table");
                inherits = list(group(&mut cursor)?, read)?;
            }
        }
        cursor.expect("SERVER")?;
        let server = super::names::name(&mut cursor, "the name of a server")?;
        table.options.insert("server".to_owned(), server);
        if cursor.eat("OPTIONS") {
            let options = super::other::foreign_options(&mut cursor)?;
            table.options.insert("server options".to_owned(), options);
        } else {
            table.options.insert("server options".to_owned(), String::new());
        }
        cursor.end()?;
        let table = Box::new(table);
        let or_replace = false;
        Ok(vec![Op::CreateTable { name, table, if_not_exists, or_replace, like, inherits }])
    }
}

/// The columns of a primary key are NOT NULL, wherever the key stands.
fn not_null_of_key(table: &mut Table) {
    if let Some(key) = &table.primary_key {
        for column in &mut table.columns {
            column.nullable &= !key.columns.contains(&column.name);
        }
    }
}

/// A query without `WITH [NO] DATA` behind it.
pub(super) fn with_data(cursor: Cursor<'_>) -> Cursor<'_> {
    match cursor.lexemes() {
        [.., with, data] if with.is("WITH") && data.is("DATA") => cursor.without_last(2),
        [.., with, no, data] if with.is("WITH") && no.is("NO") && data.is("DATA") => {
            cursor.without_last(3)
        }
        _ => cursor,
    }
}
