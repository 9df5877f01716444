//! Database URLs: which database, in whose dialect of URLs, and how to show one.
//!
//! SQLAlchemy's URLs name a driver behind the scheme and write SQLite paths with one slash more;
//! they are turned into sqlx's here. A URL is never shown but through `redact`.

mod check;
mod member;
mod redact;

use migrate_core::dialect::Dialect;
use migrate_core::suggest::nearest;

#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use check::CLEARTEXT;
pub use check::Problem;
pub(crate) use check::SEARCH_PATH;
pub use member::{MemberUrl, member_url, schema_url};
pub use redact::redact;

/// The dialect of a URL, and the URL as sqlx takes it.
///
/// # Errors
/// A [`Problem`] when the scheme names no known database, the URL is malformed, or a parameter is
/// not known.
pub(crate) fn normalise(url: &str) -> Result<(Dialect, String), Problem> {
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    let Some(dialect) = Dialect::from_name(scheme).filter(|_| url.contains(':')) else {
        let known = ["sqlite", "postgres", "postgresql", "mysql", "mariadb"];
        let help = match nearest(scheme, known) {
            Some(near) if url.contains(':') => format!("did you mean `{near}:`?"),
            _ => "a URL begins with `sqlite:`, `postgres:`, `mysql:` or `mariadb:`".to_owned(),
        };
        let message = "it does not begin with the name of a database".to_owned();
        return Err(Problem { message, help: vec![help] });
    };
    let sqlalchemy = scheme.contains('+');
    let rest = if dialect.admin().databases.is_some() {
        with_host(rest)
    } else {
        path(rest, sqlalchemy).to_owned()
    };
    let rest = if sqlalchemy {
        map_query(&rest, |key, value| if key == "ssl" { ("sslmode", value) } else { (key, value) })
    } else {
        rest
    };
    check::check(dialect, &rest)?;
    Ok((dialect, format!("{}:{rest}", dialect.name())))
}

/// The path of an SQLite file. SQLAlchemy writes the relative path x as `///x`, the absolute path
/// /x as `////x`, and a database in memory as `//`; without its driver in the scheme `///x` is the
/// absolute path /x, but a path that begins with `./` or `../` is relative in any case.
fn path(rest: &str, sqlalchemy: bool) -> &str {
    match rest.strip_prefix("///") {
        Some("") if sqlalchemy => ":memory:",
        Some(path) if sqlalchemy || path.starts_with("./") || path.starts_with("../") => path,
        None if sqlalchemy => ":memory:",
        _ => rest,
    }
}

/// The absolute path that an SQLite URL with three slashes names, when somebody who knows
/// SQLAlchemy may have meant a relative one: there is no folder that could hold it, or it is the
/// root.
///
/// ```
/// use migrate_db::url::doubtful_path;
/// assert_eq!(doubtful_path("sqlite:///app.db").as_deref(), Some("/app.db"));
/// assert_eq!(doubtful_path("sqlite:app.db"), None);
/// assert_eq!(doubtful_path("sqlite:///./app.db"), None);
/// ```
#[must_use]
pub fn doubtful_path(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once(':')?;
    let dialect = Dialect::from_name(scheme).filter(|_| !scheme.contains('+'))?;
    let rest = rest.split('?').next()?;
    if dialect.admin().databases.is_some() || path(rest, false) != rest {
        return None;
    }
    let path = rest.strip_prefix("//").filter(|path| path.starts_with('/') && path.len() > 1)?;
    let folder = std::path::Path::new(path).parent()?;
    (folder.parent().is_none() || !folder.exists()).then(|| path.to_owned())
}

/// A user without a host, as before `?host=/run/postgresql`, is one of this machine.
fn with_host(rest: &str) -> String {
    let end = rest.strip_prefix("//").map_or(0, |after| 2 + after.find('/').unwrap_or(after.len()));
    let (authority, path) = rest.split_at(end);
    if authority.ends_with('@') { format!("{authority}localhost{path}") } else { rest.to_owned() }
}

/// The same server's database of another name, which is percent-encoded already.
pub(crate) fn with_database(url: &str, name: &str) -> String {
    let (address, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let start = address.find("://").map_or(0, |at| at + 3);
    // A password may hold an unescaped `/`: the last `@` ends it.
    let host = address.rfind('@').map_or(start, |at| at + 1).max(start);
    let end = address[host..].find('/').map_or(address.len(), |slash| host + slash);
    format!("{}/{name}{query}", &address[..end])
}

/// The pairs behind the `?`, decoded.
#[cfg(any(feature = "postgres", feature = "mysql", feature = "cli", test))]
pub(crate) fn query(url: &str) -> impl Iterator<Item = (String, String)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    query.split('&').filter_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        Some((decoded(key), decoded(value)))
    })
}

/// Whether a parameter is set to `true` or `1`.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn is_set(url: &str, parameter: &str) -> bool {
    query(url).any(|(key, value)| key == parameter && matches!(value.as_str(), "true" | "1"))
}

/// The URL without some of its parameters.
pub(crate) fn without(url: &str, parameters: &[&str]) -> String {
    let Some((front, query)) = url.split_once('?') else { return url.to_owned() };
    let is_kept = |pair: &&str| {
        let key = decoded(pair.split('=').next().unwrap_or_default());
        !parameters.contains(&key.as_str())
    };
    let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
    if kept.is_empty() { front.to_owned() } else { format!("{front}?{}", kept.join("&")) }
}

/// The URL with other pairs behind the `?`; they stay encoded as they are.
pub(crate) fn map_query<'u>(
    url: &'u str,
    map: impl Fn(&'u str, &'u str) -> (&'u str, &'u str),
) -> String {
    let Some((front, query)) = url.split_once('?') else { return url.to_owned() };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, value)) => {
            let (key, value) = map(key, value);
            format!("{key}={value}")
        }
        None => pair.to_owned(),
    });
    format!("{front}?{}", pairs.collect::<Vec<_>>().join("&"))
}

/// The password before the `@`, decoded.
#[cfg(any(feature = "postgres", feature = "mysql", test))]
pub(crate) fn password(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    Some(decoded(password)).filter(|password| !password.is_empty())
}

/// A name with `%41` for what is not a letter, digit or one of `-_.~/`.
pub(crate) fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// Without `%41` for `A`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let hex = |n: usize| char::from(*behind.get(n)?).to_digit(16);
        let code = hex(0).zip(hex(1)).filter(|_| *first == b'%');
        let code = code.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
