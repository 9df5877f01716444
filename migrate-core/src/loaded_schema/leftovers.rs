//! What revisions leave in a fresh database besides their schema.

use super::LoadedSchema;
use crate::dialect::Dialect;
use crate::graph::{Graph, Node};
use crate::op::Op;
use crate::source::{Location, Span};
use crate::sql::{TokenKind, Tokens};

/// Settings that a database file keeps.
const KEPT_SETTINGS: [&str; 8] = [
    "application_id",
    "auto_vacuum",
    "encoding",
    "journal_mode",
    "page_size",
    "schema_version",
    "user_version",
    "writable_schema",
];

/// The first statement of revisions, and of all that they need, that may leave more than its schema in
/// a fresh database: rows, a setting of the file, or what is not understood. `None` means that the
/// schema alone makes the same database.
///
/// ```
/// use migrate_core::dialect::Dialect;
/// use migrate_core::history::History;
/// use migrate_core::loaded_schema::leaves_more_than_schema;
/// use migrate_core::source::SourceFile;
///
/// let text = "-- revision: a1\n-- revises:\n\n-- migrate:up\nCREATE TABLE t (x INT);\n\
///     UPDATE t SET x = 1;\nINSERT INTO t VALUES (1);\n\n-- migrate:down\nDROP TABLE t;\n";
/// let (history, _) = History::read(vec![SourceFile::new("a1.sql", text)], None, &[Dialect::Sqlite]);
/// let graph = &history.graph;
/// let found = leaves_more_than_schema(graph, Dialect::Sqlite, &graph.heads()).unwrap();
/// assert_eq!(found.line, 7);
/// ```
#[must_use]
pub fn leaves_more_than_schema(
    graph: &Graph,
    dialect: Dialect,
    nodes: &[Node],
) -> Option<Location> {
    for node in graph.dependency_closure(nodes.iter().copied()).iter() {
        let revision = graph.revision(node);
        let Some(up) = revision.up(dialect) else { continue };
        let text = revision.file.text();
        for span in up.statements(&revision.file, dialect).iter() {
            let ops = match dialect.parse(text, *span) {
                Some(Ok(ops)) => ops,
                _ => return Some(revision.file.locate(*span)),
            };
            let is_harmless = ops.iter().all(|op| is_schema_only(&op.value, dialect, text, *span));
            if !is_harmless {
                return Some(revision.file.locate(*span));
            }
        }
    }
    None
}

/// The SQL that makes the same fresh database as revisions with all that they need, or why there is
/// none, in words: something is unknown, refused or cannot be written, or a statement
/// [leaves more](leaves_more_than_schema).
///
/// # Errors
/// The reason.
pub fn fresh_database_sql(
    graph: &Graph,
    dialect: Dialect,
    nodes: &[Node],
) -> Result<String, String> {
    if let Some(place) = leaves_more_than_schema(graph, dialect, nodes) {
        let Location { path, line, .. } = place;
        return Err(format!("the statement in {path}:{line} may leave more than its schema"));
    }
    let loaded = LoadedSchema::of_revisions(graph, dialect, nodes);
    if let Some(finding) = loaded.findings().iter().next() {
        let place = finding.places.first().map(|place| &place.location);
        let place = place.map(|at| format!(" ({}:{})", at.path, at.line)).unwrap_or_default();
        return Err(format!("{}{place}", finding.message));
    }
    let script = loaded.script(None);
    match script.unwritten.into_iter().next() {
        Some(object) => Err(object),
        None => Ok(script.sql),
    }
}

fn is_schema_only(op: &Op, dialect: Dialect, text: &str, statement: Span) -> bool {
    match op {
        Op::Rows { .. } => changes_nothing_where_nothing_is(dialect, text, statement),
        Op::Conditional { op, .. } => is_schema_only(op, dialect, text, statement),
        Op::Set { name, value: Some(_) } => !KEPT_SETTINGS.contains(&name.as_str()),
        Op::CreateTableAs { .. } => false,
        op => !op.may_change_anything(),
    }
}

/// Returns `true` if a statement has no effect while every table is empty: UPDATE, DELETE, TRUNCATE,
/// and an INSERT of columns of one table.
fn changes_nothing_where_nothing_is(dialect: Dialect, text: &str, statement: Span) -> bool {
    let Ok(tokens) = Tokens::read(text, statement, dialect.lex_rules()) else { return false };
    let mut cursor = tokens.cursor();
    // A function that is called may do anything.
    if cursor.is_any(&["UPDATE", "DELETE", "TRUNCATE"]) {
        let mut lexemes = cursor.lexemes().iter();
        return !lexemes.any(|one| one.is("RETURNING") || one.is("setval") || one.is("nextval"));
    }
    if !cursor.eat("INSERT") {
        return false;
    }
    cursor.eat("OR");
    let _ = cursor.eat_any(&["IGNORE", "REPLACE", "ABORT", "FAIL", "ROLLBACK"]);
    cursor.eat("INTO");
    if cursor.qualified_name().is_none() {
        return false;
    }
    cursor.group();
    if !cursor.eat("SELECT") {
        return false;
    }
    let list = cursor.take_until(|cursor| cursor.is("FROM"));
    // An aggregate gives a row for no rows.
    let calls = list.lexemes().iter().any(|one| one.is("("));
    !calls
        && cursor.eat("FROM")
        && cursor.qualified_name().is_some()
        && cursor.lexemes().iter().all(|one| {
            !one.is("UNION") && !one.is("JOIN") && !one.is(",") && one.kind != TokenKind::Semicolon
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_nothing(sql: &str) -> bool {
        changes_nothing_where_nothing_is(Dialect::Sqlite, sql, Span::new(0, sql.len()))
    }

    #[test]
    fn only_what_needs_rows_is_without_effect() {
        assert!(is_nothing("UPDATE t SET a = 1"));
        assert!(is_nothing("DELETE FROM t WHERE a = 1"));
        assert!(is_nothing("INSERT INTO new_t (a, b) SELECT a, b FROM t"));
        assert!(!is_nothing("INSERT INTO t VALUES (1)"));
        assert!(!is_nothing("INSERT INTO t SELECT 1"));
        assert!(!is_nothing("INSERT INTO t SELECT count(*) FROM t"));
        assert!(!is_nothing("INSERT INTO t SELECT a FROM t UNION SELECT 1"));
        assert!(!is_nothing("INSERT INTO t SELECT a FROM (SELECT 1 AS a)"));
        assert!(!is_nothing("SELECT fill()"));
        assert!(!is_nothing("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x"));
    }
}
