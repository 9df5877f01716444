//! Drafts: revisions that are not written to a file yet.
//!
//! A draft renders the text and the name of a new revision file. The caller chooses the id, the
//! parents and the time.

use std::fmt::Write as _;

use super::section::PREFIX;
use super::{Named, Revision};
use crate::ident::{BranchLabel, Created, RevisionId};

/// The parts of a new revision file.
///
/// ```
/// use migrate_core::ident::{Created, RevisionId};
/// use migrate_core::revision::{Draft, DraftSection};
/// let draft = Draft {
///     id: RevisionId::new("615021cc5b23").unwrap(),
///     revises: vec![],
///     depends_on: vec![],
///     labels: vec![],
///     replaces: vec![],
///     created: Created::new("2026-11-21T01:23:45Z").ok(),
///     message: "Create users".into(),
///     comments: String::new(),
///     sections: vec![DraftSection::new("up", "CREATE TABLE users (id INT);")],
/// };
/// assert_eq!(draft.file_name(), "20261121012345_615021cc5b23_create_users.sql");
/// assert!(draft.render().contains("-- revision: 615021cc5b23\n-- revises:\n"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The id.
    pub id: RevisionId,
    /// The parents.
    pub revises: Vec<RevisionId>,
    /// Ids or labels of its dependencies.
    pub depends_on: Vec<BranchLabel>,
    /// Its branch labels.
    pub labels: Vec<BranchLabel>,
    /// The alternatives of revisions that it replaces; see [`Header`](super::Header).
    pub replaces: Vec<Vec<RevisionId>>,
    /// The time of creation.
    pub created: Option<Created>,
    /// The message; line breaks become spaces.
    pub message: String,
    /// The comment lines below the header, without their `--`. Written only below a message.
    pub comments: String,
    /// The sections in order.
    pub sections: Vec<DraftSection>,
}

/// One section of a [`Draft`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSection {
    /// The text after `-- migrate:` on the marker's line.
    pub marker: String,
    /// The text below the marker, which may be empty.
    pub body: String,
}

impl DraftSection {
    /// Creates a section with a marker and a text.
    #[must_use]
    pub fn new(marker: impl Into<String>, body: impl Into<String>) -> Self {
        Self { marker: marker.into(), body: body.into() }
    }
}

/// The text of sections, each after an empty line.
pub(crate) fn render_sections(sections: &[DraftSection]) -> String {
    let mut text = String::new();
    for section in sections {
        let _ = write!(text, "\n{PREFIX}{}\n", one_line(&section.marker));
        let body = section.body.trim_matches(['\n', '\r']).trim_end();
        if !body.is_empty() {
            let _ = writeln!(text, "{body}");
        }
    }
    text
}

impl Draft {
    /// The text of the file.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        let message = one_line(&self.message);
        if !message.is_empty() {
            let _ = write!(text, "-- {message}\n--\n");
        }
        header_line(&mut text, "revision", [self.id.as_str()]);
        header_line(&mut text, "revises", self.revises.iter().map(RevisionId::as_str));
        if let Some(created) = &self.created {
            header_line(&mut text, "created", [created.as_str()]);
        }
        if !self.depends_on.is_empty() {
            header_line(&mut text, "depends-on", self.depends_on.iter().map(BranchLabel::as_str));
        }
        if !self.labels.is_empty() {
            header_line(&mut text, "branch-labels", self.labels.iter().map(BranchLabel::as_str));
        }
        if !self.replaces.is_empty() {
            let list = |ids: &Vec<RevisionId>| {
                ids.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(", ")
            };
            let lists: Vec<String> = self.replaces.iter().map(list).collect();
            header_line(&mut text, "replaces", [lists.join(" | ").as_str()]);
        }
        if !self.comments().is_empty() {
            text.push('\n');
        }
        for line in self.comments().lines() {
            let _ = writeln!(text, "{}", format!("-- {}", line.trim()).trim_end());
        }
        text.push_str(&render_sections(&self.sections));
        text
    }

    /// Returns `true` if a parsed revision equals this draft. It may not, because a message or body
    /// can contain a line with another meaning in a file.
    #[must_use]
    pub fn is_read_as(&self, revision: &Revision) -> bool {
        fn same<T: PartialEq>(names: &[Named<T>], wanted: &[T]) -> bool {
            names.iter().map(|named| &named.name).eq(wanted)
        }
        let header = &revision.header;
        let text = revision.file.text();
        let sections = revision.sections.iter().map(|section| {
            let marker = section.marker.of(text).trim_start_matches(PREFIX);
            (marker, section.body.of(text).trim())
        });
        header.id.name == self.id
            && same(&header.revises, &self.revises)
            && same(&header.depends_on, &self.depends_on)
            && same(&header.labels, &self.labels)
            && header.replaces.len() == self.replaces.len()
            && header.replaces.iter().zip(&self.replaces).all(|(read, own)| same(read, own))
            && header.created == self.created
            && header.message == one_line(&self.message)
            && header.description == self.comments()
            && sections.eq(self
                .sections
                .iter()
                .map(|s| (one_line(&s.marker), s.body.replace("\r\n", "\n").trim().to_owned()))
                .collect::<Vec<_>>()
                .iter()
                .map(|(marker, body)| (marker.as_str(), body.as_str())))
    }

    /// Without a message the first comment would be read as one.
    fn comments(&self) -> &str {
        if one_line(&self.message).is_empty() { "" } else { self.comments.trim() }
    }

    /// The name of the file: time, id and the words of the message, so that a directory listing is
    /// sorted by time. The time is omitted if the id begins with the date.
    #[must_use]
    pub fn file_name(&self) -> String {
        let moment = self.created.as_ref().map_or("", Created::as_str);
        let moment: String = moment.chars().filter(char::is_ascii_digit).take(14).collect();
        let is_in_id = moment.len() >= 8 && self.id.as_str().starts_with(&moment[..8]);
        let moment = if is_in_id { String::new() } else { moment };
        let mut words = slug(&self.message);
        if self.id.as_str().to_lowercase().contains(&format!("_{words}")) {
            // The user's id often contains the message.
            words.clear();
        }
        let parts = [moment.as_str(), self.id.as_str(), &words];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        format!("{}.sql", parts.join("_"))
    }
}

fn header_line<'a>(text: &mut String, key: &str, names: impl IntoIterator<Item = &'a str>) {
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    let space = if names.is_empty() { "" } else { " " };
    let _ = writeln!(text, "-- {key}:{space}{names}");
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the words of a message in lower case, joined by `_`, cut between words at 40 characters
/// or 80 bytes. A file name has at most 255 bytes, of which an id can take 128.
pub(super) fn slug(message: &str) -> String {
    let mut slug = String::new();
    for word in message.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let longer =
            format!("{slug}{}{}", if slug.is_empty() { "" } else { "_" }, word.to_lowercase());
        let fits = longer.chars().count() <= 40 && longer.len() <= 80;
        if !fits && !slug.is_empty() {
            break;
        }
        slug = longer;
    }
    // The first word alone is too long.
    let mut bytes = 0;
    let cut = |c: &char| {
        bytes += c.len_utf8();
        bytes <= 80
    };
    slug.chars().take(40).take_while(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_cut_between_words() {
        assert_eq!(slug("Add users.email, NOT NULL!"), "add_users_email_not_null");
        assert_eq!(
            slug("one two three four five six seven eight nine"),
            "one_two_three_four_five_six_seven_eight"
        );
        assert_eq!(slug(&"x".repeat(60)).len(), 40);
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(slug(&"\u{10400}".repeat(60)).len(), 80);
    }
}
