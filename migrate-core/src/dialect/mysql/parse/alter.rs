//! `ALTER TABLE`. Its actions happen at once; the operations come in an order in which they happen
//! one by one with the same result.

use super::action::{self, convert_to, partitions_change, position, without_effect};
use super::column::{NewColumn, column};
use super::grammar::{
    column_name, end_of_item, group, if_exists, if_not_exists, one_of, qualified, written,
};
use super::key::{Element, KeyKind, NewKey, begins_element, element};
use super::option::{TableOption, option, partition_by, partitions};
use super::swap::order_renames;
use super::text_type::collation;
use crate::dialect::mysql::catalog::column::is_without_default;
use crate::op::{
    ColumnChange, Condition, ConstraintKey, Located, Op, Position, Subject, TableChange,
    TableConstraint,
};
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

/// A column that is added if it is missing, and that another action names, is added first. So is one
/// that another action defines again.
fn add_missing_first(ops: &mut [(Phase, Located<Op>)]) {
    let named = |op: &Op, name: &str| match op {
        Op::RenameColumn { column, .. }
        | Op::ReplaceColumn { column, .. }
        | Op::AlterColumn { column, .. }
        | Op::DropColumn { column, .. } => column.eq_ignore_ascii_case(name),
        _ => false,
    };
    for at in 0..ops.len() {
        let Op::AddColumn { column, if_not_exists, .. } = &ops[at].1.value else { continue };
        let is_named = |op: &Op| match op {
            Op::ReplaceColumn { with, .. } if !if_not_exists => {
                named(op, &column.name) && with.name.eq_ignore_ascii_case(&column.name)
            }
            _ => *if_not_exists && named(op, &column.name),
        };
        if !ops.iter().any(|(_, op)| is_named(&op.value)) {
            continue;
        }
        let (name, is_kept) = (column.name.clone(), *if_not_exists);
        ops[at].0 = Phase::AddMissing;
        for (phase, op) in ops[at + 1..].iter_mut().filter(|_| !is_kept) {
            // The second definition of a new column gives it another place, too.
            if let Op::ReplaceColumn { column, position: place @ Position::Kept, .. } =
                &mut op.value
                && column.eq_ignore_ascii_case(&name)
            {
                (*phase, *place) = (Phase::AddColumns, Position::Last);
            }
        }
    }
}

/// What the statement defines is as large as it says, also in another character set.
fn keep_defined_types(ops: &mut [(Phase, Located<Op>)]) {
    let names = ops.iter().filter_map(|(_, op)| match &op.value {
        Op::AddColumn { column, .. } => Some(column.name.clone()),
        Op::ReplaceColumn { with, .. } => Some(with.name.clone()),
        _ => None,
    });
    let names: Vec<String> = names.collect();
    for (_, op) in ops {
        if let Op::AlterTable { change: TableChange::ConvertCharset { defined, .. }, .. } =
            &mut op.value
        {
            defined.clone_from(&names);
        }
    }
}

/// A new column has the default that `ALTER COLUMN` of the same statement gives it, or none at all.
fn set_defaults_of_added(ops: &mut Vec<(Phase, Located<Op>)>) {
    let mut changes = Vec::new();
    for (_, op) in ops.iter() {
        if let Op::AlterColumn { column, change: ColumnChange::Default(value), .. } = &op.value {
            changes.push((column.clone(), value.clone()));
        }
    }
    for (name, value) in changes {
        let added = ops.iter_mut().find_map(|(_, op)| match &mut op.value {
            Op::AddColumn { column, if_not_exists: false, .. }
                if column.name.eq_ignore_ascii_case(&name) =>
            {
                Some(column)
            }
            // A column that moves is made anew.
            Op::ReplaceColumn { with, position, .. }
                if *position != Position::Kept && with.name.eq_ignore_ascii_case(&name) =>
            {
                Some(with)
            }
            _ => None,
        });
        let Some(added) = added else { continue };
        added.default = value.filter(|value| !value.eq_ignore_ascii_case("NULL"));
        if is_without_default(added) {
            added.details = format!("{} WITHOUT DEFAULT", added.details).trim_start().to_owned();
        }
        ops.retain(|(_, op)| {
            !matches!(&op.value, Op::AlterColumn { column, change: ColumnChange::Default(_), .. }
                if *column == name)
        });
    }
}

/// A column that moves and gives its name to a new one has its new name first.
fn rename_moved_first(ops: &mut Vec<(Phase, Located<Op>)>) {
    let added: Vec<String> = ops
        .iter()
        .filter_map(|(_, op)| match &op.value {
            Op::AddColumn { column, .. } => Some(column.name.to_lowercase()),
            _ => None,
        })
        .collect();
    let mut renames = Vec::new();
    for (_, Located { value, span }) in ops.iter_mut() {
        if let Op::ReplaceColumn { table, column, with, position, if_exists: false, .. } = value
            && *position != Position::Kept
            && added.contains(&column.to_lowercase())
            && !column.eq_ignore_ascii_case(&with.name)
        {
            let from = std::mem::replace(column, with.name.clone());
            let value =
                Op::RenameColumn { table: table.clone(), column: from, to: with.name.clone() };
            renames.push((Phase::ChangeColumns, Located { value, span: *span }));
        }
    }
    ops.extend(renames);
}

/// A column that is dropped and added again keeps its keys: it is replaced.
fn keep_keys(ops: &mut Vec<(Phase, Located<Op>)>) {
    for at in 0..ops.len() {
        let (phase, Located { value: Op::AddColumn { column, if_not_exists: false, .. }, .. }) =
            &ops[at]
        else {
            continue;
        };
        let phase = *phase;
        let drops = |op: &Op| {
            matches!(op, Op::DropColumn { column: dropped, .. }
            if dropped.eq_ignore_ascii_case(&column.name))
        };
        let Some(dropped) = ops.iter().position(|(_, op)| drops(&op.value)) else { continue };
        let if_exists = matches!(ops[dropped].1.value, Op::DropColumn { if_exists: true, .. });
        let span = ops[at].1.span;
        let empty = Located { value: Op::Opaque { names: Vec::new() }, span };
        let (_, Located { value, .. }) = std::mem::replace(&mut ops[at], (phase, empty));
        if let Op::AddColumn { table, column, constraints, position, .. } = value {
            let added = if_exists.then(|| Op::AddColumn {
                table: table.clone(),
                column: column.clone(),
                constraints: constraints.clone(),
                position: position.clone(),
                if_not_exists: true,
            });
            let name = column.name.clone();
            let op = Op::ReplaceColumn {
                table,
                column: name,
                with: column,
                constraints,
                position,
                if_exists,
            };
            ops[at] = (phase, Located { value: op, span });
            // Where it was missing it is only added.
            if let Some(value) = added {
                ops.insert(at + 1, (phase, Located { value, span }));
            }
        }
        ops.remove(if dropped > at && if_exists { dropped + 1 } else { dropped });
        return;
    }
}

/// The details of a change of a constraint that stands for `DROP CONSTRAINT` beside a new foreign key or
/// check: MariaDB leaves a foreign key as it is then, MySQL drops it.
pub(in crate::dialect::mysql) const DROPS: [&str; 2] = ["DROP", "DROP IF EXISTS"];

/// A column that is dropped if it exists and added if it does not: both ask before either is done.
fn doubt_replaced(ops: &mut [(Phase, Located<Op>)]) {
    for at in 0..ops.len() {
        let Op::AddColumn { table, column, if_not_exists: true, .. } = &ops[at].1.value else {
            continue;
        };
        let drops = |op: &Op| {
            matches!(op, Op::DropColumn { column: dropped, if_exists: true, .. }
            if dropped.eq_ignore_ascii_case(&column.name))
        };
        let Some(dropped) = ops.iter().position(|(_, op)| drops(&op.value)) else { continue };
        let unknown = Op::Opaque { names: vec![table.clone()] };
        ops[dropped].1.value = unknown.clone();
        ops[at].1.value = unknown;
    }
}

/// Marks the `DROP CONSTRAINT` that may do nothing.
fn doubt_constraints(ops: &mut [(Phase, Located<Op>)]) {
    let adds = |op: &Op| {
        matches!(op, Op::AddConstraint { constraint, .. }
            if matches!(**constraint, TableConstraint::ForeignKey(_) | TableConstraint::Check(_)))
    };
    if !ops.iter().any(|(_, op)| adds(&op.value)) {
        return;
    }
    for (_, op) in ops {
        if let Op::DropConstraint {
            table, constraint: ConstraintKey::Named(name), if_exists, ..
        } = &op.value
        {
            let details = DROPS[usize::from(*if_exists)].to_owned();
            let (table, name) = (table.clone(), name.clone());
            op.value = Op::AlterConstraint { table, name, deferrable: None, details };
        }
    }
}

/// A key on columns that are there is added before others are dropped: a foreign key may need one of them. The
/// dropped one may be gone then, if it was made for the foreign key.
fn add_replacing_keys_first(ops: &mut Vec<(Phase, Located<Op>)>) {
    let dropped: Vec<String> = ops
        .iter()
        .filter_map(|(_, op)| match &op.value {
            Op::DropIndex { name, .. } => Some(name.name.to_lowercase()),
            _ => None,
        })
        .collect();
    if dropped.is_empty() {
        return;
    }
    let changed: Vec<String> = ops
        .iter()
        .filter_map(|(_, op)| match &op.value {
            Op::AddColumn { column, .. } => Some(column.name.to_lowercase()),
            // A column that keeps its name can be in a key before its definition changes.
            Op::ReplaceColumn { column, with, .. } if !column.eq_ignore_ascii_case(&with.name) => {
                Some(with.name.to_lowercase())
            }
            // Unless the key has only the first letters of its values: whether these are all of them
            // is asked of the new type.
            Op::ReplaceColumn { with, .. } if has_prefix_of(&with.name, ops) => {
                Some(with.name.to_lowercase())
            }
            Op::RenameColumn { to, .. } => Some(to.to_lowercase()),
            _ => None,
        })
        .collect();
    let mut replaces = replace_same_names(ops, &changed);
    for (phase, op) in ops.iter_mut() {
        let Op::CreateIndex { name: Some(name), index, .. } = &op.value else { continue };
        let is_there = |column: &String| !changed.contains(&column.to_lowercase());
        if !dropped.contains(&name.to_lowercase())
            && index.parts.iter().all(|part| part.column.as_ref().is_some_and(is_there))
        {
            *phase = Phase::ReplaceKeys;
            replaces = true;
        }
    }
    let waits = ops.iter().any(|(phase, op)| match &op.value {
        Op::CreateIndex { name: Some(name), index, .. } => {
            let first = index.parts.first().and_then(|part| part.column.as_ref());
            *phase == Phase::AddKeys
                && !dropped.contains(&name.to_lowercase())
                && first.is_some_and(|first| !changed.contains(&first.to_lowercase()))
        }
        _ => false,
    });
    let created: Vec<String> = ops
        .iter()
        .filter_map(|(_, op)| match &op.value {
            Op::CreateIndex { name, .. } => Some(name.as_ref()?.to_lowercase()),
            _ => None,
        })
        .collect();
    for (phase, op) in ops.iter_mut().filter(|_| replaces || waits) {
        if let Op::DropIndex { name, if_exists, .. } = &mut op.value {
            *if_exists = true;
            if waits && !created.contains(&name.name.to_lowercase()) {
                *phase = Phase::DropReplacedKeys;
            }
        }
    }
}

/// Returns `true` if a key of the statement has only the first letters of a column.
fn has_prefix_of(column: &str, ops: &[(Phase, Located<Op>)]) -> bool {
    ops.iter().any(|(_, op)| match &op.value {
        Op::CreateIndex { index, .. } => index.parts.iter().any(|part| {
            let own = part.column.as_ref().filter(|_| part.prefix.is_some());
            own.is_some_and(|own| own.eq_ignore_ascii_case(column))
        }),
        _ => false,
    })
}

/// A key that takes the name of a dropped one replaces it at once. Returns `true` if there is one.
fn replace_same_names(ops: &mut Vec<(Phase, Located<Op>)>, changed: &[String]) -> bool {
    let mut replaced: Vec<String> = Vec::new();
    for at in 0..ops.len() {
        let Op::CreateIndex { name: Some(name), index, if_not_exists: false, .. } =
            &ops[at].1.value
        else {
            continue;
        };
        let name = name.to_lowercase();
        let is_there = |column: &String| !changed.contains(&column.to_lowercase());
        let columns = index.parts.iter();
        let is_dropped = ops.iter().any(|(_, op)| is_drop_of(&op.value, &name));
        if is_dropped && columns.clone().all(|part| part.column.as_ref().is_some_and(is_there)) {
            replaced.push(name);
            let (phase, op) = &mut ops[at];
            *phase = Phase::ReplaceKeys;
            if let Op::CreateIndex { or_replace, .. } = &mut op.value {
                *or_replace = true;
            }
        }
    }
    ops.retain(|(_, op)| !replaced.iter().any(|name| is_drop_of(&op.value, name)));
    !replaced.is_empty()
}

fn is_drop_of(op: &Op, index: &str) -> bool {
    matches!(op, Op::DropIndex { name, if_exists: false, .. } if name.name.to_lowercase() == index)
}

impl Actions {
    fn push(&mut self, phase: Phase, span: Span, op: Op) {
        self.ops.push((phase, Located { value: op, span }));
    }

    fn finish(self) -> Vec<Located<Op>> {
        let Self { table, if_exists, mut ops } = self;
        doubt_replaced(&mut ops);
        add_missing_first(&mut ops);
        set_defaults_of_added(&mut ops);
        keep_keys(&mut ops);
        rename_moved_first(&mut ops);
        add_replacing_keys_first(&mut ops);
        doubt_constraints(&mut ops);
        keep_defined_types(&mut ops);
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
