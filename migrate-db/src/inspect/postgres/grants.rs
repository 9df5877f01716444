//! Privileges in words: what was granted and revoked compared with what such an object has anyway.

use std::collections::BTreeMap;

use super::row::list;

/// One privilege of somebody: who has it, from whom, which, and whether it may be passed on.
#[derive(PartialEq, Eq)]
struct Privilege {
    grantee: String,
    grantor: String,
    word: &'static str,
    passes: bool,
}

/// `GRANT SELECT TO app` and `REVOKE EXECUTE FROM PUBLIC`, a line each in a fixed order. Grants
/// by others than the owner say by whom.
pub(super) fn differences(acl: Option<&str>, usual: Option<&str>, owner: &str) -> Vec<String> {
    let Some(acl) = acl else { return Vec::new() };
    let (has, usual) = (privileges(acl), privileges(usual.unwrap_or("{}")));
    let mut lines: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    let mut note = |start: &str, toward: &str, privilege: &Privilege| {
        let by = match &privilege.grantor {
            grantor if grantor == owner => String::new(),
            grantor => format!(" GRANTED BY {grantor}"),
        };
        let option = if privilege.passes { " WITH GRANT OPTION" } else { "" };
        let end = format!("{toward} {}{option}{by}", privilege.grantee);
        lines.entry((start.to_owned(), end)).or_default().push(privilege.word);
    };
    for privilege in has.iter().filter(|one| !usual.contains(one)) {
        note("GRANT", "TO", privilege);
    }
    for privilege in usual.iter().filter(|one| !has.contains(one)) {
        note("REVOKE", "FROM", privilege);
    }
    let line = |((start, end), mut words): ((String, String), Vec<&str>)| {
        words.sort_unstable();
        format!("{start} {} {end}", words.join(", "))
    };
    lines.into_iter().map(line).collect()
}

/// Reads `{app=r*w/owner,=X/owner}`.
fn privileges(acl: &str) -> Vec<Privilege> {
    let mut found = Vec::new();
    for item in list(acl) {
        let (grantee, rest) = name(&item);
        let (letters, grantor) = rest.trim_start_matches('=').split_once('/').unwrap_or_default();
        let (grantor, _) = name(grantor);
        let grantee = if grantee.is_empty() { "PUBLIC".to_owned() } else { grantee };
        let mut letters = letters.chars().peekable();
        while let Some(letter) = letters.next() {
            let passes = letters.next_if_eq(&'*').is_some();
            let (grantee, grantor) = (grantee.clone(), grantor.clone());
            found.push(Privilege { grantee, grantor, word: word(letter), passes });
        }
    }
    found
}

/// The role's name that a text begins with, and the rest. Names with other than letters, digits
/// and `_` stand in quotes, and a quote in them twice.
fn name(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(['=', '/']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut name = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if c != '"' {
            name.push(c);
        } else if characters.next_if(|(_, next)| *next == '"').is_some() {
            name.push('"');
        } else {
            return (name, &quoted[at + 1..]);
        }
    }
    (name, "")
}

fn word(letter: char) -> &'static str {
    match letter {
        'r' => "SELECT",
        'w' => "UPDATE",
        'a' => "INSERT",
        'd' => "DELETE",
        'D' => "TRUNCATE",
        'x' => "REFERENCES",
        't' => "TRIGGER",
        'm' => "MAINTAIN",
        'X' => "EXECUTE",
        'U' => "USAGE",
        'C' => "CREATE",
        'c' => "CONNECT",
        'T' => "TEMPORARY",
        's' => "SET",
        'A' => "ALTER SYSTEM",
        _ => "A PRIVILEGE",
    }
}

#[cfg(test)]
mod tests {
    use super::differences;

    #[test]
    fn only_what_is_unusual_is_told() {
        let usual = Some("{=X/o,o=X/o}");
        assert!(differences(None, usual, "o").is_empty());
        assert!(differences(Some("{o=X/o,=X/o}"), usual, "o").is_empty());
        assert_eq!(differences(Some("{o=X/o}"), usual, "o"), ["REVOKE EXECUTE FROM PUBLIC"]);
        assert_eq!(
            differences(Some(r#"{o=X/o,=X/o,"\"a b\"=rw*/o",p=r/q}"#), usual, "o"),
            [
                "GRANT SELECT TO a b",
                "GRANT UPDATE TO a b WITH GRANT OPTION",
                "GRANT SELECT TO p GRANTED BY q"
            ]
        );
    }
}
