//! Calls of functions that SQLite has not built in.
//!
//! What such a function does is not known: SpatiaLite's `AddGeometryColumn('t', 'geom', ..)` adds a column.

use super::super::grammar::is_name;
use super::super::keywords::{is_keyword, is_reserved};
use super::LEX_RULES;
use crate::sql::{Cursor, with_arguments};

/// The functions of SQLite and of its extensions in the same source; see [`PREFIXES`]. Sorted.
#[rustfmt::skip]
const FUNCTIONS: [&str; 113] = [
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "avg", "bm25", "ceil",
    "ceiling", "changes", "char", "coalesce", "concat", "concat_ws", "cos", "cosh", "count",
    "cume_dist", "date", "datetime", "degrees", "dense_rank", "exp", "first_value", "floor",
    "format", "generate_series", "glob", "group_concat", "hex", "highlight", "ifnull", "iif",
    "instr", "julianday", "lag", "last_insert_rowid", "last_value", "lead", "length", "like",
    "likelihood", "likely", "ln", "load_extension", "log", "log10", "log2", "lower", "ltrim",
    "matchinfo", "max", "median", "min", "mod", "nth_value", "ntile", "nullif", "octet_length",
    "offsets", "optimize", "percent_rank", "percentile", "percentile_cont", "percentile_disc", "pi",
    "pow", "power", "printf", "quote", "radians", "random", "randomblob", "rank", "replace",
    "round", "row_number", "rtreecheck", "rtreedepth", "rtreenode", "rtrim", "sign", "sin", "sinh",
    "snippet", "soundex", "sqrt", "strftime", "string_agg", "substr", "substring", "subtype", "sum",
    "tan", "tanh", "time", "timediff", "total", "total_changes", "trim", "trunc", "typeof", "unhex",
    "unicode", "unistr", "unistr_quote", "unixepoch", "unlikely", "upper", "zeroblob",
];

/// What the names of families of such functions begin with.
const PREFIXES: [&str; 5] = ["fts", "geopoly_", "json", "pragma_", "sqlite_"];

/// Returns `true` if a statement calls a function that SQLite has not built in.
pub(super) fn calls_unknown(cursor: Cursor<'_>) -> bool {
    let lexemes = cursor.lexemes();
    with_arguments(lexemes).any(|at| {
        let lexeme = lexemes[at];
        let upper = lexeme.text.to_ascii_uppercase();
        let is_word = is_keyword(&upper) || is_reserved(&upper);
        is_name(lexeme)
            && !is_word
            && lexeme.name(&LEX_RULES).is_some_and(|name| !is_built_in(&name.to_ascii_lowercase()))
    })
}

fn is_built_in(name: &str) -> bool {
    FUNCTIONS.binary_search(&name).is_ok() || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
#[test]
fn the_functions_are_sorted() {
    assert!(FUNCTIONS.is_sorted());
}
