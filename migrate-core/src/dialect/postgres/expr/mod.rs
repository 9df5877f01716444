//! Whether two expressions are the same to PostgreSQL.
//!
//! The server keeps an expression as a tree in which every operator has its types and every cast is
//! said, and the catalog prints that tree. Both texts are brought to such a tree here: `grammar` is
//! the syntax, `catalog` the closed table of types, casts, operators and functions, `select` the
//! rules by which one of several operators is taken, `literal` what input functions make of texts,
//! and `resolve` the walk. Casts are neither added nor dropped by patterns.
//!
//! Measured on PostgreSQL 15 and 18. What the table does not know (functions, types and operators of
//! users and extensions, queries, named and variadic arguments, literals that depend on settings)
//! makes the answer unknown, unless both texts say the same as they are written.

mod call;
mod catalog;
mod grammar;
mod literal;
mod resolve;
mod select;
mod tree;

use crate::expr::{Answer, Place, Scope, parse, same_tokens};
use resolve::resolve;

/// Returns `true` if the server has a function of a name that expressions of a schema may call.
pub(super) fn is_built_in(name: &str) -> bool {
    catalog::is_function(name)
}

/// Compares two texts at a place.
pub(in crate::dialect) fn compare(place: Place<'_>, a: &str, b: &str, scope: &dyn Scope) -> Answer {
    let tokens = |reason: &str| {
        if same_tokens(a, b, grammar::GRAMMAR.lex_rules) {
            Answer::Equal
        } else {
            Answer::Unknown(reason.to_owned())
        }
    };
    if place == Place::Body {
        return tokens("queries and bodies are compared as they are written");
    }
    let (left, right) = match (parse(a, &grammar::GRAMMAR), parse(b, &grammar::GRAMMAR)) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(error), _) | (_, Err(error)) => return tokens(error.reason()),
    };
    if left == right {
        return Answer::Equal;
    }
    match (resolve(&left, place, scope), resolve(&right, place, scope)) {
        (Ok(left), Ok(right)) if left.node == right.node => Answer::Equal,
        (Ok(left), Ok(right)) => match left.unsure.or(right.unsure) {
            Some(reason) => Answer::Unknown(reason),
            None if left.node.loose() == right.node.loose() => {
                Answer::Unknown("the same but for the types of literals".to_owned())
            }
            None => Answer::Different,
        },
        (Err(reason), _) | (_, Err(reason)) => Answer::Unknown(reason),
    }
}
