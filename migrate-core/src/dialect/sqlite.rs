//! SQLite: what its SQL says, and what the statements in its catalog do.
//!
//! `table` and `index` read what statements make, `text` writes tokens in one form, `catalog` reads
//! all rows of `sqlite_schema`. That table keeps the text of every statement, edited by
//! `ALTER TABLE`: it tells more than all PRAGMAs.

mod catalog;
mod index;
mod keywords;
mod table;
mod text;

pub use catalog::{Entry, schema};

use super::{Transactions, Words};
use crate::sql::{Cursor, Lexis};

/// Passes over the name of what is created, with `IF NOT EXISTS` and a schema before it.
fn created_name(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.eat("IF NOT EXISTS");
    cursor.qualified_name().map(|name| name.name)
}

const LEXIS: Lexis = Lexis {
    nested_comments: false,
    hash_comments: false,
    dashes_need_space: false,
    code_comments: false,
    backslash_escapes: false,
    escape_strings: false,
    dollar_quotes: false,
    backtick_names: true,
    bracket_names: true,
    custom_operators: false,
    named_parameters: true,
    prefixed_strings: false,
    digit_names: false,
    return_ends_comment: false,
    double_quoted_strings: false,
    parentheses_hold_semicolons: false,
    atomic_bodies: false,
    trigger_bodies: true,
    stored_programs: false,
    psql: false,
    lower_case_names: false,
    string_names: true,
    name_bytes: None,
};

pub(super) static WORDS: Words = Words {
    lexis: LEXIS,
    name_quote: '"',
    transactional_ddl: true,
    transactions: Transactions::All,
    client_encoding: None,
    begin: "BEGIN IMMEDIATE",
    settle: &[],
    careless: &["PRAGMA synchronous = OFF", "PRAGMA journal_mode = MEMORY"],
    key_type: "TEXT",
    text_type: "TEXT",
    long_text_type: "TEXT",
    moment_type: "TEXT",
    serial_key: "INTEGER PRIMARY KEY AUTOINCREMENT",
    now: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    ago: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-{} seconds')",
    table_options: "",
    test_image: None,
    moment_as_text: "{}",
    number_as_text: "CAST({} AS TEXT)",
    elapsed: None,
    travels: true,
    one_trip: false,
    lock: None,
    concatenate: |parts| parts.join(" || ' ' || "),
    lines: "GROUP_CONCAT({}, char(10))",
    group_by: "",
    lock_timeout: None,
    statement_timeout: None,
    table_exists: "SELECT 'yes' FROM {schema}.sqlite_master WHERE type = 'table' AND name = {name}",
    landing_schema: None,
    outside_transaction: &["VACUUM", "ATTACH", "DETACH"],
    session: &[],
    bound: &[],
    asks_session: &[],
    look: |_| None,
    running: None,
    half_made: None,
    partial: &[],
    undone_whole: &[],
    backup: Some("VACUUM INTO {}"),
    backup_extension: "db",
    databases: None,
    transactional: &[],
};
