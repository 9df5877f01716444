//! Hides passwords in everything that is printed, wherever the text came from.
//!
//! The library shows a database URL only through [`redact`]. A user may also type a URL where a
//! path, a name or a target belongs, and messages repeat what was typed. [`hide`] is the last step
//! before printing: it hides the account of every text that looks like a URL, and the value of
//! every `password=`. It may hide too much, for example in SQL that is quoted in an error.
//! SQL that is printed for another program is exact and does not pass through here.

use std::borrow::Cow;
use std::ops::Range;

use migrate_core::dialect::Dialect;

use crate::url::redact;

/// Stands for what is hidden.
const HIDDEN: &str = "***";

/// Keys whose values are hidden, by their last letters.
const KEYS: [&str; 3] = ["password", "passwd", "pwd"];

/// Returns the text without passwords.
pub(super) fn hide(text: &str) -> Cow<'_, str> {
    // Almost no text holds any of these.
    if !text.contains('@') && !text.contains('=') && !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let mut hidden = String::new();
    for line in text.split_inclusive('\n') {
        hidden.push_str(&in_values(&in_urls(line)));
    }
    if hidden == text { Cow::Borrowed(text) } else { Cow::Owned(hidden) }
}

/// Returns JSON text without passwords in its strings.
pub(super) fn hide_in_json(json: &str) -> Cow<'_, str> {
    let mut hidden = String::new();
    let mut done = 0;
    let mut from = 0;
    while let Some(string) = next_string(json, from) {
        from = string.end;
        let literal = &json[string.clone()];
        let Ok(text) = serde_json::from_str::<String>(literal) else { continue };
        let Cow::Owned(text) = hide(&text) else { continue };
        let Ok(literal) = serde_json::to_string(&text) else { continue };
        hidden.push_str(&json[done..string.start]);
        hidden.push_str(&literal);
        done = string.end;
    }
    if done == 0 {
        return Cow::Borrowed(json);
    }
    hidden.push_str(&json[done..]);
    Cow::Owned(hidden)
}

/// The next string literal of a JSON text, with its quotes.
fn next_string(json: &str, from: usize) -> Option<Range<usize>> {
    let start = from + json[from..].find('"')?;
    let mut bytes = json.bytes().enumerate().skip(start + 1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => return Some(start..at + 1),
            _ => {}
        }
    }
    None
}

/// Hides the accounts of URLs in a line.
fn in_urls(line: &str) -> String {
    let mut hidden = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(colon) = rest.find(':') {
        let found = match scheme_before(rest, colon) {
            Some(start) => url(&rest[start..], colon - start).map(|found| (start, found)),
            None => None,
        };
        let found = found.or_else(|| account(rest, colon));
        let Some((start, (end, shown))) = found else {
            hidden.push_str(&rest[..=colon]);
            rest = &rest[colon + 1..];
            continue;
        };
        hidden.push_str(&rest[..start]);
        hidden.push_str(&shown);
        rest = &rest[end + start..];
    }
    hidden.push_str(rest);
    hidden
}

/// Where the scheme that ends at a colon begins.
fn scheme_before(text: &str, colon: usize) -> Option<usize> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let scheme = text[..colon].trim_end_matches(|c| !is_part(c)).len();
    let start = text[..colon]
        .rfind(|c| !is_part(c))
        .map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    (scheme == colon && start < colon).then_some(start)
}

/// Where a URL ends whose scheme ends at `colon`, and how it is shown; `None` where it is no URL.
fn url(text: &str, colon: usize) -> Option<(usize, String)> {
    let is_database = Dialect::from_name(&text[..colon]).is_some();
    let has_slashes = text[colon..].starts_with("://");
    let end = end_of_word(text, colon);
    if is_database && (has_slashes || text[..end].contains('@')) {
        return Some(database_url(text, colon, end));
    }
    if !has_slashes {
        return None;
    }
    let start = colon + "://".len();
    let place = text.get(start..end).unwrap_or_default();
    let authority = place.find(['/', '?', '#']).unwrap_or(place.len());
    let at = place[..authority].rfind('@').or_else(|| {
        // A password may hold an unescaped `/`. A port may not.
        let (_, port) = place[..authority].split_once(':')?;
        let is_web = text[..colon].starts_with("http");
        place.rfind('@').filter(|_| !is_web || !port.bytes().all(|b| b.is_ascii_digit()))
    });
    Some((
        end,
        match at {
            Some(at) => format!("{}{HIDDEN}{}", &text[..start], &place[at..]),
            None => text[..end].to_owned(),
        },
    ))
}

/// As [`url`], for the scheme of a database.
fn database_url(text: &str, colon: usize, end: usize) -> (usize, String) {
    // The digest of a container image is no account.
    if text[colon..end].contains("@sha256:") {
        return (end, text[..end].to_owned());
    }
    let shown = redact(&text[..end]);
    let is_understood = shown.len() > colon + ":".len() + HIDDEN.len();
    // The password of one that is not understood may hold a space.
    let end = match text.rfind('@').filter(|_| !is_understood && !text[..end].contains('@')) {
        Some(at) => end_of_word(text, at),
        None => end,
    };
    (end, shown)
}

/// The account in `user:password@host/name`, a URL without its scheme, if `colon` is in one.
fn account(text: &str, colon: usize) -> Option<(usize, (usize, String))> {
    let start = text[..colon]
        .rfind(ends_word)
        .map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    let end = end_of_word(text, colon);
    let word = &text[start..end];
    let at = word.rfind('@').filter(|at| start + at > colon)?;
    let (before, host) = (&word[..at], &word[at + 1..]);
    let is_drive = word[colon - start..].starts_with(":\\") && colon - start == 1;
    let has_port = host
        .split_once(':')
        .is_some_and(|(_, port)| port.starts_with(|c: char| c.is_ascii_digit()));
    let is_host = (host.contains('/') || has_port) && !host.starts_with("sha256:");
    // Two slashes before it are a URL whose scheme is no database's, which was looked at.
    let is_account = is_host && !is_drive && !before.contains("://") && before != HIDDEN;
    is_account.then(|| (start, (end - start, format!("{HIDDEN}@{host}"))))
}

/// The end of the word that holds a place. A quote in a password does not end it.
fn end_of_word(text: &str, from: usize) -> usize {
    let wide = text[from..]
        .find(|c: char| c.is_whitespace() || c.is_control())
        .map_or(text.len(), |end| from + end);
    let account = text[from..wide].rfind('@').map_or(from, |at| from + at);
    let narrow = text[account..wide].find(ends_word).map_or(wide, |end| account + end);
    let word = text[..narrow].trim_end_matches([',', '.', ';', ':', ')', '!', '?', ']', '}']);
    word.len().max(from + 1)
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "`'\"<>|".contains(c)
}

/// Hides the values of keys such as `password`.
fn in_values(line: &str) -> String {
    let mut hidden = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(sign) = rest.find('=') {
        let key = rest[..sign].trim_end().to_ascii_lowercase();
        let (front, value) = rest.split_at(sign + 1);
        hidden.push_str(front);
        rest = value;
        if !KEYS.iter().any(|name| key.ends_with(name)) {
            continue;
        }
        let spaces = value.len() - value.trim_start_matches(' ').len();
        let end = spaces + end_of_value(&value[spaces..]);
        if end > spaces {
            hidden.push_str(&value[..spaces]);
            hidden.push_str(HIDDEN);
            rest = &value[end..];
        }
    }
    hidden.push_str(rest);
    hidden
}

fn end_of_value(value: &str) -> usize {
    let quoted = ['\'', '"'].into_iter().find(|quote| value.starts_with(*quote));
    if let Some(quote) = quoted {
        let mut escaped = false;
        for (at, c) in value.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => return at + 1,
                _ => {}
            }
        }
        return value.trim_end().len();
    }
    let ends = |c: char| c.is_whitespace() || c.is_control() || "&`'\"".contains(c);
    value.find(ends).unwrap_or(value.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accounts_and_passwords_are_hidden() {
        for (text, shown) in [
            ("copied to postgres://ada:pw@db/app", "copied to postgres://ada:***@db/app"),
            ("no `mysql://ada:p'w@db/app`.", "no `mysql://ada:***@db/app`."),
            ("(postgres:ada:pw@db/app)", "(postgres:***)"),
            ("postgres://ada:p w@db/app", "postgres:***"),
            ("no file 'https://tok@git.example/x'", "no file 'https://***@git.example/x'"),
            ("oracle://ada:1/2@db/app: no", "oracle://***@db/app: no"),
            ("`ada:pw@db/app` is no target", "`***@db/app` is no target"),
            ("ada:p@w@db:5432", "***@db:5432"),
            ("host=db password=p,w user=a", "host=db password=*** user=a"),
            ("password = 'a b\\' c' host=db", "password = *** host=db"),
            ("x?sslpassword=pw&a=b", "x?sslpassword=***&a=b"),
        ] {
            assert_eq!(hide(text), shown);
            assert_eq!(hide(shown), shown, "hiding twice changes nothing");
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in [
            "database: sqlite:app.db (a new file)",
            "postgres://ada:***@db/app: connection refused",
            "https://docs.rs/migrate-db/@latest?x=1",
            "https://host:8080/@x",
            "migrations/aaa.sql:9:1",
            "`base:billing@head` is a range",
            "on postgres:18@sha256:0123/x",
            "C:\\work@home/app.db",
            "`password=` has no value",
            "by ada@test, transaction=all",
        ] {
            assert_eq!(hide(text), text);
        }
    }

    #[test]
    fn strings_of_json_are_looked_at_one_by_one() {
        let json = r#"{"path":"postgres://a:p\"w@h/x","n":1,"list":["\\","u:p@h/x"]}"#;
        let shown = r#"{"path":"postgres://a:***@h/x","n":1,"list":["\\","***@h/x"]}"#;
        assert_eq!(hide_in_json(json), shown);
        assert_eq!(hide_in_json(shown), shown);
    }

    proptest! {
        #[test]
        fn no_form_of_a_url_shows_its_password(
            before in "[a-z `'(]{0,6}",
            scheme in proptest::sample::select(vec![
                "postgres://", "postgres:", "postgres:/", "postgresql+asyncpg://", "mysql://",
                "sqlite://", "oracle://", "postgress://", "redis://", "",
            ]),
            password in "S3CRET[a-z0-9/?'@:&%,.]{0,4}",
            place in proptest::sample::select(vec!["@db/app", "@db:5432/app", "@127.0.0.1:1/app"]),
            after in "[`').,:; ]{0,3}",
        ) {
            let text = format!("{before} {scheme}ada:{password}{place}{after}");
            let shown = hide(&text).into_owned();
            prop_assert!(!shown.contains("S3CRET"), "{text}\n{shown}");
            prop_assert_eq!(hide(&shown).into_owned(), shown.clone());
        }

        #[test]
        fn any_text_can_be_looked_at(text in ".{0,60}", url in "[a-z]{0,9}:/{0,3}.{0,9}@?.{0,9}") {
            let text = format!("{text}{url}{text}");
            let shown = hide(&text).into_owned();
            prop_assert_eq!(shown.matches('\n').count(), text.matches('\n').count());
            let json = serde_json::to_string(&text).unwrap();
            let back: String = serde_json::from_str(&hide_in_json(&json)).unwrap();
            prop_assert_eq!(back, shown);
        }
    }
}
