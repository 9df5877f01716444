//! Reads the statements of a range: which of them the schema alone stands for, and which are kept.

use std::collections::BTreeSet;

use super::range::Range;
use super::{Place, SquashError, SquashRequest};
use crate::apply::State;
use crate::dialect::Dialect;
use crate::evolution::apply_statements;
use crate::graph::{Graph, Node};
use crate::op::Op;
use crate::revision::{Revision, Section};
use crate::schema::{Name, Schema};
use crate::source::Span;

/// A statement of the range.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) place: Place,
    pub(super) sql: String,
    pub(super) part: Part,
    /// Objects whose definition it changes, and tables whose rows it reads or changes.
    pub(super) touches: BTreeSet<Name>,
    /// The tables whose rows it changes, where that is known.
    pub(super) writes: BTreeSet<Name>,
    pub(super) has_foreign_keys: bool,
}

/// What becomes of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The schema stands for it.
    Schema,
    /// It is kept as it is, because it changes rows.
    Rows,
    /// It is kept as it is, because it changes objects that may hold rows.
    Existing,
    /// It is kept as it is, because its effect is not known.
    Unknown,
    /// It has no effect on a database that runs the squashed revision.
    LeftOut(&'static str),
}

impl Part {
    /// Why a statement is kept or left out.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Schema => "",
            Self::Rows => "it changes rows",
            Self::Existing => "it changes objects that may hold rows",
            Self::Unknown => "its effect on the schema is not known",
            Self::LeftOut(why) => why,
        }
    }
}

/// Settings without an effect on the schema or the rows.
const HARMLESS: [&str; 10] = [
    "lock_timeout",
    "statement_timeout",
    "idle_in_transaction_session_timeout",
    "client_min_messages",
    "client_encoding",
    "names",
    "foreign_keys",
    "foreign_key_checks",
    "unique_checks",
    "innodb_lock_wait_timeout",
];

/// Reads the statements of a range for one database.
pub(super) struct Reader<'a> {
    graph: &'a Graph,
    dialect: Dialect,
    request: &'a SquashRequest,
    state: State,
    /// The objects that exist before the range.
    existing: Schema,
    /// Tables that may hold rows on a database that runs the squashed revision.
    filled: BTreeSet<Name>,
    items: Vec<Item>,
}

/// The statements, and the schema before and after the range.
pub(super) struct Statements {
    pub(super) items: Vec<Item>,
    pub(super) before: State,
    pub(super) after: State,
    /// Whether the database certainly refuses one of them.
    pub(super) has_refusals: bool,
}

/// Reads the statements of a range.
pub(super) fn read(
    graph: &Graph,
    dialect: Dialect,
    range: &Range,
    before: State,
    request: &SquashRequest,
) -> Result<Statements, SquashError> {
    let filled = before.schema().tables.keys().cloned().collect();
    let mut reader = Reader {
        graph,
        dialect,
        request,
        existing: before.schema().clone(),
        state: before.clone(),
        filled,
        items: Vec::new(),
    };
    let mut has_refusals = false;
    for node in &range.members {
        has_refusals |= reader.revision(*node)?;
    }
    reader.state.release_all();
    Ok(Statements { items: reader.items, before, after: reader.state, has_refusals })
}

impl Reader<'_> {
    /// Reads the up of a revision; `true` if the database certainly refuses a statement.
    fn revision(&mut self, node: Node) -> Result<bool, SquashError> {
        let revision = self.graph.revision(node);
        self.state.reset_session();
        if let Some(effect) = revision.effect(self.dialect) {
            let place = place(revision, effect.marker, self.dialect);
            return Err(SquashError::new(format!(
                "{place}: the effect of dynamic SQL is stated for the whole up of {}",
                revision.id()
            ))
            .help("squash the revisions before it and those after it"));
        }
        let Some(section) = revision.up(self.dialect) else {
            if revision.is_merge() {
                return Ok(false);
            }
            return Err(SquashError::new(format!(
                "revision {} has no up for {}",
                revision.id(),
                self.dialect
            ))
            .help(format!("add it to {}", revision.file.path())));
        };
        self.check_section(revision, section)?;
        let mut has_refusals = false;
        for span in section.statements(&revision.file, self.dialect).iter() {
            has_refusals |= self.statement(revision, section, *span)?;
        }
        Ok(has_refusals)
    }

    fn is_left_out(&self, revision: &Revision) -> bool {
        self.request.leave_out.iter().any(|id| id == revision.id().as_str())
    }

    /// Refuses what a plain section cannot hold.
    fn check_section(&self, revision: &Revision, section: &Section) -> Result<(), SquashError> {
        if let Some(function) = &section.function
            && !self.is_left_out(revision)
        {
            let place = place(revision, section.marker, self.dialect);
            return Err(SquashError::new(format!(
                "{place}: revision {} calls the Rust function `{function}`, which SQL cannot",
                revision.id()
            ))
            .help("squash the revisions before it and those after it")
            .help(format!(
                "or, if a fresh database does not need it: `--leave-out {}`",
                revision.id()
            )));
        }
        Ok(())
    }

    fn statement(
        &mut self,
        revision: &Revision,
        section: &Section,
        span: Span,
    ) -> Result<bool, SquashError> {
        let text = revision.file.text();
        let sql = span.of(text);
        let ops: Option<Vec<Op>> = match self.dialect.parse(text, span) {
            Some(Ok(ops)) => Some(ops.into_iter().map(|op| op.value).collect()),
            _ => None,
        };
        self.state.checkpoint();
        let refused = apply_statements(&mut self.state, self.dialect, text, &[span], false);
        let (old, new) = self.state.changed(1);
        self.state.release();
        let place = place(revision, span, self.dialect);
        if self.dialect.transaction_after(None, sql).is_some() {
            return Err(SquashError::new(format!("{place}: the section controls transactions"))
                .help("squash the revisions before it and those after it"));
        }
        let mut touches: BTreeSet<Name> = names(&old).chain(names(&new)).cloned().collect();
        let mut writes = BTreeSet::new();
        let part = match ops.filter(|_| refused.is_empty()) {
            None => Part::Unknown,
            Some(ops) => {
                let written = ops.iter().filter_map(|op| match op {
                    Op::Rows { writes, .. } => writes.as_ref(),
                    Op::CopyRows { to, .. } => Some(to),
                    _ => None,
                });
                writes.extend(written.map(|name| self.state.fold(name)));
                self.part_of(revision, &place, sql, &ops, &old, &mut touches)?
            }
        };
        self.fill(part, &touches, &new, sql);
        if section.batch.is_some() && matches!(part, Part::Rows | Part::Unknown) {
            return Err(SquashError::new(format!(
                "{place}: a batch section cannot be joined with others"
            ))
            .help("squash the revisions before it and those after it")
            .help(format!(
                "or, if a fresh database does not need it: `--leave-out {}`",
                revision.id()
            )));
        }
        self.items.push(Item {
            place,
            sql: sql.to_owned(),
            part,
            touches,
            writes,
            has_foreign_keys: section.foreign_keys,
        });
        Ok(!refused.is_empty())
    }

    fn part_of(
        &self,
        revision: &Revision,
        place: &Place,
        sql: &str,
        ops: &[Op],
        old: &Schema,
        touches: &mut BTreeSet<Name>,
    ) -> Result<Part, SquashError> {
        let is_set = |op: &Op| matches!(op, Op::Set { .. });
        if ops.iter().all(is_set) && !ops.is_empty() {
            let is_harmless =
                |op: &Op| matches!(op, Op::Set { name, .. } if HARMLESS.contains(&name.as_str()));
            if ops.iter().all(is_harmless) || self.is_left_out(revision) {
                return Ok(Part::LeftOut("it changes a setting of the session"));
            }
            return Err(SquashError::new(format!(
                "{place}: the statement changes a setting of the session"
            ))
            .help("it ends with its revision, and would hold for all statements behind it")
            .help(format!(
                "if the statements of the range do not need it: `--leave-out {}`",
                revision.id()
            )));
        }
        let is_rows = |op: &Op| matches!(op, Op::Rows { .. } | Op::CopyRows { .. });
        if ops.iter().any(is_rows) {
            for op in ops {
                touches.extend(rows_of(op).map(|name| self.state.fold(name)));
            }
            return Ok(self.rows(revision, sql, ops));
        }
        if ops.iter().any(Op::may_change_anything) {
            return Ok(Part::Unknown);
        }
        Ok(if self.alters_existing(old) { Part::Existing } else { Part::Schema })
    }

    /// What becomes of a statement about rows.
    fn rows(&self, revision: &Revision, sql: &str, ops: &[Op]) -> Part {
        if self.is_left_out(revision) {
            return Part::LeftOut("`--leave-out` names its revision");
        }
        let is_filled = |name: &Name| self.filled.contains(&self.state.fold(name));
        let copies_nothing = |op: &Op| matches!(op, Op::CopyRows { from, .. } if !is_filled(from));
        if ops.iter().all(copies_nothing) {
            return Part::LeftOut("the table that it copies has no rows yet");
        }
        let word = sql.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next();
        let changes_only = word.is_some_and(|word| {
            ["update", "delete", "truncate"].iter().any(|known| word.eq_ignore_ascii_case(known))
        });
        let has_no_rows = |op: &Op| match op {
            Op::Rows { writes: Some(table), .. } => {
                let table = self.state.fold(table);
                let known = self.state.schema().tables.get(&table);
                known.is_some_and(|known| known.triggers.is_empty())
                    && !self.filled.contains(&table)
            }
            _ => false,
        };
        if changes_only && ops.iter().all(has_no_rows) {
            return Part::LeftOut("its table has no rows yet");
        }
        Part::Rows
    }

    /// Returns `true` if a statement changes an object that existed before the range or may hold rows.
    fn alters_existing(&self, old: &Schema) -> bool {
        let is_old_other = old.others.keys().any(|key| self.existing.others.contains_key(key));
        let is_old = names(old).any(|name| {
            self.existing.tables.contains_key(name)
                || self.existing.views.contains_key(name)
                || self.existing.enums.contains_key(name)
                || self.existing.domains.contains_key(name)
                || self.existing.sequences.contains_key(name)
        });
        let has_types =
            !(old.enums.is_empty() && old.domains.is_empty() && old.sequences.is_empty());
        let is_filled = old.tables.keys().any(|table| self.filled.contains(table));
        is_old || is_old_other || is_filled || has_types && !self.filled.is_empty()
    }

    /// Marks the tables that have rows after a statement.
    fn fill(&mut self, part: Part, touches: &BTreeSet<Name>, new: &Schema, sql: &str) {
        let schema = self.state.schema();
        match part {
            Part::Schema | Part::LeftOut(_) => {}
            Part::Existing => self.filled.extend(new.tables.keys().cloned()),
            Part::Unknown => self.filled.extend(schema.tables.keys().cloned()),
            Part::Rows => {
                let known = |name: &&Name| schema.tables.contains_key(*name);
                let has_trigger =
                    |name: &Name| schema.tables.get(name).is_some_and(|t| !t.triggers.is_empty());
                let is_plain = sql
                    .trim_start()
                    .get(..6)
                    .is_some_and(|word| !word.eq_ignore_ascii_case("select"));
                if is_plain
                    && touches.iter().any(|name| schema.tables.contains_key(name))
                    && !touches.iter().any(has_trigger)
                {
                    self.filled.extend(touches.iter().filter(known).cloned());
                } else {
                    self.filled.extend(schema.tables.keys().cloned());
                }
            }
        }
    }
}

/// The names of the objects of a schema.
fn names(schema: &Schema) -> impl Iterator<Item = &Name> {
    let types = schema.enums.keys().chain(schema.domains.keys());
    schema.tables.keys().chain(schema.views.keys()).chain(types).chain(schema.sequences.keys())
}

/// The tables whose rows an operation reads or changes.
fn rows_of(op: &Op) -> impl Iterator<Item = &Name> {
    let (reads, one, other) = match op {
        Op::Rows { reads, writes } => (reads.as_slice(), writes.as_ref(), None),
        Op::CopyRows { from, to, .. } => (&[][..], Some(from), Some(to)),
        _ => (&[][..], None, None),
    };
    reads.iter().chain(one).chain(other)
}

pub(super) fn place(revision: &Revision, span: Span, dialect: Dialect) -> Place {
    let text = span.of(revision.file.text());
    Place {
        revision: revision.id().clone(),
        path: revision.file.path().to_owned(),
        line: revision.file.line(span.start),
        statement: text.lines().next().unwrap_or_default().trim().to_owned(),
        dialect,
    }
}
