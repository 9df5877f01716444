//! Expands `${VAR}` in a text.

use std::fmt;

/// An error in a text with `${VAR}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpandError {
    /// The variable is not set.
    Unset(String),
    /// A `${` without its `}`.
    Unclosed,
}

impl fmt::Display for ExpandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset(name) => write!(f, "the environment variable {name} is not set"),
            Self::Unclosed => f.write_str("a `${` is not closed by `}`"),
        }
    }
}

impl std::error::Error for ExpandError {}

/// Replaces every `${VAR}` with the value that `lookup` returns. Values are not expanded again, and
/// a `$` without `{` is kept.
///
/// ```
/// use migrate_core::config::expand;
/// let home = |name: &str| (name == "DB").then(|| "app".to_owned());
/// assert_eq!(expand("sqlite:${DB}.db", home).unwrap(), "sqlite:app.db");
/// assert!(expand("sqlite:${OTHER}.db", home).is_err());
/// ```
///
/// # Errors
/// A variable is not set, or a brace is not closed.
pub fn expand(text: &str, lookup: impl Fn(&str) -> Option<String>) -> Result<String, ExpandError> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or(ExpandError::Unclosed)?;
        filled.push_str(before);
        filled.push_str(&lookup(name).ok_or_else(|| ExpandError::Unset(name.to_owned()))?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}
