//! MySQL and MariaDB: lexical rules, capabilities and statement forms.
//!
//! `templates` holds the SQL that the tool itself sends; `catalog` reads the statements of
//! `SHOW CREATE`, `parse` those of a history, and `apply` has what they do to a schema.

mod apply;
mod catalog;
mod emit;
mod expr;
mod keywords;
mod parse;
mod sampling;
mod templates;
mod types;

pub use catalog::{
    Session, database_options, event, routine, routine_kind, sequence, table, trigger, view,
};
pub use emit::{Emitter, emit, statements};
pub(super) use expr::compare_expressions;
pub use parse::parse;
pub use types::{NormalType, TypeContext, normalise_type};

use super::{Capabilities, Definition, NameUnit, StatementForms, Transactions};
use crate::sql::LexRules;

/// Begins the name of the setting that holds a prepared statement.
const PREPARED: &str = "prepared ";

const LEX_RULES: LexRules = LexRules {
    nested_comments: false,
    hash_comments: true,
    dashes_need_space: true,
    code_comments: true,
    backslash_escapes: true,
    escape_strings: false,
    dollar_quotes: false,
    backtick_names: true,
    bracket_names: false,
    custom_operators: false,
    named_parameters: false,
    prefixed_strings: true,
    digit_names: true,
    return_ends_comment: false,
    double_quoted_strings: true,
    parentheses_hold_semicolons: false,
    atomic_bodies: false,
    trigger_bodies: false,
    stored_programs: true,
    psql: false,
    lower_case_names: false,
    string_names: false,
    name_bytes: None,
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
    rules: &apply::Mysql,
    parse: Some(parse),
    is_reserved_word: |name| keywords::is_reserved(&name.to_ascii_uppercase()),
    identifier: keywords::identifier,
    type_family: types::type_family,
};

static CAPABILITIES: Capabilities = Capabilities {
    transactional_ddl: false,
    transactions: Transactions::PerRevision,
    batches: false,
    pipelines_transaction: false,
    max_batch_bytes: 1024 * 1024,
    max_name_length: Some((64, NameUnit::Characters)),
    is_reserved_schema: |schema| {
        matches!(schema, "information_schema" | "performance_schema" | "sys" | "mysql")
    },
};

static FORMS: StatementForms = StatementForms {
    // What cannot be rolled back commits by itself.
    refused_in_transaction: &[],
    transactional: &[
        "INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "WITH", "SET", "DO", "TABLE", "VALUES",
    ],
    // Of several objects some may be gone.
    partial: &["CALL", "EXECUTE", "DROP .. ,"],
    code_may_commit: false,
    atomic: &["CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE"],
    settings: &["SET", "USE"],
    session_state: &[
        "PREPARE",
        "CREATE TEMPORARY",
        "CREATE OR REPLACE TEMPORARY",
        "LOCK",
        "SET .. SELECT",
        "SET .. LAST_INSERT_ID",
        "SELECT .. INTO",
    ],
    reads_session_state: &["LAST_INSERT_ID", "ROW_COUNT", "FOUND_ROWS"],
    changes_session: &[],
    new_session: &[
        "SET",
        "USE",
        "DO",
        "CALL",
        "LOCK",
        "HANDLER",
        "PREPARE",
        "EXECUTE",
        "CREATE TEMPORARY",
        "CREATE OR REPLACE TEMPORARY",
        "SELECT .. GET_LOCK",
    ],
    // A variable, or a comment that is executed.
    new_session_texts: &["@", "/*!", "/*M!"],
};
