//! Comments with code: `/*!50100 .. */` and `/*M! .. */`. Whether a server executes them depends on
//! what it is and on its version.

use super::LEX_RULES;
use crate::source::Span;
use crate::sql::{Lexer, TokenKind};

/// A server: whether it is MariaDB, and its version.
const SERVERS: [(bool, u32); 3] = [(true, 101_100), (true, 120_000), (false, 80_400)];

/// The texts that different servers read, each as long as the whole; none where they read the same.
pub(super) fn readings(text: &str, span: Span) -> Vec<String> {
    let part = span.of(text);
    if !part.contains("/*!") && !part.contains("/*M!") {
        return Vec::new();
    }
    let comments = comments(text, span);
    let mut texts: Vec<String> = Vec::new();
    for (is_mariadb, version) in SERVERS {
        let mut bytes = text.as_bytes().to_vec();
        for comment in &comments {
            if !comment.is_executed(is_mariadb, version) {
                // Nothing of a character is left, so the text stays one of characters.
                bytes[comment.span.start..comment.span.end].fill(b' ');
            }
        }
        if let Ok(text) = String::from_utf8(bytes)
            && !texts.contains(&text)
        {
            texts.push(text);
        }
    }
    texts
}

/// A comment with code.
struct CodeComment {
    span: Span,
    of_mariadb: bool,
    version: u32,
}

impl CodeComment {
    fn is_executed(&self, is_mariadb: bool, version: u32) -> bool {
        // MariaDB leaves the versions that only MySQL has had to MySQL.
        let of_mysql = !self.of_mariadb && (50_700..=99_999).contains(&self.version);
        if is_mariadb {
            !of_mysql && self.version <= version
        } else {
            !self.of_mariadb && self.version <= version
        }
    }
}

fn comments(text: &str, span: Span) -> Vec<CodeComment> {
    let mut found: Vec<CodeComment> = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    for token in Lexer::new(text, span, &LEX_RULES).map_while(Result::ok) {
        if token.kind != TokenKind::CodeComment {
            continue;
        }
        let mark = token.span.of(text);
        match open {
            Some((start, mark_of_open)) if mark == "*/" => {
                let digits = mark_of_open.trim_start_matches(|c: char| !c.is_ascii_digit());
                found.push(CodeComment {
                    span: Span::new(start, token.span.end),
                    of_mariadb: mark_of_open.starts_with("/*M"),
                    version: digits.parse().unwrap_or(0),
                });
                open = None;
            }
            None if mark != "*/" => open = Some((token.span.start, mark)),
            _ => {}
        }
    }
    found
}
