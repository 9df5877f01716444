//! Reads a statement into operations.
//!
//! Strict inside the statements of DDL: a token that cannot stand where it stands is an error at that
//! token. It is never stricter than SQLite, and less strict in expressions and queries, which are
//! token ranges here. The grammar is that of SQLite's `parse.y`.

mod calls;

use super::LEX_RULES;
use super::catalog::index::index;
use super::catalog::table::{table, table_of_column};
use super::grammar::{
    column_definition, expression, group, if_not_exists, is_constraint, is_name, name_of, names,
    of_session, parts_of_key, qualified, query, table_constraints, table_option,
};
use super::written::of_statement;
use crate::dialect::projection::projection;
use crate::op::{Located, Op, Position};
use crate::schema::{Column, IndexPart, Kind, Name, Table, Trigger, View, Written};
use crate::source::Span;
use crate::sql::{Cursor, TokenKind, Tokens, Unexpected};

/// The operations of one statement, which `span` covers in `text`. A statement that has no effect on
/// the schema and on rows has none.
///
/// # Errors
///
/// The first token that cannot stand where it stands.
///
/// ```
/// use migrate_core::dialect::sqlite::parse;
/// use migrate_core::op::Op;
/// use migrate_core::source::Span;
///
/// let sql = "ALTER TABLE users DROP COLUMN email";
/// let ops = parse(sql, Span::new(0, sql.len())).unwrap();
/// assert!(matches!(&ops[0].value, Op::DropColumn { column, .. } if column == "email"));
///
/// let sql = "ALTER TABLE users DELETE COLUMN email";
/// let error = parse(sql, Span::new(0, sql.len())).unwrap_err();
/// assert_eq!(error.span.of(sql), "DELETE");
/// ```
pub fn parse(text: &str, span: Span) -> Result<Vec<Located<Op>>, Unexpected> {
    // What is not closed is reported where statements are split.
    let Ok(tokens) = Tokens::read(text, span, &LEX_RULES) else {
        return Ok(vec![Located { value: Op::Opaque { names: Vec::new() }, span }]);
    };
    let parser = Parser { text, statement: tokens.cursor() };
    let op = parser.statement(tokens.cursor())?;
    Ok(op.into_iter().map(|value| Located { value, span }).collect())
}

/// Statements without an effect on schema and rows.
const WITHOUT_EFFECT: [&str; 10] = [
    "BEGIN",
    "COMMIT",
    "END",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "ANALYZE",
    "REINDEX",
    "VACUUM",
    "EXPLAIN",
];

/// Statements that read or change rows.
const OF_ROWS: [&str; 7] = ["INSERT", "REPLACE", "UPDATE", "DELETE", "SELECT", "VALUES", "WITH"];

#[derive(Clone, Copy)]
struct Parser<'t> {
    text: &'t str,
    statement: Cursor<'t>,
}

impl<'t> Parser<'t> {
    fn statement(self, mut cursor: Cursor<'t>) -> Result<Option<Op>, Unexpected> {
        if cursor.is_empty() || cursor.is_any(&WITHOUT_EFFECT) {
            return Ok(None);
        }
        if cursor.eat("CREATE") {
            return self.create(cursor).map(Some);
        }
        if cursor.eat("DROP") {
            return drop(cursor).map(Some);
        }
        if cursor.eat("ALTER") {
            return self.alter(cursor).map(Some);
        }
        if cursor.eat("PRAGMA") {
            return self.pragma(cursor).map(Some);
        }
        if cursor.is_any(&OF_ROWS) || cursor.is_any(&["ATTACH", "DETACH"]) {
            return Ok(Some(self.rows(cursor)));
        }
        Err(cursor.unexpected("a statement"))
    }

    fn create(self, mut cursor: Cursor<'t>) -> Result<Op, Unexpected> {
        let temporary = cursor.eat("TEMP") || cursor.eat("TEMPORARY");
        let unique = !temporary && cursor.eat("UNIQUE");
        if unique || !temporary && cursor.is("INDEX") {
            cursor.expect("INDEX")?;
            return self.create_index(cursor);
        }
        if !temporary && cursor.eat("VIRTUAL") {
            cursor.expect("TABLE")?;
            return self.create_virtual_table(cursor);
        }
        match cursor.eat_any(&["TABLE", "VIEW", "TRIGGER"]) {
            Some("TABLE") => self.create_table(cursor, temporary),
            Some("VIEW") => self.create_view(cursor, temporary),
            Some(_) => self.create_trigger(cursor, temporary),
            None => Err(cursor.unexpected("`TABLE`, `INDEX`, `VIEW` or `TRIGGER`")),
        }
    }

    fn create_table(self, mut cursor: Cursor<'t>, temporary: bool) -> Result<Op, Unexpected> {
        let if_not_exists = if_not_exists(&mut cursor)?;
        let name = of_session(qualified(&mut cursor, "the name of a table")?, temporary);
        if cursor.eat("AS") {
            query(cursor)?;
            let (table, projection) = (Box::new(Table::default()), projection(cursor));
            let reads = mentioned(cursor);
            return Ok(Op::CreateTableAs { name, table, reads, projection, if_not_exists });
        }
        let elements = group(&mut cursor)?;
        let mut in_columns = true;
        for mut item in elements.items() {
            if in_columns && !is_constraint(&item) {
                column_definition(&mut item)?;
            } else {
                in_columns = false;
                table_constraints(&mut item)?;
            }
        }
        if elements.is_empty() || is_constraint(&elements) {
            return Err(elements.unexpected("a column"));
        }
        if !cursor.is_empty() && !cursor.is(",") {
            table_option(&mut cursor)?;
        }
        while cursor.eat(",") {
            table_option(&mut cursor)?;
        }
        cursor.end()?;
        let mut table = Box::new(table(self.statement).unwrap_or_default());
        table.written = of_statement(self.text, self.statement);
        Ok(create_table(name, table, if_not_exists))
    }

    fn create_virtual_table(self, mut cursor: Cursor<'t>) -> Result<Op, Unexpected> {
        let if_not_exists = if_not_exists(&mut cursor)?;
        let name = qualified(&mut cursor, "the name of a table")?;
        cursor.expect("USING")?;
        name_of(&mut cursor, "the name of a module")?;
        if !cursor.is_empty() {
            group(&mut cursor)?;
        }
        cursor.end()?;
        let mut table = Box::new(super::catalog::module(self.statement).unwrap_or_default());
        table.written = of_statement(self.text, self.statement);
        Ok(create_table(name, table, if_not_exists))
    }

    fn create_index(self, mut cursor: Cursor<'t>) -> Result<Op, Unexpected> {
        let if_not_exists = if_not_exists(&mut cursor)?;
        let Name { namespace, name } = qualified(&mut cursor, "the name of an index")?;
        cursor.expect("ON")?;
        let table = Name { namespace, name: name_of(&mut cursor, "the name of a table")? };
        let parts = group(&mut cursor)?;
        parts_of_key(parts)?;
        let mut condition = None;
        if cursor.eat("WHERE") {
            let rest = cursor.rest();
            expression(rest)?;
            condition = Some(rest);
        }
        cursor.end()?;
        // Without the table every name may be that of a column, and no collation is the usual one.
        let names = self.statement.lexemes().iter().filter_map(|lexeme| lexeme.name(&LEX_RULES));
        let collation = Some(String::new());
        let columns: Vec<Column> = names
            .map(|name| Column { name, collation: collation.clone(), ..Column::default() })
            .collect();
        let mut index = Box::new(index(self.statement, &columns).unwrap_or_default());
        for (part, item) in index.parts.iter_mut().zip(parts.items()) {
            if may_hold_string(item) {
                *part = IndexPart { expression: self.written(item), ..IndexPart::default() };
            }
        }
        if let Some(condition) = condition.filter(|condition| may_hold_string(*condition)) {
            index.predicate = Some(self.written(condition));
        }
        index.written = of_statement(self.text, self.statement);
        Ok(Op::CreateIndex {
            table,
            name: Some(name),
            index,
            if_not_exists,
            or_replace: false,
            concurrently: false,
        })
    }

    fn create_view(self, mut cursor: Cursor<'t>, temporary: bool) -> Result<Op, Unexpected> {
        let if_not_exists = if_not_exists(&mut cursor)?;
        let name = of_session(qualified(&mut cursor, "the name of a view")?, temporary);
        let start = cursor;
        if cursor.is("(") {
            names(group(&mut cursor)?)?;
        }
        let details = self.written(start.before(&cursor));
        cursor.expect("AS")?;
        query(cursor)?;
        let definition = self.written(cursor);
        let reads = mentioned(cursor);
        let view = Box::new(View { definition, details, ..View::default() });
        Ok(Op::CreateView { name, view, reads, if_not_exists, or_replace: false })
    }

    fn create_trigger(self, mut cursor: Cursor<'t>, temporary: bool) -> Result<Op, Unexpected> {
        let if_not_exists = if_not_exists(&mut cursor)?;
        let name = of_session(qualified(&mut cursor, "the name of a trigger")?, temporary);
        let _ = cursor.eat_any(&["BEFORE", "AFTER", "INSTEAD OF"]);
        match cursor.eat_any(&["DELETE", "INSERT", "UPDATE"]) {
            Some("UPDATE") if cursor.eat("OF") => {
                names(cursor.take_until(|cursor| cursor.is("ON")))?;
            }
            Some(_) => {}
            None => return Err(cursor.unexpected("`DELETE`, `INSERT` or `UPDATE`")),
        }
        cursor.expect("ON")?;
        let table = qualified(&mut cursor, "the name of a table")?;
        if cursor.eat("FOR") {
            cursor.expect("EACH ROW")?;
        }
        if cursor.eat("WHEN") {
            expression(cursor.take_until(|cursor| cursor.is("BEGIN")))?;
        }
        let uses = mentioned(cursor);
        cursor.expect("BEGIN")?;
        match cursor.lexemes() {
            [_, .., semicolon, end] if end.is("END") && semicolon.is(";") => {}
            [.., last] => {
                let mut end = cursor;
                while end.lexemes().len() > 1 {
                    end.bump();
                }
                if last.is("END") {
                    return Err(end.unexpected("a statement with `;`"));
                }
                return Err(end.unexpected("`END`"));
            }
            [] => return Err(cursor.unexpected("a statement")),
        }
        let trigger = Trigger {
            definition: self.written(self.statement),
            written: of_statement(self.text, self.statement),
        };
        Ok(Op::CreateTrigger { name, table, trigger, uses, if_not_exists, or_replace: false })
    }

    fn alter(self, mut cursor: Cursor<'t>) -> Result<Op, Unexpected> {
        cursor.expect("TABLE")?;
        let table = qualified(&mut cursor, "the name of a table")?;
        let op = match cursor.eat_any(&["RENAME", "ADD", "DROP"]) {
            Some("RENAME") if cursor.eat("TO") => {
                let to = Name::new(name_of(&mut cursor, "the new name")?);
                Op::RenameTable { name: table, to, if_exists: false }
            }
            Some("RENAME") => {
                cursor.eat("COLUMN");
                let column = name_of(&mut cursor, "the name of a column")?;
                cursor.expect("TO")?;
                Op::RenameColumn { table, column, to: name_of(&mut cursor, "the new name")? }
            }
            Some("DROP") => {
                cursor.eat("COLUMN");
                let column = name_of(&mut cursor, "the name of a column")?;
                Op::DropColumn { table, column, if_exists: false, cascade: false }
            }
            Some(_) => {
                cursor.eat("COLUMN");
                let definition = cursor;
                column_definition(&mut cursor)?;
                let mut constraints = table_of_column(definition);
                constraints.written = Written::new(self.written(definition));
                let mut column = constraints.columns.pop().unwrap_or_default();
                self.keep_written(definition, &mut column, &mut constraints);
                let (column, constraints) = (Box::new(column), Box::new(constraints));
                Op::AddColumn {
                    table,
                    column,
                    constraints,
                    position: Position::Last,
                    if_not_exists: false,
                }
            }
            None => return Err(cursor.unexpected("`RENAME`, `ADD` or `DROP`")),
        };
        cursor.end()?;
        Ok(op)
    }

    /// Keeps the expressions of a new column as they are written, where their strings and names cannot
    /// be told apart without the table.
    fn keep_written(self, definition: Cursor<'_>, column: &mut Column, constraints: &mut Table) {
        let mut checks = constraints.checks.iter_mut();
        let mut cursor = definition;
        loop {
            if cursor.is("(") {
                if cursor.group().is_none() {
                    return;
                }
                continue;
            }
            let Some(word) = cursor.bump() else { return };
            let is_check = word.is("CHECK");
            if !(is_check || word.is("AS")) || !cursor.is("(") {
                continue;
            }
            let Some(inside) = cursor.group() else { return };
            let expression = match is_check {
                true => checks.next().map(|check| &mut check.expression),
                false => column.generated.as_mut().map(|generated| &mut generated.expression),
            };
            if let Some(expression) = expression
                && may_hold_string(inside)
            {
                *expression = self.written(inside.strip_parens());
            }
        }
    }

    fn pragma(self, mut cursor: Cursor<'t>) -> Result<Op, Unexpected> {
        let name = qualified(&mut cursor, "the name of a setting")?.name.to_ascii_lowercase();
        let value = if cursor.eat("=") {
            Some(cursor.rest())
        } else if cursor.is("(") {
            Some(group(&mut cursor)?)
        } else {
            None
        };
        cursor.end()?;
        let value = value.map(|value| self.written(value));
        Ok(Op::Set { name, value })
    }

    /// A statement that reads or changes rows, or one whose effect is not known.
    fn rows(self, cursor: Cursor<'t>) -> Op {
        let names = mentioned(cursor);
        if !cursor.is_any(&OF_ROWS) {
            return Op::Opaque { names };
        }
        if cursor.is("SELECT") && calls::calls_unknown(cursor) {
            return Op::Opaque { names: Vec::new() };
        }
        Op::Rows { reads: names, writes: written_table(cursor) }
    }

    /// The text from the first lexeme of a cursor to its last.
    fn written(self, cursor: Cursor<'_>) -> String {
        if cursor.is_empty() { String::new() } else { cursor.span().of(self.text).to_owned() }
    }
}

/// Whether a name in double quotes stands in an expression: a string, if the table has no such column.
fn may_hold_string(cursor: Cursor<'_>) -> bool {
    let mut lexemes = cursor.lexemes().iter();
    lexemes.any(|one| one.kind == TokenKind::QuotedName && one.text.starts_with('"'))
}

/// The names in a part of a statement: tables, columns and all else.
fn mentioned(cursor: Cursor<'_>) -> Vec<Name> {
    let lexemes = cursor.lexemes();
    let mut names = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        let after_dot = at > 0 && lexemes[at - 1].is(".");
        if !after_dot && is_name(*lexeme) && lexeme.kind != TokenKind::String {
            let dotted = lexemes.get(at + 1).is_some_and(|next| next.is("."));
            let second = lexemes.get(at + 2).and_then(|second| second.name(&LEX_RULES));
            let first = lexeme.name(&LEX_RULES).unwrap_or_default();
            names.push(match second.filter(|_| dotted) {
                Some(name) => Name { namespace: Some(first), name },
                None => Name::new(first),
            });
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// The operation that creates a table.
fn create_table(name: Name, table: Box<Table>, if_not_exists: bool) -> Op {
    let (like, inherits) = (Vec::new(), Vec::new());
    Op::CreateTable { name, table, if_not_exists, or_replace: false, like, inherits }
}

/// The table that a statement changes: behind `INSERT .. INTO`, `UPDATE ..` and `DELETE FROM`.
fn written_table(mut cursor: Cursor<'_>) -> Option<Name> {
    if cursor.is("WITH") {
        cursor.take_until(|cursor| {
            cursor.is_any(&["INSERT", "REPLACE", "UPDATE", "DELETE", "SELECT", "VALUES"])
        });
    }
    match cursor.eat_any(&["INSERT", "REPLACE", "UPDATE", "DELETE"])? {
        "UPDATE" => {
            if cursor.eat("OR") {
                cursor.bump();
            }
        }
        "DELETE" => {
            cursor.eat("FROM");
        }
        _ => {
            cursor.take_until(|cursor| cursor.is("INTO"));
            cursor.bump();
        }
    }
    cursor.qualified_name()
}

fn drop(mut cursor: Cursor<'_>) -> Result<Op, Unexpected> {
    let what = cursor.eat_any(&["TABLE", "INDEX", "VIEW", "TRIGGER"]);
    let Some(what) = what else {
        return Err(cursor.unexpected("`TABLE`, `INDEX`, `VIEW` or `TRIGGER`"));
    };
    let if_exists = cursor.eat("IF");
    if if_exists {
        cursor.expect("EXISTS")?;
    }
    let name = qualified(&mut cursor, "a name")?;
    cursor.end()?;
    let cascade = false;
    Ok(match what {
        "TABLE" => Op::DropTable { name, if_exists, cascade, together: Vec::new() },
        "INDEX" => Op::DropIndex { name, table: None, if_exists, cascade, concurrently: false },
        "VIEW" => Op::DropView { name, kind: Kind::View, if_exists, cascade },
        _ => Op::DropTrigger { name, table: None, if_exists, cascade },
    })
}

#[cfg(test)]
mod tests;
