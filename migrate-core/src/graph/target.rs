//! Targets: `head`, `615021`, `billing@head`, `+2`, `615021-1`.
//!
//! A [`Target`] is a parsed text. A graph decides whether it names a revision, and the command
//! decides what it means.

use std::fmt;
use std::str::FromStr;

use super::error::{TargetError, TargetErrorKind};
use crate::ident::{BranchLabel, Malformed};

/// A target as written by the user. It is case-sensitive.
///
/// ```
/// use migrate_core::graph::{Offset, Target};
/// let target: Target = "billing@-2".parse().unwrap();
/// assert_eq!(target, Target::Relative { branch: Some("billing".into()), offset: Offset::Down(2) });
/// assert_eq!(target.to_string(), "billing@-2");
/// assert!("615021+1x".parse::<Target>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A named revision or place, with steps from it: `head`, `615021`, `billing@heads`,
    /// `615021-2`.
    At {
        /// The branch before the `@`: a label, an id or a prefix of one.
        branch: Option<String>,
        /// The revision or place.
        place: Place,
        /// The steps.
        offset: Option<Offset>,
    },
    /// Steps from the applied revisions: `+1`, `-2`, `billing@+1`.
    Relative {
        /// What stands before the `@`.
        branch: Option<String>,
        /// The steps.
        offset: Offset,
    },
}

/// The place that a target names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `head`: the only revision that no other one needs.
    Head,
    /// `heads`: all revisions that no other one needs.
    Heads,
    /// `base`: before the first revision.
    Base,
    /// `current`: the applied heads.
    Current,
    /// An id, a label, or a prefix of one.
    Name(String),
}

/// The number and direction of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offset {
    /// `+N`, from a revision to one that revises it.
    Up(usize),
    /// `-N`, from a revision to one that it revises.
    Down(usize),
}

impl Target {
    /// Creates a target of a place, without branch and steps.
    #[must_use]
    pub const fn place(place: Place) -> Self {
        Self::At { branch: None, place, offset: None }
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        match self {
            Self::At { branch, .. } | Self::Relative { branch, .. } => branch.as_deref(),
        }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (branch, rest) = match text.split_once('@') {
            None => (None, text),
            Some((branch, rest)) => (Some(name(text, branch)?), rest),
        };
        let (word, steps) = rest.split_at(rest.find(['+', '-']).unwrap_or(rest.len()));
        let offset = if steps.is_empty() { None } else { Some(offset(text, steps)?) };
        let place = match (word, offset) {
            ("", None) => return Err(malformed(text, "it names no revision")),
            ("", Some(Offset::Up(0) | Offset::Down(0))) => {
                return Err(malformed(text, "it goes nowhere"));
            }
            ("", Some(offset)) => return Ok(Self::Relative { branch, offset }),
            ("base", Some(Offset::Up(0) | Offset::Down(_))) => {
                return Err(malformed(text, "nothing is below base"));
            }
            ("base", _) => Place::Base,
            ("head", _) => Place::Head,
            ("heads", _) => Place::Heads,
            ("current", _) => Place::Current,
            _ => Place::Name(name(text, word)?),
        };
        Ok(Self::At { branch, place, offset })
    }
}

fn name(text: &str, word: &str) -> Result<String, TargetError> {
    let why = match BranchLabel::new(word) {
        Ok(_) => return Ok(word.to_owned()),
        Err(Malformed::Empty) => "nothing stands before the `@`".to_owned(),
        Err(Malformed::Reserved) => format!("`{word}` is no branch"),
        Err(Malformed::TooLong) => "it is longer than any name".to_owned(),
        Err(Malformed::Character(':')) => {
            return Err(malformed(text, "it has a `:`").help(
                "a range `a:b` is understood by `history -r` and by `upgrade` and `downgrade` with `--sql`",
            ));
        }
        Err(Malformed::Character(c)) => format!("{c:?} stands in no name"),
    };
    Err(malformed(text, &why))
}

fn offset(text: &str, steps: &str) -> Result<Offset, TargetError> {
    let (sign, digits) = steps.split_at(1);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(malformed(
            text,
            &format!("a number must follow the `{sign}`, and nothing more"),
        ));
    }
    // A number that overflows is larger than any history.
    let count = digits.parse().unwrap_or(usize::MAX);
    Ok(if sign == "+" { Offset::Up(count) } else { Offset::Down(count) })
}

/// Returns a text for an error message. A text that may be a URL with a password is not repeated.
pub(super) fn shown(text: &str) -> &str {
    let has = |sign| text.contains(sign);
    if has("://") || has("@") && (has(":") || has("/")) { "***" } else { text }
}

fn malformed(text: &str, why: &str) -> TargetError {
    let shown = shown(text);
    let error =
        TargetError::new(TargetErrorKind::Syntax, format!("`{shown}` is not a target: {why}"));
    let error = match shown == text {
        true => error,
        false => error.help("the URL of a database is given as `--database-url`"),
    };
    error.help(
        "targets are an id or its beginning, a branch label, `head`, `heads`, `base`, `+N`, `-N`, \
         `REV+N`, `REV-N`, and any of these on a branch: `BRANCH@TARGET`",
    )
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(branch) = self.branch() {
            write!(f, "{branch}@")?;
        }
        match self {
            Self::At { place, offset: Some(offset), .. } => write!(f, "{place}{offset}"),
            Self::At { place, offset: None, .. } => write!(f, "{place}"),
            Self::Relative { offset, .. } => write!(f, "{offset}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Head => "head",
            Self::Heads => "heads",
            Self::Base => "base",
            Self::Current => "current",
            Self::Name(name) => name,
        })
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up(count) => write!(f, "+{count}"),
            Self::Down(count) => write!(f, "-{count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_not_repeated() {
        for text in [
            "postgres://ada:s3cret@db/app",
            "ada:s3cret@db",
            "s3cret@db/app",
            "postgres://ada:s3cret",
        ] {
            let error = text.parse::<Target>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
        assert!("a@b+x".parse::<Target>().unwrap_err().to_string().contains("`a@b+x`"));
    }

    #[test]
    fn every_form_is_read_and_written_alike() {
        for text in [
            "615021",
            "v1.2_b",
            "head",
            "heads",
            "base",
            "current",
            "billing@head",
            "a@heads",
            "a@base",
            "a@b",
            "+1",
            "-12",
            "a@+3",
            "a@-4",
            "a+1",
            "a-2",
            "head-1",
            "base+1",
            "a@b+1",
            "a@head-2",
            "a+0",
            "1@2-3",
        ] {
            let target: Target = text.parse().unwrap();
            assert_eq!(target.to_string(), text);
        }
        assert_eq!("head".parse(), Ok(Target::place(Place::Head)));
        assert_eq!("Head".parse(), Ok(Target::place(Place::Name("Head".into()))));
        let far = Target::Relative { branch: None, offset: Offset::Up(usize::MAX) };
        assert_eq!("+99999999999999999999999".parse(), Ok(far));
    }

    #[test]
    fn what_is_no_target_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "it names no revision"),
            ("a@", "it names no revision"),
            ("@a", "nothing stands before the `@`"),
            ("a@b@c", "'@' stands in no name"),
            ("head@a", "`head` is no branch"),
            ("a b", "' ' stands in no name"),
            ("a:b", "it has a `:`"),
            ("+", "a number must follow the `+`"),
            ("a-", "a number must follow the `-`"),
            ("a+1x", "a number must follow the `+`, and nothing more"),
            ("a-1-1", "a number must follow the `-`, and nothing more"),
            ("+0", "it goes nowhere"),
            ("a@-0", "it goes nowhere"),
            ("base-1", "nothing is below base"),
            ("base+0", "nothing is below base"),
        ] {
            let error = text.parse::<Target>().unwrap_err();
            assert_eq!(error.kind, TargetErrorKind::Syntax, "{text}");
            assert!(error.message.contains(why), "{text}: {}", error.message);
        }
    }
}
