//! Revision ids, branch labels, and the dates that order revisions.
//!
//! A value of these types is well formed by construction; [`Malformed`] describes the mistake in a
//! text. The module does not know files or other revisions, so it does not check whether a name
//! exists.
//!
//! ```
//! use migrate_core::ident::RevisionId;
//! assert!(RevisionId::new("615021cc5b23").is_ok());
//! assert!(RevisionId::new("head").is_err());
//! ```

use std::borrow::Borrow;
use std::fmt;

/// Words with a meaning in targets, which therefore cannot be revisions or branches.
pub const RESERVED: [&str; 4] = ["head", "heads", "base", "current"];

/// The greatest length of an id or label in bytes: the size of the version table's key column.
pub const MAX_LEN: usize = 128;

/// The reason why a text is not a valid revision id or branch label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Malformed {
    /// The text is empty.
    Empty,
    /// One of [`RESERVED`].
    Reserved,
    /// Longer than [`MAX_LEN`] bytes.
    TooLong,
    /// A character that targets use (`@ + - :`) or that is no letter, digit, `_` or `.`.
    Character(char),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Reserved => write!(
                f,
                "it is one of the reserved words {}",
                RESERVED.map(|w| format!("`{w}`")).join(", ")
            ),
            Self::TooLong => write!(f, "it is longer than {MAX_LEN} bytes"),
            Self::Character(c) => {
                write!(f, "it has {c:?}; allowed are letters, digits, `_` and `.`")
            }
        }
    }
}

fn check(text: &str) -> Result<(), Malformed> {
    if text.is_empty() {
        return Err(Malformed::Empty);
    }
    if text.len() > MAX_LEN {
        return Err(Malformed::TooLong);
    }
    if RESERVED.contains(&text) {
        return Err(Malformed::Reserved);
    }
    match text.chars().find(|c| !(c.is_alphanumeric() || matches!(c, '_' | '.'))) {
        Some(c) => Err(Malformed::Character(c)),
        None => Ok(()),
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Creates a name if the text is valid.
            ///
            /// # Errors
            /// [`Malformed`] describes the mistake.
            pub fn new(text: impl Into<Box<str>>) -> Result<Self, Malformed> {
                let text = text.into();
                check(&text)?;
                Ok(Self(text))
            }

            /// The text of the name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name! {
    /// The name of one revision: letters, digits, `_` and `.`; usually 12 hexadecimal digits.
    RevisionId
}
name! {
    /// The name of a branch, which belongs to one revision and covers its lineage.
    BranchLabel
}

impl From<&RevisionId> for BranchLabel {
    /// Converts an id to an entry of `depends-on:`, which may also be a label.
    fn from(id: &RevisionId) -> Self {
        Self(id.0.clone())
    }
}

/// The time of creation: RFC 3339 with a precision of seconds, ordered by time.
///
/// ```
/// use migrate_core::ident::Created;
/// let a = Created::new("2026-11-21T01:23:45Z").unwrap();
/// let b = Created::new("2026-11-21T02:23:45+02:00").unwrap();
/// assert!(b < a);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Created {
    /// Seconds since 1970-01-01T00:00:00Z.
    seconds: i64,
    text: Box<str>,
}

impl Created {
    /// Parses an RFC 3339 date and time, for example `2026-11-21T01:23:45Z`.
    ///
    /// # Errors
    /// The text, if it does not have that form.
    pub fn new(text: &str) -> Result<Self, String> {
        let seconds = rfc3339_seconds(text).ok_or_else(|| text.to_owned())?;
        Ok(Self { seconds, text: text.into() })
    }

    /// The text as written in the file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.seconds
    }
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

fn rfc3339_seconds(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let part = bytes.get(from..to)?;
        part.iter().try_fold(0i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
    };
    let is = |at: usize, any: &[u8]| bytes.get(at).is_some_and(|b| any.contains(b));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":")) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if !(1..=days).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut at = 19;
    if is(at, b".") {
        at += 1;
        let digits = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        at += digits;
    }
    let offset = match bytes.get(at)? {
        b'Z' | b'z' if bytes.len() == at + 1 => 0,
        sign @ (b'+' | b'-') if bytes.len() == at + 6 && is(at + 3, b":") => {
            let seconds = number(at + 1, at + 3)? * 3600 + number(at + 4, at + 6)? * 60;
            if *sign == b'+' { seconds } else { -seconds }
        }
        _ => return None,
    };
    // Days since the epoch in the proleptic Gregorian calendar, years starting in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days =
        365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + day
            - 1
            - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_targets_could_not_name_are_refused() {
        assert_eq!(RevisionId::new(""), Err(Malformed::Empty));
        assert_eq!(RevisionId::new("base"), Err(Malformed::Reserved));
        assert_eq!(RevisionId::new("a@b"), Err(Malformed::Character('@')));
        assert_eq!(BranchLabel::new("a b"), Err(Malformed::Character(' ')));
        assert_eq!(RevisionId::new("x".repeat(129)), Err(Malformed::TooLong));
        assert!(RevisionId::new("v1.2_b").is_ok());
    }

    #[test]
    fn moments_are_counted_from_the_epoch() {
        let seconds = |t: &str| Created::new(t).map(|c| c.seconds());
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Ok(0));
        assert_eq!(seconds("2000-02-29T12:00:00.250Z"), Ok(951_825_600));
        assert_eq!(seconds("2026-11-21T01:23:45Z"), Ok(1_795_224_225));
        assert_eq!(seconds("2026-11-21T03:23:45+02:00"), Ok(1_795_224_225));
        for wrong in [
            "",
            "2026-11-21",
            "2026-02-29T00:00:00Z",
            "2026-11-21T01:23:45",
            "2026-13-01T00:00:00Z",
        ] {
            assert!(Created::new(wrong).is_err(), "{wrong}");
        }
    }
}
