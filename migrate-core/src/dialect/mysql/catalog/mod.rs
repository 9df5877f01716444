//! Reads the statements of `SHOW CREATE` and of `information_schema` into schema objects.
//!
//! `table` and `column` read tables, `code` reads views, routines, triggers, events and sequences,
//! and `text` writes the server's SQL in one form. The input is a server's own output: the readers
//! do not report syntax errors beyond unterminated tokens.

mod code;
pub(super) mod column;
mod table;
pub(super) mod text;

pub use code::{database_options, event, routine, routine_kind, sequence, trigger, view};
pub use table::table;

use super::LEX_RULES;
use crate::source::Span;
use crate::sql::{LexError, Tokens};

/// The session that read a catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// The database; its name is left out of texts.
    pub database: String,
    /// Whether the server is MariaDB.
    pub is_mariadb: bool,
    /// The server's own `sql_mode`, with which code is made unless the session says otherwise.
    pub mode: String,
    /// The database's collation.
    pub collation: String,
    /// The user, as `user@host`.
    pub user: String,
}

impl Session {
    /// `DEFINER=..` for the user who made something; empty for the session's own user.
    fn definer(&self, user: &str) -> String {
        if user == self.user { String::new() } else { format!("DEFINER={user}") }
    }

    /// The settings that are not part of a statement, as a comment after it; empty if all are the
    /// defaults.
    fn settings(&self, definer: &str, mode: &str, collation: &str) -> String {
        let mut words = vec![definer.to_owned()];
        if mode != self.mode {
            words.push(format!("sql_mode={mode}"));
        }
        if collation != self.collation {
            words.push(format!("collation={collation}"));
        }
        words.retain(|word| !word.is_empty());
        if words.is_empty() { String::new() } else { format!("\n/* {} */", words.join(" ")) }
    }
}

/// The tokens of a statement of the server. What stands in `/*!80016 .. */` is code.
fn tokens(statement: &str) -> Result<Tokens<'_>, LexError> {
    Tokens::read(statement, Span::new(0, statement.len()), &LEX_RULES)
}
