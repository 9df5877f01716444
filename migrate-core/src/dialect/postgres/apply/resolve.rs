//! What names without a namespace mean while another `search_path` than the usual one is set, as scripts of
//! pg_dump do: the catalog tells the namespace of what they found.

use super::names::{HOME, at_home, search_path, type_text};
use super::table::resolve_type;
use crate::apply::{Found, State};
use crate::dialect::postgres::LEX_RULES;
use crate::dialect::postgres::parse::user_type;
use crate::dialect::postgres::quote_name;
use crate::schema::{Kind, Name};
use crate::sql::{Tokens, quote};

/// The key of a function with the types as the catalog tells them: `f(text, ops.mood)`. Other keys stay.
pub(super) fn arguments(state: &State, key: &str) -> String {
    let Some((name, types)) = key.split_once('(') else { return key.to_owned() };
    let types = types.replace(&format!("{HOME}."), "");
    if is_usual(state) {
        return format!("{name}({types}");
    }
    let types = types.strip_suffix(')').unwrap_or(&types).split(", ");
    let types: Vec<String> = types.map(|text| argument(state, text)).collect();
    format!("{name}({})", types.join(", "))
}

fn argument(state: &State, text: &str) -> String {
    let resolved = user_type(text).and_then(|user_type| {
        let of_none = Name::new(String::new());
        resolve_type(state, &of_none, &user_type, text).ok().flatten()
    });
    resolved.map_or_else(|| text.to_owned(), |(_, text)| text)
}

/// A default `nextval('s')` with the namespace in which the sequence was found.
pub(super) fn default(state: &State, text: &str) -> Option<String> {
    if is_usual(state) {
        return None;
    }
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let mut cursor = tokens.cursor();
    cursor.eat("pg_catalog .");
    if !cursor.eat("nextval") {
        return None;
    }
    let mut inside = cursor.group()?;
    let literal = inside.lexemes().first()?.span;
    let written = inside.string()?;
    let tokens = Tokens::read_until_error(&written, &LEX_RULES);
    let name = tokens.cursor().qualified_name()?;
    let Found::Known((_, key)) = state.find(&[Kind::Sequence], &name) else { return None };
    key.namespace.as_ref()?;
    let (before, after) = (&text[..literal.start], &text[literal.end..]);
    Some(format!("{before}{}{after}", quote(&type_text(&key), '\'')))
}

/// Adds the namespace in which an extension is created, where the statement names none.
pub(super) fn extension(state: &State, definition: &mut String) {
    let place = super::place(state, &Name::new(String::new()));
    if let Some(namespace) = place.and_then(|place| place.namespace)
        && !definition.starts_with("SCHEMA ")
    {
        *definition =
            format!("SCHEMA {} {definition}", quote_name(&namespace)).trim_end().to_owned();
    }
}

/// The namespace of an extension that a type may have come with, and the only one that is in the path.
pub(super) fn of_extension(state: &State, user_type: &Name) -> Option<Name> {
    if user_type.namespace.is_some() {
        return Some(at_home(user_type));
    }
    let first = (Kind::Extension, String::new());
    let others = state.schema().others.range(first..);
    let extensions = others.take_while(|((kind, _), _)| *kind == Kind::Extension);
    let homes: Vec<Option<String>> = extensions
        .map(|(_, other)| {
            let tokens = Tokens::read_until_error(&other.definition, &LEX_RULES);
            let mut cursor = tokens.cursor();
            let name = if cursor.eat("SCHEMA") { cursor.name() } else { None };
            name.filter(|space| space != HOME)
        })
        .collect();
    let path = search_path(state)?;
    let mut places = path.into_iter().filter(|space| homes.contains(space));
    let namespace = places.next();
    if places.next().is_some() {
        return None;
    }
    Some(Name { namespace: namespace.flatten(), name: user_type.name.clone() })
}

/// Whether names without a namespace mean what stands in the schema without one.
fn is_usual(state: &State) -> bool {
    search_path(state).is_none_or(|path| path == [None])
}
