//! Copies a MySQL or MariaDB database object by object, because the servers cannot copy databases.
//!
//! The history of system-versioned rows and the client character sets of views and routines are
//! not copied. A sequence continues after the values in the server's cache, as it does after a
//! restart.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use migrate_core::dialect::Dialect;

use crate::driver::Connection;
use crate::inspect::EVENT_MADE;

/// A table in a database that is not whole yet.
const UNFINISHED: &str = "migrate_test_unfinished";

/// A row when the database is there and whole.
pub(super) fn whole(name: &str) -> String {
    let name = literal(name);
    format!(
        "SELECT 'yes' FROM information_schema.schemata WHERE schema_name = {name} AND NOT EXISTS \
         (SELECT 1 FROM information_schema.tables WHERE table_schema = {name} AND table_name = '{UNFINISHED}')"
    )
}

/// The names of the databases that begin so.
pub(super) fn all(prefix: &str) -> String {
    let (length, prefix) = (prefix.len(), literal(prefix));
    format!(
        "SELECT schema_name FROM information_schema.schemata WHERE LEFT(schema_name, {length}) = {prefix}"
    )
}

/// The numbers of the connections to a database.
pub(super) fn connected(name: &str) -> String {
    format!(
        "SELECT CAST(id AS CHAR) FROM information_schema.processlist WHERE db = {}",
        literal(name)
    )
}

/// Copies a database to a new one, or of its tables only some, and then no views and events. The
/// connection is of no other use afterwards.
pub(super) async fn copy(
    connection: &mut Connection<'static>,
    from: &str,
    to: &str,
    only: Option<&BTreeSet<String>>,
) -> sqlx::Result<()> {
    let mut copy = Copy { connection, from, to, only };
    copy.begin().await?;
    copy.routines().await?;
    copy.tables().await?;
    if only.is_none() {
        copy.views().await?;
    }
    // Behind the rows: they fire for what users do.
    copy.triggers().await?;
    if only.is_none() {
        copy.events().await?;
    }
    copy.run(&format!("DROP TABLE {UNFINISHED}")).await
}

struct Copy<'c> {
    connection: &'c mut Connection<'static>,
    from: &'c str,
    to: &'c str,
    /// The tables; none named means all.
    only: Option<&'c BTreeSet<String>>,
}

/// An object with what `SHOW CREATE` says of it.
type Shown = Vec<Option<String>>;

impl Copy<'_> {
    /// Makes the database, and a session in it that takes everything as it is.
    async fn begin(&mut self) -> sqlx::Result<()> {
        let (from, to) = (literal(self.from), quote(self.to));
        let words = self
            .ask(&format!(
                "SELECT default_character_set_name, default_collation_name, \
                 IF(VERSION() LIKE '%MariaDB%', 'yes', NULL) \
                 FROM information_schema.schemata WHERE schema_name = {from}"
            ))
            .await?;
        let [Some(set), Some(collation), is_mariadb] =
            <[_; 3]>::try_from(words.into_iter().next().unwrap_or_default()).unwrap_or_default()
        else {
            return Err(sqlx::Error::RowNotFound);
        };
        let mut sql = format!(
            "CREATE DATABASE {to} CHARACTER SET {set} COLLATE {collation};\nUSE {to};\n\
             SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', SESSION foreign_key_checks = 0, \
             SESSION unique_checks = 0;\nCREATE TABLE {UNFINISHED} (x INT)"
        );
        if is_mariadb.is_some() {
            sql.push_str(";\nSET SESSION check_constraint_checks = 0");
        }
        self.run(&sql).await
    }

    async fn routines(&mut self) -> sqlx::Result<()> {
        let names = self
            .ask(&format!(
                "SELECT routine_type, routine_name FROM information_schema.routines \
                 WHERE routine_schema = {} ORDER BY routine_type, routine_name",
                literal(self.from)
            ))
            .await?;
        self.with_bodies(names).await
    }

    /// Tables, sequences and rows.
    async fn tables(&mut self) -> sqlx::Result<()> {
        let names = self
            .ask(&format!(
                "SELECT table_type, table_name FROM information_schema.tables \
                 WHERE table_schema = {} AND table_type <> 'VIEW' ORDER BY table_type = 'SEQUENCE' DESC, table_name",
                literal(self.from)
            ))
            .await?;
        let columns = self
            .ask(&format!(
                "SELECT table_name, column_name FROM information_schema.columns \
                 WHERE table_schema = {} AND COALESCE(generation_expression, '') = '' \
                 ORDER BY table_name, ordinal_position",
                literal(self.from)
            ))
            .await?;
        let columns: Vec<[String; 2]> = columns.into_iter().filter_map(cells).collect();
        let (mut show, mut ask) = (String::new(), Vec::new());
        let mut names: Vec<[String; 2]> = names.into_iter().filter_map(cells).collect();
        names.retain(|[kind, name]| kind == "SEQUENCE" || self.has(name));
        for [kind, name] in &names {
            let table = format!("{}.{}", quote(self.from), quote(name));
            let is_sequence = kind == "SEQUENCE";
            let word = if is_sequence { "SEQUENCE" } else { "TABLE" };
            let _ = writeln!(show, "SHOW CREATE {word} {table};");
            if is_sequence {
                ask.push(format!("SELECT CAST(next_not_cached_value AS CHAR) FROM {table}"));
            }
        }
        if names.is_empty() {
            return Ok(());
        }
        // Two trips for all of them: a trip for each would be most of the time.
        let shown = self.ask(&show).await?;
        let mut next = match ask.is_empty() {
            true => Vec::new(),
            false => self.ask(&ask.join(";\n")).await?,
        }
        .into_iter();
        let mut sql = String::new();
        for ([kind, name], shown) in names.iter().zip(&shown) {
            let _ = writeln!(sql, "{};", self.of_the_copy(cell(shown, 1)));
            let table = quote(name);
            if kind == "SEQUENCE" {
                let next = next.next().unwrap_or_default();
                let _ = writeln!(sql, "DO SETVAL({table}, {}, 0);", cell(&next, 0));
                continue;
            }
            let of_table = columns.iter().filter(|[table, _]| table == name);
            let columns: Vec<String> = of_table.map(|[_, column]| quote(column)).collect();
            // All of a table's columns may be generated.
            if !columns.is_empty() {
                let (columns, from) = (columns.join(", "), quote(self.from));
                let _ = writeln!(
                    sql,
                    "INSERT INTO {table} ({columns}) SELECT {columns} FROM {from}.{table};"
                );
            }
        }
        self.run(&sql).await
    }

    /// Views, which may look at each other: those that fail are tried again behind the others.
    async fn views(&mut self) -> sqlx::Result<()> {
        let names = self
            .ask(&format!(
                "SELECT 'VIEW', table_name FROM information_schema.views WHERE table_schema = {} ORDER BY table_name",
                literal(self.from)
            ))
            .await?;
        let mut waiting = Vec::new();
        for [kind, name] in names.into_iter().filter_map(cells) {
            let shown = self.shown(&kind, &name).await?;
            waiting.push(self.of_the_copy(cell(&shown, 1)));
        }
        while !waiting.is_empty() {
            let (before, mut failure) = (waiting.len(), None);
            let mut failed = Vec::new();
            for sql in waiting {
                if let Err(error) = self.run(&sql).await {
                    failure = Some(error);
                    failed.push(sql);
                }
            }
            if let (true, Some(error)) = (failed.len() == before, failure) {
                return Err(error);
            }
            waiting = failed;
        }
        Ok(())
    }

    async fn triggers(&mut self) -> sqlx::Result<()> {
        let names = self
            .ask(&format!(
                "SELECT 'TRIGGER', trigger_name, event_object_table \
                 FROM information_schema.triggers WHERE event_object_schema = {} \
                 ORDER BY event_object_table, action_timing, event_manipulation, action_order",
                literal(self.from)
            ))
            .await?;
        let names = names.into_iter().filter(|row| self.has(cell(row, 2)));
        let names = names.map(|row| row.into_iter().take(2).collect()).collect();
        self.with_bodies(names).await
    }

    async fn events(&mut self) -> sqlx::Result<()> {
        let names = self
            .ask(&format!(
                "SELECT event_name, CAST(UNIX_TIMESTAMP({EVENT_MADE}) AS CHAR) \
                 FROM information_schema.events WHERE event_schema = {} ORDER BY event_name",
                literal(self.from)
            ))
            .await?;
        for [name, made] in names.into_iter().filter_map(cells) {
            let shown = self.shown("EVENT", &name).await?;
            let zone = literal(cell(&shown, 2));
            // It is as old as the other: a schedule may be reckoned from when it was made.
            self.run(&format!("SET SESSION time_zone = {zone}, SESSION timestamp = {made}"))
                .await?;
            self.with_mode(cell(&shown, 1), cell(&shown, 3)).await?;
        }
        Ok(())
    }

    /// What has a body and is shown with its mode: kinds and names.
    async fn with_bodies(&mut self, names: Vec<Shown>) -> sqlx::Result<()> {
        for [kind, name] in names.into_iter().filter_map(cells) {
            let shown = self.shown(&kind, &name).await?;
            self.with_mode(cell(&shown, 1), cell(&shown, 2)).await?;
        }
        Ok(())
    }

    fn has(&self, table: &str) -> bool {
        self.only.is_none_or(|only| only.contains(table))
    }

    async fn shown(&mut self, kind: &str, name: &str) -> sqlx::Result<Shown> {
        let sql = format!("SHOW CREATE {kind} {}.{}", quote(self.from), quote(name));
        Ok(self.ask(&sql).await?.into_iter().next().unwrap_or_default())
    }

    /// What has a body is read by the mode in which it was made.
    async fn with_mode(&mut self, mode: &str, sql: &str) -> sqlx::Result<()> {
        self.run(&format!("SET SESSION sql_mode = {}", literal(mode))).await?;
        self.run(&self.of_the_copy(sql)).await?;
        self.run("SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'").await
    }

    /// SQL of the one database as SQL of the other: nothing else has a name like these.
    fn of_the_copy(&self, sql: &str) -> String {
        sql.replace(&quote(self.from), &quote(self.to))
    }

    async fn ask(&mut self, sql: &str) -> sqlx::Result<Vec<Shown>> {
        self.connection.rows(sql).await
    }

    async fn run(&mut self, sql: &str) -> sqlx::Result<()> {
        self.connection.execute(sql).await.map(drop)
    }
}

fn cells<const N: usize>(row: Shown) -> Option<[String; N]> {
    row.into_iter().collect::<Option<Vec<_>>>()?.try_into().ok()
}

fn cell(row: &Shown, n: usize) -> &str {
    row.get(n).and_then(Option::as_deref).unwrap_or_default()
}

fn quote(name: &str) -> String {
    Dialect::Mysql.quote(name)
}

fn literal(text: &str) -> String {
    Dialect::Mysql.literal(text)
}
