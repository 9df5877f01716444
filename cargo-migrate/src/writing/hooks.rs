//! The programs that run after a revision file is written, such as formatters.

use std::process::{Command, Stdio};

use migrate_core::config::CommandLine;
use migrate_core::directory::{Change, is_revision_name};
use migrate_db::cli::CliError;

use crate::context::Context;

/// The placeholder of the path of the file.
const FILE: &str = "{file}";

/// Runs the programs of `after-write` for each written revision file. Their output goes to standard
/// error.
///
/// # Errors
/// When a program cannot be started or fails. The file stays.
pub(super) fn after_write(context: &Context<'_>, changes: &[Change]) -> Result<(), CliError> {
    let hooks = &context.settings.conventions.after_write;
    if hooks.is_empty() {
        return Ok(());
    }
    for change in changes {
        let Change::Write { name, .. } = change else { continue };
        if is_revision_name(name) {
            hooks.iter().try_for_each(|hook| run(context, hook, name))?;
        }
    }
    Ok(())
}

fn run(context: &Context<'_>, hook: &CommandLine, name: &str) -> Result<(), CliError> {
    let path = context.directory.path().join(name).to_string_lossy().into_owned();
    let failed = |what: String| {
        let shown = context.directory.shown_file(name);
        CliError::failed(format!("`{hook}` of `after-write` {what}"))
            .help(format!("{shown} is written and stays; run the program on it again, or edit it"))
    };
    let output = Command::new(hook.program())
        .args(hook.arguments().map(|argument| argument.replace(FILE, &path)))
        .current_dir(&context.root)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed("cannot be started".to_owned()).because(error))?;
    for stream in [&output.stdout, &output.stderr] {
        for line in String::from_utf8_lossy(stream).lines() {
            context.ui.note(line);
        }
    }
    match output.status.success() {
        true => Ok(()),
        false => Err(failed(format!("ended with {}", output.status))),
    }
}
