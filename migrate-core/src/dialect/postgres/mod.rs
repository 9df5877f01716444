//! PostgreSQL: lexical rules, capabilities and statement forms.
//!
//! `templates` holds the SQL that the tool itself sends. `parse` reads a statement into operations.

mod apply;
mod composite;
mod emit;
pub(in crate::dialect) mod expr;
mod index_option;
mod keywords;
mod parse;
mod privileges;
mod sampling;
mod templates;
mod types;

pub use keywords::quote_name;
pub use parse::parse;
pub use types::{NormalType, normalise_type, read_type};

pub use emit::{Emitter, emit};

use super::{Capabilities, Definition, NameUnit, StatementForms, Transactions};
use crate::sql::LexRules;

const LEX_RULES: LexRules = LexRules {
    nested_comments: true,
    hash_comments: false,
    dashes_need_space: false,
    code_comments: false,
    backslash_escapes: false,
    escape_strings: true,
    dollar_quotes: true,
    backtick_names: false,
    bracket_names: false,
    custom_operators: true,
    named_parameters: false,
    prefixed_strings: true,
    digit_names: false,
    return_ends_comment: true,
    double_quoted_strings: false,
    parentheses_hold_semicolons: true,
    atomic_bodies: true,
    trigger_bodies: false,
    stored_programs: false,
    psql: true,
    lower_case_names: true,
    string_names: false,
    name_bytes: Some(63),
};

pub(super) static DEFINITION: Definition = Definition {
    lex_rules: &LEX_RULES,
    capabilities: &CAPABILITIES,
    forms: &FORMS,
    templates: &templates::TEMPLATES,
    session: &templates::SESSION,
    lock: templates::LOCK.as_ref(),
    recovery: &templates::RECOVERY,
    admin: &templates::ADMIN,
    rules: &apply::Postgres,
    parse: Some(parse),
    is_reserved_word: |name| keywords::is_reserved(name) || keywords::is_function_word(name),
    identifier: keywords::quote_name,
    type_family: types::type_family,
};

static CAPABILITIES: Capabilities = Capabilities {
    transactional_ddl: true,
    transactions: Transactions::PerRevision,
    batches: true,
    pipelines_transaction: true,
    // The server parses a text whole before it runs any of it: its trees take 30 times as much.
    max_batch_bytes: 1024 * 1024,
    max_name_length: Some((63, NameUnit::Bytes)),
    is_reserved_schema: |schema| schema.starts_with("pg_") || schema == "information_schema",
};

static FORMS: StatementForms = StatementForms {
    refused_in_transaction: &[
        "CREATE INDEX CONCURRENTLY",
        "CREATE UNIQUE INDEX CONCURRENTLY",
        "DROP INDEX CONCURRENTLY",
        "REINDEX .. CONCURRENTLY",
        "REINDEX DATABASE",
        "REINDEX SCHEMA",
        "REINDEX SYSTEM",
        "REINDEX ( .. ) DATABASE",
        "REINDEX ( .. ) SCHEMA",
        "REINDEX ( .. ) SYSTEM",
        "ALTER DATABASE .. SET TABLESPACE",
        "ALTER TABLE .. DETACH PARTITION .. CONCURRENTLY",
        "VACUUM",
        "CALL",
        "CLUSTER",
        "CREATE SUBSCRIPTION",
        "DROP SUBSCRIPTION",
        "DISCARD ALL",
        "CREATE DATABASE",
        "DROP DATABASE",
        "CREATE TABLESPACE",
        "DROP TABLESPACE",
        "ALTER SYSTEM",
    ],
    transactional: &[],
    partial: &["CALL"],
    code_may_commit: true,
    atomic: &[],
    settings: &["SET", "RESET", "SELECT .. SET_CONFIG"],
    session_state: &["PREPARE", "CREATE TEMP", "CREATE TEMPORARY", "DECLARE", "LISTEN"],
    reads_session_state: &["LASTVAL", "CURRVAL"],
    changes_session: &[
        "SET",
        "RESET",
        "SELECT",
        "WITH",
        "VALUES",
        "DO",
        "CALL",
        "EXECUTE",
        "PREPARE",
        "LISTEN",
        "DECLARE",
        "LOAD",
        "CREATE .. TEMP",
        "CREATE .. TEMPORARY",
    ],
    new_session: &["ALTER ROLE", "ALTER USER", "ALTER DATABASE", "ALTER SYSTEM"],
    new_session_texts: &[],
};
