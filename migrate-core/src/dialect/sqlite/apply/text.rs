//! Reads and changes the texts of expressions, views and triggers by their tokens.

use crate::dialect::sqlite::LEX_RULES;
use crate::dialect::sqlite::catalog::index::part;
use crate::dialect::sqlite::catalog::text::{Scope, quoted, text};
use crate::dialect::sqlite::keywords::is_keyword;
use crate::schema::{Column, IndexPart};
use crate::sql::{Lexeme, TokenKind, Tokens, string_value};

/// An expression of a table with these columns in one form.
pub(super) fn normal(expression: &str, columns: &[Column]) -> String {
    let tokens = Tokens::read_until_error(expression, &LEX_RULES);
    text(tokens.cursor().lexemes(), Scope::Columns(columns))
}

/// A part of an index as it is on a table with these columns.
pub(super) fn index_part(of: &IndexPart, columns: &[Column]) -> IndexPart {
    let mut sql = of.column.as_deref().map_or_else(|| of.expression.clone(), quoted);
    if let Some(collation) = &of.collation {
        sql = format!("({sql}) COLLATE {collation}");
    }
    if of.descending {
        sql.push_str(" DESC");
    }
    let tokens = Tokens::read_until_error(&sql, &LEX_RULES);
    part(tokens.cursor(), columns)
}

/// The names in a text that a token may mean.
fn is_name(lexeme: Lexeme<'_>, name: &str) -> bool {
    lexeme.name(&LEX_RULES).is_some_and(|found| found.eq_ignore_ascii_case(name))
}

/// Returns `true` if a text has a string with this value, whatever its case.
pub(super) fn has_string(text: &str, value: &str) -> bool {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let mut lexemes = tokens.cursor().lexemes().iter();
    lexemes.any(|lexeme| {
        lexeme.kind == TokenKind::String
            && string_value(*lexeme, &LEX_RULES)
                .is_some_and(|text| text.eq_ignore_ascii_case(value))
    })
}

/// Returns `true` if a text has a name of a column, in double quotes or not; a string is none.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let mut lexemes = tokens.cursor().lexemes().iter();
    lexemes.any(|lexeme| lexeme.kind != TokenKind::String && is_name(*lexeme, name))
}

/// Returns `true` if a view or a trigger cannot do without a column of a name.
///
/// `"a"` in the code of a view or a trigger is the string `'a'` where there is no column of that name;
/// `t."a"` and what stands in `USING` is not.
pub(super) fn needs(text: &str, name: &str) -> bool {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let lexemes = tokens.cursor().lexemes();
    let joins_using = lexemes.iter().any(|lexeme| lexeme.is("USING"));
    (0..lexemes.len()).any(|at| {
        let is_string = lexemes[at].text.starts_with('"')
            && !joins_using
            && !(at > 0 && lexemes[at - 1].is("."));
        lexemes[at].kind != TokenKind::String && !is_string && is_name(lexemes[at], name)
    })
}

/// Returns `true` if a text has a column of the row before or after a change: `new.a`, `old.a`.
pub(super) fn mentions_row(text: &str, column: &str) -> bool {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    tokens.cursor().lexemes().windows(3).any(|three| {
        (three[0].is("new") || three[0].is("old")) && three[1].is(".") && is_name(three[2], column)
    })
}

/// A text in which some of its tokens are replaced.
fn replaced(text: &str, at: &[Lexeme<'_>], with: &str) -> String {
    let mut out = String::new();
    let mut end = 0;
    for lexeme in at {
        out.push_str(&text[end..lexeme.span.start]);
        out.push_str(&quoted(with));
        end = lexeme.span.end;
    }
    out.push_str(&text[end..]);
    out
}

/// Renames a column in an expression of its own table; `None` if a token may be something else.
pub(super) fn rename_column(text: &str, column: &str, to: &str) -> Option<String> {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let lexemes = tokens.cursor();
    let lexemes = lexemes.lexemes();
    let mut found = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        if !is_name(*lexeme, column) || lexeme.kind == TokenKind::String {
            continue;
        }
        if lexemes.get(at + 1).is_some_and(|next| next.is("(")) {
            continue;
        }
        if lexeme.kind == TokenKind::Word && is_keyword(&column.to_ascii_uppercase())
            || lexemes.get(at + 1).is_some_and(|next| next.is("."))
            || at > 0 && lexemes[at - 1].is("COLLATE")
        {
            return None;
        }
        found.push(*lexeme);
    }
    Some(replaced(text, &found, to))
}

/// Renames a table in a query or a trigger; `None` if a token may be something else.
pub(super) fn rename_table(text: &str, table: &str, to: &str) -> Option<String> {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let lexemes = tokens.cursor();
    let lexemes = lexemes.lexemes();
    let mut found = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        if !is_name(*lexeme, table) {
            continue;
        }
        let before = |count: usize| at.checked_sub(count).map(|at| lexemes[at]);
        let is = |word: &str| before(1).is_some_and(|before| before.is(word));
        let is_qualifier = lexemes.get(at + 1).is_some_and(|next| next.is("."));
        let in_main = is(".") && before(2).is_some_and(|name| is_name(name, "main"));
        let in_place = ["FROM", "JOIN", "INTO", "UPDATE", "ON", "IN"].iter().any(|word| is(word));
        if lexeme.kind == TokenKind::String || !(is_qualifier && !is(".") || in_main || in_place) {
            return None;
        }
        found.push(*lexeme);
    }
    // A name that WITH gives hides the table.
    if !found.is_empty() && lexemes.iter().any(|lexeme| lexeme.is("WITH")) {
        return None;
    }
    Some(replaced(text, &found, to))
}

/// Whether a query reads one table, and nothing else.
pub(super) fn reads_only(text: &str, table: &str) -> bool {
    const ENDS: [&str; 5] = ["WHERE", "GROUP", "ORDER", "LIMIT", "HAVING"];
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let lexemes = tokens.cursor();
    let lexemes = lexemes.lexemes();
    let selects = lexemes.iter().filter(|lexeme| lexeme.is("SELECT")).count();
    let froms: Vec<usize> = (0..lexemes.len()).filter(|at| lexemes[*at].is("FROM")).collect();
    let ([from], 1) = (froms.as_slice(), selects) else { return false };
    let mut rest = &lexemes[from + 1..];
    if let [main, dot, more @ ..] = rest
        && is_name(*main, "main")
        && dot.is(".")
    {
        rest = more;
    }
    match rest {
        [name] => is_name(*name, table),
        [name, next, ..] => is_name(*name, table) && ENDS.iter().any(|word| next.is(word)),
        [] => false,
    }
}

/// Renames a column of a table in a query or a trigger that mentions the table. `own` says that the
/// text is a trigger on that table, `alone` that it is a query that reads only that table. `None` if
/// a token may be something else.
pub(super) fn rename_column_of(
    text: &str,
    (table, column): (&str, &str),
    to: &str,
    own: bool,
    alone: bool,
) -> Option<String> {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let lexemes = tokens.cursor();
    let lexemes = lexemes.lexemes();
    let body = lexemes.iter().position(|lexeme| lexeme.is("ON")).filter(|_| own).unwrap_or(0);
    let mut found = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        if !is_name(*lexeme, column) || lexeme.kind == TokenKind::String {
            continue;
        }
        let before = |count: usize| at.checked_sub(count).map(|at| lexemes[at]);
        let is_word = lexeme.kind == TokenKind::Word;
        if is_word && is_keyword(&column.to_ascii_uppercase()) {
            return None;
        }
        if before(1).is_some_and(|before| before.is(".")) {
            let qualifier = before(2)?;
            let is_row = own && (qualifier.is("new") || qualifier.is("old"));
            if !is_row && !is_name(qualifier, table) {
                return None;
            }
        } else if at < body {
            // The list of `UPDATE OF`, or the name of the trigger.
            if !before(1).is_some_and(|before| before.is("OF") || before.is(",")) {
                return None;
            }
        } else if lexemes.get(at + 1).is_some_and(|next| next.is("(") || next.is("."))
            || before(1).is_some_and(|before| before.is("AS") || before.is("FROM"))
            || !alone
        {
            return None;
        }
        found.push(*lexeme);
    }
    Some(replaced(text, &found, to))
}
