//! The lock table: a row that excludes other runners where the database has no session lock, as on
//! clusters and behind some poolers. The module builds SQL text and executes nothing.
//!
//! The table has one row while a runner works, and no row otherwise. Each statement runs in
//! autocommit. The holder updates the row every few seconds (the heartbeat). A row whose heartbeat
//! is older than [`DEAD_AFTER`] by the database's clock has expired.

use std::time::Duration;

use crate::dialect::Dialect;
use crate::evolution::session_namespaces;
use crate::version_table::{LOG_SUFFIX, VersionTable};

/// The time after which a row without a heartbeat expires.
pub const DEAD_AFTER: Duration = Duration::from_secs(30);

/// The interval between heartbeats: several may be lost.
pub const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// The suffix of the lock table's name after the version table's name.
use crate::version_table::LOCK_SUFFIX as SUFFIX;

/// Returns the names of all tables that the tool creates in a database, from the configured name of
/// the version table.
///
/// ```
/// use migrate_core::lock_table::own_tables;
/// assert_eq!(own_tables("ops.v"), ["ops.v", "ops.v_log", "ops.v_lock"]);
/// ```
#[must_use]
pub fn own_tables(version_table: &str) -> [String; 3] {
    ["", LOG_SUFFIX, SUFFIX].map(|suffix| format!("{version_table}{suffix}"))
}

/// As [`own_tables`], for a catalog that is read in a session without the statements of the project's:
/// the tables are in a schema in which these look for names.
///
/// ```
/// use migrate_core::{dialect::Dialect, lock_table::own_tables_in_session};
/// let session = ["SET search_path TO app, public".to_owned()];
/// let own = own_tables_in_session(Dialect::Postgres, "v", &session);
/// assert_eq!(own, ["v", "v_log", "v_lock", "app.v", "app.v_log", "app.v_lock"]);
/// ```
#[must_use]
pub fn own_tables_in_session(
    dialect: Dialect,
    version_table: &str,
    session: &[String],
) -> Vec<String> {
    let own = own_tables(version_table);
    if version_table.contains('.') {
        return own.to_vec();
    }
    let spaces = session_namespaces(dialect, session);
    let elsewhere = spaces.iter().flat_map(|space| {
        let own = own.iter();
        own.map(move |name| format!("{space}.{name}"))
    });
    own.iter().cloned().chain(elsewhere).collect()
}

/// The lock table of a version table.
///
/// ```
/// use migrate_core::{dialect::Dialect, lock_table::LockTable, version_table::VersionTable};
/// let lock = LockTable::beside(&VersionTable::new(Dialect::Postgres, "ops.migrations"));
/// assert!(lock.free("token").starts_with(r#"DELETE FROM "ops"."migrations_lock" WHERE"#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockTable {
    dialect: Dialect,
    name: String,
    exists: String,
}

impl LockTable {
    /// Creates the lock table of a version table: its name with the suffix `_lock`, in the same
    /// schema.
    #[must_use]
    pub fn beside(table: &VersionTable) -> Self {
        let lock = table.sibling(SUFFIX);
        Self { dialect: table.dialect(), name: lock.version(), exists: lock.exists() }
    }

    /// Returns a query that returns one row if the table exists.
    #[must_use]
    pub fn exists(&self) -> &str {
        &self.exists
    }

    /// Returns the statement that creates the table if it is missing.
    #[must_use]
    pub fn create(&self) -> String {
        let templates = self.dialect.templates();
        let (text, timestamp) = (templates.text_type, templates.timestamp_type);
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\n    \
             id INTEGER NOT NULL PRIMARY KEY,\n    \
             token VARCHAR(64) NOT NULL,\n    \
             holder {text} NOT NULL,\n    \
             taken_at {timestamp} NOT NULL,\n    \
             alive_at {timestamp} NOT NULL\n){}",
            self.name, templates.table_options
        )
    }

    /// Returns the statement that replaces an expired holder: it changes one row on success. Each
    /// holder has its own token.
    #[must_use]
    pub fn take_over(&self, token: &str, holder: &str) -> String {
        let now = self.dialect.templates().now;
        format!(
            "UPDATE {} SET token = {}, holder = {}, taken_at = {now}, alive_at = {now} WHERE id = 1 AND alive_at < {}",
            self.name,
            self.dialect.safe_literal(token),
            self.dialect.safe_literal(holder),
            self.ago(DEAD_AFTER),
        )
    }

    /// Returns the statement that inserts the row; the key refuses a second one.
    #[must_use]
    pub fn take(&self, token: &str, holder: &str) -> String {
        let now = self.dialect.templates().now;
        format!(
            "INSERT INTO {} (id, token, holder, taken_at, alive_at) VALUES (1, {}, {}, {now}, {now})",
            self.name,
            self.dialect.safe_literal(token),
            self.dialect.safe_literal(holder),
        )
    }

    /// Returns the heartbeat statement: it changes one row as long as the lock is held.
    #[must_use]
    pub fn live(&self, token: &str) -> String {
        format!(
            "UPDATE {} SET alive_at = {} WHERE token = {}",
            self.name,
            self.dialect.templates().now,
            self.dialect.safe_literal(token)
        )
    }

    /// Returns the statement that releases the lock.
    #[must_use]
    pub fn free(&self, token: &str) -> String {
        format!("DELETE FROM {} WHERE token = {}", self.name, self.dialect.safe_literal(token))
    }

    /// Returns a query for the holder: one row if the lock is held; [`LockTable::read_holder`]
    /// reads it.
    #[must_use]
    pub fn holder(&self) -> String {
        let timestamp = |column| self.dialect.templates().timestamp_as_text.replace("{}", column);
        format!(
            "SELECT holder, {}, {} FROM {}",
            timestamp("taken_at"),
            timestamp("alive_at"),
            self.name
        )
    }

    /// Describes the row that [`LockTable::holder`] returned.
    #[must_use]
    pub fn read_holder(cells: &[Option<String>]) -> String {
        let cell = |n: usize| cells.get(n).and_then(Option::as_deref).unwrap_or("?");
        format!("{}, since {}, last sign of life {}", cell(0), cell(1), cell(2))
    }

    fn ago(&self, duration: Duration) -> String {
        self.dialect.templates().ago.replace("{}", &duration.as_secs().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locks() -> [LockTable; 3] {
        Dialect::ALL
            .map(|dialect| LockTable::beside(&VersionTable::new(dialect, "migrate_version")))
    }

    #[test]
    fn the_table_is_the_version_tables_neighbour() {
        let of = |dialect, name| LockTable::beside(&VersionTable::new(dialect, name)).name;
        assert_eq!(of(Dialect::Sqlite, "v"), r#""v_lock""#);
        assert_eq!(of(Dialect::Postgres, "ops.v"), r#""ops"."v_lock""#);
        assert_eq!(of(Dialect::Mysql, "v"), "`v_lock`");
    }

    #[test]
    fn only_a_row_without_signs_of_life_is_taken_over_by_the_databases_clock() {
        let behind = locks().map(|lock| {
            let sql = lock.take_over("t", "h");
            sql.split_once(" WHERE ").unwrap().1.to_owned()
        });
        assert_eq!(
            behind,
            [
                "id = 1 AND alive_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-30 seconds')",
                "id = 1 AND alive_at < clock_timestamp() - INTERVAL '30 seconds'",
                "id = 1 AND alive_at < UTC_TIMESTAMP(3) - INTERVAL 30 SECOND",
            ]
        );
        assert!(SIGN_OF_LIFE * 3 < DEAD_AFTER);
    }

    #[test]
    fn nobody_touches_the_row_of_another() {
        for lock in locks() {
            for sql in [lock.live("t"), lock.free("t")] {
                assert!(sql.ends_with(" WHERE token = 't'"), "{sql}");
            }
        }
    }

    #[test]
    fn names_in_the_row_are_literals() {
        for lock in locks() {
            for sql in [lock.take("t", "o'hara@web"), lock.take_over("t", "o'hara@web")] {
                assert!(sql.contains("'o''hara@web'"), "{sql}");
            }
        }
    }

    #[test]
    fn a_holder_is_told_in_words() {
        let cells = ["ada@web", "2026-01-02T03:04:05.000Z", "2026-01-02T03:04:10.000Z"];
        let cells = cells.map(|cell| Some(cell.to_owned()));
        assert_eq!(
            LockTable::read_holder(&cells),
            "ada@web, since 2026-01-02T03:04:05.000Z, last sign of life 2026-01-02T03:04:10.000Z"
        );
    }
}
