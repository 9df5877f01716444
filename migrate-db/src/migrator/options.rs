//! How a [`super::Migrator`] works.

use std::time::Duration;

use migrate_core::config::{Locking, Settings, UnknownDowns};
use migrate_core::dialect::Dialect;
use migrate_core::script::{ScriptOptions, Transactions};
use migrate_core::version_table::DEFAULT_NAME;

use crate::event::Reporting;
use crate::interrupt::Interrupt;

/// How a [`Migrator`](super::Migrator) works; [`Options::default`] fits most.
#[derive(Debug, Clone)]
pub struct Options {
    /// The version table, `name` or `schema.name`.
    pub version_table: String,
    /// What stands in one transaction; `None` is what suits the database.
    pub transactions: Option<Transactions>,
    /// How long to wait for another run, or for a locked database file.
    pub lock_wait: Duration,
    /// How long to try to reach a server that does not answer, as one that is starting; zero tries
    /// once, and a pool has its own patience.
    pub connect_timeout: Duration,
    /// How long a statement may wait for a lock, where a section does not say.
    pub lock_timeout: Option<Duration>,
    /// How long a statement may run, where a section does not say.
    pub statement_timeout: Option<Duration>,
    /// Whether the downs of unknown revisions may run. The library never asks.
    pub unknown_downs: UnknownDowns,
    /// Statements that the session of a run begins with.
    pub session: Vec<String>,
    /// How runners keep each other out.
    pub lock: Locking,
    /// Stops a run from outside: see [`Interrupt`].
    pub interrupt: Option<Interrupt>,
    /// Who is recorded in the version table and the log.
    pub by: String,
    /// How exactly events name the statement that runs.
    pub reporting: Reporting,
}

impl Default for Options {
    /// The table `migrate_version`, the database's own transactions, a minute of patience with
    /// others and ten seconds with a server, and the process's user and host.
    fn default() -> Self {
        Self {
            version_table: DEFAULT_NAME.to_owned(),
            transactions: None,
            lock_wait: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            lock_timeout: None,
            statement_timeout: None,
            unknown_downs: UnknownDowns::default(),
            session: Vec::new(),
            lock: Locking::Auto,
            interrupt: None,
            by: by_default(),
            reporting: Reporting::default(),
        }
    }
}

impl From<&Settings> for Options {
    /// What `migrate.toml` says, and the default where it says nothing.
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
            unknown_downs: settings.unknown_downs,
            session: settings.session.clone(),
            ..defaults
        }
    }
}

/// `user@host` as far as the process can tell.
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
    /// How scripts are cut on a database.
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
