//! The operations that undo an operation.
//!
//! A rename goes back as a rename. Every other operation is undone by what leads from the schema behind it
//! to the schema before it, as [`diff`] writes it. Rows are not brought back: a dropped column comes back
//! empty.

use std::fmt;

use crate::apply::{Fault, Found, Part, State, Unknown, apply, is_known};
use crate::dialect::Dialect;
use crate::diff::diff;
use crate::op::{ColumnChange, Condition, Located, Op, Subject};
use crate::schema::{Change, Difference, Kind, Name, Schema, compare};
use crate::source::Span;

/// Why an operation cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoInverse {
    /// It changes rows, and their values before are not known.
    Rows,
    /// The statement is not understood.
    NotUnderstood,
    /// The database refuses it.
    Refused(Fault),
    /// Something that it changes is not known, for this reason.
    Unknown(String),
}

impl fmt::Display for NoInverse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows => f.write_str("the rows before it are not known"),
            Self::NotUnderstood => f.write_str("the statement is not understood"),
            Self::Refused(fault) => write!(f, "the database refuses it: {fault}"),
            Self::Unknown(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for NoInverse {}

/// The operations that lead back from the schema behind `op` to the schema of `before`.
///
/// # Errors
///
/// The reason why they are not known. An operation that the database refuses has no inverse either.
///
/// ```
/// use migrate_core::apply::State;
/// use migrate_core::dialect::Dialect;
/// use migrate_core::inverse::inverse;
/// use migrate_core::op::Op;
/// use migrate_core::schema::Name;
/// use migrate_core::source::Span;
///
/// let dialect = Dialect::Postgres;
/// let parse = |sql: &str| {
///     let ops = dialect.parse(sql, Span::new(0, sql.len())).unwrap().unwrap();
///     ops.into_iter().next().unwrap()
/// };
/// let mut before = State::new(dialect.rules());
/// migrate_core::apply::apply(&mut before, &parse("CREATE TABLE users (id integer)")).unwrap();
/// let rename = parse("ALTER TABLE users RENAME TO people");
/// let back = inverse(dialect, &before, &rename.value).unwrap();
/// assert_eq!(dialect.statements(&back).unwrap(), ["ALTER TABLE people RENAME TO users"]);
/// ```
pub fn inverse(dialect: Dialect, before: &State, op: &Op) -> Result<Vec<Op>, NoInverse> {
    match inner(op) {
        Op::Opaque { .. } => return Err(NoInverse::NotUnderstood),
        Op::Rows { writes: Some(_), .. } | Op::CopyRows { .. } => return Err(NoInverse::Rows),
        _ => {}
    }
    let renames: Vec<Op> = renamed_back(dialect, before, op).into_iter().collect();
    let mut after = before.snapshot();
    let located = Located { value: op.clone(), span: Span::default() };
    apply(&mut after, &located).map_err(NoInverse::Refused)?;
    if let Some(why) = new_mark(before, before.unknown(), &after, op) {
        return Err(NoInverse::Unknown(why));
    }
    let ways = [renames, Vec::new()].into_iter();
    let mut ways = ways.filter_map(|renames| way_back(dialect, before, &after, renames));
    let Some(way) = ways.next() else { return Ok(Vec::new()) };
    match way.left_out.into_iter().next() {
        Some(what) => Err(NoInverse::Unknown(what)),
        None => Ok([way.renames, way.rest].concat()),
    }
}

/// The way back from one schema to another.
#[derive(Debug)]
pub(crate) struct WayBack {
    /// The renames, which come first.
    pub(crate) renames: Vec<Op>,
    /// What leads back from there.
    pub(crate) rest: Vec<Op>,
    /// What is left out because it is not known.
    pub(crate) left_out: Vec<String>,
}

/// Performs renames, and finds the operations from there to the schema before. `None` if a rename cannot be
/// performed.
pub(crate) fn way_back(
    dialect: Dialect,
    before: &State,
    after: &State,
    renames: Vec<Op>,
) -> Option<WayBack> {
    let (mut target, now) = (presented(dialect, before), presented(dialect, after));
    let mut left_out = Vec::new();
    // What is not known stays as it is.
    for one in compare(&now, &target) {
        if !is_known(before, before.unknown(), &one) || !is_known(after, after.unknown(), &one) {
            left_out.push(format!("{} is not known", object(&one)));
            keep(&one, &now, &mut target);
        }
        // A table comes back with what is known of it, and not at all without its columns.
        if let (Kind::Table, Change::Removed | Change::Added, None) =
            (one.object.kind, &one.change, &one.object.table)
        {
            let lost = target.tables.keys().find(|name| {
                name.to_string() == one.object.name && !now.tables.contains_key(*name)
            });
            let Some(lost) = lost.map(|name| before.fold(name)) else { continue };
            let grants = Name::new(format!("on table {lost}"));
            let has_grants = before.unknown().marks_of(Kind::Grant, &grants).next().is_some();
            let mut marks = before.unknown().marks_of(Kind::Table, &lost).peekable();
            if has_grants {
                left_out.push(format!("the privileges {grants} are not followed"));
            } else if marks.peek().is_some() {
                left_out.push(format!("{} is not known", object(&one)));
            }
            if marks.any(|(part, _)| matches!(part, Part::Columns | Part::Column(_))) {
                keep(&one, &now, &mut target);
            }
        }
    }
    let mut renamed = after.snapshot();
    for op in &renames {
        let located = Located { value: op.clone(), span: Span::default() };
        apply(&mut renamed, &located).ok()?;
    }
    let mut now = presented(dialect, &renamed);
    // A view whose text is not known cannot be created again, and what it does not hold goes without that.
    let is_unknown =
        |name: &Name| before.unknown().part(Kind::View, &before.fold(name), &Part::Text).is_some();
    let views = target.views.iter().filter(|(name, view)| {
        is_unknown(name) && now.views.get(*name).is_some_and(|other| other == *view)
    });
    for name in views.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        now.views.remove(&name);
        target.views.remove(&name);
    }
    let rest = diff(&now, &target, dialect.diff_rules());
    Some(WayBack { renames, rest, left_out })
}

/// The schema of a state in the form of the catalog.
pub(crate) fn presented(dialect: Dialect, state: &State) -> Schema {
    let mut schema = state.schema().clone();
    dialect.rules().present(state, &mut schema);
    schema
}

fn object(difference: &Difference) -> String {
    let object = &difference.object;
    match &object.table {
        Some(table) => format!("{} {} of {table}", object.kind.word(), object.name),
        None => format!("{} {}", object.kind.word(), object.name),
    }
}

/// Leaves the object of a difference as it is in `from`.
fn keep(difference: &Difference, from: &Schema, to: &mut Schema) {
    let object = &difference.object;
    let own = object.table.as_ref().map_or_else(|| object.name.clone(), ToString::to_string);
    macro_rules! copy {
        ($($map:ident)*) => {$(
            let named = |name: &&Name| name.to_string() == own;
            let names: Vec<Name> = from.$map.keys().chain(to.$map.keys()).filter(named).cloned().collect();
            for name in names {
                match from.$map.get(&name) {
                    Some(value) => to.$map.insert(name, value.clone()),
                    None => to.$map.remove(&name),
                };
            }
        )*};
    }
    copy!(tables views enums domains sequences);
    let keys = from.others.keys().chain(to.others.keys());
    let named =
        |(kind, key): &&(Kind, String)| *kind == object.kind && key.starts_with(&object.name);
    let keys: Vec<(Kind, String)> = keys.filter(named).cloned().collect();
    for key in keys {
        match from.others.get(&key) {
            Some(value) => to.others.insert(key, value.clone()),
            None => to.others.remove(&key),
        };
    }
}

/// Why something is not known behind an operation that was known before it (`known`), unless it is of an
/// object that is not in `before`. What a rename makes unknown is known again when it goes back.
pub(crate) fn new_mark(before: &State, known: &Unknown, after: &State, op: &Op) -> Option<String> {
    let goes_back = match inner(op) {
        Op::RenameTable { .. }
        | Op::Rename { .. }
        | Op::SetNamespace { .. }
        | Op::ReplaceColumn { .. } => true,
        // The columns of a view are not known.
        Op::RenameColumn { table, .. } => {
            !matches!(after.find(&[Kind::View], table), Found::Known(_))
        }
        // Texts that mention the column keep the casts to its type in between.
        Op::AlterColumn { change, .. } => !matches!(change, ColumnChange::Type { .. }),
        _ => false,
    };
    let now = after.unknown();
    if let (None, Some(reason)) = (known.everything(), now.everything()) {
        return Some(reason.why.to_owned());
    }
    if goes_back || known == now {
        return None;
    }
    let mut marks = now.marks().filter(|(target, reason)| {
        let old = known.marks().find(|(other, _)| other == target);
        old.is_none_or(|(_, old)| old != *reason) && !is_absent(before, target.kind, &target.name)
    });
    marks.next().map(|(target, reason)| match target.kind {
        Some(Kind::Grant) => format!("the privileges {} are not followed", target.name),
        Some(kind) => format!("{} {}: {}", kind.word(), target.name, reason.why),
        None => format!("{}: {}", target.name, reason.why),
    })
}

/// Returns `true` if there is certainly no object of a folded name.
fn is_absent(state: &State, kind: Option<Kind>, name: &Name) -> bool {
    const KINDS: [Kind; 5] = [Kind::Table, Kind::View, Kind::Sequence, Kind::Enum, Kind::Domain];
    let absent = |kind, name: &Name| {
        state.unknown().whole(kind, name).is_none() && state.find_spelled(kind, name).is_none()
    };
    match kind {
        Some(Kind::Grant) => {
            let owner = name.name.strip_prefix("on ").and_then(|rest| rest.split_once(' '));
            owner.is_some_and(|(_, owner)| {
                let name = match owner.split_once('.') {
                    Some((namespace, own)) => {
                        Name { namespace: Some(namespace.to_owned()), name: own.to_owned() }
                    }
                    None => Name::new(owner),
                };
                KINDS.into_iter().all(|kind| absent(kind, &name))
            })
        }
        Some(kind) => absent(kind, name),
        None => KINDS.into_iter().all(|kind| absent(kind, name)),
    }
}

/// The operation behind its condition.
pub(crate) fn inner(op: &Op) -> &Op {
    match op {
        Op::Conditional { op, .. } => inner(op),
        op => op,
    }
}

/// The rename that undoes a rename; `None` for other operations.
pub(crate) fn renamed_back(dialect: Dialect, before: &State, op: &Op) -> Option<Op> {
    Some(match op {
        Op::Conditional { condition: Condition::Absent, .. } => return None,
        Op::Conditional { op, .. } => return renamed_back(dialect, before, op),
        Op::RenameTable { name, to, .. } => {
            let Found::Known((kind, name)) = before.find(&[Kind::Table, Kind::View], name) else {
                return None;
            };
            let namespace = to.namespace.clone().or_else(|| name.namespace.clone());
            let now = Name { namespace, name: to.name.clone() };
            match kind {
                Kind::Table => Op::RenameTable { name: now, to: name, if_exists: false },
                kind => {
                    let subject = Subject { kind, name: now, part: None };
                    Op::Rename { subject, to: name.name, if_exists: false }
                }
            }
        }
        Op::RenameColumn { table, column, to } => column_back(before, table, column, to)?,
        Op::ReplaceColumn { table, column, with, .. } if *column != with.name => {
            column_back(before, table, column, &with.name)?
        }
        Op::RenameEnumValue { name, value, to } => {
            Op::RenameEnumValue { name: name.clone(), value: to.clone(), to: value.clone() }
        }
        Op::AlterDomain { name, change: ColumnChange::RenameCheck { name: check, to } } => {
            let change = ColumnChange::RenameCheck { name: to.clone(), to: check.clone() };
            Op::AlterDomain { name: name.clone(), change }
        }
        Op::Rename { subject, .. } | Op::SetNamespace { subject, .. }
            if matches!(subject.kind, Kind::Function | Kind::Procedure) =>
        {
            function_back(dialect, before, op)?
        }
        Op::Rename { subject, to, .. } => subject_back(subject, to),
        Op::SetNamespace { subject, namespace, .. } => {
            let kinds = [Kind::Table, Kind::View, Kind::Enum, Kind::Domain, Kind::Sequence];
            let Found::Known((_, found)) = before.find(&kinds, &subject.name) else { return None };
            let moved = Name { namespace: Some(namespace.clone()), name: found.name.clone() };
            let place = dialect.rules().place(before, subject.kind, &moved)?;
            let subject = Subject { name: place, ..subject.clone() };
            let namespace = found.namespace.unwrap_or_else(|| "public".to_owned());
            Op::SetNamespace { subject, namespace, if_exists: false }
        }
        _ => return None,
    })
}

fn column_back(before: &State, table: &Name, column: &str, to: &str) -> Option<Op> {
    let Found::Known(table) = before.find_table(table) else { return None };
    let column = before.spelled_column(before.table(&table)?, column)?;
    Some(Op::RenameColumn { table, column: to.to_owned(), to: column })
}

fn subject_back(subject: &Subject, to: &str) -> Op {
    let mut back = subject.clone();
    let own = back.part.as_mut().unwrap_or(&mut back.name.name);
    let old = std::mem::replace(own, to.to_owned());
    Op::Rename { subject: back, to: old, if_exists: false }
}

/// Renames or moves a function back, whose arguments are in its key. `None` for an aggregate, which is
/// dropped and created again.
fn function_back(dialect: Dialect, before: &State, op: &Op) -> Option<Op> {
    let mut after = before.snapshot();
    apply(&mut after, &Located { value: op.clone(), span: Span::default() }).ok()?;
    let (old, new) = (&before.schema().others, &after.schema().others);
    let is_function =
        |(kind, _): &&(Kind, String)| matches!(kind, Kind::Function | Kind::Procedure);
    let (kind, was) = old.keys().filter(is_function).find(|key| !new.contains_key(*key))?;
    let (_, key) = new.keys().filter(is_function).find(|key| !old.contains_key(*key))?;
    let value = &old[&(*kind, was.clone())];
    if dialect.diff_rules().drop_key(*kind, was, value) != *was {
        return None;
    }
    let (was, name) = (function_name(was), function_name(key));
    let subject = Subject { kind: *kind, name, part: Some(key.clone()) };
    Some(match op {
        Op::SetNamespace { .. } => {
            let namespace = was.namespace.unwrap_or_else(|| "public".to_owned());
            Op::SetNamespace { subject, namespace, if_exists: false }
        }
        _ => Op::Rename { subject, to: was.name, if_exists: false },
    })
}

/// The name in the key of a function: `app.total` in `app.total(integer)`.
fn function_name(key: &str) -> Name {
    let own = key.split('(').next().unwrap_or(key);
    match own.split_once('.') {
        Some((namespace, own)) => {
            Name { namespace: Some(namespace.to_owned()), name: own.to_owned() }
        }
        None => Name::new(own),
    }
}

#[cfg(test)]
mod laws;
