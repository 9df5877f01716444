//! The text of a script that `--sql` prints.

use migrate_core::graph::Graph;
use migrate_core::script::Script;
use migrate_core::version_table::VersionTable;

use super::CliError;
use crate::Options;

/// The tool and its version, as a printed script records it.
const TOOL: &str = concat!("migrate-db ", env!("CARGO_PKG_VERSION"));

/// Returns the statements that set up the session and the script, which begins with the version table if
/// `create` is set. An empty script has neither.
///
/// # Errors
/// When the version table cannot have its name.
pub(super) fn script_text(
    options: &Options,
    graph: &Graph,
    script: &Script,
    create: bool,
) -> Result<String, CliError> {
    let table = VersionTable::new(script.dialect, &options.version_table);
    table.check().map_err(|(message, help)| CliError::failed(message).help(help))?;
    let create = create && !script.is_empty();
    let mut sql = String::new();
    if !script.is_empty() {
        for statement in &options.session {
            script.dialect.client_statement(statement, &mut sql);
        }
    }
    sql += &script.to_sql(graph, &table, create, TOOL);
    Ok(sql)
}
