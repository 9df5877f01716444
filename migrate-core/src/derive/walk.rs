//! Applies an up and notes what undoing it needs.

use std::collections::BTreeSet;

use super::Missing;
use super::lineage::{Lineage, found};
use super::rows::assigned;
use crate::apply::{State, apply};
use crate::dialect::Dialect;
use crate::evolution::{forget, is_opaque};
use crate::inverse::{inner, new_mark, presented, renamed_back, way_back};
use crate::op::{Located, Op};
use crate::revision::{Revision, Section};
use crate::schema::{Kind, Name};
use crate::source::Span;

/// The schema behind an up, and how it came about.
pub(super) struct Walk {
    dialect: Dialect,
    /// The schema behind the up.
    pub(super) state: State,
    /// What every table was before.
    pub(super) lineage: Lineage,
    /// The section.
    pub(super) whole: Span,
    /// The renames that undo those of the up, in the order of the up.
    renames: Vec<(Op, Renamed)>,
    /// Changes of rows of tables that were there before.
    rows: Vec<ChangedRows>,
    missing: Vec<Missing>,
    /// The indexes that are created or dropped while writers go on.
    concurrent: BTreeSet<String>,
}

/// What a rename is of.
enum Renamed {
    /// A table or view, by its name before.
    Relation(Option<Name>),
    /// A column, by the names before of its table and itself.
    Column(Option<(Name, String)>),
    /// Something else.
    Other,
}

/// A statement that changes rows.
struct ChangedRows {
    span: Span,
    /// The table, by its name before.
    table: Name,
    /// The columns that an `UPDATE` assigns, by their names before; `None` where whole rows change.
    columns: Option<Vec<String>>,
}

impl Walk {
    pub(super) fn of(dialect: Dialect, before: &State, revision: &Revision) -> Self {
        let lineage = Lineage::new(dialect, before.schema());
        let mut walk = Self {
            dialect,
            state: before.snapshot(),
            lineage,
            whole: revision.up(dialect).map_or_else(Span::default, |up| up.marker),
            renames: Vec::new(),
            rows: Vec::new(),
            missing: Vec::new(),
            concurrent: BTreeSet::new(),
        };
        let text = revision.file.text();
        for statement in statements(dialect, revision) {
            walk.statement(before, text, &statement);
        }
        walk.state.reset_session();
        walk
    }

    fn statement(&mut self, before: &State, text: &str, statement: &Statement) {
        let span = statement.span;
        let ops = match &statement.ops {
            Ok(ops) => ops,
            Err(why) => {
                self.missing.push(Missing { is_refused: true, ..Missing::new(span, why.clone()) });
                forget(&mut self.state, self.dialect, text, span);
                return;
            }
        };
        let mut reason = None;
        for op in ops {
            self.note(before, &op.value, span, text);
            let known = self.state.unknown().clone();
            self.lineage.follow(&self.state, &op.value, span.of(text));
            if let Err(fault) = apply(&mut self.state, op) {
                let why = format!("the database refuses it: {fault}");
                self.missing.push(Missing { is_refused: true, ..Missing::new(span, why) });
                forget(&mut self.state, self.dialect, text, span);
                return;
            }
            reason = reason.or_else(|| match inner(&op.value) {
                Op::Opaque { .. } => Some("the statement is not understood".to_owned()),
                op => new_mark(before, &known, &self.state, op),
            });
        }
        self.missing.extend(reason.map(|why| Missing::new(span, why)));
    }

    /// Notes what undoing an operation needs, before it is applied.
    fn note(&mut self, before: &State, op: &Op, span: Span, text: &str) {
        if let Some(back) = renamed_back(self.dialect, &self.state, op) {
            let of = self.renamed(before, &back);
            self.renames.push((back, of));
        }
        match inner(op) {
            Op::CreateIndex { name: Some(name), concurrently: true, .. } => {
                self.concurrent.insert(name.clone());
            }
            Op::DropIndex { name, concurrently: true, .. } => {
                self.concurrent.insert(name.name.clone());
            }
            Op::Rows { writes: Some(table), .. } => self.changed_rows(table, span, text),
            _ => {}
        }
    }

    fn changed_rows(&mut self, table: &Name, span: Span, text: &str) {
        let name = found(&self.state, table);
        if name.as_ref().is_some_and(|name| self.lineage.is_new(name)) {
            return;
        }
        let origin = name.as_ref().and_then(|name| self.lineage.origin(name));
        let origin = origin.cloned().unwrap_or_else(|| table.clone());
        let names = assigned(span.of(text), self.dialect.lex_rules());
        let columns = names.zip(name).map(|(names, table)| {
            let of = self.state.table(&table);
            let spelled = |column: String| {
                of.and_then(|of| self.state.spelled_column(of, &column)).unwrap_or(column)
            };
            let names = names.into_iter().map(spelled);
            names.filter_map(|column| self.lineage.column_before(&table, &column)).collect()
        });
        self.rows.push(ChangedRows { span, table: origin, columns });
    }

    /// What a rename is of; `back` is the one that undoes it.
    fn renamed(&self, before: &State, back: &Op) -> Renamed {
        match back {
            Op::RenameTable { to, .. } => Renamed::Relation(self.lineage.origin(to).cloned()),
            Op::RenameColumn { table, to, .. } => {
                let names = self.lineage.origin(table).cloned();
                Renamed::Column(names.zip(self.lineage.column_before(table, to)))
            }
            Op::Rename { subject, to, .. }
                if matches!(subject.kind, Kind::View | Kind::MaterialisedView) =>
            {
                let old = Name { name: to.clone(), ..subject.name.clone() };
                Renamed::Relation(
                    found(&self.state, &old).filter(|name| before.view(name).is_some()),
                )
            }
            _ => Renamed::Other,
        }
    }

    /// The renames that undo those of the up, in the order in which they run: those of objects that were there
    /// before and are there still. Without `with_all` only those of tables and columns.
    pub(super) fn renames_back(&self, before: &State, with_all: bool) -> Vec<Op> {
        let copied = self.lineage.copied_columns().into_iter();
        let copied = copied.map(|(table, column, to)| Op::RenameColumn { table, column, to });
        let after = self.state.schema();
        let is_kept = |(back, of): &&(Op, Renamed)| match of {
            Renamed::Relation(name) => {
                name.as_ref().is_some_and(|name| self.lineage.is_alive(name))
            }
            Renamed::Column(names) => names.as_ref().is_some_and(|(table, column)| {
                self.lineage.is_alive(table)
                    && self.lineage.column_now(table, column, after).is_some()
            }),
            Renamed::Other => with_all && was_there(before, back),
        };
        let own = self.renames.iter().rev().filter(is_kept).map(|(back, _)| back.clone());
        copied.chain(own).collect()
    }

    /// Creates and drops indexes as the up does: while writers go on.
    pub(super) fn concurrently(&self, mut ops: Vec<Op>) -> Vec<Op> {
        for op in &mut ops {
            match op {
                Op::CreateIndex { name: Some(name), concurrently, .. } => {
                    *concurrently |= self.concurrent.contains(name);
                }
                Op::DropIndex { name, concurrently, .. } => {
                    *concurrently |= self.concurrent.contains(&name.name);
                }
                _ => {}
            }
        }
        ops
    }

    /// What undoes each operation, the last first, and what is left out.
    pub(super) fn one_by_one(
        &self,
        before: &State,
        revision: &Revision,
    ) -> (Vec<Vec<Op>>, Vec<String>) {
        let (mut groups, mut left_out) = (Vec::new(), Vec::new());
        let mut state = before.snapshot();
        for statement in statements(self.dialect, revision) {
            for op in statement.ops.into_iter().flatten() {
                let earlier = state.snapshot();
                let renames: Vec<Op> =
                    renamed_back(self.dialect, &earlier, &op.value).into_iter().collect();
                if apply(&mut state, &op).is_err() {
                    forget(&mut state, self.dialect, revision.file.text(), statement.span);
                    break;
                }
                let ways = [renames, Vec::new()].into_iter();
                let mut ways =
                    ways.filter_map(|renames| way_back(self.dialect, &earlier, &state, renames));
                if let Some(way) = ways.next() {
                    groups.push([way.renames, way.rest].concat());
                    left_out.extend(way.left_out);
                }
            }
        }
        groups.reverse();
        (groups, left_out)
    }

    /// The statements that are not undone: those that are not understood, and those that change rows which
    /// are there still.
    pub(super) fn missing(&self) -> Vec<Missing> {
        let after = presented(self.dialect, &self.state);
        let stays = |rows: &&ChangedRows| match &rows.columns {
            _ if !self.lineage.has_rows(&rows.table) => false,
            Some(columns) => columns
                .iter()
                .any(|column| self.lineage.column_now(&rows.table, column, &after).is_some()),
            None => true,
        };
        let why = |rows: &ChangedRows| Missing::new(rows.span, "the rows before it are not known");
        let mut all = self.missing.clone();
        all.extend(self.rows.iter().filter(stays).map(why));
        all.sort_by_key(|one| one.span);
        all
    }
}

/// A statement of an up.
struct Statement {
    span: Span,
    /// Its operations, or why they are not known.
    ops: Result<Vec<Located<Op>>, String>,
}

/// The statements of an up, then those of its stated effect, which stands for what is not understood.
fn statements(dialect: Dialect, revision: &Revision) -> Vec<Statement> {
    let effect = revision.effect(dialect);
    let up = revision.up(dialect);
    let mut all = up.map_or_else(Vec::new, |up| of_section(dialect, revision, up));
    if let Some(effect) = effect {
        for statement in &mut all {
            match &mut statement.ops {
                Ok(ops) => ops.retain(|op| !is_opaque(op)),
                ops @ Err(_) => *ops = Ok(Vec::new()),
            }
        }
        all.extend(of_section(dialect, revision, effect));
    }
    all
}

fn of_section(dialect: Dialect, revision: &Revision, section: &Section) -> Vec<Statement> {
    let spans = section.statements(&revision.file, dialect);
    let read = |span: &Span| {
        let ops = dialect.parse(revision.file.text(), *span).unwrap_or_else(|| Ok(Vec::new()));
        Statement {
            span: *span,
            ops: ops.map_err(|error| format!("it is not understood: {error}")),
        }
    };
    spans.iter().map(read).collect()
}

/// Returns `true` if the object that a rename gives its name back was there before.
fn was_there(before: &State, back: &Op) -> bool {
    let schema = before.schema();
    match back {
        Op::Rename { subject, to, .. } => {
            let own = Name { name: to.clone(), ..subject.name.clone() };
            match (subject.kind, &subject.part) {
                (Kind::Enum | Kind::Domain | Kind::Type, None) => {
                    schema.enums.contains_key(&own)
                        || schema.domains.contains_key(&own)
                        || before.other(Kind::Type, &own.to_string()).is_some()
                }
                (Kind::Index, _) => {
                    !before.owners_of(Kind::Index, to).is_empty()
                        || !before.owners_of(Kind::Constraint, to).is_empty()
                }
                (Kind::Sequence, _) => {
                    schema.sequences.contains_key(&own)
                        || !before.owners_of(Kind::Sequence, to).is_empty()
                }
                (Kind::Trigger, _) => !before.owners_of(Kind::Trigger, to).is_empty(),
                (
                    Kind::PrimaryKey
                    | Kind::Unique
                    | Kind::Check
                    | Kind::ForeignKey
                    | Kind::Constraint,
                    _,
                ) => !before.owners_of(Kind::Constraint, to).is_empty(),
                _ => true,
            }
        }
        Op::RenameEnumValue { name, to, .. } => {
            schema.enums.get(name).is_none_or(|value| value.labels.contains(to))
        }
        _ => true,
    }
}
