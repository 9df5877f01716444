//! Recognises text that every database reads alike, by its bytes.
//!
//! Most SQL contains nothing that databases read differently, so one reading serves all of them.
//! Uncertain text is not plain; the property tests compare this with the lexers.

use crate::source::Span;

/// Words that may open a body in some database.
const BODIES: [&str; 6] = ["rule", "function", "procedure", "trigger", "event", "definer"];

/// Words with a special meaning at the beginning of a statement in some database.
const BEGINNINGS: [&str; 9] =
    ["begin", "if", "case", "loop", "repeat", "while", "for", "copy", "delimiter"];

/// Returns `true` if all databases certainly read the part of `text` that `span` covers alike: the
/// same tokens, statements and faults.
#[must_use]
pub(crate) fn is_plain(text: &str, span: Span) -> bool {
    let Some(bytes) = text.get(span.range()).map(str::as_bytes) else { return false };
    let mut at = 0;
    let mut begins = true;
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let run = |part: fn(&u8) -> bool| rest.iter().position(|b| !part(b)).unwrap_or(rest.len());
        let comment = rest.starts_with(b"-- ");
        let length = match byte {
            b' ' | b'\n' | b'\t' | b';' | b',' | b'(' | b')' | b'.' => Some(1),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let word = &rest[..run(|b| b.is_ascii_alphanumeric() || *b == b'_')];
                let is = |known: &[&str]| {
                    known.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
                };
                // After some words a quote opens another kind of string.
                let quoted = rest.get(word.len()) == Some(&b'\'');
                let special = quoted || is(&BODIES) || begins && is(&BEGINNINGS);
                (!special).then_some(word.len())
            }
            b'0'..=b'9' => {
                let length = run(|b| matches!(b, b'0'..=b'9' | b'.'));
                let glued = rest.get(length).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
                (!glued).then_some(length)
            }
            b'\'' => string(rest),
            b'-' if comment => {
                let line = &rest[..run(|b| *b != b'\n')];
                (!line.contains(&b'\r')).then_some(line.len())
            }
            b'=' | b'<' | b'>' | b'*' | b'+' | b'-' => {
                let alone = |b: &u8| b.is_ascii_alphanumeric() || b" \n\t_,()';".contains(b);
                rest.get(1).is_none_or(alone).then_some(1)
            }
            _ => None,
        };
        let Some(length) = length else { return false };
        begins = match byte {
            b';' => true,
            b' ' | b'\n' | b'\t' => begins,
            _ => begins && comment,
        };
        at += length;
    }
    true
}

/// Returns the length of the string at the beginning, if it ends and contains no backslash.
fn string(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += bytes.get(at..)?.iter().position(|b| matches!(b, b'\'' | b'\\'))? + 1;
        match (bytes[at - 1], bytes.get(at)) {
            (b'\\', _) => return None,
            (_, Some(b'\'')) => at += 1,
            _ => return Some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_statements_are_plain_and_peculiar_ones_are_not() {
        let plain = |text: &str| is_plain(text, Span::new(0, text.len()));
        let usual = "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, n NUMERIC(1, 2) DEFAULT 0.5);\n\
            -- é; 'done\nINSERT INTO t VALUES (1, 'it''s; é'), (-2, '');\nUPDATE t SET a = b * 2 WHERE c = -1";
        assert!(plain(usual));
        for text in [
            "\"a\"",
            "a\\b",
            "'a\\'",
            "'open",
            "$1",
            "E'a'",
            "1a",
            "#",
            "--a",
            "a /* b */",
            "BEGIN",
            "; if x",
        ] {
            assert!(!plain(text), "{text}");
        }
    }
}
