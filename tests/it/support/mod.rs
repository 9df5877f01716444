//! A world of its own for a test of the command: folder, home, environment, clock's zone.

pub(crate) mod db;
pub(crate) mod fleet;
mod redact;
mod revision_file;
pub(crate) mod server;

pub(crate) use revision_file::RevisionFile;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of test data that is not part of the repository: the one that a variable names, else that
/// beside the checkout.
pub(crate) fn shared_folder(variable: &str, name: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(name),
        PathBuf::from,
    )
}

/// A folder with nothing around it.
pub(crate) struct TestEnvironment {
    root: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// What came of a call. Its display is the whole of it, with what changes from run to run
/// replaced.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl TestEnvironment {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("home")).unwrap();
        fs::create_dir(root.path().join("work")).unwrap();
        Self { root, variables: Vec::new() }
    }

    /// A folder with three revisions, `aaa`, `bbb` and `ccc`, one on the other, and the database
    /// `app.db` named in the environment.
    pub(crate) fn with_history() -> Self {
        let mut env = Self::new();
        env.set("DATABASE_URL", "sqlite:app.db");
        env.revision(
            "aaa",
            "",
            "CREATE TABLE users (id INTEGER PRIMARY KEY);",
            "DROP TABLE users;",
        );
        env.revision(
            "bbb",
            "aaa",
            "ALTER TABLE users ADD COLUMN email TEXT;",
            "ALTER TABLE users DROP COLUMN email;",
        );
        env.revision("ccc", "bbb", "CREATE TABLE posts (id INTEGER);", "DROP TABLE posts;");
        env
    }

    /// Sets a variable for the calls that follow.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Lets the calls that follow find cargo.
    pub(crate) fn set_cargo(&mut self) {
        for name in ["PATH", "CARGO_HOME", "RUSTUP_HOME", "CARGO", "RUSTUP_TOOLCHAIN"] {
            if let Ok(value) = std::env::var(name) {
                self.set(name, &value);
            }
        }
        if std::env::var_os("RUSTUP_HOME").is_none()
            && let Some(home) = std::env::var_os("HOME")
        {
            self.set("RUSTUP_HOME", &format!("{}/.rustup", home.to_string_lossy()));
        }
    }

    /// The path of something in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("work").join(name)
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The text of a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes a revision into `migrations`.
    pub(crate) fn revision(&self, id: &str, revises: &str, up: &str, down: &str) {
        self.revision_with(id, revises, "", up, down);
    }

    /// Writes a revision with more lines in its header.
    pub(crate) fn revision_with(
        &self,
        id: &str,
        revises: &str,
        header: &str,
        up: &str,
        down: &str,
    ) {
        let mut file = RevisionFile::new(id, revises).created();
        for line in header.lines() {
            file = file.line(line.trim_start_matches("-- "));
        }
        self.write_revision(&file.up(up).down(down));
    }

    /// Writes a revision file into `migrations`.
    pub(crate) fn write_revision(&self, file: &RevisionFile) {
        let (name, text) = file.named();
        self.write(&format!("migrations/{name}"), &text);
    }

    /// Calls `cargo-migrate` in the folder.
    #[must_use = "look at what came of the call"]
    pub(crate) fn run(&self, args: &[&str]) -> Outcome {
        self.run_in("", args)
    }

    /// Calls `cargo-migrate` in a folder below.
    #[must_use = "look at what came of the call"]
    pub(crate) fn run_in(&self, folder: &str, args: &[&str]) -> Outcome {
        self.call(env!("CARGO_BIN_EXE_cargo-migrate-dup"), folder, args)
    }

    /// Calls the application that has the commands in its own binary.
    #[must_use = "look at what came of the call"]
    pub(crate) fn run_mounted(&self, args: &[&str]) -> Outcome {
        self.call(env!("CARGO_BIN_EXE_mounted-app"), "", args)
    }

    /// A call of that application, for who wants to start it himself.
    pub(crate) fn command_mounted(&self, args: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_mounted-app"), "", args)
    }

    /// A call of `cargo-migrate` in the folder, for who wants to start it himself.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_cargo-migrate-dup"), "", args)
    }

    /// A shell in the folder, with the same environment.
    pub(crate) fn shell(&self, script: &str) -> Command {
        let mut command = self.command_of("bash", "", &["-c", script]);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    fn command_of(&self, program: &str, folder: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.path(folder)).stdin(Stdio::null()).env_clear();
        command.env("HOME", self.root.path().join("home")).env("TZ", "UTC");
        command.env("USER", "ada").env("HOSTNAME", "test");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    fn call(&self, program: &str, folder: &str, args: &[&str]) -> Outcome {
        let mut command = self.command_of(program, folder, args);
        let output = command.output().unwrap();
        let text =
            |bytes: Vec<u8>| redact::redact(&String::from_utf8(bytes).unwrap(), self.root.path());
        Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Calls `cargo-migrate`, which must succeed.
    pub(crate) fn ok(&self, args: &[&str]) -> Outcome {
        let outcome = self.run(args);
        assert_eq!(outcome.code, 0, "{args:?}\n{outcome}");
        outcome
    }

    /// Runs a statement on a database of the folder.
    pub(crate) fn execute(&self, database: &str, sql: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = format!("sqlite:{}", self.path(database).display());
        runtime.block_on(async {
            let mut connection =
                <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
            sqlx::Executor::execute(&mut connection, sqlx::AssertSqlSafe(sql)).await.unwrap();
        });
    }

    /// The names of tables in a database of the folder, the tool's own left out.
    pub(crate) fn tables(&self, database: &str) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = format!("sqlite:{}", self.path(database).display());
        let query = "SELECT name FROM sqlite_master WHERE type = 'table' \
                     AND name NOT LIKE 'migrate_%' AND name NOT LIKE 'sqlite_%' ORDER BY name";
        runtime.block_on(async {
            let mut connection =
                <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
            sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap()
        })
    }
}

impl Outcome {
    /// Stdout as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}:\n{self}"))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code: {}", self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "\n----- {name}\n{}", text.trim_end_matches('\n'))?;
            }
        }
        Ok(())
    }
}
