//! Functions, procedures and aggregates.

use super::expr::{Operators, pass, take};
use super::names::{
    Parsed, cascade, function_name, group, if_exists, is_function, label, list, name, number,
    sequence, string, word,
};
use super::types::{TypeName, type_name};
use super::{Cursor, Parser};
use crate::op::{Op, Subject};
use crate::schema::{Kind, Name, Other};

/// The arguments of a function, as they tell it from others of its name.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    /// The types of those that a call gives.
    types: Vec<String>,
    /// The types that are none of the server's.
    pub(super) uses: Vec<Name>,
}

impl Arguments {
    fn add(&mut self, found: TypeName) {
        self.types.push(without_arguments(&found));
        self.uses.extend(found.user_type);
    }

    /// `total(integer, text)`.
    pub(super) fn key(&self, name: &Name) -> String {
        format!("{name}({})", self.types.join(", "))
    }
}

/// A type without its arguments, as the catalog lists it among those of a function.
pub(super) fn without_arguments(found: &TypeName) -> String {
    let data_type = found.data_type();
    let name = match data_type.name() {
        "bpchar" => "character",
        name => name,
    };
    let suffix = if data_type.is_array() { "[]" } else { "" };
    format!("{name}{suffix}")
}

/// Passes over one argument and adds it to those that a call gives.
fn argument(
    cursor: &mut Cursor<'_>,
    found: &mut Arguments,
    with_out: bool,
    defaults: bool,
) -> Parsed<()> {
    let mut class = mode(cursor);
    let mut copy = *cursor;
    let unnamed = type_name(&mut copy).is_ok_and(|_| {
        copy.is_empty() || copy.is("DEFAULT") || copy.is("=") || copy.is("ORDER BY")
    });
    if !unnamed {
        if !cursor.peek().is_some_and(is_function) {
            return Err(cursor.unexpected("an argument"));
        }
        cursor.bump();
        if class.is_none() {
            class = mode(cursor);
        }
    }
    let of = type_name(cursor)?;
    if class != Some("OUT") || with_out {
        found.add(of);
    }
    if defaults && (cursor.eat("DEFAULT") || cursor.eat("=")) {
        take(cursor)?;
    }
    Ok(())
}

fn mode(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    if cursor.eat("IN") {
        return Some(if cursor.eat("OUT") { "INOUT" } else { "IN" });
    }
    cursor.eat_any(&["OUT", "INOUT", "VARIADIC"])
}

/// Passes over the arguments of a function in parentheses.
pub(super) fn arguments(
    cursor: &mut Cursor<'_>,
    with_out: bool,
    defaults: bool,
) -> Parsed<Arguments> {
    let inside = group(cursor)?;
    let mut found = Arguments::default();
    if !inside.is_empty() {
        list(inside, |item| argument(item, &mut found, with_out, defaults))?;
    }
    Ok(found)
}

/// Passes over the arguments of an aggregate in parentheses.
pub(super) fn aggregate_arguments(cursor: &mut Cursor<'_>) -> Parsed<Arguments> {
    let mut inside = group(cursor)?;
    let mut found = Arguments::default();
    if inside.eat("*") {
        return if inside.is_empty() { Ok(found) } else { Err(inside.unexpected("`)`")) };
    }
    if !inside.is("ORDER BY") {
        sequence(&mut inside, |cursor| argument(cursor, &mut found, false, false))?;
    }
    if inside.eat("ORDER BY") {
        sequence(&mut inside, |cursor| argument(cursor, &mut found, false, false))?;
    }
    if inside.is_empty() { Ok(found) } else { Err(inside.unexpected("`,` or `)`")) }
}

/// A function as a statement names one that exists: the name and the key in the catalog. Without
/// arguments the key has no parentheses.
pub(super) fn reference(
    cursor: &mut Cursor<'_>,
    kind: Kind,
    aggregate: bool,
) -> Parsed<(Name, String)> {
    let mut copy = *cursor;
    if let Ok(name) = super::names::qualified(&mut copy, "the name of a function")
        && !copy.is("(")
    {
        if aggregate {
            return Err(copy.unexpected("`(` and the arguments of the aggregate"));
        }
        *cursor = copy;
        let key = name.to_string();
        return Ok((name, key));
    }
    let name = function_name(cursor, "the name of a function")?;
    if !cursor.is("(") {
        let key = name.to_string();
        return Ok((name, key));
    }
    let found = if aggregate {
        aggregate_arguments(cursor)?
    } else {
        arguments(cursor, kind == Kind::Procedure, false)?
    };
    let key = found.key(&name);
    Ok((name, key))
}

impl<'t> Parser<'t> {
    /// `CREATE FUNCTION` or `CREATE PROCEDURE`, behind these words.
    pub(super) fn create_function(
        self,
        mut cursor: Cursor<'t>,
        kind: Kind,
        or_replace: bool,
    ) -> Parsed<Vec<Op>> {
        let name = function_name(&mut cursor, "the name of a function")?;
        let found = arguments(&mut cursor, kind == Kind::Procedure, true)?;
        let key = found.key(&name);
        let mut uses = found.uses;
        if kind == Kind::Function && cursor.eat("RETURNS") {
            if cursor.eat("TABLE") {
                list(group(&mut cursor)?, |item| {
                    if !item.peek().is_some_and(is_function) {
                        return Err(item.unexpected("the name of a column"));
                    }
                    item.bump();
                    uses.extend(type_name(item)?.user_type);
                    Ok(())
                })?;
            } else {
                uses.extend(type_name(&mut cursor)?.user_type);
            }
        }
        let mut seen = Vec::new();
        let mut has_body = false;
        while !cursor.is_empty() {
            let start = cursor;
            if cursor.eat("RETURN") {
                take(&mut cursor)?;
                has_body = true;
                break;
            }
            if cursor.eat("BEGIN ATOMIC") {
                uses.extend(super::names::mentioned(cursor));
                let body = cursor.rest();
                if !body.lexemes().last().is_some_and(|last| last.is("END")) {
                    return Err(cursor.unexpected("`END`"));
                }
                has_body = true;
                break;
            }
            let option = if cursor.eat("AS") {
                string(&mut cursor, "a body in quotes")?;
                if cursor.eat(",") {
                    string(&mut cursor, "the name of a symbol")?;
                }
                has_body = true;
                "AS"
            } else if cursor.eat("LANGUAGE") {
                if cursor.is_kind(crate::sql::TokenKind::String) {
                    string(&mut cursor, "a language")?;
                } else {
                    word(&mut cursor, "a language")?;
                }
                "LANGUAGE"
            } else if kind == Kind::Function && cursor.eat("WINDOW") {
                "WINDOW"
            } else if cursor.eat("TRANSFORM") {
                sequence(&mut cursor, |cursor| {
                    cursor.expect("FOR TYPE")?;
                    type_name(cursor)
                })?;
                "TRANSFORM"
            } else {
                common_option(&mut cursor)?
            };
            if option != "SET" && seen.contains(&option) {
                return Err(start.unexpected("an option that is not given before"));
            }
            seen.push(option);
        }
        if !has_body {
            return Err(cursor.unexpected("`AS` and a body"));
        }
        let definition = self.written(self.statement);
        Ok(vec![Op::CreateOther {
            kind,
            key,
            other: Box::new(Other { definition, table: None }),
            uses,
            if_not_exists: false,
            or_replace,
        }])
    }

    /// `CREATE AGGREGATE`, behind these words.
    pub(super) fn create_aggregate(
        self,
        mut cursor: Cursor<'t>,
        or_replace: bool,
    ) -> Parsed<Vec<Op>> {
        let name = function_name(&mut cursor, "the name of an aggregate")?;
        let mut copy = cursor;
        let is_old = copy.group().is_some() && copy.is_empty();
        let mut found = Arguments::default();
        if !is_old {
            found = aggregate_arguments(&mut cursor)?;
        }
        list(group(&mut cursor)?, |item| {
            let option = label(item, "the name of an option")?;
            if item.is_empty() {
                return Ok(());
            }
            item.expect("=")?;
            if option == "basetype" {
                let mut copy = *item;
                if let Ok(of) = type_name(&mut copy) {
                    found.add(of);
                }
            }
            super::types::option_value(item).map(drop)
        })?;
        cursor.end()?;
        let key = found.key(&name);
        let definition = self.written(self.statement);
        let (other, uses) = (Box::new(Other { definition, table: None }), found.uses);
        let (kind, if_not_exists) = (Kind::Function, false);
        Ok(vec![Op::CreateOther { kind, key, other, uses, if_not_exists, or_replace }])
    }

    /// `DROP FUNCTION` and the like, behind these words.
    pub(super) fn drop_functions(
        self,
        mut cursor: Cursor<'t>,
        kind: Kind,
        aggregate: bool,
    ) -> Parsed<Vec<Op>> {
        let if_exists = if_exists(&mut cursor);
        let found = sequence(&mut cursor, |cursor| reference(cursor, kind, aggregate))?;
        let cascade = cascade(&mut cursor);
        cursor.end()?;
        let op = |(name, key)| Op::Drop { kind, name, key: Some(key), if_exists, cascade };
        Ok(found.into_iter().map(op).collect())
    }

    /// `ALTER FUNCTION` and the like, behind these words.
    pub(super) fn alter_function(
        self,
        mut cursor: Cursor<'t>,
        kind: Kind,
        aggregate: bool,
    ) -> Parsed<Vec<Op>> {
        let (name, key) = reference(&mut cursor, kind, aggregate)?;
        let subject = Subject { kind, name, part: Some(key.clone()) };
        if let Some(ops) = self.alter_any(&mut cursor, &subject, false)? {
            return Ok(ops);
        }
        if aggregate || cursor.is_empty() {
            return Err(cursor.unexpected("`OWNER TO`, `RENAME TO` or `SET SCHEMA`"));
        }
        while !cursor.is_empty() && !cursor.eat("RESTRICT") {
            common_option(&mut cursor)?;
        }
        cursor.end()?;
        Ok(vec![Op::AlterOther { kind, key, if_exists: false }])
    }
}

/// Passes over an option that a function has when it is created and when it is altered.
pub(super) fn common_option(cursor: &mut Cursor<'_>) -> Parsed<&'static str> {
    let strict = ["CALLED ON NULL INPUT", "RETURNS NULL ON NULL INPUT", "STRICT"];
    if cursor.eat_any(&strict).is_some() {
        return Ok("STRICT");
    }
    if cursor.eat_any(&["IMMUTABLE", "STABLE", "VOLATILE"]).is_some() {
        return Ok("VOLATILE");
    }
    if cursor.is_any(&["EXTERNAL", "SECURITY"]) {
        cursor.eat("EXTERNAL");
        cursor.expect("SECURITY")?;
        if cursor.eat_any(&["DEFINER", "INVOKER"]).is_none() {
            return Err(cursor.unexpected("`DEFINER` or `INVOKER`"));
        }
        return Ok("SECURITY");
    }
    if cursor.eat("LEAKPROOF") || cursor.eat("NOT LEAKPROOF") {
        return Ok("LEAKPROOF");
    }
    if let Some(option) = cursor.eat_any(&["COST", "ROWS"]) {
        number(cursor)?;
        return Ok(option);
    }
    if cursor.eat("SUPPORT") {
        function_name(cursor, "the name of a function")?;
        return Ok("SUPPORT");
    }
    if cursor.eat("PARALLEL") {
        name(cursor, "`SAFE`, `RESTRICTED` or `UNSAFE`")?;
        return Ok("PARALLEL");
    }
    if cursor.eat("RESET") {
        if !cursor.eat("ALL") {
            super::settings::setting_name(cursor)?;
        }
        return Ok("SET");
    }
    if cursor.eat("SET") {
        super::settings::setting(cursor)?;
        return Ok("SET");
    }
    Err(cursor.unexpected("an option of a function"))
}

impl<'t> Parser<'t> {
    /// `CALL`, behind this word.
    pub(super) fn call(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let names = super::names::mentioned(cursor);
        let calls = super::calls::calls(cursor);
        if super::query::begins(&cursor) || !cursor.lexemes().iter().any(|one| one.is("(")) {
            return Err(cursor.unexpected("a call"));
        }
        pass(&mut cursor, Operators::Restricted, 0)?;
        cursor.end()?;
        Ok([vec![Op::Opaque { names }], calls].concat())
    }
}
