//! SQLite: what its SQL says, and what the statements in its catalog do.
//!
//! `parse` reads a statement into operations, with the parts that `grammar` checks. For the catalog,
//! `table` and `index` read what statements make, `text` writes tokens in one form, `catalog` reads
//! all rows of `sqlite_schema`. That table keeps the text of every statement, edited by
//! `ALTER TABLE`: it tells more than all PRAGMAs.

mod catalog;
mod grammar;
mod index;
mod keywords;
mod parse;
mod table;
mod text;

pub use catalog::{Entry, schema};
pub use parse::parse;

use super::{Dialect, Transactions, Words};
use crate::sql::{Cursor, Evidence, LexRules, Name, Object};

/// Passes over the name of what is created, with `IF NOT EXISTS` and a schema before it.
fn created_name(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.eat("IF NOT EXISTS");
    cursor.qualified_name().map(|name| name.name)
}

const LEXIS: LexRules = LexRules {
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
    lex_rules: LEXIS,
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
    // For every statement SQLite copies the rest of the text, and sqlx keeps all of them prepared.
    max_batch_bytes: 16 * 1024,
    lock: None,
    concatenate: |parts| parts.join(" || ' ' || "),
    lines: "GROUP_CONCAT({}, char(10))",
    all_rows: "",
    longest_name: None,
    is_no_place: |schema| schema == "temp",
    hidden_table: None,
    role: None,
    group_by: "",
    lock_timeout: None,
    statement_timeout: None,
    table_exists: "SELECT 'yes' FROM {schema}.sqlite_master WHERE type = 'table' AND name = {name}",
    landing_schema: None,
    outside_transaction: &["VACUUM", "ATTACH", "DETACH"],
    session: &["PRAGMA"],
    bound: &["ATTACH", "CREATE TEMP", "CREATE TEMPORARY"],
    asks_session: &["LAST_INSERT_ROWID", "CHANGES", "TOTAL_CHANGES"],
    look,
    cancel: None,
    leaves: &["PRAGMA", "CREATE TEMP", "CREATE TEMPORARY"],
    renews: [&[], &[]],
    temporary: Some(
        "SELECT 'DROP ' || type || ' IF EXISTS temp.\"' || replace(name, '\"', '\"\"') || '\"' \
         FROM sqlite_temp_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY type = 'table'",
    ),
    running: None,
    half_made: None,
    partial: &[],
    code_may_commit: false,
    undone_whole: &[],
    engines: None,
    backup: Some("VACUUM INTO {}"),
    backup_extension: "db",
    databases: None,
    transactional: &[],
};

fn look(evidence: &Evidence) -> Option<String> {
    let literal = |text: &str| Dialect::Sqlite.literal(text);
    let schema = |name: &Name| name.schema.clone().unwrap_or_else(|| "main".to_owned());
    let listed = |kinds: &str, place: &Name, name: &Name| {
        format!(
            "SELECT 'yes' FROM {}.sqlite_master WHERE type IN ({kinds}) AND name = {} COLLATE NOCASE",
            Dialect::Sqlite.quote(&schema(place)),
            literal(&name.name)
        )
    };
    Some(match &evidence.object {
        Object::Table(name) | Object::FilledTable(name) => listed("'table', 'view'", name, name),
        Object::Column(table, name) => format!(
            "SELECT 'yes' FROM pragma_table_xinfo({}, {}) WHERE name = {} COLLATE NOCASE",
            literal(&table.name),
            literal(&schema(table)),
            literal(&name.name)
        ),
        // Its schema stands before the index and not before the table.
        Object::Index(_, name) => listed("'index'", name, name),
        Object::Trigger(name) => listed("'trigger'", name, name),
        Object::Routine(_) => return None,
    })
}
