//! Typed values of items.

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Action, Deferrable, Name, NullsOrder};
use migrate_core::suggest::nearest;
use proc_macro2::Span;

use super::Found;
use super::items::{Item, Value};
use crate::mistake::{Mistake, Spanned};
use crate::model::{Only, Text};

/// A text in quotes that is not empty.
pub(crate) fn text(key: &str, span: Span, value: &Value) -> Result<Spanned<String>, Mistake> {
    let usage = format!("write `{key} = \"..\"`");
    match value {
        Value::Text(text) if text.value.trim().is_empty() => {
            Err(Mistake::new(text.span, format!("`{key}` is empty")).help(usage))
        }
        Value::Text(text) => Ok(text.clone()),
        Value::Word(word, at) => Err(Mistake::new(*at, format!("`{key}` is a text in quotes"))
            .help(format!("write `{key} = \"{word}\"`"))),
        Value::Nothing | Value::List(_) => {
            Err(Mistake::new(span, format!("`{key}` needs a text")).help(usage))
        }
    }
}

/// A text for all databases, `key = ".."`, or for some of them, `key(sqlite = "..")`.
pub(crate) fn per_dialect(key: &str, span: Span, value: &Value, found: &mut Found) -> Option<Text> {
    let Value::List(items) = value else {
        let all = found.note(text(key, span, value))?;
        return Some(Text { all: Some(all), each: Vec::new() });
    };
    let mut result = Text::default();
    for item in items {
        match item {
            Item::Text(text) if result.all.is_none() => {
                result.all = Some(text.clone());
            }
            Item::Text(text) => {
                found.push(Mistake::new(text.span, format!("`{key}` has two texts")));
            }
            Item::Keyed { key: name, span, value } => {
                let Some(dialect) = found.note(dialect(name, *span)) else { continue };
                if result.each.iter().any(|(known, _)| *known == dialect) {
                    found.push(Mistake::new(*span, format!("`{name}` is given twice")));
                } else if let Some(text) = found.note(text(name, *span, value)) {
                    result.each.push((dialect, text));
                }
            }
        }
    }
    if items.is_empty() {
        found.push(
            Mistake::new(span, format!("`{key}` is empty"))
                .help(format!("write `{key} = \"..\"` or `{key}(sqlite = \"..\")`")),
        );
    }
    Some(result)
}

/// A database by its name.
pub(crate) fn dialect(name: &str, span: Span) -> Result<Dialect, Mistake> {
    let known = Dialect::ALL.map(Dialect::name);
    Dialect::from_name(name).ok_or_else(|| unknown(span, "a database", name, &known))
}

/// `key`, `key = true` or `key = false`.
pub(crate) fn flag(key: &str, span: Span, value: &Value) -> Result<bool, Mistake> {
    match value {
        Value::Nothing => Ok(true),
        Value::Word(word, _) if word == "true" => Ok(true),
        Value::Word(word, _) if word == "false" => Ok(false),
        _ => Err(Mistake::new(span, format!("`{key}` has no value of this form"))
            .help(format!("write `{key}` alone"))),
    }
}

/// `dialects(sqlite, postgres)`, or `dialects = "postgres"`.
pub(crate) fn only(key: &str, span: Span, value: &Value, found: &mut Found) -> Only {
    let mut only = Only::default();
    let Value::List(items) = value else {
        let one = text(key, span, value).and_then(|text| dialect(&text.value, text.span));
        only.0.extend(found.note(one));
        return only;
    };
    for item in items {
        let one = match item {
            Item::Keyed { key, span, value: Value::Nothing } => dialect(key, *span),
            Item::Text(text) => dialect(&text.value, text.span),
            Item::Keyed { span, .. } => Err(Mistake::new(*span, "name a database alone")),
        };
        only.0.extend(found.note(one));
    }
    only
}

/// The names in parentheses: words, or texts in quotes.
pub(crate) fn names(
    key: &str,
    span: Span,
    value: &Value,
    found: &mut Found,
) -> Vec<Spanned<String>> {
    let Value::List(items) = value else {
        found.push(
            Mistake::new(span, format!("`{key}` lists columns"))
                .help(format!("write `{key}(a, b)`")),
        );
        return Vec::new();
    };
    items.iter().filter_map(|item| found.note(name(item))).collect()
}

/// A word, or a text in quotes.
pub(crate) fn name(item: &Item) -> Result<Spanned<String>, Mistake> {
    match item {
        Item::Keyed { key, span, value: Value::Nothing } => Ok(Spanned::new(key.clone(), *span)),
        Item::Text(text) => Ok(text.clone()),
        Item::Keyed { span, key, .. } => {
            Err(Mistake::new(*span, format!("`{key}` stands where a column stands")))
        }
    }
}

/// `users.id`, `users(id)`, `app.users(a, b)` or `users`.
pub(crate) fn reference(text: &Spanned<String>) -> Result<(Spanned<Name>, Vec<String>), Mistake> {
    let wrong = || {
        Mistake::new(text.span, format!("`{}` names no table and columns", text.value))
            .help("write `references = \"users.id\"`, or `\"app.users(a, b)\"` with a schema or several columns")
    };
    let value = text.value.trim();
    let is_name = |name: &&str| !name.is_empty() && !name.contains(['(', ')', '.', ',']);
    let (table, columns) = match value.split_once('(') {
        Some((table, rest)) => {
            let inside = rest.strip_suffix(')').ok_or_else(wrong)?;
            (table.trim(), inside.split(',').map(str::trim).collect())
        }
        None => match value.rsplit_once('.') {
            Some((table, column)) => (table, vec![column]),
            None => (value, Vec::new()),
        },
    };
    if !columns.iter().all(is_name) {
        return Err(wrong());
    }
    let (namespace, name) = match table.split_once('.') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, table),
    };
    if !is_name(&name) || !namespace.as_ref().is_none_or(is_name) {
        return Err(wrong());
    }
    let name = Name { namespace: namespace.map(str::to_owned), name: name.to_owned() };
    Ok((Spanned::new(name, text.span), columns.into_iter().map(str::to_owned).collect()))
}

/// `on_delete = "cascade"`.
pub(crate) fn action(key: &str, span: Span, value: &Value) -> Result<Action, Mistake> {
    const WORDS: [(&str, Action); 5] = [
        ("no action", Action::NoAction),
        ("restrict", Action::Restrict),
        ("cascade", Action::Cascade),
        ("set null", Action::SetNull),
        ("set default", Action::SetDefault),
    ];
    let text = text(key, span, value)?;
    choice(&text, key, &WORDS)
}

/// `deferrable`, or `deferrable = "initially deferred"`.
pub(crate) fn deferrable(key: &str, span: Span, value: &Value) -> Result<Deferrable, Mistake> {
    const WORDS: [(&str, Deferrable); 2] = [
        ("initially immediate", Deferrable::InitiallyImmediate),
        ("initially deferred", Deferrable::InitiallyDeferred),
    ];
    match value {
        Value::Nothing => Ok(Deferrable::InitiallyImmediate),
        value => choice(&text(key, span, value)?, key, &WORDS),
    }
}

/// `nulls = "first"`.
pub(crate) fn nulls(key: &str, span: Span, value: &Value) -> Result<NullsOrder, Mistake> {
    const WORDS: [(&str, NullsOrder); 2] =
        [("first", NullsOrder::First), ("last", NullsOrder::Last)];
    choice(&text(key, span, value)?, key, &WORDS)
}

/// One of several words, in any case, with spaces or underscores.
pub(crate) fn choice<T: Copy>(
    text: &Spanned<String>,
    key: &str,
    choices: &[(&str, T)],
) -> Result<T, Mistake> {
    let word = text.value.trim().replace('_', " ").to_ascii_lowercase();
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let found = choices.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
    found.ok_or_else(|| unknown(text.span, &format!("a value of `{key}`"), &text.value, &words))
}

/// A word that is not known.
pub(crate) fn unknown(span: Span, what: &str, word: &str, known: &[&str]) -> Mistake {
    let mistake = Mistake::new(span, format!("`{word}` is not {what}"));
    mistake.help(match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", known.join(", ")),
    })
}
