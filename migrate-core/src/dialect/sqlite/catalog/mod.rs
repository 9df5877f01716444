//! Reads the rows of `sqlite_schema` into a schema.

pub(super) mod index;
pub(super) mod table;
pub(super) mod text;

use std::collections::{BTreeMap, BTreeSet};

use index::index;
use table::table;
use text::{Scope, quoted, text};

use super::{LEX_RULES, created_name};
use crate::schema::{Name, Schema, Table, Trigger, View, Written};
use crate::sql::{Cursor, Tokens};

/// A row of `sqlite_schema`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// `table`, `index`, `view` or `trigger`.
    pub kind: &'a str,
    /// The name of the object.
    pub name: &'a str,
    /// The table or the view that it belongs to; the object's own name if it is one.
    pub table: &'a str,
    /// The statement that created it.
    pub sql: &'a str,
}

/// Returns the schema of rows of `sqlite_schema`. Equivalent catalogs give equal values, however
/// their statements were written, and whether a constraint is at its column or after the columns.
///
/// A virtual table has no columns here, because only its module knows them. Texts that are not
/// SQLite's statements are ignored; a table that cannot be read has its text as an option.
///
/// ```
/// use migrate_core::dialect::sqlite::{Entry, schema};
/// let of = |sql| schema(&[Entry { kind: "table", name: "t", table: "t", sql }]);
/// let one = of("CREATE TABLE t (id integer primary key, a TEXT CHECK(a<>''))");
/// let other = of("CREATE TABLE \"t\" ([id] INTEGER, a TEXT, CHECK (a != ''), PRIMARY KEY (id))");
/// assert_eq!(one, other);
/// assert_ne!(one, of("CREATE TABLE t (id INT PRIMARY KEY, a TEXT CHECK (a <> ''))"));
/// ```
#[must_use]
pub fn schema(entries: &[Entry<'_>]) -> Schema {
    let tokens: Vec<Tokens<'_>> =
        entries.iter().map(|entry| Tokens::read_until_error(entry.sql, &LEX_RULES)).collect();
    let statements = || entries.iter().zip(tokens.iter().map(Tokens::cursor));
    let of_kind = |kind: &'static str| statements().filter(move |(entry, _)| entry.kind == kind);

    let mut schema = Schema::default();
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (entry, cursor) in of_kind("table") {
        let mut made = module(cursor).or_else(|| table(cursor)).unwrap_or_default();
        if made == Table::default() {
            let definition = text(cursor.lexemes(), Scope::Columns(&[]));
            made.options.insert("definition".to_owned(), definition);
        }
        let columns = made.columns.iter().map(|column| column.name.to_ascii_lowercase());
        names.insert(entry.name.to_ascii_lowercase(), columns.collect());
        made.checks.iter_mut().for_each(|check| check.written_at = None);
        made.foreign_keys.iter_mut().for_each(|key| key.written_at = None);
        made.written = Written::new(entry.sql);
        schema.tables.insert(Name::new(entry.name), made);
    }
    // The columns of views and virtual tables are unknown: any of their words may be one.
    let others = statements().filter(|(entry, cursor)| entry.kind == "view" || cursor.is(VIRTUAL));
    for (entry, cursor) in others {
        let words = cursor.lexemes().iter().filter_map(|word| word.name(&LEX_RULES));
        let words = words.map(|word| word.to_ascii_lowercase()).collect();
        names.insert(entry.name.to_ascii_lowercase(), words);
    }
    for (entry, cursor) in of_kind("index") {
        let Some(table) = named(&mut schema.tables, entry.table) else { continue };
        if let Some(mut index) = index(cursor, &table.columns) {
            index.written = Written::new(entry.sql);
            table.indexes.insert(entry.name.to_owned(), index);
        }
    }
    let scope = Scope::Everything(&names);
    for (entry, cursor) in of_kind("view") {
        if let Some(mut view) = view(cursor, scope) {
            view.written = Written::new(entry.sql);
            schema.views.insert(Name::new(entry.name), view);
        }
    }
    for (entry, cursor) in of_kind("trigger") {
        let Some(mut trigger) = trigger(entry.name, cursor, scope) else { continue };
        trigger.written = Written::new(entry.sql);
        let triggers = match named(&mut schema.tables, entry.table) {
            Some(table) => &mut table.triggers,
            None => match named(&mut schema.views, entry.table) {
                Some(view) => &mut view.triggers,
                None => continue,
            },
        };
        triggers.insert(entry.name.to_owned(), trigger);
    }
    resolve_foreign_keys(&mut schema);
    schema
}

/// Finds an object by its name in any case.
fn named<'m, T>(map: &'m mut BTreeMap<Name, T>, name: &str) -> Option<&'m mut T> {
    let exact = Name::new(name);
    // The spelling is nearly always the same.
    if map.contains_key(&exact) {
        return map.get_mut(&exact);
    }
    map.iter_mut().find(|(found, _)| found.name.eq_ignore_ascii_case(name)).map(|(_, it)| it)
}

/// Resolves foreign keys: writes the names of parents and columns as they are spelled there, fills
/// in the columns of a primary key, and sorts the keys.
fn resolve_foreign_keys(schema: &mut Schema) {
    type Parent = (Name, Vec<String>, Vec<String>);
    let parents: BTreeMap<String, Parent> = schema
        .tables
        .iter()
        .map(|(name, table)| {
            let columns = table.columns.iter().map(|column| column.name.clone()).collect();
            let key = table.primary_key.as_ref().map(|key| key.columns.clone());
            (name.name.to_ascii_lowercase(), (name.clone(), columns, key.unwrap_or_default()))
        })
        .collect();
    for table in schema.tables.values_mut() {
        for key in &mut table.foreign_keys {
            let Some((name, columns, primary)) = parents.get(&key.parent.name.to_ascii_lowercase())
            else {
                continue;
            };
            key.parent = name.clone();
            if key.parent_columns.is_empty() && primary.len() == key.columns.len() {
                key.parent_columns.clone_from(primary);
            }
            for column in &mut key.parent_columns {
                if let Some(spelled) = columns.iter().find(|c| c.eq_ignore_ascii_case(column)) {
                    column.clone_from(spelled);
                }
            }
        }
        table.foreign_keys.sort_by(|a, b| {
            (&a.columns, &a.parent, &a.parent_columns, &a.name).cmp(&(
                &b.columns,
                &b.parent,
                &b.parent_columns,
                &b.name,
            ))
        });
    }
}

const VIRTUAL: &str = "CREATE VIRTUAL TABLE";

/// Reads `CREATE VIRTUAL TABLE`.
pub(super) fn module(mut cursor: Cursor<'_>) -> Option<Table> {
    if !cursor.eat(VIRTUAL) {
        return None;
    }
    created_name(&mut cursor)?;
    if !cursor.eat("USING") {
        return None;
    }
    let mut table = Table::default();
    table.options.insert("module".to_owned(), cursor.name()?.to_ascii_lowercase());
    // The arguments are the module's own language.
    if let Some(arguments) = cursor.group().filter(|arguments| !arguments.is_empty()) {
        let words: Vec<&str> = arguments.lexemes().iter().map(|word| word.text).collect();
        let text = words.join(" ").replace(" ,", ",");
        table.options.insert("arguments".to_owned(), text);
    }
    Some(table)
}

/// Reads `CREATE VIEW`.
pub(super) fn view(mut cursor: Cursor<'_>, scope: Scope<'_>) -> Option<View> {
    cursor.eat("CREATE");
    let _ = cursor.eat("TEMP") || cursor.eat("TEMPORARY");
    if !cursor.eat("VIEW") {
        return None;
    }
    created_name(&mut cursor)?;
    let items = cursor.group().into_iter().flat_map(Cursor::items);
    let names: Vec<String> =
        items.filter_map(|mut item| item.name()).map(|name| quoted(&name)).collect();
    let details = if names.is_empty() { String::new() } else { format!("({})", names.join(", ")) };
    cursor.eat("AS");
    Some(View { definition: text(cursor.lexemes(), scope), details, ..View::default() })
}

/// Reads `CREATE TRIGGER`. Makes the defaults of omitted clauses explicit, so that equivalent
/// triggers compare equal.
pub(super) fn trigger(name: &str, mut cursor: Cursor<'_>, scope: Scope<'_>) -> Option<Trigger> {
    cursor.eat("CREATE");
    let _ = cursor.eat("TEMP") || cursor.eat("TEMPORARY");
    if !cursor.eat("TRIGGER") {
        return None;
    }
    created_name(&mut cursor)?;
    let time = ["AFTER", "INSTEAD OF", "BEFORE"].into_iter().find(|time| cursor.eat(time));
    let mut lexemes =
        cursor.take_until(|cursor| cursor.is_any(&["BEGIN", "FOR EACH ROW"])).lexemes().to_vec();
    cursor.eat("FOR EACH ROW");
    lexemes.extend(cursor.lexemes());
    let time = time.unwrap_or("BEFORE");
    let definition = format!("CREATE TRIGGER {} {time} {}", quoted(name), text(&lexemes, scope));
    Some(Trigger { definition, ..Trigger::default() })
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{compare, leftover};

    fn of(sql: &str) -> Schema {
        schema(&[Entry { kind: "table", name: "t", table: "t", sql }])
    }

    #[test]
    fn a_table_that_cannot_be_read_shows_when_it_changes() {
        let broken = of("CREATE TABLE t");
        assert_eq!(broken.tables[&Name::new("t")].options["definition"], "CREATE TABLE t");
        assert_ne!(broken, of("CREATE TABLE t (("));
    }

    #[test]
    fn what_is_not_understood_stands_with_its_column() {
        let strange = of("CREATE TABLE t (a INT NOT NULL FROBNICATE 5, b)");
        let table = &strange.tables[&Name::new("t")];
        assert!(!table.columns[0].nullable);
        assert!(table.columns[0].details.contains("FROBNICATE"));
        assert_eq!(table.columns[1].name, "b");
        assert_ne!(strange, of("CREATE TABLE t (a INT NOT NULL FROBNICATE 6, b)"));
    }

    /// What differs between two tables, told.
    fn told(before: &str, after: &str) -> Vec<String> {
        compare(&of(before), &of(after)).iter().map(leftover).collect()
    }

    #[test]
    fn a_key_without_a_name_is_known_by_its_columns() {
        assert_eq!(
            told(
                "CREATE TABLE t (a REFERENCES p (x) ON DELETE CASCADE, b REFERENCES p (x))",
                "CREATE TABLE t (a REFERENCES p (x), b REFERENCES p (x))",
            ),
            ["action on delete of foreign key (a) REFERENCES p (x) ON DELETE CASCADE \
              of table t was CASCADE and is NO ACTION"]
        );
        let uniques =
            told("CREATE TABLE t (a UNIQUE)", "CREATE TABLE t (a UNIQUE ON CONFLICT FAIL)");
        assert_eq!(
            uniques,
            ["details of unique constraint (a) of table t were not there and are ON CONFLICT FAIL"]
        );
        let others = told("CREATE TABLE t (a UNIQUE, b)", "CREATE TABLE t (a, b UNIQUE)");
        assert_eq!(others.len(), 2, "{others:?}");
    }

    #[test]
    fn the_order_of_a_lone_integer_key_counts_only_without_row_numbers() {
        let alike = |options: &str| {
            let column = format!("CREATE TABLE t (a INTEGER PRIMARY KEY){options}");
            let behind = format!("CREATE TABLE t (a INTEGER, PRIMARY KEY (a DESC)){options}");
            of(&column) == of(&behind)
        };
        assert!(alike(""));
        assert!(!alike(" WITHOUT ROWID"));
    }
}
