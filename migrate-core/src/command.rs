//! Commands that help names.
//!
//! A line of help names a [`Command`], not a program: a program that mounts the commands is called
//! in its own way. The code that prints the line chooses the name, with [`Help::named`].
//! [`Display`](fmt::Display) writes `cargo migrate`, which has every command.

use std::fmt;

/// The program that has every command.
pub const CARGO_MIGRATE: &str = "cargo migrate";

/// Declares the commands with their words on the command line.
macro_rules! commands {
    ($($name:ident $words:literal,)*) => {
        /// A command.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "a variant is named as its command")]
        pub enum Command { $($name,)* }

        impl Command {
            /// All commands.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the words of the command: `upgrade`, `db create`.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

commands! {
    Accept "accept",
    Branches "branches",
    Check "check",
    Current "current",
    DbCreate "db create",
    DbRestore "db restore",
    Derive "derive",
    Diff "diff",
    Downgrade "downgrade",
    Heads "heads",
    History "history",
    Lint "lint",
    Log "log",
    Merge "merge",
    Models "models",
    New "new",
    Pending "pending",
    Rebase "rebase",
    Redo "redo",
    Repair "repair",
    Report "report",
    Schema "schema",
    Show "show",
    Squash "squash",
    Stamp "stamp",
    Test "test",
    Upgrade "upgrade",
}

impl Command {
    /// Calls the command with arguments, as they are typed.
    #[must_use]
    pub fn with(self, arguments: impl Into<String>) -> Invocation {
        Invocation { command: self, arguments: arguments.into() }
    }

    /// Returns a line of help that begins with the command: `` `cargo migrate log` <rest>``.
    #[must_use]
    pub fn help(self, rest: &str) -> Help {
        Invocation::from(self).help(rest)
    }
}

/// A command with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    command: Command,
    arguments: String,
}

impl Invocation {
    /// Returns a line of help that begins with the command.
    #[must_use]
    pub fn help(self, rest: &str) -> Help {
        Help::default().run(self).then(" ").then(rest)
    }

    /// Returns what the user types, without backticks. `name` returns how a command's program is
    /// called.
    #[must_use]
    pub fn named<'p>(&self, name: impl Fn(Command) -> &'p str) -> String {
        let Self { command, arguments } = self;
        let space = if arguments.is_empty() { "" } else { " " };
        format!("{} {}{space}{arguments}", name(*command), command.words())
    }
}

impl From<Command> for Invocation {
    fn from(command: Command) -> Self {
        command.with("")
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.named(|_| CARGO_MIGRATE))
    }
}

/// A line of help: text, and commands in backticks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Help {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Run(Invocation),
}

impl Help {
    /// Creates a line that begins with text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { parts: vec![Part::Text(text.into())] }
    }

    /// Adds a command, in backticks.
    #[must_use]
    pub fn run(mut self, command: impl Into<Invocation>) -> Self {
        self.parts.push(Part::Run(command.into()));
        self
    }

    /// Adds text.
    #[must_use]
    pub fn then(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// Returns the line. `name` returns how a command's program is called.
    #[must_use]
    pub fn named<'p>(&self, name: impl Fn(Command) -> &'p str) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Run(invocation) => format!("`{}`", invocation.named(&name)),
        };
        self.parts.iter().map(part).collect()
    }

    /// Returns `true` if the line begins with this command without arguments.
    #[must_use]
    pub fn begins_with(&self, words: &str) -> bool {
        matches!(self.parts.first(), Some(Part::Run(Invocation { command, arguments }))
            if command.words() == words && arguments.is_empty())
    }

    /// Replaces a placeholder in the arguments of commands.
    pub fn fill(&mut self, placeholder: &str, value: &str) {
        for part in &mut self.parts {
            if let Part::Run(Invocation { arguments, .. }) = part {
                *arguments = arguments.replace(placeholder, value);
            }
        }
    }
}

impl From<&str> for Help {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<&String> for Help {
    fn from(text: &String) -> Self {
        Self::new(text)
    }
}

impl From<String> for Help {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.named(|_| CARGO_MIGRATE))
    }
}

impl PartialEq<&str> for Help {
    fn eq(&self, other: &&str) -> bool {
        self.named(|_| CARGO_MIGRATE) == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printer_names_the_program_of_each_command() {
        let help = Help::new("restore it, or ").run(Command::Accept.with("b1")).then(", then ");
        let help = help.run(Command::Upgrade);
        assert_eq!(help, "restore it, or `cargo migrate accept b1`, then `cargo migrate upgrade`");
        let name = |command| if command == Command::Upgrade { "app" } else { CARGO_MIGRATE };
        assert_eq!(
            help.named(name),
            "restore it, or `cargo migrate accept b1`, then `app upgrade`"
        );
    }

    #[test]
    fn a_placeholder_in_arguments_is_filled() {
        let mut help = Command::Downgrade.with("<id>").help("reverts them, <id>");
        help.fill("<id>", "b1");
        assert_eq!(help, "`cargo migrate downgrade b1` reverts them, <id>");
    }
}
