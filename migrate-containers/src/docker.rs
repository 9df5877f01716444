//! Containers by testcontainers.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use testcontainers::bollard::Docker;
use testcontainers::bollard::query_parameters::{
    ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
};
use testcontainers::core::client::docker_client_instance;
use testcontainers::core::{ContainerPort, Mount};
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt as _};

use super::container::Container;

/// The label with the time of the start, in seconds since 1970.
const LABEL: &str = "migrate-test-born";

/// The age at which a container is removed that no state file names: it may be another user's.
const FORGOTTEN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

pub(super) async fn start(wanted: &Container<'_>) -> Result<(String, u16), String> {
    remove(wanted.name).await;
    let container = request(wanted).start().await.map_err(|e| describe(&e))?;
    let address = address(&container, wanted.port).await?;
    // Dropping it would remove the container, which other processes use.
    std::mem::forget(container);
    Ok(address)
}

fn request(wanted: &Container<'_>) -> ContainerRequest<GenericImage> {
    let (repository, tag) = split(wanted.image);
    let port = ContainerPort::Tcp(wanted.port);
    let image = GenericImage::new(repository, tag).with_exposed_port(port);
    let mut request = image.with_container_name(wanted.name).with_label(LABEL, now().to_string());
    for directory in wanted.in_memory {
        request = request.with_mount(Mount::tmpfs_mount(*directory));
    }
    for (name, value) in wanted.environment {
        request = request.with_env_var(*name, *value);
    }
    request.with_cmd(wanted.arguments.iter().copied())
}

/// `name:tag`; the name may hold a registry with a port.
fn split(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

async fn address(
    container: &ContainerAsync<GenericImage>,
    port: u16,
) -> Result<(String, u16), String> {
    let host = container.get_host().await.map_err(|e| describe(&e))?.to_string();
    // On a machine without IPv6 this name may lead nowhere first.
    let host = if host == "localhost" { "127.0.0.1".to_owned() } else { host };
    let port = container.get_host_port_ipv4(port).await.map_err(|e| describe(&e))?;
    Ok((host, port))
}

pub(super) async fn remove(name: &str) {
    if let Ok(docker) = docker_client_instance().await {
        remove_by(&docker, name).await;
    }
}

async fn remove_by(docker: &Docker, name: &str) {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    let _ = docker.remove_container(name, Some(options)).await;
}

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
fn describe(error: &dyn std::error::Error) -> String {
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
