//! The lock file brought up to date, with the reasons for what it would refuse.

use super::{Author, AuthorError, Kind};
use crate::dialect::Dialect;
use crate::directory::Change;
use crate::graph::{Graph, TargetErrorKind};
use crate::lock::Lock;
use crate::revision::Revision;
use crate::suggest::nearest;

/// What somebody accepts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accept {
    /// The revisions that were edited or deleted on purpose; none only takes up new ones.
    pub revisions: Vec<String>,
    /// Why; needed for a named revision of which other databases may have run the earlier text.
    pub because: String,
    /// The databases that the project has; none leaves the lock file's, and so does an edit that is
    /// not accepted.
    pub dialects: Vec<Dialect>,
}

/// What the new lock file says that the old one did not. Ids all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Edited: the present text counts from now on, the earlier one is as good.
    pub edited: Vec<String>,
    /// Deleted: forgotten.
    pub forgotten: Vec<String>,
    /// New, or edited while they were open.
    pub taken_up: Vec<String>,
    /// Edited while they were sealed, without a reason: it is proven that no other database ran
    /// the earlier text.
    pub resealed: Vec<String>,
    /// Named, but as the lock file has them.
    pub unchanged: Vec<String>,
    /// Edited or deleted and not named: still refused.
    pub refused: Vec<String>,
    /// What to change in the folder; nothing when the lock file is right as it is.
    pub changes: Vec<Change>,
}

impl Author<'_> {
    /// Brings the lock file up to date. A sealed revision that was edited and is named keeps its
    /// earlier fingerprint as blessed; one whose file is gone is forgotten. The lock file may hold
    /// git's conflict markers: it is written anew with what both sides say.
    ///
    /// # Errors
    /// When a revision is named without a reason that is needed, or named and unknown.
    pub fn accept(&self, request: &Accept) -> Result<Accepted, AuthorError> {
        let graph = &self.history.graph;
        let before = self.history.lock.clone().unwrap_or_default();
        let mut lock = self.relock(graph, &[]);
        let mut accepted = Accepted::default();
        for word in &request.revisions {
            self.accept_one(word, &request.because, &before, &mut lock, &mut accepted)?;
        }
        for (id, fingerprint) in &lock.fingerprints {
            let present = graph.node(id).map(|node| graph.revision(node).fingerprint);
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
        // An edit that is still refused would no longer show once all is read anew.
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
        if before.fingerprints.contains_key(word) && graph.node(word).is_none() {
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

    /// Fingerprints taken by the rules of other databases. Where a text reads differently by these,
    /// the earlier fingerprint stays blessed: the databases that ran it ran this very text.
    fn change_dialects(&self, dialects: &[Dialect], lock: &mut Lock) {
        let graph = &self.history.graph;
        let names: Vec<&str> = dialects.iter().map(|dialect| dialect.name()).collect();
        let because = format!("read for {}", names.join(", "));
        let reread = graph
            .order()
            .filter_map(|node| Revision::parse(graph.revision(node).file.clone(), dialects).0)
            .collect();
        let (reread, _) = Graph::build(reread);
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
    .help(format!(
        "`cargo migrate accept {id} --reason \"only the spelling of a default changed\"`"
    ))
}
