//! Builds scripts: the edges of transactions, and journalling.
//!
//! A section outside of a transaction is sent as written, one statement at a time. The tool opens
//! no transaction around its statements, and records nothing inside a transaction of the section.

use std::time::Duration;

use super::{
    Action, Record, Script, ScriptError, ScriptOptions, Statement, Unit, section_of, statements_of,
};
use crate::dialect::{Dialect, SessionEffect, Transactions};
use crate::graph::Graph;
use crate::plan::{Stamp, Step};
use crate::revision::Section;
use crate::source::{SourceFile, Span};

impl Script {
    /// Returns the script of steps in order.
    ///
    /// # Errors
    /// A revision to revert is irreversible, or a revision has no section for this database:
    /// nothing of the plan should run.
    pub fn of(
        graph: &Graph,
        steps: &[Step],
        dialect: Dialect,
        how: impl Into<ScriptOptions>,
    ) -> Result<Self, ScriptError> {
        let mut builder = Builder::new(dialect, how.into());
        for step in steps {
            builder.step(graph, *step)?;
        }
        builder.commit();
        Ok(Self { dialect, actions: builder.actions })
    }

    /// Returns the rest of a journalled step after so many statements. Settings that those made in
    /// the session are made again.
    ///
    /// # Errors
    /// The errors of [`Script::of`], and one if the rest needs more of a lost session.
    pub fn resume(
        graph: &Graph,
        step: Step,
        done: usize,
        dialect: Dialect,
        how: impl Into<ScriptOptions>,
    ) -> Result<Self, ScriptError> {
        let mut builder = Builder::new(dialect, how.into());
        must_have_values(graph, step, dialect)?;
        let section = section_of(graph, step, dialect)?;
        let spans = statements_of(graph, step, dialect)?;
        let file = &graph.revision(step.node).file;
        for (n, span) in spans.iter().enumerate() {
            let sql = span.of(file.text());
            let lost = match dialect.session_effect(sql) {
                SessionEffect::State => n < done,
                SessionEffect::ReadsState => n >= done && done > 0,
                SessionEffect::Setting | SessionEffect::None => false,
            };
            if lost {
                return Err(ScriptError::Session { step, number: n + 1, sql: sql.to_owned() });
            }
        }
        builder.journalled(file, step, section, &spans, Some(done))?;
        Ok(Self { dialect, actions: builder.actions })
    }

    /// Returns the script of a stamp: rows change, and nothing runs. With `purge` the stamp was
    /// planned as if nothing were applied, and all rows are deleted first.
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

    /// Returns the script that makes changes of the version table in one transaction, and runs nothing.
    #[must_use]
    pub fn of_records(records: Vec<Record>, dialect: Dialect) -> Self {
        let begin = Action::Begin { foreign_keys: false };
        let records = records.into_iter().map(Action::Record);
        Self {
            dialect,
            actions: [begin].into_iter().chain(records).chain([Action::Commit]).collect(),
        }
    }

    /// Returns `true` if there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }
}

struct Builder {
    dialect: Dialect,
    how: ScriptOptions,
    actions: Vec<Action>,
    /// The open transaction: whether foreign keys are enforced in it.
    open: Option<bool>,
}

impl Builder {
    const fn new(dialect: Dialect, how: ScriptOptions) -> Self {
        Self { dialect, how, actions: Vec::new(), open: None }
    }

    fn step(&mut self, graph: &Graph, step: Step) -> Result<(), ScriptError> {
        must_have_values(graph, step, self.dialect)?;
        let section = section_of(graph, step, self.dialect)?;
        let statements = statements_of(graph, step, self.dialect)?;
        let journalled = !self.dialect.capabilities().transactional_ddl
            || section.is_some_and(|s| !s.transaction || s.batch.is_some());
        let calls = section.is_some_and(|section| section.function.is_some());
        if journalled && (calls || !statements.is_empty()) {
            let file = &graph.revision(step.node).file;
            return self.journalled(file, step, section, &statements, None);
        }
        let foreign_keys = section.is_some_and(|section| section.foreign_keys);
        if self.open.is_some_and(|open| open != foreign_keys) {
            self.commit();
        }
        if self.open.is_none() {
            self.actions.push(Action::Begin { foreign_keys });
            self.open = Some(foreign_keys);
        }
        self.actions.push(Action::Step(step));
        let patience = self.patience(section);
        self.set(patience);
        for (n, span) in statements.iter().enumerate() {
            let statement = Statement { node: step.node, span: *span, number: n + 1, alone: false };
            self.actions.push(Action::Statement(statement));
        }
        if calls {
            self.actions.push(Action::Function(step));
        }
        self.reset(patience);
        self.actions.push(Action::Record(Record::Done(step)));
        if self.how.transactions == Transactions::PerRevision {
            self.commit();
        }
        Ok(())
    }

    /// Adds statements one by one, each with its record: in one transaction where possible. The
    /// statement of a batch section is added once, and its batches are counted in its place; a function
    /// that is called for each batch stands for its marker. Any other function counts as one statement.
    fn journalled(
        &mut self,
        file: &SourceFile,
        step: Step,
        section: Option<&Section>,
        spans: &[Span],
        done: Option<usize>,
    ) -> Result<(), ScriptError> {
        let outside = section.is_some_and(|section| !section.transaction);
        let units = if outside { units(self.dialect, step, file, spans)? } else { Vec::new() };
        let foreign_keys = section.is_some_and(|section| section.foreign_keys);
        let patience = self.patience(section);
        self.commit();
        match done {
            None => {
                self.actions.push(Action::Step(step));
                self.actions.push(Action::Record(Record::Start(step)));
            }
            Some(done) => self.actions.push(Action::Resume(step, done)),
        }
        if outside {
            self.actions.push(Action::Outside { foreign_keys });
        }
        self.set(patience);
        for (n, span) in spans.iter().enumerate().take(done.unwrap_or(0)) {
            if self.dialect.session_effect(span.of(file.text())) == SessionEffect::Setting {
                let statement =
                    Statement { node: step.node, span: *span, number: n + 1, alone: false };
                self.actions.push(Action::Statement(statement));
            }
        }
        for unit in units.into_iter().filter(|unit| unit.last > done.unwrap_or(0)) {
            self.actions.push(Action::Record(Record::Attempt(step, unit)));
            let numbers = unit.first..=unit.last;
            self.actions.extend(numbers.zip(&spans[unit.before()..]).map(|(number, span)| {
                let node = step.node;
                Action::Statement(Statement { node, span: *span, number, alone: true })
            }));
            self.actions.push(Action::Record(Record::Progress(step, unit)));
        }
        let repeats = section.is_some_and(|section| section.batch.is_some());
        let marker = section.filter(|section| section.function.is_some()).map(|s| s.marker);
        if let Some(span) = marker.or(spans.first().copied()).filter(|_| repeats) {
            let statement = Statement { node: step.node, span, number: 1, alone: false };
            self.actions.push(Action::Batches(step, statement));
        }
        if marker.is_some() && !repeats && done.unwrap_or(0) == 0 {
            let progress = Action::Record(Record::Progress(step, Unit::of(1)));
            let begin = Action::Begin { foreign_keys };
            self.actions.extend([begin, Action::Function(step), progress, Action::Commit]);
        }
        let rest = if outside || repeats { &[] } else { spans };
        for unit in groups(self.dialect, file, rest, done.unwrap_or(0)) {
            let statement = |number: usize, alone| {
                let span = rest[number - 1];
                Action::Statement(Statement { node: step.node, span, number, alone })
            };
            let progress = Action::Record(Record::Progress(step, unit));
            if self.dialect.needs_autocommit(rest[unit.before()].of(file.text())) {
                let attempt = Action::Record(Record::Attempt(step, unit));
                self.actions.extend([attempt, statement(unit.first, true), progress]);
            } else {
                self.actions.push(Action::Begin { foreign_keys });
                self.actions.extend((unit.first..=unit.last).map(|n| statement(n, false)));
                self.actions.extend([progress, Action::Commit]);
            }
        }
        self.reset(patience);
        self.actions.push(Action::Record(Record::Finish(step)));
        Ok(())
    }

    /// The time limits of a section's statements.
    fn patience(&self, section: Option<&Section>) -> [Option<Duration>; 2] {
        [
            section.and_then(|s| s.lock_timeout).or(self.how.lock_timeout),
            section.and_then(|s| s.statement_timeout).or(self.how.statement_timeout),
        ]
    }

    fn set(&mut self, [lock, statement]: [Option<Duration>; 2]) {
        self.actions
            .extend(self.dialect.set_timeouts(lock, statement).into_iter().map(Action::Set));
    }

    fn reset(&mut self, [lock, statement]: [Option<Duration>; 2]) {
        let settings = self.dialect.reset_timeouts(lock.is_some(), statement.is_some());
        self.actions.extend(settings.into_iter().map(Action::Set));
    }

    fn commit(&mut self) {
        if self.open.take().is_some() {
            self.actions.push(Action::Commit);
        }
    }
}

/// Refuses a step whose SQL has placeholders in the place of values, or values for another database.
fn must_have_values(graph: &Graph, step: Step, dialect: Dialect) -> Result<(), ScriptError> {
    let revision = graph.revision(step.node);
    if let Some(quoted) = revision.quoted_for.filter(|quoted| *quoted != dialect) {
        return Err(ScriptError::QuotedFor { node: step.node, quoted, dialect });
    }
    match revision.unset_variables.as_slice() {
        [] => Ok(()),
        names => Err(ScriptError::Variables { node: step.node, names: names.to_vec() }),
    }
}

/// The most statements that share one transaction with the record of their end.
const MAX_GROUP_STATEMENTS: usize = 500;

/// The most bytes of their text.
const MAX_GROUP_BYTES: usize = 256 * 1024;

/// Divides the statements after the first `done` into units that share one record: a run of INSERTs
/// of literal rows, or a single statement.
///
/// A record costs several round trips and a write to disk, more than a small INSERT does. A
/// transaction holds the rows and the record together, so a group is done as a whole or not at all.
fn groups(dialect: Dialect, file: &SourceFile, spans: &[Span], done: usize) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    // The bytes of the last unit, while more may join it.
    let mut open: Option<usize> = None;
    for (span, number) in spans.iter().zip(1..).skip(done) {
        let sql = span.of(file.text());
        let bytes = dialect.inserts_literal_rows(sql).then_some(sql.len());
        match (open, bytes, units.last_mut()) {
            (Some(total), Some(bytes), Some(unit))
                if total + bytes <= MAX_GROUP_BYTES
                    && unit.last - unit.before() < MAX_GROUP_STATEMENTS =>
            {
                unit.last = number;
                open = Some(total + bytes);
            }
            _ => {
                units.push(Unit::of(number));
                open = bytes;
            }
        }
    }
    units
}

/// Groups the statements of a section outside of a transaction: those of a transaction of its own
/// form one unit, because nothing can be recorded between them.
fn units(
    dialect: Dialect,
    step: Step,
    file: &SourceFile,
    spans: &[Span],
) -> Result<Vec<Unit>, ScriptError> {
    let mut units = Vec::with_capacity(spans.len());
    let (mut first, mut open) = (1, None);
    for (span, number) in spans.iter().zip(1..) {
        open = dialect.transaction_after(open, span.of(file.text()));
        if open.is_none() {
            units.push(Unit { first, last: number });
            first = number + 1;
        }
    }
    if open.is_none() {
        return Ok(units);
    }
    let sql = spans[first - 1].of(file.text()).to_owned();
    Err(ScriptError::OpenTransaction { step, number: first, sql })
}
