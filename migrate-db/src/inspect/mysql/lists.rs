//! What there is, and what `information_schema` alone tells: one text of queries, whose rows begin
//! with the kind of what they are about.
//!
//! Each query names the database as a literal, in the column by which the view is looked up, and
//! reads one view: otherwise the server opens every table that it has.

use std::collections::BTreeMap;

use migrate_core::dialect::mysql;
use migrate_core::schema::{Kind, Name, Other, Schema, Table};

use super::Circumstances;
use crate::driver::Cells;

/// The queries, for a database given as a literal.
pub(super) fn queries(database: &str, around: &Circumstances) -> String {
    // Privileges on a whole database are kept under a pattern.
    let escaped = around.session.database.replace('_', "\\_").replace('%', "\\%");
    let escaped = super::literal(&escaped);
    // The server may take a second between the two: people reckon in tens of them.
    let after = |time: &str| {
        format!("{time}, ROUND(TIMESTAMPDIFF(SECOND, {}, {time}), -1)", crate::inspect::EVENT_MADE)
    };
    let mut queries = vec![
        format!(
            "SELECT 'object', TABLE_TYPE, TABLE_NAME FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = {database}"
        ),
        format!(
            "SELECT 'object', ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES \
             WHERE ROUTINE_SCHEMA = {database}"
        ),
        format!(
            "SELECT 'trigger', EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING, \
             EVENT_MANIPULATION, ACTION_ORDER, ACTION_CONDITION, ACTION_STATEMENT, DEFINER, \
             SQL_MODE, DATABASE_COLLATION FROM information_schema.TRIGGERS \
             WHERE EVENT_OBJECT_SCHEMA = {database}"
        ),
        format!(
            "SELECT 'event', EVENT_NAME, EVENT_DEFINITION, EVENT_TYPE, {}, INTERVAL_VALUE, \
             INTERVAL_FIELD, {}, {}, ON_COMPLETION, STATUS, EVENT_COMMENT, TIME_ZONE, DEFINER, \
             SQL_MODE, DATABASE_COLLATION FROM information_schema.EVENTS \
             WHERE EVENT_SCHEMA = {database}",
            after("EXECUTE_AT"),
            after("STARTS"),
            after("ENDS")
        ),
        format!(
            "SELECT 'grant', GRANTEE, TABLE_NAME, PRIVILEGE_TYPE, IS_GRANTABLE \
             FROM information_schema.TABLE_PRIVILEGES WHERE TABLE_SCHEMA = {database}"
        ),
        format!(
            "SELECT 'grant', GRANTEE, TABLE_NAME, \
             CONCAT(PRIVILEGE_TYPE, ' (', COLUMN_NAME, ')'), IS_GRANTABLE \
             FROM information_schema.COLUMN_PRIVILEGES WHERE TABLE_SCHEMA = {database}"
        ),
        format!(
            "SELECT 'grant', GRANTEE, NULL, PRIVILEGE_TYPE, IS_GRANTABLE \
             FROM information_schema.SCHEMA_PRIVILEGES WHERE TABLE_SCHEMA IN ({database}, {escaped})"
        ),
    ];
    if around.session.is_mariadb {
        // MySQL writes it beside the column.
        queries.push(format!(
            "SELECT 'srid', G_TABLE_NAME, G_GEOMETRY_COLUMN, SRID \
             FROM information_schema.GEOMETRY_COLUMNS WHERE F_TABLE_SCHEMA = {database} AND SRID <> 0"
        ));
    }
    queries.join(";\n")
}

/// Privileges on routines, which only those see who may read the server's own tables.
pub(super) fn routine_grants(database: &str) -> String {
    format!(
        "SELECT 'grant', CONCAT('''', User, '''@''', Host, ''''), \
         CONCAT(LOWER(Routine_type), ' ', Routine_name), Proc_priv, 'NO' \
         FROM mysql.procs_priv WHERE Db = {database}"
    )
}

/// Adds what the rows say to what is read already.
pub(super) fn add(schema: &mut Schema, rows: &[Cells], around: &Circumstances) {
    let mut grants: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or_default()).collect();
        match *cells.as_slice() {
            ["trigger", table, ref rest @ ..] => {
                if let Some(found) = schema.tables.get_mut(&Name::new(table)) {
                    let name = rest.first().copied().unwrap_or_default();
                    found
                        .triggers
                        .insert(name.to_owned(), mysql::trigger(rest, table, &around.session));
                }
            }
            ["event", name, ..] => {
                let event = mysql::event(&cells[1..], &around.session);
                schema.others.insert((Kind::Event, name.to_owned()), event);
            }
            ["grant", to, on, privilege, grantable] if !around.is_without(on) => {
                let option = if grantable == "YES" { " WITH GRANT OPTION" } else { "" };
                // `USAGE` is no privilege: only what hangs on it counts.
                if privilege != "USAGE" || !option.is_empty() {
                    let privileges = grants.entry((to.to_owned(), on.to_owned())).or_default();
                    privileges.push(format!("{privilege}{option}"));
                }
            }
            ["srid", table, column, srid] => {
                let table = schema.tables.get_mut(&Name::new(table));
                add_srid(table, column, srid);
            }
            _ => {}
        }
    }
    for ((to, on), mut privileges) in grants {
        privileges.sort();
        let table = Some(Name::new(on.clone())).filter(|name| schema.tables.contains_key(name));
        let on = if on.is_empty() { "the database" } else { &on };
        let other = Other { definition: privileges.join(", "), table };
        schema.others.insert((Kind::Grant, format!("{to} on {on}")), other);
    }
}

fn add_srid(table: Option<&mut Table>, column: &str, srid: &str) {
    let columns = table.into_iter().flat_map(|table| &mut table.columns);
    for column in columns.filter(|found| found.name == column) {
        let words = [std::mem::take(&mut column.details), format!("REF_SYSTEM_ID={srid}")];
        column.details = words.join(" ").trim_start().to_owned();
    }
}
