//! What the rows of one table are chosen from: its column groups, and the columns that must be
//! unique.

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Column, Domain, ForeignKey, Name, PartitionMethod, Schema, Table};

use super::column_group::{self, ColumnGroup, Key, References};
use super::filler::Filler;
use super::order::FillStep;
use super::value::{Value, list, of_shown, quoted, shown};
use super::value_kind::{self, ValueKind};

/// What the rows of a table are chosen from.
#[derive(Debug, Default)]
pub(super) struct TablePlan {
    pub(super) column_groups: Vec<ColumnGroup>,
    /// Columns that a row cannot do without.
    pub(super) required: BTreeSet<usize>,
    /// Columns that one row leaves to their default.
    pub(super) defaulted: BTreeSet<usize>,
    pub(super) uniques: Vec<Unique>,
    /// What rows hold in any case: numbers of their own, or what others refer to already.
    pub(super) fixed: Vec<BTreeMap<usize, Value>>,
    /// Whether others refer to it already.
    pub(super) is_reserved: bool,
}

/// Columns that no two rows hold alike.
#[derive(Debug)]
pub(super) struct Unique {
    /// By place, with how much of a text counts.
    pub(super) columns: Vec<(usize, Option<usize>)>,
    /// Whether NULL is like NULL.
    pub(super) nulls_too: bool,
    /// Whether it holds for a part of the rows only.
    pub(super) partial: bool,
}

/// How many rows of a parent are looked at.
const PARENTS: usize = 16;

/// The columns of a parent's key.
pub(super) fn parent_columns(filler: &Filler<'_>, key: &ForeignKey) -> Vec<String> {
    let parent = filler.schema.tables.get(&key.parent);
    let primary = || parent.and_then(|t| t.primary_key.as_ref()).map(|key| key.columns.clone());
    if key.parent_columns.is_empty() {
        primary().unwrap_or_default()
    } else {
        key.parent_columns.clone()
    }
}

/// The keys of some rows of a parent, sorted.
pub(super) async fn parents(
    filler: &mut Filler<'_>,
    key: &ForeignKey,
) -> sqlx::Result<Vec<Vec<Value>>> {
    let dialect = filler.dialect;
    let columns = parent_columns(filler, key);
    let table = filler.schema.tables.get(&key.parent);
    let types: Vec<String> = columns
        .iter()
        .map(|name| table.and_then(|t| t.column(name)).map_or("", |c| &c.data_type).to_owned())
        .collect();
    let cells: Vec<String> =
        columns.iter().zip(&types).map(|(name, of)| shown(dialect, name, of)).collect();
    let there: Vec<String> =
        columns.iter().map(|name| format!("{} IS NOT NULL", dialect.quote(name))).collect();
    let places: Vec<String> = (1..=columns.len()).map(|n| n.to_string()).collect();
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT DISTINCT {} FROM {} WHERE {} ORDER BY {} LIMIT {PARENTS}",
        cells.join(", "),
        quoted(dialect, &key.parent),
        there.join(" AND "),
        places.join(", "),
    );
    // A parent that cannot be read has no rows for us.
    let rows = filler.ask(&sql).await?.unwrap_or_default();
    let value = |(cell, of): (Option<String>, &String)| of_shown(dialect, of, cell);
    Ok(rows.into_iter().map(|row| row.into_iter().zip(&types).map(value).collect()).collect())
}

/// Whether the database numbers a column by itself, from one on.
fn counts_itself(dialect: Dialect, table: &Table, column: &Column) -> bool {
    let is_row_id = || {
        column.data_type.eq_ignore_ascii_case("integer")
            && table.primary_key.as_ref().is_some_and(|key| key.columns == [column.name.clone()])
            && !table.without_rowid
    };
    column.identity.is_some()
        || column.default.as_ref().is_some_and(|d| d.to_ascii_lowercase().contains("nextval("))
        || dialect == Dialect::Sqlite && is_row_id()
}

/// Makes the plan of a table; or says why it can have no rows. `salt` turns fresh values away
/// from those of rows that are there.
pub(super) async fn plan(
    filler: &mut Filler<'_>,
    step: &FillStep,
    table: &Table,
    salt: u64,
) -> sqlx::Result<Result<TablePlan, String>> {
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let place = |name: &String| names.iter().position(|column| column == name);
    let mut plan =
        TablePlan { uniques: uniques(filler.dialect, table, &names), ..TablePlan::default() };

    let mut column_groups: Vec<ColumnGroup> = Vec::new();
    for (n, key) in table.foreign_keys.iter().enumerate() {
        let places: Option<Vec<usize>> = key.columns.iter().map(place).collect();
        let Some(places) = places else { continue };
        if places.iter().any(|at| table.columns[*at].generated.is_some()) {
            continue;
        }
        let tuples = if step.reserved.contains(&n) {
            reserve_keys(filler, key)
        } else if step.deferred.contains(&n) {
            Vec::new()
        } else {
            parents(filler, key).await?
        };
        let free: Vec<bool> =
            places.iter().map(|at| nullable(filler, &table.columns[*at])).collect();
        let column_group =
            match with_null(ColumnGroup { columns: places, tuples, fresh: None }, &free) {
                Some(column_group) => column_group,
                None => return Ok(Err(format!("it refers to {}, which has no rows", key.parent))),
            };
        // Foreign keys that share a column agree about it, where they can.
        let near = column_groups
            .iter()
            .position(|s| s.columns.iter().any(|c| column_group.columns.contains(c)));
        let joined = near.map(|at| (at, column_groups[at].join(&column_group)));
        match joined {
            Some((at, joined)) if !joined.tuples.is_empty() => column_groups[at] = joined,
            Some(_) => {}
            None => column_groups.push(column_group),
        }
    }

    let mut counted: Vec<(usize, ValueKind)> = Vec::new();
    let partitions = partitions(filler, &step.table, table, &names);
    let checks: Vec<(&str, References)> = table
        .checks
        .iter()
        .map(|check| check.expression.as_str())
        .map(|text| (text, column_group::references(filler.dialect, text, &names)))
        .collect();
    for (at, column) in table.columns.iter().enumerate() {
        if !nullable(filler, column) && column.default.is_none() {
            plan.required.insert(at);
        }
        let taken = column_groups.iter().any(|column_group| column_group.columns.contains(&at));
        if taken || column.generated.is_some() {
            continue;
        }
        let kind = value_kind::of(filler.dialect, filler.schema, column);
        if counts_itself(filler.dialect, table, column) {
            // From one on, which are the numbers that files give to rows of their own.
            counted.push((at, kind));
            continue;
        }
        let mut named: Vec<String> = checks
            .iter()
            .filter(|(_, found)| found.columns.contains(&at))
            .flat_map(|(_, found)| found.literals.clone())
            .collect();
        let domains = domains(filler, column);
        for check in domains.iter().flat_map(|domain| &domain.checks) {
            named.extend(column_group::references(filler.dialect, &check.expression, &[]).literals);
        }
        let is_checked = checks.iter().any(|(_, found)| found.columns.contains(&at))
            || domains.iter().any(|domain| !domain.checks.is_empty());
        let called = column.name.to_lowercase();
        let of = if filler.filling.counted.contains(&called) {
            kind.few()
        } else if filler.filling.headroom.contains(&called) {
            kind.headroom()
        } else {
            kind.clone()
        };
        let mut values = of.edge_values(filler.dialect);
        let mut kind = kind;
        let form = super::form(&column.name, filler.filling.forms);
        if let (ValueKind::Text(limit), Some(form)) = (&of, form) {
            let formed = form.values(*limit);
            if filler.filling.formed && !formed.is_empty() {
                values = formed;
                kind = ValueKind::Formed(form);
            } else {
                values.splice(1.min(values.len())..1.min(values.len()), formed.into_iter().take(1));
            }
        }
        let is_key = plan.uniques.iter().any(|unique| unique.columns == [(at, None)]);
        if matches!(kind, ValueKind::Int(..)) && is_key {
            // Where files name rows by number they take small ones, or count on from the largest.
            values.truncate(1);
            let fresh = (1..=filler.filling.rows as u64).rev();
            values.extend(fresh.filter_map(|n| kind.fresh(salt + n, filler.dialect)));
        }
        let is_key = table.primary_key.as_ref().is_some_and(|k| k.columns == [column.name.clone()]);
        if is_key && values.len() > 2 && kind.fresh(salt, filler.dialect).is_some() {
            // So that rows hang in the air where a foreign key comes later: a key has neither what
            // most columns hold, nor what some databases give to a new column without a default.
            if !matches!(kind, ValueKind::Int(..)) {
                values.remove(1);
            }
            values.retain(|value| *value != Value::Int(0));
        }
        if is_checked {
            let fresh = (1..=8).filter_map(|n| kind.fresh(salt + n, filler.dialect));
            let more: Vec<Value> =
                kind.more(&named, filler.dialect).into_iter().chain(fresh).collect();
            values.splice(1.min(values.len())..1.min(values.len()), more);
        }
        if let Some(bounds) = partitions.get(&at) {
            let edges = std::mem::take(&mut values);
            values = bounds.literals.iter().cloned().map(Value::Text).collect();
            if bounds.are_open {
                values.splice(1..1, edges);
            }
        }
        if nullable(filler, column) {
            values.insert(1.min(values.len()), Value::Null);
        }
        let is_free = !is_checked && !partitions.contains_key(&at);
        let mut column_group = ColumnGroup::of(at, values, is_free.then_some(kind));
        filter_domains(filler, &mut column_group, &domains).await?;
        column_groups.push(column_group);
    }

    let held: BTreeSet<usize> =
        column_groups.iter().flat_map(|column_group| column_group.columns.clone()).collect();
    let ties = checks.iter().map(|(_, found)| found.columns.clone());
    let ties = ties.filter(|columns| !columns.is_empty() && columns.is_subset(&held)).collect();
    column_groups = column_group::tie(column_groups, &column_group::unite(ties));
    for column_group in &mut column_groups {
        let columns: BTreeSet<usize> = column_group.columns.iter().copied().collect();
        let mine = checks
            .iter()
            .filter(|(_, found)| !found.columns.is_empty() && found.columns.is_subset(&columns));
        let mine: Vec<&str> = mine.map(|(text, _)| *text).collect();
        let names: Vec<&str> = column_group.columns.iter().map(|at| names[*at]).collect();
        let types: Vec<&str> =
            column_group.columns.iter().map(|at| table.columns[*at].data_type.as_str()).collect();
        filter(filler, column_group, &names, &types, &mine).await?;
        column_group.arrange(filler.filling.seed);
    }

    // One row in which the database has its own way.
    let bound = |at: &usize| {
        plan.uniques.iter().any(|unique| unique.columns.iter().any(|(c, _)| c == at))
            || column_groups.iter().any(|column_group| {
                column_group.columns.len() > 1 && column_group.columns.contains(at)
            })
    };
    plan.defaulted = (0..table.columns.len())
        .filter(|at| table.columns[*at].default.is_some() && !bound(at))
        .collect();
    let reserved = filler.reserved_keys.get(&step.table).cloned().unwrap_or_default();
    let fixed = |key: &Key| {
        key.iter().filter_map(|(name, value)| Some((place(name)?, value.clone()))).collect()
    };
    plan.fixed = reserved.iter().map(fixed).collect();
    plan.is_reserved = !plan.fixed.is_empty();
    plan.fixed.resize(plan.fixed.len().max(filler.filling.rows), BTreeMap::new());
    for (at, kind) in counted {
        for (n, row) in (1..).zip(&mut plan.fixed) {
            if let Some(number) = kind.fresh(salt + n, filler.dialect) {
                row.entry(at).or_insert(number);
            }
        }
    }
    plan.column_groups = column_groups;
    Ok(Ok(plan))
}

/// Whether a column may be NULL, a domain's word heard too.
fn nullable(filler: &Filler<'_>, column: &Column) -> bool {
    column.nullable && domains(filler, column).iter().all(|domain| domain.nullable)
}

/// A foreign key's slot with NULL among its tuples where that is allowed; `None` where there is
/// nothing to refer to and NULL is not allowed.
fn with_null(mut column_group: ColumnGroup, nullable: &[bool]) -> Option<ColumnGroup> {
    let blank = |tuple: &Vec<Value>| -> Vec<Value> {
        let cells = tuple.iter().zip(nullable);
        cells.map(|(value, free)| if *free { Value::Null } else { value.clone() }).collect()
    };
    if !nullable.contains(&true) {
        return (!column_group.tuples.is_empty()).then_some(column_group);
    }
    if column_group.tuples.is_empty() {
        // The columns that can be no NULL are chosen as if they referred to nothing.
        let places = column_group.columns.iter().zip(nullable);
        column_group.columns = places.filter(|(_, free)| **free).map(|(at, _)| *at).collect();
        column_group.tuples = vec![vec![Value::Null; column_group.columns.len()]];
        return Some(column_group);
    }
    let blanks: BTreeSet<Vec<Value>> = column_group.tuples.iter().map(blank).collect();
    column_group.tuples.splice(1..1, blanks);
    Some(column_group)
}

/// The keys that rows of a parent are going to have.
fn reserve_keys(filler: &mut Filler<'_>, key: &ForeignKey) -> Vec<Vec<Value>> {
    let columns = parent_columns(filler, key);
    let (schema, dialect, rows) = (filler.schema, filler.dialect, filler.filling.rows as u64);
    let reserved = filler.reserved_keys.entry(key.parent.clone()).or_default();
    for n in 0..rows {
        let value = |name: &String| {
            let column = schema.tables.get(&key.parent)?.column(name)?;
            value_kind::of(dialect, schema, column).fresh(500 + n, dialect)
        };
        let at = usize::try_from(n).unwrap_or(usize::MAX);
        if reserved.len() <= at {
            reserved.push(Key::new());
        }
        for name in &columns {
            if let (Some(value), Some(key)) = (value(name), reserved.get_mut(at)) {
                key.entry(name.clone()).or_insert(value);
            }
        }
    }
    let tuple = |key: &Key| columns.iter().map(|name| key.get(name).cloned()).collect();
    reserved.iter().filter_map(tuple).collect()
}

/// The domains behind a column, one below the other.
fn domains<'s>(filler: &Filler<'s>, column: &Column) -> Vec<&'s Domain> {
    let mut found = Vec::new();
    let mut name = column.user_type.clone().filter(|_| !column.data_type.is_array());
    while let Some(domain) = name.and_then(|name| filler.schema.domains.get(&name)) {
        found.push(domain);
        if found.len() > 8 {
            break;
        }
        name = Some(Name::new(domain.data_type.trim_matches('"')));
    }
    found
}

async fn filter_domains(
    filler: &mut Filler<'_>,
    column_group: &mut ColumnGroup,
    domains: &[&Domain],
) -> sqlx::Result<()> {
    for domain in domains.iter().rev() {
        let checks: Vec<&str> = domain.checks.iter().map(|c| c.expression.as_str()).collect();
        // A check of a domain calls what it looks at VALUE.
        filter(filler, column_group, &["value"], &[&domain.data_type], &checks).await?;
    }
    Ok(())
}

/// Takes from a slot what conditions refuse. A condition that cannot be asked, and one that
/// refuses all, is left to the database's own judgement of the rows.
async fn filter(
    filler: &mut Filler<'_>,
    column_group: &mut ColumnGroup,
    names: &[&str],
    types: &[&str],
    conditions: &[&str],
) -> sqlx::Result<()> {
    if conditions.is_empty() {
        return Ok(());
    }
    let all =
        column_group::satisfying_query(filler.dialect, column_group, names, types, conditions);
    let mut answers = Vec::new();
    match filler.ask(&all).await? {
        Ok(rows) => answers.push(rows),
        Err(_) if conditions.len() == 1 => {}
        Err(_) => {
            for condition in conditions {
                let one = column_group::satisfying_query(
                    filler.dialect,
                    column_group,
                    names,
                    types,
                    &[condition],
                );
                answers.extend(filler.ask(&one).await?);
            }
        }
    }
    let numbers = answers
        .into_iter()
        .map(|rows| rows.into_iter().flatten().flatten().filter_map(|n| n.parse().ok()).collect())
        .reduce(|a: BTreeSet<usize>, b| &a & &b);
    if let Some(numbers) = numbers.filter(|numbers| !numbers.is_empty()) {
        column_group::keep(column_group, &numbers);
    }
    Ok(())
}

fn uniques(dialect: Dialect, table: &Table, names: &[&str]) -> Vec<Unique> {
    let place = |name: &String| names.iter().position(|column| column == name);
    let mut uniques: Vec<Unique> = Vec::new();
    for key in table.primary_key.iter().chain(&table.uniques) {
        uniques.push(Unique {
            columns: key.columns.iter().filter_map(place).map(|at| (at, None)).collect(),
            nulls_too: key.nulls_not_distinct,
            partial: false,
        });
    }
    for index in table.indexes.values().filter(|index| index.unique) {
        let mut columns = Vec::new();
        for part in &index.parts {
            match part.column.as_ref().and_then(place) {
                Some(at) => {
                    let prefix = part.prefix.and_then(|length| usize::try_from(length).ok());
                    columns.push((at, prefix));
                }
                None => {
                    let found = column_group::references(dialect, &part.expression, names);
                    columns.extend(found.columns.into_iter().map(|at| (at, None)));
                }
            }
        }
        let (nulls_too, partial) = (index.nulls_not_distinct, index.predicate.is_some());
        uniques.push(Unique { columns, nulls_too, partial });
    }
    for constraint in &table.constraints {
        // What excludes one another certainly does when it is alike.
        if constraint.definition.to_ascii_uppercase().starts_with("EXCLUDE") {
            let found = column_group::references(dialect, &constraint.definition, names);
            let columns = found.columns.into_iter().map(|at| (at, None)).collect();
            uniques.push(Unique { columns, nulls_too: false, partial: true });
        }
    }
    uniques.retain(|unique| !unique.columns.is_empty());
    uniques
}

/// The bounds of partitions.
#[derive(Clone, Default)]
struct Bounds {
    /// What lies in one of them; at least one.
    literals: Vec<String>,
    /// Whether one of them takes the smallest, the largest or all other values.
    are_open: bool,
}

/// Where a table is partitioned: the columns that decide, and what the bounds name.
fn partitions(
    filler: &Filler<'_>,
    name: &Name,
    table: &Table,
    names: &[&str],
) -> BTreeMap<usize, Bounds> {
    let Some(by) = &table.partition_by else { return BTreeMap::new() };
    let found = column_group::references(filler.dialect, &by.text, names);
    let mut bounds = Bounds::default();
    for child in filler.schema.tables.values() {
        let of = child.partition_of.as_ref().filter(|of| of.parent == *name);
        let text = of.map_or("", |of| of.bound.as_str());
        bounds.are_open |= ["MINVALUE", "MAXVALUE", "DEFAULT"].iter().any(|w| text.contains(w));
        // FROM is inside, TO is not.
        let text = text.split(" TO (").next().unwrap_or_default();
        bounds.literals.extend(column_group::references(filler.dialect, text, &[]).literals);
    }
    let hash = by.method == PartitionMethod::Hash;
    if bounds.literals.is_empty() || hash || found.columns.len() != 1 {
        return BTreeMap::new();
    }
    found.columns.into_iter().map(|at| (at, bounds.clone())).collect()
}

/// Why a table can be given no rows of its own, if so.
pub(super) fn is_no_store(table: &Table) -> Option<String> {
    let option = |word: &str| table.options.contains_key(word);
    if option("module") {
        return Some("it is a virtual table".to_owned());
    }
    if option("server") {
        return Some("it is a foreign table".to_owned());
    }
    table.partition_of.is_some().then(|| "it is a partition, filled through its parent".to_owned())
}

/// The table that a partition is a part of.
pub(in super::super) fn partitioned_parent(schema: &Schema, table: &Table) -> Option<Name> {
    let parent = &table.partition_of.as_ref()?.parent;
    schema.tables.contains_key(parent).then(|| parent.clone())
}

/// The columns of a table in quotes, by place.
pub(super) fn columns(dialect: Dialect, table: &Table, places: &BTreeSet<usize>) -> String {
    list(dialect, places.iter().map(|at| table.columns[*at].name.as_str()))
}
