//! Which objects are compared, and which are left alone.

use crate::apply::{Reason, State, is_known};
use crate::config::matches_pattern;
use crate::schema::{Change, Difference, Item, Kind, Name, Schema, compare};

/// The objects that are the project's own. `*` stands for any text.
///
/// ```
/// use migrate_core::autogenerate::Filter;
/// let filter = Filter { tables: vec!["app_*".into()], ignore: vec!["app_cache".into()] };
/// assert!(filter.takes_table("app_users") && !filter.takes_table("app_cache"));
/// assert!(!filter.takes_table("spatial_ref_sys"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The tables and views that are compared; empty for all.
    pub tables: Vec<String>,
    /// Objects of any kind that are never compared.
    pub ignore: Vec<String>,
}

impl Filter {
    /// Returns `true` if a table or view is compared.
    #[must_use]
    pub fn takes_table(&self, name: &str) -> bool {
        let is_listed =
            self.tables.is_empty() || self.tables.iter().any(|of| matches_pattern(of, name));
        is_listed && self.takes(name)
    }

    /// Returns `true` if an object of another kind is compared.
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        !self.ignore.iter().any(|of| matches_pattern(of, name))
    }

    /// Makes everything that is not compared the same as before.
    pub(super) fn restrict(&self, before: &Schema, after: &mut Schema) {
        if *self == Self::default() {
            return;
        }
        macro_rules! restrict {
            ($map:ident, $takes:ident, $text:expr) => {{
                let names = before.$map.keys().chain(after.$map.keys()).cloned();
                for name in names.collect::<Vec<_>>() {
                    if !self.$takes(&$text(&name)) {
                        put(&mut after.$map, name.clone(), before.$map.get(&name).cloned());
                    }
                }
            }};
        }
        restrict!(tables, takes_table, Name::to_string);
        restrict!(views, takes_table, Name::to_string);
        restrict!(enums, takes, Name::to_string);
        restrict!(domains, takes, Name::to_string);
        restrict!(sequences, takes, Name::to_string);
        restrict!(others, takes, |key: &(Kind, String)| key.1.clone());
    }
}

/// A difference about which nothing is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// What differs as far as it is known.
    pub difference: Difference,
    /// Why it is not known.
    pub reason: Option<Reason>,
    /// Whether the wanted schema is unknown there, and not the history.
    pub in_wanted: bool,
}

/// Finds the differences that are not certain, and makes these objects the same as before.
pub(super) fn undecided(
    history: &State,
    wanted: &State,
    before: &Schema,
    after: &mut Schema,
) -> Vec<Undecided> {
    let mut found = Vec::new();
    if history.unknown().is_empty() && wanted.unknown().is_empty() {
        return found;
    }
    for difference in compare(before, after) {
        let is_unknown = |state: &State| !is_known(state, state.unknown(), &difference);
        let in_wanted = is_unknown(wanted);
        if in_wanted || is_unknown(history) {
            let state = if in_wanted { wanted } else { history };
            let reason = reason(state, &difference);
            keep(&difference, before, after);
            found.push(Undecided { difference, reason, in_wanted });
        }
    }
    found
}

/// Why an object is not known.
fn reason(state: &State, difference: &Difference) -> Option<Reason> {
    let object = &difference.object;
    let owner = object.table.as_ref().map_or(object.name.as_str(), |table| &table.name);
    let own = owner.rsplit('.').next().unwrap_or(owner);
    let mut marks = state.unknown().marks();
    let of_object = marks.find(|(target, _)| target.name.name.eq_ignore_ascii_case(own));
    of_object.map(|(_, reason)| reason.clone()).or_else(|| state.unknown().everything().cloned())
}

fn put<K: Ord, V>(map: &mut std::collections::BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}

/// Makes an object that differs the same as before.
fn keep(difference: &Difference, before: &Schema, after: &mut Schema) {
    let object = &difference.object;
    let Some(owner) = &object.table else { return keep_whole(difference, before, after) };
    if object.part_of == Kind::Domain {
        return put(&mut after.domains, owner.clone(), before.domains.get(owner).cloned());
    }
    let old = before.tables.get(owner);
    let Some(new) = after.tables.get_mut(owner) else {
        return put(&mut after.views, owner.clone(), before.views.get(owner).cloned());
    };
    match object.kind {
        Kind::Column => {
            let column = old.and_then(|table| table.column(&object.name)).cloned();
            let at = new.columns.iter().position(|own| own.name == object.name);
            match (column, at) {
                (Some(column), Some(at)) => new.columns[at] = column,
                (Some(column), None) => new.columns.push(column),
                (None, Some(at)) => {
                    new.columns.remove(at);
                }
                (None, None) => {}
            }
        }
        Kind::Index => put(
            &mut new.indexes,
            object.name.clone(),
            old.and_then(|table| table.indexes.get(&object.name)).cloned(),
        ),
        Kind::Trigger => put(
            &mut new.triggers,
            object.name.clone(),
            old.and_then(|table| table.triggers.get(&object.name)).cloned(),
        ),
        // A constraint that is not certain leaves all of its kind as they are.
        kind => {
            let Some(old) = old else { return };
            match kind {
                Kind::PrimaryKey => new.primary_key.clone_from(&old.primary_key),
                Kind::Unique => new.uniques.clone_from(&old.uniques),
                Kind::Check => new.checks.clone_from(&old.checks),
                Kind::ForeignKey => new.foreign_keys.clone_from(&old.foreign_keys),
                _ => new.constraints.clone_from(&old.constraints),
            }
        }
    }
}

fn keep_whole(difference: &Difference, before: &Schema, after: &mut Schema) {
    let object = &difference.object;
    macro_rules! keep {
        ($map:ident) => {{
            let mut names = before.$map.keys().chain(after.$map.keys());
            if let Some(name) = names.find(|name| name.to_string() == object.name).cloned() {
                put(&mut after.$map, name.clone(), before.$map.get(&name).cloned());
            }
        }};
    }
    match object.kind {
        Kind::Table => {
            let is_part = matches!(difference.change, Change::Altered { .. });
            let names = before.tables.keys().find(|name| name.to_string() == object.name).cloned();
            match names
                .and_then(|name| Some((before.tables.get(&name)?, after.tables.get_mut(&name)?)))
            {
                Some((old, new)) if is_part => {
                    new.options.clone_from(&old.options);
                    new.comment.clone_from(&old.comment);
                    new.partition_by.clone_from(&old.partition_by);
                    new.partition_of.clone_from(&old.partition_of);
                }
                Some((old, new)) => {
                    let place = |name: &str| old.columns.iter().position(|own| own.name == name);
                    new.columns.sort_by_key(|column| place(&column.name).unwrap_or(usize::MAX));
                }
                None => keep!(tables),
            }
        }
        Kind::View | Kind::MaterialisedView => keep!(views),
        Kind::Enum => keep!(enums),
        Kind::Domain => keep!(domains),
        Kind::Sequence => keep!(sequences),
        kind => {
            let of = |item: &Option<Item>| match item {
                Some(Item::Other(other)) => Some(other.clone()),
                _ => None,
            };
            let (old, new) = (of(&difference.before), of(&difference.after));
            if let Some(new) = new {
                after.others.retain(|(own, _), value| *own != kind || *value != new);
            }
            if let Some(old) = old {
                let mut all = before.others.iter();
                if let Some((key, value)) =
                    all.find(|((own, _), value)| *own == kind && **value == old)
                {
                    after.others.insert(key.clone(), value.clone());
                }
            }
        }
    }
}
