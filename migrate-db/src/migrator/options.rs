//! The options of a [`super::Migrator`].

use std::time::Duration;

use migrate_core::config::{Locking, Settings, UnknownDowns};
use migrate_core::dialect::Dialect;
use migrate_core::lock_table::own_tables_in_session;
use migrate_core::script::{ScriptOptions, Transactions};
use migrate_core::version_table::DEFAULT_NAME;

use crate::event::Reporting;
use crate::interrupt::Interrupt;
use crate::steps::BoundStep;

/// The options of a [`Migrator`](super::Migrator). The defaults fit most programs; set single
/// fields with `..Options::default()`.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name of the version table: `name` or `schema.name`.
    pub version_table: String,
    /// Which steps share a transaction; `None` selects the default of the database.
    pub transactions: Option<Transactions>,
    /// How long to wait for another runner, or for a locked database file.
    pub lock_wait: Duration,
    /// How long to try to reach a server that may be starting. Zero tries once. A pool has a limit
    /// of its own.
    pub connect_timeout: Duration,
    /// How long a statement may wait for a lock, unless its section sets a limit.
    pub lock_timeout: Option<Duration>,
    /// How long a statement may run, unless its section sets a limit.
    pub statement_timeout: Option<Duration>,
    /// How long to wait, before the first revision and after each, until the standbys that are
    /// connected to a PostgreSQL server have applied what is committed; `None` or zero does not wait.
    /// Other databases refuse a limit.
    pub wait_for_replicas: Option<Duration>,
    /// Whether the downs of unknown revisions may run. The library never asks.
    pub unknown_downs: UnknownDowns,
    /// Statements that each session of a run executes first.
    pub session: Vec<String>,
    /// The kind of lock.
    pub lock: Locking,
    /// Stops a run from outside.
    pub interrupt: Option<Interrupt>,
    /// The user that is recorded in the version table and the log.
    pub by: String,
    /// How precisely events name the statement that runs.
    pub reporting: Reporting,
    /// The Rust functions that revisions may call. [`Migrations`](crate::Migrations) sets them.
    #[doc(hidden)]
    pub steps: &'static [BoundStep],
}

impl Default for Options {
    /// The table `migrate_version`, the default transactions of the database, a minute for a lock,
    /// ten seconds for a connection, and the user and host of the process.
    fn default() -> Self {
        Self {
            version_table: DEFAULT_NAME.to_owned(),
            transactions: None,
            lock_wait: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            lock_timeout: None,
            statement_timeout: None,
            wait_for_replicas: None,
            unknown_downs: UnknownDowns::default(),
            session: Vec::new(),
            lock: Locking::Auto,
            interrupt: None,
            by: by_default(),
            reporting: Reporting::default(),
            steps: &[],
        }
    }
}

impl From<&Settings> for Options {
    /// The settings of `migrate.toml`, with defaults for the others.
    fn from(settings: &Settings) -> Self {
        let defaults = Self::default();
        Self {
            version_table: settings.version_table.clone(),
            transactions: settings.transaction,
            lock: settings.lock,
            lock_wait: settings.lock_wait.unwrap_or(defaults.lock_wait),
            connect_timeout: settings.connect_timeout.unwrap_or(defaults.connect_timeout),
            lock_timeout: settings.lock_timeout,
            statement_timeout: settings.statement_timeout,
            wait_for_replicas: settings.wait_for_replicas,
            unknown_downs: settings.unknown_downs,
            session: settings.session.clone(),
            ..defaults
        }
    }
}

/// Returns `user@host`, as far as the process knows them.
fn by_default() -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = variable("USER").or_else(|| variable("LOGNAME")).or_else(|| variable("USERNAME"));
    let host = variable("HOSTNAME").or_else(|| {
        std::fs::read_to_string("/etc/hostname").ok().map(|host| host.trim().to_owned())
    });
    match (user, host.filter(|host| !host.is_empty())) {
        (Some(user), Some(host)) => format!("{user}@{host}"),
        (Some(name), None) | (None, Some(name)) => name,
        (None, None) => "unknown".to_owned(),
    }
}

impl Options {
    /// Returns the tables of the runner, for [`Database::schema`](crate::Database::schema).
    #[doc(hidden)]
    #[must_use]
    pub fn own_tables(&self, dialect: Dialect) -> Vec<String> {
        own_tables_in_session(dialect, &self.version_table, &self.session)
    }

    /// Returns how long to wait for replicas; `None` does not wait.
    pub(crate) fn replica_wait(&self) -> Option<Duration> {
        self.wait_for_replicas.filter(|limit| !limit.is_zero())
    }

    /// Returns the options of scripts for a database.
    #[doc(hidden)]
    #[must_use]
    pub fn script_options(&self, dialect: Dialect) -> ScriptOptions {
        ScriptOptions {
            transactions: self.transactions.unwrap_or(dialect.capabilities().transactions),
            lock_timeout: self.lock_timeout,
            statement_timeout: self.statement_timeout,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_what_migrate_toml_says() {
        let seconds = |n| Some(Duration::from_secs(n));
        let settings = Settings {
            version_table: "ops.v".to_owned(),
            transaction: Some(Transactions::PerRevision),
            lock_wait: seconds(1),
            lock_timeout: seconds(2),
            statement_timeout: seconds(3),
            ..Settings::default()
        };
        let options = Options::from(&settings);
        assert_eq!(options.version_table, "ops.v");
        assert_eq!(options.transactions, Some(Transactions::PerRevision));
        assert_eq!(Some(options.lock_wait), seconds(1));
        assert_eq!((options.lock_timeout, options.statement_timeout), (seconds(2), seconds(3)));
        let options = Options::from(&Settings::default());
        assert_eq!(options.lock_wait, Options::default().lock_wait);
    }
}
