//! A server in a container.
//!
//! The container has a name, so that two runs of one build never start two, and a label with the
//! moment of its birth: whoever starts one removes those that are older than two hours.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use migrate_core::dialect::Dialect;
use testcontainers_modules::mariadb::Mariadb;
use testcontainers_modules::postgres::Postgres;
use testcontainers_modules::testcontainers::core::{ContainerAsync, Mount};
use testcontainers_modules::testcontainers::runners::AsyncRunner as _;
use testcontainers_modules::testcontainers::{Image, ImageExt as _};

use super::Server;

const LABEL: &str = "cargo-migrate-tests";
const OLD_SECONDS: u64 = 2 * 60 * 60;

/// Starts the server of a kind; its URL.
pub(super) async fn start(server: &Server) -> Result<String, String> {
    let name = name(server);
    remove_old(&name);
    let (_, tag) = server.image();
    match server.dialect {
        Dialect::Postgres => {
            let image = Postgres::default()
                .with_tag(tag)
                // Thousands of rounds of hashing for every connection take long in a test's build.
                .with_env_var("POSTGRES_HOST_AUTH_METHOD", "trust")
                .with_cmd(["-c", "fsync=off", "-c", "max_connections=400"])
                .with_container_name(name)
                .with_label(LABEL, now().to_string());
            let port = port(image.start().await, 5432).await?;
            Ok(format!("postgres://postgres:postgres@127.0.0.1:{port}/postgres"))
        }
        Dialect::Mysql => {
            let image = Mariadb::default()
                .with_tag(tag)
                .with_cmd(["--max-connections=400", "--innodb-flush-log-at-trx-commit=0"])
                .with_mount(Mount::tmpfs_mount("/var/lib/mysql"))
                .with_container_name(name)
                .with_label(LABEL, now().to_string());
            let port = port(image.start().await, 3306).await?;
            Ok(format!("mysql://root@127.0.0.1:{port}/test"))
        }
        Dialect::Sqlite => Err("SQLite needs none".to_owned()),
    }
}

/// The port of a started container, which outlives this process.
async fn port<I: Image, E: std::fmt::Display>(
    started: Result<ContainerAsync<I>, E>,
    port: u16,
) -> Result<u16, String> {
    let container = started.map_err(|e| e.to_string())?;
    let port = container.get_host_port_ipv4(port).await.map_err(|e| e.to_string());
    std::mem::forget(container);
    port
}

/// The container's name: one per kind of server, tag and build folder.
pub(crate) fn name(server: &Server) -> String {
    let folder = env!("CARGO_TARGET_TMPDIR").bytes();
    let hash = folder.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{LABEL}-{hash:08x}-{}", server.note())
}

/// Removes a container of this name, which does not answer, and all that are old.
fn remove_old(name: &str) {
    let list = Command::new("docker")
        .args(["ps", "--all", "--filter", &format!("label={LABEL}")])
        .args(["--format", &format!("{{{{.Names}}}} {{{{.Label \"{LABEL}\"}}}}")])
        .output();
    let Ok(list) = list else { return };
    for line in String::from_utf8_lossy(&list.stdout).lines() {
        let Some((container, born)) = line.split_once(' ') else { continue };
        let born = born.trim().parse::<u64>().unwrap_or(0);
        if container == name || born + OLD_SECONDS < now() {
            let _ = Command::new("docker").args(["rm", "--force", "--volumes", container]).output();
        }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
