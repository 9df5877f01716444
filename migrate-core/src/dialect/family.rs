//! What a column can hold, by its type as the catalog shows it. Tests fill tables with such values.

use super::Dialect;
use crate::schema::{Column, Schema};

/// What a column can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeFamily {
    /// Whole numbers from the first to the second.
    Int(i128, i128),
    /// Numbers with so many digits, so many of them behind the point.
    Decimal {
        /// None: any number.
        digits: u32,
        /// The digits behind the point.
        scale: i32,
        /// Whether there are no negative ones.
        unsigned: bool,
    },
    /// Floating point, of four bytes or of eight.
    Float {
        /// Of four.
        single: bool,
    },
    /// Truth.
    Bool,
    /// Text of so many characters at most.
    Text(Option<usize>),
    /// So many bytes at most.
    Bytes(Option<usize>),
    /// Bits.
    Bits {
        /// How many.
        length: usize,
        /// Whether exactly so many, or at most.
        exactly: bool,
    },
    /// JSON.
    Json,
    /// One of some words.
    Labels(Vec<String>),
    /// Several of some words.
    Set(Vec<String>),
    /// A list of these.
    Array(Box<Self>),
    /// A composite value with so many fields.
    Composite(usize),
    /// Days.
    Date,
    /// Days with the time.
    Timestamp {
        /// Whether it is one moment in all time zones.
        zone: bool,
    },
    /// The time of a day.
    Time {
        /// Whether it has a time zone.
        zone: bool,
    },
    /// Spans of time.
    Interval,
    /// UUIDs.
    Uuid,
    /// Something else.
    Other {
        /// The type's name in lower case, without a namespace.
        name: String,
        /// Its first argument.
        length: Option<usize>,
    },
}

impl TypeFamily {
    pub(super) const fn signed(bits: u32) -> Self {
        Self::Int(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    }

    pub(super) const fn unsigned(bits: u32) -> Self {
        Self::Int(0, (1 << bits) - 1)
    }
}

impl Dialect {
    /// Returns what a column can hold.
    ///
    /// ```
    /// use migrate_core::dialect::{Dialect, TypeFamily};
    /// use migrate_core::schema::{Column, Schema};
    /// let column = Column { data_type: "character varying(20)".into(), ..Column::default() };
    /// let family = Dialect::Postgres.type_family(&Schema::default(), &column);
    /// assert_eq!(family, TypeFamily::Text(Some(20)));
    /// ```
    #[must_use]
    pub fn type_family(self, schema: &Schema, column: &Column) -> TypeFamily {
        (self.definition().type_family)(schema, column)
    }
}

/// A type's first words and its arguments: `character varying(20)` is `character varying`, `20`.
pub(super) struct TypeWords<'t> {
    pub(super) name: String,
    pub(super) arguments: &'t str,
    pub(super) rest: &'t str,
}

impl<'t> TypeWords<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let (name, arguments, rest) = match (text.find('('), text.rfind(')')) {
            (Some(open), Some(close)) if open < close => {
                (&text[..open], &text[open + 1..close], &text[close + 1..])
            }
            _ => (text, "", ""),
        };
        Self { name: name.trim().to_ascii_lowercase(), arguments, rest: rest.trim() }
    }

    pub(super) fn number(&self, n: usize) -> Option<i64> {
        self.arguments.split(',').nth(n)?.trim().parse().ok()
    }

    pub(super) fn length(&self) -> Option<usize> {
        self.number(0).and_then(|n| usize::try_from(n).ok())
    }

    pub(super) fn decimal(&self, default_digits: u32, unsigned: bool) -> TypeFamily {
        let digits = self.number(0).and_then(|n| u32::try_from(n).ok()).unwrap_or(default_digits);
        let scale = self.number(1).and_then(|n| i32::try_from(n).ok()).unwrap_or(0);
        TypeFamily::Decimal { digits, scale, unsigned }
    }

    pub(super) fn other(&self, name: &str) -> TypeFamily {
        TypeFamily::Other { name: name.to_owned(), length: self.length() }
    }
}
