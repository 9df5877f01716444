//! `accept`: updates the lock file and records reasons for changes of sealed revisions.

use super::{Author, AuthorError, Kind};
use crate::command::{Command, Help};
use crate::dialect::Dialect;
use crate::directory::Change;
use crate::graph::TargetErrorKind;
use crate::lock::Lock;
use crate::revision::Revision;
use crate::suggest::nearest;

/// A request to accept changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accept {
    /// The revisions that were edited or deleted on purpose; empty to record only new ones.
    pub revisions: Vec<String>,
    /// The reason. Required for a named revision whose earlier text other databases may have run.
    pub because: String,
    /// The databases of the project; empty keeps those of the lock file. An edit that is not
    /// accepted keeps them too.
    pub dialects: Vec<Dialect>,
}

/// The differences between the old and the new lock file, as ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Edited: the current text is valid from now on, and the earlier text is accepted.
    pub edited: Vec<String>,
    /// Deleted and removed from the lock file.
    pub forgotten: Vec<String>,
    /// New, or edited while they were open.
    pub taken_up: Vec<String>,
    /// Edited while sealed, without a reason: no other database ran the earlier text.
    pub resealed: Vec<String>,
    /// Named, but unchanged since the lock file was written.
    pub unchanged: Vec<String>,
    /// Edited or deleted, and not named: still an error.
    pub refused: Vec<String>,
    /// The changes to the directory; empty when the lock file is up to date.
    pub changes: Vec<Change>,
}

impl Author<'_> {
    /// Updates the lock file. A named sealed revision that was edited keeps its earlier fingerprint
    /// as accepted; a named revision whose file is missing is removed. The lock file may contain
    /// git's conflict markers: the new text contains the entries of both sides.
    ///
    /// # Errors
    /// A named revision requires a reason and none is given, or a named revision does not exist.
    pub fn accept(&self, request: &Accept) -> Result<Accepted, AuthorError> {
        let graph = &self.history.graph;
        let before = self.history.lock.clone().unwrap_or_default();
        let mut lock = self.relock(graph, &[]);
        let mut accepted = Accepted::default();
        for word in &request.revisions {
            self.accept_one(word, &request.because, &before, &mut lock, &mut accepted)?;
        }
        for (id, fingerprint) in &lock.fingerprints {
            let present = graph.revision_with_id(id).map(|revision| revision.fingerprint);
            if present != Some(*fingerprint) {
                accepted.refused.push(id.clone());
            } else if before.fingerprints.get(id) != present.as_ref()
                && !accepted.edited.contains(id)
                && !accepted.resealed.contains(id)
            {
                let list = if before.is_sealed(id) {
                    &mut accepted.resealed
                } else {
                    &mut accepted.taken_up
                };
                list.push(id.clone());
            }
        }
        for id in before.fingerprints.keys() {
            if !lock.fingerprints.contains_key(id) && !accepted.forgotten.contains(id) {
                accepted.forgotten.push(id.clone());
            }
        }
        let other = !request.dialects.is_empty() && request.dialects != self.history.dialects;
        // New fingerprints for all revisions would hide an edit that is still an error.
        if other && accepted.refused.is_empty() {
            self.change_dialects(&request.dialects, &mut lock);
        }
        if self.history.lock.as_ref() != Some(&lock) {
            accepted.changes.push(Self::lock_change(&lock));
        }
        Ok(accepted)
    }

    fn accept_one(
        &self,
        word: &str,
        because: &str,
        before: &Lock,
        lock: &mut Lock,
        accepted: &mut Accepted,
    ) -> Result<(), AuthorError> {
        let graph = &self.history.graph;
        let no_reason = because.trim().is_empty();
        if before.fingerprints.contains_key(word) && graph.revision_with_id(word).is_none() {
            if no_reason && !self.may_forget(before, word, true) {
                return Err(reason_needed(word, "forgetting"));
            }
            lock.fingerprints.remove(word);
            lock.accepted.remove(word);
            lock.open.remove(word);
            accepted.forgotten.push(word.to_owned());
            return Ok(());
        }
        let node = graph.find(word).map_err(|error| {
            let gone = before.fingerprints.keys().filter(|id| graph.node(id).is_none());
            match nearest(word, gone.map(String::as_str)) {
                Some(near) => AuthorError::new(
                    Kind::UnknownRevision,
                    format!("neither a file nor the lock file has a revision {word}"),
                )
                .help(format!("did you mean {near}?")),
                None if error.kind == TargetErrorKind::Unknown => {
                    AuthorError { kind: Kind::UnknownRevision, ..AuthorError::from(error) }
                }
                None => error.into(),
            }
        })?;
        let (id, present) = (graph.id(node).as_str(), graph.revision(node).fingerprint);
        match before.fingerprints.get(id) {
            Some(earlier) if *earlier != present && no_reason => {
                if !self.needs_no_reason(before, id, earlier) {
                    return Err(reason_needed(id, "accepting an edit of"));
                }
                lock.fingerprints.insert(id.to_owned(), present);
                accepted.resealed.push(id.to_owned());
            }
            Some(earlier) if *earlier != present => {
                lock.accept(id, *earlier, because.trim());
                lock.fingerprints.insert(id.to_owned(), present);
                accepted.edited.push(id.to_owned());
            }
            Some(_) => accepted.unchanged.push(id.to_owned()),
            None => {}
        }
        Ok(())
    }

    /// Returns the fingerprints that the old list of databases gives. Where a text has a different
    /// fingerprint for the new list, the old one stays accepted: the databases that ran it ran the
    /// same text.
    fn change_dialects(&self, dialects: &[Dialect], lock: &mut Lock) {
        let graph = &self.history.graph;
        let names: Vec<&str> = dialects.iter().map(|dialect| dialect.name()).collect();
        let because = format!("read for {}", names.join(", "));
        let reread = graph
            .all_revisions()
            .filter_map(|revision| Revision::parse(revision.file.clone(), dialects).0)
            .collect();
        let (reread, _) = graph.rebuilt(reread);
        let earlier = std::mem::replace(lock, Lock::of(&reread, dialects, Some(lock)));
        for (id, fingerprint) in earlier.fingerprints {
            if lock.fingerprints.get(&id).is_some_and(|new| *new != fingerprint) {
                lock.accept(&id, fingerprint, &because);
            }
        }
    }
}

fn reason_needed(id: &str, what: &str) -> AuthorError {
    AuthorError::new(
        Kind::NoReason,
        format!("{what} {id} needs a reason: databases may have run its earlier text"),
    )
    .help(Help::default().run(
        Command::Accept.with(format!("{id} --reason \"only the spelling of a default changed\"")),
    ))
}
