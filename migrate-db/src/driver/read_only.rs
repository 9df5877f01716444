//! Servers and sessions that accept no writes, or not on all nodes: standbys, replicas, settings.
//!
//! A run asks before it does anything, because the server's own refusal comes late and does not
//! name the server that would accept the run.

use migrate_core::command::{Command, Help};

use crate::error::Error;

/// Why a session cannot write.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    not(all(feature = "postgres", feature = "mysql")),
    expect(dead_code, reason = "each server has its own reasons, and SQLite none")
)]
pub(crate) enum ReadOnly {
    /// The server is a PostgreSQL standby.
    Standby {
        /// Host and port of the server that it follows; `None` where the role may not see them.
        primary: Option<String>,
    },
    /// PostgreSQL's `default_transaction_read_only` is on for the session.
    Session,
    /// `read_only` of MySQL or MariaDB is on, and the account is not exempt.
    Server,
    /// In a Galera cluster, DDL of the session stays on this node, and rows are sent to all.
    OneNode,
}

impl ReadOnly {
    /// Returns the error that names the reason and where writes are accepted.
    pub(crate) fn into_error(self) -> Error {
        let (message, help) = match self {
            Self::Standby { primary } => (
                "this server is a standby (`pg_is_in_recovery()`): it accepts no writes".to_owned(),
                vec![follows(primary), a_url_for_the_primary()],
            ),
            Self::Session => (
                "this session is read-only: `default_transaction_read_only` is on".to_owned(),
                vec![
                    "connect as a role, or to a server, for which it is off".into(),
                    "or lift it for migrations only: `session = [\"SET default_transaction_read_only = off\"]` in migrate.toml".into(),
                ],
            ),
            Self::Server => (
                "this server is read-only: `read_only` is on".to_owned(),
                vec![
                    "a replica follows a primary: `SHOW REPLICA STATUS` names it; connect to that".into(),
                    a_url_for_the_primary(),
                ],
            ),
            Self::OneNode => (
                "`wsrep_OSU_method` is RSU: DDL would change this node only, and the version table all nodes".to_owned(),
                vec![
                    "run migrations with total order isolation: `session = [\"SET SESSION wsrep_OSU_method = 'TOI'\"]` in migrate.toml".into(),
                    Help::new("or run the SQL of the revision on each node with RSU, then ")
                        .run(Command::Stamp)
                        .then(" it"),
                ],
            ),
        };
        Error::ReadOnly { message, help }
    }
}

fn follows(primary: Option<String>) -> Help {
    match primary {
        Some(primary) => format!("connect to the server that it follows: {primary}").into(),
        None => "connect to the primary: `SELECT conninfo FROM pg_stat_wal_receiver` names it to a superuser".into(),
    }
}

fn a_url_for_the_primary() -> Help {
    "a host name or a proxy that always leads to the primary does what `target_session_attrs=read-write` does for libpq".into()
}
