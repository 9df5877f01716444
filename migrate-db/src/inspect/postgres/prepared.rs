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
    /// Part of the name of the next one: a name is never used for two.
    generation: u32,
    /// What is prepared, with the generation in its name.
    ready: Vec<(Query, u32)>,
    /// What the text prepares that was asked for last.
    sent: Vec<Query>,
}

impl Prepared {
    /// The text that executes one, with these arguments in parentheses where it has parameters.
    pub(super) fn execute(&mut self, query: Query, version: u32, arguments: &str) -> String {
        let [name, types] = query.name();
        let known = self.ready.iter().find(|(known, _)| *known == query);
        let generation = known.map_or(self.generation, |(_, generation)| *generation);
        let execute = format!("EXECUTE migrate_{name}_{generation} {arguments};\n");
        if known.is_some() {
            return execute;
        }
        self.ready.push((query, generation));
        self.sent.push(query);
        let text = query.text(version);
        format!("PREPARE migrate_{name}_{generation}{types} AS {text};\n{execute}")
    }

    /// Notes that the last text was executed.
    pub(super) fn succeeded(&mut self) {
        self.sent.clear();
    }

    /// Notes that the last text failed: what it prepares may exist or not. A statement that an
    /// earlier text prepared stays, also when its transaction was rolled back.
    pub(super) fn failed(&mut self) {
        self.generation += 1;
        let sent = std::mem::take(&mut self.sent);
        self.ready.retain(|(query, _)| !sent.contains(query));
    }

    /// Forgets all statements: the session dropped them, or is another one.
    pub(super) fn renew(&mut self) {
        self.generation += 1;
        self.ready.clear();
        self.sent.clear();
    }
}
