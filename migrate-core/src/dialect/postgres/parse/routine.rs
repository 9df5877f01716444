//! The parts of a statement that creates a function or procedure: its arguments and results, its options, its
//! body.
//!
//! The reader serves everybody who asks about a function that is known by its text. What it cannot read makes
//! the parts unknown that depend on it, and no others.

use super::function::{arguments, common_option};
use super::names::{function_name, string, until_comma};
use super::types::type_name;
use super::{Cursor, LEX_RULES};
use crate::schema::Name;
use crate::sql::Tokens;

/// A function or procedure.
#[derive(Debug)]
pub(in crate::dialect::postgres) struct Routine {
    /// The language in lower case.
    language: Option<String>,
    body: Option<Body>,
    /// Arguments and results in one form.
    head: Option<String>,
    /// The types in them that are none of the server's.
    types: Option<Vec<Name>>,
    /// The options that are not the usual ones; `None` if one cannot be read.
    options: Option<Vec<String>>,
}

/// The body of a function.
#[derive(Debug)]
enum Body {
    /// A string, which begins with `AS` at an offset of the statement.
    Quoted { text: String, start: usize },
    /// `BEGIN ATOMIC .. END` or `RETURN ..`.
    Standard,
}

/// What a statement says of a function with a body in quotes, in one form.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::dialect::postgres) struct Signature {
    /// The text between the quotes.
    pub(in crate::dialect::postgres) body: String,
    /// Arguments and results in lower case, without white space.
    pub(in crate::dialect::postgres) head: String,
    /// The options that are not the usual ones.
    options: Vec<String>,
}

impl Signature {
    /// The options that are words alone, which are written in one way.
    pub(in crate::dialect::postgres) fn behaviour(&self) -> Vec<&str> {
        let words = ["immutable", "stable", "strict", "security definer", "leakproof"];
        self.options.iter().map(String::as_str).filter(|one| words.contains(one)).collect()
    }
}

impl Routine {
    /// Reads a statement; `None` if it creates something else.
    pub(in crate::dialect::postgres) fn read(statement: &str) -> Option<Self> {
        let tokens = Tokens::read_until_error(statement, &LEX_RULES);
        let mut cursor = tokens.cursor();
        if !cursor.eat("CREATE") {
            return None;
        }
        cursor.eat("OR REPLACE");
        cursor.eat_any(&["FUNCTION", "PROCEDURE"])?;
        function_name(&mut cursor, "a name").ok()?;
        let (head, types) = read_head(&mut cursor).unzip();
        let mut routine = Self {
            language: None,
            body: None,
            head,
            types: types.flatten(),
            options: Some(Vec::new()),
        };
        while !cursor.is_empty() && !matches!(routine.body, Some(Body::Standard)) {
            routine.read_option(&mut cursor);
        }
        Some(routine)
    }

    fn read_option(&mut self, cursor: &mut Cursor<'_>) {
        let start = *cursor;
        if cursor.eat("AS") {
            match string(cursor, "a body") {
                Ok(text) => {
                    let start = start.span().start;
                    self.body = Some(Body::Quoted { text, start });
                }
                Err(_) => self.options = None,
            }
        } else if cursor.eat("LANGUAGE") {
            match cursor.string().or_else(|| cursor.name()) {
                Some(name) => {
                    let name = name.to_ascii_lowercase();
                    self.add(format!("language {name}"));
                    self.language = Some(name);
                }
                None => self.options = None,
            }
        } else if cursor.eat("BEGIN ATOMIC") || cursor.eat("RETURN") {
            self.body = Some(Body::Standard);
        } else if common_option(cursor).is_ok() {
            self.add(one_form(start.before(cursor)));
        } else {
            self.options = None;
            *cursor = start;
            cursor.bump();
        }
    }

    fn add(&mut self, option: String) {
        let usual = [
            "volatile",
            "called on null input",
            "security invoker",
            "not leakproof",
            "parallel unsafe",
            "cost 100",
        ];
        if let Some(options) = &mut self.options
            && !usual.contains(&option.as_str())
        {
            options.push(option);
        }
    }

    /// Returns the function in one form; `None` if it has a body without quotes, or cannot be read.
    pub(in crate::dialect::postgres) fn signature(self) -> Option<Signature> {
        let Some(Body::Quoted { text: body, .. }) = self.body else { return None };
        let mut options = self.options?;
        options.sort();
        Some(Signature { body, head: self.head?, options })
    }

    /// Returns the types in the arguments and results that are none of the server's; `None` where the statement has
    /// a body without quotes, or cannot be read.
    pub(in crate::dialect::postgres) fn types(self) -> Option<Vec<Name>> {
        let is_read = matches!(self.body, Some(Body::Quoted { .. })) && self.options.is_some();
        self.types.filter(|_| is_read)
    }

    /// Returns `true` if the body is a part of the statement, so that it is read once and holds what it mentions.
    pub(in crate::dialect::postgres) fn has_standard_body(&self) -> bool {
        matches!(self.body, Some(Body::Standard))
    }

    /// Returns the body in quotes where the server reads it when the function is created: one in SQL.
    pub(in crate::dialect::postgres) fn checked_body(&self) -> Option<&str> {
        match &self.body {
            Some(Body::Quoted { text, .. }) if self.is_sql() => Some(text),
            _ => None,
        }
    }

    /// Returns the part of the statement that must resolve when the function is created.
    pub(in crate::dialect::postgres) fn text_at_creation<'s>(&self, statement: &'s str) -> &'s str {
        match self.body {
            Some(Body::Quoted { start, .. }) if !self.is_sql() => &statement[..start],
            _ => statement,
        }
    }

    fn is_sql(&self) -> bool {
        self.language.as_deref() == Some("sql")
    }
}

/// An option as words in lower case.
fn one_form(option: Cursor<'_>) -> String {
    let words: Vec<String> = option
        .lexemes()
        .iter()
        .map(|lexeme| lexeme.text.to_ascii_lowercase())
        .filter(|word| word != "external")
        .collect();
    match words.join(" ").as_str() {
        "returns null on null input" => "strict".to_owned(),
        other => other.replace(" to ", " = "),
    }
}

/// Reads arguments and results: in one form, and the types in them that are none of the server's.
fn read_head(cursor: &mut Cursor<'_>) -> Option<(String, Option<Vec<Name>>)> {
    let start = *cursor;
    cursor.group()?;
    let mut text = head(start.before(cursor));
    let types_in = |mut at: Cursor<'_>| Some(arguments(&mut at, true, true).ok()?.uses);
    let mut types = types_in(start);
    if cursor.eat("RETURNS") {
        let start = *cursor;
        if cursor.eat("TABLE") {
            let inside = *cursor;
            cursor.group()?;
            text.push_str(&head(start.before(cursor)));
            types = types.zip(types_in(inside)).map(|(one, other)| [one, other].concat());
        } else {
            text.push_str(if cursor.is("SETOF") { "setof" } else { "" });
            let found = type_name(cursor).ok()?;
            text.push_str(&found.text.replace("public.", ""));
            types = types.map(|types| types.into_iter().chain(found.user_type).collect());
        }
    }
    Some((text, types))
}

/// Arguments in one form: each type as the catalog prints it where it can be told from the name.
fn head(cursor: Cursor<'_>) -> String {
    let mut inside = cursor;
    inside.eat("TABLE");
    let Some(inside) = inside.group() else { return String::new() };
    let mut text = String::from("(");
    if inside.is_empty() {
        return text;
    }
    let mut rest = inside;
    loop {
        let mut item = until_comma(&mut rest);
        let start = item;
        let mut copy = item;
        let mut words = String::new();
        // The last part that is a type up to the default.
        loop {
            let mut try_type = copy;
            if let Ok(found) = type_name(&mut try_type)
                && (try_type.is_empty() || try_type.is("DEFAULT") || try_type.is("="))
            {
                words.push_str(&found.text.replace("public.", ""));
                item = try_type;
                break;
            }
            let Some(word) = copy.bump() else {
                item = start;
                break;
            };
            if !word.is("IN") {
                words.push_str(&word.name(&LEX_RULES).unwrap_or_else(|| word.text.to_owned()));
                words.push(' ');
            }
        }
        text.push_str(&words);
        let default: String = item.lexemes().iter().map(|lexeme| lexeme.text).collect();
        text.push_str(&default.to_ascii_lowercase());
        text.push(',');
        if !rest.eat(",") {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rest: &str) -> Routine {
        Routine::read(&format!("CREATE OR REPLACE FUNCTION app.f(a integer, b app.mood) {rest}"))
            .unwrap()
    }

    #[test]
    fn the_parts_of_a_function_are_read_from_its_tokens() {
        let routine = read("RETURNS app.t LANGUAGE 'SQL' STABLE AS $$ SELECT ' as $x$ ' $$");
        assert_eq!(routine.checked_body(), Some(" SELECT ' as $x$ ' "));
        assert!(!routine.has_standard_body());
        let types: Vec<_> = routine.types().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(types, ["app.mood", "app.t"]);
        for body in ["BEGIN ATOMIC SELECT 1; END", "RETURN a + 1", "language sql\nreturn(a)"] {
            let routine = read(&format!("RETURNS integer {body}"));
            assert!(routine.has_standard_body() && routine.signature().is_none(), "{body}");
        }
        // Words in comments and strings are none.
        let quoted =
            read("RETURNS text /* BEGIN ATOMIC */ LANGUAGE plpgsql AS 'BEGIN RETURN ''x''; END'");
        assert!(!quoted.has_standard_body());
        assert_eq!(quoted.checked_body(), None);
    }

    #[test]
    fn a_body_that_is_not_checked_is_not_a_part_of_the_text_at_creation() {
        let text = |definition: &'static str| {
            Routine::read(definition).unwrap().text_at_creation(definition)
        };
        let head = "CREATE FUNCTION f(x integer DEFAULT CAST('1' AS integer)) RETURNS void LANGUAGE plpgsql ";
        let whole = format!("{head}AS\n$f$ BEGIN DELETE FROM t; END $f$").leak();
        assert_eq!(text(whole), head);
        let sql = "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM t'";
        assert_eq!(text(sql), sql);
        // An option of which nothing is known hides neither the language nor the body.
        let other =
            "CREATE FUNCTION f() RETURNS void TRANSFORM FOR TYPE hstore LANGUAGE plperl AS 'x'";
        assert!(text(other).ends_with("plperl "));
        assert!(Routine::read(other).unwrap().signature().is_none());
    }
}
