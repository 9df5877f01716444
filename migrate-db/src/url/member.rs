//! The URLs of databases that share a history, made from one URL and their names.
//!
//! A name may come from the rows of a table, so it is never pasted: it is percent-encoded, and in a
//! search path it is a quoted identifier.

use migrate_core::dialect::Dialect;

use super::{Problem, SEARCH_PATH, decoded, encoded, with_database, without};

/// The place of the name in `each-url`.
const NAME: &str = "{name}";

/// The URL of one of several databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberUrl {
    /// The URL.
    pub url: String,
    /// The schema, where the name is a part of the search path.
    pub schema: Option<String>,
}

/// Returns the URL for a name: `template` with the name in the place of `{name}`.
///
/// ```
/// use migrate_db::url::member_url;
/// let member = member_url("postgres://ada@db/{name}", "a/b").unwrap();
/// assert_eq!(member.url, "postgres://ada@db/a%2Fb");
/// let member = member_url("postgres://ada@db/app?search_path={name},ext", "ü\"x").unwrap();
/// assert_eq!(member.url, "postgres://ada@db/app?search_path=%22%C3%BC%22%22x%22,ext");
/// assert_eq!(member.schema.as_deref(), Some("ü\"x"));
/// assert!(member_url("sqlite:tenants/{name}.db", "../x").is_err());
/// ```
///
/// # Errors
/// A [`Problem`] when the name cannot stand where the template has it.
pub fn member_url(template: &str, name: &str) -> Result<MemberUrl, Problem> {
    let dialect = dialect(template)?;
    let (place, query) = template.split_once('?').unwrap_or((template, ""));
    if dialect.admin().databases.is_none() && place.contains(NAME) && is_path(name) {
        return Err(Problem {
            message: format!("`{name}` would be a path, and not the name of a file"),
            help: vec!["give its URL instead: `NAME sqlite:PATH`".into()],
        });
    }
    let plain = encoded(name).replace('/', "%2F");
    let quoted = encoded(&dialect.quote(name)).replace('/', "%2F");
    let (mut schema, mut is_option) = (None, false);
    for pair in query.split('&').filter(|pair| pair.contains(NAME)) {
        let key = decoded(pair.split('=').next().unwrap_or_default());
        if key == SEARCH_PATH {
            schema = Some(name.to_owned());
        }
        is_option |= key.starts_with("options");
    }
    if is_option {
        return Err(Problem {
            message: "`{name}` stands in `options`, where it could set anything".to_owned(),
            help: vec!["write `?search_path={name}`".into()],
        });
    }
    let pairs = query.split('&').map(|pair| {
        let is_path = decoded(pair.split('=').next().unwrap_or_default()) == SEARCH_PATH;
        pair.replace(NAME, if is_path { &quoted } else { &plain })
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    Ok(MemberUrl { url: format!("{}{mark}{query}", place.replace(NAME, &plain)), schema })
}

/// Returns the URL of the schema with a name, in the database of a URL.
///
/// ```
/// use migrate_db::url::schema_url;
/// let member = schema_url("postgres://ada@db/app?search_path=x&sslmode=require", "t1").unwrap();
/// assert_eq!(member.url, "postgres://ada@db/app?sslmode=require&search_path=%22t1%22");
/// assert_eq!(schema_url("mysql://ada@db/app", "t1").unwrap().url, "mysql://ada@db/t1");
/// assert!(schema_url("sqlite:app.db", "t1").is_err());
/// ```
///
/// # Errors
/// A [`Problem`] where a database has no schemas.
pub fn schema_url(url: &str, name: &str) -> Result<MemberUrl, Problem> {
    match dialect(url)? {
        Dialect::Postgres => {
            let url = without(url, &[SEARCH_PATH]);
            let mark = if url.contains('?') { '&' } else { '?' };
            member_url(&format!("{url}{mark}{SEARCH_PATH}={NAME}"), name)
        }
        Dialect::Mysql => member_url(&with_database(url, NAME), name),
        Dialect::Sqlite => Err(Problem {
            message: format!("`{name}` has no URL, and an SQLite database has no schemas"),
            help: vec!["write `each-url = \"sqlite:tenants/{name}.db\"` beside `each`".into()],
        }),
    }
}

fn dialect(url: &str) -> Result<Dialect, Problem> {
    let scheme = url.split(':').next().unwrap_or_default();
    match Dialect::from_name(scheme).filter(|_| url.contains(':')) {
        Some(dialect) => Ok(dialect),
        // It reports what a URL begins with.
        None => super::normalise(url).map(|(dialect, _)| dialect),
    }
}

fn is_path(name: &str) -> bool {
    name.contains(['/', '\\']) || name.starts_with('.')
}
