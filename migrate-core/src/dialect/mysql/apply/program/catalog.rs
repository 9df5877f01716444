//! How many rows a query of `information_schema` has, as far as the schema tells.

use super::value::{Evaluator, Value};
use crate::apply::{Found, Part, State};
use crate::schema::{Kind, Name, Table};
use crate::sql::{Cursor, TokenKind};

/// A number between two limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) least: u64,
    /// `None` where there is no limit.
    pub(super) most: Option<u64>,
}

impl Count {
    const ANY: Self = Self { least: 0, most: None };

    const fn exactly(count: u64) -> Self {
        Self { least: count, most: Some(count) }
    }
}

/// What a query asks for.
#[derive(Debug, Default)]
struct Filter {
    /// Whether only the database in use is asked for.
    is_own: bool,
    table: Option<String>,
    column: Option<String>,
    /// The name of a constraint or an index.
    name: Option<String>,
    /// `CONSTRAINT_TYPE` or `TABLE_TYPE`.
    kind: Option<String>,
    nullable: Option<bool>,
    /// Whether further conditions may leave rows out.
    is_narrower: bool,
}

/// Counts the rows of what stands behind `FROM`.
pub(super) fn count(evaluator: &Evaluator<'_>, mut source: Cursor<'_>) -> Count {
    if !source.eat("information_schema .") {
        return Count::ANY;
    }
    let Some(view) = source.name() else { return Count::ANY };
    let mut filter = Filter::default();
    if source.eat("AS") || !source.is_any(&["WHERE", "LIMIT"]) && source.peek().is_some() {
        source.bump();
    }
    if source.eat("WHERE") {
        let condition = source.take_until(|cursor| cursor.is("LIMIT"));
        if filter.add(evaluator, condition, 0).is_none() {
            return Count::ANY;
        }
    }
    // A limit is of the rows of the query, not of those that are counted.
    source.eat("LIMIT 1");
    if !source.is_empty() {
        return Count::ANY;
    }
    let found = rows(evaluator.state, &view.to_ascii_uppercase(), &filter);
    let found = match filter.is_own {
        true => found,
        // Tables of other databases may have the name too.
        false => Count { most: None, ..found },
    };
    if filter.is_narrower { Count { least: 0, ..found } } else { found }
}

impl Filter {
    /// Adds the parts of a condition; `None` where it is not a conjunction.
    fn add(&mut self, evaluator: &Evaluator<'_>, condition: Cursor<'_>, depth: u32) -> Option<()> {
        let mut rest = condition.strip_parens();
        if rest.is_empty() || depth > 16 {
            return None;
        }
        while !rest.is_empty() {
            let part = rest.take_until(|cursor| cursor.is_any(&["AND", "&&", "OR", "||", "XOR"]));
            if part.is("(") && part.lexemes().last().is_some_and(|last| last.is(")")) {
                self.add(evaluator, part, depth + 1)?;
            } else {
                self.equal(evaluator, part);
            }
            if !rest.is_empty() {
                rest.eat_any(&["AND", "&&"])?;
            }
        }
        Some(())
    }

    /// Adds `TABLE_NAME = 't'`. What is not of this form may leave rows out.
    fn equal(&mut self, evaluator: &Evaluator<'_>, part: Cursor<'_>) {
        if self.try_equal(evaluator, part).is_none() {
            self.is_narrower = true;
        }
    }

    fn try_equal(&mut self, evaluator: &Evaluator<'_>, mut part: Cursor<'_>) -> Option<()> {
        if part.is_kind(TokenKind::String) || part.is("@") {
            return None;
        }
        let mut column = part.name()?;
        while part.eat(".") {
            column = part.name()?;
        }
        part.eat("=").then_some(())?;
        let value = evaluator.whole(part);
        let value = value.only()?;
        let column = column.to_ascii_uppercase();
        if matches!(column.as_str(), "TABLE_SCHEMA" | "INDEX_SCHEMA" | "CONSTRAINT_SCHEMA") {
            self.is_own |= *value == Value::Database;
            return (*value == Value::Database).then_some(());
        }
        let Value::Text(text) = value else { return None };
        let place = match column.as_str() {
            "TABLE_NAME" => &mut self.table,
            "COLUMN_NAME" => &mut self.column,
            "INDEX_NAME" | "CONSTRAINT_NAME" => &mut self.name,
            "CONSTRAINT_TYPE" | "TABLE_TYPE" => &mut self.kind,
            "IS_NULLABLE" if text.is_ascii() => {
                self.nullable = Some(text.eq_ignore_ascii_case("yes"));
                return Some(());
            }
            _ => return None,
        };
        // A second value, or one that collations may compare in several ways.
        let is_plain = text.is_ascii() && place.is_none();
        is_plain.then(|| *place = Some(text.clone()))
    }
}

fn rows(state: &State, view: &str, filter: &Filter) -> Count {
    let Some(table) = &filter.table else { return of_all_tables(state, view, filter) };
    let kinds = [Kind::Table, Kind::View, Kind::Sequence];
    let (kind, found) = match state.find(&kinds, &Name::new(table.clone())) {
        Found::Missing => return Count::exactly(0),
        Found::Known((kind, found)) if found.namespace.is_none() => (kind, found),
        _ => return Count::ANY,
    };
    if view == "TABLES" {
        return match (filter.kind.as_deref(), kind) {
            (None, _) => Count::exactly(1),
            (Some(asked), Kind::Table) if asked.eq_ignore_ascii_case("BASE TABLE") => {
                Count::exactly(1)
            }
            (Some(asked), Kind::View) if asked.eq_ignore_ascii_case("VIEW") => Count::exactly(1),
            _ => Count { least: 0, most: Some(1) },
        };
    }
    let Some(value) = state.table(&found).filter(|_| kind == Kind::Table) else {
        return Count::ANY;
    };
    let folded = state.fold(&found);
    let is_known = |part: &Part| state.unknown().part(Kind::Table, &folded, part).is_none();
    let name = filter.name.as_deref().map(str::to_lowercase);
    let counted = match view {
        "COLUMNS" => {
            let part = filter
                .column
                .as_ref()
                .map_or(Part::Columns, |name| Part::Column(name.to_lowercase()));
            (is_known(&Part::Columns) && is_known(&part)).then(|| columns(value, filter))
        }
        "STATISTICS" => {
            let name = name.filter(|_| filter.column.is_none());
            let part = name.clone().map_or(Part::Indexes, Part::Index);
            let parts = [Part::Indexes, Part::Constraints, part];
            name.filter(|_| parts.iter().all(is_known)).map(|name| index_parts(value, &name))
        }
        "TABLE_CONSTRAINTS" | "KEY_COLUMN_USAGE" | "REFERENTIAL_CONSTRAINTS" => {
            let part = name.clone().map_or(Part::Constraints, Part::Constraint);
            let is_known = [Part::Constraints, Part::Indexes, part].iter().all(is_known);
            is_known.then(|| constraints(value, view, filter))
        }
        _ => None,
    };
    counted.unwrap_or(Count::ANY)
}

fn columns(table: &Table, filter: &Filter) -> Count {
    let fits = |column: &&crate::schema::Column| {
        let same = |name: &String| column.name.eq_ignore_ascii_case(name);
        filter.column.as_ref().is_none_or(same)
            && filter.nullable.is_none_or(|nullable| column.nullable == nullable)
    };
    Count::exactly(table.columns.iter().filter(fits).count() as u64)
}

/// The rows that `STATISTICS` has for an index.
fn index_parts(table: &Table, name: &str) -> Count {
    let is_it = |own: &str| own.eq_ignore_ascii_case(name);
    let own = table.primary_key.iter().filter(|_| is_it("PRIMARY"));
    let uniques = table.uniques.iter().filter(|key| key.name.as_deref().is_some_and(is_it));
    let keys = own.chain(uniques).map(|key| key.columns.len());
    let indexes = table.indexes.iter().filter(|(own, _)| is_it(own));
    let parts = keys.chain(indexes.map(|(_, index)| index.parts.len()));
    Count::exactly(parts.sum::<usize>() as u64)
}

/// The rows of a view of constraints.
fn constraints(table: &Table, view: &str, filter: &Filter) -> Count {
    if filter.column.is_some() {
        return Count::ANY;
    }
    let is_asked = |kind: &str, name: Option<&str>| {
        let asked = filter.kind.as_deref();
        asked.is_none_or(|asked| asked.eq_ignore_ascii_case(kind))
            && filter
                .name
                .as_deref()
                .is_none_or(|asked| name.is_some_and(|name| name.eq_ignore_ascii_case(asked)))
    };
    let counts_columns = view == "KEY_COLUMN_USAGE";
    let weight = |columns: usize| if counts_columns { columns as u64 } else { 1 };
    let mut found = 0;
    for key in &table.foreign_keys {
        // A name that a database chooses is in the schema too.
        if is_asked("FOREIGN KEY", key.name.as_deref()) {
            found += weight(key.columns.len());
        }
    }
    if view != "REFERENTIAL_CONSTRAINTS" {
        for key in table.primary_key.iter().filter(|_| is_asked("PRIMARY KEY", Some("PRIMARY"))) {
            found += weight(key.columns.len());
        }
        for key in table.uniques.iter().filter(|key| is_asked("UNIQUE", key.name.as_deref())) {
            found += weight(key.columns.len());
        }
        for (name, index) in table.indexes.iter().filter(|(_, index)| index.unique) {
            if is_asked("UNIQUE", Some(name)) {
                found += weight(index.parts.len());
            }
        }
        let is_check = |check: &&crate::schema::Check| is_asked("CHECK", check.name.as_deref());
        if !counts_columns && table.checks.iter().any(|check| is_check(&check)) {
            // Which checks the catalog lists differs between servers.
            return Count { least: found, most: None };
        }
    }
    Count::exactly(found)
}

/// The rows about a foreign key whose table is not named: its name is unique in the database.
fn of_all_tables(state: &State, view: &str, filter: &Filter) -> Count {
    let Some(name) = filter.name.as_deref().filter(|_| view == "REFERENTIAL_CONSTRAINTS") else {
        return Count::ANY;
    };
    let is_it = |key: &crate::schema::ForeignKey| {
        key.name.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name))
    };
    let mut tables = state.schema().tables.values();
    match tables.any(|table| table.foreign_keys.iter().any(is_it)) {
        _ if !state.unknown().is_empty() => Count::ANY,
        true => Count::exactly(1),
        false => Count::exactly(0),
    }
}
