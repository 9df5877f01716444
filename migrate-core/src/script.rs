//! From a plan to a script: SQL in order, with the edges of transactions and the rows that move.
//!
//! A [`Script`] is the only thing that is ever run or printed; both walk the same [`Action`]s. The
//! script decides what stands in one transaction and what is journalled statement by statement; it
//! does not know how bytes travel, and not what a statement does.

mod print;

use std::fmt;

use crate::dialect::Dialect;
pub use crate::dialect::Transactions;
use crate::graph::{Graph, Node};
use crate::plan::{Direction, Stamp, Step};
use crate::revision::{Section, WayDown};
use crate::source::{SourceFile, Span};
use crate::sql::{Fingerprint, Hasher};
use crate::version_table::{Event, Origin, Progress, RowState, VersionTable};

/// SQL to be run or printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The database that it is for.
    pub dialect: Dialect,
    /// What to do, in order.
    pub actions: Vec<Action>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A step begins here: nothing to run.
    Step(Step),
    /// Open a transaction.
    Begin {
        /// Whether SQLite is to enforce foreign keys in it.
        foreign_keys: bool,
    },
    /// Commit it.
    Commit,
    /// A statement of a revision file.
    Statement(Statement),
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
    /// Whether no transaction can hold it together with its record.
    pub alone: bool,
}

/// A change of the version table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// A step is done that nothing was recorded of before.
    Done(Step),
    /// A journalled step begins.
    Start(Step),
    /// A statement of a journalled step begins that no transaction can hold together with a note
    /// of its end.
    Attempt(Step, usize),
    /// So many statements of a journalled step are done.
    Progress(Step, usize),
    /// A journalled step is done.
    Finish(Step),
    /// A row appears without anything run.
    Stamp(Node),
    /// A row goes without anything run.
    Unstamp(Node),
    /// All rows go, whatever they say.
    Purge,
}

/// Why a plan cannot become a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptError {
    /// A step down comes to a revision that cannot be undone.
    Irreversible {
        /// The revision.
        node: Node,
        /// The file's reason.
        reason: String,
    },
    /// A revision has no section for this database.
    NoSection {
        /// The step that wants it.
        step: Step,
        /// The database.
        dialect: Dialect,
    },
}

impl ScriptError {
    /// The error in words, and what would help.
    #[must_use]
    pub fn explain(&self, graph: &Graph) -> (String, Vec<String>) {
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
                    format!(
                        "`cargo migrate downgrade {}` goes as far down as the files allow",
                        graph.id(*node)
                    ),
                    "nothing was changed".to_owned(),
                ],
            ),
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
                    vec![format!(
                        "add `-- migrate:{section} dialect:{dialect}` to {}",
                        graph.revision(step.node).file.path()
                    )],
                )
            }
        }
    }
}

impl Script {
    /// The script of steps in order.
    ///
    /// # Errors
    /// When a revision on the way down cannot be undone, or has nothing for this database: then
    /// nothing of the plan should run.
    pub fn of(
        graph: &Graph,
        steps: &[Step],
        dialect: Dialect,
        mode: Transactions,
    ) -> Result<Self, ScriptError> {
        let mut builder =
            Builder { dialect, actions: Vec::with_capacity(steps.len() * 4), open: None };
        for step in steps {
            builder.step(graph, *step, mode)?;
        }
        builder.commit();
        Ok(Self { dialect, actions: builder.actions })
    }

    /// The rest of a journalled step of which so many statements are done.
    ///
    /// # Errors
    /// As [`Script::of`].
    pub fn resume(
        graph: &Graph,
        step: Step,
        done: usize,
        dialect: Dialect,
    ) -> Result<Self, ScriptError> {
        let mut builder = Builder { dialect, actions: Vec::new(), open: None };
        let section = section_of(graph, step, dialect)?;
        let file = &graph.revision(step.node).file;
        let spans = statements_of(graph, step, dialect)?;
        builder.journalled(file, step, &spans, section.is_some_and(|s| s.foreign_keys), Some(done));
        Ok(Self { dialect, actions: builder.actions })
    }

    /// The script of a stamp: rows move, nothing runs. With `purge` the stamp was planned as if
    /// nothing were applied, and all rows go first.
    #[must_use]
    pub fn stamp(stamp: &Stamp, purge: bool, dialect: Dialect) -> Self {
        let mut actions = vec![Action::Begin { foreign_keys: false }];
        if purge {
            actions.push(Action::Record(Record::Purge));
        }
        actions.extend(stamp.remove.iter().map(|n| Action::Record(Record::Unstamp(*n))));
        actions.extend(stamp.insert.iter().map(|n| Action::Record(Record::Stamp(*n))));
        actions.push(Action::Commit);
        if stamp.insert.is_empty() && stamp.remove.is_empty() && !purge {
            actions.clear();
        }
        Self { dialect, actions }
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }
}

struct Builder {
    dialect: Dialect,
    actions: Vec<Action>,
    /// The open transaction: whether foreign keys are enforced in it.
    open: Option<bool>,
}

impl Builder {
    fn step(&mut self, graph: &Graph, step: Step, mode: Transactions) -> Result<(), ScriptError> {
        let section = section_of(graph, step, self.dialect)?;
        let foreign_keys = section.is_some_and(|section| section.foreign_keys);
        let journalled = !self.dialect.words().transactional_ddl
            || section.is_some_and(|section| !section.transaction);
        let statements = statements_of(graph, step, self.dialect)?;
        if journalled && !statements.is_empty() {
            let file = &graph.revision(step.node).file;
            self.journalled(file, step, &statements, foreign_keys, None);
            return Ok(());
        }
        if self.open.is_some_and(|open| open != foreign_keys) {
            self.commit();
        }
        if self.open.is_none() {
            self.actions.push(Action::Begin { foreign_keys });
            self.open = Some(foreign_keys);
        }
        self.actions.push(Action::Step(step));
        for (n, span) in statements.iter().enumerate() {
            let statement = Statement { node: step.node, span: *span, number: n + 1, alone: false };
            self.actions.push(Action::Statement(statement));
        }
        self.actions.push(Action::Record(Record::Done(step)));
        if mode == Transactions::PerMigration {
            self.commit();
        }
        Ok(())
    }

    /// Statement by statement, each noted when it is done: in one transaction with its note where
    /// a transaction can hold it.
    fn journalled(
        &mut self,
        file: &SourceFile,
        step: Step,
        spans: &[Span],
        foreign_keys: bool,
        done: Option<usize>,
    ) {
        self.commit();
        self.actions.push(Action::Step(step));
        if done.is_none() {
            self.actions.push(Action::Record(Record::Start(step)));
        }
        for (n, span) in spans.iter().enumerate().skip(done.unwrap_or(0)) {
            let alone = self.dialect.stands_alone(span.of(file.text()));
            let number = n + 1;
            let statement =
                Action::Statement(Statement { node: step.node, span: *span, number, alone });
            let progress = Action::Record(Record::Progress(step, number));
            if alone {
                let attempt = Action::Record(Record::Attempt(step, number));
                self.actions.extend([attempt, statement, progress]);
            } else {
                self.actions.extend([
                    Action::Begin { foreign_keys },
                    statement,
                    progress,
                    Action::Commit,
                ]);
            }
        }
        self.actions.push(Action::Record(Record::Finish(step)));
    }

    fn commit(&mut self) {
        if self.open.take().is_some() {
            self.actions.push(Action::Commit);
        }
    }
}

/// The section that a step runs; `None` where there is nothing to run.
///
/// # Errors
/// See [`ScriptError`].
pub fn section_of(
    graph: &Graph,
    step: Step,
    dialect: Dialect,
) -> Result<Option<&Section>, ScriptError> {
    let revision = graph.revision(step.node);
    let nothing = || {
        if revision.is_merge() { Ok(None) } else { Err(ScriptError::NoSection { step, dialect }) }
    };
    match step.direction {
        Direction::Up => revision.up(dialect).map_or_else(nothing, |section| Ok(Some(section))),
        Direction::Down => match revision.down(dialect) {
            WayDown::Sql(section) => Ok(Some(section)),
            WayDown::Noop(_) => Ok(None),
            WayDown::Irreversible(reason) => {
                Err(ScriptError::Irreversible { node: step.node, reason: reason.to_owned() })
            }
            WayDown::Empty => nothing(),
        },
    }
}

/// The places of a step's statements in its file.
///
/// # Errors
/// See [`ScriptError`].
pub fn statements_of(
    graph: &Graph,
    step: Step,
    dialect: Dialect,
) -> Result<Vec<Span>, ScriptError> {
    let file = &graph.revision(step.node).file;
    Ok(section_of(graph, step, dialect)?
        .map_or_else(Vec::new, |s| s.statements(file, dialect).into_owned()))
}

/// The fingerprint of the first `done` statements of a step: what a journalled step has behind it.
#[must_use]
pub fn fingerprint_of(graph: &Graph, step: Step, done: usize, dialect: Dialect) -> Fingerprint {
    let mut hash = Hasher::new();
    hash.field("direction", &step.direction.to_string());
    let text = graph.revision(step.node).file.text();
    for span in statements_of(graph, step, dialect).unwrap_or_default().into_iter().take(done) {
        hash.sql(text, span, dialect.lexis());
    }
    hash.finish()
}

impl Record {
    /// The statements that make this change, the second of them the log's and sometimes empty: each
    /// changes exactly one row, but for [`Record::Purge`].
    #[must_use]
    pub fn sql(self, graph: &Graph, table: &VersionTable, origin: Origin<'_>) -> [String; 2] {
        use RowState::{Applied, Downgrading, Upgrading};
        let id = |node: Node| graph.id(node).as_str();
        let whole = |node: Node| graph.revision(node).fingerprint;
        let part = |step: Step, done| fingerprint_of(graph, step, done, table.dialect());
        let insert = |node: Node, fingerprint, state| {
            table.insert(graph.revision(node), fingerprint, state, origin)
        };
        let log = |node: Node, event, detail: &str| table.record(id(node), event, detail, origin);
        let moving = |direction| if direction == Direction::Up { Upgrading } else { Downgrading };
        let progress = |step: Step, from, begun, done| {
            let state = moving(step.direction);
            let fingerprint = part(step, done);
            let to = Progress { state, begun, done, fingerprint, duration_ms: origin.duration_ms };
            table.update(id(step.node), from, &to)
        };
        match self {
            Self::Done(Step { node, direction: Direction::Up }) => {
                [insert(node, whole(node), Applied), log(node, Event::Upgrade, "")]
            }
            Self::Done(Step { node, direction: Direction::Down }) => {
                [table.delete(id(node), Applied), log(node, Event::Downgrade, "")]
            }
            Self::Start(step @ Step { node, direction: Direction::Up }) => {
                [insert(node, part(step, 0), Upgrading), log(node, Event::Begin, "upgrade")]
            }
            Self::Start(step @ Step { node, direction: Direction::Down }) => {
                [progress(step, Applied, 0, 0), log(node, Event::Begin, "downgrade")]
            }
            Self::Attempt(step, number) => {
                [progress(step, moving(step.direction), number, number - 1), String::new()]
            }
            Self::Progress(step, number) => {
                [progress(step, moving(step.direction), number, number), String::new()]
            }
            Self::Finish(Step { node, direction: Direction::Up }) => {
                let (state, fingerprint) = (Applied, whole(node));
                let to = Progress {
                    state,
                    begun: 0,
                    done: 0,
                    fingerprint,
                    duration_ms: origin.duration_ms,
                };
                [table.update(id(node), Upgrading, &to), log(node, Event::Upgrade, "")]
            }
            Self::Finish(Step { node, direction: Direction::Down }) => {
                [table.delete(id(node), Downgrading), log(node, Event::Downgrade, "")]
            }
            Self::Stamp(node) => [insert(node, whole(node), Applied), log(node, Event::Stamp, "")],
            Self::Purge => [table.clear(), table.record("", Event::Unstamp, "purge", origin)],
            Self::Unstamp(node) => [table.delete(id(node), Applied), log(node, Event::Unstamp, "")],
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement {}", self.number)
    }
}
