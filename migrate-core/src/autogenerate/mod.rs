//! Writes a revision that makes the schema of a history the wanted one, without a database.
//!
//! [`generate`] compares the schema at a revision with the wanted schema, which people wrote as SQL files or as
//! structs, and returns the steps of an up and a down for one database. The steps are statements as a careful
//! reviewer writes them: renames stay renames, columns that must have values are filled first, and a table that
//! exists is not locked for longer than necessary. Before it is returned, each direction is applied to the
//! schema by the same parser that reads revision files: what does not lead to the wanted schema, or back, is
//! refused.
//!
//! Limits. What is unknown in either schema is never changed; it is returned in [`Changes::undecided`]. Rows
//! are not moved between tables.

mod draft;
mod likely;
mod loss;
mod message;
mod plan;
mod proof;
mod read;
mod rename;
mod scope;

mod between;
#[cfg(test)]
mod tests;

use std::fmt;

pub(crate) use between::{left_between, way_between};

pub use crate::steps::Step;
pub use draft::sections;
pub use loss::Loss;
pub use message::message;
pub use read::{NotFollowed, SqlModels, not_followed};
pub use rename::Rename;
pub use scope::{Filter, Undecided};

use crate::apply::State;
use crate::dialect::{Dialect, Unsupported};
use crate::schema::Difference;

/// What to generate.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// The database whose SQL is written.
    pub dialect: Dialect,
    /// The schema that the revision builds on.
    pub history: &'r State,
    /// The schema that it leads to.
    pub wanted: &'r State,
    /// Which objects are compared.
    pub filter: &'r Filter,
    /// Renames as typed: `users.mail=email`.
    pub renames: &'r [String],
    /// Tables and columns that are dropped although they look renamed: `users.mail`.
    pub dropped: &'r [String],
    /// Whether likely renames are taken as renames.
    pub takes_likely: bool,
}

/// The steps of a revision for one database.
#[derive(Debug, Clone)]
pub struct Changes {
    /// The database.
    pub dialect: Dialect,
    /// The steps of the up. Empty if the schemas are equal.
    pub up: Vec<Step>,
    /// The steps of the down.
    pub down: Vec<Step>,
    /// The renames, requested and likely ones.
    pub renames: Vec<Rename>,
    /// How the schemas differ once the renames are done.
    pub differences: Vec<Difference>,
    /// The values that the up loses.
    pub losses: Vec<Loss>,
    /// Differences that are left alone because one of the schemas is not known there.
    pub undecided: Vec<Undecided>,
}

/// Why nothing is generated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Objects may have been renamed, or dropped and created: only a person knows.
    Likely(Vec<Rename>),
    /// A requested rename cannot be made.
    Rename {
        /// The rename as typed.
        typed: String,
        /// What is wrong with it.
        why: String,
    },
    /// A change that has no SQL.
    Unsupported(String),
    /// A generated statement that the schema does not allow.
    Statement {
        /// The statement.
        sql: String,
        /// Why it is refused.
        why: String,
    },
    /// A table of the wanted schema whose definition is not known.
    Unknown {
        /// The table.
        table: String,
        /// Why it is not known.
        why: String,
    },
    /// The statements do not lead to the schema that they should lead to.
    Unproved {
        /// `up` or `down`.
        section: &'static str,
        /// What would differ.
        left: Vec<String>,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Likely(renames) => {
                let names: Vec<String> = renames.iter().map(Rename::question).collect();
                write!(f, "{}", names.join("; "))
            }
            Self::Rename { typed, why } => write!(f, "`{typed}` cannot be renamed: {why}"),
            Self::Unsupported(what) => f.write_str(what),
            Self::Statement { sql, why } => {
                let line = sql.lines().next().unwrap_or_default();
                write!(f, "the change cannot be written: {why}, at `{line}`")
            }
            Self::Unknown { table, why } => {
                write!(f, "table {table} of the wanted schema is not known: {why}")
            }
            Self::Unproved { section, left } => {
                write!(f, "the {section} would not lead there: {}", left.join("; "))
            }
        }
    }
}

impl std::error::Error for Refusal {}

impl From<Unsupported> for Refusal {
    fn from(error: Unsupported) -> Self {
        Self::Unsupported(error.to_string())
    }
}

/// Generates the up and the down of a revision. Both are empty if nothing is to be done.
///
/// ```
/// use migrate_core::apply::{State, apply};
/// use migrate_core::autogenerate::{Filter, Request, generate};
/// use migrate_core::dialect::Dialect;
/// use migrate_core::source::Span;
///
/// let schema = |sql: &str| {
///     let mut state = State::new(Dialect::Sqlite.rules());
///     for op in Dialect::Sqlite.parse(sql, Span::new(0, sql.len())).unwrap().unwrap() {
///         apply(&mut state, &op).unwrap();
///     }
///     state
/// };
/// let changes = generate(&Request {
///     dialect: Dialect::Sqlite,
///     history: &schema("CREATE TABLE users (id INTEGER PRIMARY KEY)"),
///     wanted: &schema("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)"),
///     filter: &Filter::default(),
///     renames: &[],
///     dropped: &[],
///     takes_likely: false,
/// })
/// .unwrap();
/// assert_eq!(changes.up[0].sql, "ALTER TABLE users ADD COLUMN email TEXT");
/// assert_eq!(changes.down[0].sql, "ALTER TABLE users DROP COLUMN email");
/// ```
///
/// # Errors
///
/// A change that cannot be written or proved, or a rename that only a person can decide.
pub fn generate(request: &Request<'_>) -> Result<Changes, Refusal> {
    let way = plan::Way::there(request)?;
    let mut changes = Changes {
        dialect: request.dialect,
        up: way.steps,
        down: Vec::new(),
        renames: way.renames,
        differences: way.differences,
        losses: way.losses,
        undecided: way.undecided,
    };
    if !changes.up.is_empty() {
        changes.down = plan::back(request, &way.reached, &changes.renames)?;
    }
    Ok(changes)
}
