//! Tables that take their definition from others: partitions, and children by `INHERITS`.
//!
//! What is done to a parent is done to its children, unless the statement says `ONLY`. Columns and checks go
//! to both sorts of children; keys, indexes and triggers of rows go to partitions.

use super::names::type_text;
use super::parts::{follow_parts, inherited_details};
use crate::apply::{Fault, Found, Part, State, apply_generally};
use crate::op::{ColumnChange, Condition, Op, Subject};
use crate::schema::{Check, Column, DataType, IdentityKind, Kind, Name, Table};

/// What a column or a check of a child says that the child itself does not define.
pub(super) const INHERITED: &str = "INHERITED";

/// The parents of a table by `INHERITS`, as they are printed.
pub(super) fn parents(table: &Table) -> Vec<String> {
    let list = table.options.get("inherits").map(String::as_str).unwrap_or_default();
    list.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Notes the parents of a table by `INHERITS`.
pub(super) fn set_parents(table: &mut Table, parents: &[String]) {
    if parents.is_empty() {
        table.options.remove("inherits");
    } else {
        table.options.insert("inherits".to_owned(), parents.join(", "));
    }
}

/// The partitions and children of a table.
pub(super) fn children(state: &State, parent: &Name) -> Vec<Name> {
    let text = parent.to_string();
    let is_child = |name: &Name| {
        state.table(name).is_some_and(|table| {
            table.partition_of.as_ref().is_some_and(|of| of.parent == *parent)
                || parents(table).contains(&text)
        })
    };
    let users = state.users_of(&parent.name).into_iter();
    let tables = users.filter(|(kind, _, part)| *kind == Kind::Table && part.is_none());
    tables.map(|(_, name, _)| name).filter(is_child).collect()
}

/// Refuses a parent that is the table itself or a descendant of it.
pub(super) fn refuse_circle(state: &State, table: &Name, parent: &Name) -> Result<(), Fault> {
    let mut open = vec![table.clone()];
    while let Some(one) = open.pop() {
        if one == *parent {
            return Err(Fault::refused(format!(
                "table {parent} is or inherits from table {table}"
            )));
        }
        open.extend(children(state, &one));
    }
    Ok(())
}

/// The key of the table that an operation changes together with its children.
fn changed_table(state: &State, op: &Op) -> Option<Name> {
    let name = match op {
        Op::AlterTable { .. } => return None,
        Op::CreateIndex { table, .. } | Op::CreateTrigger { table, .. } => table,
        Op::DropTrigger { table: Some(table), .. } => table,
        Op::DropIndex { name, .. } => {
            let Found::Known((owner, _)) = state.find_part(Kind::Index, name, None) else {
                return None;
            };
            return state.table(&owner).map(|_| owner);
        }
        Op::Rename {
            subject: Subject { kind: Kind::Constraint | Kind::Trigger, name, .. },
            ..
        } => name,
        Op::Rename { subject: Subject { kind: Kind::Index, name, .. }, .. } => {
            let places = super::candidates(state, name)?;
            let mut owners = state.owners_of(Kind::Index, &name.name);
            owners.extend(state.owners_of(Kind::Constraint, &name.name));
            let here = |owner: &Name| places.iter().any(|one| one.namespace == owner.namespace);
            return owners.into_iter().map(|(owner, _)| owner).find(here);
        }
        _ => op.altered_table()?,
    };
    match state.find_table(name) {
        Found::Known(key) => Some(key),
        _ => None,
    }
}

/// Does an operation on a table that has children; `None` for all else.
pub(super) fn take(state: &mut State, op: &Op) -> Option<Result<(), Fault>> {
    let (op, alone) = match op {
        Op::Conditional { condition: Condition::Alone, op } => (&**op, true),
        _ => (op, false),
    };
    let key = changed_table(state, op);
    let has_children = key.as_ref().is_some_and(|key| !children(state, key).is_empty());
    match key {
        Some(key) if has_children => Some(alter(state, &key, op, alone)),
        None if super::spread::is_of_unknown(state, op) => {
            super::spread::spread(state, op);
            Some(own(state, op))
        }
        _ if alone => Some(own(state, op)),
        _ => None,
    }
}

/// Does an operation on its table alone.
fn own(state: &mut State, op: &Op) -> Result<(), Fault> {
    match super::take_own(state, op) {
        Some(result) => result,
        None => apply_generally(state, op),
    }
}

/// Does an operation on a table and, unless it is for the table alone, on its children.
fn alter(state: &mut State, key: &Name, op: &Op, alone: bool) -> Result<(), Fault> {
    let children = children(state, key);
    let Some(before) = state.table(key).cloned() else { return Ok(()) };
    own(state, op)?;
    if children.is_empty() {
        return Ok(());
    }
    let Some(after) = state.table(key).cloned() else { return Ok(()) };
    let is_trigger = matches!(op, Op::CreateTrigger { .. } | Op::DropTrigger { .. })
        || matches!(op, Op::Rename { subject: Subject { kind: Kind::Trigger, .. }, .. });
    let is_uncertain = super::is_uncertain(state, key);
    if alone && let Op::AlterColumn { column, change: ColumnChange::Nullable(_), .. } = op {
        const WHY: &str = "since PostgreSQL 18 the catalog has whether children inherit NOT NULL";
        state.mark(Kind::Table, key, Part::Column(column.clone()), WHY);
    }
    if is_uncertain && !is_trigger {
        children.iter().for_each(|child| forget(state, child));
        return Ok(());
    }
    if alone {
        return leave_alone(state, key, (&before, &after), op, &children);
    }
    for child in &children {
        column(state, key, child, &after, op)?;
        if matches!(op, Op::AddConstraint { .. }) {
            let is_new = |one: &&Column| {
                !one.nullable && before.column(&one.name).is_some_and(|old| old.nullable)
            };
            for column in after.columns.iter().filter(is_new) {
                not_null(state, child, &column.name);
            }
        }
        let Some(old) = state.table(child).cloned() else { continue };
        follow_parts(state, (key, child), &before, &after, op)?;
        let Some(new) = state.table(child).cloned() else { continue };
        follow(state, child, &old, &new, op)?;
    }
    Ok(())
}

/// A column of a child is in a new primary key of the parent.
fn not_null(state: &mut State, child: &Name, column: &str) {
    super::sequence::edit_column(state, child, column, |_, found| found.nullable = false);
    for grandchild in children(state, child) {
        not_null(state, &grandchild, column);
    }
}

/// Does to the children of a table what was done to its keys, checks, indexes and triggers.
pub(super) fn follow(
    state: &mut State,
    key: &Name,
    before: &Table,
    after: &Table,
    op: &Op,
) -> Result<(), Fault> {
    for child in children(state, key) {
        let Some(old) = state.table(&child).cloned() else { continue };
        follow_parts(state, (key, &child), before, after, op)?;
        let Some(new) = state.table(&child).cloned() else { continue };
        follow(state, &child, &old, &new, op)?;
    }
    Ok(())
}

/// Nothing is known of the parts of a child.
pub(super) fn forget(state: &mut State, child: &Name) {
    const WHY: &str = "its parent is not known";
    let columns: Vec<String> = state
        .table(child)
        .map(|table| table.columns.iter().map(|column| column.name.clone()).collect())
        .unwrap_or_default();
    state.mark(Kind::Table, child, Part::Columns, WHY);
    for column in columns {
        state.mark(Kind::Table, child, Part::Column(column), WHY);
    }
    super::alter::unknown_parts(state, child, WHY);
    for grandchild in children(state, child) {
        forget(state, &grandchild);
    }
}

/// What changes at the children where an operation leaves them out.
fn leave_alone(
    state: &mut State,
    key: &Name,
    (before, after): (&Table, &Table),
    op: &Op,
    children: &[Name],
) -> Result<(), Fault> {
    if after.partition_by.is_some() {
        super::parts::invalidate(state, key, before);
    }
    if let Op::DropColumn { column, .. } = op {
        for child in children {
            make_local(state, child, column);
        }
    }
    // A check that goes with its column leaves those of the children as they are.
    let is_dropped = matches!(op, Op::DropConstraint { .. });
    let gone = before
        .checks
        .iter()
        .filter(|one| is_dropped && !after.checks.iter().any(|check| check.name == one.name));
    for check in gone {
        for child in children {
            make_check_local(state, child, check);
        }
    }
    Ok(())
}

/// A column that no parent has any more is the child's own.
fn make_local(state: &mut State, child: &Name, column: &str) {
    if !is_inherited(state, child, |parent| parent.column(column).is_some()) {
        super::sequence::edit_column(state, child, column, |_, found| {
            found.details = without(&found.details, INHERITED);
        });
    }
}

fn make_check_local(state: &mut State, child: &Name, check: &Check) {
    let has = |parent: &Table| parent.checks.iter().any(|one| one.name == check.name);
    if !is_inherited(state, child, has) {
        state.edit_table(child, |table| {
            for one in table.checks.iter_mut().filter(|one| one.name == check.name) {
                one.details = without(&one.details, INHERITED);
            }
        });
    }
}

/// Returns `true` if a parent by `INHERITS` satisfies a condition.
pub(super) fn is_inherited(state: &State, child: &Name, has: impl Fn(&Table) -> bool) -> bool {
    let Some(table) = state.table(child) else { return false };
    let names = parents(table);
    let uses = state.uses(&(Kind::Table, child.clone(), None));
    let mut found = uses.iter().filter(|name| names.contains(&name.to_string()));
    found.any(|name| state.table(name).is_some_and(&has))
}

/// Details without one word.
pub(super) fn without(details: &str, word: &str) -> String {
    details.split(' ').filter(|one| *one != word).collect::<Vec<_>>().join(" ")
}

/// Details with one word more.
pub(super) fn with(details: &str, word: &str) -> String {
    format!("{details} {word}").trim_start().to_owned()
}

/// Does to a column of a child what was done to that of its parent.
fn column(
    state: &mut State,
    parent: &Name,
    child: &Name,
    after: &Table,
    op: &Op,
) -> Result<(), Fault> {
    let table = super::names::exact(child);
    match op {
        Op::AlterColumn { column, change: ColumnChange::Nullable(true), .. } => {
            // Since PostgreSQL 18 a child keeps a NOT NULL of its own.
            const WHY: &str = "the child may have a NOT NULL of its own";
            if state
                .table(child)
                .and_then(|one| one.column(column))
                .is_some_and(|one| !one.nullable)
            {
                state.mark(Kind::Table, child, Part::Column(column.clone()), WHY);
            }
            let (column, change) = (column.clone(), ColumnChange::Nullable(true));
            alter(state, child, &Op::AlterColumn { table, column, change }, false)
        }
        Op::AlterColumn { column, change, .. } if is_recursive(change) => {
            let (column, change) = (column.clone(), change.clone());
            alter(state, child, &Op::AlterColumn { table, column, change }, false)
        }
        Op::AlterColumn { column, change, .. } if is_of_identity(change) => {
            identity_of_partitions(state, child, column);
            Ok(())
        }
        Op::RenameColumn { column, to, .. } => {
            let (column, to) = (column.clone(), to.clone());
            alter(state, child, &Op::RenameColumn { table, column, to }, false)
        }
        Op::AddColumn { column, .. } => match after.column(&column.name) {
            Some(column) => add_column(state, parent, child, column),
            None => Ok(()),
        },
        Op::DropColumn { column, cascade, .. } => {
            let Some(found) = state.table(child).and_then(|table| table.column(column)) else {
                return Ok(());
            };
            let is_partition = state.table(child).is_some_and(|one| one.partition_of.is_some());
            let goes = is_partition
                || found.details.contains(INHERITED)
                    && !is_inherited(state, child, |parent| parent.column(column).is_some());
            if !goes {
                return Ok(());
            }
            let (column, cascade) = (column.clone(), *cascade);
            let op = Op::DropColumn { table, column, if_exists: true, cascade };
            alter(state, child, &op, false)
        }
        _ => Ok(()),
    }
}

const fn is_of_identity(change: &ColumnChange) -> bool {
    matches!(
        change,
        ColumnChange::AddIdentity(_)
            | ColumnChange::AlterIdentity(_)
            | ColumnChange::DropIdentity { .. }
    )
}

/// The column of a partition whose parent changes its identity is not known, nor are those below.
fn identity_of_partitions(state: &mut State, child: &Name, column: &str) {
    const WHY: &str = "since PostgreSQL 17 partitions have the identity of their parent";
    if state.table(child).is_some_and(|table| table.partition_of.is_some()) {
        state.mark(Kind::Table, child, Part::Column(column.to_owned()), WHY);
        for below in children(state, child) {
            identity_of_partitions(state, &below, column);
        }
    }
}

/// Returns `true` for a change of a column that its children make, too.
fn is_recursive(change: &ColumnChange) -> bool {
    match change {
        ColumnChange::Type { .. }
        | ColumnChange::Default(_)
        | ColumnChange::Nullable(_)
        | ColumnChange::SetExpression(_)
        | ColumnChange::DropExpression { .. } => true,
        ColumnChange::Detail { name, .. } => name != "COMPRESSION",
        _ => false,
    }
}

fn add_column(
    state: &mut State,
    parent: &Name,
    child: &Name,
    column: &Column,
) -> Result<(), Fault> {
    let Some(table) = state.table(child) else { return Ok(()) };
    if table.column(&column.name).is_some() {
        return Ok(());
    }
    let is_partition = table.partition_of.is_some();
    let mut column = inherited(parent, column);
    if !is_partition {
        column.details = with(&column.details, INHERITED);
    }
    state.edit_table(child, |table| table.columns.push(column.clone()));
    super::spread::views_of_all_columns(state, child);
    state.mark_part_known(Kind::Table, child, Part::Column(column.name.clone()));
    for grandchild in children(state, child) {
        add_column(state, child, &grandchild, &column)?;
    }
    Ok(())
}

/// A column as a child has it.
pub(super) fn inherited(parent: &Name, column: &Column) -> Column {
    let mut column = column.clone();
    column.default = default_of(parent, &column);
    (column.identity, column.comment) = (None, None);
    column.details = inherited_details(&column.details);
    column
}

/// The default of a column, which a copy of it has, too.
pub(super) fn default_of(table: &Name, column: &Column) -> Option<String> {
    let serial = column.identity.as_ref().filter(|of| of.kind == IdentityKind::Serial);
    let Some(name) = serial.and_then(|_| super::names::sequence_of(table, column)) else {
        return column.default.clone();
    };
    let sequence = Name { namespace: table.namespace.clone(), name };
    Some(format!("nextval('{}'::regclass)", type_text(&sequence).replace('\'', "''")))
}

/// Writes the type of a column that is copied from a table so that no search path finds another one.
pub(super) fn name_type(column: &mut Column) {
    if let Some(name) = column.user_type.as_mut().filter(|name| name.namespace.is_none()) {
        *name = super::names::exact(name);
        let text = format!("{}.{}", super::names::HOME, column.data_type);
        column.data_type = DataType::from(text);
    }
}
