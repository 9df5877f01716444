//! Patterns of the names of revision files, as `file-name` in `migrate.toml` gives them.

use super::draft::{Draft, slug};
use crate::ident::Created;

/// The extension of a revision file.
const EXTENSION: &str = ".sql";

/// The directives of `{date:..}`, with the length and the position of their digits in a timestamp.
const DIRECTIVES: [(char, usize, usize); 6] =
    [('Y', 0, 4), ('m', 5, 7), ('d', 8, 10), ('H', 11, 13), ('M', 14, 16), ('S', 17, 19)];

/// How many bytes of a name the text of a pattern and its dates may take. An id takes up to 128, the
/// words of a message up to 80, and a file name has at most 255.
const MAX_TEXT: usize = 40;

/// A pattern of file names: text with `{id}`, `{slug}` and `{date:%Y_%m_%d}`.
///
/// ```
/// use migrate_core::revision::FilePattern;
/// assert!(FilePattern::parse("{date:%Y_%m_%d}_{id}_{slug}").is_ok());
/// assert!(FilePattern::parse("{slug}").unwrap_err().contains("{id}"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Id,
    Slug,
    Date(String),
}

impl FilePattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// The mistake, and what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.strip_suffix(EXTENSION).unwrap_or(text);
        while !rest.is_empty() {
            let Some(inner) = rest.strip_prefix('{') else {
                let end = rest.find('{').unwrap_or(rest.len());
                parts.push(Part::Text(plain(&rest[..end])?.to_owned()));
                rest = &rest[end..];
                continue;
            };
            let (field, after) = inner
                .split_once('}')
                .ok_or("close each field with `}`, as in `{id}`".to_owned())?;
            parts.push(self::field(field)?);
            rest = after;
        }
        if !parts.contains(&Part::Id) {
            return Err(
                "the name needs `{id}`, without which two revisions may share a file".into()
            );
        }
        if matches!(parts.first(), Some(Part::Text(text)) if text.starts_with('.')) {
            return Err("a file whose name begins with `.` is not read as a revision".into());
        }
        let length = |part: &Part| match part {
            Part::Text(text) => text.len(),
            Part::Date(format) => format.len() + format.matches("%Y").count() * 2,
            Part::Id | Part::Slug => 0,
        };
        if parts.iter().map(length).sum::<usize>() > MAX_TEXT
            || parts.iter().filter(|part| matches!(part, Part::Id | Part::Slug)).count() > 2
        {
            return Err("the name would be too long for a file system: shorten its text".into());
        }
        Ok(Self { parts })
    }

    /// The name of the file of a draft. Separators around an empty field are left out at both ends.
    #[must_use]
    pub fn file_name(&self, draft: &Draft) -> String {
        let moment = draft.created.as_ref().map_or("", Created::as_str);
        let mut name = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Id => name.push_str(draft.id.as_str()),
                Part::Slug => name.push_str(&slug(&draft.message)),
                Part::Date(format) => date(format, moment, &mut name),
            }
        }
        format!("{}{EXTENSION}", name.trim_matches(['_', '-', '.', ' ']))
    }
}

/// Reads the inside of a field.
fn field(field: &str) -> Result<Part, String> {
    match field.split_once(':') {
        None if field == "id" => Ok(Part::Id),
        None if field == "slug" => Ok(Part::Slug),
        None if field == "date" => Ok(Part::Date("%Y%m%d%H%M%S".to_owned())),
        Some(("date", format)) => {
            let mut rest = format.chars();
            while let Some(c) = rest.next() {
                if c == '%' && !rest.next().is_some_and(|c| DIRECTIVES.iter().any(|d| d.0 == c)) {
                    return Err("a date is written with %Y, %m, %d, %H, %M and %S".into());
                }
            }
            plain(&format.replace('%', "")).map(|_| Part::Date(format.to_owned()))
        }
        _ => Err(format!(
            "`{{{field}}}` is not a field; the fields are {{id}}, {{slug}} and {{date:%Y_%m_%d}}"
        )),
    }
}

fn plain(text: &str) -> Result<&str, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-. ".contains(c);
    match text.chars().find(|c| !is_plain(*c)) {
        Some(c) => {
            Err(format!("`{c}` cannot be in a file name; use letters, digits, `_`, `-` and `.`"))
        }
        None => Ok(text),
    }
}

fn date(format: &str, moment: &str, name: &mut String) {
    let mut rest = format.chars();
    while let Some(c) = rest.next() {
        let directive = rest.clone().next().filter(|_| c == '%');
        match directive.and_then(|c| DIRECTIVES.iter().find(|directive| directive.0 == c)) {
            Some((_, from, to)) => {
                rest.next();
                name.push_str(moment.get(*from..*to).unwrap_or_default());
            }
            None => name.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::RevisionId;

    fn draft(message: &str) -> Draft {
        Draft {
            id: RevisionId::new("615021cc5b23").unwrap(),
            revises: vec![],
            depends_on: vec![],
            labels: vec![],
            replaces: Vec::new(),
            created: Created::new("2026-11-21T01:23:45Z").ok(),
            message: message.into(),
            comments: String::new(),
            sections: vec![],
        }
    }

    #[test]
    fn the_fields_are_filled_in() {
        let name =
            |pattern, message| FilePattern::parse(pattern).unwrap().file_name(&draft(message));
        assert_eq!(
            name("{date:%Y_%m_%d}_{id}_{slug}", "Add users.email"),
            "2026_11_21_615021cc5b23_add_users_email.sql"
        );
        assert_eq!(name("V{date}-{id}.sql", "x"), "V20261121012345-615021cc5b23.sql");
        assert_eq!(name("{id}_{slug}", "!"), "615021cc5b23.sql");
        assert_eq!(name("{date:%H.%M.%S}{id}", ""), "01.23.45615021cc5b23.sql");
    }

    #[test]
    fn a_wrong_pattern_is_refused_with_what_is_right() {
        for (pattern, part) in [
            ("{slug}", "needs `{id}`"),
            ("{id", "close each field"),
            ("{id}_{rev}", "`{rev}` is not a field"),
            ("{id}/{slug}", "`/` cannot be"),
            ("{date:%q}{id}", "%Y, %m"),
            ("{date:%}{id}", "%Y, %m"),
            ("{date:%Y/%m}{id}", "`/` cannot be"),
            (".{id}", "begins with `.`"),
            ("{id}{id}{id}", "too long"),
            ("", "needs `{id}`"),
        ] {
            let error = FilePattern::parse(pattern).unwrap_err();
            assert!(error.contains(part), "{pattern}: {error}");
        }
        assert!(FilePattern::parse(&format!("{}{{id}}", "x".repeat(41))).is_err());
    }
}
