//! The keywords of PostgreSQL that are not names everywhere, as `pg_get_keywords()` of version 18
//! lists them.

/// Whether a word in lower case is never a name without quotes.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

/// Whether a word in lower case is a name without quotes only of a function or a type.
pub(crate) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.binary_search(&word).is_ok()
}

/// Whether a word in lower case is a name without quotes, but never of a function or a type.
pub(crate) fn is_column_word(word: &str) -> bool {
    COLUMN_WORDS.binary_search(&word).is_ok()
}

/// Whether a word in lower case is the alias of an output column only behind `AS`.
pub(crate) fn needs_as(word: &str) -> bool {
    NEED_AS.binary_search(&word).is_ok()
}

/// A name as the server writes it: in quotes only where it could not be read without them.
///
/// ```
/// use migrate_core::dialect::postgres::quote_name;
/// assert_eq!(quote_name("users"), "users");
/// assert_eq!(quote_name("Users"), "\"Users\"");
/// assert_eq!(quote_name("left"), "\"left\"");
/// ```
#[must_use]
pub fn quote_name(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if plain && !is_reserved(name) && !is_function_word(name) && !is_column_word(name) {
        name.to_owned()
    } else {
        crate::sql::quote(name, '"')
    }
}

/// Sorted.
#[rustfmt::skip]
const NEED_AS: [&str; 39] = [
    "array", "as", "char", "character", "create", "day", "except", "fetch", "filter", "for", "from",
    "grant", "group", "having", "hour", "intersect", "into", "isnull", "limit", "minute", "month",
    "notnull", "offset", "on", "order", "over", "overlaps", "precision", "returning", "second",
    "to", "union", "varying", "where", "window", "with", "within", "without", "year",
];

/// Sorted.
#[rustfmt::skip]
const RESERVED: [&str; 78] = [
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case",
    "cast", "check", "collate", "column", "constraint", "create", "current_catalog", "current_date",
    "current_role", "current_time", "current_timestamp", "current_user", "default", "deferrable",
    "desc", "distinct", "do", "else", "end", "except", "false", "fetch", "for", "foreign", "from",
    "grant", "group", "having", "in", "initially", "intersect", "into", "lateral", "leading",
    "limit", "localtime", "localtimestamp", "not", "null", "offset", "on", "only", "or", "order",
    "placing", "primary", "references", "returning", "select", "session_user", "some", "symmetric",
    "system_user", "table", "then", "to", "trailing", "true", "union", "unique", "user", "using",
    "variadic", "when", "where", "window", "with",
];

/// Sorted.
#[rustfmt::skip]
const FUNCTION_WORDS: [&str; 23] = [
    "authorization", "binary", "collation", "concurrently", "cross", "current_schema", "freeze",
    "full", "ilike", "inner", "is", "isnull", "join", "left", "like", "natural", "notnull", "outer",
    "overlaps", "right", "similar", "tablesample", "verbose",
];

/// Sorted.
#[rustfmt::skip]
const COLUMN_WORDS: [&str; 63] = [
    "between", "bigint", "bit", "boolean", "char", "character", "coalesce", "dec", "decimal",
    "exists", "extract", "float", "greatest", "grouping", "inout", "int", "integer", "interval",
    "json", "json_array", "json_arrayagg", "json_exists", "json_object", "json_objectagg",
    "json_query", "json_scalar", "json_serialize", "json_table", "json_value", "least",
    "merge_action", "national", "nchar", "none", "normalize", "nullif", "numeric", "out", "overlay",
    "position", "precision", "real", "row", "setof", "smallint", "substring", "time", "timestamp",
    "treat", "trim", "values", "varchar", "xmlattributes", "xmlconcat", "xmlelement", "xmlexists",
    "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot", "xmlserialize", "xmltable",
];
