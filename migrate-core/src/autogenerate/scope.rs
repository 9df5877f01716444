//! Which objects are compared, and which are left alone.

use crate::apply::{Reason, State, is_known};
use crate::config::matches_pattern;
use crate::diff::{keep, put};
use crate::schema::{Difference, Item, Kind, Name, Other, Schema, compare};

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
        if goes_with_its_table(&difference, before, after) {
            continue;
        }
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

/// Returns `true` if the object belongs to a relation that is dropped: nothing of it can be kept.
fn goes_with_its_table(difference: &Difference, before: &Schema, after: &Schema) -> bool {
    let Some(Item::Other(Other { table: Some(name), .. })) = &difference.before else {
        return false;
    };
    let has = |schema: &Schema| {
        schema.tables.contains_key(name)
            || schema.views.contains_key(name)
            || schema.sequences.contains_key(name)
    };
    has(before) && !has(after)
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
