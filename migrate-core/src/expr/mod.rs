//! Expressions as trees, to compare what two texts say.
//!
//! A default, a check or the condition of an index is kept as its author wrote it, and a database
//! gives back another text for it. Nothing is rewritten here: both texts are parsed, and the trees
//! are compared. The parser is the same for all databases and works by a `Grammar`; what the
//! operators, functions and literals of one database mean is for its `dialect` module.
//!
//! The entry is [`Dialect::compare_expressions`](crate::dialect::Dialect::compare_expressions).
//! Limits: nesting is read down to [`MAX_HEIGHT`]; queries inside expressions are not read.

mod compare;
mod parse;
mod tree;

#[cfg(test)]
mod tests;

pub use compare::{Answer, Place, Scope, TableScope, UserType};
pub(crate) use compare::{same_tokens, unquoted_word};
pub(crate) use parse::{Associativity, Grammar, Infix, ParseError, Parser, parse};
pub use tree::MAX_HEIGHT;
pub(crate) use tree::{Expr, Head, Range};
