//! Nothing of its own: the tests of the whole are in `it/` and `ui/`.

/// The Rust code of the documentation, compiled as documentation tests on the history in
/// `tests/migrations`.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../../docs/get-started.md")]
    mod get_started {}
    #[doc = include_str!("../../docs/cookbook/replicas.md")]
    mod replicas {}
    #[doc = include_str!("../../docs/cookbook/mounted-commands.md")]
    mod mounted_commands {}
    #[doc = include_str!("../../docs/cookbook/build-scripts.md")]
    mod build_scripts {}
    #[doc = include_str!("../../docs/cookbook/two-crates.md")]
    mod two_crates {}
    #[doc = include_str!("../../docs/cookbook/several-databases.md")]
    mod several_databases {}
}
