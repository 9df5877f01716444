//! Names and strings without their quotes, and back.

use super::{LexRules, Lexeme, TokenKind};

/// The name that a lexeme is, in the case in which the database keeps it; `None` where it cannot be
/// one.
///
/// Keywords are names here: which of them are reserved depends on the place, and is for a parser.
pub(crate) fn name(lexeme: Lexeme<'_>, rules: &LexRules) -> Option<String> {
    let text = lexeme.text;
    let name = match lexeme.kind {
        TokenKind::Word if rules.lower_case_names => text.to_ascii_lowercase(),
        TokenKind::Word => text.to_owned(),
        TokenKind::QuotedName => match text.get(..2) {
            Some("U&" | "u&") => unicode(&inside(&text[2..])),
            _ => inside(text),
        },
        TokenKind::String if rules.string_names && text.starts_with('\'') => inside(text),
        _ => return None,
    };
    match rules.name_bytes {
        Some(limit) if name.len() > limit => {
            Some(name[..name.floor_char_boundary(limit)].to_owned())
        }
        _ => Some(name),
    }
}

/// The value of a string literal; `None` where the lexeme is none, or one of bits or bytes.
pub(crate) fn string(lexeme: Lexeme<'_>, rules: &LexRules) -> Option<String> {
    let text = lexeme.text;
    if lexeme.kind != TokenKind::String {
        return None;
    }
    match text.as_bytes() {
        [b'\'' | b'"', ..] if rules.backslash_escapes => Some(escaped(text)),
        [b'\'' | b'"', ..] => Some(inside(text)),
        [b'e' | b'E', b'\'', ..] => Some(escaped(&text[1..])),
        [b'n' | b'N', b'\'', ..] if rules.backslash_escapes => Some(escaped(&text[1..])),
        [b'n' | b'N', b'\'', ..] => Some(inside(&text[1..])),
        [b'u' | b'U', b'&', ..] => Some(unicode(&inside(&text[2..]))),
        [b'$', ..] => {
            let tag = text[1..].find('$')? + 2;
            text.get(tag..text.len().checked_sub(tag)?).map(str::to_owned)
        }
        _ => None,
    }
}

/// A name or a text between two quotes, which are doubled inside.
#[must_use]
pub fn quote(name: &str, quote: char) -> String {
    let mut quoted = String::from(quote);
    for c in name.chars().filter(|c| *c != '\0') {
        if c == quote {
            quoted.push(quote);
        }
        quoted.push(c);
    }
    quoted.push(quote);
    quoted
}

/// What stands between the quotes, with doubled quotes made single. A bracket cannot be doubled.
fn inside(text: &str) -> String {
    let mut chars = text.chars();
    let quote = chars.next().unwrap_or_default();
    chars.next_back();
    let inside = chars.as_str();
    if quote == '[' || !inside.contains(quote) {
        return inside.to_owned();
    }
    inside.replace(&format!("{quote}{quote}"), quote.encode_utf8(&mut [0; 4]))
}

/// What stands between the quotes of a string with backslash escapes.
fn escaped(text: &str) -> String {
    let mut chars = text.chars();
    let quote = chars.next().unwrap_or_default();
    chars.next_back();
    let mut value = String::new();
    let mut chars = chars.as_str().chars();
    while let Some(c) = chars.next() {
        let follows = if c == quote || c == '\\' { chars.next() } else { None };
        value.push(match follows {
            None => c,
            Some('n') if c == '\\' => '\n',
            Some('r') if c == '\\' => '\r',
            Some('t') if c == '\\' => '\t',
            Some('0') if c == '\\' => '\0',
            Some(other) => other,
        });
    }
    value
}

/// Replaces `\0041` and `\+000041`; `\\` is a backslash.
fn unicode(text: &str) -> String {
    let mut value = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let code = &rest[at + 1..];
        let (skip, digits) = if code.starts_with('+') { (1, 6) } else { (0, 4) };
        let point = code
            .get(skip..skip + digits)
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32);
        let (c, length) = match point {
            Some(c) => (c, skip + digits),
            None => ('\\', usize::from(code.starts_with('\\'))),
        };
        value.push(c);
        rest = &code[length..];
    }
    value + rest
}

#[cfg(test)]
mod tests {
    use super::super::Tokens;
    use super::*;
    use crate::dialect::Dialect;

    fn read(
        dialect: Dialect,
        text: &str,
        read: fn(Lexeme<'_>, &LexRules) -> Option<String>,
    ) -> Option<String> {
        let tokens = Tokens::read_until_error(text, dialect.lex_rules());
        read(tokens.cursor().peek()?, dialect.lex_rules())
    }

    #[test]
    fn names_are_folded_as_the_database_folds_them() {
        for (dialect, text, expected) in [
            (Dialect::Postgres, "Users", Some("users")),
            (Dialect::Postgres, "\"Us\"\"ers\"", Some("Us\"ers")),
            (Dialect::Postgres, "U&\"d\\0061t\\+000061\"", Some("data")),
            (Dialect::Postgres, "ÄB", Some("Äb")),
            (Dialect::Postgres, "'a'", None),
            (Dialect::Sqlite, "Users", Some("Users")),
            (Dialect::Sqlite, "[a b]", Some("a b")),
            (Dialect::Sqlite, "'it''s'", Some("it's")),
            (Dialect::Sqlite, "5", None),
            (Dialect::Mysql, "`a``b`", Some("a`b")),
            (Dialect::Mysql, r"`a\n`", Some(r"a\n")),
            (Dialect::Mysql, "\"a\"", None),
        ] {
            assert_eq!(read(dialect, text, name).as_deref(), expected, "{dialect}: {text}");
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let long = format!("{}é", "a".repeat(62));
        assert_eq!(read(Dialect::Postgres, &long, name).as_deref(), Some(&*"a".repeat(62)));
        assert_eq!(read(Dialect::Sqlite, &long, name), Some(long));
    }

    #[test]
    fn strings_lose_quotes_and_escapes() {
        for (dialect, text, expected) in [
            (Dialect::Postgres, r"'it''s \n'", Some(r"it's \n")),
            (Dialect::Postgres, r"E'a\n\'b'", Some("a\n'b")),
            (Dialect::Postgres, "$x$a'b$x$", Some("a'b")),
            (Dialect::Postgres, r"U&'\00e9'", Some("é")),
            (Dialect::Postgres, "x'00'", None),
            (Dialect::Mysql, r"'it''s \\ a\nline'", Some("it's \\ a\nline")),
            (Dialect::Mysql, "\"root\"", Some("root")),
            (Dialect::Sqlite, "'a\\n'", Some("a\\n")),
        ] {
            assert_eq!(read(dialect, text, string).as_deref(), expected, "{dialect}: {text}");
        }
    }
}
