//! PostgreSQL: what its SQL says.

use super::{
    CancelWords, DatabaseWords, Dialect, LockWords, NameUnit, TimeoutWords, Transactions, Words,
};
use crate::sql::{Evidence, LexRules, Name, Object};

const LEXIS: LexRules = LexRules {
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
    lower_case_names: true,
    string_names: false,
    name_bytes: Some(63),
};

pub(super) static WORDS: Words = Words {
    lex_rules: LEXIS,
    name_quote: '"',
    transactional_ddl: true,
    transactions: Transactions::PerRevision,
    client_encoding: Some("SET client_encoding = 'UTF8'"),
    begin: "BEGIN",
    settle: &["SET CONSTRAINTS ALL IMMEDIATE"],
    careless: &["SET synchronous_commit = off"],
    key_type: "VARCHAR(128)",
    text_type: "TEXT",
    long_text_type: "TEXT",
    moment_type: "TIMESTAMPTZ",
    serial_key: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    now: "clock_timestamp()",
    ago: "clock_timestamp() - INTERVAL '{} seconds'",
    table_options: "",
    test_image: Some("postgres:18"),
    moment_as_text: "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')",
    number_as_text: "CAST({} AS TEXT)",
    elapsed: Some(
        "CAST(EXTRACT(EPOCH FROM clock_timestamp() - transaction_timestamp()) * 1000 AS BIGINT)",
    ),
    travels: true,
    one_trip: true,
    // The server parses a text whole before it runs any of it: its trees take 30 times as much.
    max_batch_bytes: 1024 * 1024,
    lock: Some(LockWords { prepare: None, try_lock, undo: Some("ROLLBACK"), holder }),
    concatenate: |parts| parts.join(" || ' ' || "),
    lines: "STRING_AGG({}, chr(10))",
    all_rows: "",
    longest_name: Some((63, NameUnit::Bytes)),
    is_no_place: |schema| schema.starts_with("pg_") || schema == "information_schema",
    hidden_table: Some(
        "SELECT n.nspname FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relname = {name} AND c.relkind IN ('r', 'p') \
         AND NOT has_schema_privilege(n.oid, 'USAGE') AND n.nspname IN ( \
         SELECT CASE s WHEN '$user' THEN CAST(current_user AS TEXT) ELSE s END \
         FROM (SELECT trim(both ' \"' from p) FROM unnest(string_to_array( \
         current_setting('search_path'), ',')) p) q(s)) LIMIT 1",
    ),
    role: Some("SELECT quote_ident(current_user)"),
    group_by: " GROUP BY {}",
    lock_timeout: Some(TimeoutWords {
        set: ["SET lock_timeout = {}", ""],
        reset: "RESET lock_timeout",
    }),
    statement_timeout: Some(TimeoutWords {
        set: ["SET statement_timeout = {}", ""],
        reset: "RESET statement_timeout",
    }),
    table_exists: "SELECT 'yes' FROM pg_catalog.pg_tables WHERE schemaname = {schema} AND tablename = {name}",
    landing_schema: Some(
        "COALESCE((SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n \
         ON n.oid = c.relnamespace WHERE c.oid = to_regclass({table})), current_schema())",
    ),
    outside_transaction: &[
        "CREATE INDEX CONCURRENTLY",
        "CREATE UNIQUE INDEX CONCURRENTLY",
        "DROP INDEX CONCURRENTLY",
        "REINDEX .. CONCURRENTLY",
        "REINDEX DATABASE",
        "REINDEX SCHEMA",
        "REINDEX SYSTEM",
        "REINDEX ( .. ) DATABASE",
        "REINDEX ( .. ) SCHEMA",
        "REINDEX ( .. ) SYSTEM",
        "ALTER DATABASE .. SET TABLESPACE",
        "ALTER TABLE .. DETACH PARTITION .. CONCURRENTLY",
        "VACUUM",
        "CALL",
        "CLUSTER",
        "CREATE SUBSCRIPTION",
        "DROP SUBSCRIPTION",
        "DISCARD ALL",
        "CREATE DATABASE",
        "DROP DATABASE",
        "CREATE TABLESPACE",
        "DROP TABLESPACE",
        "ALTER SYSTEM",
    ],
    transactional: &[],
    session: &["SET", "RESET", "SELECT .. SET_CONFIG"],
    bound: &["PREPARE", "CREATE TEMP", "CREATE TEMPORARY", "DECLARE", "LISTEN"],
    asks_session: &["LASTVAL", "CURRVAL"],
    look,
    cancel: Some(CancelWords {
        find: "SELECT CAST(pid AS TEXT) FROM pg_catalog.pg_stat_activity \
            WHERE pid <> pg_backend_pid() AND datname = current_database() AND state = 'active' \
            AND starts_with(query, left({sql}, 200)) ORDER BY CAST(pid AS TEXT) <> '{id}'",
        cancel: "SELECT pg_cancel_backend({id})",
    }),
    leaves: &[
        "SET",
        "RESET",
        "SELECT",
        "WITH",
        "VALUES",
        "DO",
        "CALL",
        "EXECUTE",
        "PREPARE",
        "LISTEN",
        "DECLARE",
        "LOAD",
        "CREATE .. TEMP",
        "CREATE .. TEMPORARY",
    ],
    renews: [&["ALTER ROLE", "ALTER USER", "ALTER DATABASE", "ALTER SYSTEM"], &[]],
    temporary: None,
    running: Some(
        "SELECT 'process ' || pid FROM pg_catalog.pg_stat_activity \
         WHERE pid <> pg_backend_pid() AND datname = current_database() AND state = 'active' \
         AND starts_with(query, left({}, 200))",
    ),
    // What another session makes at this moment is no remnant.
    half_made: Some(
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
    partial: &["CALL"],
    code_may_commit: true,
    undone_whole: &[],
    engines: None,
    backup: None,
    backup_extension: "dump",
    databases: Some(DatabaseWords {
        port: 5432,
        maintenance: &["postgres", "template1"],
        exists: "SELECT 'yes' FROM pg_catalog.pg_database WHERE datname = {}",
        create: "CREATE DATABASE {}",
        drop: "DROP DATABASE {}",
        drop_connected: "DROP DATABASE {} WITH (FORCE)",
        connected: "SELECT 'process ' || pid || coalesce(' (' || nullif(application_name, '') || ')', '') \
            || coalesce(' of ' || usename, '') || coalesce(' from ' || host(client_addr), '') \
            FROM pg_catalog.pg_stat_activity WHERE datname = {} AND pid <> pg_backend_pid() ORDER BY pid",
    }),
};

fn look(evidence: &Evidence) -> Option<String> {
    let literal = |text: &str| Dialect::Postgres.literal(text);
    let relation = |name: &Name| format!("to_regclass({})", literal(&name.written));
    // Behind what was removed another schema of the search path may have one of the same name.
    let present = |name: &Name| match &name.schema {
        Some(_) => "'yes'",
        None => "CASE WHEN cardinality(current_schemas(false)) > 1 THEN 'unsure' ELSE 'yes' END",
    };
    Some(match &evidence.object {
        Object::Table(name) | Object::FilledTable(name) if evidence.appears => {
            let there = match &name.schema {
                Some(_) => relation(name),
                None => format!(
                    "to_regclass(quote_ident(current_schema()) || '.' || {})",
                    literal(&name.written)
                ),
            };
            format!("SELECT 'yes' WHERE {there} IS NOT NULL")
        }
        Object::Table(name) | Object::FilledTable(name) => {
            format!("SELECT {} WHERE {} IS NOT NULL", present(name), relation(name))
        }
        Object::Column(table, name) => format!(
            "SELECT 'yes' FROM pg_catalog.pg_attribute WHERE attrelid = {} AND attname = {} AND NOT attisdropped",
            relation(table),
            literal(&name.name)
        ),
        // An index lies where its table lies.
        Object::Index(Some(table), name) => format!(
            "SELECT CASE WHEN i.indisvalid THEN 'yes' ELSE 'half' END FROM pg_catalog.pg_index i \
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = {} AND c.relname = {}",
            relation(table),
            literal(&name.name)
        ),
        Object::Index(None, name) => {
            format!("SELECT {} WHERE {} IS NOT NULL", present(name), relation(name))
        }
        // Several may have one name.
        Object::Routine(_) | Object::Trigger(_) => return None,
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
