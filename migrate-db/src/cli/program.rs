//! The name of the program in messages.
//!
//! A program that mounts the commands is not called `cargo migrate`. [`Program`] names the program of
//! each command in messages, and [`rename`] replaces the name in the fixed texts of `--help` and of
//! tips. Commands that only `cargo migrate` has keep that name.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;

use migrate_core::command::{CARGO_MIGRATE, Command, Help};

/// The commands that a program can mount.
pub(super) const MOUNTED: [Command; 18] = [
    Command::Upgrade,
    Command::Downgrade,
    Command::Redo,
    Command::Stamp,
    Command::Repair,
    Command::Current,
    Command::History,
    Command::Heads,
    Command::Branches,
    Command::Show,
    Command::Schema,
    Command::Diff,
    Command::Report,
    Command::Models,
    Command::Pending,
    Command::Log,
    Command::Check,
    Command::Lint,
];

/// How the user calls the commands.
#[derive(Debug, Clone)]
pub(super) struct Program(pub(super) Cow<'static, str>);

impl Program {
    /// Returns the name of the program that has a command.
    pub(super) fn of(&self, command: Command) -> &str {
        if MOUNTED.contains(&command) { &self.0 } else { CARGO_MIGRATE }
    }

    /// Returns a line of help, in which commands are called as the user calls them.
    pub(super) fn named(&self, help: &Help) -> String {
        help.named(|command| self.of(command))
    }

    /// Returns the name for other tools: a word for `cargo migrate`.
    pub(super) fn tool(&self) -> &str {
        if self.0 == CARGO_MIGRATE { "cargo-migrate" } else { &self.0 }
    }
}

impl Default for Program {
    /// `cargo migrate`.
    fn default() -> Self {
        Self(Cow::Borrowed(CARGO_MIGRATE))
    }
}

/// Returns how the user calls the commands, by the arguments of the process and those that were
/// passed on: `app migrate` for `app migrate upgrade`.
pub(super) fn name(process: &[OsString], passed: &[OsString]) -> String {
    let own = passed.get(1..).unwrap_or_default();
    let front = process.strip_suffix(own).filter(|front| !front.is_empty());
    let mut words = front.unwrap_or(passed.get(..1).unwrap_or_default()).iter();
    let program = words.next().map(|path| {
        let path = Path::new(path);
        path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
    });
    let words = words.map(|word| word.to_string_lossy().into_owned());
    program.into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

/// Replaces `cargo migrate` by the name of the program in front of the commands that it has.
pub(super) fn rename<'t>(text: &'t str, program: &str) -> Cow<'t, str> {
    if program == CARGO_MIGRATE || !text.contains(CARGO_MIGRATE) {
        return Cow::Borrowed(text);
    }
    let mut renamed = String::with_capacity(text.len());
    let mut parts = text.split(CARGO_MIGRATE);
    renamed.extend(parts.next());
    for part in parts {
        let word = part.trim_start_matches(' ');
        let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
        let is_mounted = MOUNTED.iter().any(|command| command.words() == &word[..end]);
        renamed.push_str(if is_mounted { program } else { CARGO_MIGRATE });
        renamed.push_str(part);
    }
    Cow::Owned(renamed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn the_name_is_what_stands_before_the_own_arguments() {
        let named = |process, passed| name(&words(process), &words(passed));
        assert_eq!(named("/usr/bin/app migrate upgrade -v", "migrate upgrade -v"), "app migrate");
        assert_eq!(named("app upgrade", "app upgrade"), "app");
        assert_eq!(named("app", "migrate upgrade"), "migrate");
        assert_eq!(named("app migrate", "migrate"), "app migrate");
    }

    #[test]
    fn only_commands_that_the_program_has_are_renamed() {
        let text = "`cargo migrate upgrade +1`, `cargo migrate new`; cargo migrate repair";
        let renamed = "`app migrate upgrade +1`, `cargo migrate new`; app migrate repair";
        assert_eq!(rename(text, "app migrate"), renamed);
        assert_eq!(rename(text, CARGO_MIGRATE), text);
    }
}
