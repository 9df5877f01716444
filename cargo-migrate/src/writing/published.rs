//! Which of two heads is published: the other one may be moved.

use migrate_core::graph::{Graph, Node};
use migrate_core::lock::{FILE_NAME, Lock};
use migrate_core::source::SourceFile;

use crate::context::Context;
use crate::git::Git;

/// The branches that others build on, first those of other repositories.
const SHARED: [&str; 5] = [
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
];

/// Of two heads, the one that is not published and the one that is; `None` where git cannot tell.
pub(crate) fn unpublished(
    context: &Context<'_>,
    graph: &Graph,
    heads: [Node; 2],
) -> Option<(Node, Node)> {
    let git = Git::of(context.directory.path())?;
    let [one, other] = heads;
    let decide = |commit: &str| {
        let [has_one, has_other] = holds(&git, commit, graph, heads);
        match (has_one, has_other) {
            (true, false) => Some(Some((other, one))),
            (false, true) => Some(Some((one, other))),
            // Both are published: neither is moved.
            (true, true) => Some(None),
            (false, false) => None,
        }
    };
    let here = git.branch().map(|name| format!("refs/heads/{name}"));
    for shared in SHARED.into_iter().filter(|name| git.has_commit(name)) {
        // A merge that is committed on the shared branch itself brought the second parent's.
        let merged = here.as_deref() == Some(shared) && git.has_commit("HEAD^2");
        let parent = Some("HEAD^1").filter(|_| merged);
        if let Some(answer) = decide(parent.unwrap_or(shared)) {
            return answer;
        }
    }
    let remote = git.remote_branches();
    let published = |n: usize| remote.iter().any(|name| holds(&git, name, graph, heads)[n]);
    match (published(0), published(1)) {
        (true, false) => Some((other, one)),
        (false, true) => Some((one, other)),
        _ => None,
    }
}

/// Whether a commit has each of two revisions, in its lock file or as a file.
fn holds(git: &Git, commit: &str, graph: &Graph, heads: [Node; 2]) -> [bool; 2] {
    let text = git.file(commit, FILE_NAME).unwrap_or_default();
    let (lock, _) = Lock::parse(&SourceFile::new(FILE_NAME, text));
    let names = git.names(commit);
    heads.map(|node| {
        let path = graph.revision(node).file.path();
        let name = path.rsplit('/').next().unwrap_or(path);
        lock.fingerprints.contains_key(graph.id(node).as_str())
            || names.iter().any(|other| other == name)
    })
}
