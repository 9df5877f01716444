//! Operations as SQLite's SQL.
//!
//! [`emit`] prints the statements of one operation; [`Emitter`] answers what `diff` asks. Where SQLite has no
//! `ALTER TABLE` for a change, the table is created again under another name, its rows are copied, the old table
//! is dropped and the new one takes its name. The rebuild is safe inside a transaction and outside, as long as
//! foreign keys are not enforced: a revision's default.
//!
//! Limits: what the catalog's reader could not read is printed as it stands; the shadow tables of a virtual table
//! are created by its module and are never printed.

mod rules;
mod table;

use super::catalog::text::string;
use super::keywords::identifier as quoted;
use super::written::{index_statement, named_statement};
use crate::dialect::Unsupported;
use crate::op::Op;
use crate::schema::{Kind, Name};

pub use rules::Emitter;

/// A name with its database.
fn name(own: &Name) -> String {
    match &own.namespace {
        Some(namespace) => format!("{}.{}", quoted(namespace), quoted(&own.name)),
        None => quoted(&own.name),
    }
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|own| quoted(own)).collect();
    names.join(", ")
}

/// The statements of an operation, without semicolons.
///
/// # Errors
///
/// An operation that SQLite does not have.
pub fn emit(op: &Op) -> Result<Vec<String>, Unsupported> {
    Ok(match op {
        Op::CreateTable { name: own, table, .. } => vec![table::create(own, table)],
        Op::DropTable { name: own, if_exists, .. } => vec![drop("TABLE", own, *if_exists)],
        Op::RenameTable { name: own, to, .. } => {
            vec![format!("ALTER TABLE {} RENAME TO {}", name(own), quoted(&to.name))]
        }
        Op::AddColumn { table, column, constraints, .. } => {
            vec![format!(
                "ALTER TABLE {} ADD COLUMN {}",
                name(table),
                table::added(column, constraints)
            )]
        }
        Op::DropColumn { table, column, .. } => {
            vec![format!("ALTER TABLE {} DROP COLUMN {}", name(table), quoted(column))]
        }
        Op::RenameColumn { table, column, to } => vec![format!(
            "ALTER TABLE {} RENAME COLUMN {} TO {}",
            name(table),
            quoted(column),
            quoted(to)
        )],
        Op::CreateIndex { table, name: own, index, .. } => {
            let own = own.clone().unwrap_or_default();
            if let Some(statement) = index_statement(table, &own, index) {
                return Ok(vec![statement]);
            }
            let own = Name { namespace: table.namespace.clone(), name: own };
            let kind = if index.unique { "UNIQUE INDEX" } else { "INDEX" };
            let parts = super::catalog::index::parts_text(&index.parts);
            let predicate =
                index.predicate.as_ref().map_or_else(String::new, |text| format!(" WHERE {text}"));
            vec![format!(
                "CREATE {kind} {} ON {} ({parts}){predicate}",
                name(&own),
                quoted(&table.name)
            )]
        }
        Op::DropIndex { name: own, if_exists, .. } => vec![drop("INDEX", own, *if_exists)],
        Op::CreateView { name: own, view, .. } => {
            if let Some(statement) = named_statement(own, &view.written) {
                return Ok(vec![statement]);
            }
            let columns =
                if view.details.is_empty() { String::new() } else { format!(" {}", view.details) };
            vec![format!("CREATE VIEW {}{columns} AS {}", name(own), view.definition)]
        }
        Op::DropView { name: own, if_exists, .. } => vec![drop("VIEW", own, *if_exists)],
        Op::CreateTrigger { name: own, trigger, .. } => {
            vec![
                named_statement(own, &trigger.written)
                    .unwrap_or_else(|| trigger.definition.clone()),
            ]
        }
        Op::DropTrigger { name: own, if_exists, .. } => vec![drop("TRIGGER", own, *if_exists)],
        Op::CopyRows { from, to, columns, keeps_counter } => {
            copy(from, to, columns, *keeps_counter)
        }
        Op::Set { name: own, value } => match value {
            Some(value) => vec![format!("PRAGMA {own} = {value}")],
            None => vec![format!("PRAGMA {own}")],
        },
        Op::Rows { .. } => Vec::new(),
        Op::Drop { kind, .. } => return Err(Unsupported::new(Kind::word(*kind))),
        _ => return Err(Unsupported::of(op)),
    })
}

fn drop(kind: &str, own: &Name, if_exists: bool) -> String {
    let exists = if if_exists { "IF EXISTS " } else { "" };
    format!("DROP {kind} {exists}{}", name(own))
}

/// Copies rows, and the counter of `AUTOINCREMENT`, which may be ahead of the rows.
fn copy(from: &Name, to: &Name, columns: &[(String, String)], keeps_counter: bool) -> Vec<String> {
    let mut all = Vec::new();
    if !columns.is_empty() {
        let names: Vec<String> = columns.iter().map(|(own, _)| quoted(own)).collect();
        let values: Vec<&str> = columns.iter().map(|(_, value)| value.as_str()).collect();
        let (names, values) = (names.join(", "), values.join(", "));
        all.push(format!("INSERT INTO {} ({names}) SELECT {values} FROM {}", name(to), name(from)));
    }
    if keeps_counter {
        let (old, new) = (string(&from.name), string(&to.name));
        all.push(format!("DELETE FROM sqlite_sequence WHERE name = {new}"));
        all.push(format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT {new}, seq FROM sqlite_sequence WHERE name = {old}"
        ));
    }
    all
}
