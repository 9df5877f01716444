//! Splits text into statements.
//!
//! [`walk`] is the only pass over a text; splitting and hashing receive its events.

use super::body::Body;
use super::fault::Fault;
use super::{LexRules, Lexer, Readings, Token, TokenKind};
use crate::diagnostic::Diagnostics;
use crate::source::{SourceFile, Span};

/// A statement from its first token to its last, without the final `;` and the surrounding
/// comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Statement {
    /// Its place in the file.
    pub span: Span,
}

/// Splits `span` of the file's text into statements and reports text that cannot be run.
///
/// The reported faults are unclosed tokens and bodies, psql's commands, and COPY from standard
/// input. The statements before a fault are returned.
#[must_use]
pub fn split(file: &SourceFile, span: Span, lex_rules: &LexRules) -> (Vec<Statement>, Diagnostics) {
    scan(file, span, lex_rules, None)
}

/// Splits text of which no fault is reported.
pub(crate) fn statements_in(text: &str, span: Span, lex_rules: &LexRules) -> Vec<Statement> {
    let mut statements = Vec::new();
    walk(text, span, lex_rules, |event| {
        if let Event::Statement(statement) = event {
            statements.push(statement);
        }
    });
    statements
}

/// Splits like [`split`], and adds the tokens to `readings` in the same pass.
#[must_use]
pub fn scan(
    file: &SourceFile,
    span: Span,
    lex_rules: &LexRules,
    mut readings: Option<&mut Readings<'_>>,
) -> (Vec<Statement>, Diagnostics) {
    let (mut statements, mut diagnostics) = (Vec::new(), Diagnostics::new());
    if let Some(readings) = readings.as_deref_mut() {
        readings.begin(span);
    }
    walk(file.text(), span, lex_rules, |event| {
        match event {
            Event::Statement(statement) => statements.push(statement),
            Event::Fault(fault) => diagnostics.push(fault.diagnostic(file, lex_rules)),
            Event::Token(_) | Event::Verbatim(_) => {}
        }
        if let Some(readings) = readings.as_deref_mut() {
            readings.event(file.text(), event, lex_rules);
        }
    });
    if let Some(readings) = readings {
        readings.end();
    }
    (statements, diagnostics)
}

/// An event of [`walk`], in the order of the text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Event {
    /// A token of a statement, or a comment. Separators have no event.
    Token(Token),
    /// The statement to which the tokens since the last one belong is complete.
    Statement(Statement),
    /// Something is wrong.
    Fault(Fault),
    /// Text that is not understood and not a statement.
    Verbatim(Span),
}

/// The current statement.
struct Open {
    body: Body,
    /// From the first token to the last that is not a semicolon.
    span: Option<Span>,
}

impl Open {
    const fn new() -> Self {
        Self { body: Body::new(), span: None }
    }

    fn extend(&mut self, token: Span) {
        self.span.get_or_insert(token).end = token.end;
    }

    /// Returns the statement, if there is one, and begins a new one.
    fn close(&mut self) -> Option<Statement> {
        let closed = std::mem::replace(self, Self::new());
        closed.span.map(|span| Statement { span })
    }
}

/// Reads the text once and calls `visit` for each event.
pub(super) fn walk<'a>(
    text: &'a str,
    span: Span,
    lex_rules: &'a LexRules,
    mut visit: impl FnMut(Event),
) {
    let mut lexer = Lexer::new(text, span, lex_rules);
    let mut open = Open::new();
    // The delimiter of a DELIMITER line, in place of `;`.
    let mut delimiter: Option<&'a str> = None;
    loop {
        if let Some(delimiter) = delimiter
            && !lexer.in_code()
            && lexer.eat(delimiter)
        {
            if let Some(statement) = open.close() {
                visit(Event::Statement(statement));
            }
            continue;
        }
        let token = match lexer.next() {
            None => break,
            Some(Ok(token)) => token,
            Some(Err(error)) => {
                visit(Event::Fault(Fault::Token(error)));
                visit(Event::Verbatim(Span::new(error.span.start, lexer.offset())));
                return;
            }
        };
        let token = match delimiter {
            Some(delimiter) if !lexer.in_code() => cut(token, text, delimiter, &mut lexer),
            _ => token,
        };
        match token.kind {
            TokenKind::Comment => visit(Event::Token(token)),
            TokenKind::Semicolon if delimiter.is_none() && !lexer.in_code() => {
                if open.body.copies_from_stdin()
                    && let Some(copy) = open.close()
                {
                    visit(Event::Fault(Fault::Copy(copy.span)));
                    let rest = lexer.offset() + lexer.rest().len();
                    visit(Event::Verbatim(Span::new(lexer.offset(), rest)));
                    return;
                }
                if !open.body.semicolon() {
                    visit(Event::Token(token));
                } else if let Some(statement) = open.close() {
                    visit(Event::Statement(statement));
                }
            }
            TokenKind::Semicolon => {
                open.body.semicolon();
                // With another delimiter a semicolon at the end is not part of the statement.
                if open.span.is_some() {
                    visit(Event::Token(token));
                }
            }
            TokenKind::Symbol if lex_rules.psql && token.span.of(text) == "\\" => {
                let line = line_at(&lexer, token.span.start);
                lexer.seek(line.end);
                visit(Event::Fault(Fault::Psql(line)));
                visit(Event::Verbatim(line));
                open.close();
            }
            TokenKind::Word if lex_rules.stored_programs && open.span.is_none() => {
                match delimiter_line(token.span.of(text), &mut lexer) {
                    Some(set) => delimiter = Some(set).filter(|set| *set != ";"),
                    None => take(&mut open, token, text, lex_rules, &mut visit),
                }
            }
            _ => take(&mut open, token, text, lex_rules, &mut visit),
        }
    }
    if delimiter.is_none()
        && let Some(unclosed) = open.body.unclosed()
    {
        visit(Event::Fault(Fault::Body(unclosed)));
    } else if open.body.copies_from_stdin()
        && let Some(span) = open.span
    {
        visit(Event::Fault(Fault::Copy(span)));
    } else if let Some(statement) = open.close() {
        visit(Event::Statement(statement));
    }
}

fn take(
    open: &mut Open,
    token: Token,
    text: &str,
    lex_rules: &LexRules,
    visit: &mut impl FnMut(Event),
) {
    open.extend(token.span);
    open.body.token(text, token, lex_rules);
    visit(Event::Token(token));
}

/// Shortens a token in which the delimiter begins: `END$$`.
fn cut(mut token: Token, text: &str, delimiter: &str, lexer: &mut Lexer<'_>) -> Token {
    use TokenKind::{Number, Parameter, Symbol, Word};
    if matches!(token.kind, Word | Number | Parameter | Symbol) {
        let (from, rest) = (token.span.start, &text.as_bytes()[..lexer.end()]);
        let inside = from + 1..token.span.end;
        if let Some(at) =
            inside.into_iter().find(|at| rest[*at..].starts_with(delimiter.as_bytes()))
        {
            token.span.end = at;
            lexer.seek(at);
        }
    }
    token
}

/// Returns the rest of the line from `start`.
fn line_at(lexer: &Lexer<'_>, start: usize) -> Span {
    let rest = lexer.rest();
    Span::new(start, lexer.offset() + rest.find('\n').unwrap_or(rest.len()))
}

/// Returns the delimiter of the client's command `DELIMITER x`, if `word` begins one.
fn delimiter_line<'a>(word: &str, lexer: &mut Lexer<'a>) -> Option<&'a str> {
    if !word.eq_ignore_ascii_case("delimiter") {
        return None;
    }
    let line = lexer.rest().split('\n').next().unwrap_or_default();
    let argument =
        line.split_ascii_whitespace().next().filter(|_| line.starts_with([' ', '\t']))?;
    let offset = line.len() - line.trim_ascii_start().len();
    lexer.seek(lexer.offset() + offset + argument.len());
    Some(argument)
}
