//! Columns that the database numbers: identities, and `serial` with its sequence.

use super::super::parse::{changed_options, first_number, option_changes, option_text};
use super::names::quoted;
use super::rules::Emitter;
use crate::dialect::DiffRules;
use crate::op::{ColumnChange, Op, SequenceChange};
use crate::schema::{Column, IdentityKind, Kind, Name, Schema, Sequence};

/// What changes the identity of a column, whose sequence goes on; `None` where it must be another one.
pub(super) fn identity_change(before: &Column, after: &Column) -> Option<String> {
    let (old, new) = (before.identity.as_ref()?, after.identity.as_ref()?);
    let kind = match new.kind {
        IdentityKind::Always => "ALWAYS",
        IdentityKind::ByDefault => "BY DEFAULT",
        _ => return None,
    };
    // The sequence follows the type of the column.
    let usual = &after.data_type;
    let changes = option_changes((&old.options, usual), (&new.options, usual))?;
    let mut words = Vec::new();
    if old.kind != new.kind {
        words.push(format!("SET GENERATED {kind}"));
    }
    words.extend(changes.iter().map(|change| match change.0.as_str() {
        "RESTART" => option_text(change),
        _ => format!("SET {}", option_text(change)),
    }));
    Some(words.join(" "))
}

/// A column that a sequence of its own numbers before or after, or both.
pub(super) fn serial(table: &Name, before: &Column, after: &Column) -> Option<Vec<Op>> {
    let is_serial = |column: &Column| {
        column.identity.as_ref().is_some_and(|identity| identity.kind == IdentityKind::Serial)
    };
    match (is_serial(before), is_serial(after)) {
        (true, true) => both_serial(table, before, after),
        (true, false) => {
            let mut ops = without_serial(table, before, after);
            let old = Column { identity: None, ..before.clone() };
            ops.extend(Emitter.alter_column(table, &old, after)?);
            Some(ops)
        }
        _ => new_serial(table, before, after),
    }
}

/// The sequence follows the type, and its options change.
fn both_serial(table: &Name, before: &Column, after: &Column) -> Option<Vec<Op>> {
    let plain = |column: &Column| Column { identity: None, ..column.clone() };
    let (old, new) = (before.identity.as_ref()?, after.identity.as_ref()?);
    let changes =
        option_changes((&old.options, &before.data_type), (&new.options, &after.data_type))?;
    let mut ops = Emitter.alter_column(table, &plain(before), &plain(after))?;
    if !changes.is_empty() {
        let change = SequenceChange::Options(changes);
        ops.push(Op::AlterSequence { name: sequence_of(table, after), change, if_exists: false });
    }
    Some(ops)
}

/// Takes its sequence from a column: it goes, unless the default of the column asks for it.
fn without_serial(table: &Name, before: &Column, after: &Column) -> Vec<Op> {
    let sequence = sequence_of(table, before);
    if takes_from(after, &sequence) {
        let change = SequenceChange::OwnedBy(None);
        return vec![Op::AlterSequence { name: sequence, change, if_exists: false }];
    }
    let drop = Op::Drop {
        kind: Kind::Sequence,
        name: sequence,
        key: None,
        if_exists: true,
        cascade: false,
    };
    vec![alter(table, after, ColumnChange::Default(None)), drop]
}

/// Gives a column a sequence of its own, which may be there already.
fn new_serial(table: &Name, before: &Column, after: &Column) -> Option<Vec<Op>> {
    let sequence = sequence_of(table, after);
    let is_there = takes_from(before, &sequence);
    let kept = before.default.clone().filter(|_| is_there);
    let open = Column { default: kept, identity: None, ..after.clone() };
    let mut ops = Emitter.alter_column(table, before, &open)?;
    if !is_there {
        let options = &after.identity.as_ref()?.options;
        if options.starts_with("SEQUENCE NAME ") {
            return None;
        }
        // Options of the author's may have a type of their own.
        let of = match options.contains("AS ") {
            true => String::new(),
            false => format!("AS {} ", after.data_type),
        };
        let definition = format!("{of}{options}").trim_end().to_owned();
        ops.push(Op::CreateSequence {
            name: sequence.clone(),
            sequence: Box::new(Sequence { definition, ..Sequence::default() }),
            if_not_exists: false,
            or_replace: false,
        });
        let literal = crate::sql::quote(&super::names::name(&sequence), '\'');
        let default = format!("nextval({literal}::regclass)");
        ops.push(alter(table, after, ColumnChange::Default(Some(default))));
    }
    let owner = Some((table.clone(), after.name.clone()));
    let change = SequenceChange::OwnedBy(owner);
    ops.push(Op::AlterSequence { name: sequence, change, if_exists: false });
    Some(ops)
}

fn alter(table: &Name, column: &Column, change: ColumnChange) -> Op {
    Op::AlterColumn { table: table.clone(), column: column.name.clone(), change }
}

/// Returns `true` if a column takes its default from a sequence.
fn takes_from(column: &Column, sequence: &Name) -> bool {
    let is_next = |text: &String| text.contains("nextval") && text.contains(&sequence.name);
    column.default.as_ref().is_some_and(is_next)
}

/// The sequence of a column with `serial`.
fn sequence_of(table: &Name, column: &Column) -> Name {
    let options = column.identity.as_ref().map_or("", |identity| identity.options.as_str());
    let named = options.strip_prefix("SEQUENCE NAME ").and_then(|rest| rest.split(' ').next());
    let name = match named {
        Some(named) => named.rsplit('.').next().unwrap_or(named).to_owned(),
        None => format!("{}_{}_seq", table.name, column.name),
    };
    Name { name, ..table.clone() }
}

/// The sequence that a column owns with `serial`, and its definition as one of its own.
pub(super) fn own_sequence(table: &Name, column: &Column) -> Option<(Name, String)> {
    let identity = column.identity.as_ref().filter(|of| of.kind == IdentityKind::Serial)?;
    let options = changed_options(&identity.options, &column.data_type, &[], "bigint")?;
    let definition = match options.strip_prefix("SEQUENCE NAME ") {
        Some(rest) => rest.split_once(' ').map_or("", |(_, rest)| rest).to_owned(),
        None => options,
    };
    Some((sequence_of(table, column), definition))
}

/// Sets the sequence of a column to the last number in its rows, where that is among its numbers.
pub(super) fn count_on(op: &Op, before: &Schema, after: &Schema) -> Option<String> {
    let (table, column) = match op {
        Op::AlterColumn { table, column, change: ColumnChange::AddIdentity(_) } => (table, column),
        Op::AlterSequence { change: SequenceChange::OwnedBy(Some((table, column))), .. } => {
            (table, column)
        }
        _ => return None,
    };
    let old = before.tables.get(table)?.column(column)?;
    let new = after.tables.get(table)?.column(column)?;
    let identity = new.identity.as_ref().filter(|_| old.identity != new.identity)?;
    // A sequence that was there has counted.
    if matches!(op, Op::AlterSequence { name, .. } if before.sequences.contains_key(name)) {
        return None;
    }
    let (start, falls) = first_number(&identity.options)?;
    let own = quoted(column);
    let (last, bound) = if falls { ("min", "<=") } else { ("max", ">=") };
    let of = super::name(table);
    let (text, literal) = (super::names::string(&of), super::names::string(column));
    Some(format!(
        "SELECT setval(pg_get_serial_sequence({text}, {literal}), {last}({own})) FROM {of} HAVING {last}({own}) {bound} {start}"
    ))
}
