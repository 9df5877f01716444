//! Tables, their constraints and their indexes.

use super::super::index_option::{CLUSTER, REPLICA_IDENTITY, index_of};
use super::column;
use super::details::{Detail, details, find, options, settings};
use super::names::{list, name, quoted};
use crate::dialect::Unsupported;
use crate::op::{TableChange, TableConstraint};
use crate::schema::{
    Action, Check, Constraint, ForeignKey, Index, IndexPart, Key, MatchType, Name, Table,
};

/// The statements that create a table with its constraints.
pub(super) fn create(own: &Name, table: &Table) -> Vec<String> {
    if let Some(of) = &table.partition_of
        && table.columns.is_empty()
    {
        let by = table
            .partition_by
            .as_ref()
            .map_or_else(String::new, |by| format!(" PARTITION BY {}", by.text));
        let parent = name(&of.parent);
        return vec![format!("CREATE TABLE {} PARTITION OF {parent} {}{by}", name(own), of.bound)];
    }
    let option = |option: &str| table.options.get(option);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut items = Vec::new();
    for one in &table.columns {
        let is_inherited = details(&one.details).iter().any(|detail| detail.word == "INHERITED");
        if !is_inherited {
            items.push(column::definition(one));
        }
        if let Some((sequence, later)) = column::sequence_of_serial(own, one) {
            before.push(sequence);
            after.extend(later);
        }
        after.extend(column::after(own, one));
    }
    // A constraint that is not valid would be checked here.
    let is_later = |details: &str| details.contains("NOT VALID");
    let mut now = table.clone();
    for check in table.checks.iter().filter(|check| is_later(&check.details)) {
        after.extend(add_constraint(own, &TableConstraint::Check(check.clone())));
    }
    for key in table.foreign_keys.iter().filter(|key| is_later(&key.details)) {
        after.extend(add_constraint(own, &TableConstraint::ForeignKey(key.clone())));
    }
    now.checks.retain(|check| !is_later(&check.details) && !check.details.contains("INHERITED"));
    now.foreign_keys.retain(|key| !is_later(&key.details));
    items.extend(constraints(&now));
    for key in table.primary_key.iter().chain(&table.uniques) {
        after.extend(after_key(own, key.name.as_deref(), &key.details));
    }
    let kind = match (option("server"), option("unlogged")) {
        (Some(_), _) => "FOREIGN TABLE",
        (None, Some(_)) => "UNLOGGED TABLE",
        (None, None) => "TABLE",
    };
    let body = if items.is_empty() {
        "()".to_owned()
    } else {
        format!("(\n    {}\n)", items.join(",\n    "))
    };
    let mut text = format!("CREATE {kind} {} {body}", name(own));
    let mut add = |words: String| {
        text.push(' ');
        text.push_str(&words);
    };
    if let Some(parents) = option("inherits") {
        let parents: Vec<String> = parents.split(", ").map(super::names::key).collect();
        add(format!("INHERITS ({})", parents.join(", ")));
    }
    if let Some(server) = option("server") {
        add(format!("SERVER {}", quoted(server)));
        let list = option("server options").filter(|list| !list.is_empty());
        list.into_iter().for_each(|list| add(format!("OPTIONS {}", options(list))));
    }
    if let Some(by) = &table.partition_by {
        add(format!("PARTITION BY {}", by.text));
    }
    if let Some(method) = option("using") {
        add(format!("USING {method}"));
    }
    if let Some(list) = option("with") {
        add(format!("WITH {}", settings(list)));
    }
    if let Some(space) = option("tablespace") {
        add(format!("TABLESPACE {}", quoted(space)));
    }
    if let Some(list) = option("toast with") {
        let list = settings(&list.replacen('(', "(toast.", 1).replace(", ", ", toast."));
        after.push(format!("ALTER TABLE {} SET {list}", name(own)));
    }
    if let Some(of) = &table.partition_of {
        after.push(format!(
            "ALTER TABLE {} ATTACH PARTITION {} {}",
            name(&of.parent),
            name(own),
            of.bound
        ));
    }
    for what in ["of type", "row security", REPLICA_IDENTITY, CLUSTER] {
        if let Some(value) = option(what) {
            let all = alter_option(own, what, Some(value));
            after.extend(
                all.into_iter().filter(|text| !text.ends_with("NO FORCE ROW LEVEL SECURITY")),
            );
        }
    }
    before.push(text);
    before.extend(after);
    before
}

/// The constraints of a table, as its definition lists them.
pub(super) fn constraints(table: &Table) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    all.extend(table.primary_key.iter().map(|own| key(own, "PRIMARY KEY")));
    all.extend(table.uniques.iter().map(|own| key(own, "UNIQUE")));
    all.extend(table.checks.iter().map(check));
    all.extend(table.constraints.iter().map(other));
    all.extend(table.foreign_keys.iter().map(foreign_key));
    all
}

fn named(own: Option<&str>) -> String {
    own.map_or_else(String::new, |own| format!("CONSTRAINT {} ", quoted(own)))
}

fn key(own: &Key, kind: &str) -> String {
    let all = details(&own.details);
    let mut text = format!("{}{kind}", named(own.name.as_deref()));
    if own.nulls_not_distinct {
        text.push_str(" NULLS NOT DISTINCT");
    }
    let mut columns = list(&own.columns);
    if find(&all, "WITHOUT OVERLAPS").is_some() {
        columns = format!("{} WITHOUT OVERLAPS)", columns.trim_end_matches(')'));
    }
    text.push_str(&format!(" {columns}"));
    if !own.include.is_empty() {
        text.push_str(&format!(" INCLUDE {}", list(&own.include)));
    }
    if let Some(options) = find(&all, "WITH") {
        text.push_str(&format!(" WITH {}", settings(options)));
    }
    if let Some(space) = find(&all, "TABLESPACE") {
        text.push_str(&format!(" USING INDEX TABLESPACE {space}"));
    }
    let words = own.deferrable.words();
    if words.is_empty() { text } else { format!("{text} {words}") }
}

pub(super) fn check(check: &Check) -> String {
    let text = format!("{}CHECK ({})", named(check.name.as_deref()), check.expression);
    let words: Vec<&str> = details(&check.details)
        .iter()
        .map(|detail| detail.word)
        .filter(|word| matches!(*word, "NO INHERIT" | "NOT VALID" | "NOT ENFORCED"))
        .collect();
    if words.is_empty() { text } else { format!("{text} {}", words.join(" ")) }
}

fn other(own: &Constraint) -> String {
    // The details of the index follow the definition.
    let end = [" CLUSTER", " REPLICA IDENTITY", " INVALID"]
        .iter()
        .filter_map(|word| own.definition.rfind(word));
    let end = end.min().unwrap_or(own.definition.len());
    format!("{}{}", named(Some(&own.name)), &own.definition[..end])
}

fn foreign_key(key: &ForeignKey) -> String {
    let all = details(&key.details);
    let period = |columns: &[String]| {
        let text = list(columns);
        match (find(&all, "PERIOD"), columns.split_last()) {
            (Some(_), Some((last, []))) => format!("(PERIOD {})", quoted(last)),
            (Some(_), Some((last, others))) => {
                format!("{}, PERIOD {})", list(others).trim_end_matches(')'), quoted(last))
            }
            _ => text,
        }
    };
    let mut text = format!(
        "{}FOREIGN KEY {} REFERENCES {}",
        named(key.name.as_deref()),
        period(&key.columns),
        name(&key.parent)
    );
    if !key.parent_columns.is_empty() {
        text.push_str(&format!(" {}", period(&key.parent_columns)));
    }
    if key.match_type != MatchType::Simple {
        text.push_str(&format!(" {}", key.match_type));
    }
    if key.on_update != Action::NoAction {
        text.push_str(&format!(" ON UPDATE {}", key.on_update.words()));
    }
    if key.on_delete != Action::NoAction {
        text.push_str(&format!(" ON DELETE {}", key.on_delete.words()));
        if let Some(columns) = find(&all, "ON DELETE") {
            text.push_str(&format!(" {columns}"));
        }
    }
    for word in [key.deferrable.words(), find(&all, "NOT ENFORCED").map_or("", |_| "NOT ENFORCED")]
    {
        if !word.is_empty() {
            text.push_str(&format!(" {word}"));
        }
    }
    if find(&all, "NOT VALID").is_some() { format!("{text} NOT VALID") } else { text }
}

/// The statements that add a constraint to a table that exists.
pub(super) fn add_constraint(table: &Name, constraint: &TableConstraint) -> Vec<String> {
    let (text, after) = match constraint {
        TableConstraint::PrimaryKey(own) => {
            (key(own, "PRIMARY KEY"), after_key(table, own.name.as_deref(), &own.details))
        }
        TableConstraint::Unique(own) => {
            (key(own, "UNIQUE"), after_key(table, own.name.as_deref(), &own.details))
        }
        TableConstraint::Check(own) => (check(own), Vec::new()),
        TableConstraint::ForeignKey(own) => (foreign_key(own), Vec::new()),
        TableConstraint::Other(own) => (other(own), Vec::new()),
    };
    let mut all = vec![format!("ALTER TABLE {} ADD {text}", name(table))];
    all.extend(after);
    all
}

/// The statement that makes an index the one of a constraint.
pub(super) fn constraint_of_index(
    table: &Name,
    constraint: &TableConstraint,
    index: &str,
) -> String {
    let (kind, own, words) = match constraint {
        TableConstraint::PrimaryKey(own) => ("PRIMARY KEY", own.name.as_deref(), own.deferrable),
        TableConstraint::Unique(own) => ("UNIQUE", own.name.as_deref(), own.deferrable),
        _ => ("UNIQUE", None, crate::schema::Deferrable::No),
    };
    let text = format!(
        "ALTER TABLE {} ADD {}{kind} USING INDEX {} {}",
        name(table),
        named(own),
        quoted(index),
        words.words()
    );
    text.trim_end().to_owned()
}

fn after_key(table: &Name, own: Option<&str>, text: &str) -> Vec<String> {
    let Some(own) = own else { return Vec::new() };
    details(text).iter().filter_map(|detail| after_index(table, own, detail)).collect()
}

fn after_index(table: &Name, own: &str, detail: &Detail<'_>) -> Option<String> {
    match detail.word {
        "CLUSTER" => Some(format!("ALTER TABLE {} CLUSTER ON {}", name(table), quoted(own))),
        "REPLICA IDENTITY" => Some(format!(
            "ALTER TABLE {} REPLICA IDENTITY USING INDEX {}",
            name(table),
            quoted(own)
        )),
        _ => None,
    }
}

/// The statements that create an index. An index of a partition is created with that of its parent.
pub(super) fn index(
    table: &Name,
    own: Option<&str>,
    index: &Index,
    concurrently: bool,
) -> Vec<String> {
    let all = details(&index.details);
    if find(&all, "PARTITION OF").is_some() {
        return Vec::new();
    }
    let mut text = String::from(if index.unique { "CREATE UNIQUE INDEX" } else { "CREATE INDEX" });
    if concurrently {
        text.push_str(" CONCURRENTLY");
    }
    if let Some(own) = own {
        text.push_str(&format!(" {}", quoted(own)));
    }
    text.push_str(&format!(" ON {}", name(table)));
    if let Some(method) = &index.method {
        text.push_str(&format!(" USING {method}"));
    }
    let parts: Vec<String> = index.parts.iter().map(part).collect();
    text.push_str(&format!(" ({})", parts.join(", ")));
    if !index.include.is_empty() {
        text.push_str(&format!(" INCLUDE {}", list(&index.include)));
    }
    if index.nulls_not_distinct {
        text.push_str(" NULLS NOT DISTINCT");
    }
    if let Some(options) = find(&all, "WITH") {
        text.push_str(&format!(" WITH {}", settings(options)));
    }
    if let Some(space) = find(&all, "TABLESPACE") {
        text.push_str(&format!(" TABLESPACE {space}"));
    }
    if let Some(predicate) = &index.predicate {
        text.push_str(&format!(" WHERE {predicate}"));
    }
    let mut statements = vec![text];
    let Some(own) = own else { return statements };
    let of = Name { namespace: table.namespace.clone(), name: own.to_owned() };
    for (at, part) in index.parts.iter().enumerate() {
        if let Some(count) = find(&details(&part.details), "STATISTICS") {
            statements.push(format!(
                "ALTER INDEX {} ALTER COLUMN {} SET STATISTICS {count}",
                name(&of),
                at + 1
            ));
        }
    }
    statements.extend(all.iter().filter_map(|detail| after_index(table, own, detail)));
    statements
}

fn part(part: &IndexPart) -> String {
    let mut text = part
        .column
        .as_ref()
        .map_or_else(|| format!("({})", part.expression), |column| quoted(column));
    if let Some(collation) = &part.collation {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(class) = &part.operator_class {
        text.push_str(&format!(" {class}"));
        if let Some(options) = find(&details(&part.details), "(") {
            text.push_str(&format!(" {}", settings(options)));
        }
    }
    if part.descending {
        text.push_str(" DESC");
    }
    if let Some(nulls) = part.nulls {
        text.push_str(&format!(" {}", nulls.words()));
    }
    text
}

pub(super) fn alter(table: &Name, change: &TableChange) -> Result<Vec<String>, Unsupported> {
    let change = match change {
        TableChange::Option { name: option, value } => {
            return Ok(alter_option(table, option, value.as_ref()));
        }
        TableChange::AttachPartition { partition, of } => {
            format!("ATTACH PARTITION {} {}", name(partition), of.bound)
        }
        TableChange::DetachPartition { partition } => {
            format!("DETACH PARTITION {}", name(partition))
        }
        TableChange::Inherit(parent) => format!("INHERIT {}", name(parent)),
        TableChange::NoInherit(parent) => format!("NO INHERIT {}", name(parent)),
        TableChange::Trigger { name: trigger, state } => {
            let trigger = trigger.as_ref().map_or_else(|| "ALL".to_owned(), |own| quoted(own));
            format!("{state} TRIGGER {trigger}")
        }
        TableChange::None => return Ok(Vec::new()),
        TableChange::Partitions(_) => return Err(Unsupported::new("another way of partitioning")),
        _ => return Err(Unsupported::new("a change of a table")),
    };
    Ok(vec![format!("ALTER TABLE {} {change}", name(table))])
}

fn alter_option(table: &Name, option: &str, value: Option<&String>) -> Vec<String> {
    let setting = option
        .strip_prefix("with.")
        .map(str::to_owned)
        .or_else(|| option.strip_prefix("toast with.").map(|name| format!("toast.{name}")));
    if let Some(setting) = setting {
        let change = match value {
            Some(value) => format!("SET {}", settings(&format!("({setting}={value})"))),
            None => format!("RESET ({setting})"),
        };
        return vec![format!("ALTER TABLE {} {change}", name(table))];
    }
    let change = match (option, value.map(String::as_str)) {
        ("of type", Some(of)) => format!("OF {}", super::names::key(of)),
        ("of type", None) => "NOT OF".to_owned(),
        ("unlogged", Some(_)) => "SET UNLOGGED".to_owned(),
        ("unlogged", None) => "SET LOGGED".to_owned(),
        ("with", Some(list)) => format!("SET {}", settings(list)),
        ("tablespace", Some(space)) => format!("SET TABLESPACE {}", quoted(space)),
        ("tablespace", None) => "SET TABLESPACE pg_default".to_owned(),
        ("row security", value) => {
            let value = value.unwrap_or_default();
            let is = |word: &str| value.split(", ").any(|one| one == word);
            let row = if is("enabled") { "ENABLE" } else { "DISABLE" };
            let force = if is("forced") { "FORCE" } else { "NO FORCE" };
            return vec![
                format!("ALTER TABLE {} {row} ROW LEVEL SECURITY", name(table)),
                format!("ALTER TABLE {} {force} ROW LEVEL SECURITY", name(table)),
            ];
        }
        ("replica identity", Some("full")) => "REPLICA IDENTITY FULL".to_owned(),
        ("replica identity", Some("nothing")) => "REPLICA IDENTITY NOTHING".to_owned(),
        (CLUSTER, Some(index)) => format!("CLUSTER ON {}", quoted(index)),
        (CLUSTER, None) => "SET WITHOUT CLUSTER".to_owned(),
        (REPLICA_IDENTITY, Some(value)) if index_of(REPLICA_IDENTITY, value).is_some() => {
            let index = quoted(index_of(REPLICA_IDENTITY, value).unwrap_or_default());
            format!("REPLICA IDENTITY USING INDEX {index}")
        }
        ("replica identity", None) => "REPLICA IDENTITY DEFAULT".to_owned(),
        _ => return Vec::new(),
    };
    vec![format!("ALTER TABLE {} {change}", name(table))]
}
