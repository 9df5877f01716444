//! PostgreSQL: what its SQL says.

use crate::sql::Lexis;

pub(super) const LEXIS: Lexis = Lexis {
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
};
