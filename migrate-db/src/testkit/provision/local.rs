//! Starts a server from programs of this machine.
//!
//! Its data directory is temporary, and it listens on the loopback interface only. It keeps
//! running when the process ends, and the next process finds it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use migrate_core::dialect::Dialect;

use super::{Kind, Server};

/// How MySQL and MariaDB run for tests: nothing need survive them.
pub(super) const MYSQL_OPTIONS: [&str; 2] =
    ["--max-connections=400", "--innodb-flush-log-at-trx-commit=0"];

/// How PostgreSQL runs for tests.
pub(super) const POSTGRES_OPTIONS: [&str; 10] = [
    "-c",
    "fsync=off",
    "-c",
    "synchronous_commit=off",
    "-c",
    "full_page_writes=off",
    "-c",
    "max_connections=400",
    "-c",
    "max_wal_size=256MB",
];

/// Starts a server of a kind, or says why not. It may not be ready yet.
pub(super) async fn start(kind: &Kind, name: &str) -> Result<Server, String> {
    let folder = folder(name);
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let port = TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map_err(|e| e.to_string())?
        .port();
    let program = match kind.dialect {
        Dialect::Mysql => mariadb(&folder, port)?,
        _ => postgres(&folder, port)?,
    };
    Ok(Server {
        url: kind.url("127.0.0.1", port),
        description: format!("{}, port {port}, data in {}", program.display(), folder.display()),
    })
}

/// Ends the server of a name and removes its data, if there is one.
pub(super) fn stop(name: &str) {
    let folder = folder(name);
    if let Ok(pid) = fs::read_to_string(folder.join("pid")) {
        let command = fs::read(format!("/proc/{pid}/cmdline")).or_else(|_| {
            Command::new("ps").args(["-o", "command=", "-p", &pid]).output().map(|o| o.stdout)
        });
        // Its number may be another program's by now.
        let is_ours = command
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&*folder.to_string_lossy()));
        if is_ours {
            let _ = Command::new("kill").arg(pid).output();
        }
    }
    let _ = fs::remove_dir_all(folder);
}

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(name)
}

fn postgres(folder: &Path, port: u16) -> Result<PathBuf, String> {
    let initdb = program(&["initdb"])?;
    let bin = fs::canonicalize(&initdb).map_err(|e| e.to_string())?;
    let postgres = bin.parent().unwrap_or(Path::new("/")).join("postgres");
    let data = folder.join("data");
    // PostgreSQL does not run as root.
    let user = user("postgres", folder)?;
    let mut init = user.command(&initdb);
    init.args(["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "-D"]);
    finish(init.arg(&data))?;
    let mut server = user.command(&postgres);
    server.arg("-D").arg(&data).args(["-p", &port.to_string()]).args(POSTGRES_OPTIONS);
    // The path of a socket in the folder might be too long for one.
    server.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
    spawn(&mut server, folder)?;
    Ok(postgres)
}

fn mariadb(folder: &Path, port: u16) -> Result<PathBuf, String> {
    let install = program(&["mariadb-install-db", "mysql_install_db"])?;
    let server = program(&["mariadbd", "mysqld"])?;
    let data = format!("--datadir={}", folder.join("data").display());
    let user = user("mysql", folder)?;
    let mut init = user.command(&install);
    init.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-name-resolve"]);
    finish(init.arg(&data))?;
    let mut command = user.command(&server);
    command.args(["--no-defaults", &data, "--bind-address=127.0.0.1"]).args(MYSQL_OPTIONS);
    command.arg(format!("--port={port}")).arg(format!("--socket={}/s", folder.display()));
    command.args(["--skip-name-resolve", "--character-set-server=utf8mb4"]);
    spawn(&mut command, folder)?;
    Ok(server)
}

/// A program on the path, or where distributions hide it.
fn program(names: &[&str]) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/sbin", "/usr/local/bin"].map(PathBuf::from));
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    let mut found = folders.iter().flat_map(|folder| names.iter().map(|name| folder.join(name)));
    found.find(|file| file.is_file()).ok_or_else(|| format!("no program `{}`", names[0]))
}

/// Who runs a server: ourselves, or for root an account that may.
struct User(Option<String>);

impl User {
    fn command(&self, program: &Path) -> Command {
        match &self.0 {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", user, "--init-groups"]).arg(program);
                command
            }
        }
    }
}

/// The account for a server, to which the folder is given.
fn user(preferred: &str, folder: &Path) -> Result<User, String> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    if !is_root {
        return Ok(User(None));
    }
    let exists =
        |name: &&str| Command::new("id").arg(name).output().is_ok_and(|id| id.status.success());
    let user = [preferred, "nobody"].into_iter().find(exists).ok_or("no account to run it")?;
    let group = Command::new("id").args(["-gn", user]).output().map_err(|e| e.to_string())?;
    let group = String::from_utf8_lossy(&group.stdout).trim().to_owned();
    finish(Command::new("chown").arg(format!("{user}:{group}")).arg(folder))?;
    Ok(User(Some(user.to_owned())))
}

/// Runs a program to its end.
fn finish(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|e| e.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{:?}: {}", command.get_program(), said.lines().last().unwrap_or_default()))
}

/// Starts a program that goes on, and notes it.
fn spawn(command: &mut Command, folder: &Path) -> Result<(), String> {
    let log = fs::File::create(folder.join("log")).map_err(|e| e.to_string())?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    let child = command.spawn().map_err(|e| e.to_string())?;
    fs::write(folder.join("pid"), child.id().to_string()).map_err(|e| e.to_string())
}
