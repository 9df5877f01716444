//! What an import reports about one migration.

use std::fmt;
use std::ops::Deref;

use super::format::Format;

/// A sentence about a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The file.
    pub path: String,
    /// The line from 1; `None` where the note is about the whole file.
    pub line: Option<usize>,
    /// The sentence, without a final full stop.
    pub text: String,
}

impl Note {
    /// A note about a whole file.
    pub(super) fn whole(path: &str, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: None, text: text.into() }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.text),
            None => write!(f, "{}: {}", self.path, self.text),
        }
    }
}

impl Deref for Note {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// Why a migration has no way down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoDown {
    /// The tool has none.
    Missing,
    /// It holds no statement.
    Blank,
    /// It cannot be read, for this reason.
    Broken(String),
}

impl NoDown {
    /// The marker in place of the down.
    pub(super) fn marker(&self, format: Format, blank: BlankDowns) -> String {
        match (self, blank) {
            (Self::Missing, _) => "irreversible imported without a down".to_owned(),
            (Self::Blank, BlankDowns::Irreversible) => {
                format!("irreversible the down of {format} holds no statement")
            }
            (Self::Blank, BlankDowns::Noop) => {
                format!("noop the down of {format} holds no statement")
            }
            (Self::Broken(why), _) => {
                format!("irreversible the down of {format} cannot be read: {why}")
            }
        }
    }
}

/// What becomes of downs that hold no statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum BlankDowns {
    /// A downgrade stops there.
    #[default]
    Irreversible,
    /// There is nothing to undo: a downgrade passes.
    Noop,
}

/// On which side of its SQL file a migration in code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before the SQL.
    Before,
    /// After the SQL.
    After,
}

impl Side {
    /// The side that the words of a name begin or end with, and the other words.
    pub(super) fn of(words: &str) -> Option<(Self, String)> {
        const SIDES: [(&str, Side); 4] = [
            ("pre", Side::Before),
            ("before", Side::Before),
            ("post", Side::After),
            ("after", Side::After),
        ];
        let lower = words.to_lowercase();
        SIDES.into_iter().find_map(|(word, side)| {
            let rest = match lower.strip_suffix(word) {
                Some(rest) if rest.ends_with(' ') || rest.is_empty() => words.get(..rest.len())?,
                _ => {
                    let rest = lower.strip_prefix(word).filter(|rest| rest.starts_with(' '))?;
                    words.get(words.len() - rest.len()..)?
                }
            };
            Some((side, rest.trim().to_owned()))
        })
    }
}
