//! MySQL and MariaDB: what its SQL says.

use super::{Transactions, Words};
use crate::sql::Lexis;

const LEXIS: Lexis = Lexis {
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

pub(super) static WORDS: Words = Words {
    lexis: LEXIS,
    name_quote: '`',
    transactional_ddl: false,
    transactions: Transactions::PerMigration,
    begin: "START TRANSACTION",
    key_type: "VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    text_type: "TEXT CHARACTER SET utf8mb4",
    long_text_type: "LONGTEXT CHARACTER SET utf8mb4",
    moment_type: "DATETIME(3)",
    serial_key: "BIGINT AUTO_INCREMENT PRIMARY KEY",
    now: "UTC_TIMESTAMP(3)",
    table_options: " ENGINE = InnoDB",
    moment_as_text: "CONCAT(LEFT(DATE_FORMAT({}, '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')",
    number_as_text: "CAST({} AS CHAR)",
    table_exists: "SELECT 'yes' FROM information_schema.tables WHERE table_schema = {schema} AND table_name = {name}",
    current_schema: "DATABASE()",
    // What cannot be rolled back commits by itself.
    outside_transaction: &[],
    transactional: &[
        "INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "WITH", "SET", "DO", "TABLE", "VALUES",
    ],
};
