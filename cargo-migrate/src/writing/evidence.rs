//! Evidence of git and a database about the texts of revisions. Edits are accepted into the lock file
//! if the evidence shows that no other database ran an earlier text.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use migrate_core::author::{Accept, Author, Evidence};
use migrate_core::diagnostic::{Code, Diagnostics};
use migrate_core::history::History;
use migrate_core::lock::{FILE_NAME, Lock};
use migrate_core::revision::Revision;
use migrate_core::source::SourceFile;
use migrate_core::sql::Fingerprint;
use migrate_db::cli::{CliError, report_events};
use migrate_db::{Database, Migrator, Options};

use super::{apply, lock, refused};
use crate::context::Context;
use crate::git::Git;

/// The commits whose files may be published: while git merges or rebases, there are two.
const COMMITS: [&str; 4] = ["HEAD", "MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD"];

/// The evidence of git.
pub(super) fn of_git(context: &Context<'_>, history: &History) -> Evidence {
    let git = Git::of(context.directory.path());
    Evidence { committed: git.map(|git| committed(&git, history)), ..Evidence::default() }
}

/// Adds the evidence of a database, if it answers.
pub(crate) async fn add_database(
    evidence: &mut Evidence,
    context: &Context<'_>,
    database: &Database,
    history: &History,
) {
    // The command works without it, so it does not wait.
    let options = Options { connect_timeout: Duration::ZERO, ..context.options() };
    let migrator = Migrator::new(history).options(options).on_event(report_events(context.ui));
    let Ok(status) = migrator.status(database).await else { return };
    let graph = &history.graph;
    evidence.stopped = status.unfinished.iter().map(|one| one.revision.clone()).collect();
    let locked = history.lock.iter().flat_map(|lock| lock.fingerprints.keys());
    let has_row = |id: &&String| match graph.node(id) {
        Some(_) => status.applied.contains(id) || evidence.stopped.contains(*id),
        None => {
            let by = graph.replacing(id).map(|node| graph.id(node).to_string());
            status.unknown.contains(id)
                || status.replaced.contains(id)
                || by.is_some_and(|by| status.applied.contains(&by))
        }
    };
    evidence.not_applied = locked.filter(|id| !has_row(id)).cloned().collect();
}

/// The texts of each revision that are in a commit.
fn committed(git: &Git, history: &History) -> BTreeMap<String, BTreeSet<Fingerprint>> {
    let commits: Vec<&str> = COMMITS.into_iter().filter(|commit| git.has_commit(commit)).collect();
    let mut known: BTreeMap<String, BTreeSet<Fingerprint>> = BTreeMap::new();
    for commit in &commits {
        let Some(text) = git.file(commit, FILE_NAME) else { continue };
        let (lock, _) = Lock::parse(&SourceFile::new(FILE_NAME, text));
        for (id, fingerprint) in lock.fingerprints {
            known.entry(id).or_default().insert(fingerprint);
        }
    }
    let graph = &history.graph;
    let locked = |id: &str| history.lock.as_ref().and_then(|lock| lock.fingerprints.get(id));
    // The committed lock file may be older than the file beside it.
    let open: Vec<&Revision> = graph
        .all_revisions()
        .filter(|revision| {
            let id = revision.id().as_str();
            let has = |text: &Fingerprint| known.get(id).is_some_and(|texts| texts.contains(text));
            !has(&revision.fingerprint) || !locked(id).is_none_or(has)
        })
        .collect();
    let names: Vec<&str> = open
        .iter()
        .map(|revision| revision.file.path())
        .map(|path| path.rsplit('/').next().unwrap_or(path))
        .collect();
    for commit in commits.iter().filter(|_| !names.is_empty()) {
        for (revision, text) in open.iter().zip(git.files(commit, &names)) {
            let Some(text) = text else { continue };
            let file = SourceFile::new(revision.file.path().to_owned(), text);
            if let (Some(old), _) = Revision::parse(file, &history.dialects)
                && old.id() == revision.id()
            {
                known.entry(old.id().to_string()).or_default().insert(old.fingerprint);
            }
        }
    }
    let locked = history.lock.iter().flat_map(|lock| lock.fingerprints.keys());
    let gone: Vec<&String> = locked
        .filter(|id| graph.revision_with_id(id).is_none() && !known.contains_key(*id))
        .collect();
    for commit in commits.iter().filter(|_| !gone.is_empty()) {
        let names = git.names(commit);
        for id in gone.iter().filter(|id| names.iter().any(|name| name.contains(id.as_str()))) {
            known.entry((*id).clone()).or_default();
        }
    }
    known
}

/// Returns `true` if the lock file refuses an edit or a deletion.
fn has_broken_seal(found: &Diagnostics) -> bool {
    found.iter().any(|d| matches!(d.code, Code::SealedEdited | Code::SealedMissing))
}

/// Accepts edits and deletions that are proven to be harmless, and reports each. Returns `true` if the
/// lock file was written. The caller holds the folder's lock.
pub(super) fn accept_unsealed(
    context: &Context<'_>,
    evidence: &Evidence,
    history: &History,
    found: &Diagnostics,
) -> Result<bool, CliError> {
    if !has_broken_seal(found) {
        return Ok(false);
    }
    let Ok(author) = Author::new(history, found) else { return Ok(false) };
    let accepted = author.with_evidence(evidence).accept(&Accept::default()).map_err(refused)?;
    if accepted.resealed.is_empty() && accepted.forgotten.is_empty() {
        return Ok(false);
    }
    apply(context, &accepted.changes)?;
    for id in &accepted.resealed {
        let why = match evidence.stopped.contains(id) {
            true => "it stopped partway in this database",
            false => "its earlier text was never committed",
        };
        context.ui.note(format_args!("{FILE_NAME}: took up the edit of {id}; {why}"));
    }
    for id in &accepted.forgotten {
        context.ui.note(format_args!(
            "{FILE_NAME}: forgot {id}; its file is gone and was never committed"
        ));
    }
    Ok(true)
}

/// Does the same for a command that runs or verifies, with the evidence of its database.
///
/// # Errors
/// When the folder cannot be read or written.
pub(crate) async fn reseal(
    context: &Context<'_>,
    database: Option<&Database>,
    history: History,
    found: Diagnostics,
) -> Result<(History, Diagnostics), CliError> {
    if !has_broken_seal(&found) {
        return Ok((history, found));
    }
    let mut evidence = of_git(context, &history);
    if let Some(database) = database {
        add_database(&mut evidence, context, database, &history).await;
    }
    // Where nothing is proven, the folder may be read-only.
    let proven = Author::new(&history, &found).is_ok_and(|author| {
        let accepted = author.with_evidence(&evidence).accept(&Accept::default());
        accepted.is_ok_and(|one| !one.resealed.is_empty() || !one.forgotten.is_empty())
    });
    if !proven {
        return Ok((history, found));
    }
    let held = lock(context, "upgrade")?;
    let (history, found) = context.history()?;
    let written = accept_unsealed(context, &evidence, &history, &found)?;
    drop(held);
    if written { context.history() } else { Ok((history, found)) }
}
