//! Starts database servers for tests in containers.
//!
//! This crate is a part of `migrate-db`, and its interface may change in every release. It is a crate
//! of its own so that cargo builds testcontainers only where `testkit` meets the driver of a server:
//! the drivers enable the feature `containers` of this crate if `testkit` has enabled the crate.
//!
//! A container has the name of its server, so that two processes never start two, and a label with
//! the time of its start. It outlives the process. Its data lie in memory.

mod container;
#[cfg(feature = "containers")]
mod docker;

pub use container::Container;

/// Starts a container, and replaces one of the same name. Returns host and port of the server, which
/// may not be ready yet.
///
/// # Errors
/// Why it cannot be started, in one line.
#[cfg(feature = "containers")]
pub async fn start(container: &Container<'_>) -> Result<(String, u16), String> {
    docker::start(container).await
}

/// Removes a container, if it exists.
#[cfg(feature = "containers")]
pub async fn remove(name: &str) {
    docker::remove(name).await;
}

/// Removes containers of this crate that were started more than a week ago.
#[cfg(feature = "containers")]
pub async fn remove_forgotten() {
    docker::remove_forgotten().await;
}

/// Refuses: this build has no containers.
///
/// # Errors
/// Always.
#[cfg(not(feature = "containers"))]
pub async fn start(_: &Container<'_>) -> Result<(String, u16), String> {
    Err("this program was built without the feature `containers` of migrate-containers".to_owned())
}

/// Does nothing: this build has no containers.
#[cfg(not(feature = "containers"))]
pub async fn remove(_: &str) {}

/// Does nothing: this build has no containers.
#[cfg(not(feature = "containers"))]
pub async fn remove_forgotten() {}
