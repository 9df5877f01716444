//! The schema of any source: revisions of a history, SQL text, or a catalog.
//!
//! A [`LoadedSchema`] holds the schema, what the database certainly refuses of the statements that
//! lead to it, and what is not known of it, each with its place. Its SQL makes the schema in an
//! empty database. The module reads no file and no database: callers give texts and catalogs.

mod differences;
mod leftovers;
mod script;
mod unknown;

pub use differences::Differences;
pub use leftovers::{fresh_database_sql, leaves_more_than_schema};
pub use script::SchemaScript;
pub use unknown::UnknownPart;
pub(crate) use unknown::unknown_in_words;

use crate::apply::State;
use crate::diagnostic::Diagnostics;
use crate::dialect::Dialect;
use crate::evolution::{Evolution, Refusal, apply_statements, state_in_session, statements_of};
use crate::graph::{Graph, Node};
use crate::schema::{Name, Schema};
use crate::source::SourceFile;

/// A schema, and what is not known of it.
///
/// ```
/// use migrate_core::dialect::Dialect;
/// use migrate_core::loaded_schema::LoadedSchema;
/// use migrate_core::source::SourceFile;
///
/// let file = SourceFile::new("schema.sql", "CREATE TABLE a (x INTEGER); ALTER TABLE a ADD y TEXT;");
/// let loaded = LoadedSchema::of_sql(Dialect::Sqlite, &[file], &[]);
/// assert!(loaded.refused().is_empty() && loaded.unknown().is_empty());
/// assert_eq!(loaded.schema().tables.len(), 1);
/// ```
#[derive(Debug, Clone)]
pub struct LoadedSchema {
    dialect: Dialect,
    state: State,
    refused: Diagnostics,
    unknown: Vec<UnknownPart>,
}

impl LoadedSchema {
    /// The schema after revisions and all that they need: that of a database where these are
    /// applied. No node gives the empty schema. The files must be whole.
    #[must_use]
    pub fn of_revisions(graph: &Graph, dialect: Dialect, nodes: &[Node]) -> Self {
        let (state, refused) = match Evolution::new(graph, dialect) {
            Some(mut evolution) => {
                let refused = evolution.move_to(nodes);
                (evolution.into_state(), refused)
            }
            None => (State::new(dialect.rules()), Vec::new()),
        };
        Self::of_state(graph, dialect, state, &refused)
    }

    /// The schemas before and after a revision, for the cost of one. The files must be whole.
    #[must_use]
    pub fn around(graph: &Graph, dialect: Dialect, node: Node) -> (Self, Self) {
        let needs: Vec<Node> = graph.needs(node).collect();
        let Some(mut evolution) = Evolution::new(graph, dialect) else {
            let empty = || Self::of_revisions(graph, dialect, &[]);
            return (empty(), empty());
        };
        let mut refused = evolution.move_to(&needs);
        let before = Self::of_state(graph, dialect, evolution.state().snapshot(), &refused);
        refused.extend(evolution.up(node).into_iter().map(|refusal| (node, refusal)));
        (before, Self::of_state(graph, dialect, evolution.into_state(), &refused))
    }

    fn of_state(
        graph: &Graph,
        dialect: Dialect,
        state: State,
        refused: &[(Node, Refusal)],
    ) -> Self {
        let mut found = Diagnostics::new();
        for (node, refusal) in refused {
            found.push(refusal.diagnostic(&graph.revision(*node).file, refusal.message()));
        }
        let nodes: Vec<Node> = graph.order().collect();
        let file = |source| {
            let mut nodes = nodes.iter();
            nodes.find(|node| node.index() == source).map(|node| &graph.revision(*node).file)
        };
        Self::new(dialect, state, found, file)
    }

    /// The schema that files of SQL make in an empty database, in their order and in one session that
    /// begins with the statements of `session`.
    #[must_use]
    pub fn of_sql(dialect: Dialect, files: &[SourceFile], session: &[String]) -> Self {
        let (statements, mut found) = statements_of(files, dialect);
        let texts = || files.iter().map(SourceFile::text).zip(statements.iter().cloned());
        let mut state = state_in_session(dialect, session, texts);
        for (source, (file, spans)) in files.iter().zip(&statements).enumerate() {
            state.set_source(source);
            for refusal in apply_statements(&mut state, dialect, file.text(), spans, false) {
                found.push(Refusal::diagnostic(&refusal, file, refusal.message()));
            }
        }
        Self::new(dialect, state, found, |source| files.get(source))
    }

    /// The schema that a catalog holds: everything is known.
    #[must_use]
    pub fn of_catalog(dialect: Dialect, schema: &Schema) -> Self {
        let state = State::known(dialect.rules(), schema);
        Self::new(dialect, state, Diagnostics::new(), |_| None)
    }

    fn new<'f>(
        dialect: Dialect,
        state: State,
        refused: Diagnostics,
        file: impl Fn(usize) -> Option<&'f SourceFile>,
    ) -> Self {
        let unknown = unknown::parts(&state, file);
        Self { dialect, state, refused, unknown }
    }

    /// The database whose SQL it is.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The schema as the statements leave it, with the settings of the session.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The schema, with the texts of its authors and without the objects of a session.
    #[must_use]
    pub fn schema(&self) -> Schema {
        let mut schema = self.state.schema().clone();
        self.dialect.rules().written(&self.state, &mut schema);
        schema
    }

    /// The schema in the form in which a catalog is read, for comparisons.
    #[must_use]
    pub fn catalog(&self) -> Schema {
        let mut schema = self.state.schema().clone();
        self.dialect.rules().present(&self.state, &mut schema);
        schema
    }

    /// What the database certainly refuses, at its place.
    #[must_use]
    pub const fn refused(&self) -> &Diagnostics {
        &self.refused
    }

    /// What is not known, in the order of objects.
    #[must_use]
    pub fn unknown(&self) -> &[UnknownPart] {
        &self.unknown
    }

    /// Everything that stands between this schema and the truth: what is refused, and as warnings
    /// what is not known.
    #[must_use]
    pub fn findings(&self) -> Diagnostics {
        let mut found = self.refused.clone();
        self.unknown.iter().for_each(|part| found.push(part.diagnostic()));
        found
    }

    /// The SQL that makes the schema in an empty database; with names, that of these tables and views alone.
    #[must_use]
    pub fn script(&self, only: Option<&[Name]>) -> SchemaScript {
        script::script(self, only)
    }
}

#[cfg(test)]
mod tests;
