//! What changes with a table or a type of which it is not known what it is.

use super::kin;
use crate::apply::{Found, Part, State, mark_users};
use crate::op::Op;
use crate::schema::{Kind, Name};

const WHY: &str = "it goes with a table that is not known";

/// The table that an operation changes, renames or drops.
const fn table_of(op: &Op) -> Option<&Name> {
    match op {
        Op::DropTable { name, .. } | Op::RenameTable { name, .. } => Some(name),
        Op::CreateIndex { table, .. } => Some(table),
        _ => op.altered_table(),
    }
}

/// Returns `true` if an operation changes something of which it is not known what it is.
pub(super) fn is_of_unknown(state: &State, op: &Op) -> bool {
    let found = match op {
        Op::DropView { name, .. } => state.find(&[Kind::View], name),
        _ => match table_of(op) {
            Some(name) => state.find(&[Kind::Table], name),
            None => return false,
        },
    };
    found == Found::Unknown
}

/// Marks what an operation may change beside the table or view that it names.
pub(super) fn spread(state: &mut State, op: &Op) {
    if let Op::DropView { name, cascade, .. } = op {
        if *cascade {
            super::drop::drop_views(state, &name.name);
        }
        return;
    }
    let Some(name) = table_of(op) else { return };
    for place in super::candidates(state, name).unwrap_or_default() {
        for child in kin::children(state, &place) {
            if matches!(op, Op::DropTable { .. }) {
                state.mark(Kind::Table, &child, Part::Whole, WHY);
            } else {
                kin::forget(state, &child);
            }
        }
        for (child, key) in super::drop::referring(state, &place) {
            state.mark(Kind::Table, &child, Part::Constraint(key), WHY);
        }
    }
    match op {
        Op::DropTable { cascade: true, .. }
        | Op::DropColumn { cascade: true, .. }
        | Op::DropConstraint { cascade: true, .. } => super::drop::drop_views(state, &name.name),
        Op::RenameTable { .. } | Op::RenameColumn { .. } => mark_users(state, &name.name, WHY),
        _ => {}
    }
}

/// Marks the columns of a type that may have been dropped, and what they are in.
pub(super) fn columns_of_type(state: &mut State, name: &Name) {
    const WHY: &str = "its type may have been dropped";
    let places = super::candidates(state, name).unwrap_or_default();
    let columns: Vec<(Name, String)> = state
        .schema()
        .tables
        .iter()
        .flat_map(|(table, value)| {
            let of_type = value
                .columns
                .iter()
                .filter(|one| one.user_type.as_ref().is_some_and(|of| places.contains(of)));
            of_type.map(|column| (table.clone(), column.name.clone()))
        })
        .collect();
    for (table, column) in columns {
        state.mark(Kind::Table, &table, Part::Column(column), WHY);
        super::alter::unknown_parts(state, &table, WHY);
    }
}
