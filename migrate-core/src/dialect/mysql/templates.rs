//! The SQL that the tool itself sends to MySQL and MariaDB: version table, session, lock, recovery and
//! administration. Placeholders in braces are described in `dialect/templates.rs`.

use crate::dialect::{
    Admin, CancelTemplates, DatabaseTemplates, Dialect, EngineQueries, LockTemplates, Recovery,
    RehearsalQueries, Session, Templates, TimeoutTemplates,
};
use crate::sql::{CatalogChange, CatalogObject, WrittenName};

pub(super) static TEMPLATES: Templates = Templates {
    name_quote: '`',
    client_encoding: Some("SET NAMES utf8mb4"),
    begin: "START TRANSACTION",
    key_type: "VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    text_type: "TEXT CHARACTER SET utf8mb4",
    long_text_type: "LONGTEXT CHARACTER SET utf8mb4",
    timestamp_type: "DATETIME(3)",
    serial_key: "BIGINT AUTO_INCREMENT PRIMARY KEY",
    now: "UTC_TIMESTAMP(3)",
    ago: "UTC_TIMESTAMP(3) - INTERVAL {} SECOND",
    table_options: " ENGINE = InnoDB",
    timestamp_as_text: "CONCAT(LEFT(DATE_FORMAT({}, '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')",
    number_as_text: "CAST({} AS CHAR)",
    as_literal: "CASE WHEN JSON_TYPE(JSON_EXTRACT(JSON_ARRAY({}), '$[0]')) IN ('INTEGER', 'DOUBLE', 'DECIMAL') \
        THEN CAST({} AS CHAR) ELSE QUOTE({}) END",
    concatenate: |parts| format!("CONCAT_WS(' ', {})", parts.join(", ")),
    // GROUP_CONCAT truncates at a kilobyte.
    join_lines: "{}",
    group_by: "",
    // A query with its own limit is not truncated by sql_select_limit.
    all_rows: " LIMIT 18446744073709551615",
    elapsed: None,
    table_exists: "SELECT 'yes' FROM information_schema.tables WHERE table_schema = {schema} AND table_name = {name}",
    default_schema: Some("DATABASE()"),
    hidden_table: None,
    sqlx_connection: "MySqlConnection",
    role: Some(
        "SELECT CONCAT(QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@', \
         QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)))",
    ),
};

pub(super) static SESSION: Session = Session {
    check_deferred: &[],
    fast_unsafe: &[],
    lock_timeout: Some(TimeoutTemplates {
        set: ["", "SET SESSION lock_wait_timeout = {}, SESSION innodb_lock_wait_timeout = {}"],
        reset: "SET SESSION lock_wait_timeout = DEFAULT, SESSION innodb_lock_wait_timeout = DEFAULT",
    }),
    statement_timeout: Some(TimeoutTemplates {
        // MariaDB and MySQL each execute only their own comment.
        set: [
            "SET /*M! SESSION max_statement_time = {} / 1000 */ /*!50708 SESSION max_execution_time = {} */",
            "",
        ],
        reset: "SET /*M! SESSION max_statement_time = DEFAULT */ /*!50708 SESSION max_execution_time = DEFAULT */",
    }),
    cancel: Some(CancelTemplates {
        find: "SELECT CAST(id AS CHAR) FROM information_schema.processlist \
            WHERE CONCAT(id, ' ', user, '@', host) = {session} AND command <> 'Sleep'",
        cancel: "KILL QUERY {id}",
    }),
    replicas: None,
};

pub(super) static LOCK: Option<LockTemplates> = Some(LockTemplates {
    prepare: Some("SET SESSION wait_timeout = 2147483"),
    // A Galera cluster. Other servers have no such variable.
    is_local: Some("SHOW GLOBAL VARIABLES WHERE Variable_name = 'wsrep_on' AND Value = 'ON'"),
    try_lock,
    try_own_session: try_lock,
    release_own_session: |name| format!("DO RELEASE_LOCK({})", key(name)),
    before_retry: None,
    holder,
});

pub(super) static RECOVERY: Recovery = Recovery {
    object_exists,
    invalid_index: None,
    running: Some(
        "SELECT CONCAT('connection ', p.id) FROM information_schema.processlist p \
         CROSS JOIN (SELECT LEFT({}, 200) AS front) s WHERE p.id <> CONNECTION_ID() \
         AND p.db = DATABASE() AND LEFT(p.info, CHAR_LENGTH(s.front)) = s.front",
    ),
    engines: Some(EngineQueries {
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
};

pub(super) static ADMIN: Admin = Admin {
    test_image: Some("mariadb:11.8"),
    backup: None,
    backup_extension: "sql",
    // Since 2024 the dumps of MariaDB begin with the sandbox mode.
    backup_starts: &["/*!999999", "/*M!999999", "-- MariaDB dump", "-- MySQL dump"],
    backup_end: Some("-- Dump completed"),
    count_tables: "SELECT CAST(COUNT(*) AS CHAR) FROM information_schema.tables \
        WHERE table_schema = DATABASE() AND table_type LIKE '%BASE TABLE'",
    integrity: None,
    rehearsal: RehearsalQueries {
        size: "SELECT CAST(COALESCE(SUM(data_length + index_length), 0) AS CHAR) \
            FROM information_schema.tables WHERE table_schema = DATABASE()",
        // Names of databases are encoded there, but not the numbers at the end of a scratch name.
        tables: Some(
            "SELECT NAME, SUBSTRING_INDEX(NAME, '/', -1), CAST(TABLE_ID AS CHAR) \
             FROM information_schema.INNODB_SYS_TABLES \
             WHERE NAME LIKE CONCAT('%', SUBSTRING_INDEX(DATABASE(), '_', -2), '/%')",
        ),
        locks: Some(
            "SELECT DISTINCT table_name, lock_mode, 'yes' FROM information_schema.METADATA_LOCK_INFO \
             WHERE table_schema = DATABASE() AND thread_id <> CONNECTION_ID() \
             AND lock_type = 'Table metadata lock'",
        ),
        locks_help: "`INSTALL SONAME 'metadata_lock_info'` on the server of the rehearsal, MariaDB, shows them",
        blocking: &[
            "MDL_SHARED_READ_ONLY",
            "MDL_SHARED_NO_WRITE",
            "MDL_SHARED_NO_READ_WRITE",
            "MDL_EXCLUSIVE",
        ],
        database_lock: None,
        log: Some(
            "SELECT variable_value FROM information_schema.global_status \
             WHERE variable_name = 'INNODB_OS_LOG_WRITTEN'",
        ),
    },
    sample: super::sampling::SAMPLE,
    databases: Some(DatabaseTemplates {
        port: 3306,
        // Exists on every server, is readable for every user, and never belongs to an application.
        maintenance: &["information_schema"],
        exists: "SELECT 'yes' FROM information_schema.schemata WHERE schema_name = {}",
        create: "CREATE DATABASE {}",
        create_like: "SELECT CONCAT(' CHARACTER SET ', default_character_set_name, ' COLLATE ', default_collation_name) \
            FROM information_schema.schemata WHERE schema_name = {}",
        rename: None,
        named: "SELECT schema_name FROM information_schema.schemata WHERE LEFT(schema_name, CHAR_LENGTH({})) = {}",
        copy: None,
        name_limit: 64,
        drop: "DROP DATABASE {}",
        drop_connected: "DROP DATABASE {}",
        connected: "SELECT CONCAT('connection ', id, ' of ', user, '@', host) \
            FROM information_schema.processlist WHERE db = {} AND id <> CONNECTION_ID() ORDER BY id",
    }),
};

fn object_exists(change: &CatalogChange) -> Option<String> {
    let literal = |text: &str| Dialect::Mysql.safe_literal(text);
    let of = |view: &str, schema: &str, owner: &WrittenName, condition: &str, found: &str| {
        let place = owner.schema.as_deref().map_or_else(|| "DATABASE()".to_owned(), literal);
        format!(
            "SELECT '{found}' FROM information_schema.{view} WHERE {schema} = {place} AND {condition} LIMIT 1"
        )
    };
    // The catalog compares names without their case, the server may not.
    let table = |name: &WrittenName| {
        let name = literal(&name.name);
        format!(
            "table_name = {name} AND (@@lower_case_table_names > 0 OR BINARY table_name = BINARY {name})"
        )
    };
    let named = |column: &str, name: &WrittenName| format!("{column} = {}", literal(&name.name));
    Some(match change.object() {
        CatalogObject::Table(name) => of("tables", "table_schema", name, &table(name), "yes"),
        // After a crash the server may have kept the table without its rows.
        CatalogObject::FilledTable(name) => {
            of("tables", "table_schema", name, &table(name), "half")
        }
        CatalogObject::Column(owner, name) => {
            let condition = format!("{} AND {}", table(owner), named("column_name", name));
            of("columns", "table_schema", owner, &condition, "yes")
        }
        CatalogObject::Index(Some(owner), name) => {
            let condition = format!("{} AND {}", table(owner), named("index_name", name));
            of("statistics", "table_schema", owner, &condition, "yes")
        }
        CatalogObject::Index(None, _) => return None,
        CatalogObject::Routine(name) => {
            of("routines", "routine_schema", name, &named("routine_name", name), "yes")
        }
        CatalogObject::Trigger(name) => {
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
