//! Scripts: the SQL of a plan in order, with the edges of transactions and the changes of version
//! rows.
//!
//! A [`Script`] contains every statement that changes the schema, the data or a version row;
//! running and printing it perform the same [`Action`]s. It decides which statements share a
//! transaction and which are journalled one by one. It does not know connections or the effects of
//! statements.

mod build;
mod prefixes;
mod print;
mod record;

use std::fmt;
use std::time::Duration;

pub use prefixes::Prefixes;

use crate::command::{Command, Help};
use crate::dialect::Dialect;
pub use crate::dialect::Transactions;
use crate::graph::{Graph, Node};
use crate::plan::{Direction, Step};
use crate::revision::{Batch, Down, Section};
use crate::source::Span;
use crate::sql::Fingerprint;

/// The options of a script: transactions and time limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScriptOptions {
    /// The extent of a transaction.
    pub transactions: Transactions,
    /// How long a statement may wait for a lock, unless its section sets a limit.
    pub lock_timeout: Option<Duration>,
    /// How long a statement may run, unless its section sets a limit.
    pub statement_timeout: Option<Duration>,
}

impl From<Transactions> for ScriptOptions {
    fn from(transactions: Transactions) -> Self {
        Self { transactions, lock_timeout: None, statement_timeout: None }
    }
}

/// SQL to run or print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The database.
    pub dialect: Dialect,
    /// The actions, in order.
    pub actions: Vec<Action>,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A step begins: nothing to execute.
    Step(Step),
    /// A journalled step continues after so many statements: nothing to execute.
    Resume(Step, usize),
    /// From here on, the statements of a section are sent one by one, outside of a transaction;
    /// only a setting is sent.
    Outside {
        /// Whether SQLite is to enforce foreign keys.
        foreign_keys: bool,
    },
    /// Begin a transaction.
    Begin {
        /// Whether SQLite is to enforce foreign keys in it.
        foreign_keys: bool,
    },
    /// Commit it.
    Commit,
    /// Change a setting of the session.
    Set(String),
    /// A statement of a revision file.
    Statement(Statement),
    /// Call the Rust function of a step.
    Function(Step),
    /// Repeat the statement of a batch section, or call its Rust function, until it is done, each time
    /// in a transaction with the record of its progress. The place is that of the marker for a function.
    Batches(Step, Statement),
    /// Change the version table and the log.
    Record(Record),
}

/// A statement of a revision file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// The revision.
    pub node: Node,
    /// Its place in the revision's file.
    pub span: Span,
    /// Its number in its section, from 1.
    pub number: usize,
    /// Whether it cannot be in one transaction with its record.
    pub alone: bool,
}

/// Statements between which nothing can be recorded: one, or those of a transaction that the
/// section begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// The number of the first in its section, from 1.
    pub first: usize,
    /// The number of the last.
    pub last: usize,
}

impl Unit {
    /// One statement.
    #[must_use]
    pub const fn of(number: usize) -> Self {
        Self { first: number, last: number }
    }

    /// The number of statements that are done before it.
    #[must_use]
    pub const fn before(self) -> usize {
        self.first.saturating_sub(1)
    }
}

/// A change of the version table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// A step without an earlier record is done.
    Done(Step),
    /// A journalled step begins.
    Start(Step),
    /// Statements of a journalled step begin that cannot be in one transaction with the record of
    /// their end.
    Attempt(Step, Unit),
    /// Statements of a journalled step are done, and all before them.
    Progress(Step, Unit),
    /// The statement of a journalled step that began after so many others did not run.
    Retract(Step, usize),
    /// A journalled step is done.
    Finish(Step),
    /// A row is inserted without running anything.
    Stamp(Node),
    /// A row is deleted without running anything.
    Unstamp(Node),
    /// A row is inserted for a revision in place of the rows of those that it replaces.
    Replace(Node),
    /// The row of a replaced revision is deleted, by its number in the replacing revision's
    /// [`replaced_ids`](crate::revision::Revision::replaced_ids).
    Forget(Node, u32),
    /// All rows are deleted.
    Purge,
}

/// The reason why a plan has no script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptError {
    /// A step would revert an irreversible revision.
    Irreversible {
        /// The revision.
        node: Node,
        /// The file's reason.
        reason: String,
    },
    /// A journalled step cannot continue because it needs state of the lost session.
    Session {
        /// The step.
        step: Step,
        /// The number of the statement that created or reads the state.
        number: usize,
        /// The statement.
        sql: String,
    },
    /// A statement contains a NUL byte, at which databases end the text, for example in a stored
    /// down.
    NulByte {
        /// The step.
        step: Step,
        /// The number of the statement, from 1.
        number: usize,
        /// The line of the byte in the file, from 1.
        line: usize,
    },
    /// A section outside of a transaction leaves its own transaction open.
    OpenTransaction {
        /// The step.
        step: Step,
        /// The number of the statement that opens it.
        number: usize,
        /// The statement.
        sql: String,
    },
    /// A revision has no section for this database.
    NoSection {
        /// The step.
        step: Step,
        /// The database.
        dialect: Dialect,
    },
    /// The SQL of a step has variables without a value.
    Variables {
        /// The revision.
        node: Node,
        /// The names of the variables.
        names: Vec<String>,
    },
    /// The values of variables in a step are quoted for another database.
    QuotedFor {
        /// The revision.
        node: Node,
        /// The database that they are quoted for.
        quoted: Dialect,
        /// The database of the run.
        dialect: Dialect,
    },
    /// Only the header of a revision's file was read.
    Unread {
        /// The revision.
        node: Node,
    },
}

/// The line of help for variables without a value.
#[must_use]
pub fn unset_help(names: &[String]) -> String {
    let options: Vec<String> = names.iter().map(|name| format!("`-x {name}=..`")).collect();
    format!("give {}, or a default under `[variables]` in migrate.toml", options.join(", "))
}

impl ScriptError {
    /// Returns the message and help lines.
    #[must_use]
    pub fn explain(&self, graph: &Graph) -> (String, Vec<Help>) {
        let name = |node| {
            let revision: &crate::revision::Revision = graph.revision(node);
            match revision.message() {
                "" => revision.id().to_string(),
                message => format!("{} ({message})", revision.id()),
            }
        };
        match self {
            Self::Irreversible { node, reason } => (
                format!("revision {} cannot be undone: {reason}", name(*node)),
                vec![
                    Command::Downgrade
                        .with(graph.id(*node).as_str())
                        .help("goes as far down as the files allow"),
                    "nothing was changed".into(),
                ],
            ),
            Self::Session { step, number, sql } => (
                format!(
                    "revision {} cannot continue where it stopped: statement {number} needs a session that has ended: {sql}",
                    name(step.node)
                ),
                vec![
                    Help::new("finish the revision by hand, then ")
                        .run(Command::Repair.with("--applied")),
                    Help::new("or revert by hand what it did, then ")
                        .run(Command::Repair.with("--reverted")),
                ],
            ),
            Self::NulByte { step, number, line } => (
                format!(
                    "statement {number} of revision {} contains a NUL byte, at which databases end the text ({}:{line})",
                    name(step.node),
                    graph.revision(step.node).file.path()
                ),
                vec!["nothing was changed".into()],
            ),
            Self::OpenTransaction { step, number, sql } => (
                format!(
                    "the {} of revision {} ends with an open transaction: statement {number} opens it: {sql}",
                    step.direction,
                    name(step.node)
                ),
                vec![
                    "end it in the same section: COMMIT or ROLLBACK".into(),
                    "nothing was changed".into(),
                ],
            ),
            Self::Variables { node, names } => (
                format!(
                    "revision {} has variables without a value: {}",
                    name(*node),
                    names.join(", ")
                ),
                vec![unset_help(names).into(), "nothing was changed".into()],
            ),
            Self::QuotedFor { node, quoted, dialect } => (
                format!(
                    "the variables of revision {} are quoted for {quoted}, and the database is {dialect}",
                    name(*node)
                ),
                vec![
                    "run the command for databases of one kind at a time".into(),
                    "nothing was changed".into(),
                ],
            ),
            Self::Unread { node } => {
                (format!("the file of revision {} was not read", name(*node)), Vec::new())
            }
            Self::NoSection { step, dialect } => {
                let section = match step.direction {
                    Direction::Up => "up",
                    Direction::Down => "down",
                };
                (
                    format!(
                        "revision {} has no `-- migrate:{section}` section for {dialect}",
                        name(step.node)
                    ),
                    vec![
                        format!(
                            "add `-- migrate:{section} dialect:{dialect}` to {}",
                            graph.revision(step.node).file.path()
                        )
                        .into(),
                    ],
                )
            }
        }
    }
}

/// Returns the section that a step runs; `None` if there is nothing to run.
///
/// # Errors
/// See [`ScriptError`].
pub fn section_of(
    graph: &Graph,
    step: Step,
    dialect: Dialect,
) -> Result<Option<&Section>, ScriptError> {
    let revision = graph.revision(step.node);
    if !revision.file.is_whole() {
        return Err(ScriptError::Unread { node: step.node });
    }
    let nothing = || {
        if revision.is_merge() { Ok(None) } else { Err(ScriptError::NoSection { step, dialect }) }
    };
    match step.direction {
        Direction::Up => revision.up(dialect).map_or_else(nothing, |section| Ok(Some(section))),
        Direction::Down => match revision.down(dialect) {
            Down::Sql(section) => Ok(Some(section)),
            Down::Noop(_) => Ok(None),
            Down::Irreversible(reason) => {
                Err(ScriptError::Irreversible { node: step.node, reason: reason.to_owned() })
            }
            Down::Empty => nothing(),
        },
    }
}

/// Returns the Rust function that a step calls; `None` if it runs statements.
#[must_use]
pub fn function_of(graph: &Graph, step: Step, dialect: Dialect) -> Option<&str> {
    section_of(graph, step, dialect).ok()??.function.as_deref()
}

/// Returns how a step repeats its statement; `None` if it runs its statements once.
#[must_use]
pub fn batch_of(graph: &Graph, step: Step, dialect: Dialect) -> Option<&Batch> {
    section_of(graph, step, dialect).ok()??.batch.as_ref()
}

/// Returns the places of a step's statements in its file.
///
/// # Errors
/// See [`ScriptError`].
pub fn statements_of(
    graph: &Graph,
    step: Step,
    dialect: Dialect,
) -> Result<Vec<Span>, ScriptError> {
    let file = &graph.revision(step.node).file;
    let spans = section_of(graph, step, dialect)?
        .map_or_else(Vec::new, |s| s.statements(file, dialect).into_owned());
    let nul = spans
        .iter()
        .enumerate()
        .find_map(|(n, span)| Some((n, span.start + span.of(file.text()).find('\0')?)));
    match nul {
        Some((n, at)) => Err(ScriptError::NulByte { step, number: n + 1, line: file.line(at) }),
        None => Ok(spans),
    }
}

/// Returns the place of a step's statement in its file, counted from 0. The section is not split
/// again. In a batch section it is always the one statement, whatever the number of the batch.
#[must_use]
pub fn statement_of(graph: &Graph, step: Step, index: usize, dialect: Dialect) -> Option<Span> {
    let section = section_of(graph, step, dialect).ok()??;
    let index = if section.batch.is_some() { 0 } else { index };
    section.statements(&graph.revision(step.node).file, dialect).get(index).copied()
}

/// Returns the fingerprint of the first `done` statements of a step.
#[must_use]
pub fn fingerprint_of(graph: &Graph, step: Step, done: usize, dialect: Dialect) -> Fingerprint {
    Prefixes::default().fingerprint(graph, step, done, dialect)
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement {}", self.number)
    }
}
