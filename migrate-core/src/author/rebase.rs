//! `rebase`: moves a branch on top of another by the `revises:` line of its first revision.

use std::io;

use super::{Author, AuthorError, Kind};
use crate::command::{Command, Help};
use crate::directory::Change;
use crate::graph::{Graph, Node, Set};
use crate::ident::RevisionId;
use crate::revision::{Revision, revises_line};
use crate::source::SourceFile;

/// The reason that the lock file records for the earlier fingerprint of a moved revision.
const REASON: &str = "rebased";

/// The alternative where nothing can be moved.
fn instead() -> Help {
    Command::Merge.help("joins the heads without moving anything")
}

/// A request for a rebase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebase {
    /// The branch to move, by any of its revisions or its label; `None` for all revisions outside
    /// the branch of `onto`.
    pub branch: Option<String>,
    /// The head to move the branch onto; `None` for the only other head.
    pub onto: Option<String>,
}

/// The result of a rebase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebased {
    /// The revisions whose parent changes; usually one.
    pub rewritten: Vec<RevisionId>,
    /// All moved revisions, the first of the branch first.
    pub moved: Vec<RevisionId>,
    /// The head that they are now on.
    pub onto: RevisionId,
    /// What to change in the folder.
    pub changes: Vec<Change>,
}

impl Author<'_> {
    /// Moves a branch by rewriting the `revises:` line of its first revision. The lock file keeps
    /// the earlier fingerprint, so databases that ran the revision before remain valid. `read`
    /// returns the text of a file on disk by its name. The lock file may contain git's conflict
    /// markers: it is rewritten.
    ///
    /// # Errors
    /// There are fewer than two heads, or more without a choice; a merge or a dependency connects
    /// the branch with revisions that stay; or a file cannot be read.
    pub fn rebase(
        &self,
        request: &Rebase,
        read: impl Fn(&str) -> io::Result<String>,
    ) -> Result<Rebased, AuthorError> {
        let graph = &self.history.graph;
        let (tips, onto) = self.choose(request)?;
        let stays = graph.ancestors([onto]);
        let moved = graph.set(graph.ancestors(tips).iter().filter(|n| !stays.contains(*n)));
        let mut changes = Vec::new();
        let mut rewritten = Vec::new();
        for node in self.first_of(&moved)? {
            let (change, revision) = self.rewrite(node, onto, &read)?;
            changes.push(change);
            rewritten.push(revision);
        }
        let ids: Vec<RevisionId> = rewritten.iter().map(|r| r.id().clone()).collect();
        let result = self.with(rewritten).map_err(|error| error.help(instead()))?;
        let mut lock = self.relock(&result, &ids);
        for id in &ids {
            if let Some(node) = graph.node(id.as_str()) {
                lock.accept(id.as_str(), graph.revision(node).fingerprint, REASON);
            }
        }
        changes.push(Self::lock_change(&lock));
        let moved = Self::ids(graph, moved.iter());
        Ok(Rebased { rewritten: ids, moved, onto: graph.id(onto).clone(), changes })
    }

    /// Returns the heads of the moved branch and the head that stays.
    fn choose(&self, request: &Rebase) -> Result<(Vec<Node>, Node), AuthorError> {
        let graph = &self.history.graph;
        let heads = graph.real_heads();
        let onto = request.onto.as_deref().map(|word| graph.find(word)).transpose()?;
        if let Some(onto) = onto {
            self.must_be_head(onto, "a branch goes on top of a head")?;
        }
        let others = |tips: &[Node]| -> Vec<Node> {
            heads.iter().copied().filter(|head| !tips.contains(head)).collect()
        };
        let tips = match (&request.branch, onto) {
            (Some(word), _) => {
                let above = graph.descendants([graph.find(word)?]);
                above.iter().filter(|node| graph.is_head(*node)).collect()
            }
            (None, Some(onto)) => others(&[onto]),
            (None, None) => match heads.as_slice() {
                [_, _] => return Err(self.undecided(&heads)),
                [] | [_] => others(&heads),
                several => return Err(self.several(several)),
            },
        };
        let onto = match onto.map_or_else(|| others(&tips), |onto| vec![onto]).as_slice() {
            [onto] => *onto,
            [] => return Err(self.nothing()),
            several => return Err(self.several(several)),
        };
        match tips.as_slice() {
            [] => Err(self.nothing()),
            tips if tips.contains(&onto) => Err(AuthorError::new(
                Kind::NothingToRebase,
                format!("{} is on the branch to be moved", graph.title(onto)),
            )
            .help("`--onto` names a head of another branch")),
            // Without a choice of branch, exactly one head may remain.
            [_, _, ..] if request.branch.is_none() => Err(self.several(tips.as_slice())),
            tips => Ok((tips.to_vec(), onto)),
        }
    }

    fn nothing(&self) -> AuthorError {
        AuthorError::new(Kind::NothingToRebase, "there is no second head to rebase onto")
            .list("the heads are", &self.history.graph, &self.history.graph.heads())
            .help(Command::Accept.help("rewrites a lock file that git left in conflict"))
    }

    /// Returns the error for two heads where the published one is unknown, with both commands.
    fn undecided(&self, heads: &[Node]) -> AuthorError {
        let graph = &self.history.graph;
        let error = AuthorError::new(
            Kind::ChooseBranch,
            "it is not known which of the two branches is published and must stay as it is",
        );
        heads.iter().fold(error, |error, head| {
            let others = heads.iter().filter(|other| *other != head);
            others.fold(error, |error, onto| {
                let (title, head, onto) = (graph.title(*head), graph.id(*head), graph.id(*onto));
                let rebase = Command::Rebase.with(format!("{head} --onto {onto}"));
                error.help(rebase.help(&format!("moves {title}")))
            })
        })
    }

    fn several(&self, heads: &[Node]) -> AuthorError {
        AuthorError::new(Kind::ChooseBranch, "there are several branches to choose from")
            .list("they end in", &self.history.graph, heads)
            .help(Command::Rebase.with("<branch> --onto <head>").help("moves one"))
    }

    /// Returns the revisions of the branch whose parents stay.
    fn first_of(&self, moved: &Set) -> Result<Vec<Node>, AuthorError> {
        let graph = &self.history.graph;
        let mut first = Vec::new();
        for node in moved.iter() {
            let parents = graph.parents(node);
            if parents.iter().any(|parent| moved.contains(*parent)) {
                let Some(outside) = parents.iter().find(|parent| !moved.contains(**parent)) else {
                    continue;
                };
                return Err(tied(graph, node, *outside));
            }
            match parents {
                [_, other, ..] => return Err(tied(graph, node, *other)),
                _ => first.push(node),
            }
        }
        Ok(first)
    }

    fn rewrite(
        &self,
        node: Node,
        onto: Node,
        read: impl Fn(&str) -> io::Result<String>,
    ) -> Result<(Change, Revision), AuthorError> {
        let graph = &self.history.graph;
        let old = graph.revision(node);
        let sealed = self.history.lock.as_ref().filter(|lock| lock.is_sealed(old.id().as_str()));
        if sealed
            .is_some_and(|lock| lock.fingerprints.get(old.id().as_str()) != Some(&old.fingerprint))
        {
            return Err(AuthorError::new(
                Kind::SealedEdited,
                format!("revision {} was edited after others were built on it", old.id()),
            )
            .help(
                Help::new("restore it, or ")
                    .run(Command::Accept.with(format!("{} --reason \"..\"", old.id()))),
            ));
        }
        let path = old.file.path();
        let name = path.rsplit('/').next().unwrap_or(path);
        let changed = |why: String| {
            AuthorError::new(Kind::FileChanged, format!("{path} cannot be rewritten: {why}"))
                .help("nothing was written; run the command again")
        };
        let raw = read(name).map_err(|error| changed(error.to_string()))?;
        let same = SourceFile::new(path.to_owned(), raw.clone()) == old.file;
        let line = revises_line(&raw).filter(|_| same);
        let line = line.ok_or_else(|| changed("it changed in the meantime".to_owned()))?;
        let text = format!("{} {}{}", &raw[..line.start], graph.id(onto), &raw[line.end..]);
        let file = SourceFile::new(path.to_owned(), text.clone());
        let (revision, _) = Revision::parse(file, &self.history.dialects);
        let revision = revision
            .filter(|new| new.id() == old.id())
            .ok_or_else(|| changed("its header is not understood".to_owned()))?;
        Ok((Change::Write { name: name.to_owned(), text }, revision))
    }
}

fn tied(graph: &Graph, node: Node, outside: Node) -> AuthorError {
    AuthorError::new(
        Kind::TiedBranch,
        format!(
            "{} merges the branch with {}, which stays",
            graph.title(node),
            graph.title(outside)
        ),
    )
    .help(instead())
}
