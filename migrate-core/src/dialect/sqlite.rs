//! SQLite: what its SQL says.

use crate::sql::Lexis;

pub(super) const LEXIS: Lexis = Lexis {
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
