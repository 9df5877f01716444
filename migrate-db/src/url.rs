//! Database URLs: which database, in whose dialect of URLs, and how to show one.
//!
//! SQLAlchemy's URLs name a driver behind the scheme and write SQLite paths with one slash more;
//! they are turned into sqlx's here. A URL is never shown but through [`redact`].

use migrate_core::dialect::Dialect;
use migrate_core::suggest::nearest;

/// A text that is no database URL.
#[derive(Debug)]
pub(crate) struct NoUrl {
    /// The text without its password.
    pub(crate) url: String,
    /// What would be right.
    pub(crate) help: String,
}

/// The dialect of a URL, and the URL as sqlx takes it.
///
/// # Errors
/// [`NoUrl`] when the scheme names no database that is known.
pub(crate) fn normalise(url: &str) -> Result<(Dialect, String), NoUrl> {
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    let Some(dialect) = Dialect::from_name(scheme).filter(|_| url.contains(':')) else {
        let known = ["sqlite", "postgres", "postgresql", "mysql", "mariadb"];
        let help = match nearest(scheme, known) {
            Some(near) if url.contains(':') => format!("did you mean `{near}:`?"),
            _ => "a URL begins with `sqlite:`, `postgres:`, `mysql:` or `mariadb:`".to_owned(),
        };
        return Err(NoUrl { url: redact(url), help });
    };
    let sqlalchemy = scheme.contains('+');
    let rest = match dialect {
        // `///x` is the relative path x, `////x` the absolute path /x, `//` a database in memory.
        Dialect::Sqlite if sqlalchemy => match rest.strip_prefix("///") {
            Some("") | None => ":memory:".to_owned(),
            Some(path) => path.to_owned(),
        },
        _ => rest.to_owned(),
    };
    let rest = if dialect.words().databases.is_some() { with_host(&rest) } else { rest };
    let rest = if sqlalchemy { rest.replace("ssl=", "sslmode=") } else { rest };
    Ok((dialect, format!("{}:{rest}", dialect.name())))
}

/// A user without a host, as before `?host=/run/postgresql`, is one of this machine.
fn with_host(rest: &str) -> String {
    let end = rest.strip_prefix("//").map_or(0, |after| 2 + after.find('/').unwrap_or(after.len()));
    let (authority, path) = rest.split_at(end);
    if authority.ends_with('@') { format!("{authority}localhost{path}") } else { rest.to_owned() }
}

/// A URL without its password, for messages.
///
/// ```
/// use migrate_db::url::redact;
/// assert_eq!(redact("postgres://ada:s3cret@db/app?password=x"), "postgres://ada:***@db/app?password=***");
/// assert_eq!(redact("sqlite:app.db"), "sqlite:app.db");
/// ```
#[must_use]
pub fn redact(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return redact_query(url) };
    let (address, query) = match rest.split_once('?') {
        Some((address, query)) => (address, format!("?{query}")),
        None => (rest, String::new()),
    };
    // A password may hold an unescaped `/` or `@`: the last `@` ends it.
    let address = match address.rsplit_once('@') {
        Some((user, place)) => match user.split_once(':') {
            Some((user, _)) => format!("{user}:***@{place}"),
            None => address.to_owned(),
        },
        None => address.to_owned(),
    };
    redact_query(&format!("{scheme}://{address}{query}"))
}

/// The same server's database of another name.
#[cfg(any(feature = "testkit", test))]
pub(crate) fn with_database(url: &str, name: &str) -> String {
    let (address, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let start = address.find("://").map_or(0, |at| at + 3);
    // A password may hold an unescaped `/`: the last `@` ends it.
    let host = address.rfind('@').map_or(start, |at| at + 1).max(start);
    let end = address[host..].find('/').map_or(address.len(), |slash| host + slash);
    format!("{}/{name}{query}", &address[..end])
}

/// The pairs behind the `?`, decoded.
#[cfg(any(feature = "postgres", feature = "mysql", test))]
pub(crate) fn query(url: &str) -> impl Iterator<Item = (String, String)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    query.split('&').filter_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        Some((decoded(key), decoded(value)))
    })
}

/// The URL with other pairs behind the `?`; they stay encoded as they are.
#[cfg(any(feature = "mysql", test))]
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

/// Without `%41` for `A`.
#[cfg(any(feature = "postgres", feature = "mysql", test))]
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

fn redact_query(url: &str) -> String {
    let Some((front, query)) = url.split_once('?') else { return url.to_owned() };
    let secret = |key: &str| {
        let key = key.to_ascii_lowercase();
        ["password", "passwd", "pwd", "secret", "token", "key"]
            .iter()
            .any(|word| key.contains(word))
    };
    let query: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((key, _)) if secret(key) => format!("{key}=***"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{front}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlalchemy_urls_become_sqlx_urls() {
        let of = |url: &str| normalise(url).map(|(_, url)| url).unwrap();
        assert_eq!(of("sqlite+aiosqlite:///app.db"), "sqlite:app.db");
        assert_eq!(of("sqlite+aiosqlite:////srv/app.db"), "sqlite:/srv/app.db");
        assert_eq!(of("sqlite+aiosqlite://"), "sqlite::memory:");
        assert_eq!(of("sqlite:///srv/app.db"), "sqlite:///srv/app.db");
        assert_eq!(
            of("postgresql+asyncpg://u@h/d?ssl=require"),
            "postgres://u@h/d?sslmode=require"
        );
        assert_eq!(of("mariadb://u@h/d"), "mysql://u@h/d");
        assert_eq!(
            of("mysql+pymysql://u:p@/d?unix_socket=/run/m.sock"),
            "mysql://u:p@localhost/d?unix_socket=/run/m.sock"
        );
        assert_eq!(of("postgres:///d?host=/run/pg"), "postgres:///d?host=/run/pg");
    }

    #[test]
    fn an_unknown_scheme_is_named_without_the_password() {
        let error = normalise("postgre://ada:s3cret@db/app").unwrap_err();
        let text = format!("{error:?}");
        assert!(!text.contains("s3cret"), "{text}");
        assert!(text.contains("postgres"), "{text}");
        assert!(normalise("app.db").is_err());
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        assert_eq!(password("postgres://ada:s3%40%C3%A9%@db/app").as_deref(), Some("s3@é%"));
        for without in ["postgres://ada@db/app", "postgres://ada:@db/app", "postgres://db/a:b@c"] {
            assert_eq!(password(without), None, "{without}");
        }
        let pairs: Vec<_> = query("mysql://h/d?socket=%2Frun%2Fm.sock&flag&a=b").collect();
        assert_eq!(pairs, [("socket".into(), "/run/m.sock".into()), ("a".into(), "b".into())]);
    }

    #[test]
    fn a_server_has_databases_of_other_names() {
        for (url, other) in [
            ("postgres://ada@db:1/app?a=b", "postgres://ada@db:1/x?a=b"),
            ("postgres://ada:s/3@db", "postgres://ada:s/3@db/x"),
            ("postgres:///app?host=/run/pg", "postgres:///x?host=/run/pg"),
            ("mysql://db?ssl-mode=DISABLED", "mysql://db/x?ssl-mode=DISABLED"),
        ] {
            assert_eq!(with_database(url, "x"), other);
        }
    }

    #[test]
    fn pairs_are_replaced_and_the_rest_stays() {
        let map = |key, value| if key == "a" { ("b", value) } else { (key, "2") };
        assert_eq!(map_query("mysql://h/d?a=%41&flag&c=1", map), "mysql://h/d?b=%41&flag&c=2");
        assert_eq!(map_query("mysql://h/d", map), "mysql://h/d");
    }

    #[test]
    fn no_form_of_password_survives() {
        for url in [
            "postgres://ada:s3cret@db/app",
            "postgres://ada:s3/cret@x@db/app",
            "postgres://ada:s3cret@db/app?sslmode=require&sslpassword=s3cret",
            "mysql://root:s3cret@localhost",
            "sqlite:x.db?key=s3cret",
        ] {
            assert!(!redact(url).contains("cret"), "{}", redact(url));
        }
    }
}
