//! Shows long output in a pager, as git does, on a terminal only and unless `--no-pager` is given.
//!
//! `PAGER` names the program. An empty value or `cat` disables the pager. The default is `less`, with
//! options that make it exit at once if the output fits on the screen.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use anstream::AutoStream;

use super::{Ui, lock};

/// The default pager.
const DEFAULT: &str = "less";

/// Default options of less: quit if one screen, raw colours, no clearing.
const LESS: &str = "FRX";

/// The destination of data.
pub(super) enum Sink {
    Stdout(AutoStream<Stdout>),
    Pager(Pager),
}

/// A running pager. `input` is `None` after it was closed.
pub(super) struct Pager {
    input: Option<ChildStdin>,
    program: Child,
}

impl Ui {
    /// Sends the following data to a pager if stdout is a terminal.
    pub fn page(&self) {
        if self.output.no_pager || !io::stdout().is_terminal() {
            return;
        }
        let named = std::env::var("PAGER").unwrap_or_else(|_| DEFAULT.to_owned());
        if let Some(pager) = start(&named) {
            let mut out = lock(&self.out);
            let _ = out.stream.flush();
            out.stream = BufWriter::with_capacity(1 << 16, Sink::Pager(pager));
        }
    }

    /// Returns `true` if stdout is a terminal.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }
}

/// Starts a program with its arguments; `None` if there is none.
fn start(named: &str) -> Option<Pager> {
    let mut words = named.split_whitespace();
    let program = words.next().filter(|program| *program != "cat")?;
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", LESS);
    }
    let mut program = command.spawn().ok()?;
    Some(Pager { input: program.stdin.take(), program })
}

impl Sink {
    /// Closes the input of the pager and waits until it exits.
    pub(super) fn finish(&mut self) {
        if let Self::Pager(pager) = self {
            drop(pager.input.take());
            let _ = pager.program.wait();
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stream) => stream.write(bytes),
            Self::Pager(Pager { input: Some(input), .. }) => input.write(bytes),
            Self::Pager(_) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stream) => stream.flush(),
            Self::Pager(_) => Ok(()),
        }
    }
}
