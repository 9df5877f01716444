//! MySQL and MariaDB: what its SQL says.

use crate::sql::Lexis;

pub(super) const LEXIS: Lexis = Lexis {
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
};
