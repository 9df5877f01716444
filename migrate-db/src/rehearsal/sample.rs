//! Copies a sample of the rows of a database, closed over its foreign keys.
//!
//! The schema comes first, without what would be in the way of rows. Then each table gives its share of
//! rows, chosen at random. Rows that these refer to and that the copy lacks are fetched by their keys,
//! until none is missing. What is left of the schema comes last: PostgreSQL validates its foreign keys
//! then. All rows are read in one transaction of the original, which is read only.
//!
//! A reference that the original itself leaves open stays open.

use std::collections::BTreeSet;

use futures_util::TryStreamExt as _;
use migrate_core::dialect::{Dialect, SampleTemplates};
use migrate_core::schema::{Column, ForeignKey, Name, Schema, Table};

use super::rate::SampleRate;
use super::report::SampledRows;
use crate::database::Database;
use crate::driver::{Connection, DumpPart};
use crate::error::Error;
use crate::inspect;

/// A table with at most this many rows is copied whole: steps look for the rows of small tables.
const WHOLE: usize = 1000;

/// How many rows one statement writes at most, and for how many keys one asks.
const ROWS: usize = 500;

/// How many bytes of values one statement writes before it ends.
const BYTES: usize = 1 << 20;

/// How often references to missing rows are followed. Each time reaches all parents of all rows.
const DEEPEST: usize = 1000;

/// Copies the schema and a sample of the rows into a scratch database. The tables in `whole` are copied
/// with all rows.
pub(super) async fn copy(
    source: &Database,
    scratch: &Database,
    beside: &Database,
    rate: SampleRate,
    whole: &[String],
) -> Result<SampledRows, Error> {
    let dialect = source.dialect();
    if dialect != scratch.dialect() {
        return Err(Error::Unsafe {
            message: format!("a database of {dialect} cannot be copied to {}", scratch.dialect()),
            help: vec!["name a server of the same kind".into()],
        });
    }
    let Some(mut from) = Connection::open(&source.source, false).await? else {
        return Err(crate::admin::no_database(source));
    };
    let templates = &dialect.admin().sample;
    let failed = |e| Error::database("reading the database", e);
    for sql in templates.begin_reading {
        from.execute(sql).await.map_err(failed)?;
    }
    let schema = inspect::schema(&mut from, dialect, &[]).await.map_err(failed)?;
    let default = match templates.default_schema {
        Some(sql) => from.rows(sql).await.map_err(failed)?.into_iter().flatten().flatten().next(),
        None => None,
    };
    for sql in templates.read {
        from.execute(sql).await.map_err(failed)?;
    }
    refuse(&schema, templates)?;

    scratch.create_scratch(beside).await?;
    if templates.before_rows.is_none() {
        scratch.copy_part(source, beside, DumpPart::BeforeRows).await?;
    }
    let Some(mut to) = Connection::open(&scratch.source, true).await? else {
        return Err(crate::admin::no_database(scratch));
    };
    for sql in templates.write {
        to.execute(sql).await.map_err(|e| Error::database("preparing the copy", e))?;
    }
    run_statements(&mut from, &mut to, templates.before_rows).await?;
    let mut sampler = RowCopy { dialect, templates, schema: &schema, default, from, to, rows: 0 };
    sampler.write("BEGIN").await?;
    let sampled = sampler.copy(rate, whole).await?;
    sampler.write("COMMIT").await?;
    let RowCopy { mut from, mut to, .. } = sampler;
    if templates.before_rows.is_none() {
        scratch.copy_part(source, beside, DumpPart::AfterRows).await?;
    }
    run_statements(&mut from, &mut to, templates.after_rows).await?;
    for connection in [from, to] {
        let closed = connection.close().await;
        closed.map_err(|e| Error::database("closing the connection", e))?;
    }
    Ok(sampled)
}

/// Runs in the copy the statements that a query of the original returns.
async fn run_statements(
    from: &mut Connection<'_>,
    to: &mut Connection<'_>,
    query: Option<&str>,
) -> Result<(), Error> {
    let Some(query) = query else { return Ok(()) };
    let rows = from.rows(query).await.map_err(|e| Error::database("reading the schema", e))?;
    for sql in rows.into_iter().flatten().flatten() {
        to.execute(&sql).await.map_err(|e| Error::database("copying the schema", e))?;
    }
    Ok(())
}

/// Refuses what no sample can be taken of.
fn refuse(schema: &Schema, templates: &SampleTemplates) -> Result<(), Error> {
    let refused = |message| Error::Unsafe {
        message,
        help: vec!["copy all rows: leave out `--sample`".into()],
    };
    for (name, table) in &schema.tables {
        if templates.virtual_table.is_some_and(|option| table.options.contains_key(option)) {
            return Err(refused(format!(
                "{name} is a virtual table, of whose rows no sample can be taken"
            )));
        }
        if table.foreign_keys.iter().any(|key| key.details.contains("PERIOD")) {
            return Err(refused(format!(
                "a foreign key of {name} refers to a PERIOD, whose rows a sample would lack"
            )));
        }
    }
    Ok(())
}

/// Copies rows from one connection to the other.
struct RowCopy<'s> {
    dialect: Dialect,
    templates: &'static SampleTemplates,
    schema: &'s Schema,
    /// The schema that names without one mean.
    default: Option<String>,
    from: Connection<'static>,
    to: Connection<'static>,
    /// The number of rows that were copied.
    rows: u64,
}

impl RowCopy<'_> {
    async fn copy(&mut self, rate: SampleRate, whole: &[String]) -> Result<SampledRows, Error> {
        let schema = self.schema;
        for (name, table) in &schema.tables {
            // The rows of a part belong to the whole table.
            if table.partition_of.is_some() || self.is_foreign(table) {
                continue;
            }
            let place = self.place(name, table);
            let is_whole = self.is_listed(name, whole) || self.is_small(&place).await?;
            let sample = self.templates.sample.replace("{percent}", &rate.percent().to_string());
            let rows = if is_whole { place } else { place + &sample };
            self.copy_rows(name, table, &rows).await?;
        }
        let sampled = self.rows;
        self.close_over_references().await?;
        Ok(SampledRows { rows: self.rows, referenced: self.rows - sampled })
    }

    /// Fetches the rows that copied rows refer to, then those that these refer to, until none is missing
    /// that the original has.
    async fn close_over_references(&mut self) -> Result<(), Error> {
        let schema = self.schema;
        for _ in 0..DEEPEST {
            let before = self.rows;
            for (name, table) in &schema.tables {
                for key in &table.foreign_keys {
                    // The parent may be in another database, or missing.
                    if let Some(parent) = find_table(schema, &key.parent) {
                        self.copy_parents(name, table, key, parent).await?;
                    }
                }
            }
            if self.rows == before {
                return Ok(());
            }
        }
        Err(Error::Unsafe {
            message: format!("rows refer to each other in a chain of more than {DEEPEST}"),
            help: vec!["copy all rows: leave out `--sample`".into()],
        })
    }

    /// Fetches the rows of a parent that rows of a table refer to and that the copy lacks.
    async fn copy_parents(
        &mut self,
        name: &Name,
        table: &Table,
        key: &ForeignKey,
        (parent_name, parent): (&Name, &Table),
    ) -> Result<(), Error> {
        let primary = parent.primary_key.as_ref().map(|primary| primary.columns.as_slice());
        let there = match key.parent_columns.as_slice() {
            [] => primary.unwrap_or_default(),
            columns => columns,
        };
        if there.len() != key.columns.len() || there.is_empty() || self.is_foreign(parent) {
            return Ok(());
        }
        let quote = |column: &String| self.dialect.quote(column);
        let child: Vec<String> = key.columns.iter().map(quote).collect();
        let there: Vec<String> = there.iter().map(quote).collect();
        let types = key.columns.iter().map(|column| find_column(table, column));
        let literals = types.zip(&child).map(|(column, quoted)| {
            let data_type = column.map(|column| &column.data_type);
            (self.templates.literal)(&format!("c.{quoted}"), data_type.unwrap_or(&"text".into()))
        });
        let literals: Vec<String> = literals.collect();
        let are_set: Vec<String> = child.iter().map(|c| format!("c.{c} IS NOT NULL")).collect();
        let equal = there.iter().zip(&child).map(|(p, c)| format!("p.{p} = c.{c}"));
        let place = self.place(parent_name, parent);
        let missing = format!(
            "SELECT DISTINCT {} FROM {} c WHERE {} AND NOT EXISTS (SELECT 1 FROM {place} p WHERE {})",
            literals.join(", "),
            self.place(name, table),
            are_set.join(" AND "),
            equal.collect::<Vec<_>>().join(" AND "),
        );
        let keys =
            self.to.rows(&missing).await.map_err(|e| {
                Error::database(format!("looking for rows that {name} refers to"), e)
            })?;
        let keys: BTreeSet<Vec<String>> = keys
            .into_iter()
            .map(|cells| cells.into_iter().collect::<Option<Vec<_>>>())
            .collect::<Option<_>>()
            .ok_or_else(|| too_large(name))?;
        let keys: Vec<Vec<String>> = keys.into_iter().collect();
        for keys in keys.chunks(ROWS) {
            let rows = format!("{place} WHERE {}", any_key(&there, keys));
            self.copy_rows(parent_name, parent, &rows).await?;
        }
        Ok(())
    }

    /// Copies the rows of a table that stand after FROM.
    async fn copy_rows(&mut self, name: &Name, table: &Table, rows: &str) -> Result<(), Error> {
        let columns: Vec<&Column> =
            table.columns.iter().filter(|column| column.generated.is_none()).collect();
        if columns.is_empty() {
            return Ok(());
        }
        let quoted: Vec<String> = columns.iter().map(|c| self.dialect.quote(&c.name)).collect();
        let literals = quoted.iter().zip(&columns);
        let literals: Vec<String> =
            literals.map(|(quoted, c)| (self.templates.literal)(quoted, &c.data_type)).collect();
        let select = format!("SELECT {} FROM {rows}", literals.join(", "));
        let insert = format!(
            "INSERT INTO {} ({}){} VALUES ",
            self.qualified(name),
            quoted.join(", "),
            self.templates.overriding
        );
        let failed = |e| Error::database(format!("copying rows of {name}"), e);
        let (mut sql, mut count) = (insert.clone(), 0);
        let mut stream = self.from.stream(&select);
        while let Some(cells) = stream.try_next().await.map_err(failed)? {
            let values: Option<Vec<String>> = cells.into_iter().collect();
            let values = values.ok_or_else(|| too_large(name))?.join(",");
            sql.push_str(if count == 0 { "(" } else { ",(" });
            sql.push_str(&values);
            sql.push(')');
            count += 1;
            if count == ROWS || sql.len() > BYTES {
                self.rows += self.to.execute(&sql).await.map_err(failed)?;
                (sql, count) = (insert.clone(), 0);
            }
        }
        drop(stream);
        if count > 0 {
            self.rows += self.to.execute(&sql).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn is_small(&mut self, place: &str) -> Result<bool, Error> {
        let sql = format!("SELECT 'row' FROM {place} LIMIT {}", WHOLE + 1);
        let rows = self.from.rows(&sql).await;
        Ok(rows.map_err(|e| Error::database("counting rows", e))?.len() <= WHOLE)
    }

    /// A table as it stands after FROM: its own rows and those of its partitions.
    fn place(&self, name: &Name, table: &Table) -> String {
        let only = if table.partition_by.is_some() { "" } else { self.templates.only };
        format!("{only}{}", self.qualified(name))
    }

    fn qualified(&self, name: &Name) -> String {
        let table = self.dialect.quote(&name.name);
        match name.namespace.as_ref().or(self.default.as_ref()) {
            Some(namespace) => format!("{}.{table}", self.dialect.quote(namespace)),
            None => table,
        }
    }

    fn is_foreign(&self, table: &Table) -> bool {
        self.templates.foreign.is_some_and(|option| table.options.contains_key(option))
    }

    /// Returns `true` if a list of names, each `name` or `schema.name`, holds a table.
    fn is_listed(&self, name: &Name, names: &[String]) -> bool {
        let namespace = name.namespace.as_ref().or(self.default.as_ref());
        let full = namespace.map(|namespace| format!("{namespace}.{}", name.name));
        names.iter().any(|listed| *listed == name.to_string() || Some(listed) == full.as_ref())
    }

    async fn write(&mut self, sql: &str) -> Result<(), Error> {
        let written = self.to.execute(sql).await;
        written.map(drop).map_err(|e| Error::database("writing the copy", e))
    }
}

/// A table by a name as a foreign key writes it, which may differ in case where that means nothing.
fn find_table<'s>(schema: &'s Schema, name: &Name) -> Option<(&'s Name, &'s Table)> {
    let is_same = |other: &Name| {
        other.namespace == name.namespace && other.name.eq_ignore_ascii_case(&name.name)
    };
    let tables = &schema.tables;
    tables.get_key_value(name).or_else(|| tables.iter().find(|(other, _)| is_same(other)))
}

fn find_column<'t>(table: &'t Table, name: &str) -> Option<&'t Column> {
    table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
}

/// A condition for rows that have one of the keys.
fn any_key(columns: &[String], keys: &[Vec<String>]) -> String {
    if let [column] = columns {
        let keys: Vec<String> = keys.iter().flatten().cloned().collect();
        return format!("{column} IN ({})", keys.join(", "));
    }
    let is_key = |key: &Vec<String>| {
        let equal = columns.iter().zip(key).map(|(column, value)| format!("{column} = {value}"));
        format!("({})", equal.collect::<Vec<_>>().join(" AND "))
    };
    keys.iter().map(is_key).collect::<Vec<_>>().join(" OR ")
}

/// Servers return NULL for a text that is longer than a packet may be.
fn too_large(name: &Name) -> Error {
    Error::Unsafe {
        message: format!("a value of {name} is too large to be copied"),
        help: vec!["raise `max_allowed_packet` on the server, or leave out `--sample`".into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_one_column_and_of_several_are_asked_for() {
        let keys = |keys: &[&[&str]]| -> Vec<Vec<String>> {
            keys.iter().map(|key| key.iter().map(|value| (*value).to_owned()).collect()).collect()
        };
        assert_eq!(any_key(&["\"id\"".to_owned()], &keys(&[&["1"], &["2"]])), "\"id\" IN (1, 2)");
        assert_eq!(
            any_key(&["a".to_owned(), "b".to_owned()], &keys(&[&["1", "'x'"], &["2", "'y'"]])),
            "(a = 1 AND b = 'x') OR (a = 2 AND b = 'y')"
        );
    }
}
