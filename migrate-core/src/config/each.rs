//! `each`: the source of the databases that share one history.

use std::ops::Range;

use toml::de::DeValue;

use super::value::{Wrong, text, texts};

/// The source of the names of databases that share one history. A name may be followed by a space and
/// the URL of its database; a URL alone is named after its database.
///
/// ```
/// use migrate_core::config::{Config, Each};
/// use migrate_core::source::SourceFile;
/// let text = "[database.tenants]\neach = [\"acme\", \"globex\"]\n";
/// let (config, found) = Config::parse(&SourceFile::new("migrate.toml", text));
/// assert!(found.is_empty());
/// let each = config.database(Some("tenants")).unwrap().each.as_ref();
/// assert_eq!(each, Some(&Each::Names(vec!["acme".into(), "globex".into()])));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Each {
    /// A query that is run in the database of `database-url`. Its first column is the name, its second
    /// one, if there is one, the URL.
    Query(String),
    /// The names.
    Names(Vec<String>),
    /// A file with a name per line, relative to the configuration.
    File(String),
    /// A program and its arguments, which prints a name per line.
    Command(Vec<String>),
}

/// The first words of a query.
const QUERIES: [&str; 6] = ["select", "with", "values", "table", "show", "call"];

/// Reads the value, or returns the place of the mistake (`None` for the whole value) and the correct
/// form.
pub(super) fn each(name: &str, value: &DeValue<'_>) -> Result<Each, (Option<Range<usize>>, Wrong)> {
    if let Some(query) = value.as_str() {
        let first = query.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next();
        let is_query = |word: &str| QUERIES.iter().any(|query| query.eq_ignore_ascii_case(word));
        return match first {
            Some(word) if is_query(word) => Ok(Each::Query(query.to_owned())),
            _ => Err((None, help(name))),
        };
    }
    if value.as_array().is_some() {
        return texts(name, value, "acme").map(Each::Names).map_err(|help| (None, help));
    }
    let table = value.as_table().ok_or_else(|| (None, help(name)))?;
    let mut entries = table.iter();
    let (Some((key, value)), None) = (entries.next(), entries.next()) else {
        return Err((None, help(name)));
    };
    let place = Some(value.span());
    match key.get_ref().as_ref() {
        "file" => match text("file", value.get_ref(), "tenants.txt") {
            Ok(path) => Ok(Each::File(path)),
            Err(help) => Err((place, help)),
        },
        "command" => match texts("command", value.get_ref(), "list-tenants") {
            Ok(words) if words.first().is_some_and(|program| !program.trim().is_empty()) => {
                Ok(Each::Command(words))
            }
            _ => Err((
                place,
                "write a program and its arguments: `command = [\"list-tenants\", \"--active\"]`"
                    .into(),
            )),
        },
        _ => Err((Some(key.span()), help(name))),
    }
}

fn help(name: &str) -> Wrong {
    format!(
        "write a query, a list, a file or a program: `{name} = \"SELECT ..\"`, `{name} = [\"acme\"]`, \
         `{name} = {{ file = \"tenants.txt\" }}` or `{name} = {{ command = [\"list-tenants\"] }}`"
    )
}
