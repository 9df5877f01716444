//! The SQL of one direction: what it holds, and what is done to it so that it can stand in a
//! revision file. Knows nothing of file names or of other migrations.

use std::rc::Rc;

use migrate_core::diagnostic::Diagnostics;
use migrate_core::dialect::Dialect;
use migrate_core::source::{SourceFile, Span};
use migrate_core::sql::{Lexer, TokenKind, Tokens, controls_transaction, split};

use super::adopt;
use super::format::Format;
use super::model::Section;

/// One direction as its reader found it.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) source: Rc<SourceFile>,
    /// What belongs to it; each ends at the end of a line, and no statement reaches over an end.
    pub(super) spans: Vec<Span>,
    /// What the tool was told; SQL that must not run in a transaction is found out here.
    pub(super) transaction: bool,
}

/// A section and what was found in it.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) section: Section,
    /// Whether it holds no statement.
    pub(super) blank: bool,
    /// What was changed or found, to be read after "the up" or "the down", each with its place.
    pub(super) notes: Vec<(Span, String)>,
    /// Version tables of tools that must be there before it runs.
    pub(super) tables: Vec<&'static str>,
    pub(super) diagnostics: Diagnostics,
}

/// A replacement in the text: what goes, and what comes in its place.
type Edit = (Span, &'static str);

impl Part {
    /// The whole of a file.
    pub(super) fn whole(source: Rc<SourceFile>, transaction: bool) -> Self {
        let spans = vec![Span::new(0, source.text().len())];
        Self { source, spans, transaction }
    }

    pub(super) fn examine(&self, dialect: Dialect) -> Examined {
        let text = self.source.text();
        let mut diagnostics = Diagnostics::new();
        let mut statements = Vec::new();
        let mut edits: Vec<Edit> = Vec::new();
        for (n, span) in self.spans.iter().enumerate() {
            let (found, faults) = split(&self.source, *span, dialect.lex_rules());
            diagnostics.append(faults);
            // What the next span holds is not to be read as more of this statement.
            if let Some(last) = found.last()
                && n + 1 < self.spans.len()
                && semicolon(text, last.span.end, span.end, dialect).is_none()
            {
                edits.push((Span::new(last.span.end, last.span.end), ";"));
            }
            statements.extend(found.into_iter().map(|s| Found::new(text, s.span, *span, dialect)));
        }

        let mut notes: Vec<(Span, String)> = Vec::new();
        let start = statements.first().map_or_else(Span::default, |s| s.span);
        let mut transaction = self.transaction;
        if transaction {
            let refused = refused_in_transaction(&statements, dialect);
            let control = statements.iter().find(|s| s.controls_transaction(dialect));
            let control = control.map(|s| s.span);
            if let Some((span, _)) = refused.first() {
                transaction = false;
                let mut forms: Vec<&str> = refused.iter().map(|(_, form)| form.as_str()).collect();
                forms.dedup();
                notes
                    .push((*span, format!("holds {}: marked transaction:false", forms.join(", "))));
            } else if let Some(cuts) = wrapping_transaction(&statements, text, dialect) {
                edits.extend(cuts.map(|cut| (cut, "")));
                statements.pop();
                statements.remove(0);
                let what = "began and committed a transaction itself: these two statements are \
                            left out, a section runs in one anyway";
                notes.push((start, what.to_owned()));
            } else if let Some(span) = control {
                transaction = false;
                let what = "controls transactions itself: marked transaction:false";
                notes.push((span, what.to_owned()));
            }
        }
        let touched = touched_version_tables(&statements, dialect);
        if let Some((_, span)) = touched.first() {
            let names: Vec<String> = touched.iter().map(|(name, _)| format!("`{name}`")).collect();
            let what = format!(
                "touches {}, a version table that a fresh database does not have",
                names.join(", ")
            );
            notes.push((*span, what));
        }
        let (text, escaped) = escape_markers(&self.assemble(edits));
        if escaped > 0 {
            let what = format!(
                "has {escaped} line(s) that look like markers: `-- migrate:` is now `-- migrate :`"
            );
            notes.push((self.first_marker(), what));
        }
        Examined {
            section: Section {
                path: self.source.path().to_owned(),
                text,
                transaction,
                foreign_keys: false,
            },
            blank: statements.is_empty(),
            notes,
            tables: touched.into_iter().map(|(name, _)| name).collect(),
            diagnostics,
        }
    }

    /// The first line that looks like a marker of ours.
    fn first_marker(&self) -> Span {
        let text = self.source.text();
        for span in &self.spans {
            let mut at = span.start;
            for line in span.of(text).split_inclusive('\n') {
                if marker_colon(line).is_some() {
                    return Span::new(at, at + line.trim_end().len());
                }
                at += line.len();
            }
        }
        Span::default()
    }

    /// The text of the spans after the edits, without empty lines around it.
    fn assemble(&self, mut edits: Vec<Edit>) -> String {
        edits.sort_by_key(|(span, _)| *span);
        let (source, mut text) = (self.source.text(), String::new());
        for span in &self.spans {
            let mut at = span.start;
            for (cut, put) in
                edits.iter().filter(|(e, _)| span.start <= e.start && e.end <= span.end)
            {
                text += Span::new(at, cut.start).of(source);
                text += put;
                at = cut.end;
            }
            text += Span::new(at, span.end).of(source);
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
        }
        let trimmed = text.trim_end().trim_start_matches('\n');
        if trimmed.is_empty() { String::new() } else { format!("{trimmed}\n") }
    }
}

/// A statement with its tokens.
struct Found<'a> {
    text: &'a str,
    span: Span,
    /// The end of the span that was split.
    end: usize,
    tokens: Tokens<'a>,
}

impl<'a> Found<'a> {
    fn new(text: &'a str, span: Span, within: Span, dialect: Dialect) -> Self {
        let tokens = Tokens::read_until_error(span.of(text), dialect.lex_rules());
        Self { text, span, end: within.end, tokens }
    }

    fn begins_transaction(&self) -> bool {
        self.tokens.cursor().is_any(&["BEGIN", "START TRANSACTION"])
    }

    fn controls_transaction(&self, dialect: Dialect) -> bool {
        controls_transaction(self.span.of(self.text), dialect.lex_rules())
    }

    fn commits(&self) -> bool {
        self.tokens.cursor().is_any(&["COMMIT", "END"])
    }

    /// Whether a name stands in it, in any case.
    fn names(&self, name: &str, dialect: Dialect) -> bool {
        self.tokens.cursor().lexemes().iter().any(|lexeme| {
            matches!(lexeme.kind, TokenKind::Word | TokenKind::QuotedName)
                && lexeme
                    .name(dialect.lex_rules())
                    .is_some_and(|found| found.eq_ignore_ascii_case(name))
        })
    }
}

fn refused_in_transaction(statements: &[Found<'_>], dialect: Dialect) -> Vec<(Span, String)> {
    let form = |s: &Found<'_>| {
        let form = dialect.refused_in_transaction(s.span.of(s.text))?;
        Some((s.span, form.replace(" .. ", " ")))
    };
    statements.iter().filter_map(form).collect()
}

/// The BEGIN and the COMMIT when they stand around everything else and there are no others.
fn wrapping_transaction(
    statements: &[Found<'_>],
    text: &str,
    dialect: Dialect,
) -> Option<[Span; 2]> {
    let [first, inner @ .., last] = statements else { return None };
    if !(first.begins_transaction() && last.commits())
        || inner.iter().any(|s| s.controls_transaction(dialect))
    {
        return None;
    }
    Some([first, last].map(|s| {
        let end = semicolon(text, s.span.end, s.end, dialect).map_or(s.span.end, |span| span.end);
        Span::new(s.span.start, end)
    }))
}

/// The first semicolon of a piece of text that holds no statement.
fn semicolon(text: &str, start: usize, end: usize, dialect: Dialect) -> Option<Span> {
    Lexer::new(text, Span::new(start, end), dialect.lex_rules())
        .map_while(Result::ok)
        .find(|token| token.kind == TokenKind::Semicolon)
        .map(|token| token.span)
}

/// The version tables that must be there, each with the first statement that needs it: one that
/// makes the table, or looks whether it is there, does not.
fn touched_version_tables(statements: &[Found<'_>], dialect: Dialect) -> Vec<(&'static str, Span)> {
    let mut tables: Vec<&str> = Format::ALL
        .iter()
        .flat_map(|format| adopt::version_tables(*format))
        .map(|table| table.name)
        // Too common a word to mean anything.
        .filter(|name| *name != "migrations")
        .collect();
    tables.sort_unstable();
    tables.dedup();
    let first = |name: &&'static str| {
        let statement = statements.iter().find(|s| s.names(name, dialect))?;
        let begins = statement.tokens.cursor().is_any(&["CREATE"]);
        let text = statement.span.of(statement.text).to_ascii_uppercase();
        (!begins && !text.contains("IF EXISTS")).then_some((*name, statement.span))
    };
    tables.iter().filter_map(first).collect()
}

/// Puts a space before the colon of every line that looks like a marker; how many there were.
fn escape_markers(text: &str) -> (String, usize) {
    let mut escaped = 0;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match marker_colon(line) {
            Some(colon) => {
                escaped += 1;
                out.push_str(&line[..colon]);
                out.push(' ');
                out.push_str(&line[colon..]);
            }
            None => out.push_str(line),
        }
    }
    (out, escaped)
}

/// Where the colon of a line that begins `-- migrate:` stands.
fn marker_colon(line: &str) -> Option<usize> {
    let rest = line.trim_start().strip_prefix("--")?.trim_start();
    let word = rest.get(.."migrate".len())?;
    let after = &rest[word.len()..];
    (word.eq_ignore_ascii_case("migrate") && after.starts_with(':'))
        .then(|| line.len() - after.len())
}
