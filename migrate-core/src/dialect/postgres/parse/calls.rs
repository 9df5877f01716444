//! Calls of functions that the server has not built in.
//!
//! What a function of an extension does is not known: PostGIS's `AddGeometryColumn('t', 'geom', ..)` adds a
//! column. It may change what its arguments name.

use super::Cursor;
use super::names::{is_function, is_name};
use crate::dialect::postgres::{LEX_RULES, expr};
use crate::op::Op;
use crate::schema::Name;
use crate::sql::{Lexeme, string_value, with_arguments};

/// The functions of the server that no expression of a schema calls, as `pg_proc` of versions 15 and 18 lists
/// them; see [`PREFIXES`]. Sorted.
#[rustfmt::skip]
const FUNCTIONS: [&str; 73] = [
    "acldefault", "aclexplode", "any_value", "array_agg", "avg", "bit_and", "bit_or", "bit_xor",
    "bool_and", "bool_or", "brin_desummarize_range", "brin_summarize_new_values",
    "brin_summarize_range", "col_description", "corr", "count", "covar_pop", "covar_samp",
    "cume_dist", "dense_rank", "every", "first_value", "format_type", "generate_series",
    "generate_subscripts", "getdatabaseencoding", "gin_clean_pending_list", "inet_client_addr",
    "inet_client_port", "inet_server_addr", "inet_server_port", "lag", "last_value", "lead",
    "loread", "lowrite", "makeaclitem", "max", "min", "mode", "mxid_age", "nth_value", "ntile",
    "obj_description", "oidvectortypes", "percent_rank", "percentile_cont", "percentile_disc",
    "range_agg", "range_intersect_agg", "rank", "regexp_matches", "regexp_split_to_table",
    "row_number", "row_security_active", "setval", "shobj_description", "stddev", "stddev_pop",
    "stddev_samp", "string_agg", "string_to_table", "sum", "ts_debug", "ts_parse", "ts_stat",
    "ts_token_type", "unnest", "var_pop", "var_samp", "variance", "xid", "xmlagg",
];

/// What the names of families of such functions begin with.
const PREFIXES: [&str; 11] = [
    "cursor_to_xml",
    "database_to_xml",
    "has_",
    "json_",
    "jsonb_",
    "lo_",
    "pg_",
    "query_to_xml",
    "regr_",
    "to_reg",
    "txid_",
];

/// The calls in a statement of functions that the server has not built in. The arguments are the strings; one
/// is `None` where rows give the values.
pub(super) fn calls(cursor: Cursor<'_>) -> Vec<Op> {
    let lexemes = cursor.lexemes();
    let mut found = Vec::new();
    for at in with_arguments(lexemes) {
        let is_window = ["OVER", "FILTER", "WITHIN"].iter().any(|word| lexemes[at].is(word));
        if !is_function(lexemes[at]) || is_window {
            continue;
        }
        let before = lexemes[..at].last();
        let Some(own) = lexemes[at].name(&LEX_RULES) else { continue };
        let namespace =
            before.filter(|one| one.is(".")).and_then(|_| lexemes.get(at.wrapping_sub(2)));
        let namespace = namespace.and_then(|one| one.name(&LEX_RULES));
        let is_own = namespace.as_deref().is_none_or(|space| space == "pg_catalog");
        if !(is_own && is_built_in(&own)) {
            let name = Name { namespace, name: own };
            found.push(Op::Call { name, arguments: arguments(&lexemes[at + 2..]) });
        }
    }
    found
}

fn is_built_in(name: &str) -> bool {
    FUNCTIONS.binary_search(&name).is_ok()
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || expr::is_built_in(name)
}

/// Reads the arguments of a call, up to its closing parenthesis.
fn arguments(lexemes: &[Lexeme<'_>]) -> Vec<Option<String>> {
    let mut depth = 1;
    let mut found = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        depth = match () {
            () if lexeme.is("(") => depth + 1,
            () if lexeme.is(")") => depth - 1,
            () => depth,
        };
        if depth == 0 {
            break;
        }
        if let Some(text) = string_value(*lexeme, &LEX_RULES) {
            found.push(Some(text));
        } else if is_name(*lexeme) && !is_label(lexemes, at) {
            found.push(None);
        }
    }
    found
}

/// Returns `true` if a name gives no value: a type, the name of an argument, a function.
fn is_label(lexemes: &[Lexeme<'_>], at: usize) -> bool {
    let is_type = at > 0 && lexemes[at - 1].is("::");
    let is_literal =
        lexemes.get(at + 1).is_some_and(|next| string_value(*next, &LEX_RULES).is_some());
    is_type
        || is_literal
        || is_next(lexemes, at, "(")
        || is_next(lexemes, at, "=>")
        || is_next(lexemes, at, ":=")
}

fn is_next(lexemes: &[Lexeme<'_>], at: usize, text: &str) -> bool {
    lexemes.get(at + 1).is_some_and(|next| next.is(text))
}

#[cfg(test)]
#[test]
fn the_functions_are_sorted() {
    assert!(FUNCTIONS.is_sorted());
}
