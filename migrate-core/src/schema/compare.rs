//! Compares two schemas, object by object.
//!
//! The comparison walks both schemas by name; equal objects cost one comparison. `attributes`
//! destructures a single value. The meaning of a difference and its text belong to other modules.

use std::collections::BTreeMap;

use super::attributes::{Attributes, Constrains};
use super::change::{Attribute, Change, Difference, Item, Object};
use super::model::{Column, Domain, Index, Kind, Name, Other, Schema, Table, Trigger, View};
use super::render;

/// Returns all differences: tables, then views, enums, domains, sequences and others, each by name.
///
/// A table in only one schema is one difference with all its parts. Constraints are paired by name,
/// then by text, and keys without a name by their columns; their order does not count.
///
/// ```
/// use migrate_core::schema::{Change, Name, Schema, Table, compare};
/// let mut after = Schema::default();
/// after.tables.insert(Name::new("users"), Table::default());
/// let found = compare(&Schema::default(), &after);
/// assert_eq!(found[0].object.name, "users");
/// assert_eq!(found[0].change, Change::Added);
/// ```
#[must_use]
pub fn compare(before: &Schema, after: &Schema) -> Vec<Difference> {
    let Schema { tables, views, enums, domains, sequences, others } = before;
    let mut comparison = Comparison { found: Vec::new() };
    let of = |kind: Kind| move |name: &Name| Object::whole(kind, name.to_string());
    comparison.each(tables, &after.tables, |name, _| of(Kind::Table)(name), Comparison::table);
    comparison.each(views, &after.views, |name, view| of(view.kind())(name), Comparison::view);
    comparison.each(enums, &after.enums, |name, _| of(Kind::Enum)(name), Comparison::attributes);
    comparison.each(domains, &after.domains, |name, _| of(Kind::Domain)(name), Comparison::domain);
    comparison.each(
        sequences,
        &after.sequences,
        |name, _| of(Kind::Sequence)(name),
        Comparison::attributes,
    );
    let other = |(kind, name): &(Kind, String), other: &Other| {
        let is_view = |table| before.views.contains_key(table) || after.views.contains_key(table);
        let part_of = match &other.table {
            Some(table) if is_view(table) => Kind::View,
            _ => Kind::Table,
        };
        // What stands on its own name twice is told apart by its table, which is told anyway.
        let table = other.table.as_ref().filter(|_| !kind.names_its_object());
        let name =
            table.and_then(|table| name.strip_suffix(&format!(" on {table}"))).unwrap_or(name);
        Object { kind: *kind, table: table.cloned(), part_of, name: name.to_owned() }
    };
    comparison.each(others, &after.others, other, Comparison::attributes);
    comparison.found
}

/// Iterates over the names in either map whose values differ.
pub(super) fn pairs<'a, K: Ord, V: PartialEq>(
    before: &'a BTreeMap<K, V>,
    after: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, Option<&'a V>, Option<&'a V>)> {
    let mut all: BTreeMap<&K, (Option<&V>, Option<&V>)> =
        before.iter().map(|(key, value)| (key, (Some(value), None))).collect();
    for (key, value) in after {
        all.entry(key).or_default().1 = Some(value);
    }
    all.into_iter().map(|(key, (before, after))| (key, before, after)).filter(|(_, b, a)| b != a)
}

/// The differences found so far.
struct Comparison {
    found: Vec<Difference>,
}

impl Comparison {
    fn push(&mut self, object: Object, change: Change, before: Option<Item>, after: Option<Item>) {
        self.found.push(Difference { object, change, before, after });
    }

    fn added(&mut self, object: Object, value: &impl Attributes) {
        self.push(object, Change::Added, None, Some(value.item()));
    }

    fn removed(&mut self, object: Object, value: &impl Attributes) {
        self.push(object, Change::Removed, Some(value.item()), None);
    }

    /// Adds a change of a value in both schemas.
    fn changed<V: Attributes>(&mut self, object: Object, change: Change, before: &V, after: &V) {
        self.push(object, change, Some(before.item()), Some(after.item()));
    }

    /// Compares two maps of objects: `object` describes an entry, and `both` compares the values of
    /// a common name.
    fn each<K: Ord, V: PartialEq + Attributes>(
        &mut self,
        before: &BTreeMap<K, V>,
        after: &BTreeMap<K, V>,
        object: impl Fn(&K, &V) -> Object,
        mut both: impl FnMut(&mut Self, &K, &Object, &V, &V),
    ) {
        for pair in pairs(before, after) {
            match pair {
                (key, Some(before), Some(after)) => {
                    both(self, key, &object(key, after), before, after);
                }
                (key, Some(before), None) => self.removed(object(key, before), before),
                (key, None, Some(after)) => self.added(object(key, after), after),
                (_, None, None) => {}
            }
        }
    }

    fn attributes<K, V: Attributes>(&mut self, _: &K, object: &Object, before: &V, after: &V) {
        for ((attribute, old), (_, new)) in before.attributes().into_iter().zip(after.attributes())
        {
            if old != new {
                let change = Change::Altered { attribute, before: old, after: new };
                self.changed(object.clone(), change, before, after);
            }
        }
    }

    fn table(&mut self, name: &Name, object: &Object, before: &Table, after: &Table) {
        for (option, old, new) in pairs(&render::options(before), &render::options(after)) {
            let text = |value: Option<&String>| value.map(|value| render::option(option, value));
            let change = Change::Altered {
                attribute: Attribute::Option,
                before: text(old),
                after: text(new),
            };
            self.changed(object.clone(), change, before, after);
        }
        self.attributes(name, object, before, after);
        self.columns(name, object, before, after);
        let part = |kind| (object, name, kind);
        let (earlier, later) = (before.primary_key.as_slice(), after.primary_key.as_slice());
        self.constraints(part(Kind::PrimaryKey), earlier, later);
        self.constraints(part(Kind::Unique), &before.uniques, &after.uniques);
        self.constraints(part(Kind::Check), &before.checks, &after.checks);
        self.constraints(part(Kind::ForeignKey), &before.foreign_keys, &after.foreign_keys);
        self.constraints(part(Kind::Constraint), &before.constraints, &after.constraints);
        self.indexes(name, object, &before.indexes, &after.indexes);
        self.triggers(name, object, &before.triggers, &after.triggers);
    }

    fn columns(&mut self, name: &Name, object: &Object, before: &Table, after: &Table) {
        let (earlier, later) = (by_name(before), by_name(after));
        self.each(
            &earlier,
            &later,
            |column, _| object.part(name, Kind::Column, *column),
            |comparison, key, object, before, after| {
                comparison.attributes(key, object, *before, *after)
            },
        );
        let shared = |table: &Table, other: &BTreeMap<&str, _>| -> Vec<String> {
            let names = table.columns.iter().map(|column| &column.name);
            names.filter(|name| other.contains_key(name.as_str())).cloned().collect()
        };
        let (old, new) = (shared(before, &later), shared(after, &earlier));
        if old != new {
            let change = Change::Reordered { before: old, after: new };
            self.changed(object.clone(), change, before, after);
        }
    }

    /// Compares constraints of one kind. They are paired by name, then by text, then, without a
    /// name, by their columns.
    fn constraints<C: Constrains>(
        &mut self,
        (object, owner, kind): (&Object, &Name, Kind),
        before: &[C],
        after: &[C],
    ) {
        let label = |c: &C| c.name().map_or_else(|| c.text(), str::to_owned);
        let mut partner: Vec<Option<usize>> = vec![None; before.len()];
        let mut taken = vec![false; after.len()];
        // Primary keys are paired without a name.
        if kind == Kind::PrimaryKey && before.len() == 1 && after.len() == 1 {
            (partner[0], taken[0]) = (Some(0), true);
        }
        pair_up(before, after, &mut partner, &mut taken, |c| c.name().map(str::to_owned));
        pair_up(before, after, &mut partner, &mut taken, |c| Some(c.attributes()));
        pair_up(before, after, &mut partner, &mut taken, |c| {
            let is_named = c.name().is_some() && !c.has_generated_name();
            c.columns().filter(|_| !is_named).map(<[String]>::to_vec)
        });
        for (before, partner) in before.iter().zip(partner) {
            let Some(after) = partner.map(|n| &after[n]) else {
                self.removed(object.part(owner, kind, label(before)), before);
                continue;
            };
            // If one schema has no name, every generated name in the other is right.
            let is_open = |one: &C, other: &C| one.name().is_none() && other.has_generated_name();
            let same =
                before.name() == after.name() || is_open(before, after) || is_open(after, before);
            if !same {
                let text = |c: &C| c.name().map(str::to_owned);
                let change = Change::Altered {
                    attribute: Attribute::Name,
                    before: text(before),
                    after: text(after),
                };
                let object = object.part(owner, kind, before.text());
                self.changed(object, change, before, after);
            }
            self.attributes(owner, &object.part(owner, kind, label(before)), before, after);
        }
        for (after, _) in after.iter().zip(taken).filter(|(_, taken)| !taken) {
            self.added(object.part(owner, kind, label(after)), after);
        }
    }

    fn indexes(
        &mut self,
        owner: &Name,
        object: &Object,
        before: &BTreeMap<String, Index>,
        after: &BTreeMap<String, Index>,
    ) {
        self.each(
            before,
            after,
            |n, _| object.part(owner, Kind::Index, n.as_str()),
            Self::attributes,
        );
    }

    fn triggers(
        &mut self,
        owner: &Name,
        object: &Object,
        before: &BTreeMap<String, Trigger>,
        after: &BTreeMap<String, Trigger>,
    ) {
        self.each(
            before,
            after,
            |n, _| object.part(owner, Kind::Trigger, n.as_str()),
            Self::attributes,
        );
    }

    fn view(&mut self, name: &Name, object: &Object, before: &View, after: &View) {
        self.attributes(name, object, before, after);
        self.indexes(name, object, &before.indexes, &after.indexes);
        self.triggers(name, object, &before.triggers, &after.triggers);
    }

    fn domain(&mut self, name: &Name, object: &Object, before: &Domain, after: &Domain) {
        self.attributes(name, object, before, after);
        self.constraints((object, name, Kind::Check), &before.checks, &after.checks);
    }
}

fn by_name(table: &Table) -> BTreeMap<&str, &Column> {
    table.columns.iter().map(|column| (column.name.as_str(), column)).collect()
}

/// Pairs each entry of `before` without a partner with the first free entry of the same key.
fn pair_up<C, K: Ord>(
    before: &[C],
    after: &[C],
    partner: &mut [Option<usize>],
    taken: &mut [bool],
    key: impl Fn(&C) -> Option<K>,
) {
    let mut free: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for n in (0..after.len()).rev().filter(|n| !taken[*n]) {
        if let Some(key) = key(&after[n]) {
            free.entry(key).or_default().push(n);
        }
    }
    for (constraint, partner) in before.iter().zip(partner).filter(|(_, p)| p.is_none()) {
        let found = key(constraint).and_then(|key| free.get_mut(&key)?.pop());
        if let Some(n) = found {
            (*partner, taken[n]) = (Some(n), true);
        }
    }
}
