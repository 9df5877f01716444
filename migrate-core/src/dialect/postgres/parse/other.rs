//! Objects that are known by name and text alone.

use super::function::without_arguments;
use super::names::{
    Parsed, cascade, group, if_exists, if_not_exists, is_name, label, list, mentioned, name,
    qualified, role, sequence, string, word,
};
use super::type_statement::{definitions, other};
use super::types::{collation, type_name};
use super::{Cursor, Parser};
use crate::op::{Op, Subject};
use crate::schema::{Kind, Name, Other};
use crate::sql::TokenKind;

/// Passes over `(name 'value', ..)`, each with `ADD`, `SET` or `DROP` perhaps.
pub(super) fn foreign_options(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let mut options = list(group(cursor)?, |item| {
        let action = item.lexemes().len() > 2 || item.is("DROP");
        let action = if action { item.eat_any(&["ADD", "SET", "DROP"]) } else { None };
        let name = label(item, "the name of an option")?;
        if action == Some("DROP") {
            return Ok(name);
        }
        Ok(format!("{name}={}", string(item, "a value in quotes")?))
    })?;
    options.sort();
    Ok(format!("({})", options.join(", ")))
}

impl<'t> Parser<'t> {
    /// `CREATE SCHEMA`, behind these words.
    pub(super) fn create_schema(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let if_not_exists = if_not_exists(&mut cursor)?;
        let mut key = None;
        if !cursor.is("AUTHORIZATION") {
            key = Some(name(&mut cursor, "the name of a schema")?);
        }
        if cursor.eat("AUTHORIZATION") {
            let owner = role(&mut cursor)?;
            key.get_or_insert(owner);
        }
        let key = key.unwrap_or_default();
        let definition = format!("CREATE SCHEMA {key}");
        let other = Box::new(Other { definition, table: None });
        let (kind, uses, or_replace) = (Kind::Namespace, Vec::new(), false);
        let mut ops = vec![Op::CreateOther { kind, key, other, uses, if_not_exists, or_replace }];
        if !cursor.is_empty() {
            if !cursor.is_any(&["CREATE", "GRANT"]) {
                return Err(cursor.unexpected("`CREATE`, `GRANT` or the end of the statement"));
            }
            ops.push(Op::Opaque { names: mentioned(cursor) });
        }
        Ok(ops)
    }

    /// `CREATE EXTENSION`, behind these words.
    pub(super) fn create_extension(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let if_not_exists = if_not_exists(&mut cursor)?;
        let key = name(&mut cursor, "the name of an extension")?;
        cursor.eat("WITH");
        let (mut schema, mut version) = (None, None);
        while !cursor.is_empty() {
            if cursor.eat("SCHEMA") {
                schema = Some(name(&mut cursor, "the name of a schema")?);
            } else if cursor.eat("VERSION") {
                version = Some(word_or_string(&mut cursor)?);
            } else if cursor.eat("FROM") {
                word_or_string(&mut cursor)?;
            } else if !cursor.eat("CASCADE") {
                return Err(cursor.unexpected("`CASCADE`, `SCHEMA` or `VERSION`"));
            }
        }
        let part = |word: &str, value: Option<String>| value.map(|value| format!("{word} {value}"));
        let parts = [part("SCHEMA", schema), part("VERSION", version)];
        let definition = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let other = Box::new(Other { definition, table: None });
        let (kind, uses, or_replace) = (Kind::Extension, Vec::new(), false);
        Ok(vec![Op::CreateOther { kind, key, other, uses, if_not_exists, or_replace }])
    }

    /// `ALTER EXTENSION`, behind these words.
    pub(super) fn alter_extension(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let key = name(&mut cursor, "the name of an extension")?;
        if !cursor.is_any(&["UPDATE", "SET SCHEMA", "ADD", "DROP"]) {
            return Err(cursor.unexpected("`ADD`, `DROP`, `SET SCHEMA` or `UPDATE`"));
        }
        let members = cursor.is_any(&["ADD", "DROP"]);
        let mut ops = vec![Op::AlterOther { kind: Kind::Extension, key, if_exists: false }];
        if members {
            ops.push(Op::Opaque { names: mentioned(cursor) });
        }
        Ok(ops)
    }

    /// `CREATE STATISTICS`, behind these words.
    pub(super) fn create_statistics(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let if_not_exists = if_not_exists(&mut cursor)?;
        let name = if cursor.is("ON") || cursor.is("(") {
            None
        } else {
            Some(qualified(&mut cursor, "the name of statistics")?)
        };
        if cursor.is("(") {
            list(group(&mut cursor)?, |item| label(item, "a kind of statistics"))?;
        }
        cursor.expect("ON")?;
        sequence(&mut cursor, |cursor| super::index::part(self, cursor))?;
        cursor.expect("FROM")?;
        let table = qualified(&mut cursor, "the name of a table")?;
        cursor.end()?;
        let Some(name) = name else {
            return Ok(vec![Op::Opaque { names: vec![table] }]);
        };
        let definition = self.written(self.statement);
        Ok(vec![Op::CreateOther {
            kind: Kind::Statistics,
            key: format!("{name} on {table}"),
            other: Box::new(Other { definition, table: Some(table) }),
            uses: Vec::new(),
            if_not_exists,
            or_replace: false,
        }])
    }

    /// `CREATE` of what few databases have; `None` where it is nothing of the kind.
    pub(super) fn create_rare(self, cursor: &mut Cursor<'t>) -> Parsed<Option<Vec<Op>>> {
        let text = self.written(self.statement);
        let found = |kind, key: String, uses: Cursor<'t>| {
            Ok(Some(vec![other(kind, key, text.clone(), uses)]))
        };
        if cursor.eat("COLLATION") {
            let if_not_exists = if_not_exists(cursor)?;
            let key = qualified(cursor, "the name of a collation")?.to_string();
            if cursor.eat("FROM") {
                collation(cursor)?;
            } else {
                definitions(group(cursor)?)?;
            }
            let mut op = other(Kind::Collation, key, text.clone(), *cursor);
            if let Op::CreateOther { if_not_exists: flag, .. } = &mut op {
                *flag = if_not_exists;
            }
            return Ok(Some(vec![op]));
        }
        if cursor.eat("OPERATOR CLASS") || cursor.eat("OPERATOR FAMILY") {
            let is_class = self.statement.is("CREATE OPERATOR CLASS");
            let name = qualified(cursor, "a name")?;
            let body = *cursor;
            cursor.take_until(|cursor| cursor.is("USING"));
            cursor.expect("USING")?;
            let method = super::names::name(cursor, "an access method")?;
            let what = if is_class { "class" } else { "family" };
            cursor.rest();
            let key = format!("{what} {name} using {method}");
            let mut ops = vec![other(Kind::Operator, key, text.clone(), body)];
            if is_class {
                // A family of the same name comes with it, unless the statement gives one.
                let key = format!("family {name} using {method}");
                ops.push(Op::AlterOther { kind: Kind::Operator, key, if_exists: true });
            }
            return Ok(Some(ops));
        }
        if cursor.eat("OPERATOR") {
            let operator = operator_name(cursor)?;
            let options = definitions(group(cursor)?)?;
            let side = |side: &str| {
                let found = options.iter().find(|(name, _)| name == side);
                found.map_or_else(|| "NONE".to_owned(), |(_, value)| normal_type(value))
            };
            let key = format!("{operator} ({}, {})", side("leftarg"), side("rightarg"));
            return found(Kind::Operator, key, *cursor);
        }
        if cursor.eat("CAST") {
            let mut inside = group(cursor)?;
            let from = type_name(&mut inside)?.text;
            inside.expect("AS")?;
            let to = type_name(&mut inside)?.text;
            let uses = cursor.rest();
            return found(Kind::Operator, format!("cast ({from} as {to})"), uses);
        }
        if cursor.eat("TEXT SEARCH") {
            let forms = ["CONFIGURATION", "DICTIONARY", "PARSER", "TEMPLATE"];
            let what = cursor.eat_any(&forms);
            let what = what.ok_or_else(|| {
                cursor.unexpected("`CONFIGURATION`, `DICTIONARY`, `PARSER` or `TEMPLATE`")
            })?;
            let name = qualified(cursor, "a name")?;
            definitions(group(cursor)?)?;
            let key = text_search_key(what, &name);
            return found(Kind::TextSearch, key, *cursor);
        }
        if cursor.eat("PUBLICATION") {
            let key = name(cursor, "the name of a publication")?;
            let uses = cursor.rest();
            return found(Kind::Publication, key, uses);
        }
        if cursor.eat("SERVER") {
            if_not_exists(cursor)?;
            let key = name(cursor, "the name of a server")?;
            let uses = cursor.rest();
            return found(Kind::ForeignServer, key, uses);
        }
        if cursor.eat("FOREIGN DATA WRAPPER") {
            let key = format!("wrapper {}", name(cursor, "the name of a wrapper")?);
            let uses = cursor.rest();
            return found(Kind::ForeignServer, key, uses);
        }
        if cursor.eat("USER MAPPING") {
            let if_not_exists = if_not_exists(cursor)?;
            cursor.expect("FOR")?;
            let user = role(cursor)?;
            cursor.expect("SERVER")?;
            let server = name(cursor, "the name of a server")?;
            cursor.rest();
            let key = format!("user {user} on {server}");
            return Ok(Some(vec![Op::AlterOther {
                kind: Kind::ForeignServer,
                key,
                if_exists: if_not_exists,
            }]));
        }
        // What no schema shows.
        let outside = [
            "ROLE",
            "USER",
            "GROUP",
            "DATABASE",
            "TABLESPACE",
            "SUBSCRIPTION",
            "LANGUAGE",
            "TRUSTED",
            "PROCEDURAL",
            "CONVERSION",
            "DEFAULT CONVERSION",
            "TRANSFORM",
            "ACCESS METHOD",
        ];
        if cursor.eat_any(&outside).is_some() {
            if cursor.is_empty() {
                return Err(cursor.unexpected("a name"));
            }
            cursor.rest();
            return Ok(Some(Vec::new()));
        }
        Ok(None)
    }

    /// `DROP` of what is known by name and text alone; `None` where it is nothing of the kind.
    pub(super) fn drop_rare(self, cursor: &mut Cursor<'t>) -> Parsed<Option<Vec<Op>>> {
        let kinds = [
            ("SCHEMA", Kind::Namespace),
            ("EXTENSION", Kind::Extension),
            ("TYPE", Kind::Type),
            ("DOMAIN", Kind::Domain),
            ("SEQUENCE", Kind::Sequence),
            ("COLLATION", Kind::Collation),
            ("STATISTICS", Kind::Statistics),
            ("EVENT TRIGGER", Kind::EventTrigger),
            ("PUBLICATION", Kind::Publication),
            ("SERVER", Kind::ForeignServer),
        ];
        if let Some((_, kind)) = kinds.into_iter().find(|(words, _)| cursor.eat(words)) {
            let if_exists = if_exists(cursor);
            let names = sequence(cursor, |cursor| qualified(cursor, "a name"))?;
            let cascade = cascade(cursor);
            cursor.end()?;
            let op = |name: Name| {
                let by_text = !matches!(kind, Kind::Type | Kind::Domain | Kind::Sequence);
                let key = by_text.then(|| name.to_string());
                Op::Drop { kind, name, key, if_exists, cascade }
            };
            return Ok(Some(names.into_iter().map(op).collect()));
        }
        let drop = |kind, key: String, if_exists, cascade| {
            let name = Name::new(key.clone());
            Ok(Some(vec![Op::Drop { kind, name, key: Some(key), if_exists, cascade }]))
        };
        if cursor.is("OPERATOR CLASS") || cursor.is("OPERATOR FAMILY") {
            let is_class = cursor.is("OPERATOR CLASS");
            cursor.bump();
            cursor.bump();
            let if_exists = if_exists(cursor);
            let name = qualified(cursor, "a name")?;
            cursor.expect("USING")?;
            let method = super::names::name(cursor, "an access method")?;
            let cascade = cascade(cursor);
            cursor.end()?;
            let what = if is_class { "class" } else { "family" };
            return drop(
                Kind::Operator,
                format!("{what} {name} using {method}"),
                if_exists,
                cascade,
            );
        }
        if cursor.eat("OPERATOR") {
            let if_exists = if_exists(cursor);
            let operator = operator_name(cursor)?;
            let sides = list(group(cursor)?, |item| {
                if item.eat("NONE") { Ok("NONE".to_owned()) } else { Ok(type_name(item)?.text) }
            })?;
            let cascade = cascade(cursor);
            cursor.end()?;
            return drop(
                Kind::Operator,
                format!("{operator} ({})", sides.join(", ")),
                if_exists,
                cascade,
            );
        }
        if cursor.eat("CAST") {
            let if_exists = if_exists(cursor);
            let mut inside = group(cursor)?;
            let from = type_name(&mut inside)?.text;
            inside.expect("AS")?;
            let to = type_name(&mut inside)?.text;
            inside.end()?;
            let cascade = cascade(cursor);
            cursor.end()?;
            return drop(Kind::Operator, format!("cast ({from} as {to})"), if_exists, cascade);
        }
        if cursor.eat("TEXT SEARCH") {
            let forms = ["CONFIGURATION", "DICTIONARY", "PARSER", "TEMPLATE"];
            let what = cursor.eat_any(&forms);
            let what = what.ok_or_else(|| {
                cursor.unexpected("`CONFIGURATION`, `DICTIONARY`, `PARSER` or `TEMPLATE`")
            })?;
            let if_exists = if_exists(cursor);
            let name = qualified(cursor, "a name")?;
            let cascade = cascade(cursor);
            cursor.end()?;
            return drop(Kind::TextSearch, text_search_key(what, &name), if_exists, cascade);
        }
        if cursor.eat("FOREIGN DATA WRAPPER") {
            let if_exists = if_exists(cursor);
            let name = name(cursor, "the name of a wrapper")?;
            let cascade = cascade(cursor);
            cursor.end()?;
            return drop(Kind::ForeignServer, format!("wrapper {name}"), if_exists, cascade);
        }
        if cursor.eat("OWNED BY") {
            sequence(cursor, role)?;
            cascade(cursor);
            cursor.end()?;
            return Ok(Some(vec![Op::Opaque { names: Vec::new() }]));
        }
        let outside = [
            "ROLE",
            "USER",
            "GROUP",
            "DATABASE",
            "TABLESPACE",
            "SUBSCRIPTION",
            "LANGUAGE",
            "PROCEDURAL",
            "CONVERSION",
            "TRANSFORM",
            "ACCESS METHOD",
        ];
        if let Some(what) = cursor.eat_any(&outside) {
            if what == "USER" && cursor.eat("MAPPING") {
                let key = self.written(*cursor);
                cursor.rest();
                return Ok(Some(vec![Op::AlterOther {
                    kind: Kind::ForeignServer,
                    key,
                    if_exists: true,
                }]));
            }
            if_exists(cursor);
            if cursor.is_empty() {
                return Err(cursor.unexpected("a name"));
            }
            cursor.rest();
            return Ok(Some(Vec::new()));
        }
        Ok(None)
    }

    /// `ALTER` of what is known by name and text alone.
    pub(super) fn alter_rare(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let renamed = [
            ("SCHEMA", Kind::Namespace),
            ("COLLATION", Kind::Collation),
            ("STATISTICS", Kind::Statistics),
            ("EVENT TRIGGER", Kind::EventTrigger),
            ("PUBLICATION", Kind::Publication),
            ("SERVER", Kind::ForeignServer),
        ];
        if let Some((_, kind)) = renamed.into_iter().find(|(words, _)| cursor.eat(words)) {
            let if_exists = kind == Kind::Statistics && if_exists(&mut cursor);
            let name = qualified(&mut cursor, "a name")?;
            let subject = Subject { kind, name: name.clone(), part: None };
            if let Some(ops) = self.alter_any(&mut cursor, &subject, if_exists)? {
                return Ok(ops);
            }
            if cursor.is_empty() {
                return Err(cursor.unexpected("a change"));
            }
            return Ok(vec![Op::AlterOther { kind, key: name.to_string(), if_exists }]);
        }
        if cursor.eat("DEFAULT PRIVILEGES") {
            if !cursor.lexemes().iter().any(|lexeme| lexeme.is("GRANT") || lexeme.is("REVOKE")) {
                return Err(cursor.unexpected("`GRANT` or `REVOKE`"));
            }
            let (kind, key) = (Kind::DefaultPrivileges, String::new());
            return Ok(vec![Op::AlterOther { kind, key, if_exists: true }]);
        }
        let outside = [
            "ROLE",
            "USER",
            "GROUP",
            "DATABASE",
            "TABLESPACE",
            "SUBSCRIPTION",
            "LANGUAGE",
            "PROCEDURAL",
            "CONVERSION",
            "SYSTEM",
            "LARGE OBJECT",
        ];
        if cursor.eat_any(&outside).is_some() {
            return Ok(Vec::new());
        }
        let mut own = cursor;
        if own.eat("TEXT SEARCH") {
            let what = own.eat_any(&["CONFIGURATION", "DICTIONARY"]);
            let name = qualified(&mut own, "a name").ok().zip(what);
            // Its parts change; with another name or schema it is another object.
            if let Some((name, what)) = name.filter(|_| !own.is_any(&["RENAME", "SET", "OWNER"])) {
                let key = text_search_key(what, &name);
                return Ok(vec![Op::AlterOther { kind: Kind::TextSearch, key, if_exists: false }]);
            }
        }
        if cursor.is_any(&["OPERATOR", "TEXT SEARCH", "FOREIGN DATA WRAPPER"]) {
            return Ok(vec![Op::Opaque { names: mentioned(cursor) }]);
        }
        Err(cursor.unexpected("the kind of an object"))
    }
}

fn word_or_string(cursor: &mut Cursor<'_>) -> Parsed<String> {
    if cursor.is_kind(TokenKind::String) {
        string(cursor, "a version")
    } else {
        word(cursor, "a version")
    }
}

/// Passes over the name of an operator with its schema.
fn operator_name(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let mut text = String::new();
    while cursor.peek().is_some_and(is_name) {
        text.push_str(&format!("{}.", name(cursor, "the name of a schema")?));
        cursor.expect(".")?;
    }
    match cursor.peek() {
        Some(next) if super::expr::is_operator(next) => {
            cursor.bump();
            Ok(text + next.text)
        }
        _ => Err(cursor.unexpected("an operator")),
    }
}

/// A type that stands as an option's value, as the catalog prints it.
fn normal_type(value: &str) -> String {
    let tokens = crate::sql::Tokens::head(value, 16, &super::LEX_RULES);
    type_name(&mut tokens.cursor())
        .map_or_else(|_| value.to_owned(), |found| without_arguments(&found))
}

fn text_search_key(what: &str, name: &Name) -> String {
    let space = name.namespace.as_deref().map(|space| format!("{space}."));
    format!("{}{} {}", space.unwrap_or_default(), what.to_ascii_lowercase(), name.name)
}
