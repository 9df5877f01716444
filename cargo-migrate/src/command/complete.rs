//! `cargo migrate complete`: the candidates for a word, for the scripts of `completions`.
//!
//! A candidate is a line: the word, a tab, what it is. Whatever cannot be read has no candidates:
//! nothing is printed on stderr in the middle of a command line.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command};
use migrate_core::dialect::Dialect;
use migrate_core::graph::Graph;
use migrate_db::cli::{Exit, Ui};

use crate::context::Context;
use crate::globals::Globals;

/// Print what a word of a command line may become
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate complete -- upgrade 3f2")]
pub(crate) struct Args {
    /// The words after `cargo migrate`, the unfinished one last
    #[arg(value_name = "WORD", allow_hyphen_values = true, trailing_var_arg = true)]
    words: Vec<String>,
}

/// A candidate and what it is.
type Candidate = (String, String);

/// The symbols of targets.
const SYMBOLS: &[(&str, &str)] = &[
    ("head", "the revision that nothing revises"),
    ("heads", "all of them"),
    ("base", "before the first revision"),
    ("current", "the revisions that are applied"),
];

pub(crate) fn run(args: &Args, whole: &Command, ui: &Ui) -> Exit {
    let (current, before) = match args.words.split_last() {
        Some((current, before)) => (current.as_str(), before),
        None => ("", &[][..]),
    };
    for (word, about) in candidates(whole, before, current, ui) {
        ui.line(format_args!("{word}\t{about}"));
    }
    Exit::Done
}

/// What may stand in place of the unfinished word.
fn candidates(whole: &Command, before: &[String], current: &str, ui: &Ui) -> Vec<Candidate> {
    let line = Typed::read(whole, before);
    if let Some(argument) = line.awaits {
        return values(argument, current, &line, ui);
    }
    // A value behind the `=` of its flag.
    if let Some((flag, value)) = current.split_once('=')
        && let Some(argument) = line.flag(flag)
    {
        let values = values(argument, value, &line, ui);
        return values.into_iter().map(|(value, a)| (format!("{flag}={value}"), a)).collect();
    }
    if current.starts_with('-') {
        return flags(&line, current);
    }
    let commands = line.command.get_subcommands().filter(|command| !command.is_hide_set());
    let commands = commands.map(|c| (c.get_name().to_owned(), about(c.get_about())));
    let mut all: Vec<Candidate> = starting_with(current, commands).collect();
    if let Some(argument) = line.positional() {
        all.extend(values(argument, current, &line, ui));
    }
    all
}

/// The words before the unfinished one.
struct Typed<'c> {
    whole: &'c Command,
    command: &'c Command,
    /// The flag whose value is next.
    awaits: Option<&'c Arg>,
    /// How many values without a flag the command has.
    positionals: usize,
    globals: Globals,
}

impl<'c> Typed<'c> {
    fn read(whole: &'c Command, words: &[String]) -> Self {
        let mut line = Self {
            whole,
            command: whole,
            awaits: None,
            positionals: 0,
            globals: Globals::default(),
        };
        for word in words {
            if let Some(argument) = line.awaits.take() {
                line.keep(argument, word);
            } else if let Some((flag, value)) =
                word.split_once('=').filter(|_| word.starts_with('-'))
            {
                if let Some(argument) = line.flag(flag) {
                    line.keep(argument, value);
                }
            } else if let Some(argument) = line.flag(word) {
                line.awaits = Some(argument).filter(|argument| wants_value(argument));
            } else if let Some(command) = line.command.find_subcommand(word) {
                (line.command, line.positionals) = (command, 0);
            } else if !word.starts_with("--") {
                line.positionals += 1;
            }
        }
        line
    }

    /// The argument of a flag: of the command, or of all.
    fn flag(&self, word: &str) -> Option<&'c Arg> {
        let named = |argument: &&Arg| match word.strip_prefix("--") {
            Some(long) => {
                argument.get_long_and_visible_aliases().is_some_and(|l| l.contains(&long))
            }
            None => word.strip_prefix('-').is_some_and(|short| {
                let short = short.chars().next().filter(|_| short.chars().count() == 1);
                short.is_some() && argument.get_short() == short
            }),
        };
        let global = self.whole.get_arguments().filter(|argument| argument.is_global_set());
        self.command.get_arguments().chain(global).find(named)
    }

    /// The argument that the next word without a flag is a value of.
    fn positional(&self) -> Option<&'c Arg> {
        let mut positionals = self.command.get_positionals();
        let last = self.command.get_positionals().last()?;
        let is_list = matches!(last.get_action(), ArgAction::Append);
        positionals.nth(self.positionals).or(Some(last).filter(|_| is_list))
    }

    /// Keeps what decides on the project.
    fn keep(&mut self, argument: &Arg, value: &str) {
        let path = || Some(PathBuf::from(value));
        match argument.get_id().as_str() {
            "dir" => self.globals.dir = path(),
            "config" => self.globals.config = path(),
            "manifest_path" => self.globals.manifest_path = path(),
            "name" => self.globals.name = Some(value.to_owned()),
            "package" => self.globals.package = Some(value.to_owned()),
            _ => {}
        }
    }
}

fn wants_value(argument: &Arg) -> bool {
    argument.get_action().takes_values()
        && !argument.is_require_equals_set()
        && argument.get_num_args().is_none_or(|count| count.min_values() > 0)
}

/// The flags that the command has.
fn flags(line: &Typed<'_>, current: &str) -> Vec<Candidate> {
    let global = line.whole.get_arguments().filter(|argument| argument.is_global_set());
    let global = global.filter(|_| !std::ptr::eq(line.whole, line.command));
    let arguments = line.command.get_arguments().chain(global);
    let long = arguments.filter(|argument| !argument.is_hide_set()).filter_map(|argument| {
        Some((format!("--{}", argument.get_long()?), about(argument.get_help())))
    });
    let mut flags: Vec<Candidate> = starting_with(current, long).collect();
    flags.sort();
    flags.dedup();
    flags
}

/// The values of an argument, by what it is named.
fn values(argument: &Arg, current: &str, line: &Typed<'_>, ui: &Ui) -> Vec<Candidate> {
    let possible = argument.get_possible_values();
    if !possible.is_empty() {
        let shown = possible.iter().filter(|value| !value.is_hide_set());
        let possible = shown.map(|v| (v.get_name().to_owned(), about(v.get_help())));
        return starting_with(current, possible).collect();
    }
    let name = argument.get_value_names().and_then(|names| names.first());
    match (argument.get_id().as_str(), name.map_or("", |name| name.as_str())) {
        ("name", _) => databases(line, current),
        ("dialect", _) => {
            let names = Dialect::ALL.map(|dialect| (dialect.name().to_owned(), String::new()));
            starting_with(current, names).collect()
        }
        (_, "FILE" | "DIR" | "PATH") => files(current),
        ("target", _) | (_, "REV" | "TARGET" | "HEAD" | "BRANCH" | "A:B") => {
            revisions(line, current, ui)
        }
        _ => Vec::new(),
    }
}

/// The revisions, labels and symbols; behind a `:` or an `@` of the word, for what follows it.
fn revisions(line: &Typed<'_>, current: &str, ui: &Ui) -> Vec<Candidate> {
    let Ok(context) = Context::resolve(&line.globals, ui) else { return Vec::new() };
    let Ok((history, _)) = context.history() else { return Vec::new() };
    let graph: &Graph = &history.graph;
    let (before, current) = match current.rfind([':', '@']) {
        Some(at) => current.split_at(at + 1),
        None => ("", current),
    };
    let symbols = SYMBOLS.iter().map(|(name, about)| ((*name).to_owned(), (*about).to_owned()));
    let labels = graph.labels().into_iter().map(|(label, node)| {
        (label.as_str().to_owned(), format!("the branch of {}", graph.title(node)))
    });
    let newest = graph.order().collect::<Vec<_>>().into_iter().rev();
    let ids =
        newest.map(|node| (graph.id(node).to_string(), graph.revision(node).message().to_owned()));
    let all = symbols.chain(labels).chain(ids);
    starting_with(current, all).map(|(name, about)| (format!("{before}{name}"), about)).collect()
}

/// The databases of migrate.toml.
fn databases(line: &Typed<'_>, current: &str) -> Vec<Candidate> {
    let globals = Globals { name: None, ..line.globals.clone() };
    let names = Context::databases(&globals).unwrap_or_default();
    starting_with(current, names.into_iter().map(|name| (name, String::new()))).collect()
}

/// The files and folders that begin like a path.
fn files(current: &str) -> Vec<Candidate> {
    let (folder, _) = current
        .rsplit_once('/')
        .map_or(("", current), |(folder, name)| (&current[..=folder.len()], name));
    let read = fs::read_dir(if folder.is_empty() { Path::new(".") } else { Path::new(folder) });
    let mut paths: Vec<Candidate> = Vec::new();
    for entry in read.into_iter().flatten().flatten() {
        let slash = if entry.path().is_dir() { "/" } else { "" };
        if let Some(name) = entry.file_name().to_str().filter(|name| !name.starts_with('.')) {
            paths.push((format!("{folder}{name}{slash}"), String::new()));
        }
    }
    paths.sort();
    starting_with(current, paths).collect()
}

fn starting_with<'c>(
    current: &'c str,
    all: impl IntoIterator<Item = Candidate> + 'c,
) -> impl Iterator<Item = Candidate> + 'c {
    all.into_iter().filter(move |(word, _)| word.starts_with(current))
}

/// The first line of a help text.
fn about(text: Option<&clap::builder::StyledStr>) -> String {
    let text = text.map(ToString::to_string).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}
