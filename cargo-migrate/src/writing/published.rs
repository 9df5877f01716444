//! Which revisions are published, according to git: only the others should be moved.

use migrate_core::graph::{Graph, Node};
use migrate_core::lock::{FILE_NAME, Lock};
use migrate_core::source::SourceFile;

use crate::context::Context;
use crate::git::Git;

/// The branches that count as shared, remote ones first.
const SHARED: [&str; 5] = [
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
];

/// Returns the unpublished and the published one of two heads; `None` if git cannot tell them apart.
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
    for (_, commit) in shared(&git) {
        if let Some(answer) = decide(commit) {
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

/// Returns a revision that is published, and the branch that has it; `None` if git has none.
pub(crate) fn published(
    context: &Context<'_>,
    graph: &Graph,
    nodes: &[Node],
) -> Option<(String, Node)> {
    let git = Git::of(context.directory.path())?;
    let (name, commit) = shared(&git).next()?;
    let published = nodes.iter().find(|node| holds(&git, commit, graph, [**node])[0])?;
    let name = name.trim_start_matches("refs/heads/").trim_start_matches("refs/remotes/");
    Some((name.to_owned(), *published))
}

/// The existing shared branches, each with the commit that holds its published files.
fn shared(git: &Git) -> impl Iterator<Item = (&'static str, &'static str)> {
    let here = git.branch().map(|name| format!("refs/heads/{name}"));
    SHARED.into_iter().filter(|name| git.has_commit(name)).map(move |name| {
        // A merge that is committed on the shared branch itself brought the second parent's.
        let merged = here.as_deref() == Some(name) && git.has_commit("HEAD^2");
        (name, if merged { "HEAD^1" } else { name })
    })
}

/// Returns for each revision whether a commit has it, in its lock file or as a file.
fn holds<const N: usize>(git: &Git, commit: &str, graph: &Graph, heads: [Node; N]) -> [bool; N] {
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
