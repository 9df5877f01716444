//! Grants and comments, which name their objects by keys of the catalog's reader.

use super::super::privileges::plain_key;
use super::names::{key as key_name, name, quoted, string, word};
use crate::dialect::Unsupported;
use crate::op::Subject;
use crate::schema::{Kind, Name, Other};

/// The object that the key of a grant or a comment names, as SQL writes it: its kind and its name.
fn object(key: &str, other: &Other) -> Option<(String, String)> {
    let text = plain_key(key).strip_prefix("on ")?;
    let table = other.table.as_ref();
    let words = [
        "materialised view",
        "foreign server",
        "event trigger",
        "text search object",
        "domain",
        "enum",
        "type",
        "schema",
        "sequence",
        "table",
        "view",
        "function",
        "procedure",
        "constraint",
        "trigger",
        "policy",
        "rule",
        "statistics",
        "index",
        "column",
        "extension",
        "collation",
        "publication",
        "operator",
    ];
    let word = words.into_iter().find(|word| text.starts_with(&format!("{word} ")))?;
    let own = &text[word.len() + 1..];
    let owner = table.map(name);
    let plain = table.and_then(|table| own.strip_suffix(&format!(" on {table}")));
    let named = match (word, plain, table) {
        ("column", _, Some(table)) => {
            let column = own.strip_prefix(&format!("{table}."))?;
            format!("{}.{}", name(table), quoted(column))
        }
        ("constraint", None, _) => {
            let (constraint, domain) = own.split_once(" on domain ")?;
            format!("{} ON DOMAIN {}", quoted(constraint), key_name(domain))
        }
        (_, Some(plain), Some(_)) if word != "statistics" => {
            format!("{} ON {}", quoted(plain), owner?)
        }
        ("table" | "view" | "materialised view", _, Some(table)) => name(table),
        // The key has the name alone.
        ("index", None, Some(table)) => {
            let namespace = table.namespace.clone();
            name(&Name { namespace, name: own.to_owned() })
        }
        _ => key_name(plain.unwrap_or(own)),
    };
    let kind = match word {
        "materialised view" => "MATERIALIZED VIEW",
        "enum" => "TYPE",
        other => return Some((other.to_uppercase(), named)),
    };
    Some((kind.to_owned(), named))
}

/// A role as SQL writes it.
fn role_name(role: &str) -> String {
    if matches!(role, "PUBLIC" | "CURRENT_USER") { role.to_owned() } else { quoted(role) }
}

pub(super) fn grants(key: &str, other: &Other) -> Result<Vec<String>, Unsupported> {
    let unknown = || Unsupported::new("this grant");
    let (kind, named) = object(key, other).ok_or_else(unknown)?;
    // A view is granted as a table, an index belongs to its table.
    let of = match kind.as_str() {
        "VIEW" | "MATERIALIZED VIEW" => "TABLE",
        of => of,
    };
    let mut all = Vec::new();
    for line in other.definition.lines() {
        if let Some(role) = line.strip_prefix("OWNER TO ") {
            all.push(format!("ALTER {kind} {named} OWNER TO {}", role_name(role)));
            continue;
        }
        let (start, toward, rest) = [" TO ", " FROM "]
            .into_iter()
            .find_map(|toward| line.split_once(toward).map(|(start, rest)| (start, toward, rest)))
            .ok_or_else(unknown)?;
        if rest.contains(" GRANTED BY ") {
            return Err(Unsupported::new("a grant by somebody other than the owner"));
        }
        let (role, option) = match rest.strip_suffix(" WITH GRANT OPTION") {
            Some(role) => (role, " WITH GRANT OPTION"),
            None => (rest, ""),
        };
        let role = role_name(role);
        let text = if kind == "COLUMN" {
            let (table, column) = named.rsplit_once('.').ok_or_else(unknown)?;
            let (verb, privileges) = start.split_once(' ').ok_or_else(unknown)?;
            let privileges: Vec<String> =
                privileges.split(", ").map(|word| format!("{word} ({column})")).collect();
            format!("{verb} {} ON {table}{toward}{role}{option}", privileges.join(", "))
        } else {
            format!("{start} ON {of} {named}{toward}{role}{option}")
        };
        all.push(text);
    }
    Ok(all)
}

pub(super) fn default_privileges(key: &str, definition: &str) -> Result<Vec<String>, Unsupported> {
    let unknown = || Unsupported::new("these default privileges");
    let (objects, rest) = key.split_once(" of ").ok_or_else(unknown)?;
    let (role, schema) = match rest.split_once(" in ") {
        Some((role, schema)) => (role, format!(" IN SCHEMA {schema}")),
        None => (rest, String::new()),
    };
    let head = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{schema}", quoted(role));
    let mut all = Vec::new();
    for line in definition.lines() {
        let (start, toward, rest) = [" TO ", " FROM "]
            .into_iter()
            .find_map(|toward| line.split_once(toward).map(|(start, rest)| (start, toward, rest)))
            .ok_or_else(unknown)?;
        let (grantee, option) = match rest.strip_suffix(" WITH GRANT OPTION") {
            Some(grantee) => (grantee, " WITH GRANT OPTION"),
            None => (rest, ""),
        };
        let grantee = role_name(grantee);
        all.push(format!("{head} {start} ON {}{toward}{grantee}{option}", objects.to_uppercase()));
    }
    Ok(all)
}

pub(super) fn comment_on(
    key: &str,
    other: &Other,
    text: Option<&str>,
) -> Result<String, Unsupported> {
    let (kind, named) =
        object(key, other).ok_or_else(|| Unsupported::new("the comment of this object"))?;
    let text = text.map_or_else(|| "NULL".to_owned(), string);
    Ok(format!("COMMENT ON {kind} {named} IS {text}"))
}

pub(super) fn comment(subject: &Subject, text: Option<&str>) -> Result<String, Unsupported> {
    let Subject { kind, name: own, part } = subject;
    let literal = text.map_or_else(|| "NULL".to_owned(), string);
    let named = match (kind, part) {
        (Kind::Comment, Some(key)) => {
            let table = (!own.name.is_empty()).then(|| own.clone());
            let other = Other { definition: String::new(), table };
            return comment_on(key, &other, text);
        }
        (Kind::Column, Some(column)) => format!("{}.{}", name(own), quoted(column)),
        (_, Some(part)) => format!("{} ON {}", quoted(part), name(own)),
        (_, None) => name(own),
    };
    Ok(format!("COMMENT ON {} {named} IS {literal}", word(*kind)))
}
