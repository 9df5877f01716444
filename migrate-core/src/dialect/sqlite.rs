//! SQLite: what its SQL says.

use super::{Transactions, Words};
use crate::sql::Lexis;

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
};

pub(super) static WORDS: Words = Words {
    lexis: LEXIS,
    name_quote: '"',
    transactional_ddl: true,
    transactions: Transactions::All,
    begin: "BEGIN IMMEDIATE",
    key_type: "TEXT",
    text_type: "TEXT",
    long_text_type: "TEXT",
    moment_type: "TEXT",
    serial_key: "INTEGER PRIMARY KEY AUTOINCREMENT",
    now: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    table_options: "",
    moment_as_text: "{}",
    number_as_text: "CAST({} AS TEXT)",
    elapsed: None,
    travels: true,
    one_trip: false,
    lock: None,
    concatenate: |parts| parts.join(" || ' ' || "),
    lines: "GROUP_CONCAT({}, char(10))",
    group_by: " GROUP BY {}",
    lock_timeout: None,
    statement_timeout: None,
    table_exists: "SELECT 'yes' FROM {schema}.sqlite_master WHERE type = 'table' AND name = {name}",
    current_schema: "main",
    outside_transaction: &["VACUUM", "ATTACH", "DETACH"],
    outside_transaction: &["VACUUM"],
    backup: Some("VACUUM INTO {}"),
};

    transactional: &[],
};
