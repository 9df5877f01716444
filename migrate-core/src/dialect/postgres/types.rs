//! The normal names of types: what the catalog writes for what a statement writes.
//!
//! `int4` is `integer`, `varchar(20)` is `character varying(20)`, `float(10)` is `real`, `serial` is
//! `integer` with a sequence. Measured on PostgreSQL 15 and 18 against `format_type()`. Arguments of
//! types that are not built in are kept as they are written: how their output function writes them
//! is known to an extension alone.

use super::keywords::quote_name;
use crate::dialect::TypeFamily;
use crate::dialect::family::TypeWords;
use crate::schema::{Column, DataType, Kind, Name, Schema};
use crate::sql::{Cursor, TokenKind, Tokens};

/// What a type in a statement means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NormalType {
    /// The type as `format_type()` writes it. A type that is not built in has the namespace with
    /// which it is written.
    pub data_type: DataType,
    /// The type, or the type of an array's elements, where it is not built in: an enum, a domain, a
    /// type of an extension.
    pub user_type: Option<Name>,
    /// Whether the column has a sequence of its own and is NOT NULL: `serial`, `bigserial`.
    pub serial: bool,
}

impl NormalType {
    /// The same without the namespace, where it is `own`: the first of the session's search path.
    #[must_use]
    pub fn without_namespace(mut self, own: &str) -> Self {
        if let Some(name) = &mut self.user_type
            && name.namespace.as_deref() == Some(own)
        {
            name.namespace = None;
            let prefix = format!("{}.", quote_name(own));
            let text = self.data_type.as_str();
            self.data_type = text.strip_prefix(&prefix).unwrap_or(text).into();
        }
        self
    }
}

/// The type that a text means. A text that is no type is kept as it is.
///
/// ```
/// use migrate_core::dialect::postgres::normalise_type;
/// assert_eq!(normalise_type("INT4").data_type, "integer");
/// assert_eq!(normalise_type("varchar(20)[]").data_type, "character varying(20)[]");
/// assert_eq!(normalise_type("ops.mood").user_type.unwrap().to_string(), "ops.mood");
/// assert!(normalise_type("bigserial").serial);
/// ```
#[must_use]
pub fn normalise_type(text: &str) -> NormalType {
    let tokens = Tokens::read_until_error(text, crate::dialect::Dialect::Postgres.lex_rules());
    let mut cursor = tokens.cursor();
    match read_type(&mut cursor) {
        Some(normal) if cursor.is_empty() => normal,
        _ => NormalType { data_type: text.into(), ..NormalType::default() },
    }
}

/// Passes over a type, as it stands in a column's definition or behind `::`.
pub fn read_type(cursor: &mut Cursor<'_>) -> Option<NormalType> {
    let mut copy = *cursor;
    let mut normal = simple_type(&mut copy)?;
    if array_bounds(&mut copy) {
        // However many dimensions are written, the catalog keeps one.
        normal.data_type = format!("{}[]", normal.data_type).into();
    }
    *cursor = copy;
    Some(normal)
}

/// Passes over `[3][]` or `ARRAY[3]`.
fn array_bounds(cursor: &mut Cursor<'_>) -> bool {
    let word = cursor.eat("ARRAY");
    let mut found = word;
    loop {
        let mut copy = *cursor;
        if !copy.eat("[") {
            return found;
        }
        if copy.is_kind(TokenKind::Number) {
            copy.bump();
        }
        if !copy.eat("]") {
            return found;
        }
        *cursor = copy;
        found = true;
        if word {
            return found;
        }
    }
}

fn simple_type(cursor: &mut Cursor<'_>) -> Option<NormalType> {
    if cursor.is_kind(TokenKind::Word)
        && !cursor.lexemes().get(1).is_some_and(|next| next.is("."))
        && let Some(text) = keyword_type(cursor)
    {
        return Some(NormalType { data_type: text.into(), ..NormalType::default() });
    }
    generic_type(cursor)
}

/// The types with a syntax of their own. A number in parentheses that cannot stand there is left
/// to the reader of what follows.
fn keyword_type(cursor: &mut Cursor<'_>) -> Option<String> {
    const PLAIN: [(&str, &str); 8] = [
        ("int", "integer"),
        ("integer", "integer"),
        ("smallint", "smallint"),
        ("bigint", "bigint"),
        ("real", "real"),
        ("double precision", "double precision"),
        ("boolean", "boolean"),
        ("json", "json"),
    ];
    if let Some((_, name)) = PLAIN.iter().find(|(word, _)| cursor.eat(word)) {
        return Some((*name).to_owned());
    }
    if cursor.eat("float") {
        let double = number(cursor).is_none_or(|digits| digits > 24);
        return Some(if double { "double precision" } else { "real" }.to_owned());
    }
    if cursor.eat_any(&["numeric", "decimal", "dec"]).is_some() {
        return Some(numeric(arguments(cursor)));
    }
    if cursor.eat("bit") {
        let name = if cursor.eat("varying") { "bit varying" } else { "bit" };
        let default = (name == "bit").then_some(1);
        return Some(with_length(name, number(cursor).or(default)));
    }
    if cursor
        .eat_any(&["national character", "national char", "character", "char", "nchar"])
        .is_some()
    {
        let name = if cursor.eat("varying") { "character varying" } else { "character" };
        let default = (name == "character").then_some(1);
        return Some(with_length(name, number(cursor).or(default)));
    }
    if cursor.eat("varchar") {
        return Some(with_length("character varying", number(cursor)));
    }
    if let Some(name) = cursor.eat_any(&["timestamp", "time"]) {
        let digits = number(cursor);
        let zone = cursor.eat("with time zone");
        if !zone {
            cursor.eat("without time zone");
        }
        return Some(with_zone(name, digits, zone));
    }
    if cursor.eat("interval") {
        return Some(interval(cursor));
    }
    None
}

fn interval(cursor: &mut Cursor<'_>) -> String {
    const FIELDS: [&str; 12] = [
        "year to month",
        "day to hour",
        "day to minute",
        "day to second",
        "hour to minute",
        "hour to second",
        "minute to second",
        "year",
        "month",
        "day",
        "hour",
        "minute",
    ];
    let field = cursor.eat_any(&FIELDS).or_else(|| cursor.eat_any(&["second"]));
    let name = field.map_or_else(|| "interval".to_owned(), |field| format!("interval {field}"));
    let takes_digits = field.is_none_or(|field| field.ends_with("second"));
    let digits = if takes_digits { number(cursor) } else { None };
    with_length(&name, digits.map(|digits| digits.min(6)))
}

/// The type of the numbers of `serial` and its kin, which are no types themselves: they stand where a column
/// is created, and nowhere else.
pub(super) fn type_of_serial(name: &Name) -> Option<&'static str> {
    let found = match name.name.as_str() {
        "serial" | "serial4" => "integer",
        "bigserial" | "serial8" => "bigint",
        "smallserial" | "serial2" => "smallint",
        _ => return None,
    };
    name.namespace.is_none().then_some(found)
}

/// A type by its name in the catalog, or one that is not built in.
fn generic_type(cursor: &mut Cursor<'_>) -> Option<NormalType> {
    let name = cursor.qualified_name()?;
    let is_builtin = match name.namespace.as_deref() {
        None | Some("pg_catalog") => BUILT_IN.binary_search(&name.name.as_str()).is_ok(),
        Some(_) => false,
    };
    if let Some(of) = type_of_serial(&name) {
        return Some(NormalType { data_type: of.into(), serial: true, ..NormalType::default() });
    }
    let arguments = arguments(cursor);
    if is_builtin {
        let text = catalog_name(&name.name, arguments);
        return Some(NormalType { data_type: text.into(), ..NormalType::default() });
    }
    let mut text = quote_name(&name.name);
    if let Some(namespace) = &name.namespace {
        text = format!("{}.{text}", quote_name(namespace));
    }
    if !arguments.is_empty() {
        text = format!("{text}({})", arguments.join(","));
    }
    Some(NormalType { data_type: text.into(), user_type: Some(name), serial: false })
}

/// A built-in type as `format_type()` writes it.
fn catalog_name(name: &str, arguments: Vec<String>) -> String {
    let length = arguments.first().and_then(|first| first.parse().ok());
    match (name, length) {
        ("int2", _) => "smallint".to_owned(),
        ("int4", _) => "integer".to_owned(),
        ("int8", _) => "bigint".to_owned(),
        ("float4", _) => "real".to_owned(),
        ("float8", _) => "double precision".to_owned(),
        ("bool", _) => "boolean".to_owned(),
        ("numeric", _) => numeric(arguments),
        ("varchar", length) => with_length("character varying", length),
        ("bpchar", Some(length)) => with_length("character", Some(length)),
        ("char", _) => "\"char\"".to_owned(),
        ("bit", None) => "\"bit\"".to_owned(),
        ("varbit", length) => with_length("bit varying", length),
        ("timestamp" | "time", digits) => with_zone(name, digits, false),
        ("timestamptz", digits) => with_zone("timestamp", digits, true),
        ("timetz", digits) => with_zone("time", digits, true),
        ("interval", digits) => with_length(name, digits.map(|digits| digits.min(6))),
        (name, length) => with_length(name, length),
    }
}

fn numeric(arguments: Vec<String>) -> String {
    match arguments.as_slice() {
        [] => "numeric".to_owned(),
        [precision] => format!("numeric({precision},0)"),
        all => format!("numeric({})", all.join(",")),
    }
}

fn with_length(name: &str, length: Option<u32>) -> String {
    length.map_or_else(|| name.to_owned(), |length| format!("{name}({length})"))
}

fn with_zone(name: &str, digits: Option<u32>, zone: bool) -> String {
    let name = with_length(name, digits.map(|digits| digits.min(6)));
    format!("{name} {} time zone", if zone { "with" } else { "without" })
}

/// Passes over a number in parentheses.
fn number(cursor: &mut Cursor<'_>) -> Option<u32> {
    let mut copy = *cursor;
    let inside = copy.group()?;
    let [only] = inside.lexemes() else { return None };
    let number = only.text.parse().ok()?;
    *cursor = copy;
    Some(number)
}

/// Passes over arguments in parentheses.
fn arguments(cursor: &mut Cursor<'_>) -> Vec<String> {
    let inside = cursor.group();
    let text = |item: Cursor<'_>| item.lexemes().iter().map(|lexeme| lexeme.text).collect();
    inside.into_iter().flat_map(Cursor::items).map(text).collect()
}

/// The types of `pg_catalog` that columns can have, by their names there. Sorted.
#[rustfmt::skip]
const BUILT_IN: [&str; 73] = [
    "aclitem", "bit", "bool", "box", "bpchar", "bytea", "char", "cid", "cidr", "circle", "date",
    "datemultirange", "daterange", "float4", "float8", "inet", "int2", "int2vector", "int4",
    "int4multirange", "int4range", "int8", "int8multirange", "int8range", "interval", "json",
    "jsonb", "jsonpath", "line", "lseg", "macaddr", "macaddr8", "money", "name", "numeric",
    "nummultirange", "numrange", "oid", "oidvector", "path", "point", "polygon", "refcursor",
    "regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper",
    "regoperator", "regproc", "regprocedure", "regrole", "regtype", "text", "tid", "time",
    "timestamp", "timestamptz", "timetz", "tsmultirange", "tsquery", "tsrange", "tstzmultirange",
    "tstzrange", "tsvector", "txid_snapshot", "uuid", "varbit", "varchar", "xid", "xid8", "xml",
];

/// How the server stores values of a type unless a statement says otherwise; `None` where that is not known.
pub(super) fn usual_storage(data_type: &str) -> Option<&'static str> {
    Some(match data_type {
        "text" | "bytea" | "json" | "jsonb" | "xml" => "extended",
        text if text.starts_with("character") || text.ends_with("[]") => "extended",
        text if text.starts_with("numeric") => "main",
        _ => return None,
    })
}

/// What a column can hold.
pub(super) fn type_family(schema: &Schema, column: &Column) -> TypeFamily {
    family(schema, &column.data_type, column.user_type.as_ref(), 0)
}

fn family(schema: &Schema, data_type: &str, user_type: Option<&Name>, depth: usize) -> TypeFamily {
    let words = TypeWords::of(data_type);
    // An extension's type may stand with its namespace.
    let name = words.name.rsplit('.').next().unwrap_or_default();
    if depth > 8 {
        return words.other(name);
    }
    if let Some(element) = data_type.strip_suffix("[]") {
        return TypeFamily::Array(Box::new(family(schema, element, user_type, depth + 1)));
    }
    if let Some(name) = user_type {
        if let Some(found) = schema.enums.get(name) {
            return TypeFamily::Labels(found.labels.clone());
        }
        if let Some(domain) = schema.domains.get(name) {
            let below = Name::new(domain.data_type.trim_end_matches("[]").trim_matches('"'));
            return family(schema, &domain.data_type, Some(&below), depth + 1);
        }
        let composite = schema.others.get(&(Kind::Type, name.to_string()));
        if let Some(fields) = composite.and_then(|other| fields(&other.definition)) {
            return TypeFamily::Composite(fields);
        }
    }
    let has_zone = words.rest.starts_with("with time");
    match name {
        "smallint" => TypeFamily::signed(16),
        "integer" => TypeFamily::signed(32),
        "bigint" => TypeFamily::signed(64),
        "oid" | "xid" | "cid" => TypeFamily::unsigned(32),
        "numeric" => words.decimal(0, false),
        "real" | "double precision" => TypeFamily::Float { single: name == "real" },
        "boolean" => TypeFamily::Bool,
        "text" | "citext" => TypeFamily::Text(None),
        "character varying" | "character" | "bpchar" => TypeFamily::Text(words.length()),
        "name" => TypeFamily::Text(Some(63)),
        "\"char\"" => TypeFamily::Text(Some(1)),
        "bytea" => TypeFamily::Bytes(None),
        "bit" => TypeFamily::Bits { length: words.length().unwrap_or(1), exactly: true },
        "bit varying" => TypeFamily::Bits { length: words.length().unwrap_or(40), exactly: false },
        "json" | "jsonb" => TypeFamily::Json,
        "date" => TypeFamily::Date,
        "timestamp" => TypeFamily::Timestamp { zone: has_zone },
        "timestamp without time zone" => TypeFamily::Timestamp { zone: false },
        "timestamp with time zone" => TypeFamily::Timestamp { zone: true },
        "time" => TypeFamily::Time { zone: has_zone },
        "time without time zone" => TypeFamily::Time { zone: false },
        "time with time zone" => TypeFamily::Time { zone: true },
        "uuid" => TypeFamily::Uuid,
        _ if name.starts_with("interval") => TypeFamily::Interval,
        _ => words.other(name),
    }
}

/// The number of fields of `CREATE TYPE name AS (a integer, b numeric(2,1))`.
fn fields(definition: &str) -> Option<usize> {
    let tokens = Tokens::read_until_error(definition, &super::LEX_RULES);
    let mut cursor = tokens.cursor();
    while !cursor.eat("AS") {
        cursor.bump()?;
    }
    Some(cursor.group()?.items().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_as_in_the_catalog() {
        for (written, catalog) in [
            ("interval(3)", "interval(3)"),
            ("interval second(9)", "interval second(6)"),
            ("interval day to second (2)", "interval day to second(2)"),
            ("interval hour to minute", "interval hour to minute"),
            ("interval year", "interval year"),
            ("timestamp(9)", "timestamp(6) without time zone"),
            ("numeric(5,-2)", "numeric(5,-2)"),
            ("numeric ( 5 )", "numeric(5,0)"),
            ("\"char\"", "\"char\""),
            ("pg_catalog.char", "\"char\""),
            ("pg_catalog.bit", "\"bit\""),
            ("pg_catalog.bit(2)", "bit(2)"),
            ("pg_catalog.varchar(3)", "character varying(3)"),
            ("national character varying(3)", "character varying(3)"),
            ("national char", "character(1)"),
            ("bpchar", "bpchar"),
            ("\"bpchar\"(3)", "character(3)"),
            ("pg_catalog.\"interval\"", "interval"),
            ("float(24)", "real"),
            ("pg_catalog.int4[3][]", "integer[]"),
            ("time(3) with time zone", "time(3) with time zone"),
            ("int array[4]", "integer[]"),
            ("bit varying", "bit varying"),
            ("character(3)[]", "character(3)[]"),
            ("\"timestamp\"(2)", "timestamp(2) without time zone"),
            ("timestamptz(2)[]", "timestamp(2) with time zone[]"),
            ("\"numeric\"(4)", "numeric(4,0)"),
            ("int4multirange", "int4multirange"),
            ("name", "name"),
            ("public.\"Mood\"[]", "public.\"Mood\"[]"),
            ("vector(3)", "vector(3)"),
            ("geometry(Point, 4326)", "geometry(Point,4326)"),
        ] {
            assert_eq!(normalise_type(written).data_type, catalog, "{written}");
            // What the catalog writes means the same.
            let again = normalise_type(catalog);
            assert_eq!(again.data_type.as_str(), catalog, "{written}, again");
        }
    }

    #[test]
    fn a_type_ends_where_it_cannot_go_on() {
        for (text, rest) in [
            ("timestamp with time zone not null", "not null"),
            ("int check (a > 0)", "check ( a > 0 )"),
            ("varchar(3) collate \"C\"", "collate \"C\""),
            ("interval default '1'", "default '1'"),
            ("double precision array primary key", "primary key"),
            ("integer[] default '{}'", "default '{}'"),
        ] {
            let tokens =
                Tokens::read_until_error(text, crate::dialect::Dialect::Postgres.lex_rules());
            let mut cursor = tokens.cursor();
            assert!(read_type(&mut cursor).is_some(), "{text}");
            let left: Vec<_> = cursor.lexemes().iter().map(|lexeme| lexeme.text).collect();
            assert_eq!(left.join(" "), rest, "{text}");
        }
    }

    #[test]
    fn what_is_no_type_is_kept() {
        for text in ["", "5", "int int", "("] {
            assert_eq!(normalise_type(text).data_type, text);
        }
    }

    #[test]
    fn a_namespace_is_left_out_where_it_is_the_own_one() {
        let of = |text| normalise_type(text).without_namespace("public");
        assert_eq!(of("public.mood[]").data_type, "mood[]");
        assert_eq!(of("public.mood").user_type, Some(Name::new("mood")));
        assert_eq!(of("ops.mood").data_type, "ops.mood");
        assert_eq!(of("int").data_type, "integer");
    }

    #[test]
    fn lists_are_sorted() {
        assert!(BUILT_IN.is_sorted());
    }

    #[test]
    fn fields_of_a_composite_type() {
        assert_eq!(fields("CREATE TYPE p AS (a integer, b numeric(2,1), c text)"), Some(3));
        assert_eq!(fields("CREATE TYPE r AS RANGE (subtype = float8)"), None);
    }

    #[test]
    fn families_have_the_lengths_of_types() {
        let of = |text: &str| family(&Schema::default(), text, None, 0);
        assert_eq!(of("character varying(20)"), TypeFamily::Text(Some(20)));
        assert_eq!(
            of("numeric(5,2)"),
            TypeFamily::Decimal { digits: 5, scale: 2, unsigned: false }
        );
        assert_eq!(of("integer[]"), TypeFamily::Array(Box::new(TypeFamily::signed(32))));
        assert_eq!(of("timestamp(3) with time zone"), TypeFamily::Timestamp { zone: true });
        let vector = TypeFamily::Other { name: "vector".to_owned(), length: Some(3) };
        assert_eq!(of("public.vector(3)"), vector);
        assert_eq!(of("public.citext"), TypeFamily::Text(None));
    }
}
