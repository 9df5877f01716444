//! What is started.

/// A server to start.
#[derive(Debug, Clone, Copy)]
pub struct Container<'c> {
    /// The name of the container.
    pub name: &'c str,
    /// The image: `name:tag`, where the name may begin with a registry.
    pub image: &'c str,
    /// The port of the server inside the container.
    pub port: u16,
    /// Directories whose contents lie in memory.
    pub in_memory: &'c [&'c str],
    /// Environment variables.
    pub environment: &'c [(&'c str, &'c str)],
    /// The arguments of the image's entry point.
    pub arguments: &'c [&'c str],
}
