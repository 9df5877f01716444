//! The wanted schema. Change a struct, and `cargo build` names what the migrations lack.

use migrate_db::{Enum, Table};

/// A person with an account.
#[derive(Debug, Table, sqlx::FromRow)]
#[table(name = "users")]
pub(crate) struct User {
    /// The number of the account.
    #[column(primary_key, identity)]
    pub(crate) id: i64,
    /// The address. The column was `mail` before.
    #[column(unique, renamed_from = "mail")]
    pub(crate) email: String,
    /// The name, where it is known.
    pub(crate) name: Option<String>,
    /// Accounts without a name were put on hold by the backfill.
    #[column(default = "'active'")]
    pub(crate) status: Status,
}

/// An enumerated type on PostgreSQL, text with a check on SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, sqlx::Type)]
#[sqlx(type_name = "user_status", rename_all = "snake_case")]
pub(crate) enum Status {
    /// In use.
    Active,
    /// Not in use.
    OnHold,
}
