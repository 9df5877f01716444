//! PostgreSQL: what its SQL says.

use super::{Transactions, Words};
use crate::sql::Lexis;

const LEXIS: Lexis = Lexis {
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

pub(super) static WORDS: Words = Words {
    lexis: LEXIS,
    stands_alone,
    name_quote: '"',
    transactional_ddl: true,
    transactions: Transactions::PerMigration,
    begin: "BEGIN",
    key_type: "VARCHAR(128)",
    text_type: "TEXT",
    long_text_type: "TEXT",
    moment_type: "TIMESTAMPTZ",
    serial_key: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    now: "clock_timestamp()",
    table_options: "",
    moment_as_text: "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')",
    number_as_text: "CAST({} AS TEXT)",
    table_exists: "SELECT 'yes' FROM pg_catalog.pg_tables WHERE schemaname = {schema} AND tablename = {name}",
    current_schema: "current_schema()",
    outside_transaction: &[
        "CREATE INDEX CONCURRENTLY",
        "CREATE UNIQUE INDEX CONCURRENTLY",
        "DROP INDEX CONCURRENTLY",
        "REINDEX .. CONCURRENTLY",
        "REINDEX DATABASE",
        "REINDEX SYSTEM",
        "ALTER TABLE .. DETACH PARTITION .. CONCURRENTLY",
        "VACUUM",
        "CREATE DATABASE",
        "DROP DATABASE",
        "CREATE TABLESPACE",
        "DROP TABLESPACE",
        "ALTER SYSTEM",
    ],
};

fn stands_alone(words: &[&str]) -> bool {
    let object = |kinds: &[&str]| words.get(1).is_some_and(|word| kinds.contains(word));
    words.contains(&"CONCURRENTLY")
        || match words.first().copied() {
            Some(
                "VACUUM" | "CLUSTER" | "CALL" | "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK"
                | "ABORT",
            ) => true,
            Some("CREATE" | "DROP" | "ALTER") => {
                object(&["DATABASE", "TABLESPACE", "SUBSCRIPTION", "SYSTEM"])
            }
            Some("REINDEX") => object(&["DATABASE", "SYSTEM", "SCHEMA"]),
            Some("DISCARD") => object(&["ALL"]),
            _ => false,
        }
}
