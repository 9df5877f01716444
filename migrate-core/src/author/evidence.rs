//! Evidence that no other database ran a text, so that it may change although the revision is
//! sealed.

use std::collections::{BTreeMap, BTreeSet};

use super::Author;
use crate::lock::{Lock, OpenReason};
use crate::sql::Fingerprint;

/// Facts from version control and databases about the texts of revisions. By default there are
/// none, and every sealed text may have run elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The fingerprints of each revision in commits, possibly none; `None` if the directory is not
    /// under version control.
    pub committed: Option<BTreeMap<String, BTreeSet<Fingerprint>>>,
    /// Revisions that stopped partway on a reachable database.
    pub stopped: BTreeSet<String>,
    /// Revisions without a row in a reachable database. They count only without version control.
    pub not_applied: BTreeSet<String>,
}

impl Evidence {
    /// Returns `true` if this text of a revision is in no commit.
    fn is_uncommitted(&self, id: &str, fingerprint: &Fingerprint) -> bool {
        let is_in = |known: &BTreeMap<String, BTreeSet<Fingerprint>>| {
            known.get(id).is_some_and(|texts| texts.contains(fingerprint))
        };
        self.committed.as_ref().is_some_and(|known| !is_in(known))
    }

    /// Returns `true` if no commit has a text of the revision.
    fn was_never_committed(&self, id: &str) -> bool {
        self.committed.as_ref().is_some_and(|known| !known.contains_key(id))
    }
}

impl<'a> Author<'a> {
    /// Adds facts about the texts of the revisions.
    #[must_use]
    pub fn with_evidence(self, evidence: &'a Evidence) -> Self {
        Self { evidence: Some(evidence), ..self }
    }

    /// Returns `true` if the text in the lock file may change without a reason.
    pub(super) fn may_change(&self, before: &Lock, id: &str, fingerprint: &Fingerprint) -> bool {
        if !before.is_sealed(id) {
            return true;
        }
        self.evidence.is_some_and(|known| {
            known.is_uncommitted(id, fingerprint) || known.stopped.contains(id)
        })
    }

    /// Returns `true` if a revision whose file is missing may be removed from the lock file: no
    /// commit contains it. With `asked`, the user requested the removal: then it is enough that
    /// nothing is sealed and there is no version control.
    pub(super) fn may_forget(&self, before: &Lock, id: &str, asked: bool) -> bool {
        let nothing = Evidence::default();
        let known = self.evidence.unwrap_or(&nothing);
        known.was_never_committed(id)
            || asked
                && known.committed.is_none()
                && (!before.is_sealed(id) || known.not_applied.contains(id))
    }

    /// Returns `true` if the user may accept an edit of this revision without a reason.
    pub(super) fn needs_no_reason(
        &self,
        before: &Lock,
        id: &str,
        fingerprint: &Fingerprint,
    ) -> bool {
        let not_applied =
            |known: &&Evidence| known.committed.is_none() && known.not_applied.contains(id);
        self.may_change(before, id, fingerprint) || self.evidence.filter(not_applied).is_some()
    }

    /// Returns the reason why databases that ran the locked text need not run the edited one.
    pub(super) fn stays_good(&self, before: &Lock, id: &str) -> Option<&'static str> {
        if before.open.get(id) == Some(&OpenReason::Placeholder) {
            return Some("the placeholder of an import, filled in");
        }
        let stopped = self.evidence.is_some_and(|known| known.stopped.contains(id));
        (stopped && before.is_sealed(id)).then_some("edited after it stopped partway")
    }

    /// Updates the fingerprints of open revisions in a new lock file.
    pub(super) fn mark_open(&self, before: Option<&Lock>, lock: &mut Lock) {
        let Some(evidence) = self.evidence.filter(|known| known.committed.is_some()) else {
            return;
        };
        let was_open = |id: &String, now: &Fingerprint| {
            before.is_none_or(|lock| !lock.is_sealed(id) || lock.fingerprints.get(id) != Some(now))
        };
        for (id, fingerprint) in &lock.fingerprints {
            let blank = lock.open.get(id).is_some_and(|reason| *reason != OpenReason::Uncommitted);
            if blank || lock.heads.contains(id) {
                continue;
            }
            if !evidence.is_uncommitted(id, fingerprint) {
                lock.open.remove(id);
            } else if was_open(id, fingerprint) {
                lock.open.insert(id.clone(), OpenReason::Uncommitted);
            }
        }
    }
}
