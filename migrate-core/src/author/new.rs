//! `new`: a revision on top of another.

use super::{Author, AuthorError, Kind, Written};
use crate::command::{Command, Help};
use crate::graph::TargetErrorKind;
use crate::ident::{BranchLabel, Created, RevisionId};
use crate::revision::{Draft, DraftSection, Template};

/// A request for a new revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRevision {
    /// Its id.
    pub id: RevisionId,
    /// The time of creation.
    pub created: Created,
    /// The message, one line.
    pub message: String,
    /// The parent as a target; `None` is `head`, and `base` starts a new tree.
    pub head: Option<String>,
    /// Whether the parent may be a revision that is not a head; this starts a branch.
    pub splice: bool,
    /// The branch labels.
    pub labels: Vec<BranchLabel>,
    /// Revisions or labels that it depends on.
    pub depends_on: Vec<String>,
    /// The text after the header.
    pub body: Body,
}

/// The sections of a new revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Empty up and down sections.
    Template,
    /// An empty up section, and the reason for the absence of a down.
    Irreversible(String),
    /// These sections.
    Sections(Vec<DraftSection>),
}

impl Body {
    fn sections(&self, template: Option<&Template>) -> Vec<DraftSection> {
        let plain = Template::default();
        let template = template.unwrap_or(&plain);
        match self {
            Self::Template => template.empty(None),
            Self::Irreversible(reason) => {
                template.empty(Some(DraftSection::new(format!("irreversible {reason}"), "")))
            }
            Self::Sections(sections) => template.around(sections.clone()),
        }
    }
}

impl Author<'_> {
    /// Writes a new revision.
    ///
    /// # Errors
    /// `head` is not exactly one head, an id or label is taken, or a word names no revision.
    pub fn new_revision(&self, request: &NewRevision) -> Result<Written, AuthorError> {
        if let Body::Irreversible(reason) = &request.body
            && reason.trim().is_empty()
        {
            return Err(AuthorError::new(
                Kind::NoReason,
                "an irreversible revision needs a reason",
            )
            .help("`--irreversible \"the old values are gone\"`"));
        }
        self.written(self.draft(request)?)
    }

    pub(super) fn draft(&self, request: &NewRevision) -> Result<Draft, AuthorError> {
        Ok(Draft {
            id: request.id.clone(),
            revises: self.parent(request.head.as_deref(), request.splice)?.into_iter().collect(),
            depends_on: self.depends_on(&request.depends_on)?,
            labels: request.labels.clone(),
            replaces: Vec::new(),
            created: Some(request.created.clone()),
            message: request.message.clone(),
            comments: self.comments(),
            sections: request.body.sections(self.template()),
        })
    }

    /// The comments that the template gives a new revision.
    pub(super) fn comments(&self) -> String {
        self.template().map(|template| template.comments.clone()).unwrap_or_default()
    }

    /// Returns the parent of a new revision; `None` is base.
    ///
    /// # Errors
    /// The word names several revisions or none, or no head without `splice`.
    pub fn parent(
        &self,
        head: Option<&str>,
        splice: bool,
    ) -> Result<Option<RevisionId>, AuthorError> {
        let graph = &self.history.graph;
        let nodes = self.nodes(head.unwrap_or("head")).map_err(|error| match error.kind {
            Kind::Target(TargetErrorKind::SeveralHeads) => {
                error.help("`--head <revision>` says which to build on")
            }
            _ => error,
        })?;
        match nodes.as_slice() {
            [] => Ok(None),
            [node] => {
                if !splice {
                    self.must_be_head(*node, "`--splice` starts a branch there all the same")?;
                }
                Ok(Some(graph.id(*node).clone()))
            }
            several => Err(AuthorError::new(
                Kind::SeveralParents,
                format!("`{}` names several revisions", head.unwrap_or("head")),
            )
            .help(
                Help::new("name one; ")
                    .run(Command::Merge)
                    .then(" writes a revision with several parents"),
            )
            .list("it names", graph, several)),
        }
    }

    /// Returns a dependency as written if it is a label, else as a full id.
    fn depends_on(&self, words: &[String]) -> Result<Vec<BranchLabel>, AuthorError> {
        let graph = &self.history.graph;
        let mut names: Vec<BranchLabel> = Vec::new();
        for word in words {
            let name = match graph.labels().into_iter().find(|(label, _)| label.as_str() == word) {
                Some((label, _)) => label.clone(),
                None => graph.id(graph.find(word)?).into(),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }

    pub(super) fn written(&self, draft: Draft) -> Result<Written, AuthorError> {
        let drafts = [draft];
        let (mut changes, graph) = self.write(&drafts)?;
        changes.push(Self::lock_change(&self.relock(&graph, &[])));
        let [draft] = drafts;
        Ok(Written {
            name: self.file_name(&draft),
            id: draft.id,
            revises: draft.revises,
            heads: Self::ids(&graph, graph.real_heads()),
            changes,
        })
    }
}
