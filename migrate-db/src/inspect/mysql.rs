//! The catalog of MySQL and MariaDB.
//!
//! Tables, views, routines and sequences are read from the statements that `SHOW CREATE` tells:
//! there the server says everything, and both servers say it alike, where `information_schema`
//! differs between them and is silent on periods, parsers of indexes or options of engines. Lists
//! and what has no such statement come from `information_schema`. Three trips in all.
//!
//! What is no schema is left out: the next number of a table, numbers of rows, times. So is the
//! name of the database, so that two of different names are equal.

mod code;
mod column;
mod lists;
mod piece;
mod table;

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Kind, Name, Other, Schema};

use self::piece::{Piece, tokens};
use crate::driver::{Cells, Connection};

/// Where and as whom we look.
struct Circumstances {
    database: String,
    is_mariadb: bool,
    /// The settings to which the session goes back.
    session: String,
    /// What routines are made with, unless somebody says otherwise.
    mode: String,
    collation: String,
    /// Whether that is the server's own collation as well.
    is_usual_collation: bool,
    user: String,
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
    connection: &mut Connection,
    without: &[String],
) -> sqlx::Result<Schema> {
    let Some(around) = circumstances(connection, without).await? else {
        return Ok(Schema::default());
    };
    let schema = read(connection, &around).await;
    if schema.is_err() {
        // After a success the session has its settings already.
        connection.execute(&around.session).await?;
    }
    schema
}

async fn read(connection: &mut Connection, around: &Circumstances) -> sqlx::Result<Schema> {
    let database = literal(&around.database);
    let queries = format!("{SETTINGS};\n{}", lists::queries(&database, around));
    let lists = connection.rows(&queries).await?;
    let objects = around.objects(&lists);
    let mut queries = format!("SHOW CREATE DATABASE {}", quoted(&around.database));
    for object in &objects {
        queries.push_str(&format!(";\nSHOW CREATE {} {}", object.word, quoted(object.name)));
    }
    queries.push_str(&format!(";\n{}", around.session));
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
    connection: &mut Connection,
    without: &[String],
) -> sqlx::Result<Option<Circumstances>> {
    let rows = connection.rows(CIRCUMSTANCES).await?;
    let Some(row) = rows.first().filter(|row| row.first().is_some_and(Option::is_some)) else {
        return Ok(None);
    };
    let database = cell(row, 0).to_owned();
    let own = format!("{database}.");
    Ok(Some(Circumstances {
        is_mariadb: cell(row, 1).contains("MariaDB"),
        session: format!(
            "SET SESSION sql_mode = {}, SESSION sql_quote_show_create = {}",
            literal(cell(row, 2)),
            cell(row, 3)
        ),
        mode: cell(row, 4).to_owned(),
        collation: cell(row, 5).to_owned(),
        is_usual_collation: cell(row, 5) == cell(row, 6),
        user: cell(row, 7).to_owned(),
        is_case_sensitive: cell(row, 8) == "0",
        without: without
            .iter()
            .map(|name| name.strip_prefix(&own).unwrap_or(name).to_owned())
            .collect(),
        database,
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

    /// Who made something, unless it is who looks.
    fn definer(&self, user: &str) -> String {
        if user == self.user { String::new() } else { format!("DEFINER={user}") }
    }

    /// What does not stand in a statement, as a comment behind it.
    fn settings(&self, definer: &str, mode: &str, collation: &str) -> String {
        let mut words = vec![definer.to_owned()];
        if mode != self.mode {
            words.push(format!("sql_mode={mode}"));
        }
        if collation != self.collation {
            words.push(format!("collation={collation}"));
        }
        words.retain(|word| !word.is_empty());
        if words.is_empty() { String::new() } else { format!("\n/* {} */", words.join(" ")) }
    }

    /// What is said of the whole database, where it is not the server's own: ``CREATE DATABASE
    /// `app` DEFAULT CHARACTER SET latin1 COLLATE latin1_bin COMMENT '..' DEFAULT ENCRYPTION='N'``.
    fn add_database(&self, schema: &mut Schema, statement: &str) -> sqlx::Result<()> {
        let tokens = tokens(statement)?;
        let mut rest = Piece::new(statement, &tokens, "").from(3);
        if self.is_usual_collation && rest.are(0, &["DEFAULT", "CHARACTER", "SET"]) {
            rest = rest.from(if rest.is(4, "COLLATE") { 6 } else { 4 });
        }
        let encryption = rest.find(0, |piece, at| piece.are(at, &["DEFAULT", "ENCRYPTION"]));
        let is_usual = rest.name(encryption + 3) == "N";
        let definition = if is_usual { rest.part(0, encryption) } else { rest }.sql();
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
        match self.word {
            "TABLE" => {
                let table = table::read(cell(row, 1), &around.database, around.is_mariadb)?;
                schema.tables.insert(name, table);
            }
            "VIEW" => drop(schema.views.insert(name, code::view(cell(row, 1), around)?)),
            "SEQUENCE" => {
                schema.sequences.insert(name, code::sequence(cell(row, 1), around)?);
            }
            word => {
                // The name, the mode, the statement, the client's character set and collation, the
                // database's collation.
                let statement = row.get(2).and_then(Option::as_deref);
                let routine = code::routine(statement, cell(row, 1), cell(row, 5), around);
                let (kind, word) = code::routine_kind(word);
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

/// A name in quotes.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text as a string in the session's settings as we make them.
fn literal(text: &str) -> String {
    Dialect::Mysql.literal(text)
}
