//! Texts that say the same in two schemas.
//!
//! Two authors write the same default, check or view in different words. [`align`] gives the second schema
//! the words of the first where the database understands both in the same way, so that
//! [`compare`] finds what differs in meaning and nothing else.
//!
//! Limits. Where it cannot be said whether two texts are the same, they differ: the text of the second
//! schema is written once, and from then on both are the same text.

use crate::apply::{Sameness, State};
use crate::dialect::Dialect;
use crate::expr::{Answer, Place, Scope, TableScope};
use crate::schema::{
    Attribute, Change, Check, Column, DataType, Difference, Index, IndexPart, Item, Kind, Name,
    Schema, Table, compare,
};

/// Returns `after` with the words of `before` where both say the same. `state` is the state whose
/// schema `before` is.
///
/// ```
/// use migrate_core::apply::State;
/// use migrate_core::dialect::Dialect;
/// use migrate_core::diff::align;
/// use migrate_core::schema::{Check, Column, Name, Schema, Table};
///
/// let schema = |text: &str| {
///     let column = Column { name: "age".into(), data_type: "integer".into(), ..Column::default() };
///     let check = Check { expression: text.into(), ..Check::default() };
///     let table = Table { columns: vec![column], checks: vec![check], ..Table::default() };
///     let mut schema = Schema::default();
///     schema.tables.insert(Name::new("users"), table);
///     schema
/// };
/// let (before, after) = (schema("age > 0"), schema("( \"age\" > 0 )"));
/// let state = State::new(Dialect::Postgres.rules());
/// assert_eq!(align(Dialect::Postgres, &state, &before, &after), before);
/// ```
#[must_use]
pub fn align(dialect: Dialect, state: &State, before: &Schema, after: &Schema) -> Schema {
    let mut aligned = after.clone();
    let texts = Texts { dialect, state, before, after };
    for (name, table) in &mut aligned.tables {
        if let Some(old) = before.tables.get(name) {
            if !dialect.diff_rules().keeps_case_of_constraints() {
                names(state, old, table);
            }
            texts.checks(name, old, table);
        }
    }
    for difference in compare(before, &aligned) {
        if texts.is_same(&difference) {
            take(&mut aligned, &difference);
        }
    }
    aligned
}

/// Returns `true` if the attribute that differs says the same in both schemas.
#[must_use]
pub fn says_same(
    dialect: Dialect,
    state: &State,
    before: &Schema,
    after: &Schema,
    difference: &Difference,
) -> bool {
    Texts { dialect, state, before, after }.is_same(difference)
}

/// Spells the names of constraints as before where they differ in case alone.
fn names(state: &State, old: &Table, new: &mut Table) {
    let known: Vec<&str> = crate::apply::constraint_names(old).collect();
    let fold = |name: &str| state.rules().fold(Kind::Constraint, name).into_owned();
    let own = new.primary_key.iter_mut().chain(&mut new.uniques).map(|key| &mut key.name);
    let own = own.chain(new.checks.iter_mut().map(|check| &mut check.name));
    let own = own.chain(new.foreign_keys.iter_mut().map(|key| &mut key.name));
    for name in own.flatten() {
        if let Some(same) = known.iter().find(|known| **known != name && fold(known) == fold(name))
        {
            (*same).clone_into(name);
        }
    }
}

struct Texts<'a> {
    dialect: Dialect,
    state: &'a State,
    before: &'a Schema,
    after: &'a Schema,
}

impl Texts<'_> {
    /// Pairs checks that say the same under different names.
    fn checks(&self, name: &Name, old: &Table, new: &mut Table) {
        let wanted: Vec<Check> = new.checks.clone();
        for check in &mut new.checks {
            if old.checks.iter().any(|own| own.expression == check.expression) {
                continue;
            }
            let same = old.checks.iter().find(|own| {
                own.details == check.details
                    && !wanted.iter().any(|other| other.expression == own.expression)
                    && self.expressions(
                        Some(name),
                        Place::Condition,
                        &own.expression,
                        &check.expression,
                    )
            });
            if let Some(same) = same {
                check.expression.clone_from(&same.expression);
            }
        }
    }

    /// Returns `true` if two expressions of a table are the same with its columns before and after.
    fn expressions(&self, table: Option<&Name>, place: Place<'_>, one: &str, other: &str) -> bool {
        let none = Table::default();
        [self.before, self.after].into_iter().all(|schema| {
            let table = table.and_then(|name| schema.tables.get(name)).unwrap_or(&none);
            let scope = TableScope { schema, table };
            self.dialect.compare_expressions(place, one, other, &scope) == Answer::Equal
        })
    }

    fn defaults(
        &self,
        of: &DataType,
        one: Option<&str>,
        other: Option<&str>,
        scope: &dyn Scope,
    ) -> bool {
        self.dialect.compare_defaults(Place::Default(of), one, other, scope) == Answer::Equal
    }

    fn is_same(&self, difference: &Difference) -> bool {
        let Change::Altered { attribute, before: Some(_), after: Some(_) } = &difference.change
        else {
            return self.is_default_null(difference);
        };
        let (Some(before), Some(after)) = (&difference.before, &difference.after) else {
            return false;
        };
        let owner = difference.object.table.as_ref();
        let condition =
            |one: &str, other: &str| self.expressions(owner, Place::Condition, one, other);
        match (before, after, attribute) {
            (Item::Column(one), Item::Column(other), Attribute::Default) => {
                self.default_of_column(owner, one, other)
            }
            (Item::Column(one), Item::Column(other), Attribute::Generation) => {
                match (&one.generated, &other.generated) {
                    (Some(a), Some(b)) if a.stored == b.stored => {
                        let place = Place::Generated(&one.data_type);
                        one.data_type == other.data_type
                            && self.expressions(owner, place, &a.expression, &b.expression)
                    }
                    _ => false,
                }
            }
            (Item::Check(one), Item::Check(other), Attribute::Condition) => {
                if difference.object.part_of == Kind::Domain {
                    return self.check_of_domain(owner, one, other);
                }
                condition(&one.expression, &other.expression)
            }
            (Item::Index(one), Item::Index(other), Attribute::Condition) => {
                match (&one.predicate, &other.predicate) {
                    (Some(a), Some(b)) => condition(a, b),
                    _ => false,
                }
            }
            (Item::Index(one), Item::Index(other), Attribute::Columns) => {
                self.parts(owner, one, other)
            }
            (Item::Domain(one), Item::Domain(other), Attribute::Default) => {
                one.data_type == other.data_type
                    && self.defaults(
                        &one.data_type,
                        one.default.as_deref(),
                        other.default.as_deref(),
                        &|_: &str| None,
                    )
            }
            (Item::Sequence(_), ..) => false,
            (_, _, Attribute::Definition) => self.definitions(difference),
            _ => false,
        }
    }

    /// A default that is NULL is none.
    fn is_default_null(&self, difference: &Difference) -> bool {
        let Change::Altered { attribute: Attribute::Default, .. } = &difference.change else {
            return false;
        };
        match (&difference.before, &difference.after) {
            (Some(Item::Column(one)), Some(Item::Column(other))) => {
                self.default_of_column(difference.object.table.as_ref(), one, other)
            }
            _ => false,
        }
    }

    fn default_of_column(&self, owner: Option<&Name>, one: &Column, other: &Column) -> bool {
        let none = Table::default();
        let table = owner.and_then(|name| self.before.tables.get(name)).unwrap_or(&none);
        let scope = TableScope { schema: self.before, table };
        let (a, b) = (one.default.as_deref(), other.default.as_deref());
        one.data_type == other.data_type && self.defaults(&one.data_type, a, b, &scope)
    }

    fn check_of_domain(&self, owner: Option<&Name>, one: &Check, other: &Check) -> bool {
        let of = |schema: &Schema| {
            let domain = owner.and_then(|name| schema.domains.get(name));
            domain.map(|domain| domain.data_type.clone())
        };
        let (Some(of), Some(later)) = (of(self.before), of(self.after)) else { return false };
        let value = |name: &str| (name == "value").then(|| of.clone());
        let (a, b) = (&one.expression, &other.expression);
        of == later
            && self.dialect.compare_expressions(Place::Condition, a, b, &value) == Answer::Equal
    }

    fn parts(&self, owner: Option<&Name>, one: &Index, other: &Index) -> bool {
        let plain = |part: &IndexPart| IndexPart { expression: String::new(), ..part.clone() };
        one.parts.len() == other.parts.len()
            && one.parts.iter().zip(&other.parts).all(|(a, b)| {
                plain(a) == plain(b)
                    && self.expressions(owner, Place::IndexPart, &a.expression, &b.expression)
            })
    }

    /// Bodies and queries.
    fn definitions(&self, difference: &Difference) -> bool {
        if self.state.rules().same_text(self.state, difference) == Sameness::Equal {
            return true;
        }
        let Change::Altered { before: Some(one), after: Some(other), .. } = &difference.change
        else {
            return false;
        };
        let scope = |_: &str| None;
        self.dialect.compare_expressions(Place::Body, one, other, &scope) == Answer::Equal
    }
}

/// Takes the text of the first schema for an attribute that says the same.
fn take(schema: &mut Schema, difference: &Difference) {
    let (Some(before), Some(after)) = (&difference.before, &difference.after) else { return };
    let object = &difference.object;
    match (before, after) {
        (Item::Column(one), _) => {
            let table = object.table.as_ref().and_then(|name| schema.tables.get_mut(name));
            let columns = table.into_iter().flat_map(|table| &mut table.columns);
            for column in columns.filter(|column| column.name == one.name) {
                match &difference.change {
                    Change::Altered { attribute: Attribute::Default, .. } => {
                        column.default.clone_from(&one.default);
                    }
                    _ => column.generated.clone_from(&one.generated),
                }
            }
        }
        (Item::Check(one), Item::Check(other)) => {
            let Some(name) = object.table.as_ref() else { return };
            let checks = match object.part_of {
                Kind::Domain => schema.domains.get_mut(name).map(|domain| &mut domain.checks),
                _ => schema.tables.get_mut(name).map(|table| &mut table.checks),
            };
            let checks = checks.into_iter().flatten();
            for check in checks.filter(|check| *check == &**other) {
                check.expression.clone_from(&one.expression);
            }
        }
        (Item::Index(one), _) => {
            let Some(name) = object.table.as_ref() else { return };
            let of_table = schema.tables.get_mut(name).map(|table| &mut table.indexes);
            let all = match of_table {
                Some(indexes) => Some(indexes),
                None => schema.views.get_mut(name).map(|view| &mut view.indexes),
            };
            let Some(index) = all.and_then(|all| all.get_mut(&object.name)) else { return };
            match &difference.change {
                Change::Altered { attribute: Attribute::Condition, .. } => {
                    index.predicate.clone_from(&one.predicate);
                }
                _ => index.parts.clone_from(&one.parts),
            }
        }
        (Item::Trigger(one), _) => {
            let Some(name) = object.table.as_ref() else { return };
            let of_table = schema.tables.get_mut(name).map(|table| &mut table.triggers);
            let all = match of_table {
                Some(triggers) => Some(triggers),
                None => schema.views.get_mut(name).map(|view| &mut view.triggers),
            };
            if let Some(trigger) = all.and_then(|all| all.get_mut(&object.name)) {
                trigger.definition.clone_from(&one.definition);
            }
        }
        (Item::View(one), Item::View(other)) => {
            for view in schema.views.values_mut().filter(|view| *view == &**other) {
                view.definition.clone_from(&one.definition);
            }
        }
        (Item::Domain(one), Item::Domain(other)) => {
            for domain in schema.domains.values_mut().filter(|domain| *domain == &**other) {
                domain.default.clone_from(&one.default);
            }
        }
        (Item::Constraint(one), Item::Constraint(other)) => {
            let table = object.table.as_ref().and_then(|name| schema.tables.get_mut(name));
            let all = table.into_iter().flat_map(|table| &mut table.constraints);
            for constraint in all.filter(|constraint| *constraint == other) {
                constraint.definition.clone_from(&one.definition);
            }
        }
        (Item::Other(one), Item::Other(other)) => {
            for ((kind, _), value) in &mut schema.others {
                if *kind == object.kind && value == other {
                    value.definition.clone_from(&one.definition);
                }
            }
        }
        _ => {}
    }
}
