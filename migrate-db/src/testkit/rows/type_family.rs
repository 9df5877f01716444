//! Maps the type of a column, as the catalog shows it, to what the column can hold.

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Column, Name, Schema};
use migrate_core::sql::Tokens;

use super::edge_values;
use super::form::Form;

/// What a column can hold.
#[derive(Debug, Clone)]
pub(super) enum TypeFamily {
    /// Whole numbers from the first to the second.
    Int(i128, i128),
    /// Numbers with so many digits, so many of them behind the point; no digits: any number.
    Decimal { digits: u32, scale: i32, unsigned: bool },
    /// Floating point, of four bytes or of eight.
    Float { single: bool },
    /// Truth.
    Bool,
    /// Text of so many characters at most.
    Text(Option<usize>),
    /// Text that is read as something narrower.
    Formed(Form),
    /// So many bytes at most.
    Bytes(Option<usize>),
    /// Exactly so many bits, or at most.
    Bits { length: usize, exactly: bool },
    /// JSON.
    Json,
    /// One of some words.
    Labels(Vec<String>),
    /// Several of some words.
    Set(Vec<String>),
    /// A list of these.
    Array(Box<TypeFamily>),
    /// A composite value with so many fields.
    Composite(usize),
    /// What the database reads from these texts, and how more of the kind are made.
    Words(&'static [&'static str], Option<fn(u64) -> String>),
    /// Expressions.
    Expressions(&'static [&'static str]),
    /// Something else.
    Unknown,
}

/// A type's first words and its arguments: `character varying(20)` is `character varying`, `20`.
struct Words<'t> {
    name: String,
    arguments: &'t str,
    rest: &'t str,
}

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Self {
        let (name, arguments, rest) = match (text.find('('), text.rfind(')')) {
            (Some(open), Some(close)) if open < close => {
                (&text[..open], &text[open + 1..close], &text[close + 1..])
            }
            _ => (text, "", ""),
        };
        Self { name: name.trim().to_ascii_lowercase(), arguments, rest: rest.trim() }
    }

    fn number(&self, n: usize) -> Option<i64> {
        self.arguments.split(',').nth(n)?.trim().parse().ok()
    }

    fn length(&self) -> Option<usize> {
        self.number(0).and_then(|n| usize::try_from(n).ok())
    }
}

const fn signed(bits: u32) -> TypeFamily {
    TypeFamily::Int(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
}

/// What a column can hold.
pub(super) fn of(dialect: Dialect, schema: &Schema, column: &Column) -> TypeFamily {
    match dialect {
        Dialect::Sqlite => sqlite(&column.data_type),
        Dialect::Postgres => postgres(schema, &column.data_type, column.user_type.as_ref(), 0),
        Dialect::Mysql => mysql(&column.data_type),
    }
}

/// The affinity of a declared type, but for those that programs read as something narrower.
fn sqlite(declared: &str) -> TypeFamily {
    let words = Words::of(declared);
    let name = words.name.as_str();
    let has = |part: &str| name.contains(part);
    if has("bool") {
        TypeFamily::Bool
    } else if has("interval") || has("point") {
        TypeFamily::Text(None)
    } else if has("int") {
        signed(64)
    } else if has("char") || has("clob") || has("text") {
        TypeFamily::Text(words.length())
    } else if has("json") {
        TypeFamily::Json
    } else if has("blob") || has("binary") {
        TypeFamily::Bytes(None)
    } else if has("real") || has("floa") || has("doub") {
        TypeFamily::Float { single: false }
    } else if has("datetime") || has("timestamp") {
        edge_values::timestamp()
    } else if has("date") {
        edge_values::date()
    } else if has("time") {
        edge_values::time()
    } else if has("uuid") {
        edge_values::uuid()
    } else if has("numeric") || has("decimal") {
        decimal(&words, 0, false)
    } else {
        TypeFamily::Text(None)
    }
}

fn decimal(words: &Words<'_>, default_digits: u32, unsigned: bool) -> TypeFamily {
    let digits = words.number(0).and_then(|n| u32::try_from(n).ok()).unwrap_or(default_digits);
    let scale = words.number(1).and_then(|n| i32::try_from(n).ok()).unwrap_or(0);
    TypeFamily::Decimal { digits, scale, unsigned }
}

fn mysql(data_type: &str) -> TypeFamily {
    let words = Words::of(data_type);
    // Without arguments the attributes stand with the name.
    let name = words.name.split(' ').next().unwrap_or_default();
    let unsigned = data_type.contains("unsigned");
    let int = |bits: u32| if unsigned { TypeFamily::Int(0, (1 << bits) - 1) } else { signed(bits) };
    match name {
        "tinyint" if words.arguments == "1" => TypeFamily::Bool,
        "tinyint" => int(8),
        "smallint" => int(16),
        "mediumint" => int(24),
        "int" | "integer" => int(32),
        "bigint" => int(64),
        "decimal" | "numeric" => decimal(&words, 10, unsigned),
        "float" | "double" => {
            TypeFamily::Float { single: name == "float" && words.number(1).is_none() }
        }
        "bit" => TypeFamily::Bits { length: words.length().unwrap_or(1), exactly: true },
        "char" | "varchar" => TypeFamily::Text(words.length()),
        "tinytext" => TypeFamily::Text(Some(255)),
        "text" | "mediumtext" | "longtext" => TypeFamily::Text(None),
        "binary" | "varbinary" => TypeFamily::Bytes(words.length()),
        "tinyblob" => TypeFamily::Bytes(Some(255)),
        "blob" | "mediumblob" | "longblob" => TypeFamily::Bytes(None),
        "enum" => TypeFamily::Labels(labels(words.arguments)),
        "set" => TypeFamily::Set(labels(words.arguments)),
        "json" => TypeFamily::Json,
        "date" => edge_values::date_from_1000(),
        "datetime" => edge_values::datetime_from_1000(),
        "timestamp" => edge_values::timestamp_to_2038(),
        "time" => edge_values::time(),
        "year" => TypeFamily::Int(1901, 2155),
        "uuid" => edge_values::uuid(),
        "inet4" | "inet6" => edge_values::mysql_inet(name),
        "geometry" | "point" | "linestring" | "polygon" => edge_values::geometry(name),
        _ => TypeFamily::Unknown,
    }
}

/// The labels of `'a','it''s'`.
fn labels(arguments: &str) -> Vec<String> {
    let mut labels = Vec::new();
    let mut chars = arguments.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\'' {
            continue;
        }
        let mut label = String::new();
        while let Some(c) = chars.next() {
            match c {
                '\'' if chars.peek() == Some(&'\'') => label.extend(chars.next()),
                '\'' => break,
                '\\' => label.extend(chars.next()),
                c => label.push(c),
            }
        }
        labels.push(label);
    }
    labels
}

fn postgres(
    schema: &Schema,
    data_type: &str,
    user_type: Option<&Name>,
    depth: usize,
) -> TypeFamily {
    if depth > 8 {
        return TypeFamily::Unknown;
    }
    if let Some(element) = data_type.strip_suffix("[]") {
        return TypeFamily::Array(Box::new(postgres(schema, element, user_type, depth + 1)));
    }
    if let Some(name) = user_type {
        if let Some(found) = schema.enums.get(name) {
            return TypeFamily::Labels(found.labels.clone());
        }
        if let Some(domain) = schema.domains.get(name) {
            let below = Name::new(domain.data_type.trim_end_matches("[]").trim_matches('"'));
            return postgres(schema, &domain.data_type, Some(&below), depth + 1);
        }
        let composite = schema.others.iter().find(|((kind, called), _)| {
            *kind == migrate_core::schema::Kind::Type && *called == name.to_string()
        });
        if let Some(fields) = composite.and_then(|(_, other)| fields(&other.definition)) {
            return TypeFamily::Composite(fields);
        }
    }
    let words = Words::of(data_type);
    // An extension's type may stand with its namespace.
    let name = words.name.rsplit('.').next().unwrap_or_default();
    match name {
        "smallint" => signed(16),
        "integer" => signed(32),
        "bigint" => signed(64),
        "oid" | "xid" | "cid" => TypeFamily::Int(0, (1 << 32) - 1),
        "numeric" => decimal(&words, 0, false),
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
        "date" => edge_values::date(),
        "timestamp" if words.rest.starts_with("with time") => edge_values::timestamp_with_zone(),
        "timestamp" | "timestamp without time zone" => edge_values::timestamp(),
        "timestamp with time zone" => edge_values::timestamp_with_zone(),
        "time" if words.rest.starts_with("with time") => edge_values::time_with_zone(),
        "time with time zone" => edge_values::time_with_zone(),
        "time" | "time without time zone" => edge_values::time(),
        "uuid" => edge_values::uuid(),
        _ if name.starts_with("interval") => edge_values::interval(),
        _ => edge_values::postgres(name, words.length()),
    }
}

/// The number of fields of `CREATE TYPE name AS (a integer, b numeric(2,1))`.
fn fields(definition: &str) -> Option<usize> {
    let tokens = Tokens::read_until_error(definition, Dialect::Postgres.lex_rules());
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
    fn labels_with_quotes_and_commas() {
        assert_eq!(labels("'a','it''s','x,y',''"), ["a", "it's", "x,y", ""]);
    }

    #[test]
    fn fields_of_a_composite_type() {
        assert_eq!(fields("CREATE TYPE p AS (a integer, b numeric(2,1), c text)"), Some(3));
        assert_eq!(fields("CREATE TYPE r AS RANGE (subtype = float8)"), None);
    }

    #[test]
    fn unsigned_and_signed_numbers_of_mysql() {
        assert!(matches!(mysql("int(10) unsigned"), TypeFamily::Int(0, 4_294_967_295)));
        assert!(matches!(mysql("bigint unsigned"), TypeFamily::Int(0, 18_446_744_073_709_551_615)));
        assert!(matches!(mysql("tinyint(4)"), TypeFamily::Int(-128, 127)));
        assert!(matches!(mysql("tinyint(1)"), TypeFamily::Bool));
    }

    #[test]
    fn lengths_of_postgres() {
        let type_family = |text: &str| postgres(&Schema::default(), text, None, 0);
        assert!(matches!(type_family("character varying(20)"), TypeFamily::Text(Some(20))));
        assert!(matches!(
            type_family("numeric(5,2)"),
            TypeFamily::Decimal { digits: 5, scale: 2, .. }
        ));
        assert!(matches!(type_family("integer[]"), TypeFamily::Array(_)));
        assert!(matches!(type_family("tsvector"), TypeFamily::Words(..)));
        assert!(matches!(type_family("public.citext"), TypeFamily::Text(None)));
    }
}
