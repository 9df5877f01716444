//! What a new name of a table or a column changes in the texts of views and triggers. Where a token
//! may mean something else, the text is unknown.

use super::super::written;
use super::text;
use crate::apply::{Part, State, User};
use crate::schema::{Kind, Name, Table, Trigger, Written};

/// The views and triggers that may have to do with a table: those that mention it, and its own.
fn concerned(state: &State, table: &Name) -> Vec<User> {
    let mut users = state.users_of(&table.name);
    let own = state.table(table).into_iter().flat_map(|table| table.triggers.keys());
    for trigger in own {
        let user = (Kind::Trigger, table.clone(), Some(trigger.clone()));
        if !users.contains(&user) {
            users.push(user);
        }
    }
    users
}

/// Changes the text of a view or a trigger, or marks it as unknown.
fn change(state: &mut State, user: &User, change: impl Fn(&str, bool) -> Option<String>) {
    let (_, owner, part) = user;
    const WHY: &str = "it mentions a name that was changed";
    match part {
        None => {
            let Some(view) = state.view(owner) else { return };
            match change(&view.definition, true) {
                Some(text) => {
                    state.edit_view(owner, |view| {
                        view.definition = text;
                        view.written = Written::default();
                    });
                }
                None => state.mark(Kind::View, owner, Part::Text, WHY),
            }
        }
        Some(name) => {
            let is_table = state.table(owner).is_some();
            let of_table = state.table(owner).and_then(|table| table.triggers.get(name));
            let trigger =
                of_table.or_else(|| state.view(owner).and_then(|view| view.triggers.get(name)));
            let Some(trigger) = trigger else { return };
            let Some(text) = change(&trigger.definition, false) else {
                let kind = if is_table { Kind::Table } else { Kind::View };
                state.mark(kind, owner, Part::Trigger(name.to_ascii_lowercase()), WHY);
                return;
            };
            let set = |trigger: &mut Trigger| {
                *trigger = Trigger { definition: text, ..Trigger::default() }
            };
            if is_table {
                state.edit_table(owner, |table| table.triggers.get_mut(name).map(set));
            } else {
                state.edit_view(owner, |view| view.triggers.get_mut(name).map(set));
            }
        }
    }
    let names = state.uses(user).to_vec();
    state.set_uses(user.clone(), Some(names));
}

/// Renames a table in the texts that mention it.
pub(super) fn table_in_texts(state: &mut State, from: &Name, to: &Name) {
    for user in concerned(state, from) {
        change(state, &user, |text, _| text::rename_table(text, &from.name, &to.name));
        let mut names = state.uses(&user).to_vec();
        for name in names.iter_mut().filter(|name| name.name.eq_ignore_ascii_case(&from.name)) {
            name.name.clone_from(&to.name);
        }
        state.set_uses(user, Some(names));
    }
}

/// Renames a column in the texts that mention its table.
pub(super) fn column_in_texts(state: &mut State, table: &Name, column: &str, to: &str) {
    for user in concerned(state, table) {
        let own = user.0 == Kind::Trigger && user.1 == *table;
        change(state, &user, |text, is_view| {
            let alone = is_view && text::reads_only(text, &table.name);
            text::rename_column_of(text, (&table.name, column), to, own, alone)
        });
    }
}

/// Changes the statements of a table and of its indexes.
fn change_statements(table: &mut Table, change: impl Fn(&str) -> Option<String>) {
    table.written.change(&change);
    table.indexes.values_mut().for_each(|index| index.written.change(&change));
}

/// Renames a table in the statements of its own and of those that refer to it.
pub(super) fn table_in_statements(state: &mut State, from: &Name, to: &Name) {
    let change = |text: &str| written::rename_table(text, &from.name, &to.name);
    for child in state.children_of(from).into_iter().filter(|child| child != from) {
        state.edit_table(&child, |child| child.written.change(change));
    }
    state.edit_table(from, |table| change_statements(table, change));
}

/// Renames a column in the statements of its table and of those that refer to it.
pub(super) fn column_in_statements(state: &mut State, table: &Name, column: &str, to: &str) {
    for child in state.children_of(table).into_iter().filter(|child| child != table) {
        state.edit_table(&child, |child| {
            let change = |text: &str| written::rename_parent_column(text, &table.name, column, to);
            child.written.change(change);
        });
    }
    let change = |text: &str| written::rename_column(text, column, to);
    state.edit_table(table, |table| change_statements(table, change));
}
