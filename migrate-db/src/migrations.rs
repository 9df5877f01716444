//! The history that a program carries.

use std::fmt;
use std::sync::OnceLock;

use migrate_core::embed;
use migrate_core::history::History;

/// A history embedded by [`migrations!`](crate::migrations).
///
/// ```ignore
/// static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!();
/// ```
pub struct Migrations {
    files: &'static [&'static str],
    index: &'static [u8],
    history: OnceLock<History>,
}

impl Migrations {
    pub(crate) const fn new(files: &'static [&'static str], index: &'static [u8]) -> Self {
        Self { files, index, history: OnceLock::new() }
    }

    /// The revisions, their graph and their lock. The first call puts them together, in
    /// microseconds per revision.
    ///
    /// # Panics
    /// When a revision file changed in the very moment in which it was compiled in: the program
    /// then holds a text that nobody checked.
    #[must_use]
    #[expect(clippy::panic, reason = "a program built wrongly; only building it again helps")]
    pub fn history(&self) -> &History {
        self.history.get_or_init(|| match embed::decode(self.index, self.files) {
            Ok(history) => history,
            Err(error) => panic!("the embedded migrations are unusable: {error}; build again"),
        })
    }
}

impl fmt::Debug for Migrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migrations").field("revisions", &self.files.len()).finish_non_exhaustive()
    }
}
