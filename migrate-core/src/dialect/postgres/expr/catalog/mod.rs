//! The closed table of what PostgreSQL has built in: types, casts, operators, functions.
//!
//! Types have the names of `pg_type`: `int4`, `timestamptz`. An array's name has no underscore
//! here; that it is an array is a mark of its own.

mod functions;
mod operators;
mod types;

use crate::dialect::postgres::normalise_type;
use crate::expr::{Scope, UserType};
use crate::schema::DataType;

/// A type in an expression, without its modifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    /// Of a literal that nothing has given a type.
    Literal,
    /// Built in.
    Base(&'static str),
    /// An enumerated type.
    Enum(String),
    /// A domain, and the type that it has at the bottom.
    Domain(String, Box<Type>),
    /// An array.
    Array(Box<Type>),
    /// A row.
    Record,
    /// A type that the table does not know.
    Other(String),
}

impl Type {
    /// The type of booleans.
    pub(super) const BOOL: Self = Self::Base("bool");
    /// The type of texts.
    pub(super) const TEXT: Self = Self::Base("text");
    /// The usual type of numbers.
    pub(super) const INT4: Self = Self::Base("int4");

    /// Returns `true` for the type of that name.
    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self, Self::Base(base) if *base == name)
    }

    /// What a domain is at the bottom; the type itself if it is none.
    pub(super) fn base(&self) -> &Self {
        match self {
            Self::Domain(_, base) => base,
            other => other,
        }
    }

    /// The type of an array's elements.
    pub(super) fn element(&self) -> Option<&Self> {
        match self.base() {
            Self::Array(element) => Some(element),
            _ => None,
        }
    }

    /// An array of such values.
    pub(super) fn array(self) -> Self {
        Self::Array(Box::new(self))
    }

    /// The category, and whether the type is preferred in it.
    pub(super) fn category(&self) -> (char, bool) {
        match self.base() {
            Self::Literal => ('X', false),
            Self::Base(name) => category(name),
            Self::Enum(_) => ('E', false),
            Self::Array(_) => ('A', false),
            Self::Record => ('P', false),
            Self::Domain(..) | Self::Other(_) => ('U', false),
        }
    }

    /// A name that tells it from all others.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Literal => "literal".to_owned(),
            Self::Base(name) => (*name).to_owned(),
            Self::Enum(name) | Self::Domain(name, _) | Self::Other(name) => format!("\"{name}\""),
            Self::Array(element) => format!("{}[]", element.name()),
            Self::Record => "record".to_owned(),
        }
    }

    /// What a name of the table means: `text`, `_text`.
    pub(super) fn named(name: &str) -> Option<Self> {
        if let Some(element) = name.strip_prefix('_') {
            return Some(Self::named(element)?.array());
        }
        let at = types::TYPES.binary_search_by_key(&name, |(name, ..)| name).ok()?;
        Some(Self::Base(types::TYPES[at].0))
    }

    /// The type that a catalog or a statement writes, and its modifier.
    pub(super) fn read(text: &DataType, scope: &dyn Scope) -> (Self, String) {
        let normal = normalise_type(text);
        let element = normal.data_type.element();
        let modifier = element.arguments().join(",");
        let of = match &normal.user_type {
            Some(name) => match scope.user_type(name) {
                Some(UserType::Enum) => Self::Enum(name.to_string()),
                Some(UserType::Domain(base)) => Self::domain(name.to_string(), &base, scope),
                Some(UserType::Other) | None => Self::Other(name.to_string()),
            },
            None => {
                let (name, fields) = catalog_name(element.name());
                let of = Self::named(name).unwrap_or_else(|| Self::Other(element.to_string()));
                let modifier = if fields.is_empty() { modifier } else { element.to_string() };
                return (if normal.data_type.is_array() { of.array() } else { of }, modifier);
            }
        };
        (if normal.data_type.is_array() { of.array() } else { of }, modifier)
    }

    fn domain(name: String, base: &DataType, scope: &dyn Scope) -> Self {
        // A domain over a domain is at the bottom of a short way; one that names itself is none.
        let mut base = base.clone();
        for _ in 0..8 {
            let normal = normalise_type(&base);
            match normal.user_type.as_ref().and_then(|name| scope.user_type(name)) {
                Some(UserType::Domain(below)) if !normal.data_type.is_array() => base = below,
                Some(UserType::Enum) if !normal.data_type.is_array() => {
                    let of = normal.user_type.map(|name| name.to_string()).unwrap_or_default();
                    return Self::Domain(name, Box::new(Self::Enum(of)));
                }
                Some(_) => return Self::Other(name),
                None if normal.user_type.is_some() => return Self::Other(name),
                None => {
                    let (of, modifier) = Self::read(&base, &|_: &str| None);
                    if of.element().is_some() || !modifier.is_empty() && of.is("interval") {
                        return Self::Other(name);
                    }
                    return Self::Domain(name, Box::new(of));
                }
            }
        }
        Self::Other(name)
    }
}

/// The name in `pg_type` of a name that `format_type()` writes, and the fields of an interval.
fn catalog_name(name: &str) -> (&str, &str) {
    let plain = match name {
        "integer" => "int4",
        "smallint" => "int2",
        "bigint" => "int8",
        "real" => "float4",
        "double precision" => "float8",
        "boolean" => "bool",
        "character varying" => "varchar",
        "character" => "bpchar",
        "bit varying" => "varbit",
        "\"bit\"" => "bit",
        "\"char\"" => "char",
        "timestamp without time zone" => "timestamp",
        "timestamp with time zone" => "timestamptz",
        "time without time zone" => "time",
        "time with time zone" => "timetz",
        other => match other.strip_prefix("interval ") {
            Some(fields) => return ("interval", fields),
            None => other,
        },
    };
    (plain, "")
}

/// The category of a type or pseudo-type of the table.
pub(super) fn category(name: &str) -> (char, bool) {
    if name.starts_with('_') {
        return ('A', false);
    }
    types::TYPES
        .binary_search_by_key(&name, |(name, ..)| name)
        .map_or(('P', false), |at| (types::TYPES[at].1, types::TYPES[at].2))
}

/// In which context one built-in type is cast to another.
pub(super) fn cast(from: &str, to: &str) -> Option<char> {
    let at = types::CASTS.binary_search_by(|(a, b, _)| (*a, *b).cmp(&(from, to))).ok()?;
    Some(types::CASTS[at].2)
}

/// One form of an operator or function.
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// The types that it takes, by the names of the table.
    pub(super) arguments: Vec<&'static str>,
    /// How many of the last may be omitted.
    pub(super) optional: usize,
    /// Whether the last may be repeated.
    pub(super) variadic: bool,
    /// The type that it gives.
    pub(super) result: &'static str,
}

/// The forms of an operator with one operand or two.
pub(super) fn operator(name: &str, operands: usize) -> Vec<Form> {
    let Ok(at) = operators::OPERATORS.binary_search_by_key(&name, |(name, _)| name) else {
        return Vec::new();
    };
    let form = |text: &'static str| {
        let mut words = text.split(' ');
        let (left, right, result) = (words.next()?, words.next()?, words.next()?);
        let arguments = if left == "-" { vec![right] } else { vec![left, right] };
        Some(Form { arguments, optional: 0, variadic: false, result })
    };
    let forms = operators::OPERATORS[at].1.split("; ").filter_map(form);
    forms.filter(|form| form.arguments.len() == operands).collect()
}

/// The forms of a function; none if it is not known.
pub(super) fn function(name: &str) -> Vec<Form> {
    let Ok(at) = functions::FUNCTIONS.binary_search_by_key(&name, |(name, _)| name) else {
        return Vec::new();
    };
    let form = |text: &'static str| {
        let (arguments, result) = text.split_once('>')?;
        let words = arguments.split(' ').filter(|word| !word.is_empty());
        let optional = words.clone().filter(|word| word.starts_with('?')).count();
        let variadic = words.clone().any(|word| word == "...");
        let names = words.filter(|word| *word != "...").map(|word| word.trim_start_matches('?'));
        Some(Form { arguments: names.collect(), optional, variadic, result })
    };
    functions::FUNCTIONS[at].1.split("; ").filter_map(form).collect()
}

/// Returns `true` if there is a function of a name.
pub(super) fn is_function(name: &str) -> bool {
    functions::FUNCTIONS.binary_search_by_key(&name, |(name, _)| name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_whole() {
        assert!(types::TYPES.is_sorted_by_key(|(name, ..)| name));
        assert!(types::CASTS.is_sorted_by_key(|(from, to, _)| (from, to)));
        assert!(operators::OPERATORS.is_sorted_by_key(|(name, _)| name));
        assert!(functions::FUNCTIONS.is_sorted_by_key(|(name, _)| name));
        for (name, forms) in operators::OPERATORS {
            let read = operator(name, 1).len() + operator(name, 2).len();
            assert_eq!(read, forms.split("; ").count(), "{name}");
        }
        for (name, forms) in functions::FUNCTIONS {
            assert_eq!(function(name).len(), forms.split("; ").count(), "{name}");
        }
    }

    #[test]
    fn types_are_read_from_the_words_of_the_catalog() {
        let of = |text: &str| Type::read(&text.into(), &|_: &str| None);
        assert_eq!(of("character varying(20)[]"), (Type::Base("varchar").array(), "20".into()));
        assert_eq!(of("timestamp(3) without time zone"), (Type::Base("timestamp"), "3".into()));
        assert_eq!(of("interval day"), (Type::Base("interval"), "interval day".into()));
        assert_eq!(of("mood"), (Type::Other("mood".into()), String::new()));
        assert_eq!(of("\"char\""), (Type::Base("char"), String::new()));
    }
}
