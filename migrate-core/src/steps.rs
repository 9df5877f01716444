//! Operations as statements that a table with rows takes.
//!
//! A column that must have values gets them before it must: the value is a placeholder that the author of the
//! revision replaces. On a table that exists, what would block readers or writers for long is done in the
//! forms that do not.

use std::collections::BTreeSet;

use crate::dialect::{Dialect, DiffRules, OnlineOp, Unsupported, comment};
use crate::op::{ColumnChange, ConstraintKey, Op, Position, TableChange};
use crate::schema::{Column, Name, Schema, Table};

/// One statement of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The statement, without a semicolon.
    pub sql: String,
    /// What the author should look at.
    pub note: Option<String>,
    /// Whether it cannot run in a transaction, or should not share one.
    pub autocommit: bool,
}

impl Step {
    fn plain(sql: String) -> Self {
        Self { sql, note: None, autocommit: false }
    }

    /// The statement without a semicolon.
    pub(crate) fn statement(&self) -> &str {
        self.sql.trim_end().trim_end_matches(';').trim_end()
    }

    /// The note as comments, and the statement without a semicolon.
    pub(crate) fn text(&self) -> String {
        self.note.as_deref().map(comment).unwrap_or_default() + self.statement()
    }
}

/// Statements without further thought.
pub(crate) fn plain(dialect: Dialect, ops: &[Op]) -> Result<Vec<Step>, Unsupported> {
    Ok(dialect.statements(ops)?.into_iter().map(Step::plain).collect())
}

/// Statements for tables that have rows and that others use at the same time.
pub(crate) fn careful(
    dialect: Dialect,
    ops: Vec<Op>,
    before: &Schema,
    after: &Schema,
) -> Result<Vec<Step>, Unsupported> {
    Ok(written(dialect, ops, (before, after), true)?.steps)
}

/// Statements for tables that have rows.
pub(crate) fn filled(
    dialect: Dialect,
    ops: Vec<Op>,
    before: &Schema,
    after: &Schema,
) -> Result<Filled, Unsupported> {
    written(dialect, ops, (before, after), false)
}

/// Statements, and the columns that must have values which nothing here knows, as `users.email`.
pub(crate) struct Filled {
    pub(crate) steps: Vec<Step>,
    pub(crate) without_value: Vec<String>,
}

fn written(
    dialect: Dialect,
    ops: Vec<Op>,
    (before, after): (&Schema, &Schema),
    is_online: bool,
) -> Result<Filled, Unsupported> {
    let rules = dialect.diff_rules();
    let created: BTreeSet<Name> = ops
        .iter()
        .filter_map(|op| match op {
            Op::CreateTable { name, .. } => Some(name.clone()),
            _ => None,
        })
        .collect();
    let mut writer = Writer {
        dialect,
        rules,
        before,
        after,
        is_online,
        created,
        added: BTreeSet::new(),
        open: Vec::new(),
        steps: Vec::new(),
        without_value: Vec::new(),
    };
    for op in ops {
        writer.op(op)?;
    }
    writer.close()?;
    Ok(Filled { steps: writer.steps, without_value: writer.without_value })
}

struct Writer<'a> {
    dialect: Dialect,
    rules: &'static dyn DiffRules,
    before: &'a Schema,
    after: &'a Schema,
    /// Whether what would block others for long is done in the forms that do not.
    is_online: bool,
    created: BTreeSet<Name>,
    /// Columns that are there before the other changes of their tables.
    added: BTreeSet<(Name, String)>,
    /// Operations that are not written yet.
    open: Vec<Op>,
    steps: Vec<Step>,
    without_value: Vec<String>,
}

impl Writer<'_> {
    fn close(&mut self) -> Result<(), Unsupported> {
        let ops = std::mem::take(&mut self.open);
        self.steps.extend(plain(self.dialect, &ops)?);
        Ok(())
    }

    fn op(&mut self, op: Op) -> Result<(), Unsupported> {
        match &op {
            Op::AddColumn { table, column, .. } if self.wants_value(table, column) => {
                return self.filled_column(op);
            }
            Op::AlterColumn { table, column, change: ColumnChange::Nullable(false) } => {
                self.fill(&table.clone(), &column.clone())?;
            }
            Op::ReplaceColumn { table, column, with, .. } => {
                let old = self.before.tables.get(table).and_then(|of| of.column(column));
                let was_nullable = old.is_some_and(|of| of.nullable && of.generated.is_none());
                if was_nullable && !with.nullable && with.generated.is_none() {
                    self.fill(&table.clone(), &column.clone())?;
                }
            }
            Op::CopyRows { .. } => return self.copied_rows(op),
            _ => {}
        }
        let counted = self.rules.count_on(&op, self.before, self.after);
        self.written(op)?;
        if let Some(sql) = counted {
            self.close()?;
            let note = "the numbering goes on behind the rows that are there".to_owned();
            self.steps.push(Step { sql, note: Some(note), autocommit: false });
        }
        Ok(())
    }

    /// An operation that needs no statement beside its own.
    fn written(&mut self, op: Op) -> Result<(), Unsupported> {
        let table = changed_table(&op).filter(|name| !self.created.contains(*name));
        let Some(of) = table.and_then(|name| self.before.tables.get(name)) else {
            self.open.push(op);
            return Ok(());
        };
        self.online(op, of)
    }

    /// Changes a table that exists without blocking others for long.
    fn online(&mut self, op: Op, of: &Table) -> Result<(), Unsupported> {
        if !self.is_online {
            self.open.push(op);
            return Ok(());
        }
        for OnlineOp { op, autocommit } in self.rules.online(op, of) {
            if autocommit {
                self.close()?;
                let steps = plain(self.dialect, &[op])?;
                self.steps.extend(steps.into_iter().map(|step| Step { autocommit, ..step }));
            } else {
                self.open.push(op);
            }
        }
        Ok(())
    }

    /// Returns `true` if rows that are there need a value in a new column.
    fn wants_value(&self, table: &Name, column: &Column) -> bool {
        let exists = self.before.tables.contains_key(table) && !self.created.contains(table);
        exists
            && !column.nullable
            && column.default.is_none()
            && column.generated.is_none()
            && column.identity.is_none()
            && !self.is_in_primary_key(table, &column.name)
    }

    fn is_in_primary_key(&self, table: &Name, column: &str) -> bool {
        let key = self.after.tables.get(table).and_then(|of| of.primary_key.as_ref());
        key.is_some_and(|key| key.columns.iter().any(|own| own == column))
    }

    /// A new column in three steps: nullable, filled, not nullable.
    fn filled_column(&mut self, op: Op) -> Result<(), Unsupported> {
        let Op::AddColumn { table, column, constraints, position, if_not_exists } = op else {
            return Ok(());
        };
        if !self.is_online && self.rules.fills_by_default() {
            return self.column_with_default(&table, *column, constraints, position);
        }
        let open = Column { nullable: true, ..(*column).clone() };
        let Some(last) = self.rules.alter_column(&table, &open, &column) else {
            // The rebuild copies the rows.
            let op = Op::AddColumn { table, column, constraints, position, if_not_exists };
            self.open.push(op);
            return Ok(());
        };
        let is_first = self.may_add_first(&table, &column.name, &position);
        let kept = self.set_aside((!is_first).then_some(&table), Some(&table));
        self.open.push(Op::AddColumn {
            table: table.clone(),
            column: Box::new(open),
            constraints: constraints.clone(),
            position,
            if_not_exists,
        });
        self.fill(&table, &column.name)?;
        self.open.extend(kept);
        for mut op in last {
            if let Op::ReplaceColumn { constraints: own, .. } = &mut op {
                own.clone_from(&constraints);
            }
            let of = self.before.tables.get(&table).cloned().unwrap_or_default();
            self.online(op, &of)?;
        }
        Ok(())
    }

    /// A new column whose default fills the rows and goes.
    fn column_with_default(
        &mut self,
        table: &Name,
        column: Column,
        constraints: Box<Table>,
        position: Position,
    ) -> Result<(), Unsupported> {
        let value = self.value(table, &column.name);
        let default = value.as_ref().map(|(value, _)| value.clone());
        let first = Column { default, ..column.clone() };
        let last = self.rules.alter_column(table, &first, &column).filter(|_| value.is_some());
        self.close()?;
        self.open.push(Op::AddColumn {
            table: table.clone(),
            column: Box::new(first),
            constraints,
            position,
            if_not_exists: false,
        });
        self.close()?;
        match value {
            Some((_, note)) => {
                if let Some(step) = self.steps.last_mut() {
                    step.note.get_or_insert(note);
                }
            }
            None => self.note_next(table, &column.name),
        }
        self.open.extend(last.into_iter().flatten());
        Ok(())
    }

    /// The value for rows without one, and what to tell about it.
    fn value(&self, table: &Name, column: &str) -> Option<(String, String)> {
        let of = self.after.tables.get(table)?;
        let own = of.column(column)?;
        if let Some(default) = own.default.clone().filter(|_| own.identity.is_none()) {
            let note = format!("backfill: rows without {table}.{column} get its default");
            return Some((default, note));
        }
        if is_in_key(of, column) {
            return None;
        }
        let value = self.rules.placeholder(own, self.after)?;
        let note = format!(
            "backfill: {value} is a placeholder; choose {table}.{column} for the rows that are there"
        );
        Some((value, note))
    }

    /// Gives rows without a value one.
    fn fill(&mut self, table: &Name, column: &str) -> Result<(), Unsupported> {
        let value = self.value(table, column);
        let is_first = value.is_some() && self.may_fill_first(table, column);
        let kept = self.set_aside((!is_first).then_some(table), None);
        self.close()?;
        self.open = kept;
        match value {
            Some((value, note)) => {
                let sql = self.rules.fill_rows(table, column, &value);
                self.steps.push(Step { sql, note: Some(note), autocommit: false });
            }
            None => self.note_next(table, column),
        }
        Ok(())
    }

    /// Takes the changes of tables that are not written yet, but for one table, the new columns of another, and for
    /// tables that get keys on which others may stand. One statement makes all changes of a table, and some are allowed together only.
    fn set_aside(&mut self, except: Option<&Name>, columns_of: Option<&Name>) -> Vec<Op> {
        if !self.rules.table_holds_parts() {
            return Vec::new();
        }
        let is_kept = |op: &Op| {
            let table = match op {
                // A statement of its own.
                Op::DropConstraint { constraint: ConstraintKey::ForeignKey(_), .. }
                | Op::AlterTable { change: TableChange::Partitions(_), .. } => None,
                Op::DropIndex { table, .. } => table.as_ref(),
                op => op.altered_table(),
            };
            let stays = matches!(op, Op::AddColumn { .. }) && table == columns_of;
            table.is_some_and(|of| Some(of) != except && !stays && !self.adds_key(of))
        };
        let kept: Vec<Op> = self.open.iter().filter(|op| is_kept(op)).cloned().collect();
        self.open.retain(|op| !kept.contains(op));
        kept
    }

    /// Returns `true` if a change of a table that is not written yet adds a key.
    fn adds_key(&self, table: &Name) -> bool {
        let adds = |op: &Op| match op {
            Op::AddConstraint { table: of, .. } | Op::CreateIndex { table: of, .. } => of == table,
            _ => false,
        };
        self.open.iter().any(adds)
    }

    /// Returns `true` if a new column can be added and filled before the other changes of its table, together with
    /// the new columns before it: their places do not depend on the changes.
    fn may_add_first(&mut self, table: &Name, column: &str, position: &Position) -> bool {
        let Some(old) = self.before.tables.get(table).filter(|_| self.rules.table_holds_parts())
        else {
            return false;
        };
        let open = self.open.iter().filter_map(|op| match op {
            Op::AddColumn { table: of, column, position, .. } if of == table => {
                Some((column.name.as_str(), position))
            }
            _ => None,
        });
        let mut added: Vec<&str> = Vec::new();
        for (name, position) in open.chain([(column, position)]) {
            let has_place = match position {
                Position::After(other) => {
                    let is_there = added.contains(&other.as_str()) || old.column(other).is_some();
                    is_there || self.added.contains(&(table.clone(), other.clone()))
                }
                _ => true,
            };
            if !has_place || old.column(name).is_some() {
                return false;
            }
            added.push(name);
        }
        if self.adds_key(table) {
            return false;
        }
        let added: Vec<String> = added.into_iter().map(str::to_owned).collect();
        self.added.extend(added.into_iter().map(|column| (table.clone(), column)));
        true
    }

    /// Returns `true` if a column can be filled before the other changes of its table: it is there, nothing that is
    /// dropped restricts its values, and the changes so far add nothing on which others may stand.
    fn may_fill_first(&self, table: &Name, column: &str) -> bool {
        let Some(old) = self.before.tables.get(table).filter(|_| self.rules.table_holds_parts())
        else {
            return false;
        };
        let in_check = |check: &crate::schema::Check| check.expression.contains(column);
        let is_new = |op: &Op| {
            matches!(op, Op::AddColumn { table: of, column: added, .. }
                if of == table && added.name == column)
        };
        old.column(column).is_some()
            && !self.open.iter().any(is_new)
            && !is_in_key(old, column)
            && !old.checks.iter().any(in_check)
            && !self.adds_key(table)
    }

    /// No value suits all rows: the author has to write the statement.
    fn note_next(&mut self, table: &Name, column: &str) {
        let note = format!(
            "backfill: give {table}.{column} a value in every row behind this statement; no placeholder suits"
        );
        if let Some(step) = self.steps.last_mut() {
            step.note.get_or_insert(note);
        }
        self.without_value.push(format!("{table}.{column}"));
    }

    /// The rows of a table that is created again.
    fn copied_rows(&mut self, op: Op) -> Result<(), Unsupported> {
        let Op::CopyRows { from, to, mut columns, keeps_counter } = op else { return Ok(()) };
        let (Some(old), Some(new)) = (self.before.tables.get(&from), self.after.tables.get(&from))
        else {
            return Ok(());
        };
        let mut notes = Vec::new();
        for column in &new.columns {
            let was_open = old.columns.iter().any(|own| {
                own.name.eq_ignore_ascii_case(&column.name)
                    && own.nullable
                    && own.generated.is_none()
            });
            let is_new = !old.columns.iter().any(|own| own.name.eq_ignore_ascii_case(&column.name));
            let is_open = column.nullable
                || column.generated.is_some()
                || column.identity.is_some()
                || column.default.is_some();
            if is_open || !(is_new || was_open) {
                continue;
            }
            let in_key = self.is_in_primary_key(&from, &column.name);
            let value = self.value(&from, &column.name).filter(|_| !in_key);
            let Some((value, note)) = value else {
                // The number of a row is chosen where a statement gives none.
                if !(in_key && column.data_type.eq_ignore_ascii_case("INTEGER")) {
                    self.without_value.push(format!("{from}.{}", column.name));
                }
                continue;
            };
            notes.push(note);
            match columns.iter_mut().find(|(name, _)| *name == column.name) {
                Some((_, text)) => *text = format!("COALESCE({text}, {value})"),
                None => columns.push((column.name.clone(), value)),
            }
        }
        self.close()?;
        let mut steps = plain(self.dialect, &[Op::CopyRows { from, to, columns, keeps_counter }])?;
        if let Some(first) = steps.first_mut().filter(|_| !notes.is_empty()) {
            first.note = Some(notes.join("\n"));
        }
        self.steps.extend(steps);
        Ok(())
    }
}

fn is_in_key(table: &Table, column: &str) -> bool {
    let has = |columns: &[String]| columns.iter().any(|own| own == column);
    let keys = table.primary_key.iter().chain(&table.uniques);
    let is_indexed = table.indexes.values().any(|index| {
        index.unique && index.parts.iter().any(|part| part.column.as_deref() == Some(column))
    });
    keys.into_iter().any(|key| has(&key.columns))
        || table.foreign_keys.iter().any(|key| has(&key.columns))
        || is_indexed
}

/// The table that an operation changes, as far as it may block others.
const fn changed_table(op: &Op) -> Option<&Name> {
    match op {
        Op::CreateIndex { table, .. }
        | Op::DropIndex { table: Some(table), .. }
        | Op::AddConstraint { table, .. }
        | Op::AlterColumn { table, .. } => Some(table),
        _ => None,
    }
}
