//! What changes with a table or a type of which it is not known what it is.

use super::kin;
use crate::apply::{Found, Part, State, mark_users};
use crate::op::{Op, TableChange};
use crate::schema::{Kind, Name, View};

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
        if state.table(&place).is_some() {
            match op {
                Op::DropTable { .. } | Op::RenameTable { .. } => {
                    state.mark(Kind::Table, &place, Part::Whole, WHY);
                }
                _ => kin::forget(state, &place),
            }
        }
        for child in kin::children(state, &place) {
            if matches!(op, Op::DropTable { .. }) {
                state.mark(Kind::Table, &child, Part::Whole, WHY);
            } else {
                kin::forget(state, &child);
            }
        }
        let owned = state.schema().sequences.iter().filter(|(_, sequence)| {
            sequence.owned_by.as_ref().is_some_and(|(table, _)| *table == place)
        });
        for sequence in owned.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            state.mark(Kind::Sequence, &sequence, Part::Whole, WHY);
            for (table, column) in super::sequence::users(state, &sequence) {
                state.mark(Kind::Table, &table, Part::Column(column), WHY);
            }
        }
        for (child, key) in super::drop::referring(state, &place) {
            state.mark(Kind::Table, &child, Part::Constraint(key), WHY);
        }
    }
    match op {
        Op::AlterTable {
            change:
                TableChange::AttachPartition { partition, .. }
                | TableChange::DetachPartition { partition },
            ..
        } => {
            for place in super::candidates(state, partition).unwrap_or_default() {
                state.mark(Kind::Table, &place, Part::Whole, WHY);
            }
        }
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

/// The views that read all columns of a table were created with those that it had then.
pub(super) fn views_of_all_columns(state: &mut State, table: &Name) {
    const WHY: &str = "it was created before a column that its * would read now";
    for (kind, view, _) in state.users_of(&table.name) {
        let reads_all = |view: &View| {
            view.definition.replace("count(*)", "").replace("COUNT(*)", "").contains('*')
        };
        if kind == Kind::View && state.view(&view).is_some_and(reads_all) {
            state.mark(Kind::View, &view, Part::Text, WHY);
        }
    }
}

/// Marks the indexes of all tables and views, of which any may have been created or dropped.
pub(super) fn indexes(state: &mut State) {
    const WHY: &str = "the name of an index is put together at run time";
    let tables: Vec<Name> = state.schema().tables.keys().cloned().collect();
    let views: Vec<Name> = state.schema().views.keys().cloned().collect();
    for (kind, names) in [(Kind::Table, tables), (Kind::View, views)] {
        for name in names {
            state.mark(kind, &name, Part::Indexes, WHY);
        }
    }
}
