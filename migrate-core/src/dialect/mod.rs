//! What differs between the databases in the text of SQL.
//!
//! [`Dialect`] answers every question about the SQL of SQLite, PostgreSQL and MySQL/MariaDB. A
//! `match` on the database anywhere else shows that a method or a field is missing here. The module
//! is pure: connections belong to the drivers of migrate-db.
//!
//! Each database has a folder with the same files: `mod` (lexical rules, capabilities, statement
//! forms), `templates` (the SQL that the tool sends), `apply` (what an operation does to a schema),
//! and where they exist `keywords`, `grammar`, `parse`, `catalog`, `types` (the normal names of
//! types) and `expr` (when two expressions are the same).

mod admin;
mod capabilities;
mod emit;
mod expressions;
mod family;
mod forms;
mod literal;
mod lock;
pub mod mysql;
pub mod postgres;
mod projection;
mod recovery;
mod rehearsal;
mod sampling;
mod session;
pub mod sqlite;
mod templates;
mod transaction;

use std::fmt;

pub use admin::{Admin, DatabaseTemplates};
pub use capabilities::{Capabilities, NameUnit, Transactions};
pub(crate) use emit::comment;
pub use emit::{DiffRules, OnlineOp, Unsupported};
pub use family::TypeFamily;
pub use forms::{SessionEffect, StatementForms};
pub use lock::LockTemplates;
pub use recovery::{EngineQueries, Recovery};
pub use rehearsal::RehearsalQueries;
pub use sampling::SampleTemplates;
pub use session::{CancelTemplates, ReplicaQueries, Session, TimeoutTemplates};
pub use templates::Templates;
pub use transaction::OpenTransaction;

use crate::apply::Rules;
use crate::op::{Located, Op};
use crate::schema::{Column, Schema};
use crate::source::Span;
use crate::sql::{LexRules, Unexpected};

/// A database whose SQL is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// Every dialect, in the order in which they are always listed.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mysql];

    /// The name as written in `dialect:sqlite` and in configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }

    /// The dialect of a name or of the scheme of a URL (what stands before the first `:`), with
    /// SQLAlchemy's driver suffix (`postgresql+asyncpg`) allowed.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// assert_eq!(Dialect::from_name("postgresql+asyncpg"), Some(Dialect::Postgres));
    /// assert_eq!(Dialect::from_name("oracle"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.split('+').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "sqlite" | "sqlite3" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            "mysql" | "mariadb" => Some(Self::Mysql),
            _ => None,
        }
    }

    /// The dialect that the scheme of a URL names; `None` if the text is no such URL.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// assert_eq!(Dialect::of_url("postgres://localhost/app"), Some(Dialect::Postgres));
    /// assert_eq!(Dialect::of_url("postgres"), None);
    /// ```
    #[must_use]
    pub fn of_url(text: &str) -> Option<Self> {
        text.split_once(':').and_then(|(scheme, _)| Self::from_name(scheme))
    }

    /// The lexical rules.
    #[must_use]
    pub const fn lex_rules(self) -> &'static LexRules {
        self.definition().lex_rules
    }

    /// What the database supports, and its limits.
    #[must_use]
    pub const fn capabilities(self) -> &'static Capabilities {
        self.definition().capabilities
    }

    /// The SQL texts of the version table and of scripts.
    #[must_use]
    pub const fn templates(self) -> &'static Templates {
        self.definition().templates
    }

    /// The statements that prepare, limit and reset a session.
    #[must_use]
    pub const fn session(self) -> &'static Session {
        self.definition().session
    }

    /// The statements of a session lock; `None` where the database file is its own lock.
    #[must_use]
    pub const fn lock(self) -> Option<&'static LockTemplates> {
        self.definition().lock
    }

    /// The queries that find out what an interrupted run left.
    #[must_use]
    pub const fn recovery(self) -> &'static Recovery {
        self.definition().recovery
    }

    /// Whole databases: creating, dropping, copying, servers for tests.
    #[must_use]
    pub const fn admin(self) -> &'static Admin {
        self.definition().admin
    }

    /// What differs from other databases when an operation is applied to a schema.
    #[must_use]
    pub fn rules(self) -> &'static dyn Rules {
        self.definition().rules
    }

    /// The operations of one statement, which `span` covers in `text`; `None` if there is no parser
    /// for the statements of this database.
    ///
    /// # Errors
    ///
    /// The first token that cannot stand where it stands.
    #[must_use]
    pub fn parse(self, text: &str, span: Span) -> Option<Result<Vec<Located<Op>>, Unexpected>> {
        self.definition().parse.map(|parse| parse(text, span))
    }

    /// Returns `true` if a name must be quoted wherever a statement names a table or a column.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// assert!(Dialect::Postgres.is_reserved_word("order"));
    /// assert!(!Dialect::Postgres.is_reserved_word("position"));
    /// ```
    #[must_use]
    pub fn is_reserved_word(self, name: &str) -> bool {
        (self.definition().is_reserved_word)(name)
    }

    const fn forms(self) -> &'static StatementForms {
        self.definition().forms
    }

    const fn definition(self) -> &'static Definition {
        match self {
            Self::Sqlite => &sqlite::DEFINITION,
            Self::Postgres => &postgres::DEFINITION,
            Self::Mysql => &mysql::DEFINITION,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Everything that one database defines.
struct Definition {
    lex_rules: &'static LexRules,
    capabilities: &'static Capabilities,
    forms: &'static StatementForms,
    templates: &'static Templates,
    session: &'static Session,
    lock: Option<&'static LockTemplates>,
    recovery: &'static Recovery,
    admin: &'static Admin,
    rules: &'static dyn Rules,
    parse: Option<Parser>,
    is_reserved_word: fn(&str) -> bool,
    identifier: fn(&str) -> String,
    type_family: fn(&Schema, &Column) -> TypeFamily,
}

/// Reads one statement into operations.
type Parser = fn(&str, Span) -> Result<Vec<Located<Op>>, Unexpected>;
