//! Comments: those of tables and columns are a part of them, others stand under a key of their own.

use super::names::{HOME, at_home};
use super::objects::{find, on_table};
use crate::apply::{Found, Part, State};
use crate::op::Subject;
use crate::schema::{Kind, Name, Other};

/// Sets or removes the comment of any object.
pub(super) fn set_comment(state: &mut State, subject: &Subject, comment: Option<&String>) {
    let Subject { kind, name, part } = subject;
    let text = comment.cloned();
    let place = |state: &State, kinds: &[Kind]| match state.find(kinds, name) {
        Found::Known((_, key)) => Some(key),
        _ => None,
    };
    let key = match (kind, part) {
        (Kind::Table, None) => {
            if let Some(key) = place(state, &[Kind::Table]) {
                state.edit_table(&key, |table| table.comment = text);
            }
            return;
        }
        (Kind::View | Kind::MaterialisedView, None) => {
            if let Some(key) = place(state, &[Kind::View]) {
                state.edit_view(&key, |view| view.comment = text);
            }
            return;
        }
        (Kind::Column, Some(column)) => match state.find(&[Kind::Table, Kind::View], name) {
            Found::Known((Kind::Table, key)) => {
                super::sequence::edit_column(state, &key, column, |_, found| found.comment = text);
                return;
            }
            Found::Known((_, key)) => format!("on column {key}.{column}"),
            _ => match find(state, Kind::Type, &name.to_string()) {
                (key, true) => format!("on column {key}.{column}"),
                _ => return,
            },
        },
        (Kind::Index, None) => {
            if let Found::Known((owner, found)) = state.find_part(Kind::Index, name, None) {
                if state.table(&owner).is_some() {
                    state.edit_table(&owner, |table| {
                        table.indexes.get_mut(&found).map(|index| index.comment = text)
                    });
                } else {
                    state.edit_view(&owner, |view| {
                        view.indexes.get_mut(&found).map(|index| index.comment = text)
                    });
                }
                return;
            }
            let key = format!("on index {}", name.name);
            let owner = state.owners_of(Kind::Constraint, &name.name).into_iter().next();
            match owner {
                // The index of a key.
                Some((table, _)) => set(state, &key, text, Some(table)),
                None => state.mark(
                    Kind::Comment,
                    &Name::new(key),
                    Part::Whole,
                    "the index is not known",
                ),
            }
            return;
        }
        (Kind::Namespace, None) if name.name == HOME => {
            // Every database begins with this comment, which the catalog's reader leaves out.
            let text = text.filter(|text| text != "standard public schema");
            set(state, &format!("on schema {HOME}"), text, None);
            return;
        }
        (Kind::Type | Kind::Domain, None) => match state.find(&[Kind::Enum, Kind::Domain], name) {
            Found::Known((Kind::Enum, key)) => {
                state.edit_enum(&key, |found| found.comment = text);
                return;
            }
            Found::Known((_, key)) => {
                state.edit_domain(&key, |found| found.comment = text);
                return;
            }
            _ => match find(state, Kind::Type, &name.to_string()) {
                (key, true) => format!("on type {key}"),
                _ => return,
            },
        },
        (Kind::Sequence, None) => match place(state, &[Kind::Sequence]) {
            Some(key) => {
                state.edit_sequence(&key, |found| found.comment = text);
                return;
            }
            None => {
                let key = format!("on sequence {}", at_home(name));
                if state.find(&[Kind::Sequence], name) == Found::Unknown {
                    const WHY: &str = "the sequence is not known";
                    state.mark(Kind::Comment, &Name::new(key), Part::Whole, WHY);
                    return;
                }
                let table = super::sequence::column_of(state, name).map(|(table, _)| table);
                set(state, &key, text, table);
                return;
            }
        },
        (Kind::Extension, _) => return,
        (Kind::Domain, Some(part)) => format!("on constraint {part}"),
        (Kind::Constraint | Kind::Trigger | Kind::Policy | Kind::Rule, Some(part)) => {
            on_table(state, &format!("on {} {part} on {name}", kind.word()))
        }
        (Kind::Function | Kind::Procedure, Some(key)) => {
            format!("on {} {}", kind.word(), find(state, *kind, key).0)
        }
        (kind, _) => format!("on {} {}", kind.word(), find(state, *kind, &name.to_string()).0),
    };
    let table = match kind {
        Kind::Constraint | Kind::Trigger | Kind::Policy | Kind::Rule | Kind::Column => {
            place(state, &[Kind::Table, Kind::View])
        }
        _ => None,
    };
    set(state, &key, text, table);
}

/// Sets or removes a comment under its key, with the table on which its object stands.
fn set(state: &mut State, key: &str, text: Option<String>, table: Option<Name>) {
    let value = text.map(|definition| Other { definition, table });
    state.set_other(Kind::Comment, key, value);
}
