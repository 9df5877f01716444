//! The session with which each revision begins.
//!
//! A statement of another database has no effect. A schema in which unqualified names are looked for,
//! and which no statement creates, is one that the database has from elsewhere: it is taken to exist.

use super::apply_statements;
use crate::apply::State;
use crate::diagnostic::Diagnostics;
use crate::dialect::Dialect;
use crate::op::Op;
use crate::schema::Kind;
use crate::source::{SourceFile, Span};
use crate::sql::split;

/// Returns the schema before the first statement in a session that begins with these statements. The
/// texts are those of all statements that may create schemas.
pub(crate) fn state_in_session<'t, I>(
    dialect: Dialect,
    session: &[String],
    texts: impl FnOnce() -> I,
) -> State
where
    I: IntoIterator<Item = (&'t str, Vec<Span>)>,
{
    let mut state = empty_state(dialect, session);
    let mut missing = state.rules().missing_namespaces(&state);
    if !missing.is_empty() {
        for (text, spans) in texts() {
            for span in spans {
                let created = created_namespaces(dialect, text, span);
                missing.retain(|name| !created.contains(name));
            }
        }
    }
    for name in missing {
        let text = format!("CREATE SCHEMA {}", dialect.quote(&name));
        apply_statements(&mut state, dialect, &text, &[Span::new(0, text.len())], false);
    }
    state.set_source(0);
    state
}

/// The namespaces, but the one that every database begins with, in which such a session looks for
/// unqualified names.
pub(crate) fn session_namespaces(dialect: Dialect, session: &[String]) -> Vec<String> {
    let state = empty_state(dialect, session);
    state.rules().missing_namespaces(&state)
}

fn empty_state(dialect: Dialect, session: &[String]) -> State {
    let mut state = State::new(dialect.rules());
    // Their places are in no file.
    state.set_source(usize::MAX);
    for text in session {
        let span = Span::new(0, text.len());
        if let Some(Ok(_)) = dialect.parse(text, span) {
            apply_statements(&mut state, dialect, text, &[span], false);
        }
    }
    state.keep_session();
    state
}

/// The statements of files of SQL.
pub(crate) fn statements_of(
    files: &[SourceFile],
    dialect: Dialect,
) -> (Vec<Vec<Span>>, Diagnostics) {
    let mut found = Diagnostics::new();
    let of_file = |file: &SourceFile| {
        let whole = Span::new(0, file.text().len());
        let (statements, faults) = split(file, whole, dialect.lex_rules());
        found.append(faults);
        statements.iter().map(|statement| statement.span).collect()
    };
    let statements = files.iter().map(of_file).collect();
    (statements, found)
}

fn created_namespaces(dialect: Dialect, text: &str, span: Span) -> Vec<String> {
    let Some(Ok(ops)) = dialect.parse(text, span) else { return Vec::new() };
    let created = ops.into_iter().filter_map(|op| match op.value {
        Op::CreateOther { kind: Kind::Namespace, key, .. } => Some(key),
        Op::Rename { subject, to, .. } if subject.kind == Kind::Namespace => Some(to),
        _ => None,
    });
    created.collect()
}
