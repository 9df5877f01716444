//! SQLite: lexical rules, capabilities and statement forms.
//!
//! `templates` holds the SQL that the tool itself sends. `parse` reads a statement into operations,
//! with the parts that `grammar` checks. `catalog` reads the rows of `sqlite_schema`.

mod affinity;
mod apply;
mod catalog;
mod emit;
mod expr;
mod grammar;
mod keywords;
mod parse;
mod sampling;
mod templates;
mod types;
mod written;

pub use catalog::{Entry, schema};
pub use emit::{Emitter, emit};
pub(super) use expr::compare_expressions;
pub use parse::parse;

use super::{Capabilities, Definition, StatementForms, Transactions};
use crate::sql::{Cursor, LexRules};

/// Passes over the name of what is created, with `IF NOT EXISTS` and a schema before it.
fn created_name(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.eat("IF NOT EXISTS");
    cursor.qualified_name().map(|name| name.name)
}

const LEX_RULES: LexRules = LexRules {
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

pub(super) static DEFINITION: Definition = Definition {
    lex_rules: &LEX_RULES,
    capabilities: &CAPABILITIES,
    forms: &FORMS,
    templates: &templates::TEMPLATES,
    session: &templates::SESSION,
    lock: templates::LOCK.as_ref(),
    recovery: &templates::RECOVERY,
    admin: &templates::ADMIN,
    rules: &apply::Sqlite,
    parse: Some(parse),
    is_reserved_word: |name| keywords::is_reserved(&name.to_ascii_uppercase()),
    identifier: keywords::identifier,
    type_family: types::type_family,
};

static CAPABILITIES: Capabilities = Capabilities {
    transactional_ddl: true,
    transactions: Transactions::All,
    batches: true,
    pipelines_transaction: false,
    // For every statement SQLite copies the rest of the text, and sqlx keeps all of them prepared.
    max_batch_bytes: 16 * 1024,
    max_name_length: None,
    is_reserved_schema: |schema| schema == "temp",
};

static FORMS: StatementForms = StatementForms {
    refused_in_transaction: &["VACUUM", "ATTACH", "DETACH"],
    transactional: &[],
    partial: &[],
    code_may_commit: false,
    atomic: &[],
    settings: &["PRAGMA"],
    session_state: &["ATTACH", "CREATE TEMP", "CREATE TEMPORARY"],
    reads_session_state: &["LAST_INSERT_ROWID", "CHANGES", "TOTAL_CHANGES"],
    changes_session: &["PRAGMA", "CREATE TEMP", "CREATE TEMPORARY"],
    new_session: &[],
    new_session_texts: &[],
};
