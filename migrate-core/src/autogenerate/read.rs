//! The wanted schema in SQL files.
//!
//! The files hold the statements that make the schema in an empty database. They are parsed and applied like the
//! sections of a revision. Statements whose effect is not followed, such as default privileges and dynamic SQL, are returned
//! by their words, so that those of the files can be compared with those of the history.

use crate::apply::State;
use crate::diagnostic::Diagnostics;
use crate::dialect::Dialect;
use crate::evolution::{Refusal, apply_statements, state_in_session, statements_of};
use crate::graph::{Graph, Node};
use crate::op::Op;
use crate::schema::Kind;
use crate::source::{SourceFile, Span};
use crate::sql::Tokens;

/// A schema that SQL files state.
#[derive(Debug, Clone)]
pub struct SqlModels {
    /// The schema after all statements.
    pub state: State,
    /// Mistakes in the files. With an error the schema is not what the author means.
    pub found: Diagnostics,
    /// Statements whose effect is not followed.
    pub not_followed: Vec<NotFollowed>,
}

/// A statement whose effect is not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFollowed {
    /// The file, by its position in the list, or the number of the revision.
    pub source: usize,
    /// The statement.
    pub span: Span,
    /// Its words, without comments and white space.
    pub words: String,
}

impl SqlModels {
    /// Reads files, in their order, for one database, in a session that begins with the statements of `session`.
    ///
    /// ```
    /// use migrate_core::autogenerate::SqlModels;
    /// use migrate_core::dialect::Dialect;
    /// use migrate_core::schema::Name;
    /// use migrate_core::source::SourceFile;
    /// let file = SourceFile::new("schema.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);");
    /// let models = SqlModels::read(&[file], Dialect::Sqlite, &[]);
    /// assert!(models.found.is_empty());
    /// assert!(models.state.table(&Name::new("users")).is_some());
    /// ```
    #[must_use]
    pub fn read(files: &[SourceFile], dialect: Dialect, session: &[String]) -> Self {
        let (statements, found) = statements_of(files, dialect);
        let texts = || files.iter().map(SourceFile::text).zip(statements.iter().cloned());
        let state = state_in_session(dialect, session, texts);
        let mut models = Self { state, found, not_followed: Vec::new() };
        for (source, (file, spans)) in files.iter().zip(&statements).enumerate() {
            models.state.set_source(source);
            models.file(source, file, spans, dialect);
        }
        models
    }

    fn file(&mut self, source: usize, file: &SourceFile, spans: &[Span], dialect: Dialect) {
        let text = file.text();
        for refusal in apply_statements(&mut self.state, dialect, text, spans, false) {
            let message = match &refusal {
                Refusal::Syntax(error) => format!("{error}, as SQL of {dialect}"),
                Refusal::Fault(fault) => fault.message.clone(),
            };
            self.found.push(refusal.diagnostic(file, message));
        }
        let unfollowed = unfollowed(text, spans, dialect);
        self.not_followed.extend(unfollowed.map(|(span, words)| NotFollowed {
            source,
            span,
            words,
        }));
    }
}

/// The statements of some revisions, and of what they need, whose effect is not followed.
#[must_use]
pub fn not_followed(graph: &Graph, dialect: Dialect, nodes: &[Node]) -> Vec<NotFollowed> {
    let mut found = Vec::new();
    for node in graph.dependency_closure(nodes.iter().copied()).iter() {
        let revision = graph.revision(node);
        let (text, source) = (revision.file.text(), node.index());
        let sections = [revision.up(dialect), revision.effect(dialect)];
        for section in sections.into_iter().flatten() {
            let statements = section.statements(&revision.file, dialect);
            let all = unfollowed(text, &statements, dialect);
            found.extend(all.map(|(span, words)| NotFollowed { source, span, words }));
        }
    }
    found
}

impl NotFollowed {
    /// Returns `true` if something is unknown in a schema because of this statement.
    #[must_use]
    pub fn leaves_mark(&self, state: &State) -> bool {
        let unknown = state.unknown();
        let reasons = unknown.marks().map(|(_, reason)| reason).chain(unknown.everything());
        let is_within = |span: Span| self.span.start <= span.start && span.end <= self.span.end;
        let mut origins = reasons.map(|reason| reason.origin);
        origins.any(|origin| origin.source == self.source && is_within(origin.span))
    }
}

/// The statements whose effect is not followed, with their words.
fn unfollowed<'a>(
    text: &'a str,
    statements: &'a [Span],
    dialect: Dialect,
) -> impl Iterator<Item = (Span, String)> + 'a {
    statements.iter().copied().filter_map(move |span| {
        let ops = dialect.parse(text, span)?.ok()?;
        let is_unfollowed = ops.iter().any(|op| !is_followed(&op.value));
        is_unfollowed.then(|| (span, words(text, span, dialect)))
    })
}

fn is_followed(op: &Op) -> bool {
    match op {
        Op::Opaque { .. } | Op::AlterOther { .. } => false,
        Op::CreateOther { kind, .. } => !matches!(kind, Kind::Grant | Kind::DefaultPrivileges),
        Op::Conditional { op, .. } => is_followed(op),
        _ => true,
    }
}

fn words(text: &str, span: Span, dialect: Dialect) -> String {
    match Tokens::read(text, span, dialect.lex_rules()) {
        Ok(tokens) => {
            let cursor = tokens.cursor();
            let words = cursor.lexemes().iter().map(|lexeme| lexeme.text);
            words.collect::<Vec<_>>().join(" ")
        }
        Err(_) => span.of(text).to_owned(),
    }
}
