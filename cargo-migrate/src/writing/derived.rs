//! Reports what derived downs do not bring back.

use migrate_core::author::DerivedDown;
use migrate_core::dialect::Dialect;
use migrate_db::Database;
use migrate_db::cli::Exit;
use serde::Serialize;

use crate::context::Context;

/// What a derived down does not bring back, as JSON.
#[derive(Serialize)]
pub(crate) struct Limits<'a> {
    lossy: Vec<LossJson<'a>>,
    not_undone: Vec<NotUndoneJson<'a>>,
}

#[derive(Serialize)]
struct LossJson<'a> {
    table: String,
    column: Option<&'a str>,
    reason: &'a str,
}

#[derive(Serialize)]
struct NotUndoneJson<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    databases: Vec<&'static str>,
    line: usize,
    statement: &'a str,
    reason: &'a str,
}

impl<'a> Limits<'a> {
    pub(crate) fn of(down: &'a DerivedDown) -> Self {
        let losses = down.losses.iter().map(|loss| LossJson {
            table: loss.table.to_string(),
            column: loss.column.as_deref(),
            reason: &loss.why,
        });
        let not_undone = down.missing.iter().map(|one| NotUndoneJson {
            databases: one.databases.iter().map(|database| database.name()).collect(),
            line: one.line,
            statement: &one.statement,
            reason: &one.why,
        });
        Self { lossy: losses.collect(), not_undone: not_undone.collect() }
    }
}

/// The exit code for downs: 3 if one of them does not undo its whole up.
pub(crate) fn exit_of(downs: &[DerivedDown]) -> Exit {
    if downs.iter().all(|down| down.missing.is_empty()) { Exit::Done } else { Exit::No }
}

/// The database of the configuration, for a project that names none.
pub(crate) fn database_at_hand(context: &Context<'_>) -> Option<Dialect> {
    context.database().ok().flatten().as_ref().map(Database::dialect)
}

/// Reports what a derived down does not bring back.
pub(crate) fn report_limits(context: &Context<'_>, down: &DerivedDown) {
    let ui = context.ui;
    for loss in &down.losses {
        let column = loss.column.as_ref().map_or_else(String::new, |column| format!(".{column}"));
        ui.note(format_args!("the down does not bring back {}{column}: {}", loss.table, loss.why));
    }
    let path = context.directory.shown_file(&down.name);
    for one in &down.missing {
        let on: Vec<&str> = one.databases.iter().map(|database| database.name()).collect();
        let on = if on.is_empty() { String::new() } else { format!(" (on {})", on.join(", ")) };
        ui.warn(format_args!(
            "{path}:{}: not undone{on}: {}: {}",
            one.line, one.statement, one.why
        ));
    }
    if !down.missing.is_empty() {
        ui.note("complete the down by hand, or replace it with `-- migrate:irreversible <reason>`");
    }
}
