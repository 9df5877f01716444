//! Statements that a connection prepares when it first needs them: to plan them takes longer than
//! to run them.

use super::changes;
use super::queries;
use super::session::{Session, enter, leave};

/// What can be asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Query {
    /// What the session is like.
    Note,
    /// To make the settings what they are to be.
    Enter,
    /// Which rows there are.
    Everything,
    /// What there is to say of everything.
    All,
    /// What is newer than an age, and of some relations.
    Delta,
    /// To make the settings what they were.
    Leave,
}

impl Query {
    /// Its name, and the types of its parameters.
    const fn name(self) -> [&'static str; 2] {
        match self {
            Self::Note => ["note", ""],
            Self::Enter => ["enter", " (text)"],
            Self::Everything => ["everything", ""],
            Self::All => ["all", ""],
            Self::Delta => ["news", " (integer, oid[])"],
            Self::Leave => ["leave", ""],
        }
    }

    fn text(self, version: u32) -> String {
        match self {
            Self::Note => Session::note(),
            Self::Enter => enter(),
            Self::Everything => changes::all_rows(version),
            Self::All => queries::all(version),
            Self::Delta => changes::changes_since(version),
            Self::Leave => leave(),
        }
    }
}

/// What is prepared in a connection.
#[derive(Default)]
pub(super) struct Prepared {
    /// Tells names apart from those of which nobody knows whether they are still there.
    generation: u32,
    ready: Vec<Query>,
}

impl Prepared {
    /// The text that executes one, with these arguments in parentheses where it has parameters.
    pub(super) fn execute(&mut self, query: Query, version: u32, arguments: &str) -> String {
        let [name, types] = query.name();
        let name = format!("migrate_{name}_{}", self.generation);
        let execute = format!("EXECUTE {name} {arguments};\n");
        if self.ready.contains(&query) {
            return execute;
        }
        self.ready.push(query);
        format!("PREPARE {name}{types} AS {};\n{execute}", query.text(version))
    }

    /// Forgets what is prepared: after an error, in another connection.
    pub(super) fn renew(&mut self) {
        self.generation += 1;
        self.ready.clear();
    }
}
