//! Compares the static schema with a catalog.
//!
//! What is marked as unknown is left out and counted. A difference of two texts counts only where
//! [`Rules::same_text`](super::Rules::same_text) says that they differ. The round-trip tests and this
//! project's own tests compare with a [`CatalogComparison`].

use std::collections::{BTreeMap, BTreeSet};

use super::rules::Sameness;
use super::state::State;
use super::unknown::{Part, Unknown};
use crate::schema::{Attribute, Change, Difference, Item, Kind, Name, Schema, compare};

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Against {
    /// Differences that the static schema certainly has not: `before` is the static schema, `after`
    /// the catalog.
    pub differences: Vec<Difference>,
    /// Differences about which nothing is claimed.
    pub unknown: Vec<Difference>,
}

/// Comparisons of one database, while its statements are applied to the static schema too.
///
/// A text whose form in the catalog is not known is unknown the first time. While the static schema says
/// that it, the columns that it reads and the functions that it calls stay, the catalog must not tell it otherwise.
#[derive(Debug, Clone, Default)]
pub struct CatalogComparison {
    /// How the catalog told a text when it was compared first.
    told: BTreeMap<String, String>,
}

impl CatalogComparison {
    /// Compares the schema of a state with the catalog at the same time; see [`against`].
    pub fn compare(&mut self, state: &State, catalog: &Schema) -> Against {
        let mut found = against(state, catalog);
        for one in std::mem::take(&mut found.unknown) {
            match self.is_as_before(state, &one) {
                None => found.unknown.push(one),
                Some(true) => {}
                Some(false) => found.differences.push(one),
            }
        }
        found
    }

    /// Whether the catalog tells a text as it did when the text was compared first; `None` the first
    /// time, and for all that is not known.
    fn is_as_before(&mut self, state: &State, one: &Difference) -> Option<bool> {
        let Change::Altered { attribute, before: Some(before), after: Some(after) } = &one.change
        else {
            return None;
        };
        if !is_known(state, state.unknown(), one) {
            return None;
        }
        let mut key = format!("{:?} {attribute:?} {before}", one.object);
        if one.object.table.is_none() {
            let kind = kind_of_marks(one.object.kind);
            let name = name_of(state, kind, one);
            if !read_columns(state, kind, &name, &mut key, &mut BTreeSet::new()) {
                return None;
            }
        }
        read_functions(state, &mut key);
        if let Some(earlier) = self.told.get(&key) {
            return Some(earlier == after);
        }
        self.told.insert(key, after.clone());
        None
    }
}

/// Appends the functions that a text may call: the types of its parts depend on their arguments and results.
fn read_functions(state: &State, text: &mut String) {
    let others = state.schema().others.iter().filter(|((kind, _), _)| kind.is_function());
    let called = others.filter(|((_, name), _)| {
        let own = name.split('(').next().unwrap_or_default();
        text.contains(own.rsplit('.').next().unwrap_or(own))
    });
    let called: String =
        called.map(|((_, name), other)| format!(" {name} {}", other.definition)).collect();
    text.push_str(&called);
}

/// Appends the columns of what a view or another object reads: `*` and the types of a text depend on them.
/// Returns `false` if they are not known.
fn read_columns(
    state: &State,
    kind: Kind,
    name: &Name,
    text: &mut String,
    seen: &mut BTreeSet<Name>,
) -> bool {
    let (schema, unknown) = (state.schema(), state.unknown());
    for used in state.uses(&(kind, name.clone(), None)) {
        let is_used = |name: &&Name| state.fold(name).name == state.fold(used).name;
        for table in schema.tables.keys().filter(is_used) {
            if unknown.whole(Kind::Table, &state.fold(table)).is_some()
                || has_unknown_column(state, unknown, table)
            {
                return false;
            }
            for column in schema.tables[table].columns.iter() {
                text.push_str(&format!(" {table} {} {}", column.name, column.data_type));
            }
        }
        for view in schema.views.keys().filter(is_used) {
            if !seen.insert(view.clone()) {
                continue;
            }
            text.push_str(&format!(" {view} {}", schema.views[view].definition));
            if unknown.part(Kind::View, &state.fold(view), &Part::Text).is_some()
                || !read_columns(state, Kind::View, view, text, seen)
            {
                return false;
            }
        }
    }
    true
}

/// Compares the schema of a state with a catalog that the same dialect's reader gave.
#[must_use]
pub fn against(state: &State, catalog: &Schema) -> Against {
    let mut schema = state.schema().clone();
    state.rules.present(state, &mut schema);
    let mut result = Against::default();
    for difference in compare(&schema, catalog) {
        if state.rules.same_text(state, &difference) == Sameness::Equal {
            continue;
        }
        if is_claimed(state, &difference) && !may_be_new(state, &difference) {
            result.differences.push(difference);
        } else {
            result.unknown.push(difference);
        }
    }
    result
}

/// Returns `true` if an object that only the catalog has may have been created by a statement that does not
/// name it.
fn may_be_new(state: &State, difference: &Difference) -> bool {
    let kind = difference.object.kind;
    difference.change == Change::Added
        && difference.object.table.is_none()
        && state.rules.may_exist(state, &name_of(state, kind, difference))
}

/// What certainly differs between the schema before the last `count` checkpoints and the schema now,
/// where `before` is what was unknown then. It costs what changed, and not the size of the schema.
#[must_use]
pub fn certain_differences(state: &State, count: usize, before: &Unknown) -> Vec<Difference> {
    let (mut earlier, mut now) = state.changed(count);
    if earlier == now {
        return Vec::new();
    }
    state.rules.present(state, &mut earlier);
    state.rules.present(state, &mut now);
    let mut differences = compare(&earlier, &now);
    differences.retain(|one| is_claimed(state, one) && is_known(state, before, one));
    differences
}

/// Returns `true` if the static schema is certain of what differs.
#[must_use]
pub fn is_claimed(state: &State, difference: &Difference) -> bool {
    is_known(state, state.unknown(), difference)
        && state.rules.same_text(state, difference) == Sameness::Different
}

/// Returns `true` if no mark covers what differs. The marks may be those of an earlier time.
#[must_use]
pub fn is_known(state: &State, unknown: &Unknown, difference: &Difference) -> bool {
    unknown.is_empty() || !is_covered(state, unknown, difference)
}

fn is_covered(state: &State, unknown: &Unknown, difference: &Difference) -> bool {
    let object = &difference.object;
    let fold = |kind: Kind| state.rules.fold(kind, &object.name).into_owned();
    let of = |kind: Kind, name: &Name, part: &Part| {
        unknown.part(kind, &state.fold(name), part).is_some()
    };
    let Some(owner) = &object.table else {
        let kind = kind_of_marks(object.kind);
        let name = name_of(state, kind, difference);
        return of(kind, &name, &Part::Text)
            || matches!(difference.change, Change::Reordered { .. })
                && has_unknown_column(state, unknown, &name);
    };
    let kind = if object.part_of == Kind::Table { Kind::Table } else { Kind::View };
    match object.kind {
        Kind::Column => of(kind, owner, &Part::Column(fold(Kind::Column))),
        Kind::Index => of(kind, owner, &Part::Index(fold(Kind::Index))),
        Kind::Trigger => of(kind, owner, &Part::Trigger(fold(Kind::Trigger))),
        Kind::PrimaryKey | Kind::Unique | Kind::Check | Kind::ForeignKey | Kind::Constraint => {
            let named = |name: &str| {
                let name = state.rules.fold(Kind::Constraint, name).into_owned();
                of(kind, owner, &Part::Constraint(name))
            };
            // Where the names differ, the object has the text of the constraint.
            match &difference.change {
                Change::Altered { attribute: Attribute::Name, before, after } => {
                    before.iter().chain(after).any(|name| named(name))
                        || of(kind, owner, &Part::Constraints)
                }
                _ => named(&object.name),
            }
        }
        // The key of what stands on a table has the table in it.
        _ => [object.name.clone(), format!("{} on {owner}", object.name)]
            .into_iter()
            .any(|key| of(object.kind, &Name::new(key), &Part::Text)),
    }
}

/// The kind of the marks on an object.
fn kind_of_marks(kind: Kind) -> Kind {
    if kind == Kind::MaterialisedView { Kind::View } else { kind }
}

fn has_unknown_column(state: &State, unknown: &Unknown, table: &Name) -> bool {
    let folded = state.fold(table);
    let mut marks = unknown.marks_of(Kind::Table, &folded);
    marks.any(|(part, _)| matches!(part, Part::Column(_) | Part::Columns))
}

/// The name of a whole object: [`Object::name`] has the namespace in its text.
fn name_of(state: &State, kind: Kind, difference: &Difference) -> Name {
    let text = &difference.object.name;
    let schema = state.schema();
    let known = match kind {
        Kind::Table => schema.tables.keys().find(|name| name.to_string() == *text),
        Kind::View => schema.views.keys().find(|name| name.to_string() == *text),
        _ => None,
    };
    if let Some(known) = known {
        return known.clone();
    }
    let has_namespace =
        !matches!(difference.after.as_ref().or(difference.before.as_ref()), Some(Item::Other(_)));
    match text.split_once('.') {
        Some((namespace, name)) if has_namespace => {
            Name { namespace: Some(namespace.to_owned()), name: name.to_owned() }
        }
        _ => Name::new(text.clone()),
    }
}
