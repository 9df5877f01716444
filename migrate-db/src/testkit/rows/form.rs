//! Texts in a narrower format, as the name or the use of a column suggests.

use std::collections::BTreeMap;

use super::value::Value;

/// What a text is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Form {
    /// JSON.
    Json,
    /// A semantic version.
    Semver,
    /// A URL.
    Url,
    /// A path of files.
    Path,
    /// A UUID.
    Uuid,
}

/// The form of a column's texts, by its use, else by its name.
pub(in super::super) fn form(column: &str, used: &BTreeMap<String, Form>) -> Option<Form> {
    let column = column.to_lowercase();
    used.get(&column).copied().or_else(|| Form::of_name(&column))
}

impl Form {
    /// The form that the name of a column says.
    fn of_name(name: &str) -> Option<Self> {
        let is = |words: &[&str]| name.split('_').any(|part| words.contains(&part));
        if name.contains("json") {
            Some(Self::Json)
        } else if name.contains("uuid") || is(&["guid"]) {
            Some(Self::Uuid)
        } else if is(&["version", "semver"]) {
            Some(Self::Semver)
        } else if name.ends_with("url") || is(&["uri", "link", "href", "website", "homepage"]) {
            Some(Self::Url)
        } else if name.ends_with("path") || is(&["filename", "dir", "folder"]) {
            Some(Self::Path)
        } else {
            None
        }
    }

    /// The form that a type reads from a text.
    pub(in super::super) fn of_type(name: &str) -> Option<Self> {
        match name {
            "json" | "jsonb" => Some(Self::Json),
            "uuid" => Some(Self::Uuid),
            "semver" => Some(Self::Semver),
            _ => None,
        }
    }

    /// The form that a function reads from its first argument, by its name.
    pub(in super::super) fn of_function(name: &str) -> Option<Self> {
        // What makes JSON takes anything.
        let makes = ["build", "agg", "object", "array", "quote", "valid"];
        if name.contains("json") && !makes.iter().any(|word| name.contains(word)) {
            Some(Self::Json)
        } else if name.contains("semver") {
            Some(Self::Semver)
        } else {
            None
        }
    }

    /// Values of the form, each of which differs from the others.
    pub(super) fn values(self, limit: Option<usize>) -> Vec<Value> {
        let texts: [&str; 3] = match self {
            Self::Json => [r#"{"n": 1, "of": [true, null]}"#, "{}", "[]"],
            Self::Semver => ["1.2.3", "0.1.0-beta.1", "10.20.30"],
            Self::Url => {
                ["https://example.com/a?b=c#d", "http://example.org", "https://a.example/"]
            }
            Self::Path => ["/a/b.txt", "a/b", "/"],
            Self::Uuid => [
                "0b6f4e3e-7c1a-4d7e-9a55-2f1f3a1c9d10",
                "00000000-0000-0000-0000-000000000001",
                "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            ],
        };
        let fits = |text: &&str| limit.is_none_or(|limit| text.len() <= limit);
        texts.into_iter().filter(fits).map(Value::text).collect()
    }

    /// The `n`-th of many values of the form.
    pub(super) fn fresh(self, n: u64) -> Value {
        Value::Text(match self {
            Self::Json => format!("{{\"n\": {n}}}"),
            Self::Semver => format!("1.{n}.0"),
            Self::Url => format!("https://example.com/{n}"),
            Self::Path => format!("/a/{n}"),
            Self::Uuid => format!("00000000-0000-4000-8000-{n:012x}"),
        })
    }
}
