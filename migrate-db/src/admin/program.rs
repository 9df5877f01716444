//! Runs the client programs of servers, which copy a database to a file or load it from one.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::error::Error;

/// Runs the first of the programs that is installed, with a file as its input or its output.
pub(super) async fn run_first(
    commands: Vec<Command>,
    input: Option<(&Path, &File)>,
    output: Option<(&Path, &File)>,
) -> Result<(), Error> {
    let stream = |file: Option<(&Path, &File)>| match file {
        Some((path, file)) => file
            .try_clone()
            .map(Stdio::from)
            .map_err(|source| Error::File { path: path.to_owned(), source }),
        None => Ok(Stdio::null()),
    };
    let mut missing = Vec::new();
    for mut command in commands {
        let program = command.get_program().to_string_lossy().into_owned();
        command.stdin(stream(input)?).stdout(stream(output)?).stderr(Stdio::piped());
        let ended = tokio::task::spawn_blocking(move || command.output()).await;
        match ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())) {
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => return Err(failure(program, &output)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(program),
            Err(error) => {
                let failure = format!("cannot be started: {error}");
                return Err(Error::Program { program, failure, help: Vec::new() });
            }
        }
    }
    Err(not_installed(missing.into_iter().next().unwrap_or_default()))
}

/// Runs two programs, the first of each list that is installed, the output of one being the input of
/// the other.
pub(super) async fn pipe(from: Vec<Command>, to: Vec<Command>) -> Result<(), Error> {
    let piped = tokio::task::spawn_blocking(move || pipe_blocking(from, to)).await;
    piped.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

fn pipe_blocking(from: Vec<Command>, to: Vec<Command>) -> Result<(), Error> {
    let (writes, mut writer) = start(from, |command| {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
    })?;
    let mut output = writer.stdout.take();
    let reader = start(to, |command| {
        command.stdin(output.take().map_or_else(Stdio::null, Stdio::from)).stdout(Stdio::null());
    });
    let (reads, reader) = match reader {
        Ok(reader) => reader,
        Err(error) => {
            let _ = writer.kill();
            let _ = writer.wait();
            return Err(error);
        }
    };
    let stopped = |program: &str, error: &io::Error| Error::Program {
        program: program.to_owned(),
        failure: format!("was lost: {error}"),
        help: Vec::new(),
    };
    // Each may wait until its messages are read.
    let said = std::thread::spawn(move || {
        let mut said = Vec::new();
        if let Some(mut stderr) = writer.stderr.take() {
            let _ = stderr.read_to_end(&mut said);
        }
        (writer.wait(), said)
    });
    let read = reader.wait_with_output();
    let (wrote, said) = said.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let read = read.map_err(|error| stopped(&reads, &error))?;
    let status = wrote.map_err(|error| stopped(&writes, &error))?;
    let wrote = Output { status, stdout: Vec::new(), stderr: said };
    // A program whose reader is gone fails too, silently or for a broken pipe, and is not the cause.
    let message = String::from_utf8_lossy(&wrote.stderr).trim().to_lowercase();
    let is_cause = !message.is_empty() && !message.contains("broken pipe");
    match (wrote.status.success(), read.status.success()) {
        (true, true) => Ok(()),
        (false, success) if success || is_cause => Err(failure(writes, &wrote)),
        _ => Err(failure(reads, &read)),
    }
}

/// Starts the first of the programs that is installed.
fn start(
    commands: Vec<Command>,
    mut connect: impl FnMut(&mut Command),
) -> Result<(String, Child), Error> {
    let mut missing = None;
    let mut commands = commands.into_iter().peekable();
    while let Some(mut command) = commands.next() {
        let program = command.get_program().to_string_lossy().into_owned();
        if !is_installed(&program) && commands.peek().is_some() {
            missing.get_or_insert(program);
            continue;
        }
        connect(&mut command);
        match command.stderr(Stdio::piped()).spawn() {
            Ok(child) => return Ok((program, child)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                missing.get_or_insert(program);
            }
            Err(error) => {
                let failure = format!("cannot be started: {error}");
                return Err(Error::Program { program, failure, help: Vec::new() });
            }
        }
    }
    Err(not_installed(missing.unwrap_or_default()))
}

/// Returns `true` unless a program certainly cannot be started.
fn is_installed(program: &str) -> bool {
    let asked = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    !asked.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn not_installed(program: String) -> Error {
    Error::Program {
        program,
        failure: "is not installed".to_owned(),
        help: vec!["install the database's client programs and put them in PATH".into()],
    }
}

fn failure(program: String, output: &Output) -> Error {
    let said = String::from_utf8_lossy(&output.stderr);
    let help = if said.contains("server version mismatch") || said.contains("unsupported version") {
        vec![
            format!("install a {program} that is as new as the server, and put it first in PATH")
                .into(),
        ]
    } else {
        Vec::new()
    };
    let failure = format!("failed ({}): {}", output.status, said.trim());
    Error::Program { program, failure, help }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_that_fails_or_is_missing_is_named_with_its_message() {
        let mut failing = Command::new("sh");
        failing.args(["-c", "echo half; echo no such thing >&2; exit 3"]);
        let commands = vec![Command::new("no-such-program-1"), failing];
        let error = run_first(commands, None, None).await.unwrap_err();
        assert_eq!(error.to_string(), "`sh` failed (exit status: 3): no such thing");
        let error = run_first(vec![Command::new("no-such-program-1")], None, None).await;
        assert_eq!(error.unwrap_err().to_string(), "`no-such-program-1` is not installed");
    }

    #[tokio::test]
    async fn the_program_that_is_the_cause_is_named() {
        let sh = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            vec![Command::new("no-such-program-1"), command]
        };
        pipe(sh("yes | head -c 300000"), sh("test $(wc -c) = 300000")).await.unwrap();
        for (from, to, said) in [
            ("echo x; echo no table >&2; exit 1", "cat", "no table"),
            ("yes", "echo no room >&2; exit 1", "no room"),
            ("echo no rights >&2; exit 1", "cat; echo no end >&2; exit 1", "no rights"),
        ] {
            let error = pipe(sh(from), sh(to)).await.unwrap_err().to_string();
            assert!(error.ends_with(said), "{error}");
        }
        let missing = pipe(sh("yes"), vec![Command::new("no-such-program-1")]).await.unwrap_err();
        assert_eq!(missing.to_string(), "`no-such-program-1` is not installed");
    }

    #[tokio::test]
    async fn a_program_reads_and_writes_files() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("from"), dir.path().join("to"));
        std::fs::write(&from, "rows").unwrap();
        let (input, output) = (File::open(&from).unwrap(), File::create(&to).unwrap());
        let streams = (Some((from.as_path(), &input)), Some((to.as_path(), &output)));
        run_first(vec![Command::new("cat")], streams.0, streams.1).await.unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), b"rows");
    }
}
