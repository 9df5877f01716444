//! What a column can hold, from its type as the database tells it.

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Column, Name, Schema};

use super::form::Form;
use super::samples;

/// What a column can hold.
#[derive(Debug, Clone)]
pub(super) enum Kind {
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
    Array(Box<Kind>),
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

const fn signed(bits: u32) -> Kind {
    Kind::Int(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
}

/// What a column can hold.
pub(super) fn of(dialect: Dialect, schema: &Schema, column: &Column) -> Kind {
    match dialect {
        Dialect::Sqlite => sqlite(&column.data_type),
        Dialect::Postgres => postgres(schema, &column.data_type, column.user_type.as_ref(), 0),
        Dialect::Mysql => mysql(&column.data_type),
    }
}

/// The affinity of a declared type, but for those that programs read as something narrower.
fn sqlite(declared: &str) -> Kind {
    let words = Words::of(declared);
    let name = words.name.as_str();
    let has = |part: &str| name.contains(part);
    if has("bool") {
        Kind::Bool
    } else if has("interval") || has("point") {
        Kind::Text(None)
    } else if has("int") {
        signed(64)
    } else if has("char") || has("clob") || has("text") {
        Kind::Text(words.length())
    } else if has("json") {
        Kind::Json
    } else if has("blob") || has("binary") {
        Kind::Bytes(None)
    } else if has("real") || has("floa") || has("doub") {
        Kind::Float { single: false }
    } else if has("datetime") || has("timestamp") {
        samples::timestamp()
    } else if has("date") {
        samples::date()
    } else if has("time") {
        samples::time()
    } else if has("uuid") {
        samples::uuid()
    } else if has("numeric") || has("decimal") {
        decimal(&words, 0, false)
    } else {
        Kind::Text(None)
    }
}

fn decimal(words: &Words<'_>, default_digits: u32, unsigned: bool) -> Kind {
    let digits = words.number(0).and_then(|n| u32::try_from(n).ok()).unwrap_or(default_digits);
    let scale = words.number(1).and_then(|n| i32::try_from(n).ok()).unwrap_or(0);
    Kind::Decimal { digits, scale, unsigned }
}

fn mysql(data_type: &str) -> Kind {
    let words = Words::of(data_type);
    // Without arguments the attributes stand with the name.
    let name = words.name.split(' ').next().unwrap_or_default();
    let unsigned = data_type.contains("unsigned");
    let int = |bits: u32| if unsigned { Kind::Int(0, (1 << bits) - 1) } else { signed(bits) };
    match name {
        "tinyint" if words.arguments == "1" => Kind::Bool,
        "tinyint" => int(8),
        "smallint" => int(16),
        "mediumint" => int(24),
        "int" | "integer" => int(32),
        "bigint" => int(64),
        "decimal" | "numeric" => decimal(&words, 10, unsigned),
        "float" | "double" => Kind::Float { single: name == "float" && words.number(1).is_none() },
        "bit" => Kind::Bits { length: words.length().unwrap_or(1), exactly: true },
        "char" | "varchar" => Kind::Text(words.length()),
        "tinytext" => Kind::Text(Some(255)),
        "text" | "mediumtext" | "longtext" => Kind::Text(None),
        "binary" | "varbinary" => Kind::Bytes(words.length()),
        "tinyblob" => Kind::Bytes(Some(255)),
        "blob" | "mediumblob" | "longblob" => Kind::Bytes(None),
        "enum" => Kind::Labels(labels(words.arguments)),
        "set" => Kind::Set(labels(words.arguments)),
        "json" => Kind::Json,
        "date" => samples::date_from_1000(),
        "datetime" => samples::datetime_from_1000(),
        "timestamp" => samples::timestamp_to_2038(),
        "time" => samples::time(),
        "year" => Kind::Int(1901, 2155),
        "uuid" => samples::uuid(),
        "inet4" | "inet6" => samples::mysql_inet(name),
        "geometry" | "point" | "linestring" | "polygon" => samples::geometry(name),
        _ => Kind::Unknown,
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

fn postgres(schema: &Schema, data_type: &str, user_type: Option<&Name>, depth: usize) -> Kind {
    if depth > 8 {
        return Kind::Unknown;
    }
    if let Some(element) = data_type.strip_suffix("[]") {
        return Kind::Array(Box::new(postgres(schema, element, user_type, depth + 1)));
    }
    if let Some(name) = user_type {
        if let Some(found) = schema.enums.get(name) {
            return Kind::Labels(found.labels.clone());
        }
        if let Some(domain) = schema.domains.get(name) {
            let below = Name::new(domain.data_type.trim_end_matches("[]").trim_matches('"'));
            return postgres(schema, &domain.data_type, Some(&below), depth + 1);
        }
        let composite = schema.others.iter().find(|((kind, called), _)| {
            *kind == migrate_core::schema::Kind::Type && *called == name.to_string()
        });
        if let Some(fields) = composite.and_then(|(_, other)| fields(&other.definition)) {
            return Kind::Composite(fields);
        }
    }
    let words = Words::of(data_type);
    // An extension's type may stand with its namespace.
    let name = words.name.rsplit('.').next().unwrap_or_default();
    match name {
        "smallint" => signed(16),
        "integer" => signed(32),
        "bigint" => signed(64),
        "oid" | "xid" | "cid" => Kind::Int(0, (1 << 32) - 1),
        "numeric" => decimal(&words, 0, false),
        "real" | "double precision" => Kind::Float { single: name == "real" },
        "boolean" => Kind::Bool,
        "text" | "citext" => Kind::Text(None),
        "character varying" | "character" | "bpchar" => Kind::Text(words.length()),
        "name" => Kind::Text(Some(63)),
        "\"char\"" => Kind::Text(Some(1)),
        "bytea" => Kind::Bytes(None),
        "bit" => Kind::Bits { length: words.length().unwrap_or(1), exactly: true },
        "bit varying" => Kind::Bits { length: words.length().unwrap_or(40), exactly: false },
        "json" | "jsonb" => Kind::Json,
        "date" => samples::date(),
        "timestamp" if words.rest.starts_with("with time") => samples::timestamp_with_zone(),
        "timestamp" | "timestamp without time zone" => samples::timestamp(),
        "timestamp with time zone" => samples::timestamp_with_zone(),
        "time" if words.rest.starts_with("with time") => samples::time_with_zone(),
        "time with time zone" => samples::time_with_zone(),
        "time" | "time without time zone" => samples::time(),
        "uuid" => samples::uuid(),
        _ if name.starts_with("interval") => samples::interval(),
        _ => samples::postgres(name, words.length()),
    }
}

/// How many fields `CREATE TYPE name AS (a integer, b numeric(2,1))` has.
fn fields(definition: &str) -> Option<usize> {
    let (_, body) = definition.split_once(" AS (")?;
    let mut depth = 0_usize;
    let mut fields = 1;
    for c in body.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => break,
            ')' => depth -= 1,
            ',' if depth == 0 => fields += 1,
            _ => {}
        }
    }
    Some(fields)
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
        assert!(matches!(mysql("int(10) unsigned"), Kind::Int(0, 4_294_967_295)));
        assert!(matches!(mysql("bigint unsigned"), Kind::Int(0, 18_446_744_073_709_551_615)));
        assert!(matches!(mysql("tinyint(4)"), Kind::Int(-128, 127)));
        assert!(matches!(mysql("tinyint(1)"), Kind::Bool));
    }

    #[test]
    fn lengths_of_postgres() {
        let kind = |text: &str| postgres(&Schema::default(), text, None, 0);
        assert!(matches!(kind("character varying(20)"), Kind::Text(Some(20))));
        assert!(matches!(kind("numeric(5,2)"), Kind::Decimal { digits: 5, scale: 2, .. }));
        assert!(matches!(kind("integer[]"), Kind::Array(_)));
        assert!(matches!(kind("tsvector"), Kind::Words(..)));
        assert!(matches!(kind("public.citext"), Kind::Text(None)));
    }
}
