//! Diagnostics for text that cannot be split or run.

use super::body::Unclosed;
use super::{LexError, LexRules, Unterminated};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceFile, Span};

/// A fault in a text of statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A token is not closed.
    Token(LexError),
    /// A body is not closed.
    Body(Unclosed),
    /// A line for psql.
    Psql(Span),
    /// COPY .. FROM stdin.
    Copy(Span),
}

impl Fault {
    /// Returns the diagnostic.
    pub(super) fn diagnostic(self, file: &SourceFile, lex_rules: &LexRules) -> Diagnostic {
        match self {
            Self::Token(error) => unterminated(error, file, lex_rules),
            Self::Body(Unclosed::Block(span)) => {
                let opening = span.of(file.text()).to_ascii_uppercase();
                let closing = match opening.as_str() {
                    "BEGIN" => "END".to_owned(),
                    block => format!("END {block}"),
                };
                Diagnostic::new(
                    Code::UnterminatedBody,
                    format!("the body that {opening} opens is not closed"),
                )
                .labelled(file, span, "opened here")
                .help(format!(
                    "close it with {closing}; every statement inside ends with `;`, the last one too"
                ))
            }
            Self::Body(Unclosed::Parenthesis(span)) => Diagnostic::new(
                Code::UnterminatedBody,
                "the parenthesis around the commands of this rule is not closed",
            )
            .labelled(file, span, "opened here")
            .help("close it with `)` after the last command"),
            Self::Psql(span) => {
                let line = span.of(file.text());
                let command = line.split_whitespace().next().unwrap_or(line);
                Diagnostic::new(
                    Code::PsqlMeta,
                    format!("`{command}` is a command of psql, which no server understands"),
                )
                .at(file, span)
                .help(psql_help(command))
            }
            Self::Copy(span) => Diagnostic::new(
                Code::CopyFromStdin,
                "COPY .. FROM stdin takes its rows from the lines below, which only psql can send",
            )
            .at(file, span)
            .help("write the rows as INSERT statements; `pg_dump --inserts` does so")
            .help("leave rows out of a baseline with `pg_dump --schema-only`"),
        }
    }
}

fn unterminated(error: LexError, file: &SourceFile, lex_rules: &LexRules) -> Diagnostic {
    let opening = error.span.of(file.text());
    let diagnostic = Diagnostic::new(Code::UnterminatedToken, error.to_string()).labelled(
        file,
        error.span,
        "opened here",
    );
    // The closing text is its last character, except for brackets and comments.
    let quote = opening.chars().next_back().unwrap_or('\'');
    match error.what {
        Unterminated::String if lex_rules.backslash_escapes => diagnostic.help(format!(
            "close it with `{quote}`; inside, write `{quote}{quote}` or `\\{quote}` for the quote \
             and `\\\\` for a backslash"
        )),
        Unterminated::QuotedName if quote == '[' => diagnostic.help("close it with `]`"),
        Unterminated::String | Unterminated::QuotedName => diagnostic.help(format!(
            "close it with `{quote}`; a `{quote}` inside is written twice: `{quote}{quote}`"
        )),
        Unterminated::Comment if lex_rules.nested_comments => diagnostic
            .help("close it with `*/`; comments nest, so each `/*` inside needs a `*/` of its own"),
        Unterminated::Comment => diagnostic.help("close it with `*/`"),
        Unterminated::DollarString => {
            diagnostic.help(format!("close it with `{opening}`, spelled exactly like that"))
        }
    }
}

fn psql_help(command: &str) -> &'static str {
    match command {
        "\\restrict" | "\\unrestrict" => {
            "remove the line; pg_dump writes it to protect psql and it has no effect on the schema"
        }
        "\\connect" | "\\c" => "remove the line; the database is the one that the URL names",
        "\\i" | "\\ir" | "\\include" | "\\include_relative" => "put the SQL of the other file here",
        "\\." => "remove the line and the rows above it",
        "\\copy" => "write the rows as INSERT statements",
        _ => "remove the line or say it in SQL",
    }
}
