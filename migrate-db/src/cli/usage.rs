//! Tips for usage errors: commands and flags of other migration tools.
//!
//! A tip suggests a command that changes something only if the command of the other tool does so too.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use migrate_core::command::CARGO_MIGRATE;
use migrate_core::suggest::distance;

use super::program::rename;

/// Commands that change a database or files: only a near misspelling suggests them.
const WRITING: &[&str] = &[
    "upgrade",
    "downgrade",
    "redo",
    "stamp",
    "repair",
    "init",
    "new",
    "merge",
    "rebase",
    "import",
    "accept",
    "db",
    "squash",
];

/// Names up to this length may differ by one letter to count as a misspelling, longer ones by two.
const SHORT: usize = 5;

/// Returns the tips for a command of another tool.
fn command_tips(word: &str) -> &'static [&'static str] {
    match word {
        "up" | "apply" | "migrate" | "run" | "deploy" | "update" => &[
            "`cargo migrate upgrade` applies all pending revisions, `cargo migrate upgrade +1` one",
            "`cargo migrate pending` lists them",
        ],
        "down" | "revert" | "rollback" | "undo" => {
            &["`cargo migrate downgrade -1` reverts the newest revision, \
             `cargo migrate downgrade REV` everything above a revision"]
        }
        "create" => &["`cargo migrate new \"add users\"` writes a revision, \
             `cargo migrate db create` creates the database"],
        "drop" => &["`cargo migrate db drop` drops the database"],
        "reset" | "fresh" | "refresh" => {
            &["`cargo migrate db reset` drops the database and creates it at the head"]
        }
        "dump" | "backup" => &["`cargo migrate db backup` copies the database"],
        "version" => &["`cargo migrate current` shows the revision of the database, \
             `cargo migrate --version` the version of this program"],
        "list" | "ls" => &["`cargo migrate history` lists the revisions"],
        "stat" | "stats" | "state" => &["`cargo migrate current` shows the state of the database"],
        "verify" => &["`cargo migrate check` verifies the files and the database, \
             `cargo migrate test` runs every revision up, down and up again"],
        "baseline" | "force" | "mark" | "fake" => {
            &["`cargo migrate stamp REV` marks revisions as applied without running them; \
             `cargo migrate current` shows what is marked now"]
        }
        "clean" | "wipe" => &["`cargo migrate db drop` drops the database"],
        "help" => &["`cargo migrate --help`, and `cargo migrate COMMAND --help`"],
        _ => &[],
    }
}

/// Returns the tips for a flag or an argument that the command `command` does not have.
fn argument_tips(command: Option<&str>, argument: &str) -> Option<String> {
    let tip = match (command, argument) {
        (Some("new" | "revision"), "-r") => {
            "every revision has an up and a down; `--irreversible REASON` leaves the down out"
        }
        (_, "-n") => {
            "`--name DATABASE` chooses a database of migrate.toml; \
             `upgrade +N` and `downgrade -N` count revisions"
        }
        (_, "-c") => "`--config FILE` names the configuration",
        (_, "--tag") => "there is no `--tag`: the revisions are SQL, and no script reads a tag",
        (_, "-u" | "--url" | "--database" | "-d" | "-D") => {
            "`--database-url URL` names the database"
        }
        (_, "--source" | "--path" | "--migrations-dir" | "--migration-dir") => {
            "`--dir DIR` names the folder of the revisions"
        }
        (_, "--target-version" | "--to" | "--target") => {
            "the target has no flag: `cargo migrate upgrade 3f2a`"
        }
        (Some("init"), folder) if !folder.starts_with('-') => {
            return Some(format!("`--dir {folder}` names the folder of the revisions"));
        }
        (Some("new" | "revision"), word) if !word.starts_with('-') => {
            "put quotes around a message of several words: `cargo migrate new \"add users\"`"
        }
        _ => return None,
    };
    Some(tip.to_owned())
}

/// Adds tips to clap's refusal of a command line, the program's name first.
#[must_use]
pub fn with_tips(
    mut error: clap::Error,
    command: &clap::Command,
    args: &[OsString],
) -> clap::Error {
    let context = |error: &clap::Error, kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let program = command.get_bin_name().unwrap_or(CARGO_MIGRATE);
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let Some(word) = context(&error, ContextKind::InvalidSubcommand) else { return error };
            let parent = subcommand(command, args);
            let tips = if parent.is_none() { command_tips(&word) } else { &[] };
            let near = error.remove(ContextKind::SuggestedSubcommand);
            if tips.is_empty() {
                suggest(&mut error, &word, near);
            } else {
                set_tips(&mut error, program, tips.iter().map(|tip| (*tip).to_owned()));
            }
        }
        ErrorKind::UnknownArgument => {
            let Some(argument) = context(&error, ContextKind::InvalidArg) else { return error };
            let argument = argument.split('=').next().unwrap_or_default();
            if let Some(tip) = argument_tips(subcommand(command, args), argument) {
                error.remove(ContextKind::SuggestedArg);
                set_tips(&mut error, program, [tip]);
            }
        }
        _ => {}
    }
    error
}

/// Keeps the suggestions that are no command that writes, unless the word is a misspelling of it.
fn suggest(error: &mut clap::Error, word: &str, near: Option<ContextValue>) {
    let near = match near {
        Some(ContextValue::String(name)) => vec![name],
        Some(ContextValue::Strings(names)) => names,
        _ => return,
    };
    let misspelled = |name: &String| {
        let slips = if name.len() > SHORT { 2 } else { 1 };
        !WRITING.contains(&name.as_str()) || distance(word, name) <= slips
    };
    let near: Vec<String> = near.into_iter().filter(misspelled).collect();
    if near.is_empty() {
        // clap's own tip on `--` belongs to the suggestion.
        error.remove(ContextKind::Suggested);
    } else {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(near));
    }
}

fn set_tips(error: &mut clap::Error, program: &str, tips: impl IntoIterator<Item = String>) {
    let tips = tips.into_iter().map(|tip| StyledStr::from(rename(&tip, program).into_owned()));
    let tips = tips.collect();
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
}

/// Returns the name of the command in a command line.
fn subcommand<'c>(command: &'c clap::Command, args: &[OsString]) -> Option<&'c str> {
    let mut words = args.iter().skip(1).filter_map(|word| word.to_str());
    words.find_map(|word| command.find_subcommand(word)).map(clap::Command::get_name)
}
