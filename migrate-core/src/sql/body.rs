//! Decides whether a semicolon ends a statement or belongs to its body.
//!
//! A [`Body`] reads one statement and keeps only the state that this decision needs.

use super::program::{Header, Program, Seen};
use super::{LexRules, Token, TokenKind};
use crate::source::Span;

/// Reads one statement, token by token.
#[derive(Debug, Clone)]
pub(super) struct Body {
    phase: Phase,
    /// The last token, if it was a symbol of one byte. A word after `.` or `@` is a name.
    symbol: u8,
    /// The token that opened the current body.
    opening: Span,
}

#[derive(Debug, Clone)]
enum Phase {
    /// Before the first word.
    Start,
    /// After CREATE or ALTER, before the kind of object.
    Object { definer: bool },
    /// The next semicolon ends it.
    Plain,
    /// COPY: open parentheses, whether FROM was the last word, whether FROM STDIN was seen.
    Copy { parens: u32, from: bool, stdin: bool },
    /// CREATE RULE: open parentheses, which hold semicolons.
    Rule { parens: u32 },
    /// A routine whose body may be BEGIN ATOMIC .. END; whether BEGIN was the last word.
    Routine { begin: bool },
    /// CREATE TRIGGER before its BEGIN.
    Trigger,
    /// Statements up to an END at the beginning of a statement.
    Statements { start: bool },
    /// A statement with the blocks of stored programs.
    Program(Program),
}

/// A body that is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unclosed {
    /// BEGIN, or another word that opens a block.
    Block(Span),
    /// The parenthesis around the commands of a rule.
    Parenthesis(Span),
}

impl Body {
    pub(super) const fn new() -> Self {
        Self { phase: Phase::Start, symbol: 0, opening: Span::new(0, 0) }
    }

    /// Reads a semicolon and returns `true` if it ends the statement.
    pub(super) fn semicolon(&mut self) -> bool {
        self.symbol = 0;
        match &mut self.phase {
            Phase::Rule { parens } => *parens == 0,
            Phase::Statements { start } => {
                *start = true;
                false
            }
            Phase::Program(program) => program.semicolon(),
            _ => true,
        }
    }

    /// Returns the part that is not closed.
    pub(super) fn unclosed(&self) -> Option<Unclosed> {
        match &self.phase {
            Phase::Rule { parens } if *parens > 0 => Some(Unclosed::Parenthesis(self.opening)),
            Phase::Statements { .. } => Some(Unclosed::Block(self.opening)),
            Phase::Program(program) if program.depth() > 0 => Some(Unclosed::Block(self.opening)),
            _ => None,
        }
    }

    /// Returns `true` if the statement is a `COPY .. FROM stdin`.
    pub(super) const fn copies_from_stdin(&self) -> bool {
        matches!(self.phase, Phase::Copy { stdin: true, .. })
    }

    /// Reads any token except semicolons and comments.
    pub(super) fn token(&mut self, text: &str, token: Token, lex_rules: &LexRules) {
        if matches!(self.phase, Phase::Plain) || token.kind == TokenKind::CodeComment {
            return;
        }
        let bytes = &text.as_bytes()[token.span.range()];
        let name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedName);
        let mut lower = [0; LONGEST];
        let keyword = token.kind == TokenKind::Word && !matches!(self.symbol, b'.' | b'@');
        let word = if keyword { lowercase(bytes, &mut lower) } else { "" };
        let symbol = match (token.kind, bytes) {
            (TokenKind::Symbol, [one]) => *one,
            _ => 0,
        };
        self.advance(Seen { word, symbol, name }, token.span, lex_rules);
        self.symbol = symbol;
    }

    fn advance(&mut self, seen: Seen<'_>, span: Span, lex_rules: &LexRules) {
        let Seen { word, symbol, .. } = seen;
        match &mut self.phase {
            Phase::Start => {
                self.opening = span;
                self.phase = first_word(word, lex_rules);
            }
            Phase::Object { definer } => {
                // A keyword after DEFINER = is a user.
                let word = if *definer && self.symbol == b'=' { "" } else { word };
                self.phase = object_word(word, *definer, lex_rules);
            }
            Phase::Plain => {}
            Phase::Copy { parens, from, stdin } => {
                count(parens, symbol);
                *stdin |= *from && *parens == 0 && word == "stdin";
                *from = word == "from";
            }
            Phase::Rule { parens } => {
                if *parens == 0 {
                    self.opening = span;
                }
                count(parens, symbol);
            }
            Phase::Routine { begin } => {
                if *begin && word == "atomic" {
                    self.phase = Phase::Statements { start: true };
                } else {
                    *begin = word == "begin";
                    self.opening = span;
                }
            }
            Phase::Trigger => {
                if word == "begin" {
                    self.opening = span;
                    self.phase = Phase::Statements { start: true };
                }
            }
            Phase::Statements { start } => {
                if *start && word == "end" {
                    self.phase = Phase::Plain;
                } else {
                    *start = false;
                }
            }
            Phase::Program(program) => {
                if program.depth() == 0 {
                    self.opening = span;
                }
                program.token(seen);
            }
        }
    }
}

fn first_word(word: &str, lex_rules: &LexRules) -> Phase {
    match word {
        "create" => Phase::Object { definer: false },
        "alter" if lex_rules.stored_programs => Phase::Object { definer: false },
        "copy" if lex_rules.psql => Phase::Copy { parens: 0, from: false, stdin: false },
        _ if lex_rules.stored_programs => {
            Program::compound(word).map_or(Phase::Plain, Phase::Program)
        }
        _ => Phase::Plain,
    }
}

fn object_word(word: &str, definer: bool, lex_rules: &LexRules) -> Phase {
    match word {
        "rule" if lex_rules.parentheses_hold_semicolons => Phase::Rule { parens: 0 },
        "function" | "procedure" if lex_rules.atomic_bodies => Phase::Routine { begin: false },
        "trigger" if lex_rules.trigger_bodies => Phase::Trigger,
        "function" | "procedure" if lex_rules.stored_programs => {
            Phase::Program(Program::new(Header::Routine))
        }
        "trigger" if lex_rules.stored_programs => Phase::Program(Program::new(Header::Trigger)),
        "event" if lex_rules.stored_programs => Phase::Program(Program::new(Header::Event)),
        "definer" => Phase::Object { definer: true },
        "or" | "replace" | "temp" | "temporary" | "aggregate" => Phase::Object { definer },
        "view" | "sql" => Phase::Plain,
        // The user after DEFINER.
        _ if definer => Phase::Object { definer },
        _ => Phase::Plain,
    }
}

fn count(parens: &mut u32, symbol: u8) {
    match symbol {
        b'(' => *parens += 1,
        b')' => *parens = parens.saturating_sub(1),
        _ => {}
    }
}

/// The length of the longest keyword here, in bytes.
const LONGEST: usize = 13;

/// Returns the word in lower case; empty if it is longer than any keyword.
pub(super) fn lowercase<'b>(word: &[u8], buffer: &'b mut [u8; LONGEST]) -> &'b str {
    let Some(lower) = buffer.get_mut(..word.len()) else { return "" };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    str::from_utf8(lower).unwrap_or_default()
}
