//! The catalog of MySQL and MariaDB.
//!
//! Tables, views, routines and sequences are read from the statements that `SHOW CREATE` tells, with
//! `migrate_core::dialect::mysql`:
//! there the server says everything, and both servers say it alike, where `information_schema`
//! differs between them and is silent on periods, parsers of indexes or options of engines. Lists
//! and what has no such statement come from `information_schema`. Three trips in all.
//!
//! What is no schema is left out: the next number of a table, numbers of rows, times. So is the
//! name of the database, so that two of different names are equal.

mod lists;

use migrate_core::dialect::Dialect;
use migrate_core::dialect::mysql::{self, Session};
use migrate_core::schema::{Kind, Name, Other, Schema, Table};
use migrate_core::sql::LexError;

use crate::driver::{Cells, Connection};
use crate::url;

/// Where and as whom we look.
struct Circumstances {
    session: Session,
    /// The statement that takes the session back to its own settings.
    restore: String,
    /// Whether the database's collation is the server's own as well.
    is_usual_collation: bool,
    /// Whether names of tables are told apart by case.
    is_case_sensitive: bool,
    without: Vec<String>,
}

const CIRCUMSTANCES: &str = "SELECT DATABASE(), VERSION(), @@SESSION.sql_mode, \
    @@SESSION.sql_quote_show_create, @@GLOBAL.sql_mode, @@collation_database, \
    @@collation_server, CURRENT_USER(), @@lower_case_table_names";

/// So the server always writes names in backticks and strings with backslashes.
const SETTINGS: &str = "SET SESSION sql_mode = '', SESSION sql_quote_show_create = 1";

pub(super) async fn schema(
    connection: &mut Connection<'_>,
    without: &[String],
) -> sqlx::Result<Schema> {
    let Some(around) = circumstances(connection, without).await? else {
        return Ok(Schema::default());
    };
    let schema = read(connection, &around).await;
    if schema.is_err() {
        // After a success the session has its settings already.
        connection.execute(&around.restore).await?;
    }
    schema
}

async fn read(connection: &mut Connection<'_>, around: &Circumstances) -> sqlx::Result<Schema> {
    let database = literal(&around.session.database);
    let queries = format!("{SETTINGS};\n{}", lists::queries(&database, around));
    let lists = connection.rows(&queries).await?;
    let objects = around.objects(&lists);
    let mut queries =
        format!("SHOW CREATE DATABASE {}", Dialect::Mysql.quote(&around.session.database));
    for object in &objects {
        queries.push_str(&format!(
            ";\nSHOW CREATE {} {}",
            object.word,
            Dialect::Mysql.quote(object.name)
        ));
    }
    queries.push_str(&format!(";\n{}", around.restore));
    let statements = connection.rows(&queries).await?;

    let mut schema = Schema::default();
    let mut statements = statements.iter();
    if let Some(row) = statements.next() {
        around.add_database(&mut schema, cell(row, 1))?;
    }
    for (object, row) in objects.iter().zip(statements) {
        object.add_to(&mut schema, row, around)?;
    }
    lists::add(&mut schema, &lists, around);
    if objects.iter().any(Object::is_routine) {
        // Not everybody may see these; then there is nothing to compare.
        let grants = connection.rows(&lists::routine_grants(&database)).await;
        lists::add(&mut schema, &grants.unwrap_or_default(), around);
    }
    Ok(schema)
}

/// `None` where no database is selected.
async fn circumstances(
    connection: &mut Connection<'_>,
    without: &[String],
) -> sqlx::Result<Option<Circumstances>> {
    let rows = connection.rows(CIRCUMSTANCES).await?;
    let Some(row) = rows.first().filter(|row| row.first().is_some_and(Option::is_some)) else {
        return Ok(None);
    };
    let database = cell(row, 0).to_owned();
    let own = format!("{database}.");
    Ok(Some(Circumstances {
        restore: format!(
            "SET SESSION sql_mode = {}, SESSION sql_quote_show_create = {}",
            literal(cell(row, 2)),
            cell(row, 3)
        ),
        is_usual_collation: cell(row, 5) == cell(row, 6),
        is_case_sensitive: cell(row, 8) == "0",
        without: without
            .iter()
            .map(|name| name.strip_prefix(&own).unwrap_or(name).to_owned())
            .collect(),
        session: Session {
            database,
            is_mariadb: cell(row, 1).contains("MariaDB"),
            mode: cell(row, 4).to_owned(),
            collation: cell(row, 5).to_owned(),
            user: cell(row, 7).to_owned(),
        },
    }))
}

impl Circumstances {
    fn is_without(&self, table: &str) -> bool {
        self.without.iter().any(|name| match self.is_case_sensitive {
            true => name == table,
            false => name.eq_ignore_ascii_case(table),
        })
    }

    /// What `SHOW CREATE` is to tell of.
    fn objects<'a>(&self, lists: &'a [Cells]) -> Vec<Object<'a>> {
        let rows = lists.iter().filter(|row| cell(row, 0) == "object");
        let objects = rows.filter_map(|row| {
            let word = match cell(row, 1) {
                "BASE TABLE" | "SYSTEM VERSIONED" => "TABLE",
                // Of the session alone, or the server's own.
                "TEMPORARY" | "TEMPORARY SEQUENCE" | "SYSTEM VIEW" => return None,
                word => word,
            };
            Some(Object { word, name: cell(row, 2) })
        });
        objects.filter(|object| object.is_routine() || !self.is_without(object.name)).collect()
    }

    /// Adds the options of the whole database, where they are not the server's own.
    fn add_database(&self, schema: &mut Schema, statement: &str) -> sqlx::Result<()> {
        let definition = mysql::database_options(statement, self.is_usual_collation)
            .map_err(|error| unreadable(error, statement))?;
        if !definition.is_empty() {
            let key = (Kind::Namespace, "database".to_owned());
            schema.others.insert(key, Other { definition, table: None });
        }
        Ok(())
    }
}

/// Something that has a statement.
struct Object<'a> {
    /// What stands behind `SHOW CREATE`.
    word: &'a str,
    name: &'a str,
}

impl Object<'_> {
    fn is_routine(&self) -> bool {
        !matches!(self.word, "TABLE" | "VIEW" | "SEQUENCE")
    }

    fn add_to(&self, schema: &mut Schema, row: &Cells, around: &Circumstances) -> sqlx::Result<()> {
        let name = Name::new(self.name);
        let (statement, session) = (cell(row, 1), &around.session);
        let unreadable = |error| unreadable(error, statement);
        match self.word {
            "TABLE" => drop(schema.tables.insert(name, table(statement, session)?)),
            "VIEW" => {
                let view = mysql::view(statement, session).map_err(unreadable)?;
                schema.views.insert(name, view);
            }
            "SEQUENCE" => {
                let sequence = mysql::sequence(statement, session).map_err(unreadable)?;
                schema.sequences.insert(name, sequence);
            }
            word => {
                // The name, the mode, the statement, the client's character set and collation, the
                // database's collation.
                let statement = row.get(2).and_then(Option::as_deref);
                let routine = mysql::routine(statement, cell(row, 1), cell(row, 5), session);
                let (kind, word) = mysql::routine_kind(word);
                schema.others.insert((kind, format!("{word}{}", self.name)), routine);
            }
        }
        Ok(())
    }
}

/// A cell of a row; empty where there is none.
fn cell(row: &Cells, at: usize) -> &str {
    row.get(at).and_then(Option::as_deref).unwrap_or_default()
}

/// A table. The URL of another server's table loses its password.
fn table(statement: &str, session: &Session) -> sqlx::Result<Table> {
    let mut table =
        mysql::table(statement, session).map_err(|error| unreadable(error, statement))?;
    if let Some(connection) = table.options.get_mut("connection") {
        *connection = url::redact(connection);
    }
    Ok(table)
}

fn unreadable(error: LexError, statement: &str) -> sqlx::Error {
    let start: String = statement.chars().take(80).collect();
    sqlx::Error::Protocol(format!("cannot read the catalog: {error} in {start}"))
}

/// A text as a string in the session's settings as we make them.
fn literal(text: &str) -> String {
    Dialect::Mysql.literal(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_connection_does_not_show() {
        let sql = "CREATE TABLE `t` (`a` int) ENGINE=FEDERATED CONNECTION='mysql://u:s3cret@h/d/t'";
        let table = table(sql, &Session::default()).unwrap();
        assert_eq!(table.options["connection"], "mysql://u:***@h/d/t");
    }
}
