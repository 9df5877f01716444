//! A step in Rust: the sections of its revision, and the file of its function beside it.

use migrate_core::dialect::Dialect;
use migrate_core::directory::Change;
use migrate_core::revision::{DraftSection, is_function_name};
use migrate_db::cli::CliError;

use crate::context::Context;

/// Reads a `--rust`.
pub(crate) fn read_function(text: &str) -> Result<String, String> {
    if is_function_name(text) {
        return Ok(text.to_owned());
    }
    Err("expected the name of a function, for example backfill_names".to_owned())
}

/// Returns the sections of a revision that calls a function, once or for each batch.
pub(crate) fn sections(function: &str, in_batches: bool) -> Vec<DraftSection> {
    let batch = if in_batches { "batch " } else { "" };
    let size = if in_batches { " size:1000" } else { "" };
    vec![
        DraftSection::new(format!("up {batch}rust:{function}{size}"), ""),
        DraftSection::new(format!("noop what {function} changes needs no undoing"), ""),
    ]
}

/// Returns the file of a function, for a project with these databases.
///
/// # Errors
/// When the file exists.
pub(crate) fn file(
    context: &Context<'_>,
    function: &str,
    in_batches: bool,
    dialects: &[Dialect],
) -> Result<Change, CliError> {
    let name = format!("{function}.rs");
    if context.directory.path().join(&name).exists() {
        let shown = context.directory.shown_file(&name);
        return Err(CliError::failed(format!("{shown} exists"))
            .help("choose another name for the function; nothing was written"));
    }
    let (before, connection) = match dialects {
        [one] => ("", format!("&mut sqlx::{}", one.templates().sqlx_connection)),
        _ => ("StepConnection, ", "StepConnection<'_>".to_owned()),
    };
    let (imports, does, argument, result, body) = match in_batches {
        false => (
            format!("{before}StepError, StepProgress"),
            "Runs in the transaction of its step.",
            "mut progress: StepProgress<'_>",
            "()",
            "progress.report(0, None)?;\n    let _ = connection;",
        ),
        true => (
            format!("StepBatch, {before}StepError"),
            "Runs for each batch, in a transaction of the batch. Returns the number of rows that it changed: with 0\n\
             /// the step is done. `key:TABLE.COLUMN` behind the marker visits ranges, as `batch.condition()`.",
            "batch: StepBatch<'_>",
            "u64",
            "let _ = (connection, batch.size());",
        ),
    };
    let text = format!(
        "//! The step `{function}`. It runs on the schema of its revision, so it names tables and columns itself\n\
         //! and uses no type of the application.\n\n\
         use migrate_db::{{{imports}}};\n\n\
         /// {does}\n\
         pub async fn {function}(\n    \
             connection: {connection},\n    \
             {argument},\n\
         ) -> Result<{result}, StepError> {{\n    \
             {body}\n    \
             Err(\"the step {function} is not written yet\".into())\n\
         }}\n"
    );
    Ok(Change::Write { name, text })
}

/// Prints the file of a function and how the program binds it.
pub(crate) fn report_function(context: &Context<'_>, function: &str) {
    let shown = context.directory.shown_file(&format!("{function}.rs"));
    context
        .ui
        .note(format_args!("created {shown}; the program binds it where it embeds the history:"));
    context.ui.note(format_args!("  #[path = \"../{shown}\"]"));
    context.ui.note(format_args!("  pub mod {function};"));
    context.ui.note(format_args!("  migrate_db::migrations!(steps = [{function}::{function}])"));
}
