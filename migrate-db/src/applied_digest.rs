//! A digest of a database on which a whole history is applied.

use std::fmt;

use migrate_core::graph::{Place, Target};
use migrate_core::history::History;
use migrate_core::sql::{Fingerprint, Hasher};

/// The heads of a history and a digest of the version rows that it leaves when all of it is
/// applied.
///
/// Stored as text, it answers for the history while the files do not change.
///
/// ```
/// use migrate_core::history::History;
/// use migrate_core::source::SourceFile;
/// use migrate_db::__private::AppliedDigest;
///
/// let text = "-- one\n--\n-- revision: a1\n-- revises:\n\n-- migrate:up\nSELECT 1;\n";
/// let (history, _) = History::read(vec![SourceFile::new("a1.sql", text)], None, &[]);
/// let all = AppliedDigest::of(&history).unwrap();
/// assert_eq!(AppliedDigest::read(&all.to_string()), Some(all));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedDigest {
    heads: Vec<String>,
    digest: Fingerprint,
}

impl AppliedDigest {
    /// Returns the digest of a history; `None` where another branch needs a head, so that a
    /// database has fewer heads than the graph.
    #[must_use]
    pub fn of(history: &History) -> Option<Self> {
        let graph = &history.graph;
        let heads = graph.heads();
        if heads != graph.real_heads() {
            return None;
        }
        let heads: Vec<_> = heads.into_iter().map(|node| graph.id(node).to_string()).collect();
        let revisions = graph.order().map(|node| graph.revision(node));
        let rows = revisions.map(|revision| (revision.id().as_str(), revision.fingerprint));
        let digest = digest(&heads, rows.collect());
        Some(Self { heads, digest })
    }

    /// Parses the text of a digest; `None` for any other text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (digest, heads) = text.split_once(' ')?;
        let heads = heads.split(' ').map(str::to_owned).collect();
        Some(Self { heads, digest: digest.parse().ok()? })
    }

    /// The heads.
    pub(crate) fn heads(&self) -> &[String] {
        &self.heads
    }

    /// Returns `true` if these revisions and fingerprints are all of the history.
    pub(crate) fn matches(&self, rows: Vec<(&str, Fingerprint)>) -> bool {
        digest(&self.heads, rows) == self.digest
    }

    /// Returns `true` if a target means that all is applied.
    pub(crate) fn is_target(&self, target: &Target) -> bool {
        match target {
            Target::At { branch: None, place: Place::Heads, offset: None } => true,
            Target::At { branch: None, place: Place::Head, offset: None } => self.heads.len() == 1,
            _ => false,
        }
    }
}

fn digest(heads: &[String], mut rows: Vec<(&str, Fingerprint)>) -> Fingerprint {
    rows.sort_unstable();
    let mut hasher = Hasher::new();
    for head in heads {
        hasher.field("head", head);
    }
    for (revision, fingerprint) in rows {
        hasher.field(revision, &fingerprint.to_string());
    }
    hasher.finish()
}

impl fmt::Display for AppliedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.digest, self.heads.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use migrate_core::source::SourceFile;

    use super::*;

    fn history(revisions: &[(&str, &str, &str)]) -> History {
        let file = |(id, revises, depends_on): &(&str, &str, &str)| {
            let needs = if depends_on.is_empty() { "" } else { "-- depends-on: " };
            let text = format!(
                "-- {id}\n--\n-- revision: {id}\n-- revises: {revises}\n{needs}{depends_on}\n\n\
                 -- migrate:up\nSELECT '{id}';\n-- migrate:down\nSELECT 2;\n"
            );
            SourceFile::new(format!("{id}.sql"), text)
        };
        let (history, found) = History::read(revisions.iter().map(file).collect(), None, &[]);
        assert!(found.is_empty(), "{found:?}");
        history
    }

    fn rows(history: &History) -> Vec<(&str, Fingerprint)> {
        let graph = &history.graph;
        let revisions = graph.order().map(|node| graph.revision(node));
        revisions.map(|revision| (revision.id().as_str(), revision.fingerprint)).collect()
    }

    #[test]
    fn only_the_very_rows_are_all() {
        let history = history(&[("a", "", ""), ("b", "a", ""), ("c", "b", "")]);
        let all = AppliedDigest::of(&history).unwrap();
        let rows = rows(&history);
        assert!(all.matches(rows.clone()));
        assert!(
            all.matches(rows.iter().rev().copied().collect()),
            "in whatever order they were applied"
        );
        for at in 0..rows.len() {
            let (mut fewer, mut edited, mut renamed) = (rows.clone(), rows.clone(), rows.clone());
            fewer.remove(at);
            edited[at].1 = rows[(at + 1) % rows.len()].1;
            renamed[at].0 = "d";
            let more = [rows.clone(), vec![("d", rows[at].1)]].concat();
            for other in [fewer, edited, renamed, more] {
                assert!(!all.matches(other));
            }
        }
        let elsewhere = AppliedDigest::read(&all.to_string().replace(" c", " b")).unwrap();
        assert!(!elsewhere.matches(rows), "another head");
    }

    #[test]
    fn all_is_a_target_where_that_is_what_it_means() {
        let one = AppliedDigest::of(&history(&[("a", "", ""), ("b", "a", "")])).unwrap();
        let two = AppliedDigest::of(&history(&[("a", "", ""), ("b", "a", ""), ("c", "a", "")]));
        let two = two.unwrap();
        let targets = ["head", "heads", "b", "head-1", "a@head", "+1", "base", "current"];
        let meant = |all: &AppliedDigest| -> Vec<&str> {
            targets.into_iter().filter(|text| all.is_target(&text.parse().unwrap())).collect()
        };
        assert_eq!(meant(&one), ["head", "heads"]);
        assert_eq!(meant(&two), ["heads"]);
        // Applied, b is no head: c needs it.
        assert_eq!(
            AppliedDigest::of(&history(&[("a", "", ""), ("b", "a", ""), ("c", "a", "b")])),
            None
        );
    }

    #[test]
    fn what_is_no_text_of_it_is_refused() {
        for text in ["", " ", "a b", &"f".repeat(63), &"é".repeat(32)] {
            assert_eq!(AppliedDigest::read(text), None, "{text}");
        }
    }
}
