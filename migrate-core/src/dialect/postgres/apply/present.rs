//! The form in which the catalog's reader gives a schema, and which texts say the same.

use super::names::{HOME, TEMP};
use super::text::same_tokens;
use crate::apply::{Sameness, State};
use crate::dialect::postgres::expr::compare;
use crate::dialect::postgres::parse::Routine;
use crate::dialect::postgres::privileges::Privileges;
use crate::dialect::postgres::quote_name;
use crate::expr::{Answer, Place, TableScope};
use crate::schema::{
    Attribute, Change, Difference, Identity, IdentityKind, IndexPart, Item, Kind, Name, Other,
    Schema, Table,
};
use crate::sql::Tokens;

/// Brings a part of a schema to the form of the catalog.
pub(super) fn present(_: &State, part: &mut Schema) {
    let is_temporary = |name: &Name| name.namespace.as_deref() == Some(TEMP);
    part.tables.retain(|name, _| !is_temporary(name));
    part.views.retain(|name, _| !is_temporary(name));
    part.sequences.retain(|name, _| !is_temporary(name));
    part.others.retain(|_, other| !other.table.as_ref().is_some_and(is_temporary));
    let owned: Vec<(Name, Name, String)> = part
        .sequences
        .iter()
        .filter_map(|(name, sequence)| {
            let (table, column) = sequence.owned_by.clone()?;
            Some((name.clone(), table, column))
        })
        .collect();
    let mut own_state = Vec::new();
    for (name, table, column) in owned {
        let Some(found) = part
            .tables
            .get_mut(&table)
            .and_then(|table| table.columns.iter_mut().find(|one| one.name == column))
        else {
            continue;
        };
        if !found.default.as_deref().is_some_and(|default| is_next_of(default, &name)) {
            continue;
        }
        let Some(sequence) = part.sequences.remove(&name) else { continue };
        if let Some(definition) = sequence.comment {
            let comment = (Kind::Comment, format!("on sequence {name}"));
            part.others.insert(comment, Other { definition, table: Some(table.clone()) });
        }
        found.default = None;
        let is_unlogged = sequence.definition.starts_with("UNLOGGED");
        own_state.push((table.clone(), column.clone()));
        let definition = sequence.definition.trim_start_matches("UNLOGGED").trim_start();
        let mut options = super::sequence::relative(definition, "bigint", &found.data_type);
        if name.name != format!("{}_{column}_seq", table.name) || name.namespace != table.namespace
        {
            options = super::names::with_sequence_name(&name, &options);
        }
        if is_unlogged {
            options = format!("{options} UNLOGGED").trim_start().to_owned();
        }
        found.identity = Some(Identity { kind: IdentityKind::Serial, options });
    }
    for (name, table) in &mut part.tables {
        // The table says whether the sequences are logged that came with their columns.
        if table.options.contains_key("unlogged") {
            let has_own =
                |column: &str| own_state.iter().any(|(table, own)| table == name && own == column);
            let columns = table.columns.iter_mut().filter(|column| !has_own(&column.name));
            for identity in columns.filter_map(|column| column.identity.as_mut()) {
                identity.options = format!("{} UNLOGGED", identity.options).trim_start().to_owned();
            }
        }
        table.uniques.sort_by(|a, b| a.name.cmp(&b.name));
        table.checks.sort_by(|a, b| a.name.cmp(&b.name));
        table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
        table.constraints.sort_by(|a, b| a.name.cmp(&b.name));
        let keys = table.primary_key.iter_mut().chain(&mut table.uniques);
        keys.for_each(|key| key.generated_name = false);
        table.checks.iter_mut().for_each(|check| check.generated_name = false);
        table.foreign_keys.iter_mut().for_each(|key| key.generated_name = false);
    }
}

/// Returns `true` for `nextval('s')` of a sequence.
pub(super) fn is_next_of(default: &str, sequence: &Name) -> bool {
    let tokens = Tokens::read_until_error(default, &super::super::LEX_RULES);
    let mut cursor = tokens.cursor();
    cursor.eat("pg_catalog .");
    if !cursor.eat("nextval") {
        return false;
    }
    let Some(mut inside) = cursor.group() else { return false };
    let Some(text) = inside.string() else { return false };
    let tokens = Tokens::read_until_error(&text, &super::super::LEX_RULES);
    let mut name = tokens.cursor();
    name.qualified_name().is_some_and(|name| super::names::at_home(&name) == *sequence)
}

/// Whether what differs between the static schema and a catalog says the same.
pub(super) fn same_text(state: &State, difference: &Difference) -> Sameness {
    if difference.object.kind == Kind::Extension
        && matches!(difference.change, Change::Altered { .. })
    {
        // The version is the server's own, unless the statement gives one.
        return Sameness::Equal;
    }
    let Change::Altered { attribute, before, after } = &difference.change else {
        return match difference.object.kind {
            // Owners and privileges are not followed, nor what an extension brings.
            Kind::Grant | Kind::DefaultPrivileges => Sameness::Unknown,
            _ => Sameness::Different,
        };
    };
    // The key of a table that is not known is not known.
    let is_open = |item: &Option<Item>| matches!(item, Some(Item::ForeignKey(key)) if key.parent_columns.is_empty());
    if is_open(&difference.before) || is_open(&difference.after) {
        return Sameness::Unknown;
    }
    if let (Some(one), Some(other)) = (before, after) {
        match difference.object.kind {
            Kind::Grant => {
                let key = &difference.object.name;
                let (one, other) = (Privileges::read(key, one), Privileges::read(key, other));
                return if one.is_some() && one == other {
                    Sameness::Equal
                } else {
                    Sameness::Unknown
                };
            }
            Kind::Trigger if same_tokens(&without_home(one), &without_home(other)) => {
                return Sameness::Equal;
            }
            Kind::Function | Kind::Procedure => return same_function(one, other),
            Kind::Trigger | Kind::Policy
                if !same_tokens(head(&without_home(one)), head(&without_home(other))) =>
            {
                return Sameness::Different;
            }
            _ => {}
        }
    }
    let is_text = match attribute {
        Attribute::Default | Attribute::Generation | Attribute::Condition => {
            return same_expression(state, difference);
        }
        Attribute::Columns => return same_parts(state, difference),
        Attribute::Option => return same_bound(difference),
        Attribute::Definition => difference.object.kind != Kind::Sequence,
        _ => false,
    };
    match (is_text, before, after) {
        (false, ..) | (_, None, _) | (_, _, None) => Sameness::Different,
        (true, Some(one), Some(other)) if same_tokens(one, other) => Sameness::Equal,
        _ => Sameness::Unknown,
    }
}

/// Compares two expressions of a table or a domain.
fn same(
    state: &State,
    difference: &Difference,
    place: Place<'_>,
    one: &str,
    other: &str,
) -> Sameness {
    if same_tokens(one, other) {
        return Sameness::Equal;
    }
    let schema = state.schema();
    let none = Table::default();
    let owner = difference.object.table.as_ref();
    let table = owner.and_then(|owner| schema.tables.get(owner)).unwrap_or(&none);
    let domain = owner.and_then(|owner| schema.domains.get(owner));
    let answer = match domain.filter(|_| difference.object.part_of == Kind::Domain) {
        Some(domain) => {
            let value = |name: &str| (name == "value").then(|| domain.data_type.clone());
            compare(place, one, other, &value)
        }
        None => compare(place, one, other, &TableScope { schema, table }),
    };
    match answer {
        Answer::Equal => Sameness::Equal,
        Answer::Different => Sameness::Different,
        Answer::Unknown(_) => Sameness::Unknown,
    }
}

/// Whether two defaults, generated columns or conditions are the same.
fn same_expression(state: &State, difference: &Difference) -> Sameness {
    let (place, one, other) = match (&difference.before, &difference.after) {
        (Some(Item::Column(one)), Some(Item::Column(other))) => {
            match (&one.default, &other.default, &one.generated, &other.generated) {
                (Some(a), Some(b), None, None) => (Place::Default(&one.data_type), a, b),
                (None, None, Some(a), Some(b)) if a.stored == b.stored => {
                    (Place::Generated(&one.data_type), &a.expression, &b.expression)
                }
                _ => return Sameness::Different,
            }
        }
        (Some(Item::Check(one)), Some(Item::Check(other))) => {
            (Place::Condition, &one.expression, &other.expression)
        }
        (Some(Item::Index(one)), Some(Item::Index(other))) => {
            match (&one.predicate, &other.predicate) {
                (Some(a), Some(b)) => (Place::Condition, a, b),
                _ => return Sameness::Different,
            }
        }
        (Some(Item::Domain(one)), Some(Item::Domain(other))) => {
            match (&one.default, &other.default) {
                (Some(a), Some(b)) => (Place::Default(&one.data_type), a, b),
                _ => return Sameness::Different,
            }
        }
        _ => return Sameness::Different,
    };
    same(state, difference, place, one, other)
}

/// Whether two shares of a partition are the same: the catalog writes numbers and times in its own way.
fn same_bound(difference: &Difference) -> Sameness {
    let (Some(Item::Table(one)), Some(Item::Table(other))) =
        (&difference.before, &difference.after)
    else {
        return Sameness::Different;
    };
    let is_of =
        |text: &Option<String>| text.as_ref().is_some_and(|text| text.starts_with("partition of "));
    let Change::Altered { before, after, .. } = &difference.change else {
        return Sameness::Different;
    };
    match (&one.partition_of, &other.partition_of) {
        _ if !is_of(before) || !is_of(after) => Sameness::Different,
        (Some(one), Some(other)) if one.parent == other.parent && one.bound != other.bound => {
            let plain = |bound: &str| bound.replace('\'', "");
            if same_tokens(&plain(&one.bound), &plain(&other.bound)) {
                return Sameness::Equal;
            }
            // A number or a day that is written alike is another one.
            let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            let values = |bound: &str| -> Vec<String> {
                let parts = bound.split(['\'', '(', ')', ',', ' ']);
                parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
            };
            let (one, other) = (values(&one.bound), values(&other.bound));
            let is_other = |(a, b): (&String, &String)| {
                a != b && a.len() == b.len() && is_plain(a) && is_plain(b)
            };
            let is_alike = one.len() == other.len();
            if is_alike && one.iter().zip(&other).any(is_other) {
                return Sameness::Different;
            }
            Sameness::Unknown
        }
        _ => Sameness::Different,
    }
}

/// Whether the parts of two indexes are the same.
fn same_parts(state: &State, difference: &Difference) -> Sameness {
    let (Some(Item::Index(one)), Some(Item::Index(other))) =
        (&difference.before, &difference.after)
    else {
        return Sameness::Different;
    };
    if one.parts.len() != other.parts.len() {
        return Sameness::Different;
    }
    let mut result = Sameness::Equal;
    for (a, b) in one.parts.iter().zip(&other.parts) {
        let plain = |part: &IndexPart| IndexPart {
            expression: String::new(),
            // An index that keeps other values than its column has says the usual collation.
            collation: part.collation.clone().filter(|name| name != "\"default\""),
            ..part.clone()
        };
        // A call without parentheses may be a column of the same text, and the other way round.
        let texts = [a, b].map(|part| match &part.column {
            Some(column) => quote_name(column),
            None => part.expression.clone(),
        });
        let (mut a, mut b) = (plain(a), plain(b));
        (a.column, b.column) = (None, None);
        if a.operator_class.is_some() && b.operator_class.is_none() {
            // Which class is the type's usual one is not known here.
            a.operator_class = None;
            result = Sameness::Unknown;
        }
        if a != b {
            return Sameness::Different;
        }
        match same(state, difference, Place::IndexPart, &texts[0], &texts[1]) {
            Sameness::Different => return Sameness::Different,
            Sameness::Unknown => result = Sameness::Unknown,
            Sameness::Equal => {}
        }
    }
    result
}

/// What a trigger or a policy says before its expressions, which is written in one way.
fn head(text: &str) -> &str {
    let ends = [" WHEN (", " EXECUTE ", " USING (", " WITH CHECK ("];
    let end = ends.iter().filter_map(|end| text.find(end)).min();
    &text[..end.unwrap_or(text.len())]
}

/// A text without the namespace that the session begins with.
fn without_home(text: &str) -> String {
    text.replace(&format!(" {HOME}."), " ")
}

/// Whether two statements create the same function. The body is kept as it is written.
fn same_function(one: &str, other: &str) -> Sameness {
    let signature = |text| Routine::read(text)?.signature();
    let (Some(one), Some(other)) = (signature(one), signature(other)) else {
        return Sameness::Unknown;
    };
    if one == other {
        return Sameness::Equal;
    }
    let is_other = one.body != other.body && !same_tokens(&one.body, &other.body);
    if is_other || one.behaviour() != other.behaviour() {
        return Sameness::Different;
    }
    Sameness::Unknown
}
