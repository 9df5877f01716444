//! A URL as messages show it.

use migrate_core::dialect::Dialect;

use super::check::{check, is_known, split_query};

/// What stands for everything that may be a password.
const HIDDEN: &str = "***";

/// A URL without its password, for messages. A text that is not understood as a database URL is
/// not shown at all, since its password cannot be found in it.
///
/// ```
/// use migrate_db::url::redact;
/// assert_eq!(redact("postgres://ada:s3cret@db/app?password=x"), "postgres://ada:***@db/app?password=***");
/// assert_eq!(redact("postgres:ada:s3cret@db/app"), "postgres:***");
/// assert_eq!(redact("host=db password=s3cret"), "***");
/// assert_eq!(redact("sqlite:app.db"), "sqlite:app.db");
/// ```
#[must_use]
pub fn redact(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once(':') else { return HIDDEN.to_owned() };
    let Some(dialect) = Dialect::from_name(scheme) else { return HIDDEN.to_owned() };
    // The driver behind a `+` is of no use to a reader.
    let scheme = scheme.split('+').next().unwrap_or_default();
    match shown(dialect, rest) {
        Some(rest) => format!("{scheme}:{rest}"),
        None => format!("{scheme}:{HIDDEN}"),
    }
}

fn shown(dialect: Dialect, rest: &str) -> Option<String> {
    let (place, query) = split_query(rest);
    let place = if dialect.admin().databases.is_none() {
        if may_be_account(place) {
            return None;
        }
        place.to_owned()
    } else {
        check(dialect, rest).ok()?;
        let place = place.strip_prefix("//")?;
        let path = place.split_once('/').map_or("", |(_, path)| path);
        if super::decoded(path).contains([':', '@']) {
            return None;
        }
        server(place)
    };
    let mut shown = place;
    for (n, pair) in query.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        shown.push(if n == 0 { '?' } else { '&' });
        let (key, value) = pair.split_once('=')?;
        let decoded = super::decoded(key);
        is_known(dialect, &decoded).then_some(())?;
        let value = if matches!(decoded.as_str(), "password" | "options") { HIDDEN } else { value };
        shown.push_str(&format!("{key}={value}"));
    }
    Some(shown)
}

/// Whether a path has what belongs to the account of a server, and not to the name of a file.
fn may_be_account(path: &str) -> bool {
    let path = super::decoded(path);
    let path = path.trim_start_matches('/');
    let drive = path.as_bytes().get(1) == Some(&b':')
        && path.starts_with(|c: char| c.is_ascii_alphabetic());
    let path = if drive { &path[2..] } else { path.strip_prefix("file:").unwrap_or(path) };
    path != ":memory:" && (path.contains([':', '@']) || path.contains("password"))
}

/// The account is shown up to its password.
fn server(place: &str) -> String {
    let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
    let Some((account, address)) = authority.rsplit_once('@') else {
        return format!("//{place}");
    };
    let (user, password) = match account.split_once(':') {
        Some((user, _)) => (user, ":***"),
        None => (account, ""),
    };
    let plain = user.chars().all(|c| c.is_alphanumeric() || "._-".contains(c));
    let user = if plain { user } else { HIDDEN };
    format!("//{user}{password}@{address}{path}")
}
