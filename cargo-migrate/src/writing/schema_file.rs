//! The file that holds the schema of the heads, if migrate.toml names one.
//!
//! Its text is what `cargo migrate schema` prints, with the variables in it. The commands that change revisions write it, and
//! `check` compares it.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use migrate_core::diagnostic::{Code, Diagnostic};
use migrate_core::dialect::Dialect;
use migrate_core::directory::{Change, Directory, MAX_FILE_SIZE, read_file};
use migrate_core::history::History;
use migrate_core::loaded_schema::{LoadedSchema, SchemaScript};
use migrate_core::source::{SourceFile, Span};
use migrate_core::variables::{VariableValues, bind, restore};
use migrate_db::cli::CliError;

use crate::context::Context;

/// Writes the file if its text is another.
///
/// # Errors
/// When it cannot be written, or the database system of its SQL is not known.
pub(super) fn write(context: &Context<'_>) -> Result<(), CliError> {
    let Some(path) = path(context) else { return Ok(()) };
    let (mut history, found) = context.history_as_written()?;
    let shown = context.shown(&path);
    if found.iter().any(|finding| finding.code.is_structural()) {
        context.ui.warn(format_args!("{shown} was not written because of errors in the history"));
        return Ok(());
    }
    let (loaded, script) = schema(context, &mut history)?;
    if let Some(first) = loaded.refused().iter().next() {
        context.ui.warn(format_args!(
            "{shown} was not written: {}; `cargo migrate check` shows the place",
            first.message
        ));
        return Ok(());
    }
    for part in loaded.unknown() {
        context.ui.warn(format_args!("{part}; {shown} has a comment in its place"));
    }
    for object in &script.unwritten {
        context.ui.warn(format_args!("{object}; {shown} has a comment in its place"));
    }
    let before = read_file(&path, MAX_FILE_SIZE).unwrap_or_default();
    if before.replace("\r\n", "\n") == script.sql {
        return Ok(());
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
    let name = name.to_string_lossy().into_owned();
    let change = Change::Write { name, text: script.sql };
    Directory::new(folder)
        .apply(&[change])
        .map_err(|error| CliError::failed(format!("{shown} cannot be written")).because(error))?;
    context.ui.note(format_args!("wrote {shown}"));
    Ok(())
}

/// The finding about a file that holds another schema than the heads.
///
/// # Errors
/// When it cannot be read, or the database system of its SQL is not known.
pub(crate) fn check(
    context: &Context<'_>,
    history: &History,
) -> Result<Option<Diagnostic>, CliError> {
    let Some(path) = path(context) else { return Ok(None) };
    let mut history = match context.settings.variables.is_empty() {
        true => Cow::Borrowed(history),
        false => Cow::Owned(context.history_as_written()?.0),
    };
    let shown = context.shown(&path);
    let text = match read_file(&path, MAX_FILE_SIZE) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(CliError::failed(format!("{shown} cannot be read")).because(error));
        }
    };
    let (loaded, script) = schema(context, history.to_mut())?;
    // The statements that are refused have findings of their own.
    if !loaded.refused().is_empty() {
        return Ok(None);
    }
    let Some(text) = text else {
        let message = format!("the schema file {shown} does not exist");
        return Ok(Some(outdated(context, message, &shown)));
    };
    let file = SourceFile::new(shown.clone(), text);
    let differs = file.text() != script.sql;
    Ok(differs.then(|| {
        let message = "the schema file does not hold the schema of the heads".to_owned();
        outdated(context, message, &shown).at(&file, first_difference(file.text(), &script.sql))
    }))
}

fn outdated(context: &Context<'_>, message: String, shown: &str) -> Diagnostic {
    Diagnostic::new(Code::SchemaFileOutdated, message).help(
        match context.settings.variables.is_empty() {
            true => format!("`cargo migrate schema > {shown}` writes it"),
            false => "`cargo migrate accept` writes it".to_owned(),
        },
    )
}

/// The first line of a text that is not in the other.
fn first_difference(text: &str, other: &str) -> Span {
    let same = text.lines().zip(other.lines()).take_while(|(one, other)| one == other).count();
    let lines = text.split_inclusive('\n').take(same);
    let start = lines.map(str::len).sum();
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    Span::new(start, start + line.len())
}

fn path(context: &Context<'_>) -> Option<PathBuf> {
    context.settings.schema_file.as_ref().map(|file| context.root.join(file))
}

fn schema(
    context: &Context<'_>,
    history: &mut History,
) -> Result<(LoadedSchema, SchemaScript), CliError> {
    let dialect = dialect(context, history)?;
    let declared = &context.settings.variables;
    // What is wrong with a variable is a finding of `check`.
    let _ = bind(history, declared, &VariableValues::default());
    let heads = history.graph.heads();
    let loaded = LoadedSchema::of_revisions(&history.graph, dialect, &heads);
    let mut script = loaded.script(None);
    script.sql = restore(&script.sql, declared, dialect);
    Ok((loaded, script))
}

/// The only database system that the history is written for, else that of the database URL.
fn dialect(context: &Context<'_>, history: &History) -> Result<Dialect, CliError> {
    for known in [&context.settings.dialects, &history.dialects] {
        if let [dialect] = known.as_slice() {
            return Ok(*dialect);
        }
    }
    let url = context.database_url()?;
    url.as_deref().and_then(Dialect::of_url).ok_or_else(|| {
        CliError::usage("the database system of `schema-file` is not known")
            .help("name one in migrate.toml, as in `dialects = [\"postgres\"]`, or configure a database URL")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_marked() {
        let of = |text, other| first_difference(text, other).of(text).to_owned();
        assert_eq!(of("a\nb\nc\n", "a\nx\nc\n"), "b");
        assert_eq!(of("a\n", "a\nb\n"), "");
        assert_eq!(of("a\nb\n", "a\n"), "b");
    }
}
