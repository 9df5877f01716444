//! A project's own template of new revisions: comments below the header, and sections.

use super::draft::{Draft, DraftSection};
use super::header::{KEYS, lines};
use super::parse::sections;
use super::section::PREFIX;
use super::{Revision, SectionKind};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::dialect::Dialect;
use crate::ident::RevisionId;
use crate::source::{SourceFile, Span};

/// What a project adds to each new revision. The header is not part of it: the command writes it.
///
/// ```
/// use migrate_core::{revision::Template, source::SourceFile};
/// let file = SourceFile::new("template.sql", "-- Ticket: APP-12\n\n-- migrate:up\n\n-- migrate:down\n");
/// let (template, found) = Template::parse(&file, &[]);
/// assert!(found.is_empty());
/// assert_eq!(template.comments, "Ticket: APP-12");
/// assert_eq!(template.sections.len(), 2);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template {
    /// The comment lines below the header, without their `--`.
    pub comments: String,
    /// The sections, in order.
    pub sections: Vec<DraftSection>,
}

impl Template {
    /// Parses a template and reports its mistakes.
    #[must_use]
    pub fn parse(file: &SourceFile, dialects: &[Dialect]) -> (Self, Diagnostics) {
        let mut found = Diagnostics::new();
        let text = file.text();
        let (header, sections) = sections(file, &mut found);
        let mut comments = Vec::new();
        for line in lines(text, header) {
            let trimmed = line.of(text).trim();
            let Some(comment) = trimmed.strip_prefix("--") else {
                if trimmed.is_empty() {
                    comments.push("");
                } else {
                    let message = "there is SQL before the first marker";
                    found.push(
                        Diagnostic::new(Code::TextOutsideSection, message)
                            .at(file, line)
                            .help("put it under `-- migrate:up`"),
                    );
                }
                continue;
            };
            let comment = comment.trim();
            let key = comment.split_once(':').map(|(name, _)| name.trim_end());
            if let Some(key) = key.filter(|key| KEYS.contains(key)) {
                let message =
                    format!("`{key}` is a key of the header, which a template does not hold");
                found.push(
                    Diagnostic::new(Code::UnknownKey, message)
                        .at(file, line)
                        .help("remove the line: the command writes the header"),
                );
            }
            comments.push(comment);
        }
        comments.dedup_by(|one, other| one.is_empty() && other.is_empty());
        let sections = sections.iter().map(|section| {
            let marker = section.marker.of(text).trim_start_matches(PREFIX);
            DraftSection::new(marker.trim(), section.body.of(text))
        });
        let template =
            Self { comments: comments.join("\n").trim().to_owned(), sections: sections.collect() };
        if found.is_empty() && !template.is_read_back(dialects) {
            let message = "a revision with this template would be read as something else";
            found.push(Diagnostic::new(Code::UnknownKey, message).at(file, Span::new(0, 0)).help(
                "a comment cannot look like a misspelt key of the header, as in `revison: ..`",
            ));
        }
        (template, found)
    }

    /// Returns `true` if a draft with the template is parsed as it is written.
    fn is_read_back(&self, dialects: &[Dialect]) -> bool {
        let Ok(id) = RevisionId::new("000000000000") else { return false };
        let draft = Draft {
            id,
            revises: Vec::new(),
            depends_on: Vec::new(),
            labels: Vec::new(),
            replaces: Vec::new(),
            created: None,
            message: "message".to_owned(),
            comments: self.comments.clone(),
            sections: self.sections.clone(),
        };
        let file = SourceFile::new(String::new(), draft.render());
        Revision::parse(file, dialects).0.is_some_and(|revision| draft.is_read_as(&revision))
    }

    /// The sections of a revision for which `own` gives the up and the down. A marker `up` or `down`
    /// takes the options of the template's, and the other sections of the template follow.
    #[must_use]
    pub fn around(&self, own: Vec<DraftSection>) -> Vec<DraftSection> {
        let marker_of = |word: &str| {
            let mut same = self.sections.iter().filter(|section| kind_of(section) == word);
            same.next().filter(|_| same.next().is_none()).map(|section| section.marker.clone())
        };
        let has_no_dialect = |marker: &String| !marker.contains("dialect:");
        let mut all: Vec<DraftSection> = own
            .into_iter()
            .map(|section| match section.marker.as_str() {
                "up" | "down" => {
                    let marker = marker_of(&section.marker).filter(has_no_dialect);
                    DraftSection { marker: marker.unwrap_or(section.marker), body: section.body }
                }
                _ => section,
            })
            .collect();
        let is_step = |section: &&DraftSection| {
            let kinds = SectionKind::ALL.into_iter().filter(|kind| kind.is_step());
            kinds.map(SectionKind::word).any(|word| word == kind_of(section))
        };
        all.extend(self.sections.iter().filter(|section| !is_step(section)).cloned());
        all
    }

    /// The sections of an empty revision; `down` takes the place of the template's down if given.
    #[must_use]
    pub fn empty(&self, down: Option<DraftSection>) -> Vec<DraftSection> {
        let is_down = |section: &DraftSection| {
            let kinds = SectionKind::ALL.into_iter().filter(|kind| kind.is_down());
            kinds.map(SectionKind::word).any(|word| word == kind_of(section))
        };
        let mut all = self.sections.clone();
        if !all.iter().any(|section| kind_of(section) == "up") {
            all.insert(0, DraftSection::new("up", ""));
        }
        match (down, all.iter().position(is_down)) {
            (None, Some(_)) => {}
            (None, None) => all.push(DraftSection::new("down", "")),
            (Some(down), at) => {
                all.retain(|section| !is_down(section));
                all.insert(at.unwrap_or(all.len()).min(all.len()), down);
            }
        }
        all
    }
}

/// The first word of a marker.
fn kind_of(section: &DraftSection) -> &str {
    section.marker.split_whitespace().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &'static str) -> (Template, Diagnostics) {
        Template::parse(&SourceFile::new("template.sql", text), &[Dialect::Postgres])
    }

    #[test]
    fn a_mistake_is_reported_at_its_line() {
        let (_, found) = parse("-- revision: a1\nSELECT 1;\n-- migrate:upp\n");
        let lines: Vec<_> = found.iter().map(|d| d.places[0].location.line).collect();
        assert_eq!(lines, [3, 1, 2], "{found}");
        let (_, found) = parse("-- revison: a1\n\n-- migrate:up\n");
        assert!(found.has_errors(), "{found}");
    }

    #[test]
    fn the_up_and_down_of_a_revision_take_the_options_of_the_template() {
        let (template, found) = parse(
            "-- Ticket:\n\n-- migrate:up lock-timeout:2s\n\n-- migrate:down\n\n-- migrate:verify\n-- SELECT true;\n",
        );
        assert!(found.is_empty(), "{found}");
        let own = vec![DraftSection::new("up", "SELECT 1;"), DraftSection::new("noop x", "")];
        let markers = |sections: Vec<DraftSection>| -> Vec<String> {
            sections.into_iter().map(|section| section.marker).collect()
        };
        assert_eq!(markers(template.around(own)), ["up lock-timeout:2s", "noop x", "verify"]);
        let down = Some(DraftSection::new("irreversible gone", ""));
        assert_eq!(
            markers(template.empty(down)),
            ["up lock-timeout:2s", "irreversible gone", "verify"]
        );
        assert_eq!(markers(Template::default().empty(None)), ["up", "down"]);
    }
}
