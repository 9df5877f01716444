//! The SQL that the tool itself sends to PostgreSQL: version table, session, lock, recovery and
//! administration. Placeholders in braces are described in `dialect/templates.rs`.

use crate::dialect::{
    Admin, CancelTemplates, DatabaseTemplates, Dialect, LockTemplates, Recovery, RehearsalQueries,
    ReplicaQueries, Session, Templates, TimeoutTemplates,
};
use crate::sql::{CatalogChange, CatalogObject, WrittenName};

pub(super) static TEMPLATES: Templates = Templates {
    name_quote: '"',
    client_encoding: Some("SET client_encoding = 'UTF8'"),
    begin: "BEGIN",
    key_type: "VARCHAR(128)",
    text_type: "TEXT",
    long_text_type: "TEXT",
    timestamp_type: "TIMESTAMPTZ",
    serial_key: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    now: "clock_timestamp()",
    ago: "clock_timestamp() - INTERVAL '{} seconds'",
    table_options: "",
    timestamp_as_text: "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')",
    number_as_text: "CAST({} AS TEXT)",
    as_literal: "quote_literal(CAST({} AS TEXT))",
    concatenate: |parts| parts.join(" || ' ' || "),
    join_lines: "STRING_AGG({}, chr(10))",
    group_by: " GROUP BY {}",
    all_rows: "",
    elapsed: Some(
        "CAST(EXTRACT(EPOCH FROM clock_timestamp() - transaction_timestamp()) * 1000 AS BIGINT)",
    ),
    table_exists: "SELECT 'yes' FROM pg_catalog.pg_tables WHERE schemaname = {schema} AND tablename = {name}",
    default_schema: Some(
        "COALESCE((SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n \
         ON n.oid = c.relnamespace WHERE c.oid = to_regclass({table})), current_schema())",
    ),
    hidden_table: Some(
        "SELECT n.nspname FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relname = {name} AND c.relkind IN ('r', 'p') \
         AND NOT has_schema_privilege(n.oid, 'USAGE') AND n.nspname IN ( \
         SELECT CASE s WHEN '$user' THEN CAST(current_user AS TEXT) ELSE s END \
         FROM (SELECT trim(both ' \"' from p) FROM unnest(string_to_array( \
         current_setting('search_path'), ',')) p) q(s)) LIMIT 1",
    ),
    sqlx_connection: "PgConnection",
    role: Some("SELECT quote_ident(current_user)"),
};

pub(super) static SESSION: Session = Session {
    check_deferred: &["SET CONSTRAINTS ALL IMMEDIATE"],
    fast_unsafe: &["SET synchronous_commit = off"],
    lock_timeout: Some(TimeoutTemplates {
        set: ["SET lock_timeout = {}", ""],
        reset: "RESET lock_timeout",
    }),
    statement_timeout: Some(TimeoutTemplates {
        set: ["SET statement_timeout = {}", ""],
        reset: "RESET statement_timeout",
    }),
    cancel: Some(CancelTemplates {
        find: "SELECT CAST(pid AS TEXT) FROM pg_catalog.pg_stat_activity \
            WHERE pid <> pg_backend_pid() AND datname = current_database() AND state = 'active' \
            AND starts_with(query, left({sql}, 200)) ORDER BY CAST(pid AS TEXT) <> '{id}'",
        cancel: "SELECT pg_cancel_backend({id})",
    }),
    replicas: Some(ReplicaQueries {
        missing_right: "SELECT 'GRANT pg_read_all_stats TO ' || quote_ident(current_user) \
            WHERE NOT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')",
        position: POSITION,
        behind: BEHIND,
    }),
};

/// The end of the last record. A commit may be written to the log later than it returns, so this is
/// the position of insertion. Behind the header of an empty page, of 40 bytes in the first page of a
/// segment and of 24 in the others, it is the beginning of the page: there the last record ends.
const POSITION: &str = "SELECT to_hex(CAST(div(e.at, 4294967296) AS BIGINT)) || '/' || \
    to_hex(CAST(mod(e.at, 4294967296) AS BIGINT)) \
    FROM (SELECT p.at - CASE WHEN mod(p.at, p.segment) = 40 THEN 40 \
      WHEN mod(p.at, p.segment) > 40 AND mod(p.at, p.page) = 24 THEN 24 ELSE 0 END AS at \
     FROM (SELECT pg_current_wal_insert_lsn() - CAST('0/0' AS pg_lsn) AS at, \
       CAST(current_setting('wal_block_size') AS NUMERIC) AS page, \
       CAST(pg_size_bytes(current_setting('wal_segment_size')) AS NUMERIC) AS segment \
      WHERE NOT pg_is_in_recovery() OFFSET 0) p) e";

/// Copies of the database, archivers (they report what they wrote and never what they applied) and
/// subscribers (they apply rows and no schema) are not standbys.
const BEHIND: &str = "SELECT COALESCE(NULLIF(r.application_name, ''), 'a standby') \
    || COALESCE(' at ' || host(r.client_addr), ''), \
    CAST(CAST({} AS pg_lsn) - r.replay_lsn AS TEXT) \
    FROM pg_catalog.pg_stat_replication r \
    WHERE r.state <> 'backup' \
    AND (r.replay_lsn < {} OR r.replay_lsn IS NULL AND r.write_lsn IS NULL) \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots s \
     WHERE s.active_pid = r.pid AND s.slot_type = 'logical') \
    ORDER BY 1";

pub(super) static LOCK: Option<LockTemplates> = Some(LockTemplates {
    prepare: None,
    is_local: None,
    try_lock,
    try_own_session: |name| {
        format!("SELECT CASE WHEN pg_try_advisory_lock({}) THEN 'yes' ELSE 'no' END", key(name))
    },
    release_own_session: |name| format!("SELECT pg_advisory_unlock({})", key(name)),
    before_retry: Some("ROLLBACK"),
    holder,
});

pub(super) static RECOVERY: Recovery = Recovery {
    object_exists,
    // An index that another session is building is not a leftover.
    invalid_index: Some(
        "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), \
         CASE WHEN s.sql ~* (E'\\\\m' || w.name || E'\\\\M') THEN 'named' END \
         FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         JOIN pg_catalog.pg_class t ON t.oid = i.indrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         CROSS JOIN (SELECT {}::text) s(sql) \
         CROSS JOIN LATERAL (SELECT regexp_replace(c.relname, E'(\\\\W)', E'\\\\\\\\\\\\1', 'g')) w(name) \
         WHERE NOT i.indisvalid AND c.relkind = 'i' \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) \
         AND (s.sql ~* (E'\\\\m' || w.name || E'\\\\M') \
           OR strpos(lower(s.sql), lower(regexp_replace(c.relname, '_cc(new|old)[0-9]*$', ''))) > 0 \
           OR strpos(lower(s.sql), lower(t.relname)) > 0) \
         ORDER BY 1",
    ),
    running: Some(
        "SELECT 'process ' || pid FROM pg_catalog.pg_stat_activity \
         WHERE pid <> pg_backend_pid() AND datname = current_database() AND state = 'active' \
         AND starts_with(query, left({}, 200))",
    ),
    engines: None,
};

pub(super) static ADMIN: Admin = Admin {
    test_image: Some("postgres:18"),
    backup: None,
    backup_extension: "dump",
    backup_starts: &["PGDMP"],
    backup_end: None,
    count_tables: "SELECT count(*)::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
        WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
    integrity: None,
    rehearsal: RehearsalQueries {
        size: "SELECT pg_database_size(current_database())::text",
        tables: Some(
            "SELECT c.oid::text, c.oid::regclass::text, c.relfilenode::text FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
        ),
        locks: Some(
            "SELECT DISTINCT c.oid::regclass::text, l.mode, CASE WHEN l.granted THEN 'yes' ELSE 'no' END \
             FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_catalog.pg_database d ON d.oid = l.database \
             JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
             WHERE d.datname = current_database() AND l.pid <> pg_backend_pid() \
             AND a.backend_type = 'client backend' AND c.relkind IN ('r', 'p', 'm') \
             AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
        ),
        locks_help: "",
        blocking: &["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"],
        database_lock: None,
        log: Some("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint::text"),
    },
    sample: super::sampling::SAMPLE,
    databases: Some(DatabaseTemplates {
        port: 5432,
        maintenance: &["postgres", "template1"],
        exists: "SELECT 'yes' FROM pg_catalog.pg_database WHERE datname = {}",
        create: "CREATE DATABASE {}",
        // The columns of locales differ between versions.
        create_like: "SELECT format(' TEMPLATE template0 OWNER %I ENCODING %L LC_COLLATE %L LC_CTYPE %L', \
            pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype) \
            || CASE to_jsonb(d)->>'datlocprovider' \
                WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale')) \
                WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d)->>'datlocale') \
                ELSE '' END \
            FROM pg_catalog.pg_database d WHERE datname = {}",
        rename: Some("ALTER DATABASE {from} RENAME TO {to}"),
        named: "SELECT datname::text FROM pg_catalog.pg_database WHERE starts_with(datname, {})",
        copy: Some("CREATE DATABASE {to} TEMPLATE {from}"),
        name_limit: 63,
        drop: "DROP DATABASE {}",
        drop_connected: "DROP DATABASE {} WITH (FORCE)",
        connected: "SELECT 'process ' || pid || coalesce(' (' || nullif(application_name, '') || ')', '') \
            || coalesce(' of ' || usename, '') || coalesce(' from ' || host(client_addr), '') \
            FROM pg_catalog.pg_stat_activity WHERE datname = {} AND pid <> pg_backend_pid() ORDER BY pid",
    }),
};

fn object_exists(change: &CatalogChange) -> Option<String> {
    let literal = |text: &str| Dialect::Postgres.literal(text);
    let relation = |name: &WrittenName| format!("to_regclass({})", literal(&name.written));
    // Another schema of the search path may have an object of the dropped one's name.
    let present = |name: &WrittenName| match &name.schema {
        Some(_) => "'yes'",
        None => "CASE WHEN cardinality(current_schemas(false)) > 1 THEN 'unsure' ELSE 'yes' END",
    };
    Some(match change.object() {
        CatalogObject::Table(name) | CatalogObject::FilledTable(name) if change.creates() => {
            let there = match &name.schema {
                Some(_) => relation(name),
                None => format!(
                    "to_regclass(quote_ident(current_schema()) || '.' || {})",
                    literal(&name.written)
                ),
            };
            format!("SELECT 'yes' WHERE {there} IS NOT NULL")
        }
        CatalogObject::Table(name) | CatalogObject::FilledTable(name) => {
            format!("SELECT {} WHERE {} IS NOT NULL", present(name), relation(name))
        }
        CatalogObject::Column(table, name) => format!(
            "SELECT 'yes' FROM pg_catalog.pg_attribute WHERE attrelid = {} AND attname = {} AND NOT attisdropped",
            relation(table),
            literal(&name.name)
        ),
        // An index is in the schema of its table.
        CatalogObject::Index(Some(table), name) => format!(
            "SELECT CASE WHEN i.indisvalid THEN 'yes' ELSE 'half' END FROM pg_catalog.pg_index i \
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = {} AND c.relname = {}",
            relation(table),
            literal(&name.name)
        ),
        CatalogObject::Index(None, name) => {
            format!("SELECT {} WHERE {} IS NOT NULL", present(name), relation(name))
        }
        // Several objects can have one name.
        CatalogObject::Routine(_) | CatalogObject::Trigger(_) => return None,
    })
}

/// A lock of the transaction, which stays open while the lock is held: so it also works through a
/// pooler that shares sessions between transactions. An idle transaction without a snapshot, which
/// only this isolation level gives, is not waited for by CREATE INDEX CONCURRENTLY.
fn try_lock(name: &str) -> String {
    format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = 0; \
         SET LOCAL tcp_keepalives_idle = 30; SET LOCAL tcp_keepalives_interval = 10; \
         SET LOCAL tcp_keepalives_count = 3; \
         SELECT CASE WHEN pg_try_advisory_xact_lock({}) THEN 'yes' ELSE 'no' END",
        key(name)
    )
}

fn holder(name: &str) -> String {
    format!(
        "SELECT 'process ' || a.pid || coalesce(' (' || nullif(a.application_name, '') || ')', '') \
         || coalesce(' of ' || a.usename, '') || coalesce(' from ' || host(a.client_addr), '') \
         || ', since ' || to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' \
         FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND ((l.classid::bigint << 32) | l.objid::bigint) = {}",
        key(name)
    )
}

/// FNV-1a over the name: advisory locks have numbers.
fn key(name: &str) -> i64 {
    let hash = format!("migrate {name}").bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.cast_signed()
}
