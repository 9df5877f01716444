//! The part of a revision that its row stores, for programs without its file.

use crate::ident::{BranchLabel, RevisionId};
use crate::revision::{Draft, DraftSection, Named, Revision};

/// Returns the header and the down of a revision in the form of a revision file, without its up: a
/// program without the file can revert the revision.
#[must_use]
pub fn down_file(revision: &Revision) -> String {
    let header = &revision.header;
    let text = revision.file.text();
    let sections = revision.sections.iter().filter(|s| s.kind.is_down()).map(|section| {
        let marker = section.marker.of(text).trim_start_matches("-- migrate:");
        DraftSection::new(marker, section.body.of(text))
    });
    let mut draft = Draft {
        id: header.id.name.clone(),
        revises: header.revises.iter().map(|n| n.name.clone()).collect(),
        depends_on: header.depends_on.iter().map(|n| n.name.clone()).collect::<Vec<BranchLabel>>(),
        labels: header.labels.iter().map(|n| n.name.clone()).collect(),
        replaces: {
            let ids = |list: &Vec<Named<RevisionId>>| list.iter().map(|n| n.name.clone()).collect();
            header.replaces.iter().map(ids).collect()
        },
        created: header.created.clone(),
        message: header.message.clone(),
        comments: String::new(),
        sections: vec![DraftSection::new("up", "")],
    };
    draft.sections.extend(sections);
    draft.render()
}
