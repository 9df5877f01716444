//! Where a statement may call a function.

use super::Lexeme;

/// Words before the parentheses that follow a name which is no function: names of columns, and a window.
const BEFORE_COLUMNS: [&str; 5] = ["AS", "INTO", "WITH", "RECURSIVE", ")"];

/// The places of lexemes that have arguments behind them. Whether one is the name of a function is for the
/// dialect.
pub(crate) fn with_arguments<'t>(lexemes: &'t [Lexeme<'t>]) -> impl Iterator<Item = usize> + 't {
    (0..lexemes.len()).filter(|&at| {
        let before = lexemes[..at].last();
        let has_columns = before.is_some_and(|one| BEFORE_COLUMNS.iter().any(|word| one.is(word)));
        !has_columns && lexemes.get(at + 1).is_some_and(|next| next.is("("))
    })
}
