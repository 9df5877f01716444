//! The settings of lint: levels of rules, sizes of tables, the version of the server.

use std::collections::BTreeMap;

use super::Rule;
use crate::diagnostic::{Code, Severity};
use crate::schema::Name;

/// The level of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The rule is not applied.
    Off,
    /// A finding is a warning.
    Warning,
    /// A finding is an error.
    Error,
}

impl Level {
    /// Every level, in the order of listings.
    pub const ALL: [Self; 3] = [Self::Off, Self::Warning, Self::Error];

    /// The word in `migrate.toml`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of a finding; `None` if there is none.
    #[must_use]
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// The settings of lint, as in `[lint]` of `migrate.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LintSettings {
    /// Levels that replace those of the rules.
    pub levels: BTreeMap<Code, Level>,
    /// The number of rows of tables, by name or by schema and name.
    pub rows: BTreeMap<String, u64>,
    /// Tables that have at most so many rows by [`LintSettings::rows`] are not locked for long: rules about
    /// locks do not fire on them; 10,000 by default.
    pub small_table: Option<u64>,
    /// The major version of the PostgreSQL server; `None` if it is 14 or later.
    pub postgres_version: Option<u32>,
    /// Whether the project sets a lock timeout for all statements.
    pub has_lock_timeout: bool,
}

impl LintSettings {
    /// The default of [`LintSettings::small_table`].
    pub const SMALL_TABLE: u64 = 10_000;

    /// The level of a rule.
    #[must_use]
    pub fn level(&self, rule: &Rule) -> Level {
        self.levels.get(&rule.code).copied().unwrap_or(rule.level)
    }

    /// The number of rows of a table, if the user gives it.
    #[must_use]
    pub fn rows(&self, table: &Name) -> Option<u64> {
        self.rows.get(&table.to_string()).or_else(|| self.rows.get(&table.name)).copied()
    }

    /// Returns `true` if PostgreSQL is of this version or later.
    #[must_use]
    pub fn is_postgres(&self, version: u32) -> bool {
        self.postgres_version.unwrap_or(14) >= version
    }
}
