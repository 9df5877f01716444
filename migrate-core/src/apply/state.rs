//! A schema that changes, with what a session adds to it, and the way back.
//!
//! Every change goes through [`State`], which keeps the old value of what changes first after a
//! checkpoint. A revision so costs what it touches, and not the size of the schema. Beside the
//! schema stand indexes of names. They may hold too much, never too little: each answer is
//! compared with the schema, so they need no way back.

mod copies;
mod session;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::rules::Rules;
use super::unknown::{Origin, Part, Reason, StaticSchema, Target, Unknown};
use crate::schema::{Domain, Enum, Kind, Name, Other, Schema, Sequence, Table, View};
use crate::source::Span;

/// An object that uses others: a view, a trigger (with the name of its table), or one that is known
/// by text alone.
pub type User = (Kind, Name, Option<String>);

/// The old value of one thing.
#[derive(Debug, Clone)]
enum Old {
    Table(Option<Box<Table>>),
    View(Option<Box<View>>),
    Enum(Option<Box<Enum>>),
    Domain(Option<Box<Domain>>),
    Sequence(Option<Box<Sequence>>),
    Other(Option<Box<Other>>),
    Setting(Option<String>),
    Uses(Option<Vec<Name>>),
    Mark(Option<Reason>),
    Everything(Option<Reason>),
    Known(bool),
}

/// What an old value is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    Table(Name),
    View(Name),
    Enum(Name),
    Domain(Name),
    Sequence(Name),
    Other(Kind, String),
    Setting(String),
    Uses(User),
    Mark(Target),
    Everything,
    Known(Kind, Name),
}

/// A schema between statements.
#[derive(Debug, Clone)]
pub struct State {
    pub(super) rules: &'static dyn Rules,
    current: StaticSchema,
    settings: BTreeMap<String, String>,
    /// The settings with which each session begins.
    first_settings: BTreeMap<String, String>,
    uses: BTreeMap<User, Vec<Name>>,
    origin: Origin,
    checkpoints: Vec<BTreeMap<Slot, Old>>,
    /// How names of objects are spelled, by the folded name.
    spellings: HashMap<(Kind, Name), BTreeSet<Name>>,
    /// Tables and views with an index or a trigger of a folded name.
    owners: HashMap<(Kind, String), BTreeSet<Name>>,
    /// Tables with a foreign key to a table of a folded name, without its namespace.
    children: HashMap<String, BTreeSet<Name>>,
    /// Objects that mention a folded name, without its namespace.
    users: HashMap<String, BTreeSet<User>>,
}

/// The accessors of one map of the schema.
macro_rules! objects {
    ($($map:ident, $slot:ident, $value:ty, $kind:expr, $get:ident, $set:ident, $edit:ident;)*) => {
        $(
            /// A value by its exact name.
            #[must_use]
            pub fn $get(&self, name: &Name) -> Option<&$value> {
                self.current.schema.$map.get(name)
            }

            /// Stores a value under its exact name, or removes it; returns the value before.
            pub fn $set(&mut self, name: &Name, value: Option<$value>) -> Option<$value> {
                let old = self.current.schema.$map.remove(name);
                if self.wants(&Slot::$slot(name.clone())) {
                    self.keep(Slot::$slot(name.clone()), Old::$slot(old.clone().map(Box::new)));
                }
                if let Some(value) = value {
                    self.current.schema.$map.insert(name.clone(), value);
                    self.note($kind, name);
                }
                old
            }

            /// Changes a value in its place; `None` if there is no such value.
            pub fn $edit<R>(
                &mut self,
                name: &Name,
                change: impl FnOnce(&mut $value) -> R,
            ) -> Option<R> {
                let wanted = self.wants(&Slot::$slot(name.clone()));
                let value = self.current.schema.$map.get_mut(name)?;
                let old = wanted.then(|| Box::new(value.clone()));
                let result = change(value);
                if wanted {
                    self.keep(Slot::$slot(name.clone()), Old::$slot(old));
                }
                self.note($kind, name);
                Some(result)
            }
        )*
    };
}

impl State {
    /// An empty schema.
    #[must_use]
    pub fn new(rules: &'static dyn Rules) -> Self {
        Self {
            rules,
            current: StaticSchema::default(),
            settings: BTreeMap::new(),
            first_settings: BTreeMap::new(),
            uses: BTreeMap::new(),
            origin: Origin::default(),
            checkpoints: Vec::new(),
            spellings: HashMap::new(),
            owners: HashMap::new(),
            children: HashMap::new(),
            users: HashMap::new(),
        }
    }

    /// The rules of the database.
    #[must_use]
    pub const fn rules(&self) -> &'static dyn Rules {
        self.rules
    }

    /// The schema, and what is not known of it.
    #[must_use]
    pub const fn current(&self) -> &StaticSchema {
        &self.current
    }

    /// What is known.
    #[must_use]
    pub const fn schema(&self) -> &Schema {
        &self.current.schema
    }

    /// What is not known.
    #[must_use]
    pub const fn unknown(&self) -> &Unknown {
        &self.current.unknown
    }

    /// Names the file of the statements that follow, for [`Origin::source`].
    pub const fn set_source(&mut self, source: usize) {
        self.origin.source = source;
    }

    pub(super) const fn set_span(&mut self, span: Span) {
        self.origin.span = span;
    }

    objects! {
        tables, Table, Table, Kind::Table, table, set_table, edit_table;
        views, View, View, Kind::View, view, set_view, edit_view;
        enums, Enum, Enum, Kind::Enum, enumeration, set_enum, edit_enum;
        domains, Domain, Domain, Kind::Domain, domain, set_domain, edit_domain;
        sequences, Sequence, Sequence, Kind::Sequence, sequence, set_sequence, edit_sequence;
    }

    /// An object that is known by text alone.
    #[must_use]
    pub fn other(&self, kind: Kind, key: &str) -> Option<&Other> {
        self.current.schema.others.get(&(kind, key.to_owned()))
    }

    /// Stores an object that is known by text alone, or removes it; returns the value before.
    pub fn set_other(&mut self, kind: Kind, key: &str, value: Option<Other>) -> Option<Other> {
        let place = (kind, key.to_owned());
        let old = self.current.schema.others.remove(&place);
        let slot = Slot::Other(kind, key.to_owned());
        if self.wants(&slot) {
            self.keep(slot, Old::Other(old.clone().map(Box::new)));
        }
        if let Some(value) = value {
            self.current.schema.others.insert(place, value);
            self.note(kind, &Name::new(key));
        }
        old
    }

    /// The names that a view, a trigger or another object mentions.
    #[must_use]
    pub fn uses(&self, user: &User) -> &[Name] {
        self.uses.get(user).map(Vec::as_slice).unwrap_or_default()
    }

    /// Stores the names that an object mentions.
    pub fn set_uses(&mut self, user: User, names: Option<Vec<Name>>) {
        for name in names.iter().flatten() {
            let folded = self.rules.fold(Kind::Table, &name.name).into_owned();
            self.users.entry(folded).or_default().insert(user.clone());
        }
        let old = match names {
            Some(names) => self.uses.insert(user.clone(), names),
            None => self.uses.remove(&user),
        };
        self.keep(Slot::Uses(user), Old::Uses(old));
    }

    /// The objects that mention a name, whatever namespace stands before it.
    #[must_use]
    pub fn users_of(&self, name: &str) -> Vec<User> {
        let folded = self.rules.fold(Kind::Table, name);
        let mentions = |user: &&User| {
            let same = |used: &Name| self.rules.fold(Kind::Table, &used.name) == folded;
            self.uses(user).iter().any(same)
        };
        let users = self.users.get(folded.as_ref());
        users.into_iter().flatten().filter(mentions).cloned().collect()
    }

    /// The tables with a foreign key to a table.
    #[must_use]
    pub fn children_of(&self, parent: &Name) -> Vec<Name> {
        let folded = self.rules.fold(Kind::Table, &parent.name);
        let refers = |child: &&Name| {
            self.table(child).is_some_and(|table| {
                table.foreign_keys.iter().any(|key| self.same_name(&key.parent, parent))
            })
        };
        let found = self.children.get(folded.as_ref());
        found.into_iter().flatten().filter(refers).cloned().collect()
    }

    /// The tables and views that have an index, a trigger, a constraint or a sequence of a name, with the name as it is
    /// spelled there.
    #[must_use]
    pub fn owners_of(&self, kind: Kind, name: &str) -> Vec<(Name, String)> {
        let folded = self.rules.fold(kind, name);
        let find = |owner: &Name| {
            let mut names = self.parts(kind, owner).into_iter();
            names
                .find(|part| self.rules.fold(kind, part) == folded)
                .map(|part| (owner.clone(), part))
        };
        let found = self.owners.get(&(kind, folded.clone().into_owned()));
        found.into_iter().flatten().filter_map(find).collect()
    }

    /// The key of an object of a kind whose name the database takes for this one.
    #[must_use]
    pub fn find_spelled(&self, kind: Kind, name: &Name) -> Option<Name> {
        if self.exists(kind, name) {
            return Some(name.clone());
        }
        self.spelling(kind, &self.fold(name))
    }

    /// How an object is spelled whose folded name is given.
    pub(super) fn spelling(&self, kind: Kind, folded: &Name) -> Option<Name> {
        let exists = |name: &&Name| self.exists(kind, name);
        self.spellings.get(&(kind, folded.clone()))?.iter().find(exists).cloned()
    }

    /// Returns `true` if the schema has an object of exactly this name.
    #[must_use]
    pub fn exists(&self, kind: Kind, name: &Name) -> bool {
        match kind {
            Kind::Table => self.table(name).is_some(),
            Kind::View | Kind::MaterialisedView => self.view(name).is_some(),
            Kind::Enum => self.enumeration(name).is_some(),
            Kind::Domain => self.domain(name).is_some(),
            Kind::Sequence => self.sequence(name).is_some(),
            _ => self.other(kind, &name.name).is_some(),
        }
    }

    /// Returns `true` if two names of tables or views are the same to the database.
    #[must_use]
    pub fn same_name(&self, one: &Name, other: &Name) -> bool {
        one == other || self.fold(one) == self.fold(other)
    }

    /// A name of a table or view as the database compares it.
    #[must_use]
    pub fn fold(&self, name: &Name) -> Name {
        let fold = |kind, text: &str| self.rules.fold(kind, text).into_owned();
        Name {
            namespace: name.namespace.as_deref().map(|text| fold(Kind::Namespace, text)),
            name: fold(Kind::Table, &name.name),
        }
    }

    /// The names of the indexes, triggers, constraints or owned sequences of a table or view.
    fn parts(&self, kind: Kind, owner: &Name) -> Vec<String> {
        let (table, view) = (self.table(owner), self.view(owner));
        if kind == Kind::Constraint {
            return table.into_iter().flat_map(constraint_names).map(str::to_owned).collect();
        }
        if kind == Kind::Sequence {
            return table.map(|table| self.rules.sequences(owner, table)).unwrap_or_default();
        }
        if kind == Kind::Trigger {
            let triggers = table.map(|table| &table.triggers).or(view.map(|view| &view.triggers));
            return triggers.into_iter().flat_map(BTreeMap::keys).cloned().collect();
        }
        let indexes = table.map(|table| &table.indexes).or(view.map(|view| &view.indexes));
        indexes.into_iter().flat_map(BTreeMap::keys).cloned().collect()
    }

    /// Enters an object into the indexes of names.
    fn note(&mut self, kind: Kind, name: &Name) {
        let folded = self.fold(name);
        self.spellings.entry((kind, folded)).or_default().insert(name.clone());
        if !matches!(kind, Kind::Table | Kind::View) {
            return;
        }
        for part in [Kind::Index, Kind::Trigger, Kind::Constraint, Kind::Sequence] {
            for text in self.parts(part, name) {
                let folded = self.rules.fold(part, &text).into_owned();
                self.owners.entry((part, folded)).or_default().insert(name.clone());
            }
        }
        let keys = self.current.schema.tables.get(name).map(|table| &table.foreign_keys);
        for key in keys.into_iter().flatten() {
            let folded = self.rules.fold(Kind::Table, &key.parent.name).into_owned();
            self.children.entry(folded).or_default().insert(name.clone());
        }
    }

    /// Sets or removes a mark; `None` as the reason removes it.
    fn set_mark(&mut self, target: Target, reason: Option<Reason>) {
        let marks = &mut self.current.unknown.marks;
        let old = match reason {
            Some(reason) => marks.insert(target.clone(), reason),
            None => marks.remove(&target),
        };
        self.keep(Slot::Mark(target), Old::Mark(old));
    }

    /// Marks a part of an object as unknown, because of the statement that is applied.
    pub fn mark(&mut self, kind: Kind, name: &Name, part: Part, why: &'static str) {
        let target = Target { kind: Some(kind), name: self.fold(name), part };
        self.set_mark(target, Some(Reason { why, origin: self.origin }));
    }

    /// Marks every object of a name as unknown.
    pub fn mark_name(&mut self, name: &Name, why: &'static str) {
        let folded = self.fold(name);
        let known = self.current.unknown.known.iter().filter(|(_, name)| *name == folded);
        for (kind, name) in known.cloned().collect::<Vec<_>>() {
            self.current.unknown.known.remove(&(kind, name.clone()));
            self.keep(Slot::Known(kind, name), Old::Known(true));
        }
        let target = Target { kind: None, name: folded, part: Part::Whole };
        self.set_mark(target, Some(Reason { why, origin: self.origin }));
    }

    /// Marks everything as unknown.
    pub fn mark_everything(&mut self, why: &'static str) {
        let reason = Reason { why, origin: self.origin };
        let old = self.current.unknown.everything.replace(reason);
        self.keep(Slot::Everything, Old::Everything(old));
        for (kind, name) in std::mem::take(&mut self.current.unknown.known) {
            self.keep(Slot::Known(kind, name), Old::Known(true));
        }
    }

    /// Notes that it is known from here on whether an object exists, and what is in it.
    pub fn mark_known(&mut self, kind: Kind, name: &Name) {
        let folded = self.fold(name);
        if !self.current.unknown.marks.is_empty() {
            let parts = self.current.unknown.marks_of(kind, &folded).map(|(part, _)| part.clone());
            for part in parts.collect::<Vec<_>>() {
                let target = Target { kind: Some(kind), name: folded.clone(), part };
                self.set_mark(target, None);
            }
        }
        let any = Target { kind: None, name: folded.clone(), part: Part::Whole };
        let unknown = &self.current.unknown;
        if unknown.everything.is_some() || unknown.marks.contains_key(&any) {
            let is_new = self.current.unknown.known.insert((kind, folded.clone()));
            self.keep(Slot::Known(kind, folded), Old::Known(!is_new));
        }
    }

    /// Notes that an object is created: from here on it is known that there is no other one of its name.
    pub fn mark_created(&mut self, kind: Kind, name: &Name) {
        for other in self.rules.shares_names(kind).iter().copied().filter(|other| *other != kind) {
            // An index belongs to a table.
            if other == Kind::Index {
                continue;
            }
            if let Some(stale) = self.find_spelled(other, name) {
                match other {
                    Kind::Table => drop(self.set_table(&stale, None)),
                    Kind::View | Kind::MaterialisedView => drop(self.set_view(&stale, None)),
                    Kind::Enum => drop(self.set_enum(&stale, None)),
                    Kind::Domain => drop(self.set_domain(&stale, None)),
                    Kind::Sequence => drop(self.set_sequence(&stale, None)),
                    _ => drop(self.set_other(other, &stale.name, None)),
                }
            }
            self.mark_known(other, name);
        }
        self.mark_known(kind, name);
    }

    /// Removes the mark of a part that became known.
    pub fn mark_part_known(&mut self, kind: Kind, name: &Name, part: Part) {
        let target = Target { kind: Some(kind), name: self.fold(name), part };
        if self.current.unknown.marks.contains_key(&target) {
            self.set_mark(target, None);
        }
    }

    /// Moves the marks of an object that is renamed.
    pub fn move_marks(&mut self, kind: Kind, from: &Name, to: &Name) {
        let (from, to) = (self.fold(from), self.fold(to));
        let marks = self.current.unknown.marks_of(kind, &from);
        let marks: Vec<_> = marks.map(|(part, reason)| (part.clone(), reason.clone())).collect();
        for (part, reason) in marks {
            let old = Target { kind: Some(kind), name: from.clone(), part: part.clone() };
            self.set_mark(old, None);
            let new = Target { kind: Some(kind), name: to.clone(), part };
            self.set_mark(new, Some(reason));
        }
    }

    /// Begins to keep old values. Checkpoints nest.
    pub fn checkpoint(&mut self) {
        self.checkpoints.push(BTreeMap::new());
    }

    /// Goes back to the last checkpoint, and forgets it.
    pub fn roll_back(&mut self) {
        for (slot, old) in self.checkpoints.pop().unwrap_or_default() {
            self.restore(slot, old);
        }
    }

    /// Forgets the last checkpoint, and keeps what changed since.
    pub fn release(&mut self) {
        let kept = self.checkpoints.pop().unwrap_or_default();
        if let Some(below) = self.checkpoints.last_mut() {
            for (slot, old) in kept {
                below.entry(slot).or_insert(old);
            }
        }
    }

    /// Forgets all checkpoints, and keeps what changed since.
    pub fn release_all(&mut self) {
        self.checkpoints = Vec::new();
    }

    /// The values before the earliest of the last `count` checkpoints of what changed since, and the
    /// values now: two schemas that hold only these objects.
    #[must_use]
    pub fn changed(&self, count: usize) -> (Schema, Schema) {
        let (mut before, mut after) = (Schema::default(), Schema::default());
        macro_rules! put {
            ($map:ident, $key:expr, $old:expr) => {{
                let key = $key.clone();
                if let Some(old) = $old {
                    before.$map.insert(key.clone(), (**old).clone());
                }
                if let Some(now) = self.current.schema.$map.get(&key) {
                    after.$map.insert(key, now.clone());
                }
            }};
        }
        let first = self.checkpoints.len().saturating_sub(count);
        // The first value that was kept is the oldest.
        let mut oldest: BTreeMap<&Slot, &Old> = BTreeMap::new();
        for (slot, old) in self.checkpoints[first..].iter().flatten() {
            oldest.entry(slot).or_insert(old);
        }
        for (slot, old) in oldest {
            match (slot, old) {
                (Slot::Table(name), Old::Table(old)) => put!(tables, name, old),
                (Slot::View(name), Old::View(old)) => put!(views, name, old),
                (Slot::Enum(name), Old::Enum(old)) => put!(enums, name, old),
                (Slot::Domain(name), Old::Domain(old)) => put!(domains, name, old),
                (Slot::Sequence(name), Old::Sequence(old)) => put!(sequences, name, old),
                (Slot::Other(kind, key), Old::Other(old)) => {
                    put!(others, (*kind, key.clone()), old)
                }
                _ => {}
            }
        }
        // A table says which of its sequences is that of a column.
        let owners = before.sequences.values().chain(after.sequences.values());
        let owners: BTreeSet<Name> =
            owners.filter_map(|sequence| Some(sequence.owned_by.as_ref()?.0.clone())).collect();
        for owner in owners {
            let is_changed =
                before.tables.contains_key(&owner) || after.tables.contains_key(&owner);
            if let Some(table) = self.table(&owner).filter(|_| !is_changed) {
                before.tables.insert(owner.clone(), table.clone());
                after.tables.insert(owner, table.clone());
            }
        }
        (before, after)
    }

    /// The checkpoints that are open.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.checkpoints.len()
    }

    /// Returns `true` if the old value of a slot is wanted and not kept yet.
    fn wants(&self, slot: &Slot) -> bool {
        self.checkpoints.last().is_some_and(|kept| !kept.contains_key(slot))
    }

    fn keep(&mut self, slot: Slot, old: Old) {
        if let Some(kept) = self.checkpoints.last_mut() {
            kept.entry(slot).or_insert(old);
        }
    }

    fn restore(&mut self, slot: Slot, old: Old) {
        fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
            match value {
                Some(value) => map.insert(key, value),
                None => map.remove(&key),
            };
        }
        let StaticSchema { schema, unknown } = &mut self.current;
        match (slot, old) {
            (Slot::Table(name), Old::Table(old)) => put(&mut schema.tables, name, old.map(|o| *o)),
            (Slot::View(name), Old::View(old)) => put(&mut schema.views, name, old.map(|o| *o)),
            (Slot::Enum(name), Old::Enum(old)) => put(&mut schema.enums, name, old.map(|o| *o)),
            (Slot::Domain(name), Old::Domain(old)) => {
                put(&mut schema.domains, name, old.map(|o| *o));
            }
            (Slot::Sequence(name), Old::Sequence(old)) => {
                put(&mut schema.sequences, name, old.map(|o| *o));
            }
            (Slot::Other(kind, key), Old::Other(old)) => {
                put(&mut schema.others, (kind, key), old.map(|o| *o));
            }
            (Slot::Setting(name), Old::Setting(old)) => put(&mut self.settings, name, old),
            (Slot::Uses(user), Old::Uses(old)) => put(&mut self.uses, user, old),
            (Slot::Mark(target), Old::Mark(old)) => put(&mut unknown.marks, target, old),
            (Slot::Everything, Old::Everything(old)) => unknown.everything = old,
            (Slot::Known(kind, name), Old::Known(true)) => {
                unknown.known.insert((kind, name));
            }
            (Slot::Known(kind, name), _) => {
                unknown.known.remove(&(kind, name));
            }
            _ => {}
        }
    }
}

/// The names of the constraints of a table.
pub(crate) fn constraint_names(table: &Table) -> impl Iterator<Item = &str> {
    let keys = table.primary_key.iter().chain(&table.uniques).map(|key| key.name.as_deref());
    let checks = table.checks.iter().map(|check| check.name.as_deref());
    let foreign = table.foreign_keys.iter().map(|key| key.name.as_deref());
    let others = table.constraints.iter().map(|one| Some(one.name.as_str()));
    keys.chain(checks).chain(foreign).chain(others).flatten()
}
