//! A server in a container, by testcontainers.
//!
//! The container has the server's name, so that two processes never start two, and a label with
//! the moment of its birth. It outlives the process: the data lie in memory and go with it.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use migrate_core::dialect::Dialect;
use testcontainers::bollard::Docker;
use testcontainers::bollard::query_parameters::{
    ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
};
use testcontainers::core::client::docker_client_instance;
use testcontainers::core::{ContainerPort, Mount};
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt as _};

use super::{Kind, Server};

const LABEL: &str = "migrate-test-born";

/// When a container goes that no note of ours knows: it may be another user's.
const FORGOTTEN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Starts a server of a kind, or says why not. It may not be ready yet.
pub(super) async fn start(kind: &Kind, image: &str, name: &str) -> Result<Server, String> {
    remove(name).await;
    let container = request(kind, image, name).start().await.map_err(|e| told(&e))?;
    let server = match place(&container, kind.port).await {
        Ok((host, port)) => Server {
            url: kind.url(&host, port),
            description: format!("{image} in container {name}, port {port}"),
        },
        Err(error) => return Err(error),
    };
    // It would be removed when it is dropped, and other processes use it.
    std::mem::forget(container);
    Ok(server)
}

fn request(kind: &Kind, image: &str, name: &str) -> ContainerRequest<GenericImage> {
    let (repository, tag) = split(image);
    let port = ContainerPort::Tcp(kind.port);
    let image = GenericImage::new(repository, tag).with_exposed_port(port);
    let image = image.with_container_name(name).with_label(LABEL, now().to_string());
    match kind.dialect {
        // The data in memory, in a folder that is the same for all versions of the image. MariaDB
        // writes a file for nearly every question about its catalog: in memory that takes a
        // fiftieth of the time.
        Dialect::Mysql => image
            .with_mount(Mount::tmpfs_mount("/var/lib/mysql"))
            .with_mount(Mount::tmpfs_mount("/tmp"))
            .with_env_var("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "1")
            .with_env_var("MYSQL_ALLOW_EMPTY_PASSWORD", "1")
            .with_cmd(super::local::MYSQL_OPTIONS),
        _ => image
            .with_mount(Mount::tmpfs_mount("/data"))
            .with_env_var("PGDATA", "/data/server")
            .with_env_var("POSTGRES_HOST_AUTH_METHOD", "trust")
            .with_cmd(super::local::POSTGRES_OPTIONS),
    }
}

/// `name:tag`; the name may hold a registry with a port.
fn split(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

async fn place(
    container: &ContainerAsync<GenericImage>,
    port: u16,
) -> Result<(String, u16), String> {
    let host = container.get_host().await.map_err(|e| told(&e))?.to_string();
    // On a machine without IPv6 this name may lead nowhere first.
    let host = if host == "localhost" { "127.0.0.1".to_owned() } else { host };
    let port = container.get_host_port_ipv4(port).await.map_err(|e| told(&e))?;
    Ok((host, port))
}

/// Removes a container; one that is not there is as well.
pub(super) async fn remove(name: &str) {
    if let Ok(docker) = docker_client_instance().await {
        remove_by(&docker, name).await;
    }
}

async fn remove_by(docker: &Docker, name: &str) {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    let _ = docker.remove_container(name, Some(options)).await;
}

/// Removes the containers whose notes are gone, once they are old.
pub(super) async fn remove_forgotten() {
    let Ok(docker) = docker_client_instance().await else { return };
    let filters = HashMap::from([("label", vec![LABEL])]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
    for container in docker.list_containers(Some(options)).await.unwrap_or_default() {
        let born = container.labels.and_then(|labels| labels.get(LABEL)?.parse::<u64>().ok());
        let is_old = born.is_some_and(|born| born + FORGOTTEN.as_secs() < now());
        if let (true, Some(id)) = (is_old, container.id) {
            remove_by(&docker, &id).await;
        }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// An error with its causes, in a line.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text.lines().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_may_come_from_a_registry_with_a_port() {
        assert_eq!(split("postgis/postgis:17-3.5"), ("postgis/postgis", "17-3.5"));
        assert_eq!(split("localhost:5000/postgres"), ("localhost:5000/postgres", "latest"));
        assert_eq!(split("mariadb"), ("mariadb", "latest"));
    }
}
