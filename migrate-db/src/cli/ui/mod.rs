//! Output to the user. Nothing else in the workspace prints.
//!
//! Data goes to stdout, buffered. Notes, progress, questions, warnings and errors go to stderr.

mod clean;
mod format;
mod pager;
mod progress;
mod render;
mod secrets;
pub mod style;

use std::fmt::{self, Display};
use std::io::{self, BufRead as _, BufWriter, IsTerminal as _, Stderr, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anstream::{AutoStream, ColorChoice};
use indicatif::ProgressBar;
use migrate_core::command::Help;
use migrate_core::diagnostic::Diagnostic;
use serde::Serialize;

use super::program::Program;
use super::{CliError, Exit};

use clean::{clean, printable};
pub use format::{Format, OutputFormat};
use pager::Sink;
pub use progress::Progress;
use secrets::{hide, hide_in_json};

/// The options that control output.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Output format of data: text or json
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t)]
    #[arg(hide_possible_values = true)]
    pub format: OutputFormat,
    /// Use colours: auto, always or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    #[arg(hide_possible_values = true)]
    pub color: Color,
    /// Print only data and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more detail
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Print long output on a terminal without a pager [default: $PAGER, else less]
    #[arg(long, global = true)]
    pub no_pager: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Prints to the user, and asks questions on a terminal.
pub struct Ui {
    output: OutputArgs,
    /// How the user calls the commands, for messages that name one.
    program: Program,
    interactive: bool,
    out: Mutex<Out>,
    err: Mutex<Err>,
}

struct Out {
    stream: BufWriter<Sink>,
    colored: bool,
    terminal: bool,
    /// The first failure; after it nothing more is written.
    failed: Option<io::Error>,
}

struct Err {
    stream: AutoStream<Stderr>,
    colored: bool,
    terminal: bool,
    bar: Option<ProgressBar>,
    /// Whether the bar counts the statements of one step.
    bar_of_statements: bool,
}

impl Ui {
    /// Creates the output for stdout and stderr.
    #[must_use]
    pub fn new(output: &OutputArgs) -> Self {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let terminal = stderr.is_terminal();
        let color = |auto: ColorChoice| match output.color {
            Color::Auto => auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let out_color = color(AutoStream::choice(&stdout));
        let err_color = color(AutoStream::choice(&stderr));
        Self {
            output: output.clone(),
            program: Program::default(),
            interactive: terminal && io::stdin().is_terminal(),
            out: Mutex::new(Out {
                stream: BufWriter::with_capacity(
                    1 << 16,
                    Sink::Stdout(AutoStream::new(stdout, out_color)),
                ),
                colored: out_color != ColorChoice::Never,
                terminal: io::stdout().is_terminal(),
                failed: None,
            }),
            err: Mutex::new(Err {
                stream: AutoStream::new(stderr, err_color),
                colored: err_color != ColorChoice::Never,
                terminal,
                bar: None,
                bar_of_statements: false,
            }),
        }
    }

    /// How data is printed: as JSON for programs, else as text.
    #[must_use]
    pub fn format(&self) -> Format {
        if self.output.format == OutputFormat::Json { Format::Json } else { Format::Text }
    }

    /// How data is printed, with the formats that only some commands have.
    #[must_use]
    pub fn output_format(&self) -> OutputFormat {
        self.output.format
    }

    /// Refuses a format that a command does not have; `extra` are those beside text and JSON.
    ///
    /// # Errors
    /// When the typed format is another.
    pub fn check_format(&self, extra: &[OutputFormat]) -> Result<(), CliError> {
        self.output.format.check(extra)
    }

    /// Sets how the user calls the commands, in place of `cargo migrate`.
    #[must_use]
    pub fn with_program(self, program: String) -> Self {
        Self { program: Program(program.into()), ..self }
    }

    /// Returns a line of help, in which commands are called as the user calls them.
    #[must_use]
    pub fn named(&self, help: &Help) -> String {
        self.program.named(help)
    }

    /// Returns how the user calls the commands.
    pub(in crate::cli) const fn program(&self) -> &Program {
        &self.program
    }

    /// Returns `true` if `-v` was given.
    #[must_use]
    pub fn is_verbose(&self) -> bool {
        self.output.verbose
    }

    /// Returns `true` if progress is shown.
    #[must_use]
    pub fn shows_progress(&self) -> bool {
        lock(&self.err).terminal && !self.output.quiet
    }

    /// Returns `true` if questions can be asked on a terminal.
    #[must_use]
    pub fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Prints a line of data.
    pub fn line(&self, line: impl Display) {
        self.write(|out| {
            let line = printable(&format!("{line}\n"), out.colored);
            out.stream.write_all(line.as_bytes())
        });
    }

    /// Prints text exactly, except on a terminal, where control characters become visible.
    pub fn text(&self, text: &str) {
        self.write(|out| {
            if out.terminal {
                return out.stream.write_all(clean(text, false).as_bytes());
            }
            // The stream would take out escape sequences that a literal may hold.
            out.stream.flush()?;
            io::stdout().write_all(text.as_bytes())
        });
    }

    /// Prints a value as JSON, on one line and without passwords.
    pub fn json(&self, value: &impl Serialize) {
        self.write(|out| {
            let json = serde_json::to_string(value)?;
            out.stream.write_all(hide_in_json(&json).as_bytes())?;
            out.stream.write_all(b"\n")
        });
    }

    /// Prints a value that holds SQL for another program as JSON, exactly.
    pub(super) fn exact_json(&self, value: &impl Serialize) {
        self.write(|out| {
            serde_json::to_writer(&mut out.stream, value)?;
            out.stream.write_all(b"\n")
        });
    }

    fn write(&self, write: impl FnOnce(&mut Out) -> io::Result<()>) {
        let mut out = lock(&self.out);
        if out.failed.is_none()
            && let Err(error) = write(&mut out)
        {
            out.failed = Some(error);
        }
    }

    /// Prints a note, unless `-q` was given.
    pub fn note(&self, note: impl Display) {
        if !self.output.quiet {
            self.write_line(format_args!("{note}"));
        }
    }

    /// Prints a detail if `-v` was given.
    pub fn detail(&self, detail: impl Display) {
        if self.output.verbose {
            self.write_line(format_args!("{detail}"));
        }
    }

    /// Prints a warning, unless `-q` was given.
    pub fn warn(&self, warning: impl Display) {
        let s = style::WARNING;
        self.note(format_args!("{s}warning{s:#}: {warning}"));
    }

    /// Prints warnings with their places, unless `-q` was given.
    pub fn warnings<'d>(&self, diagnostics: impl IntoIterator<Item = &'d Diagnostic>) {
        if !self.output.quiet {
            self.diagnostics(diagnostics);
        }
    }

    /// Prints diagnostics, each with its place.
    pub fn diagnostics<'d>(&self, diagnostics: impl IntoIterator<Item = &'d Diagnostic>) {
        for diagnostic in diagnostics {
            self.write_line(format_args!("{}\n", render::diagnostic(diagnostic, &self.program)));
        }
    }

    /// Prints diagnostics as data, each with its place.
    pub fn findings<'d>(&self, diagnostics: impl IntoIterator<Item = &'d Diagnostic>) {
        for diagnostic in diagnostics {
            self.line(format_args!("{}\n", render::diagnostic(diagnostic, &self.program)));
        }
    }

    /// Prints an error with its causes and help.
    pub fn error(&self, error: &CliError) {
        self.error_with(&error.message, error);
    }

    /// Prints an error of one of several databases, with its name in front.
    pub fn error_in(&self, name: &str, error: &CliError) {
        self.error_with(&format!("{name}: {}", error.message), error);
    }

    fn error_with(&self, message: &str, error: &CliError) {
        self.diagnostics(&error.diagnostics);
        if let Some(excerpt) = &error.excerpt {
            let help: Vec<String> = error.help.iter().map(|help| self.named(help)).collect();
            let text = render::excerpt(message, excerpt, &help);
            return self.write_line(format_args!("{text}"));
        }
        let s = style::ERROR;
        self.write_line(format_args!("{s}error{s:#}: {message}"));
        for cause in error.causes() {
            self.write_line(format_args!("  caused by: {}", indented(&cause)));
        }
        let s = style::HELP;
        for help in &error.help {
            self.write_line(format_args!("  {s}help{s:#}: {}", indented(&self.named(help))));
        }
    }

    /// Asks a yes-or-no question. Call only if [`Ui::is_interactive`].
    ///
    /// # Errors
    /// [`CliError::no`] when the answer is anything else.
    pub fn confirm(&self, question: impl Display) -> Result<(), CliError> {
        let answer = self.answer(format_args!("{question} [y/N]"));
        match answer.map(|answer| answer.to_ascii_lowercase()).as_deref() {
            Some("y" | "yes") => Ok(()),
            _ => Err(CliError::no("declined; nothing was changed")),
        }
    }

    /// Asks a yes-or-no question whose answer decides how to continue. Call only if
    /// [`Ui::is_interactive`].
    #[must_use]
    pub fn asks(&self, question: impl Display) -> bool {
        let answer = self.answer(format_args!("{question} [y/N]"));
        matches!(answer.map(|answer| answer.to_ascii_lowercase()).as_deref(), Some("y" | "yes"))
    }

    /// Asks the user to type a word. Call only if [`Ui::is_interactive`].
    ///
    /// # Errors
    /// [`CliError::no`] when anything else is typed.
    pub fn confirm_by(&self, question: impl Display, word: &str) -> Result<(), CliError> {
        match self.answer(format_args!("{question} Type {word} to continue:")) {
            Some(answer) if answer == word => Ok(()),
            _ => Err(CliError::no(format!("{word} was not typed; nothing was changed"))),
        }
    }

    /// The line that answers a question.
    fn answer(&self, question: impl Display) -> Option<String> {
        self.flush();
        let mut err = lock(&self.err);
        let question = printable(&format!("{question} "), err.colored);
        let _ = err.stream.write_all(question.as_bytes()).and_then(|()| err.stream.flush());
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).ok()?;
        Some(answer.trim().to_owned())
    }

    fn write_line(&self, what: fmt::Arguments<'_>) {
        self.flush();
        let mut err = lock(&self.err);
        let Err { stream, colored, bar, .. } = &mut *err;
        let what = format!("{what}\n");
        let text = printable(&what, *colored);
        // A failure to write to stderr cannot be reported.
        let _ = match bar {
            Some(bar) => bar.suspend(|| stream.write_all(text.as_bytes())),
            None => stream.write_all(text.as_bytes()),
        };
    }

    fn flush(&self) {
        self.write(|out| out.stream.flush());
    }

    /// Flushes the output and returns the final exit code. A closed pipe (`| head`) is not a failure,
    /// a full disk is.
    #[must_use]
    pub fn end(&self, exit: Exit) -> Exit {
        self.flush();
        let failed = {
            let mut out = lock(&self.out);
            out.stream.get_mut().finish();
            out.failed.take()
        };
        match failed {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                self.error(&CliError::failed("the output could not be written").because(error));
                Exit::Failed
            }
            _ => exit,
        }
    }
}

/// Prints clap's result: help on stdout, usage errors on stderr.
#[must_use]
pub fn usage(error: &clap::Error) -> Exit {
    let text = error.render();
    let text = hide(&text.ansi().to_string()).into_owned();
    let _ = match error.use_stderr() {
        true => anstream::stderr().write_all(text.as_bytes()),
        false => anstream::stdout().write_all(text.as_bytes()),
    };
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

impl fmt::Debug for Ui {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ui").field("output", &self.output).finish_non_exhaustive()
    }
}

/// Indents the later lines of a text below its first.
fn indented(text: &str) -> String {
    text.trim_end().replace('\n', "\n    ")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
