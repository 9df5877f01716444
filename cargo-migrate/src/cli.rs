//! The command line. No file and no environment variable is read here.

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};
use migrate_db::cli::ui::style;
use migrate_db::cli::with_tips;

use crate::command::Command;
use crate::globals::Globals;

/// Database migrations with a revision graph, for Rust and sqlx
#[derive(Debug, Parser)]
#[command(
    name = "cargo migrate",
    bin_name = "cargo migrate",
    version,
    styles = style::help_styles(),
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands as `--help` groups them.
const GROUPS: &[(&str, &[&str])] = &[
    ("Write", &["init", "new", "derive", "merge", "rebase", "squash", "edit", "import", "accept"]),
    ("Run", &["upgrade", "downgrade", "redo", "stamp", "repair"]),
    (
        "Inspect",
        &[
            "current", "history", "heads", "branches", "show", "schema", "diff", "report",
            "models", "pending", "log",
        ],
    ),
    ("Verify", &["check", "lint", "test", "rehearse"]),
    ("Database", &["db"]),
    ("Shell", &["completions", "man"]),
];

/// Parses a command line that starts with the program's name.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    // cargo runs `cargo-migrate migrate ..`.
    if args.get(1).is_some_and(|word| word == "migrate") {
        args.remove(1);
    }
    // The complete help is only built if it is needed.
    Cli::try_parse_from(&args).or_else(|_| {
        let mut command = command();
        let parsed = command
            .try_get_matches_from_mut(&args)
            .and_then(|matches| Cli::from_arg_matches(&matches))
            .map_err(|error| error.format(&mut command));
        parsed.map_err(|error| with_tips(error, &command, &args))
    })
}

/// The whole command line, as help, completions and man pages show it.
pub(crate) fn command() -> clap::Command {
    let command = Cli::command();
    let groups = grouped(&command);
    let head = style::GOOD.ansi();
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}\
         {head}Options:{head:#}\n{{options}}\n\n\
         `cargo migrate <COMMAND> --help` shows examples."
    ))
}

/// The list of commands under their headings.
fn grouped(command: &clap::Command) -> String {
    let (head, word) = (style::GOOD.ansi(), style::HELP.ansi());
    let mut text = String::new();
    for (heading, names) in GROUPS.iter().filter(|(_, names)| !names.is_empty()) {
        let _ = writeln!(text, "{head}{heading}:{head:#}");
        for name in *names {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "  {word}{name:<12}{word:#} {about}");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        command().debug_assert();
    }

    #[test]
    fn every_command_stands_in_one_group_of_the_help() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        grouped.sort_unstable();
        let command = Cli::command();
        let shown = command.get_subcommands().filter(|command| !command.is_hide_set());
        let mut all: Vec<&str> = shown.map(clap::Command::get_name).collect();
        all.sort_unstable();
        assert_eq!(grouped, all);
    }

    #[test]
    fn every_command_that_help_names_exists() {
        for named in migrate_core::command::Command::ALL {
            let mut command = &Cli::command();
            for word in named.words().split(' ') {
                command = command.find_subcommand(word).unwrap_or_else(|| panic!("{named:?}"));
            }
        }
    }

    #[test]
    fn the_three_ways_to_call_are_the_same() {
        for args in [vec!["cargo-migrate", "man"], vec!["cargo-migrate", "migrate", "man"]] {
            let cli = parse(args.into_iter().map(OsString::from)).unwrap();
            assert!(matches!(cli.command, Command::Man(_)));
        }
    }
}
