//! `DO` blocks in PL/pgSQL, as far as they are straight-line SQL.
//!
//! Read are statements without conditions, `EXECUTE` of a literal, blocks within blocks, and two idioms:
//! a handler that does nothing for what exists already or does not exist, and an
//! `IF [NOT] EXISTS (SELECT .. FROM pg_..)` around statements about the object that the query names. All
//! else makes the statement one that is not understood, with the names that it mentions.

use super::names::{Parsed, mentioned};
use super::rows::name_in;
use super::{Cursor, LEX_RULES, Parser};
use crate::op::{Condition, Located, Op};
use crate::schema::Name;
use crate::source::Span;
use crate::sql::{Lexeme, TokenKind, Tokens, string_value};

impl<'t> Parser<'t> {
    /// `DO`, behind this word.
    pub(super) fn do_block(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Located<Op>>> {
        let mut body = None;
        let mut language = None;
        while let Some(next) = cursor.peek() {
            if next.kind == TokenKind::String {
                if body.replace(next).is_some() {
                    return Err(cursor.unexpected("`LANGUAGE` or the end of the statement"));
                }
                cursor.bump();
            } else {
                cursor.expect("LANGUAGE")?;
                language = Some(super::names::word(&mut cursor, "a language")?);
            }
        }
        let Some(body) = body else { return Err(cursor.unexpected("a body in quotes")) };
        let is_plpgsql = language.is_none_or(|language| language == "plpgsql");
        let ops = inside(body).filter(|_| is_plpgsql).and_then(|span| self.block_of(span));
        Ok(ops.unwrap_or_else(|| self.whole(vec![Op::Opaque { names: names_in(body) }])))
    }

    /// The operations of a body; `None` where it is not understood.
    fn block_of(self, span: Span) -> Option<Vec<Located<Op>>> {
        let tokens = Tokens::read(self.text, span, &LEX_RULES).ok()?;
        let mut cursor = tokens.cursor();
        let ops = block(self.text, &mut cursor, 0)?;
        cursor.eat(";");
        cursor.is_empty().then_some(ops)
    }
}

/// The text between the quotes of a body. Quotes inside must not be doubled, so that spans agree.
fn inside(body: Lexeme<'_>) -> Option<Span> {
    let text = body.text;
    let length = match text.as_bytes() {
        [b'$', ..] => text[1..].find('$')? + 2,
        [b'\'', inner @ .., b'\''] if !inner.contains(&b'\'') => 1,
        _ => return None,
    };
    Some(Span::new(body.span.start + length, body.span.end.checked_sub(length)?))
}

/// The names in a body that it may change: those in its DDL and in its strings, and the functions that
/// it may call. Queries only read.
fn names_in(body: Lexeme<'_>) -> Vec<Name> {
    let text = string_value(body, &LEX_RULES).unwrap_or_default();
    let body = names_of_body(&text, true);
    let mut names = [body.called, body.changed, body.refreshed].concat();
    let tokens = Tokens::read_until_error(&text, &LEX_RULES);
    for lexeme in tokens.cursor().lexemes() {
        if let Some(text) = string_value(*lexeme, &LEX_RULES) {
            names.extend(name_in(&text));
            let tokens = Tokens::read_until_error(&text, &LEX_RULES);
            names.extend(mentioned(tokens.cursor()));
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Returns `true` if the statement of a function says that its language is PL/pgSQL.
fn is_plpgsql(tokens: &Tokens<'_>) -> bool {
    let is_it = |lexeme: &Lexeme<'_>| lexeme.name(&LEX_RULES).is_some_and(|name| name == "plpgsql");
    tokens.cursor().lexemes().iter().any(is_it)
}

/// The names in the code of a function.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::dialect::postgres) struct NamesOfCode {
    /// The functions that it may call.
    pub(in crate::dialect::postgres) called: Vec<Name>,
    /// The names in its DDL and in the strings that it executes.
    pub(in crate::dialect::postgres) changed: Vec<Name>,
    /// The materialised views that it fills.
    pub(in crate::dialect::postgres) refreshed: Vec<Name>,
    /// Whether it executes text that is put together at run time, perhaps from its arguments.
    pub(in crate::dialect::postgres) is_dynamic: bool,
}

/// The names in the bodies of a function's statement.
pub(in crate::dialect::postgres) fn names_in_code(statement: &str) -> NamesOfCode {
    let tokens = Tokens::read_until_error(statement, &LEX_RULES);
    let is_plpgsql = is_plpgsql(&tokens);
    let mut names = NamesOfCode::default();
    for lexeme in tokens.cursor().lexemes() {
        let Some(body) = string_value(*lexeme, &LEX_RULES) else { continue };
        let more = names_of_body(&body, is_plpgsql);
        names.called.extend(more.called);
        names.changed.extend(more.changed);
        names.refreshed.extend(more.refreshed);
        names.is_dynamic |= more.is_dynamic;
    }
    names
}

/// Stands among the names of a statement that may drop anything: its text is put together at run time.
pub(in crate::dialect::postgres) const ANYTHING: &str = "";

/// Stands there for objects of any name, which a statement creates.
pub(in crate::dialect::postgres) const ANY_NEW: &str = "*";

/// Stands there for any index.
pub(in crate::dialect::postgres) const ANY_INDEX: &str = "* INDEX";

/// Words behind which a statement begins.
const BEFORE_STATEMENTS: [&str; 6] = [";", "BEGIN", "THEN", "ELSE", "LOOP", ">>"];

/// The first words of statements that change more than rows.
const DDL: [&str; 7] = ["CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "IMPORT"];

/// The names in a body, in PL/pgSQL or SQL.
fn names_of_body(body: &str, is_plpgsql: bool) -> NamesOfCode {
    let mut names = NamesOfCode::default();
    let tokens = Tokens::read_until_error(body, &LEX_RULES);
    let mut cursor = tokens.cursor();
    let mut begins = true;
    while !cursor.is_empty() {
        let mut name = cursor;
        if let Some(name) = name.qualified_name().filter(|_| name.is("(")) {
            names.called.push(name);
        }
        // `INTO` names variables in PL/pgSQL, and a new table in SQL.
        let makes_table = !is_plpgsql && cursor.is("INTO");
        if begins && cursor.eat("REFRESH MATERIALIZED VIEW") {
            // Only a view that is filled can be filled concurrently.
            let is_filled = cursor.eat("CONCURRENTLY");
            let view = cursor.qualified_name();
            if cursor.eat("WITH NO DATA") {
                names.changed.extend(view);
            } else if !is_filled {
                names.refreshed.extend(view);
            }
        } else if cursor.eat("INSERT INTO") || cursor.eat("MERGE INTO") {
            // Rows, also within a query.
            begins = false;
        } else if begins && cursor.is_any(&DDL) || cursor.is("EXECUTE") || makes_table {
            let part = cursor.take_until(|cursor| cursor.is(";"));
            names.changed.extend(mentioned(part));
            for text in part.lexemes().iter().filter_map(|one| string_value(*one, &LEX_RULES)) {
                let tokens = Tokens::read_until_error(&text, &LEX_RULES);
                names.changed.extend(mentioned(tokens.cursor()));
            }
            names.changed.extend(dynamic(part).map(Name::new));
            names.is_dynamic |= part.is("EXECUTE") && part.lexemes().len() != 2;
            begins = false;
        } else {
            begins = cursor.is_any(&BEFORE_STATEMENTS);
            cursor.bump();
        }
    }
    names
}

/// What an `EXECUTE` may change whose text is put together at run time, beside the names in its strings.
fn dynamic(mut part: Cursor<'_>) -> Option<&'static str> {
    if !part.eat("EXECUTE") {
        return None;
    }
    while part.eat("(") || part.eat("format (") || part.eat("pg_catalog . format (") {}
    let Some(text) = part.bump().and_then(|first| string_value(first, &LEX_RULES)) else {
        return Some(ANYTHING);
    };
    if part.is_empty() || part.is("INTO") || part.is("USING") {
        return None;
    }
    let tokens = Tokens::read_until_error(&text, &LEX_RULES);
    let mut cursor = tokens.cursor();
    let rows = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "ANALYZE", "VACUUM", "LOCK",
        "SET", "NOTIFY", "GRANT", "REVOKE", "TRUNCATE", "COPY", "REFRESH", "CLUSTER", "REINDEX",
    ];
    if cursor.is_any(&rows) {
        return None;
    }
    let Some(verb) = cursor.eat_any(&["CREATE", "ALTER", "DROP"]) else { return Some(ANYTHING) };
    cursor.eat("OR REPLACE");
    let words = [
        "TEMP",
        "TEMPORARY",
        "UNLOGGED",
        "UNIQUE",
        "MATERIALIZED",
        "FOREIGN",
        "CONSTRAINT",
        "RECURSIVE",
    ];
    while cursor.eat_any(&words).is_some() {}
    let is_index = cursor.is("INDEX");
    let is_part = cursor.is_any(&["TRIGGER", "POLICY", "RULE"]);
    cursor.bump();
    cursor.eat("CONCURRENTLY");
    let _ = cursor.eat("IF NOT EXISTS") || cursor.eat("IF EXISTS");
    cursor.eat("ONLY");
    // The text may go on within the name, but for the name behind a schema.
    let is_named = match cursor.qualified_name() {
        Some(_) => !cursor.is_empty() && !cursor.is("%"),
        None => cursor.is_empty() && name_after_schema(part),
    };
    match verb {
        _ if is_named => None,
        _ if is_index => Some(ANY_INDEX),
        "CREATE" if !is_part => Some(ANY_NEW),
        _ => Some(ANYTHING),
    }
}

/// Returns `true` if the next string goes on with the name of an object behind that of its schema.
fn name_after_schema(mut part: Cursor<'_>) -> bool {
    while let Some(lexeme) = part.bump() {
        if let Some(text) = string_value(lexeme, &LEX_RULES) {
            return text.strip_prefix('.').is_some_and(|rest| {
                rest.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '"')
            });
        }
    }
    false
}

/// What a call of a function does whose statement is given; `None` where its code is not straight-line
/// SQL.
pub(in crate::dialect::postgres) fn ops_of_code(statement: &str) -> Option<Vec<Located<Op>>> {
    let tokens = Tokens::read(statement, Span::new(0, statement.len()), &LEX_RULES).ok()?;
    let bodies = tokens.cursor().lexemes();
    let body = bodies.iter().find(|lexeme| lexeme.kind == TokenKind::String)?;
    // A function may have settings of its own.
    let has_settings = bodies.iter().any(|lexeme| lexeme.is("SET"));
    if !is_plpgsql(&tokens) || !body.text.starts_with('$') || has_settings {
        return None;
    }
    let tokens = Tokens::read(statement, inside(*body)?, &LEX_RULES).ok()?;
    let mut cursor = tokens.cursor();
    let ops = block(statement, &mut cursor, 0)?;
    cursor.eat(";");
    cursor.is_empty().then_some(ops)
}

/// Reads a block: `[DECLARE ..] BEGIN .. [EXCEPTION ..] END`.
fn block(text: &str, cursor: &mut Cursor<'_>, depth: u32) -> Option<Vec<Located<Op>>> {
    if depth > 8 {
        return None;
    }
    if cursor.eat("DECLARE") {
        cursor.take_until(|cursor| cursor.is("BEGIN"));
    }
    if !cursor.eat("BEGIN") {
        return None;
    }
    let mut ops = statements(text, cursor, &["EXCEPTION", "END"], depth)?;
    if cursor.eat("EXCEPTION") {
        let condition = handler(cursor)?;
        // After the first that fails the others are not performed.
        if ops.len() != 1 {
            return None;
        }
        ops = ops.into_iter().map(|located| under(located, &condition)).collect();
    }
    if !cursor.eat("END") {
        return None;
    }
    if !cursor.is(";") && !cursor.is_empty() {
        cursor.name()?;
    }
    Some(ops)
}

fn under(located: Located<Op>, condition: &Condition) -> Located<Op> {
    let (condition, op) = (condition.clone(), Box::new(located.value));
    Located { value: Op::Conditional { condition, op }, span: located.span }
}

/// Reads a handler that does nothing, for one kind of error.
fn handler(cursor: &mut Cursor<'_>) -> Option<Condition> {
    let mut found = None;
    while cursor.eat("WHEN") {
        loop {
            let name = cursor.name()?;
            let condition = match name.as_str() {
                "duplicate_object" | "duplicate_table" | "duplicate_column" | "duplicate_alias"
                | "duplicate_schema" | "duplicate_function" => Condition::Absent,
                "undefined_object" | "undefined_table" | "undefined_column"
                | "undefined_function" => Condition::Present,
                _ => return None,
            };
            if found.replace(condition.clone()).is_some_and(|before| before != condition) {
                return None;
            }
            if !cursor.eat("OR") {
                break;
            }
        }
        if !cursor.eat("THEN") {
            return None;
        }
        // Nothing, or a message.
        loop {
            if cursor.eat("NULL ;") {
                continue;
            }
            if cursor.eat("RAISE") {
                if cursor.is("EXCEPTION") || cursor.is(";") {
                    return None;
                }
                cursor.take_until(|cursor| cursor.is(";"));
                cursor.eat(";");
                continue;
            }
            break;
        }
    }
    found
}

/// Reads statements up to one of the words.
fn statements(
    text: &str,
    cursor: &mut Cursor<'_>,
    ends: &[&str],
    depth: u32,
) -> Option<Vec<Located<Op>>> {
    let mut ops = Vec::new();
    while !cursor.is_any(ends) {
        if cursor.is("BEGIN") || cursor.is("DECLARE") {
            ops.extend(block(text, cursor, depth + 1)?);
        } else if cursor.is("IF") {
            ops.extend(condition(text, cursor, depth + 1)?);
        } else {
            let statement = cursor.take_until(|cursor| cursor.is(";"));
            if statement.is("RETURN") {
                // Nothing follows.
                cursor.eat(";");
                return cursor.is("END").then_some(ops);
            }
            ops.extend(one(text, statement)?);
        }
        if !cursor.eat(";") {
            return None;
        }
    }
    Some(ops)
}

/// Reads one statement.
fn one(text: &str, mut statement: Cursor<'_>) -> Option<Vec<Located<Op>>> {
    let span = statement.span();
    if statement.eat("NULL") {
        return statement.is_empty().then(Vec::new);
    }
    if statement.eat("RAISE") {
        return (!statement.is_empty() && !statement.is("EXCEPTION")).then(Vec::new);
    }
    if statement.eat("EXECUTE") {
        let literal = statement.bump().filter(|_| statement.is_empty())?;
        let ops = super::parse(text, inside(literal)?).ok()?;
        return Some(ops);
    }
    if statement.eat("PERFORM") {
        let names = mentioned(statement);
        let ops = std::iter::once(Op::Opaque { names }).chain(super::calls::calls(statement));
        return Some(ops.map(|value| Located { value, span }).collect());
    }
    if statement.is("SELECT") {
        // A query gives its values to variables.
        let (reads, writes) = (mentioned(statement), None);
        return Some(vec![Located { value: Op::Rows { reads, writes }, span }]);
    }
    if statement.eat("GET") {
        return Some(Vec::new());
    }
    let sql = [
        "CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "TRUNCATE", "INSERT", "UPDATE",
        "DELETE", "LOCK", "REFRESH",
    ];
    if !statement.is_any(&sql)
        || statement.lexemes().iter().any(|lexeme| lexeme.is("INTO")) && !statement.is("INSERT")
    {
        return None;
    }
    let ops = super::parse(text, span).ok()?;
    ops.iter().all(|op| !matches!(op.value, Op::Opaque { .. })).then_some(ops)
}

/// Reads `IF [NOT] EXISTS (SELECT .. FROM pg_type WHERE typname = 'mood') THEN .. END IF`.
fn condition(text: &str, cursor: &mut Cursor<'_>, depth: u32) -> Option<Vec<Located<Op>>> {
    cursor.bump();
    let not = cursor.eat("NOT");
    if !cursor.eat("EXISTS") {
        return None;
    }
    let query = cursor.group()?;
    if !cursor.eat("THEN") {
        return None;
    }
    let ops = statements(text, cursor, &["ELSE", "ELSIF", "END"], depth)?;
    if !cursor.eat("END IF") {
        return None;
    }
    let reads_catalog = query.lexemes().iter().any(|lexeme| {
        let lower = lexeme.text.to_ascii_lowercase();
        lower.starts_with("pg_") || lower == "information_schema"
    });
    let named: Vec<String> =
        query.lexemes().iter().filter_map(|lexeme| string_value(*lexeme, &LEX_RULES)).collect();
    let about = |op: &Op| subject_name(op).is_some_and(|name| named.contains(&name));
    // With a second object the query may hold for another reason than the first.
    if !reads_catalog || ops.len() != 1 || !ops.iter().all(|op| about(&op.value)) {
        return None;
    }
    let condition = if not { Condition::Absent } else { Condition::Present };
    Some(ops.into_iter().map(|located| under(located, &condition)).collect())
}

/// The name of what an operation creates or changes.
fn subject_name(op: &Op) -> Option<String> {
    Some(match op {
        Op::CreateTable { name, .. }
        | Op::DropTable { name, .. }
        | Op::CreateView { name, .. }
        | Op::DropView { name, .. }
        | Op::CreateEnum { name, .. }
        | Op::CreateDomain { name, .. }
        | Op::CreateSequence { name, .. }
        | Op::DropIndex { name, .. }
        | Op::Drop { name, key: None, .. } => name.name.clone(),
        Op::CreateIndex { name, .. } => name.clone()?,
        Op::CreateTrigger { name, .. } | Op::DropTrigger { name, .. } => name.name.clone(),
        Op::AddColumn { column, .. } => column.name.clone(),
        Op::DropColumn { column, .. } | Op::RenameColumn { column, .. } => column.clone(),
        Op::AddEnumValue { value, .. } => value.clone(),
        Op::AddConstraint { constraint, .. } => match &**constraint {
            crate::op::TableConstraint::PrimaryKey(key)
            | crate::op::TableConstraint::Unique(key) => key.name.clone()?,
            crate::op::TableConstraint::Check(check) => check.name.clone()?,
            crate::op::TableConstraint::ForeignKey(key) => key.name.clone()?,
            crate::op::TableConstraint::Other(constraint) => constraint.name.clone(),
        },
        Op::DropConstraint { constraint: crate::op::ConstraintKey::Named(name), .. } => {
            name.clone()
        }
        _ => return None,
    })
}
