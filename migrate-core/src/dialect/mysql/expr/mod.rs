//! Whether two expressions are the same to MySQL and MariaDB.
//!
//! The server prints an expression nearly as it was written, but for other names of functions, for
//! NOT, which it moves inside, and for conditions that are no comparisons. `grammar` is the syntax,
//! `simplify` brings a tree to the form that the server keeps, `default` reads the value of a default
//! by the column's type.
//!
//! Measured on MariaDB 10.11. MySQL 8 was not measured: where its texts take another form the answer
//! may be unknown or different.

mod default;
mod grammar;
mod simplify;

use crate::expr::{Answer, Expr, Place, Scope, parse, same_tokens};
use simplify::Simplified;

/// Compares two texts at a place.
pub(in crate::dialect) fn compare_expressions(
    place: Place<'_>,
    a: &str,
    b: &str,
    _scope: &dyn Scope,
) -> Answer {
    let tokens = |reason: &str| {
        // Names of tables and databases may differ by case.
        let is_same = same_tokens(a, b, grammar::GRAMMAR.lex_rules);
        if is_same && (place != Place::Body || a == b) {
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
    let (left, right) = (resolved(&left, place), resolved(&right, place));
    if left.expr == right.expr {
        return Answer::Equal;
    }
    match left.doubt.or(right.doubt) {
        Some(reason) => Answer::Unknown(reason.to_owned()),
        None => Answer::Different,
    }
}

/// The form that the server keeps at a place.
fn resolved(expr: &Expr, place: Place<'_>) -> Simplified {
    let qualified = place == Place::TriggerCondition;
    let simplified = simplify::simplify(expr, qualified);
    match place {
        Place::Default(of) => default::value(simplified, of),
        _ => simplified,
    }
}

#[cfg(test)]
mod tests;
