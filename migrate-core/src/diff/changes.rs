//! The objects that go, come, or change in place.
//!
//! A change that the database cannot make in place becomes an object that goes and one that comes. What
//! depends on such an object goes and comes with it.

use std::collections::{BTreeMap, BTreeSet};

use super::nodes;
use super::order::{Node, key};
use crate::dialect::DiffRules;
use crate::op::{Op, Subject};
use crate::schema::{Attribute, Change, Difference, Item, Kind, Name, Other, Schema};

/// An object, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Table(Name),
    Column(Name, String),
    /// A constraint of a table: its kind and its position there.
    Constraint(Name, Kind, usize),
    Index(Name, String),
    Trigger(Name, String),
    View(Name),
    Enum(Name),
    Domain(Name),
    Sequence(Name),
    Other(Kind, String),
}

/// What happens to the objects of two schemas.
#[derive(Default)]
pub(super) struct Changes {
    /// Objects of the first schema that are dropped.
    pub(super) dropped: BTreeSet<Part>,
    /// Objects of the second schema that are created.
    pub(super) created: BTreeSet<Part>,
    /// Tables that are created again with their rows.
    pub(super) rebuilt: BTreeSet<Name>,
    /// Objects that change in place.
    pub(super) nodes: Vec<Node>,
    /// Constraints that are the same under another name: each as it was, as it shall be, and its renaming.
    pub(super) renamed: Vec<(Part, Part, Node)>,
    /// Grants that change in place, unless their objects are created again.
    pub(super) grants: BTreeMap<String, Node>,
    /// Operations before all others.
    pub(super) first: Vec<Op>,
    /// Operations behind all others.
    pub(super) last: Vec<Op>,
}

/// Reads the differences of two schemas.
pub(super) struct Reader<'a> {
    pub(super) before: &'a Schema,
    pub(super) after: &'a Schema,
    pub(super) rules: &'a dyn DiffRules,
    pub(super) changes: Changes,
}

impl Changes {
    pub(super) fn of(
        before: &Schema,
        after: &Schema,
        differences: &[Difference],
        rules: &dyn DiffRules,
    ) -> Self {
        let mut reader = Reader { before, after, rules, changes: Self::default() };
        reader.rebuilds(differences);
        let mut rest = differences;
        while let [first, ..] = rest {
            let same = rest.iter().take_while(|one| one.object == first.object).count();
            let (group, behind) = rest.split_at(same);
            rest = behind;
            let table = first.object.table.as_ref();
            let own = Name::new(first.object.name.clone());
            let is_rebuilt = |name: &Name| reader.changes.rebuilt.contains(name);
            if table.is_some_and(is_rebuilt) || first.object.kind == Kind::Table && is_rebuilt(&own)
            {
                continue;
            }
            reader.object(first, group);
        }
        reader.dependents();
        reader.changes
    }
}

impl Reader<'_> {
    fn rebuilds(&mut self, differences: &[Difference]) {
        let mut of_tables: BTreeMap<Name, Vec<&Difference>> = BTreeMap::new();
        for one in differences {
            let table = match (&one.object.table, one.object.kind) {
                (Some(table), _) => Some(table.clone()),
                (None, Kind::Table) => {
                    whole(&self.before.tables, &self.after.tables, &one.object.name)
                }
                _ => None,
            };
            if let Some(table) = table {
                of_tables.entry(table).or_default().push(one);
            }
        }
        for (name, own) in of_tables {
            let tables = (self.before.tables.get(&name), self.after.tables.get(&name));
            if let (Some(before), Some(after)) = tables
                && self.rules.needs_rebuild(before, after, &own)
            {
                self.changes.rebuilt.insert(name);
            }
        }
    }

    pub(super) fn goes(&mut self, part: Part) {
        self.changes.dropped.insert(part);
    }

    pub(super) fn comes(&mut self, part: Part) {
        self.changes.created.insert(part);
    }

    pub(super) fn replaced(&mut self, part: Part) {
        self.goes(part.clone());
        self.comes(part);
    }

    /// One object, with everything in which it differs.
    fn object(&mut self, first: &Difference, group: &[Difference]) {
        let object = &first.object;
        let (before, after) = (self.before, self.after);
        let name = match object.kind {
            _ if object.table.is_some() => None,
            Kind::Table => whole(&before.tables, &after.tables, &object.name),
            Kind::View | Kind::MaterialisedView => whole(&before.views, &after.views, &object.name),
            Kind::Enum => whole(&before.enums, &after.enums, &object.name),
            Kind::Domain => whole(&before.domains, &after.domains, &object.name),
            Kind::Sequence => whole(&before.sequences, &after.sequences, &object.name),
            _ => None,
        };
        match (object.kind, name, &object.table) {
            (Kind::Table, Some(name), None) => self.table(name, group),
            (Kind::View | Kind::MaterialisedView, Some(name), None) => self.view(name, group),
            (Kind::Enum, Some(name), None) => self.enumeration(name, first),
            (Kind::Domain, Some(name), None) => self.domain(name, first),
            (Kind::Sequence, Some(name), None) => self.sequence(name, first),
            (Kind::Column, _, Some(table)) => self.column(&table.clone(), first),
            (
                Kind::PrimaryKey | Kind::Unique | Kind::Check | Kind::ForeignKey | Kind::Constraint,
                _,
                Some(owner),
            ) if object.part_of != Kind::Domain => {
                self.constraint(&owner.clone(), object.kind, group)
            }
            (Kind::Check, _, Some(owner)) => self.check_of_domain(&owner.clone(), first),
            (Kind::Index, _, Some(owner)) => {
                self.index(&owner.clone(), &object.name.clone(), group)
            }
            (Kind::Trigger, _, Some(owner)) => {
                let part = Part::Trigger(owner.clone(), object.name.clone());
                self.by_presence(part, first);
            }
            _ => self.other(first),
        }
    }

    /// An object that is created, dropped, or replaced.
    pub(super) fn by_presence(&mut self, part: Part, first: &Difference) {
        match first.change {
            Change::Added => self.comes(part),
            Change::Removed => self.goes(part),
            _ => self.replaced(part),
        }
    }

    pub(super) fn comment(
        &mut self,
        kind: Kind,
        name: &Name,
        part: Option<&str>,
        text: Option<&String>,
    ) {
        let subject = Subject { kind, name: name.clone(), part: part.map(str::to_owned) };
        let op = Op::Comment { subject, comment: text.cloned() };
        self.changes.nodes.push(nodes::last(op, &name.name));
    }

    fn view(&mut self, name: Name, group: &[Difference]) {
        if let [one] = group
            && let Change::Altered { attribute: Attribute::Comment, .. } = one.change
            && let Some(Item::View(view)) = &one.after
        {
            return self.comment(view.kind(), &name, None, view.comment.as_ref());
        }
        if let [first, ..] = group {
            self.by_presence(Part::View(name), first);
        }
    }

    /// An object that is known by its text.
    fn other(&mut self, first: &Difference) {
        let kind = first.object.kind;
        let find = |schema: &Schema, item: Option<&Item>| -> Option<String> {
            let Some(Item::Other(wanted)) = item else { return None };
            let own = |(of, name): &(Kind, String), other: &Other| {
                let is_named = *name == first.object.name
                    || other
                        .table
                        .as_ref()
                        .is_some_and(|table| *name == format!("{} on {table}", first.object.name));
                *of == kind && other == wanted && is_named
            };
            let mut all = schema.others.iter();
            all.find(|(key, other)| own(key, other)).map(|((_, name), _)| name.clone())
        };
        let before = find(self.before, first.before.as_ref());
        let after = find(self.after, first.after.as_ref());
        let is_function = kind.is_function();
        match (before, after) {
            (Some(name), Some(same)) if name == same && is_function => {
                let other = &self.after.others[&(kind, same.clone())];
                if self.rules.may_replace(kind, &self.before.others[&(kind, name)], other) {
                    self.changes.nodes.push(nodes::other(self.rules, kind, &same, other, true));
                } else {
                    self.replaced(Part::Other(kind, same));
                }
            }
            (Some(name), Some(same)) if name == same && kind == Kind::Type => {
                let text =
                    |schema: &Schema| schema.others[&(kind, same.clone())].definition.clone();
                let is_used = self.before.tables.values().any(|table| {
                    let of = |column: &crate::schema::Column| {
                        column.user_type.as_ref().is_some_and(|of| of.to_string() == same)
                    };
                    table.columns.iter().any(of)
                });
                match self.rules.alter_type(&text(self.before), &text(self.after), is_used) {
                    Some(changes) => {
                        self.changes.nodes.push(nodes::attributes(&same, changes));
                        self.tables_of_type(&same);
                    }
                    None => {
                        let other = &self.after.others[&(kind, same.clone())];
                        if !is_used || !self.replaced_composite(&same, other) {
                            self.replaced(Part::Other(kind, same));
                        }
                    }
                }
            }
            (Some(name), Some(same)) if name == same && kind == Kind::Grant => {
                let of = |schema: &Schema| schema.others[&(kind, same.clone())].clone();
                let (old, new) = (of(self.before), of(self.after));
                match self.rules.change_grant(&same, &old, &new) {
                    Some(definition) => {
                        let change = Other { definition, ..new };
                        let node = nodes::other(self.rules, kind, &same, &change, false);
                        self.changes.grants.insert(same, node);
                    }
                    None => self.replaced(Part::Other(kind, same)),
                }
            }
            (before, after) => {
                before.into_iter().for_each(|name| self.goes(Part::Other(kind, name)));
                after.into_iter().for_each(|name| self.comes(Part::Other(kind, name)));
            }
        }
    }
}

impl Part {
    /// The object that the key of a grant or a comment names, unless it is a relation or on one.
    pub(super) fn of_key(key: &str) -> Option<Self> {
        let text = key.strip_prefix("on ")?;
        let name = |text: &str| match text.split_once('.') {
            Some((namespace, name)) => {
                Name { namespace: Some(namespace.to_owned()), name: name.to_owned() }
            }
            None => Name::new(text),
        };
        let by_text = [Kind::Function, Kind::Procedure, Kind::Type, Kind::Namespace];
        for kind in by_text.into_iter().chain([Kind::Enum, Kind::Domain]) {
            let Some(own) = text.strip_prefix(kind.word()).and_then(|own| own.strip_prefix(' '))
            else {
                continue;
            };
            return Some(match kind {
                Kind::Enum => Self::Enum(name(own)),
                Kind::Domain => Self::Domain(name(own)),
                kind => Self::Other(kind, own.to_owned()),
            });
        }
        None
    }
}

/// The word by which calls of a function are found.
pub(super) fn function_word(part: &Part) -> Option<String> {
    match part {
        Part::Other(kind, name) if kind.is_function() => {
            Some(key(name.split('(').next().unwrap_or_default()))
        }
        _ => None,
    }
}

/// The name of an object by its text in one of two maps.
fn whole<V>(before: &BTreeMap<Name, V>, after: &BTreeMap<Name, V>, text: &str) -> Option<Name> {
    let plain = Name::new(text);
    if before.contains_key(&plain) || after.contains_key(&plain) {
        return Some(plain);
    }
    before.keys().chain(after.keys()).find(|name| name.to_string() == text).cloned()
}
