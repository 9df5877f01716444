//! Which table and which column of the schema before an object is, while statements rename, drop, create and
//! copy.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{Copied, copied};
use crate::apply::{Found, State};
use crate::dialect::Dialect;
use crate::inverse::inner;
use crate::op::Op;
use crate::schema::{Kind, Name, Schema, Table};

/// A table or view, and what it was before.
#[derive(Debug, Clone, Default)]
struct Entry {
    /// Its name before, where it is the same object.
    origin: Option<Name>,
    /// The tables before whose rows it holds.
    rows_of: BTreeSet<Name>,
    /// The columns with another name before, or with none: the name now, and the table and name before.
    columns: BTreeMap<String, Option<String>>,
    /// The tables before of whose rows only some were copied.
    partial: BTreeSet<Name>,
    /// The columns, by their names before, that were copied with other values.
    computed: BTreeSet<String>,
}

impl Entry {
    /// The name before of a column.
    fn column(&self, now: &str) -> Option<String> {
        match self.columns.get(now) {
            Some(before) => before.clone(),
            None => self.origin.is_some().then(|| now.to_owned()),
        }
    }

    fn rename(&mut self, column: &str, to: &str) {
        let before = self.column(column);
        self.columns.insert(column.to_owned(), None);
        self.columns.insert(to.to_owned(), before);
    }
}

/// What every table and view was before.
#[derive(Debug, Clone)]
pub(super) struct Lineage {
    dialect: Dialect,
    entries: BTreeMap<Name, Entry>,
}

impl Lineage {
    /// Everything is what it was.
    pub(super) fn new(dialect: Dialect, before: &Schema) -> Self {
        let same = |name: &Name| {
            let rows_of = [name.clone()].into();
            let entry = Entry { origin: Some(name.clone()), rows_of, ..Entry::default() };
            (name.clone(), entry)
        };
        let entries = before.tables.keys().chain(before.views.keys()).map(same).collect();
        Self { dialect, entries }
    }

    /// Follows an operation of the statement `sql`; `state` is the one before it.
    pub(super) fn follow(&mut self, state: &State, op: &Op, sql: &str) {
        let place = |kind, name: &Name| self.dialect.rules().place(state, kind, name);
        match inner(op) {
            Op::CreateTable { name, or_replace, .. } => {
                if !is_there(state, name) || *or_replace {
                    let place = place(Kind::Table, name);
                    self.entries.extend(place.map(|place| (place, Entry::default())));
                }
            }
            Op::CreateTableAs { name, reads, .. } => {
                if !is_there(state, name) {
                    let place = place(Kind::Table, name);
                    let entry = Entry { rows_of: self.rows(state, reads), ..Entry::default() };
                    self.entries.extend(place.map(|place| (place, entry)));
                }
            }
            Op::CreateView { name, .. } => {
                if !is_there(state, name) {
                    let place = place(Kind::View, name);
                    self.entries.extend(place.map(|place| (place, Entry::default())));
                }
            }
            Op::DropTable { name, .. } | Op::DropView { name, .. } => {
                if let Some(found) = found(state, name) {
                    self.entries.remove(&found);
                }
            }
            Op::RenameTable { name, to, .. } => {
                if let Some(found) = found(state, name) {
                    let namespace = to.namespace.clone().or_else(|| found.namespace.clone());
                    self.moved(&found, Name { namespace, name: to.name.clone() });
                }
            }
            Op::Rename { subject, to, .. } if is_relation(subject.kind) => {
                if let Some(found) = found(state, &subject.name) {
                    self.moved(&found, Name { name: to.clone(), ..found.clone() });
                }
            }
            Op::SetNamespace { subject, namespace, .. } if is_relation(subject.kind) => {
                if let Some(found) = found(state, &subject.name) {
                    let named = Name { namespace: Some(namespace.clone()), ..found.clone() };
                    if let Some(place) = place(subject.kind, &named) {
                        self.moved(&found, place);
                    }
                }
            }
            Op::Rows { reads, writes: Some(table) } => self.rows_move(state, reads, table, sql),
            op => self.columns(state, op),
        }
    }

    fn columns(&mut self, state: &State, op: &Op) {
        let (table, column, to) = match op {
            Op::RenameColumn { table, column, to } => (table, column, Some(to)),
            Op::ReplaceColumn { table, column, with, .. } if *column != with.name => {
                (table, column, Some(&with.name))
            }
            Op::DropColumn { table, column, .. } => (table, column, None),
            Op::AddColumn { table, column, .. } => (table, &column.name, None),
            _ => return,
        };
        let Some(found) = found(state, table) else { return };
        let spelled = state.table(&found).and_then(|table| state.spelled_column(table, column));
        let is_added = matches!(op, Op::AddColumn { .. });
        if is_added && spelled.is_some() {
            return;
        }
        let column = spelled.unwrap_or_else(|| column.clone());
        let Some(entry) = self.entries.get_mut(&found) else { return };
        match to {
            Some(to) => entry.rename(&column, to),
            None => {
                entry.columns.insert(column, None);
            }
        }
    }

    fn moved(&mut self, from: &Name, to: Name) {
        if let Some(entry) = self.entries.remove(from) {
            self.entries.insert(to, entry);
        }
    }

    /// The tables before whose rows some tables hold.
    fn rows(&self, state: &State, reads: &[Name]) -> BTreeSet<Name> {
        let entries = reads.iter().filter_map(|name| self.entries.get(&found(state, name)?));
        entries.flat_map(|entry| entry.rows_of.iter().cloned()).collect()
    }

    /// A new table takes rows of other tables.
    fn rows_move(&mut self, state: &State, reads: &[Name], table: &Name, sql: &str) {
        let Some(to) = found(state, table) else { return };
        if self.entries.get(&to).is_none_or(|entry| entry.origin.is_some()) {
            return;
        }
        let rows = self.rows(state, reads);
        if rows.is_empty() {
            return;
        }
        let from = reads.iter().filter_map(|name| found(state, name));
        let from = from.filter(|name| *name != to).find(|name| self.entries.contains_key(name));
        let copy = copied(sql, self.dialect.lex_rules());
        let mut taken = Entry { rows_of: rows, ..Entry::default() };
        if !copy.is_whole {
            taken.partial.clone_from(&taken.rows_of);
        }
        if let Some((from, entry)) =
            from.and_then(|from| Some((from.clone(), self.entries.get(&from)?)))
            && let (Some(source), Some(target)) = (state.table(&from), state.table(&to))
        {
            taken.partial.extend(entry.partial.iter().cloned());
            taken.computed.extend(entry.computed.iter().cloned());
            for (own, of, is_plain) in pairs(state, source, target, copy) {
                let before = entry.column(&of);
                taken.computed.extend(before.clone().filter(|_| !is_plain));
                taken.columns.insert(own, before);
            }
        }
        if let Some(entry) = self.entries.get_mut(&to) {
            entry.rows_of.extend(taken.rows_of);
            entry.partial.extend(taken.partial);
            entry.computed.extend(taken.computed);
            entry.columns.extend(taken.columns);
        }
    }

    /// Returns `true` if a table is not one of those before.
    pub(super) fn is_new(&self, name: &Name) -> bool {
        self.entries.get(name).is_some_and(|entry| entry.origin.is_none())
    }

    /// Returns `true` if a table before is the same object still.
    pub(super) fn is_alive(&self, origin: &Name) -> bool {
        self.entries.values().any(|entry| entry.origin.as_ref() == Some(origin))
    }

    /// Returns `true` if the rows of a table before are in a table.
    pub(super) fn has_rows(&self, origin: &Name) -> bool {
        self.entries.values().any(|entry| entry.rows_of.contains(origin))
    }

    /// Returns `true` if only a part of the rows of a table before was copied.
    pub(super) fn is_partial(&self, origin: &Name) -> bool {
        let mut holding = self.entries.values().filter(|entry| entry.rows_of.contains(origin));
        holding.all(|entry| entry.partial.contains(origin))
    }

    /// Returns `true` if a column before was copied with other values.
    pub(super) fn is_computed(&self, origin: &Name, column: &str) -> bool {
        let mut holding = self.entries.values().filter(|entry| entry.rows_of.contains(origin));
        holding.all(|entry| entry.computed.contains(column))
    }

    /// Returns `true` if the table of a name has the rows that it had before.
    pub(super) fn has_rows_at(&self, name: &Name) -> bool {
        self.entries.get(name).is_some_and(|entry| entry.rows_of.contains(name))
    }

    /// The name before of a table that is the same object.
    pub(super) fn origin(&self, name: &Name) -> Option<&Name> {
        self.entries.get(name)?.origin.as_ref()
    }

    /// The name before of a column of a table now.
    pub(super) fn column_before(&self, table: &Name, column: &str) -> Option<String> {
        self.entries.get(table)?.column(column)
    }

    /// Where the values of a column before are now: a table and its column.
    pub(super) fn column_now(
        &self,
        origin: &Name,
        column: &str,
        schema: &Schema,
    ) -> Option<(Name, String)> {
        let holding = self.entries.iter().filter(|(_, entry)| entry.rows_of.contains(origin));
        let mut found = holding.filter_map(|(name, entry)| {
            let columns = &schema.tables.get(name)?.columns;
            let now = columns.iter().find(|now| entry.column(&now.name).as_deref() == Some(column));
            Some((name.clone(), now?.name.clone()))
        });
        found.next()
    }

    /// Renames of columns by copying: the table now, the column now, and its name before.
    pub(super) fn copied_columns(&self) -> Vec<(Name, String, String)> {
        let copies = self
            .entries
            .iter()
            .filter(|(name, entry)| entry.origin.is_none() && entry.rows_of.contains(*name));
        let renamed = copies.flat_map(|(name, entry)| {
            entry.columns.iter().filter_map(|(now, before)| {
                let before = before.as_ref().filter(|before| *before != now)?;
                Some((name.clone(), now.clone(), before.clone()))
            })
        });
        renamed.collect()
    }
}

/// The columns of a table that take the values of columns of another: both names, and whether the values are
/// the same.
fn pairs(
    state: &State,
    source: &Table,
    target: &Table,
    copy: Copied,
) -> Vec<(String, String, bool)> {
    let pair = |own: &str, of: &str, is_plain| {
        let own = state.spelled_column(target, own)?;
        Some((own, state.spelled_column(source, of)?, is_plain))
    };
    let listed = |(own, item): (&String, &Option<String>)| match item {
        Some(item) => pair(own, item, true),
        None => pair(own, own, false),
    };
    let names = target.columns.iter().map(|column| &column.name);
    match &copy.columns {
        Some(list) => list.iter().map(|(own, item)| (own, item)).filter_map(listed).collect(),
        // `*` is one item.
        None if copy.items.len() == target.columns.len() && copy.items.len() > 1 => {
            names.zip(&copy.items).filter_map(listed).collect()
        }
        None => names.filter_map(|name| pair(name, name, true)).collect(),
    }
}

const fn is_relation(kind: Kind) -> bool {
    matches!(kind, Kind::Table | Kind::View | Kind::MaterialisedView)
}

/// The table or view that a name means, where that is certain.
pub(super) fn found(state: &State, name: &Name) -> Option<Name> {
    match state.find(&[Kind::Table, Kind::View], name) {
        Found::Known((_, name)) => Some(name),
        _ => None,
    }
}

fn is_there(state: &State, name: &Name) -> bool {
    found(state, name).is_some()
}
