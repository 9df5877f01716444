//! Runs the client programs of servers, which copy a database to a file or load it from one.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

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
    Err(Error::Program {
        program: missing.into_iter().next().unwrap_or_default(),
        failure: "is not installed".to_owned(),
        help: vec!["install the database's client programs and put them in PATH".to_owned()],
    })
}

fn failure(program: String, output: &Output) -> Error {
    let said = String::from_utf8_lossy(&output.stderr);
    let help = if said.contains("server version mismatch") || said.contains("unsupported version") {
        vec![format!("install a {program} that is as new as the server, and put it first in PATH")]
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
