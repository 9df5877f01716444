//! Applies the statements of a text to a schema.

use super::Refusal;
use crate::apply::{State, apply, mark_mentioned};
use crate::dialect::Dialect;
use crate::op::{Located, Op};
use crate::schema::Name;
use crate::source::Span;
use crate::sql::Tokens;

/// Applies statements in order; returns what the database refuses. With an effect that is stated
/// elsewhere, statements that are not understood have none.
pub(crate) fn apply_statements(
    state: &mut State,
    dialect: Dialect,
    text: &str,
    statements: &[Span],
    effect_is_stated: bool,
) -> Vec<Refusal> {
    let mut refused = Vec::new();
    for span in statements {
        let ops = match dialect.parse(text, *span) {
            None => Vec::new(),
            Some(Ok(ops)) => ops,
            Some(Err(error)) => {
                refused.push(Refusal::Syntax(error));
                forget(state, dialect, text, *span);
                continue;
            }
        };
        for op in ops.iter().filter(|op| !(effect_is_stated && is_opaque(op))) {
            if let Err(fault) = apply(state, op) {
                refused.push(Refusal::Fault(fault));
                forget(state, dialect, text, *span);
                break;
            }
        }
    }
    refused
}

/// Makes what a statement mentions unknown.
pub(crate) fn forget(state: &mut State, dialect: Dialect, text: &str, span: Span) {
    let rules = dialect.lex_rules();
    let names: Vec<Name> = match Tokens::read(text, span, rules) {
        Ok(tokens) => {
            let lexemes = tokens.cursor();
            lexemes.lexemes().iter().filter_map(|one| one.name(rules)).map(Name::new).collect()
        }
        Err(_) => Vec::new(),
    };
    mark_mentioned(state, &names, span);
}

/// Returns `true` for an operation whose effect a section may state elsewhere.
pub(crate) fn is_opaque(op: &Located<Op>) -> bool {
    op.value.may_change_anything() || matches!(op.value, Op::Rows { .. })
}
