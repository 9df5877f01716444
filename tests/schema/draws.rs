//! How many random values a test draws, and from which source.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Returns the number of values that `PROPTEST_CASES` asks for, else `usual`, and their source: the values are
/// the same in every run where the environment asks for no number.
pub(crate) fn runner(usual: usize) -> (usize, TestRunner) {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    let runner = match wanted {
        Some(_) => TestRunner::new(Config::default()),
        None => TestRunner::new_with_rng(
            Config::default(),
            TestRng::deterministic_rng(RngAlgorithm::ChaCha),
        ),
    };
    (wanted.unwrap_or(usual), runner)
}
