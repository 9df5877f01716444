//! The SQL that the tool itself sends to SQLite: version table, session, lock, recovery and
//! administration. Placeholders in braces are described in `dialect/templates.rs`.

use crate::dialect::{
    Admin, Dialect, LockTemplates, Recovery, RehearsalQueries, Session, Templates,
};
use crate::sql::{CatalogChange, CatalogObject, WrittenName};

pub(super) static TEMPLATES: Templates = Templates {
    name_quote: '"',
    client_encoding: None,
    begin: "BEGIN IMMEDIATE",
    key_type: "TEXT",
    text_type: "TEXT",
    long_text_type: "TEXT",
    timestamp_type: "TEXT",
    serial_key: "INTEGER PRIMARY KEY AUTOINCREMENT",
    now: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    ago: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-{} seconds')",
    table_options: "",
    timestamp_as_text: "{}",
    number_as_text: "CAST({} AS TEXT)",
    as_literal: "quote({})",
    concatenate: |parts| parts.join(" || ' ' || "),
    join_lines: "GROUP_CONCAT({}, char(10))",
    group_by: "",
    all_rows: "",
    elapsed: None,
    table_exists: "SELECT 'yes' FROM {schema}.sqlite_master WHERE type = 'table' AND name = {name}",
    default_schema: None,
    hidden_table: None,
    sqlx_connection: "SqliteConnection",
    role: None,
};

pub(super) static SESSION: Session = Session {
    check_deferred: &[],
    fast_unsafe: &["PRAGMA synchronous = OFF", "PRAGMA journal_mode = MEMORY"],
    lock_timeout: None,
    statement_timeout: None,
    cancel: None,
    replicas: None,
};

pub(super) static LOCK: Option<LockTemplates> = None;

pub(super) static RECOVERY: Recovery =
    Recovery { object_exists, invalid_index: None, running: None, engines: None };

pub(super) static ADMIN: Admin = Admin {
    test_image: None,
    backup: Some("VACUUM INTO {}"),
    backup_extension: "db",
    backup_starts: &["SQLite format 3\0"],
    backup_end: None,
    count_tables: "SELECT CAST(count(*) AS TEXT) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^'",
    integrity: Some("PRAGMA integrity_check(1)"),
    rehearsal: RehearsalQueries {
        size: "SELECT CAST(page_count * page_size AS TEXT) FROM pragma_page_count(), pragma_page_size()",
        tables: None,
        locks: None,
        locks_help: "",
        blocking: &["write"],
        database_lock: Some("write"),
        log: None,
    },
    sample: super::sampling::SAMPLE,
    databases: None,
};

fn object_exists(change: &CatalogChange) -> Option<String> {
    let literal = |text: &str| Dialect::Sqlite.literal(text);
    let schema = |name: &WrittenName| name.schema.clone().unwrap_or_else(|| "main".to_owned());
    let listed = |kinds: &str, place: &WrittenName, name: &WrittenName| {
        format!(
            "SELECT 'yes' FROM {}.sqlite_master WHERE type IN ({kinds}) AND name = {} COLLATE NOCASE",
            Dialect::Sqlite.quote(&schema(place)),
            literal(&name.name)
        )
    };
    Some(match change.object() {
        CatalogObject::Table(name) | CatalogObject::FilledTable(name) => {
            listed("'table', 'view'", name, name)
        }
        CatalogObject::Column(table, name) => format!(
            "SELECT 'yes' FROM pragma_table_xinfo({}, {}) WHERE name = {} COLLATE NOCASE",
            literal(&table.name),
            literal(&schema(table)),
            literal(&name.name)
        ),
        // Its schema stands before the index and not before the table.
        CatalogObject::Index(_, name) => listed("'index'", name, name),
        CatalogObject::Trigger(name) => listed("'trigger'", name, name),
        CatalogObject::Routine(_) => return None,
    })
}
