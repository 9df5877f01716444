//! MySQL and MariaDB: what its SQL says, and what the statements of `SHOW CREATE` describe.
//!
//! `table` and `column` read tables, `code` everything that the server keeps as code, `text` writes
//! the server's own SQL in one form.

mod code;
mod column;
mod table;
mod text;

pub use code::{database_options, event, routine, routine_kind, sequence, trigger, view};
pub use table::table;

use super::{
    CancelWords, DatabaseWords, Dialect, EngineWords, LockWords, NameUnit, TimeoutWords,
    Transactions, Words,
};
use crate::source::Span;
use crate::sql::{Evidence, LexError, LexRules, Name, Object, Tokens};

/// The session that read a catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// The database; its name is left out of texts.
    pub database: String,
    /// Whether the server is MariaDB.
    pub is_mariadb: bool,
    /// The server's own `sql_mode`, with which code is made unless the session says otherwise.
    pub mode: String,
    /// The database's collation.
    pub collation: String,
    /// The user, as `user@host`.
    pub user: String,
}

impl Session {
    /// `DEFINER=..` for the user who made something; empty for the session's own user.
    fn definer(&self, user: &str) -> String {
        if user == self.user { String::new() } else { format!("DEFINER={user}") }
    }

    /// The settings that are not part of a statement, as a comment behind it; empty where all are
    /// usual.
    fn settings(&self, definer: &str, mode: &str, collation: &str) -> String {
        let mut words = vec![definer.to_owned()];
        if mode != self.mode {
            words.push(format!("sql_mode={mode}"));
        }
        if collation != self.collation {
            words.push(format!("collation={collation}"));
        }
        words.retain(|word| !word.is_empty());
        if words.is_empty() { String::new() } else { format!("\n/* {} */", words.join(" ")) }
    }
}

/// The tokens of a statement of the server. What stands in `/*!80016 .. */` is code.
fn tokens(statement: &str) -> Result<Tokens<'_>, LexError> {
    Tokens::read(statement, Span::new(0, statement.len()), &LEXIS)
}

const LEXIS: LexRules = LexRules {
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

pub(super) static WORDS: Words = Words {
    lex_rules: LEXIS,
    name_quote: '`',
    transactional_ddl: false,
    transactions: Transactions::PerRevision,
    client_encoding: Some("SET NAMES utf8mb4"),
    begin: "START TRANSACTION",
    settle: &[],
    careless: &[],
    key_type: "VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    text_type: "TEXT CHARACTER SET utf8mb4",
    long_text_type: "LONGTEXT CHARACTER SET utf8mb4",
    moment_type: "DATETIME(3)",
    serial_key: "BIGINT AUTO_INCREMENT PRIMARY KEY",
    now: "UTC_TIMESTAMP(3)",
    ago: "UTC_TIMESTAMP(3) - INTERVAL {} SECOND",
    table_options: " ENGINE = InnoDB",
    test_image: Some("mariadb:11.8"),
    moment_as_text: "CONCAT(LEFT(DATE_FORMAT({}, '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')",
    number_as_text: "CAST({} AS CHAR)",
    elapsed: None,
    travels: false,
    one_trip: false,
    max_batch_bytes: 1024 * 1024,
    lock: Some(LockWords {
        prepare: Some("SET SESSION wait_timeout = 2147483"),
        try_lock,
        undo: None,
        holder,
    }),
    concatenate: |parts| format!("CONCAT_WS(' ', {})", parts.join(", ")),
    // GROUP_CONCAT is cut at a kilobyte.
    lines: "{}",
    // What has a limit of its own is not cut by sql_select_limit.
    all_rows: " LIMIT 18446744073709551615",
    longest_name: Some((64, NameUnit::Characters)),
    is_no_place: |schema| {
        matches!(schema, "information_schema" | "performance_schema" | "sys" | "mysql")
    },
    hidden_table: None,
    role: Some(
        "SELECT CONCAT(QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@', \
         QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)))",
    ),
    group_by: "",
    lock_timeout: Some(TimeoutWords {
        set: ["", "SET SESSION lock_wait_timeout = {}, SESSION innodb_lock_wait_timeout = {}"],
        reset: "SET SESSION lock_wait_timeout = DEFAULT, SESSION innodb_lock_wait_timeout = DEFAULT",
    }),
    statement_timeout: Some(TimeoutWords {
        // Each of the two reads its own comment only.
        set: [
            "SET /*M! SESSION max_statement_time = {} / 1000 */ /*!50708 SESSION max_execution_time = {} */",
            "",
        ],
        reset: "SET /*M! SESSION max_statement_time = DEFAULT */ /*!50708 SESSION max_execution_time = DEFAULT */",
    }),
    table_exists: "SELECT 'yes' FROM information_schema.tables WHERE table_schema = {schema} AND table_name = {name}",
    landing_schema: Some("DATABASE()"),
    // What cannot be rolled back commits by itself.
    outside_transaction: &[],
    transactional: &[
        "INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "WITH", "SET", "DO", "TABLE", "VALUES",
    ],
    session: &["SET", "USE"],
    bound: &[
        "PREPARE",
        "CREATE TEMPORARY",
        "CREATE OR REPLACE TEMPORARY",
        "LOCK",
        "SET .. SELECT",
        "SET .. LAST_INSERT_ID",
        "SELECT .. INTO",
    ],
    asks_session: &["LAST_INSERT_ID", "ROW_COUNT", "FOUND_ROWS"],
    look,
    cancel: Some(CancelWords {
        find: "SELECT CAST(id AS CHAR) FROM information_schema.processlist \
            WHERE id = {id} AND command <> 'Sleep'",
        cancel: "KILL QUERY {id}",
    }),
    leaves: &[],
    renews: [
        &[
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
        // A variable; a comment that is code.
        &["@", "/*!", "/*M!"],
    ],
    temporary: None,
    running: Some(
        "SELECT CONCAT('connection ', p.id) FROM information_schema.processlist p \
         CROSS JOIN (SELECT LEFT({}, 200) AS front) s WHERE p.id <> CONNECTION_ID() \
         AND p.db = DATABASE() AND LEFT(p.info, CHAR_LENGTH(s.front)) = s.front",
    ),
    half_made: None,
    // Of several objects some may be gone.
    partial: &["CALL", "EXECUTE", "DROP .. ,"],
    code_may_commit: false,
    undone_whole: &["CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE"],
    engines: Some(EngineWords {
        table: "SELECT CASE WHEN t.engine IS NULL THEN 'code' WHEN t.engine IN (SELECT e.engine \
            FROM information_schema.engines e WHERE e.transactions = 'YES') THEN 'safe' \
            ELSE 'lasting' END FROM information_schema.tables t \
            WHERE t.table_schema = {schema} AND t.table_name = {name} \
            UNION ALL SELECT 'code' FROM information_schema.triggers \
            WHERE event_object_schema = {schema} AND event_object_table = {name}",
        functions: "SELECT 'code' FROM information_schema.routines \
            WHERE routine_schema = DATABASE() AND routine_name IN ({names})",
        any_lasting: "SELECT 'yes' FROM information_schema.tables t \
            WHERE t.table_schema = DATABASE() AND t.engine NOT IN (SELECT e.engine \
            FROM information_schema.engines e WHERE e.transactions = 'YES') LIMIT 1",
    }),
    backup: None,
    backup_extension: "sql",
    databases: Some(DatabaseWords {
        port: 3306,
        // Always there, for everybody, and never anybody's own.
        maintenance: &["information_schema"],
        exists: "SELECT 'yes' FROM information_schema.schemata WHERE schema_name = {}",
        create: "CREATE DATABASE {}",
        drop: "DROP DATABASE {}",
        drop_connected: "DROP DATABASE {}",
        connected: "SELECT CONCAT('connection ', id, ' of ', user, '@', host) \
            FROM information_schema.processlist WHERE db = {} AND id <> CONNECTION_ID() ORDER BY id",
    }),
};

fn look(evidence: &Evidence) -> Option<String> {
    let literal = |text: &str| Dialect::Mysql.safe_literal(text);
    let of = |view: &str, schema: &str, owner: &Name, condition: &str, found: &str| {
        let place = owner.schema.as_deref().map_or_else(|| "DATABASE()".to_owned(), literal);
        format!(
            "SELECT '{found}' FROM information_schema.{view} WHERE {schema} = {place} AND {condition} LIMIT 1"
        )
    };
    // The catalog compares names without their case, the server may not.
    let table = |name: &Name| {
        let name = literal(&name.name);
        format!(
            "table_name = {name} AND (@@lower_case_table_names > 0 OR BINARY table_name = BINARY {name})"
        )
    };
    let named = |column: &str, name: &Name| format!("{column} = {}", literal(&name.name));
    Some(match &evidence.object {
        Object::Table(name) => of("tables", "table_schema", name, &table(name), "yes"),
        // A server that ended in the middle may have kept the table and not its rows.
        Object::FilledTable(name) => of("tables", "table_schema", name, &table(name), "half"),
        Object::Column(owner, name) => {
            let condition = format!("{} AND {}", table(owner), named("column_name", name));
            of("columns", "table_schema", owner, &condition, "yes")
        }
        Object::Index(Some(owner), name) => {
            let condition = format!("{} AND {}", table(owner), named("index_name", name));
            of("statistics", "table_schema", owner, &condition, "yes")
        }
        Object::Index(None, _) => return None,
        Object::Routine(name) => {
            of("routines", "routine_schema", name, &named("routine_name", name), "yes")
        }
        Object::Trigger(name) => {
            of("triggers", "trigger_schema", name, &named("trigger_name", name), "yes")
        }
    })
}

fn try_lock(name: &str) -> String {
    format!("SELECT IF(GET_LOCK({}, 0) = 1, 'yes', 'no')", key(name))
}

fn holder(name: &str) -> String {
    format!(
        "SELECT COALESCE(CONCAT('connection ', p.id, ' of ', p.user, '@', p.host, ', for ', p.time, ' s'), \
         CONCAT('connection ', l.id)) FROM (SELECT IS_USED_LOCK({}) AS id) l \
         LEFT JOIN information_schema.processlist p ON p.id = l.id",
        key(name)
    )
}

/// Lock names are the server's, not the database's, and at most 64 bytes.
fn key(name: &str) -> String {
    let name = Dialect::Mysql.safe_literal(name);
    format!("CONCAT('migrate ', SHA1({name}))")
}
