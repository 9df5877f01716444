//! Renders values as SQL for people to read, one line per part.
//!
//! The form is the same for every database, so that it can be compared line by line; it is not
//! meant to be executed. Names are quoted only if they are not a single word.

use std::collections::BTreeMap;

use super::model::{
    Check, Column, Domain, Enum, ForeignKey, Generated, Index, IndexPart, Key, Kind, Name, Other,
    Sequence, Table, Trigger, View,
};

/// A line and its end, which is not compared: whether a line is the last of a list does not matter.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) end: &'static str,
}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// A statement and its subject. An object precedes its parts.
pub(super) type Statement = ((Kind, String), Vec<Line>);

/// Splits a text into lines; differences in white space count.
fn lines(text: &str) -> Vec<Line> {
    let all = text.split('\n').filter(|_| !text.is_empty());
    all.map(|line| Line { text: line.to_owned(), end: "" }).collect()
}

fn ended(mut lines: Vec<Line>) -> Vec<Line> {
    if let Some(last) = lines.last_mut().filter(|last| !last.text.ends_with(';')) {
        last.end = ";";
    }
    lines
}

/// Writes a head with a list in parentheses, one item per line.
fn listed(head: String, items: Vec<String>) -> Vec<Line> {
    let mut all = vec![Line { text: format!("{head} ("), end: "" }];
    let count = items.len();
    let end = |n: usize| if n + 1 < count { "," } else { "" };
    let item = |(n, text)| Line { text: format!("  {text}"), end: end(n) };
    all.extend(items.into_iter().enumerate().map(item));
    all.extend(lines(")"));
    all
}

fn word(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

pub(super) fn name(name: &Name) -> String {
    let namespace = name.namespace.as_ref().map_or_else(String::new, |n| format!("{}.", word(n)));
    format!("{namespace}{}", word(&name.name))
}

pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub(super) fn labels(labels: &[String]) -> String {
    labels.iter().map(|label| literal(label)).collect::<Vec<_>>().join(", ")
}

pub(super) fn list(columns: &[String]) -> String {
    format!("({})", columns.iter().map(|column| word(column)).collect::<Vec<_>>().join(", "))
}

pub(super) fn option(name: &str, value: &str) -> String {
    if value.is_empty() { name.to_owned() } else { format!("{name} {value}") }
}

pub(super) fn owner((table, column): &(Name, String)) -> String {
    format!("{}.{}", name(table), word(column))
}

pub(super) fn generated(generated: &Generated) -> String {
    let Generated { expression, stored } = generated;
    let kept = if *stored { "STORED" } else { "VIRTUAL" };
    format!("GENERATED ALWAYS AS ({expression}) {kept}")
}

/// Joins words with spaces, without empty ones.
fn phrase<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

pub(super) fn key(key: &Key) -> String {
    phrase([list(&key.columns).as_str(), &key_details(key)])
}

pub(super) fn key_details(key: &Key) -> String {
    let nulls = nulls_not_distinct(key.nulls_not_distinct);
    phrase([include(&key.include).as_str(), nulls, key.deferrable.words(), &key.details])
}

fn include(columns: &[String]) -> String {
    if columns.is_empty() { String::new() } else { format!("INCLUDE {}", list(columns)) }
}

const fn nulls_not_distinct(yes: bool) -> &'static str {
    if yes { "NULLS NOT DISTINCT" } else { "" }
}

pub(super) fn check(check: &Check) -> String {
    phrase([format!("({})", check.expression).as_str(), &check.details])
}

pub(super) fn foreign_key(key: &ForeignKey) -> String {
    let action = |event: &str, action: super::Action| match action {
        super::Action::NoAction => String::new(),
        action => format!("{event} {}", action.words()),
    };
    let there =
        if key.parent_columns.is_empty() { String::new() } else { list(&key.parent_columns) };
    phrase([
        list(&key.columns).as_str(),
        "REFERENCES",
        &name(&key.parent),
        &there,
        &action("ON UPDATE", key.on_update),
        &action("ON DELETE", key.on_delete),
        &foreign_key_details(key),
    ])
}

pub(super) fn foreign_key_details(key: &ForeignKey) -> String {
    phrase([key.match_type.to_string().as_str(), key.deferrable.words(), &key.details])
}

pub(super) fn parts(parts: &[IndexPart]) -> String {
    format!("({})", parts.iter().map(part).collect::<Vec<_>>().join(", "))
}

fn part(part: &IndexPart) -> String {
    let IndexPart {
        column,
        expression,
        prefix,
        collation,
        operator_class,
        descending,
        nulls,
        details,
    } = part;
    let or_nothing = |text: Option<String>| text.unwrap_or_default();
    phrase([
        or_nothing(column.as_ref().map(|column| word(column))).as_str(),
        &or_nothing((!expression.is_empty()).then(|| format!("({expression})"))),
        &or_nothing(prefix.map(|length| format!("({length})"))),
        &or_nothing(collation.as_ref().map(|name| format!("COLLATE {name}"))),
        operator_class.as_deref().unwrap_or_default(),
        details,
        if *descending { "DESC" } else { "" },
        nulls.map_or("", super::NullsOrder::words),
    ])
}

pub(super) fn index_details(index: &Index) -> String {
    let nulls = nulls_not_distinct(index.nulls_not_distinct);
    phrase([include(&index.include).as_str(), nulls, &index.details])
}

/// Returns the options of a table by name, including those with fields of their own.
pub(super) fn options(table: &Table) -> BTreeMap<&str, String> {
    let mut options: BTreeMap<&str, String> =
        table.options.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    if table.without_rowid {
        options.insert("without rowid", String::new());
    }
    if table.strict {
        options.insert("strict", String::new());
    }
    if let Some(by) = &table.partition_by {
        options.insert("partition by", by.text.clone());
    }
    if let Some(of) = &table.partition_of {
        options.insert("partition of", format!("{} {}", name(&of.parent), of.bound));
    }
    options
}

fn column(column: &Column) -> String {
    let Column { name: own, data_type, user_type, nullable, default, .. } = column;
    let behind = user_type.as_ref().map(|behind| (behind.to_string(), name(behind)));
    // The text of the type usually contains it.
    let behind = behind.filter(|(plain, quoted)| {
        !data_type.contains(plain.as_str()) && !data_type.contains(quoted.as_str())
    });
    let optional = |words: &str, value: &Option<String>| {
        value.as_ref().map_or_else(String::new, |value| format!("{words}{value}"))
    };
    phrase([
        word(own).as_str(),
        data_type,
        &behind.map_or_else(String::new, |(_, quoted)| format!("/* {quoted} */")),
        &optional("COLLATE ", &column.collation),
        if *nullable { "" } else { "NOT NULL" },
        &optional("DEFAULT ", default),
        &column.generated.as_ref().map_or_else(String::new, generated),
        &column.identity.as_ref().map_or_else(String::new, ToString::to_string),
        &column.details,
    ])
}

fn constraint(own: Option<&str>, kind: &str, text: &str) -> String {
    let named = own.map_or_else(String::new, |own| format!("CONSTRAINT {}", word(own)));
    phrase([named.as_str(), kind, text])
}

fn checks(checks: &[Check]) -> Vec<String> {
    let mut all: Vec<String> =
        checks.iter().map(|c| constraint(c.name.as_deref(), "CHECK", &check(c))).collect();
    all.sort_unstable();
    all
}

/// Sorts constraints, because the order of the catalog has no meaning.
fn constraints(table: &Table) -> Vec<String> {
    let sorted = |mut all: Vec<String>| {
        all.sort_unstable();
        all
    };
    let keys = |keys: &[Key], kind: &str| {
        sorted(keys.iter().map(|k| constraint(k.name.as_deref(), kind, &key(k))).collect())
    };
    let foreign = table.foreign_keys.iter();
    let foreign = foreign.map(|k| constraint(k.name.as_deref(), "FOREIGN KEY", &foreign_key(k)));
    let others = table.constraints.iter();
    let others = others.map(|c| constraint(Some(&c.name), "", &c.definition));
    [
        keys(table.primary_key.as_slice(), "PRIMARY KEY"),
        keys(&table.uniques, "UNIQUE"),
        checks(&table.checks),
        sorted(foreign.collect()),
        sorted(others.collect()),
    ]
    .concat()
}

fn comment(kind: Kind, on: &str, text: Option<&String>) -> Option<Statement> {
    let what = kind.word().to_uppercase();
    let text = format!("COMMENT ON {what} {on} IS {}", literal(text?));
    Some(((Kind::Comment, format!("{kind:?} {on}")), ended(lines(&text))))
}

pub(super) fn table(own: &Name, table: &Table) -> Vec<Statement> {
    let on = name(own);
    let mut items: Vec<String> = table.columns.iter().map(column).collect();
    items.extend(constraints(table));
    let mut create = listed(format!("CREATE TABLE {on}"), items);
    for (name, value) in options(table) {
        create.extend(lines(&option(name, &value)));
    }
    let mut all = vec![((Kind::Table, on.clone()), ended(create))];
    all.extend(table.indexes.iter().flat_map(|(name, i)| index(&on, name, i)));
    all.extend(table.triggers.iter().map(|(name, t)| trigger(&on, name, t)));
    all.extend(comment(Kind::Table, &on, table.comment.as_ref()));
    for column in &table.columns {
        let on = format!("{on}.{}", word(&column.name));
        all.extend(comment(Kind::Column, &on, column.comment.as_ref()));
    }
    all
}

fn index(table: &str, own: &str, index: &Index) -> Vec<Statement> {
    let head = if index.unique { "CREATE UNIQUE INDEX" } else { "CREATE INDEX" };
    let optional = |words: &str, value: &Option<String>| {
        value.as_ref().map_or_else(String::new, |value| format!("{words} {value}"))
    };
    let text = phrase([
        head,
        &word(own),
        "ON",
        table,
        &optional("USING", &index.method),
        &parts(&index.parts),
        &index_details(index),
        &optional("WHERE", &index.predicate),
    ]);
    let mut all = vec![((Kind::Index, own.to_owned()), ended(lines(&text)))];
    all.extend(comment(Kind::Index, &word(own), index.comment.as_ref()));
    all
}

fn trigger(table: &str, own: &str, trigger: &Trigger) -> Statement {
    let mut all = lines(&format!("-- trigger {own} of {table}"));
    all.extend(lines(&trigger.definition));
    ((Kind::Trigger, own.to_owned()), ended(all))
}

pub(super) fn view(own: &Name, view: &View) -> Vec<Statement> {
    let on = name(own);
    let kind = if view.materialised { "MATERIALIZED VIEW" } else { "VIEW" };
    let mut create = lines(&format!("CREATE {kind} {on} AS"));
    create.extend(lines(&view.definition));
    create.extend(lines(&view.details));
    // Before its indexes, as a table is.
    let mut all = vec![((Kind::Table, on.clone()), ended(create))];
    all.extend(view.indexes.iter().flat_map(|(name, i)| index(&on, name, i)));
    all.extend(view.triggers.iter().map(|(name, t)| trigger(&on, name, t)));
    all.extend(comment(Kind::View, &on, view.comment.as_ref()));
    all
}

pub(super) fn enumeration(own: &Name, value: &Enum) -> Vec<Statement> {
    let on = name(own);
    let items = value.labels.iter().map(|label| literal(label)).collect();
    let create = listed(format!("CREATE TYPE {on} AS ENUM"), items);
    let mut all = vec![((Kind::Enum, on.clone()), ended(create))];
    all.extend(comment(Kind::Type, &on, value.comment.as_ref()));
    all
}

pub(super) fn domain(own: &Name, domain: &Domain) -> Vec<Statement> {
    let on = name(own);
    let as_column = Column {
        name: own.name.clone(),
        data_type: domain.data_type.clone(),
        nullable: domain.nullable,
        default: domain.default.clone(),
        collation: domain.collation.clone(),
        ..Column::default()
    };
    let definition = column(&as_column);
    let definition = definition.strip_prefix(&word(&own.name)).unwrap_or_default();
    let mut create = lines(&format!("CREATE DOMAIN {on} AS{definition}"));
    for check in checks(&domain.checks) {
        create.extend(lines(&format!("  {check}")));
    }
    let mut all = vec![((Kind::Domain, on.clone()), ended(create))];
    all.extend(comment(Kind::Domain, &on, domain.comment.as_ref()));
    all
}

pub(super) fn sequence(own: &Name, sequence: &Sequence) -> Vec<Statement> {
    let on = name(own);
    let owned = sequence.owned_by.as_ref();
    let owned = owned.map_or_else(String::new, |by| format!("OWNED BY {}", owner(by)));
    let create = phrase(["CREATE SEQUENCE", &on, &sequence.definition, &owned]);
    let mut all = vec![((Kind::Sequence, on.clone()), ended(lines(&create)))];
    all.extend(comment(Kind::Sequence, &on, sequence.comment.as_ref()));
    all
}

/// Writes an object of which only the text is known, with a line that names it.
pub(super) fn other((kind, own): &(Kind, String), other: &Other) -> Vec<Statement> {
    let of = match &other.table {
        Some(table) if !kind.names_its_object() && !own.ends_with(&format!(" on {table}")) => {
            format!(" of {}", name(table))
        }
        _ => String::new(),
    };
    let mut all = lines(&format!("-- {} {own}{of}", kind.word()));
    all.extend(lines(&other.definition));
    vec![((*kind, own.clone()), ended(all))]
}
