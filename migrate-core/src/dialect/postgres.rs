//! PostgreSQL: what its SQL says.

use super::{DatabaseWords, Dialect, LockWords, TimeoutWords, Transactions, Words};
use crate::sql::{Lexis, Object};

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
    lower_case_names: true,
    string_names: false,
    name_bytes: Some(63),
};

pub(super) static WORDS: Words = Words {
    lexis: LEXIS,
    name_quote: '"',
    transactional_ddl: true,
    transactions: Transactions::PerMigration,
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
    lock: Some(LockWords { try_lock, undo: Some("ROLLBACK"), holder }),
    concatenate: |parts| parts.join(" || ' ' || "),
    lines: "STRING_AGG({}, chr(10))",
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
        "REINDEX SYSTEM",
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
    running: Some(
        "SELECT 'process ' || pid FROM pg_catalog.pg_stat_activity \
         WHERE pid <> pg_backend_pid() AND datname = current_database() AND state = 'active' \
         AND starts_with(query, left({}, 200))",
    ),
    // What another session makes at this moment is no remnant.
    half_made: Some(
        "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), \
         CASE WHEN s.sql ~* ('\\m' || w.name || '\\M') THEN 'named' END \
         FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         JOIN pg_catalog.pg_class t ON t.oid = i.indrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         CROSS JOIN (SELECT {}::text) s(sql) \
         CROSS JOIN LATERAL (SELECT regexp_replace(c.relname, '(\\W)', '\\\\\\1', 'g')) w(name) \
         WHERE NOT i.indisvalid AND c.relkind = 'i' \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) \
         AND (s.sql ~* ('\\m' || w.name || '\\M') \
           OR strpos(lower(s.sql), lower(regexp_replace(c.relname, '_cc(new|old)[0-9]*$', ''))) > 0 \
           OR strpos(lower(s.sql), lower(t.relname)) > 0) \
         ORDER BY 1",
    ),
    partial: &["CALL"],
    undone_whole: &[],
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

fn look(object: &Object) -> Option<String> {
    let Object::Index(table, name) = object else { return None };
    // An index lies where its table lies.
    let schema = table.as_ref().and_then(|table| table.written.rsplit_once('.'));
    let written = match schema {
        Some((schema, _)) => format!("{schema}.{}", name.written),
        None => name.written.clone(),
    };
    Some(format!(
        "SELECT CASE WHEN indisvalid THEN 'yes' ELSE 'half' END FROM pg_catalog.pg_index \
         WHERE indexrelid = to_regclass({})",
        Dialect::Postgres.literal(&written)
    ))
}

/// A lock of the transaction, which stays open while the lock is held: so it also works through a
/// pooler that shares sessions between transactions. An idle transaction without a snapshot, which
/// only this isolation level gives, is not waited for by CREATE INDEX CONCURRENTLY.
fn try_lock(name: &str) -> String {
    format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = 0; \
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
