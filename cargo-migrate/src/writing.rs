//! Functions shared by the commands that write revisions: new ids, the time, the folder, the editor.
//!
//! [`migrate_core::author`] decides what is written. This module applies and reports it.

mod derived;
mod evidence;
mod form;
mod hooks;
mod message;
mod published;
mod schema_file;
mod step;

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use migrate_core::author::{Author, AuthorError, AuthorErrorKind, Evidence, Written};
use migrate_core::dialect::Dialect;
use migrate_core::directory::{Change, WriterLock};
use migrate_core::graph::Graph;
use migrate_core::history::{Heads, History};
use migrate_core::ident::{BranchLabel, Created, RevisionId};
use migrate_db::cli::CliError;
use migrate_db::cli::ui::Format;
use serde::Serialize;

pub(crate) use derived::{Limits, database_at_hand, exit_of, report_limits};
pub(crate) use evidence::{add_database, reseal};
pub(crate) use message::check_message;
pub(crate) use published::{published, unpublished};
pub(crate) use schema_file::check as check_schema_file;
pub(crate) use step::{
    file as step_file, read_function, report_function, sections as step_sections,
};

use crate::context::Context;

/// The time that a command waits for another one that writes to the folder.
const WAIT: Duration = Duration::from_secs(60);

/// Locks the folder for this command, from reading it to the last change.
///
/// # Errors
/// When another command holds the lock, or the folder cannot be written.
pub(crate) fn lock(context: &Context<'_>, command: &str) -> Result<WriterLock, CliError> {
    let holder = format!("`cargo migrate {command}` (process {})", process::id());
    let waiting = |by: &str| {
        context.ui.note(format_args!("waiting for {by}, which is writing to this folder"));
    };
    context.directory.writer_lock(&holder, WAIT, waiting).map_err(|error| {
        let failed = |what| CliError::failed(format!("{} {what}", context.directory.shown()));
        match error.kind() {
            io::ErrorKind::TimedOut => failed("is in use")
                .because(error)
                .help("nothing was written; run the command again after that process has ended"),
            _ => failed("cannot be written").because(error),
        }
    })
}

/// Reads the folder for a command that writes to it, lets it act, and makes the changes: no other
/// command writes to the folder meanwhile. `changes` finds them in what the act returns.
///
/// # Errors
/// When the folder cannot be read or written, when the history is too broken to be written to, and
/// what the act refuses.
pub(crate) fn act<T>(
    context: &Context<'_>,
    command: &str,
    changes: impl FnOnce(&T) -> &[Change],
    act: impl FnOnce(Author<'_>, &History) -> Result<T, CliError>,
) -> Result<T, CliError> {
    act_knowing(context, command, None, changes, act)
}

/// As [`act`], for a command that reports itself what it takes up, with what databases say.
///
/// # Errors
/// As [`act`].
pub(crate) fn act_knowing<T>(
    context: &Context<'_>,
    command: &str,
    databases: Option<Evidence>,
    changes: impl FnOnce(&T) -> &[Change],
    act: impl FnOnce(Author<'_>, &History) -> Result<T, CliError>,
) -> Result<T, CliError> {
    // A missing folder is an error of reading it, and is not created.
    let held = match context.directory.path().is_dir() {
        true => Some(lock(context, command)?),
        false => None,
    };
    let (mut history, mut found) = context.history_as_written()?;
    let mut known = evidence::of_git(context, &history);
    match databases {
        Some(Evidence { stopped, not_applied, .. }) => {
            known = Evidence { stopped, not_applied, ..known };
        }
        None if evidence::accept_unsealed(context, &known, &history, &found)? => {
            (history, found) = context.history_as_written()?;
        }
        None => {}
    }
    let form = form::form(context)?;
    let author = Author::new(&history, &found)?.with_evidence(&known).with_form(&form);
    let done = act(author, &history)?;
    apply(context, changes(&done))?;
    drop(held);
    Ok(done)
}

/// Makes the changes, runs the programs of `after-write`, and writes the schema file where migrate.toml
/// names one.
///
/// # Errors
/// When a file cannot be written, or a program fails.
pub(crate) fn apply(context: &Context<'_>, changes: &[Change]) -> Result<(), CliError> {
    context.directory.apply(changes).map_err(|error| {
        CliError::failed(format!("{} cannot be written", context.directory.shown())).because(error)
    })?;
    hooks::after_write(context, changes)?;
    schema_file::write(context)
}

/// Converts the error of an act.
pub(crate) fn refused(error: AuthorError) -> CliError {
    let mut refused = match error.kind {
        AuthorErrorKind::WouldBreak
        | AuthorErrorKind::FileChanged
        | AuthorErrorKind::SealedEdited => CliError::failed(error.message),
        _ => CliError::usage(error.message),
    };
    refused.help = error.help;
    refused.diagnostics = error.found;
    refused
}

/// The requested id, or a new one of 12 random hexadecimal digits.
pub(crate) fn id(graph: &Graph, wanted: Option<&RevisionId>) -> Result<RevisionId, CliError> {
    if let Some(id) = wanted {
        return Ok(id.clone());
    }
    loop {
        // The standard library keys every hasher from the system's randomness.
        let number = RandomState::new().build_hasher().finish() & 0xffff_ffff_ffff;
        let id = RevisionId::new(format!("{number:012x}"))
            .map_err(|why| CliError::failed(format!("cannot generate an id: {why}")))?;
        if graph.node(id.as_str()).is_none() {
            return Ok(id);
        }
    }
}

/// The current time in UTC.
pub(crate) fn now() -> Result<Created, CliError> {
    moment(jiff::Timestamp::now().as_second())
}

/// The time of a Unix timestamp in seconds.
pub(crate) fn moment(second: i64) -> Result<Created, CliError> {
    jiff::Timestamp::from_second(second)
        .map_err(|error| error.to_string())
        .and_then(|moment| Created::new(&moment.to_string()))
        .map_err(|why| CliError::failed(format!("the system time is out of range: {why}")))
}

/// Reads a `--rev-id`.
pub(crate) fn read_id(text: &str) -> Result<RevisionId, String> {
    RevisionId::new(text).map_err(|why| why.to_string())
}

/// Reads a `--branch-label`.
pub(crate) fn read_label(text: &str) -> Result<BranchLabel, String> {
    BranchLabel::new(text).map_err(|why| why.to_string())
}

/// Reads a `--dialect`.
pub(crate) fn read_dialect(text: &str) -> Result<Dialect, String> {
    Dialect::from_name(text).ok_or_else(|| {
        format!("expected one of {}", Dialect::ALL.map(|dialect| dialect.name()).join(", "))
    })
}

/// A new revision as JSON.
#[derive(Serialize)]
struct WrittenJson<'a> {
    revision: &'a str,
    revises: Vec<&'a str>,
    path: &'a str,
}

/// Reports a new revision. Its path is the data.
pub(crate) fn report_written(context: &Context<'_>, written: &Written) -> PathBuf {
    let ui = context.ui;
    let parents: Vec<&str> = written.revises.iter().map(RevisionId::as_str).collect();
    let on = if parents.is_empty() { "base".to_owned() } else { parents.join(", ") };
    ui.note(format_args!("created revision {} on top of {on}", written.id));
    let shown = context.directory.shown_file(&written.name);
    match ui.format() {
        Format::Text => ui.line(&shown),
        Format::Json => {
            ui.json(&WrittenJson { revision: written.id.as_str(), revises: parents, path: &shown })
        }
    }
    if written.heads.len() > 1 && context.settings.heads == Heads::One {
        let heads: Vec<&str> = written.heads.iter().map(RevisionId::as_str).collect();
        ui.warn(format_args!(
            "the history has {} heads now: {}; `cargo migrate merge` joins them, \
             and `heads = \"many\"` in migrate.toml allows them",
            heads.len(),
            heads.join(", ")
        ));
    }
    context.directory.path().join(&written.name)
}

/// The program of `VISUAL` or `EDITOR`, with its arguments.
///
/// # Errors
/// When neither is set.
pub(crate) fn editor(context: &Context<'_>) -> Result<Vec<String>, CliError> {
    let named = context.variable("VISUAL").or_else(|| context.variable("EDITOR"));
    let named = named.ok_or_else(|| {
        CliError::usage("no editor is configured")
            .help("set VISUAL or EDITOR, for example `EDITOR=vi`")
    })?;
    // A path may contain spaces. Otherwise the first word is the program.
    if Path::new(&named).is_file() {
        return Ok(vec![named]);
    }
    Ok(named.split_whitespace().map(str::to_owned).collect())
}

/// Opens files in the editor and waits for it.
///
/// # Errors
/// When it cannot be started or exits with a failure.
pub(crate) fn open(editor: &[String], files: &[PathBuf]) -> Result<(), CliError> {
    let Some((program, arguments)) = editor.split_first() else { return Ok(()) };
    let status = process::Command::new(program)
        .args(arguments)
        .args(files)
        .status()
        .map_err(|error| CliError::failed(format!("cannot start {program}")).because(error))?;
    if status.success() {
        return Ok(());
    }
    Err(CliError::failed(format!("{program} ended with {status}")))
}
