//! Reads a statement of PostgreSQL into operations.
//!
//! Strict inside the statements of DDL, expressions and queries: a token that cannot stand where it
//! stands is an error at that token. It is never stricter than the server: the grammar is that of
//! `gram.y` of versions 14 to 18 together. Precedence of operators and the meaning of names are not
//! checked. Bodies of functions are token ranges.

mod alter_table;
mod calls;
mod column;
mod comment;
mod do_block;
mod expr;
mod function;
mod grant;
mod index;
mod names;
mod other;
mod query;
mod routine;
mod rows;
mod sequence;
mod sequence_option;
mod settings;
mod table;
mod trigger;
mod type_statement;
mod types;
mod view;

pub(super) use do_block::{ANY_INDEX, ANY_NEW, ANYTHING, names_in_code, ops_of_code};
pub(super) use routine::Routine;
pub(super) use rows::name_in;
pub(super) use sequence_option::{
    changed_options, first_number, identity_changes, option_changes, option_text,
};
pub(super) use types::user_type;

use super::LEX_RULES;
use crate::op::{Condition, Located, Op};
use crate::schema::Kind;
use crate::source::Span;
use crate::sql::{Cursor, Lexeme, Tokens, Unexpected};
use names::{Parsed, if_exists, name, qualified, sequence};

/// The operations of one statement, which `span` covers in `text`. A statement that has no effect on
/// the schema and on rows has none.
///
/// # Errors
///
/// The first token that cannot stand where it stands.
///
/// ```
/// use migrate_core::dialect::postgres::parse;
/// use migrate_core::op::Op;
/// use migrate_core::source::Span;
///
/// let sql = "ALTER TABLE users DROP COLUMN email, ADD COLUMN phone text";
/// let ops = parse(sql, Span::new(0, sql.len())).unwrap();
/// assert!(matches!(&ops[0].value, Op::DropColumn { column, .. } if column == "email"));
/// assert_eq!(ops[1].span.of(sql), "ADD COLUMN phone text");
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
    let mut cursor = tokens.cursor();
    if let [.., last] = cursor.lexemes()
        && last.is(";")
    {
        cursor = cursor.without_last(1);
    }
    Parser::new(text, cursor).statement(cursor)
}

/// Statements without an effect on schema and rows.
const WITHOUT_EFFECT: [&str; 35] = [
    "BEGIN",
    "START TRANSACTION",
    "COMMIT",
    "END",
    "ROLLBACK",
    "ABORT",
    "SAVEPOINT",
    "RELEASE",
    "PREPARE",
    "DEALLOCATE",
    "ANALYZE",
    "ANALYSE",
    "REINDEX",
    "VACUUM",
    "CHECKPOINT",
    "EXPLAIN",
    "LOCK",
    "SHOW",
    "LISTEN",
    "UNLISTEN",
    "NOTIFY",
    "LOAD",
    "DISCARD",
    "DECLARE",
    "FETCH",
    "MOVE",
    "CLOSE",
    "SECURITY LABEL",
    "ALTER SYSTEM",
    "SET CONSTRAINTS",
    "SET TRANSACTION",
    "SET SESSION CHARACTERISTICS",
    "SET LOCAL TRANSACTION",
    "SET SESSION AUTHORIZATION",
    "SET ROLE",
];

/// A statement and its text.
#[derive(Clone, Copy)]
struct Parser<'t> {
    text: &'t str,
    statement: Cursor<'t>,
}

impl<'t> Parser<'t> {
    const fn new(text: &'t str, statement: Cursor<'t>) -> Self {
        Self { text, statement }
    }

    /// The span of the whole statement.
    fn span(self) -> Span {
        self.statement.span()
    }

    /// Operations of the whole statement.
    fn whole(self, ops: Vec<Op>) -> Vec<Located<Op>> {
        let span = self.span();
        ops.into_iter().map(|value| Located { value, span }).collect()
    }

    /// The text from the first lexeme of a cursor to its last.
    fn written(self, cursor: Cursor<'_>) -> String {
        if cursor.is_empty() { String::new() } else { cursor.span().of(self.text).to_owned() }
    }

    fn statement(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Located<Op>>> {
        if cursor.is_empty() {
            return Ok(Vec::new());
        }
        if cursor.eat("CLUSTER") {
            return self.cluster(cursor).map(|ops| self.whole(ops));
        }
        if cursor.is_any(&WITHOUT_EFFECT) {
            settings::without_effect(cursor)?;
            return Ok(Vec::new());
        }
        if cursor.is_any(&rows::OF_ROWS) {
            return self.rows(cursor).map(|ops| self.whole(ops));
        }
        if cursor.eat("ALTER") {
            return self.alter(cursor);
        }
        if cursor.eat("DO") {
            return self.do_block(cursor);
        }
        let ops = if cursor.eat("CREATE") {
            self.create(cursor)?
        } else if cursor.eat("DROP") {
            self.drop(cursor)?
        } else if cursor.eat("COMMENT") {
            cursor.expect("ON")?;
            self.comment(cursor)?
        } else if cursor.eat("GRANT") {
            self.grant(cursor, false)?
        } else if cursor.eat("REVOKE") {
            self.grant(cursor, true)?
        } else if cursor.eat("SET") {
            self.set(cursor)?
        } else if cursor.eat("RESET") {
            self.reset(cursor)?
        } else if cursor.eat("TRUNCATE") {
            self.truncate(cursor)?
        } else if cursor.eat("COPY") {
            self.copy(cursor)?
        } else if cursor.eat("REFRESH") {
            self.refresh(cursor)?
        } else if cursor.eat("CALL") {
            self.call(cursor)?
        } else if cursor.eat("REASSIGN") {
            cursor.expect("OWNED BY")?;
            vec![Op::Opaque { names: Vec::new() }]
        } else if cursor.eat("IMPORT") {
            cursor.expect("FOREIGN SCHEMA")?;
            vec![Op::Opaque { names: Vec::new() }]
        } else if cursor.eat("EXECUTE") {
            name(&mut cursor, "the name of a statement")?;
            if cursor.is("(") {
                names::group(&mut cursor)?;
            }
            cursor.end()?;
            vec![Op::Opaque { names: Vec::new() }]
        } else {
            return Err(cursor.unexpected("a statement"));
        };
        Ok(self.whole(ops))
    }

    fn create(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let or_replace = cursor.eat("OR REPLACE");
        if let Some(word) = cursor.eat_any(&["FUNCTION", "PROCEDURE"]) {
            let kind = if word == "FUNCTION" { Kind::Function } else { Kind::Procedure };
            return self.create_function(cursor, kind, or_replace);
        }
        if cursor.eat("AGGREGATE") {
            return self.create_aggregate(cursor, or_replace);
        }
        if cursor.is("CONSTRAINT") || cursor.is("TRIGGER") {
            let constraint = cursor.eat("CONSTRAINT");
            cursor.expect("TRIGGER")?;
            return self.create_trigger(cursor, (constraint, or_replace));
        }
        if cursor.eat("RULE") {
            return self.create_rule(cursor, or_replace);
        }
        let start = cursor;
        if !or_replace {
            let _ = cursor.eat("LOCAL") || cursor.eat("GLOBAL");
        }
        let temporary = cursor.eat("TEMPORARY") || cursor.eat("TEMP");
        if cursor.is("VIEW") || cursor.is("RECURSIVE") {
            let recursive = cursor.eat("RECURSIVE");
            cursor.expect("VIEW")?;
            return self.create_view(cursor, (temporary, or_replace, recursive));
        }
        if or_replace {
            if cursor.is_any(&["LANGUAGE", "TRUSTED", "PROCEDURAL", "TRANSFORM"]) {
                return Ok(Vec::new());
            }
            return Err(cursor.unexpected("`FUNCTION`, `PROCEDURE`, `TRIGGER` or `VIEW`"));
        }
        let unlogged = !temporary && cursor.eat("UNLOGGED");
        if cursor.eat("TABLE") {
            return self.create_table(cursor, (temporary, unlogged));
        }
        if cursor.eat("SEQUENCE") {
            return self.create_sequence(cursor, (temporary, unlogged));
        }
        if cursor.eat("MATERIALIZED") {
            cursor.expect("VIEW")?;
            return self.create_materialised_view(cursor);
        }
        if start.lexemes().len() != cursor.lexemes().len() {
            return Err(cursor.unexpected("`SEQUENCE`, `TABLE` or `VIEW`"));
        }
        if cursor.is("UNIQUE") || cursor.is("INDEX") {
            let unique = cursor.eat("UNIQUE");
            cursor.expect("INDEX")?;
            return self.create_index(cursor, unique);
        }
        if cursor.eat("TYPE") {
            return self.create_type(cursor);
        }
        if cursor.eat("DOMAIN") {
            return self.create_domain(cursor);
        }
        if cursor.eat("SCHEMA") {
            return self.create_schema(cursor);
        }
        if cursor.eat("EXTENSION") {
            return self.create_extension(cursor);
        }
        if cursor.eat("POLICY") {
            return self.create_policy(cursor);
        }
        if cursor.eat("STATISTICS") {
            return self.create_statistics(cursor);
        }
        if cursor.eat("EVENT TRIGGER") {
            return self.create_event_trigger(cursor);
        }
        if cursor.eat("FOREIGN TABLE") {
            return self.create_foreign_table(cursor);
        }
        if let Some(ops) = self.create_rare(&mut cursor)? {
            cursor.end()?;
            return Ok(ops);
        }
        Err(cursor.unexpected("the kind of an object"))
    }

    fn alter(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Located<Op>>> {
        let tables = [
            ("TABLE", Kind::Table),
            ("FOREIGN TABLE", Kind::Table),
            ("VIEW", Kind::View),
            ("MATERIALIZED VIEW", Kind::MaterialisedView),
        ];
        if let Some((_, kind)) = tables.into_iter().find(|(words, _)| cursor.eat(words)) {
            return self.alter_table(cursor, kind);
        }
        let ops = if cursor.eat("INDEX") {
            self.alter_index(cursor)?
        } else if cursor.eat("SEQUENCE") {
            self.alter_sequence(cursor)?
        } else if cursor.eat("TYPE") {
            self.alter_type(cursor)?
        } else if cursor.eat("DOMAIN") {
            self.alter_domain(cursor)?
        } else if cursor.eat("FUNCTION") || cursor.eat("ROUTINE") {
            self.alter_function(cursor, Kind::Function, false)?
        } else if cursor.eat("PROCEDURE") {
            self.alter_function(cursor, Kind::Procedure, false)?
        } else if cursor.eat("AGGREGATE") {
            self.alter_function(cursor, Kind::Function, true)?
        } else if cursor.eat("TRIGGER") {
            self.alter_on_table(cursor, Kind::Trigger)?
        } else if cursor.eat("POLICY") {
            self.alter_on_table(cursor, Kind::Policy)?
        } else if cursor.eat("RULE") {
            self.alter_on_table(cursor, Kind::Rule)?
        } else if cursor.eat("EXTENSION") {
            self.alter_extension(cursor)?
        } else {
            self.alter_rare(cursor)?
        };
        Ok(self.whole(ops))
    }

    fn drop(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        if cursor.eat("TABLE") || cursor.eat("FOREIGN TABLE") {
            let if_exists = if_exists(&mut cursor);
            let mut tables =
                sequence(&mut cursor, |cursor| qualified(cursor, "the name of a table"))?;
            // All names are resolved before anything is dropped.
            let mut seen = Vec::new();
            tables.retain(|name: &crate::schema::Name| {
                let is_new = !seen.contains(name);
                seen.push(name.clone());
                is_new
            });
            let cascade = names::cascade(&mut cursor);
            cursor.end()?;
            let others = |at: usize| {
                let others = tables.iter().enumerate().filter(|(other, _)| *other != at);
                others.map(|(_, name)| name.clone()).collect()
            };
            let op = |(at, name): (usize, &crate::schema::Name)| {
                let (name, together) = (name.clone(), others(at));
                Op::DropTable { name, if_exists, cascade, together }
            };
            return Ok(tables.iter().enumerate().map(op).collect());
        }
        if cursor.eat("INDEX") {
            let concurrently = cursor.eat("CONCURRENTLY");
            let if_exists = if_exists(&mut cursor);
            let indexes =
                sequence(&mut cursor, |cursor| qualified(cursor, "the name of an index"))?;
            let cascade = names::cascade(&mut cursor);
            cursor.end()?;
            let op = |name| Op::DropIndex { name, table: None, if_exists, cascade, concurrently };
            // One may go with another one that stands before it.
            let later = |op| Op::Conditional { condition: Condition::Present, op: Box::new(op) };
            let mut ops: Vec<Op> = Vec::new();
            for name in indexes {
                ops.push(if ops.is_empty() { op(name) } else { later(op(name)) });
            }
            return Ok(ops);
        }
        if cursor.eat("VIEW") {
            return self.drop_views(cursor, Kind::View);
        }
        if cursor.eat("MATERIALIZED") {
            cursor.expect("VIEW")?;
            return self.drop_views(cursor, Kind::MaterialisedView);
        }
        let functions = [
            ("FUNCTION", Kind::Function, false),
            ("PROCEDURE", Kind::Procedure, false),
            ("ROUTINE", Kind::Function, false),
            ("AGGREGATE", Kind::Function, true),
        ];
        for (word, kind, aggregate) in functions {
            if cursor.eat(word) {
                return self.drop_functions(cursor, kind, aggregate);
            }
        }
        let on_table = [("TRIGGER", Kind::Trigger), ("POLICY", Kind::Policy), ("RULE", Kind::Rule)];
        for (word, kind) in on_table {
            if cursor.eat(word) {
                return self.drop_on_table(cursor, kind);
            }
        }
        if let Some(ops) = self.drop_rare(&mut cursor)? {
            return Ok(ops);
        }
        Err(cursor.unexpected("the kind of an object"))
    }
}

#[cfg(test)]
mod tests;
