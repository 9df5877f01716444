//! `ALTER TABLE`. Its actions happen at once; the operations come in an order in which they happen
//! one by one with the same result.

use super::action::{self, convert_to, partitions_change, position, without_effect};
use super::column::{NewColumn, column};
use super::grammar::{
    column_name, end_of_item, group, if_exists, if_not_exists, one_of, qualified, written,
};
use super::interplay::settle;
use super::key::{Element, KeyKind, NewKey, begins_element, element};
use super::option::{TableOption, option, partition_by, partitions};
use super::swap::order_renames;
use super::text_type::collation;
use crate::op::{Condition, Located, Op, Position, Subject, TableChange, TableConstraint};
use crate::schema::{Kind, Name};
use crate::source::Span;
use crate::sql::{Cursor, Unexpected};

/// When an action happens among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// A key that a foreign key may need in place of one that is dropped.
    ReplaceKeys,
    DropKeys,
    RenameKeys,
    /// A column that states none gets the new one.
    DefaultCharset,
    /// Whether a column exists is asked before the others are changed.
    AddMissing,
    /// Another column may take the name.
    DropColumns,
    ChangeColumns,
    AddColumns,
    AddKeys,
    /// A new key on a new column may serve a foreign key in place of a dropped one.
    DropReplacedKeys,
    /// The options of the table come after, wherever they stand.
    Convert,
    Options,
    Rename,
}

/// What is collected of a statement.
struct Actions {
    table: Name,
    /// Whether a table of the name may be missing.
    if_exists: bool,
    ops: Vec<(Phase, Located<Op>)>,
}

/// Reads the statement behind `ALTER TABLE`.
pub(super) fn alter_table(mut cursor: Cursor<'_>) -> Result<Vec<Located<Op>>, Unexpected> {
    let if_exists = if_exists(&mut cursor)?;
    let table = qualified(&mut cursor, "the name of a table")?;
    wait(&mut cursor)?;
    let mut actions = Actions { table, if_exists, ops: Vec::new() };
    let mut comma = false;
    while !cursor.is_empty() || comma {
        let mut start = cursor;
        let mut found = option(&mut cursor)?;
        if found.is_none() {
            actions.action(&mut cursor)?;
        }
        // Options of the table may stand without commas between them.
        while let Some(option_of_table) = found {
            actions.option(option_of_table, start.before(&cursor).span());
            start = cursor;
            found = option(&mut cursor)?;
        }
        comma = cursor.eat(",");
        if !comma && !cursor.is_empty() && !begins_partitions(&cursor) {
            return Err(cursor.unexpected("`,` or the end of the statement"));
        }
    }
    Ok(actions.finish())
}

/// Passes over how long the statement waits for a lock.
pub(super) fn wait(cursor: &mut Cursor<'_>) -> Result<(), Unexpected> {
    if cursor.eat("WAIT") {
        super::grammar::number(cursor)?;
    } else {
        cursor.eat("NOWAIT");
    }
    Ok(())
}

/// Partitions may follow the actions without a comma.
fn begins_partitions(cursor: &Cursor<'_>) -> bool {
    cursor.is("PARTITION BY") || cursor.is("REMOVE PARTITIONING")
}

impl Actions {
    fn push(&mut self, phase: Phase, span: Span, op: Op) {
        self.ops.push((phase, Located { value: op, span }));
    }

    fn finish(self) -> Vec<Located<Op>> {
        let Self { table, if_exists, mut ops } = self;
        settle(&mut ops);
        // The last of several new names is the one.
        let last = ops.iter().rposition(|(phase, _)| *phase == Phase::Rename);
        let mut at = 0..;
        ops.retain(|(phase, _)| at.next() == last || *phase != Phase::Rename);
        // A stable order keeps that of the statement within a phase.
        ops.sort_by_key(|(phase, _)| *phase);
        let mut ops = order_renames(ops.into_iter().map(|(_, op)| op).collect());
        if if_exists {
            for op in &mut ops {
                let condition = Condition::TableExists(table.clone());
                let inner = std::mem::replace(&mut op.value, Op::Opaque { names: Vec::new() });
                op.value = Op::Conditional { condition, op: Box::new(inner) };
            }
        }
        ops
    }

    fn change(&mut self, span: Span, change: TableChange) {
        let op = Op::AlterTable { table: self.table.clone(), change };
        self.push(Phase::Options, span, op);
    }

    fn option(&mut self, option: TableOption, span: Span) {
        match option {
            TableOption::Option(name, value) => {
                let value = value.filter(|value| name != "charset" || value != "default");
                let is_default = matches!(name.as_str(), "charset" | "collation");
                let change = TableChange::Option { name, value };
                let op = Op::AlterTable { table: self.table.clone(), change };
                let phase = if is_default { Phase::DefaultCharset } else { Phase::Options };
                self.push(phase, span, op);
            }
            TableOption::Comment(comment) => {
                let name = self.table.clone();
                let subject = Subject { kind: Kind::Table, name, part: None };
                let comment = Some(comment).filter(|comment| !comment.is_empty());
                self.push(Phase::Options, span, Op::Comment { subject, comment });
            }
            TableOption::None => {}
        }
    }

    fn action(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Unexpected> {
        let start = *cursor;
        let here = |cursor: &Cursor<'_>| start.before(cursor).span();
        if cursor.eat("ADD") {
            return self.add(start, cursor);
        }
        if cursor.eat("DROP") {
            let (phase, op) = action::drop(self.table.clone(), cursor)?;
            self.push(phase, here(cursor), op);
            return Ok(());
        }
        if let Some(word) = cursor.eat_any(&["MODIFY", "CHANGE"]) {
            return self.replace(start, cursor, word == "CHANGE");
        }
        if cursor.eat("ALTER") {
            let (phase, op) = action::alter(self.table.clone(), cursor)?;
            self.push(phase, here(cursor), op);
            return Ok(());
        }
        if cursor.eat("RENAME") {
            let (phase, op) = action::rename(self.table.clone(), cursor)?;
            self.push(phase, here(cursor), op);
            return Ok(());
        }
        if cursor.eat("CONVERT TO") {
            let charset = convert_to(cursor)?;
            let collation = if cursor.eat("COLLATE") { Some(collation(cursor)?) } else { None };
            let defined = Vec::new();
            let change = TableChange::ConvertCharset { charset, collation, defined };
            let op = Op::AlterTable { table: self.table.clone(), change };
            self.push(Phase::Convert, here(cursor), op);
            return Ok(());
        }
        if cursor.is("PARTITION BY") {
            partition_by(cursor)?;
            let text = written(start.before(cursor));
            self.change(here(cursor), TableChange::Partitions(text));
            return Ok(());
        }
        if partitions_change(cursor)? {
            let text = written(start.before(cursor));
            self.change(here(cursor), TableChange::Partitions(text));
            return Ok(());
        }
        without_effect(cursor)
    }

    fn add(&mut self, start: Cursor<'_>, cursor: &mut Cursor<'_>) -> Result<(), Unexpected> {
        let here = |cursor: &Cursor<'_>| start.before(cursor).span();
        if cursor.eat("SYSTEM VERSIONING") {
            let name = "with system versioning".to_owned();
            self.change(here(cursor), TableChange::Option { name, value: Some(String::new()) });
            return Ok(());
        }
        if cursor.eat("PARTITION") {
            if_not_exists(cursor)?;
            cursor.eat_any(&["NO_WRITE_TO_BINLOG", "LOCAL"]);
            if cursor.is("(") {
                partitions(group(cursor)?)?;
            } else {
                one_of(cursor, &["PARTITIONS"])?;
                super::grammar::number(cursor)?;
            }
            cursor.end()?;
            let text = written(start.before(cursor));
            self.change(here(cursor), TableChange::Partitions(text));
            return Ok(());
        }
        if begins_element(cursor) {
            let element = element(cursor)?;
            self.element(element, here(cursor));
            return Ok(());
        }
        cursor.eat("COLUMN");
        let if_not_exists = if_not_exists(cursor)?;
        if !cursor.is("(") {
            let found = column(cursor)?;
            let position = position(cursor)?;
            self.column(found, position, if_not_exists, here(cursor));
            return Ok(());
        }
        let list = group(cursor)?;
        if list.is_empty() {
            return Err(list.unexpected("a column"));
        }
        for mut item in list.items() {
            let span = item.span();
            if begins_element(&item) {
                let element = element(&mut item)?;
                end_of_item(item)?;
                self.element(element, span);
            } else {
                let found = column(&mut item)?;
                end_of_item(item)?;
                self.column(found, Position::Last, if_not_exists, span);
            }
        }
        Ok(())
    }

    fn column(&mut self, found: NewColumn, position: Position, if_not_exists: bool, span: Span) {
        let table = self.table.clone();
        let (column, constraints) = found.parts(true);
        let (column, constraints) = (Box::new(column), Box::new(constraints));
        let add = Op::AddColumn { table, column, constraints, position, if_not_exists };
        self.push(Phase::AddColumns, span, add);
    }

    fn element(&mut self, element: Element, span: Span) {
        let table = self.table.clone();
        let constraint = |constraint, using_index, if_not_exists| Op::AddConstraint {
            table: table.clone(),
            constraint: Box::new(constraint),
            using_index,
            if_not_exists,
        };
        let op = match element {
            Element::Key(key) => {
                let NewKey { kind, name, index, primary, if_not_exists } = *key;
                let (index, or_replace, concurrently) = (Box::new(index), false, false);
                match kind {
                    KeyKind::Primary => {
                        constraint(TableConstraint::PrimaryKey(primary), None, if_not_exists)
                    }
                    _ => Op::CreateIndex {
                        table,
                        name,
                        index,
                        if_not_exists,
                        or_replace,
                        concurrently,
                    },
                }
            }
            Element::Check { check, if_not_exists } => {
                constraint(TableConstraint::Check(check), None, if_not_exists)
            }
            Element::ForeignKey { key, other_name, if_not_exists } => {
                constraint(TableConstraint::ForeignKey(*key), other_name, if_not_exists)
            }
            Element::Period(name, columns) => {
                self.change(span, TableChange::Option { name, value: Some(columns) });
                return;
            }
        };
        self.push(Phase::AddKeys, span, op);
    }

    /// `MODIFY` and `CHANGE`.
    fn replace(
        &mut self,
        start: Cursor<'_>,
        cursor: &mut Cursor<'_>,
        renames: bool,
    ) -> Result<(), Unexpected> {
        cursor.eat("COLUMN");
        let if_exists = if_exists(cursor)?;
        let old = if renames { Some(column_name(cursor)?) } else { None };
        let found = column(cursor)?;
        let position = match position(cursor)? {
            Position::Last => Position::Kept,
            position => position,
        };
        let span = start.before(cursor).span();
        let table = self.table.clone();
        let column = old.unwrap_or_else(|| found.column.name.clone());
        // MODIFY of a column reads REFERENCES and forgets it.
        let (with, constraints) = found.parts(false);
        let (with, constraints) = (Box::new(with), Box::new(constraints));
        // A column that is moved takes its place among those that are added.
        let phase = match position {
            Position::Kept => Phase::ChangeColumns,
            _ => Phase::AddColumns,
        };
        let op = Op::ReplaceColumn { table, column, with, constraints, position, if_exists };
        self.push(phase, span, op);
        Ok(())
    }
}
