//! The answers of PostgreSQL for `diff`.

use super::super::parse::{Routine, option_changes};
use super::super::privileges::Privileges;
use super::super::types::usual_storage;
use super::names::quoted;
use super::numbering;
use crate::dialect::{DiffRules, OnlineOp};
use crate::op::{AttributeChange, ColumnChange, Op, Subject};
use crate::schema::{Column, DataType, IdentityKind, Kind, Name, Other, Schema, Table};
use crate::sql::{Lexeme, Tokens};

/// What stands before the key of an aggregate that is dropped.
pub(super) const AGGREGATE: &str = "aggregate ";

/// PostgreSQL's answers to what `diff` asks.
#[derive(Debug, Clone, Copy)]
pub struct Emitter;

impl DiffRules for Emitter {
    fn alter_column(&self, table: &Name, before: &Column, after: &Column) -> Option<Vec<Op>> {
        let is_stored = |column: &Column| column.generated.is_some();
        if is_stored(after) && before.generated != after.generated {
            return None;
        }
        let kind = |column: &Column| column.identity.as_ref().map(|identity| identity.kind);
        let has_changed_numbering = before.identity != after.identity;
        let is_serial = |column| kind(column) == Some(IdentityKind::Serial);
        if is_serial(after) || is_serial(before) {
            return numbering::serial(table, before, after);
        }
        let mut changes = Vec::new();
        if is_stored(before) && !is_stored(after) {
            changes.push(ColumnChange::DropExpression { if_exists: false });
        }
        // The sequence of the column goes on.
        let altered = numbering::identity_change(before, after).filter(|_| has_changed_numbering);
        let has_changed_numbering = has_changed_numbering && altered.is_none();
        if has_changed_numbering && before.identity.is_some() {
            changes.push(ColumnChange::DropIdentity { if_exists: false });
        }
        let has_changed_type = before.data_type != after.data_type
            || before.user_type != after.user_type
            || before.collation != after.collation;
        // A default must be of the new type at once.
        let is_default_apart = has_changed_type && before.default.is_some();
        if is_default_apart {
            changes.push(ColumnChange::Default(None));
        }
        // A conversion may make NULL of a value.
        let loses_not_null = after.nullable && !before.nullable;
        if loses_not_null {
            changes.push(ColumnChange::Nullable(true));
        }
        if has_changed_type {
            changes.push(ColumnChange::Type {
                data_type: after.data_type.clone(),
                user_type: after.user_type.clone(),
                collation: after.collation.clone(),
                using: using(before, after),
            });
        }
        if before.default != after.default && !(is_default_apart && after.default.is_none())
            || is_default_apart && after.default.is_some()
        {
            changes.push(ColumnChange::Default(after.default.clone()));
        }
        if before.nullable && !after.nullable {
            changes.push(ColumnChange::Nullable(false));
        }
        if has_changed_numbering && let Some(identity) = &after.identity {
            changes.push(ColumnChange::AddIdentity(identity.clone()));
        }
        changes.extend(altered.filter(|text| !text.is_empty()).map(ColumnChange::AlterIdentity));
        changes.extend(detail_changes(&before.details, &after.details, &after.data_type));
        let column = &after.name;
        let op = |change| Op::AlterColumn { table: table.clone(), column: column.clone(), change };
        Some(changes.into_iter().map(op).collect())
    }

    fn alter_sequence(&self, before: &str, after: &str) -> Option<Vec<(String, String)>> {
        option_changes((before, "bigint"), (after, "bigint"))
    }

    fn own_sequence(&self, table: &Name, column: &Column) -> Option<(Name, String)> {
        numbering::own_sequence(table, column)
    }

    fn count_on(&self, op: &Op, before: &Schema, after: &Schema) -> Option<String> {
        numbering::count_on(op, before, after)
    }

    /// Settings are set and reset one by one.
    fn table_options(
        &self,
        option: &str,
        before: Option<&String>,
        after: Option<&String>,
    ) -> Vec<(String, Option<String>)> {
        if !matches!(option, "with" | "toast with") {
            return vec![(option.to_owned(), after.cloned())];
        }
        let (old, new) = (setting_list(before), setting_list(after));
        let gone = old.iter().filter(|(name, _)| !new.iter().any(|(own, _)| own == name));
        let gone = gone.map(|(name, _)| (format!("{option}.{name}"), None));
        let set = new.iter().filter(|one| !old.contains(one));
        gone.chain(set.map(|(name, value)| (format!("{option}.{name}"), Some(value.clone()))))
            .collect()
    }

    fn expands_stars(&self) -> bool {
        true
    }

    fn is_inherited_constraint(&self, details: &str) -> bool {
        super::details::details(details).iter().any(|one| one.word == "INHERITED")
    }

    /// `INHERITED` stands in the details of a column that is not the table's own as well; the columns of a
    /// partition are those of its parent.
    fn is_inherited(&self, table: &Table, column: &Column) -> bool {
        table.partition_of.is_some()
            || super::details::details(&column.details).iter().any(|one| one.word == "INHERITED")
    }

    fn rename_index(&self, table: &Name, index: &str, to: &str) -> Option<Op> {
        let name = Name { namespace: table.namespace.clone(), name: index.to_owned() };
        let subject = Subject { kind: Kind::Index, name, part: None };
        Some(Op::Rename { subject, to: to.to_owned(), if_exists: false })
    }

    fn online(&self, op: Op, table: &Table) -> Vec<OnlineOp> {
        super::online::online(op, table)
    }

    /// The keys on both sides are of types that have an operator in common, at any time.
    fn foreign_keys_hold_types(&self, before: &DataType, after: &DataType) -> bool {
        super::values::comparable_family(before) != super::values::comparable_family(after)
    }

    fn keeps_values(&self, before: &DataType, after: &DataType) -> bool {
        super::values::are_kept(before, after)
    }

    fn fills_by_default(&self) -> bool {
        true
    }

    fn placeholder(&self, column: &Column, schema: &Schema) -> Option<String> {
        super::values::placeholder(column, schema)
    }

    fn fill_rows(&self, table: &Name, column: &str, value: &str) -> String {
        let (table, column) = (super::name(table), quoted(column));
        format!("UPDATE {table} SET {column} = {value} WHERE {column} IS NULL")
    }

    fn renames_constraints(&self) -> bool {
        true
    }

    fn attaches_partitions(&self) -> bool {
        true
    }

    fn view_holds_columns(&self) -> bool {
        true
    }

    /// A body of the SQL standard: `BEGIN ATOMIC .. END` or `RETURN ..`.
    fn function_holds_columns(&self, definition: &str) -> bool {
        Routine::read(definition).is_some_and(|routine| routine.has_standard_body())
    }

    /// A body in a string is not looked into before it runs, unless it is SQL.
    fn text_at_creation<'d>(&self, kind: Kind, definition: &'d str) -> &'d str {
        match Routine::read(definition).filter(|_| kind.is_function()) {
            Some(routine) => routine.text_at_creation(definition),
            None => definition,
        }
    }

    /// The parts before the body must be the same: `CREATE OR REPLACE` changes no type and no name of an
    /// argument.
    fn may_replace(&self, kind: Kind, before: &Other, after: &Other) -> bool {
        let signature = |other: &Other| Routine::read(&other.definition)?.signature();
        let head = |other: &Other| {
            let text = &other.definition;
            text.split("\n LANGUAGE ").next().unwrap_or(text).to_owned()
        };
        kind.is_function()
            && !before.definition.starts_with("AGGREGATE")
            && match (signature(before), signature(after)) {
                (Some(before), Some(after)) => before.head == after.head,
                _ => head(before) == head(after),
            }
    }

    fn alter_type(&self, before: &str, after: &str, is_used: bool) -> Option<Vec<AttributeChange>> {
        super::super::composite::changes(before, after, is_used)
    }

    /// An aggregate is told from a function by a word before its key.
    fn drop_key(&self, _: Kind, key: &str, other: &Other) -> String {
        let name = key.split('(').next().unwrap_or(key);
        match aggregate_arguments(&other.definition) {
            None => key.to_owned(),
            Some(Some(arguments)) if !arguments.trim().is_empty() => {
                format!("{AGGREGATE}{name}({arguments})")
            }
            Some(_) if key.ends_with("()") => format!("{AGGREGATE}{name}(*)"),
            Some(_) => format!("{AGGREGATE}{key}"),
        }
    }

    fn index_of_option<'v>(&self, option: &str, value: &'v str) -> Option<&'v str> {
        super::super::index_option::index_of(option, value)
    }

    fn change_grant(&self, key: &str, before: &Other, after: &Other) -> Option<String> {
        let read = |other: &Other| Privileges::read(key, &other.definition);
        Some(read(before)?.changes(key, &read(after)?).join("\n"))
    }

    /// The body of a function in SQL may use what is created behind it.
    fn settings(&self, created: &[Op]) -> Vec<Op> {
        let is_early = |(at, op): (usize, &Op)| {
            let Op::CreateOther { kind: Kind::Function | Kind::Procedure, other, .. } = op else {
                return false;
            };
            let Some(routine) = Routine::read(&other.definition) else { return false };
            let Some(body) = routine.checked_body() else { return false };
            let body = Tokens::read_until_error(body, &super::super::LEX_RULES);
            let mut later = created[at + 1..].iter().filter_map(created_name);
            later.any(|name| body.cursor().lexemes().iter().any(|one| mentions(*one, name)))
        };
        if !created.iter().enumerate().any(is_early) {
            return Vec::new();
        }
        vec![Op::Set { name: "check_function_bodies".to_owned(), value: Some("false".to_owned()) }]
    }
}

/// Returns `true` if a token of a body is a name, or a string with the name in it: `nextval('orders_id_seq')`.
fn mentions(token: Lexeme<'_>, name: &str) -> bool {
    let rules = &super::super::LEX_RULES;
    match token.name(rules) {
        Some(found) => found == name,
        None => {
            let mut words = token.text.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.any(|word| word.eq_ignore_ascii_case(name))
        }
    }
}

/// The name by which the body of a function knows what an operation creates.
fn created_name(op: &Op) -> Option<&str> {
    match op {
        Op::CreateTable { name, .. } | Op::CreateView { name, .. } => Some(&name.name),
        Op::AddColumn { column, .. } => Some(&column.name),
        Op::RenameColumn { to, .. } | Op::Rename { to, .. } => Some(to),
        Op::CreateOther { key, .. } => {
            let name = key.split('(').next().unwrap_or(key);
            name.rsplit('.').next()
        }
        _ => None,
    }
}

/// The arguments of an aggregate as they are written; `None` for another function. In the oldest form they are an
/// option among others.
fn aggregate_arguments(definition: &str) -> Option<Option<&str>> {
    if let Some(rest) = definition.strip_prefix("AGGREGATE (") {
        return Some(rest.find("), KIND = ").map(|end| &rest[..end]));
    }
    let tokens = Tokens::read_until_error(definition, &super::super::LEX_RULES);
    let mut cursor = tokens.cursor();
    cursor.eat("CREATE");
    cursor.eat("OR REPLACE");
    if !cursor.eat("AGGREGATE") {
        return None;
    }
    while !cursor.is_empty() && !cursor.is("(") {
        cursor.bump();
    }
    let inside = cursor.group().filter(|_| !cursor.is_empty());
    let written = inside.filter(|inside| !inside.is_empty() && !inside.is("*"));
    Some(written.map(|inside| inside.span().of(definition)))
}

/// Settings in parentheses as pairs.
fn setting_list(text: Option<&String>) -> Vec<(String, String)> {
    let text = text.map_or("", |text| text.trim_matches(['(', ')']));
    let pair = |item: &str| {
        let (name, value) = item.split_once('=').unwrap_or((item, "true"));
        (name.to_owned(), value.to_owned())
    };
    text.split(", ").filter(|item| !item.is_empty()).map(pair).collect()
}

/// The expression that converts the values, where PostgreSQL does not convert them by itself.
fn using(before: &Column, after: &Column) -> Option<String> {
    if is_assignable(&before.data_type, &after.data_type) {
        return None;
    }
    let column = quoted(&before.name);
    let is_text = |of: &DataType| matches!(of.name(), "text" | "character varying" | "character");
    // Bytes have a cast to text alone, and mean text in the encoding of most databases to other types.
    match (before.data_type.name(), after.data_type.name()) {
        ("bytea", _) if !after.data_type.is_array() => {
            let text = format!("convert_from({column}, 'UTF8')");
            return Some(format!("{text}::{}", after.data_type));
        }
        (_, "bytea") if !before.data_type.is_array() && !is_text(&before.data_type) => {
            return Some(format!("convert_to({column}::text, 'UTF8')"));
        }
        _ => {}
    }
    // A boolean and a number, and an enum and another, convert through their texts.
    let by_text = before.user_type.is_some() && !is_text(&after.data_type)
        || after.user_type.is_some() && !is_text(&before.data_type)
        || !super::values::has_cast(&before.data_type, &after.data_type);
    match (before.data_type.is_array(), after.data_type.is_array()) {
        (false, true) if !is_text(&before.data_type) => {
            let array = format!("ARRAY[{column}]::{}", after.data_type);
            return Some(format!("CASE WHEN {column} IS NOT NULL THEN {array} END"));
        }
        (true, false) => return Some(format!("{column}[1]::{}", after.data_type)),
        _ => {}
    }
    Some(match by_text {
        true => format!("{column}::text::{}", after.data_type),
        false => format!("{column}::{}", after.data_type),
    })
}

/// Returns `true` if values of the first type are assigned to the second without a cast that is written out.
fn is_assignable(from: &DataType, to: &DataType) -> bool {
    const NUMBERS: [&str; 6] =
        ["smallint", "integer", "bigint", "numeric", "real", "double precision"];
    const TEXTS: [&str; 3] = ["text", "character varying", "character"];
    const TIMES: [&str; 3] = ["date", "timestamp without time zone", "timestamp with time zone"];
    if from.is_array() != to.is_array() {
        return TEXTS.contains(&to.name()) && !to.is_array();
    }
    let both = |family: &[&str]| family.contains(&from.name()) && family.contains(&to.name());
    from.name() == to.name()
        || TEXTS.contains(&to.name())
        || both(&NUMBERS)
        || both(&TIMES)
        || from.name().starts_with("time ") && to.name().starts_with("time ")
}

/// The details that come, differ or go.
fn detail_changes(before: &str, after: &str, data_type: &str) -> Vec<ColumnChange> {
    use super::details::{details, find};
    let (old, new) = (details(before), details(after));
    let mut changes = Vec::new();
    for word in ["STORAGE", "COMPRESSION", "STATISTICS"] {
        let (was, is) = (find(&old, word), find(&new, word));
        if was != is {
            // Servers before version 16 have no word for the usual storage.
            let usual = || usual_storage(data_type).filter(|_| word == "STORAGE");
            let value = is.or_else(usual).map(str::to_owned);
            changes.push(ColumnChange::Detail { name: word.to_owned(), value });
        }
    }
    let text = |all: &[super::details::Detail<'_>]| find(all, "WITH").map(str::to_owned);
    let (was, is) = (setting_list(text(&old).as_ref()), setting_list(text(&new).as_ref()));
    let gone = was.iter().filter(|(name, _)| !is.iter().any(|(own, _)| own == name));
    let gone = gone.map(|(name, _)| (name, None));
    let set = is.iter().filter(|one| !was.contains(one));
    for (name, value) in gone.chain(set.map(|(name, value)| (name, Some(value.clone())))) {
        changes.push(ColumnChange::Detail { name: format!("WITH.{name}"), value });
    }
    changes
}
