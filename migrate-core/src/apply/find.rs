//! Finds the object that a name in a statement means.

use super::rules::PartScope;
use super::state::State;
use super::unknown::Part;
use crate::schema::{Kind, Name, Table};

/// The answer to a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<T> {
    /// It certainly exists.
    Known(T),
    /// It certainly does not exist.
    Missing,
    /// It may exist.
    Unknown,
}

impl State {
    /// The object of one of several kinds that a name means.
    #[must_use]
    pub fn find(&self, kinds: &[Kind], name: &Name) -> Found<(Kind, Name)> {
        let rules = self.rules;
        let Some(candidates) = rules.candidates(self, kinds, name) else { return Found::Unknown };
        for candidate in candidates {
            let folded = self.fold(&candidate);
            for kind in kinds.iter().copied() {
                if self.unknown().whole(kind, &folded).is_some() {
                    return Found::Unknown;
                }
                let spelled = if self.exists(kind, &candidate) {
                    Some(candidate.clone())
                } else {
                    self.spelling(kind, &folded)
                };
                if let Some(spelled) = spelled {
                    return Found::Known((kind, spelled));
                }
            }
            if rules.may_exist(self, &candidate) {
                return Found::Unknown;
            }
        }
        // What the history has made itself is found before this: `pg_jobs` is the name of a table like another.
        if rules.is_system(name) { Found::Unknown } else { Found::Missing }
    }

    /// The one place where an object of a kind may be that a name means; `None` if there are several.
    #[must_use]
    pub fn only_place(&self, kind: Kind, name: &Name) -> Option<Name> {
        let places = self.rules.candidates(self, &[kind], name)?;
        let mut possible = places.into_iter().filter_map(|place| {
            let folded = self.fold(&place);
            let is_unknown = self.unknown().whole(kind, &folded).is_some();
            let spelled = self.spelling(kind, &folded);
            spelled.or(is_unknown.then_some(place))
        });
        let first = possible.next()?;
        possible.next().is_none().then_some(first)
    }

    /// Marks every object that a name may mean, where it is not known which one a statement drops.
    pub fn mark_candidates(&mut self, kind: Kind, name: &Name, why: &'static str) {
        match self.rules.candidates(self, &[kind], name) {
            Some(places) => places.iter().for_each(|place| self.mark_name(place, why)),
            None => self.mark_everything(why),
        }
    }

    /// What the owner of an index or a trigger is: a table, or else a view.
    #[must_use]
    pub(crate) fn owner_kind(&self, owner: &Name) -> Kind {
        if self.table(owner).is_some() { Kind::Table } else { Kind::View }
    }

    /// The table that a name means.
    #[must_use]
    pub fn find_table(&self, name: &Name) -> Found<Name> {
        match self.find(&[Kind::Table], name) {
            Found::Known((_, name)) => Found::Known(name),
            Found::Missing => Found::Missing,
            Found::Unknown => Found::Unknown,
        }
    }

    /// The object that has the name already that an object of a kind would get.
    #[must_use]
    pub fn occupied(&self, kind: Kind, place: &Name) -> Found<(Kind, Name)> {
        let folded = self.fold(place);
        let mut unknown = self.rules.may_exist(self, place);
        for other in self.rules.shares_names(kind).iter().copied() {
            unknown |= self.unknown().whole(other, &folded).is_some();
            let exists = if other == Kind::Index {
                let owners = self.owners_of(Kind::Index, &place.name).into_iter();
                let owners = owners.filter(|(owner, _)| owner.namespace == place.namespace);
                let (certain, possible): (Vec<_>, Vec<_>) = owners.partition(|(owner, name)| {
                    let of = self.owner_kind(owner);
                    let part = Part::Index(self.rules.fold(Kind::Index, name).into_owned());
                    self.unknown().part(of, &self.fold(owner), &part).is_none()
                });
                unknown |= !possible.is_empty();
                certain.into_iter().next().map(|(_, name)| Name { name, ..place.clone() })
            } else {
                self.spelling(other, &folded)
            };
            if let Some(name) = exists
                && self.unknown().whole(other, &folded).is_none()
            {
                return Found::Known((other, name));
            }
        }
        if unknown { Found::Unknown } else { Found::Missing }
    }

    /// The index or trigger that a name means, and the table or view that it belongs to. `owner` is
    /// that table where the statement names it, as it is spelled in the schema.
    #[must_use]
    pub fn find_part(
        &self,
        kind: Kind,
        name: &Name,
        owner: Option<&Name>,
    ) -> Found<(Name, String)> {
        let part = |text: &str| match kind {
            Kind::Trigger => Part::Trigger(text.to_owned()),
            _ => Part::Index(text.to_owned()),
        };
        let folded = self.rules.fold(kind, &name.name).into_owned();
        let mut found = Found::Missing;
        for (table, text) in self.owners_of(kind, &name.name) {
            let fits = match owner {
                Some(owner) => table == *owner,
                None => match self.rules.candidates(self, &[kind], name) {
                    Some(places) => places.iter().any(|place| place.namespace == table.namespace),
                    None => return Found::Unknown,
                },
            };
            if !fits {
                continue;
            }
            let of = self.owner_kind(&table);
            if self.unknown().part(of, &self.fold(&table), &part(&folded)).is_some() {
                return Found::Unknown;
            }
            found = Found::Known((table, text));
        }
        // The name of an index says in which namespace its table is.
        let places = match (owner, self.rules.part_scope(kind)) {
            (None, PartScope::Namespace) => self.rules.candidates(self, &[kind], name),
            _ => None,
        };
        let is_here = |table: &Name| {
            places
                .as_ref()
                .is_none_or(|all| all.iter().any(|one| self.fold(one).namespace == table.namespace))
        };
        if found == Found::Missing
            && self.may_have_part(kind, &folded, &part(&folded), owner, is_here)
        {
            return Found::Unknown;
        }
        found
    }

    /// Returns `true` if something that is unknown may be or hold an index or trigger of a name.
    fn may_have_part(
        &self,
        kind: Kind,
        name: &str,
        part: &Part,
        owner: Option<&Name>,
        is_here: impl Fn(&Name) -> bool,
    ) -> bool {
        let unknown = self.unknown();
        if unknown.is_empty() {
            return false;
        }
        if unknown.everything().is_some() {
            return true;
        }
        let owner = owner.map(|owner| self.fold(owner));
        unknown.marks().any(|(target, _)| {
            let is_name = target.name.name == name && target.part == Part::Whole;
            let fits = owner.as_ref().is_none_or(|owner| *owner == target.name);
            let fits = fits && is_here(&target.name);
            let holds = target.part == *part
                || target.part == Part::Whole
                || kind == Kind::Index
                    && match &target.part {
                        Part::Indexes => true,
                        // Keys have indexes of their names.
                        Part::Constraints => owner.is_none(),
                        Part::Constraint(own) => owner.is_none() && own == name,
                        _ => false,
                    };
            is_name && target.kind.is_none_or(|of| of == kind) || fits && holds
        })
    }

    /// A column of a table by its name; the name is spelled as in the table.
    #[must_use]
    pub fn find_column(&self, table: &Name, column: &str) -> Found<String> {
        let folded = self.rules.fold(Kind::Column, column);
        let part = Part::Column(folded.clone().into_owned());
        if self.unknown().part(Kind::Table, &self.fold(table), &part).is_some() {
            return Found::Unknown;
        }
        match self.table(table).and_then(|table| self.spelled_column(table, column)) {
            Some(name) => Found::Known(name),
            None => Found::Missing,
        }
    }

    /// A column's name as it is spelled in a table.
    #[must_use]
    pub fn spelled_column(&self, table: &Table, column: &str) -> Option<String> {
        let folded = self.rules.fold(Kind::Column, column);
        let mut names = table.columns.iter().map(|column| &column.name);
        names.find(|name| self.rules.fold(Kind::Column, name) == folded).cloned()
    }

    /// How indexes or triggers share names.
    #[must_use]
    pub fn part_scope(&self, kind: Kind) -> PartScope {
        self.rules.part_scope(kind)
    }
}
