//! Patterns of names, as in `tables = ["app_*"]`.

/// Returns `true` if a pattern with `*` covers a name.
///
/// ```
/// use migrate_core::config::matches_pattern;
/// assert!(matches_pattern("eu-*", "eu-acme") && !matches_pattern("eu-*", "us-acme"));
/// ```
#[must_use]
pub fn matches_pattern(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            ends.into_iter().any(|at| matches_pattern(rest, &name[at..]))
        }),
    }
}
