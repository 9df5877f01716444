//! SQL as text: tokens, statements, and fingerprints.
//!
//! One lexer serves the command, the macro and the parsers. The differences between databases are
//! in [`LexRules`], a value of each dialect. The module does not know which database it serves, and
//! interprets no statements except for their effect on the catalog (`effect`).
//!
//! ```
//! use migrate_core::dialect::Dialect;
//! use migrate_core::source::{SourceFile, Span};
//! use migrate_core::sql::split;
//!
//! let file = SourceFile::new("a.sql", "INSERT INTO t VALUES ('a;b'); -- one\nSELECT 1;");
//! let whole = Span::new(0, file.text().len());
//! let (statements, diagnostics) = split(&file, whole, Dialect::Sqlite.lex_rules());
//! assert!(diagnostics.is_empty());
//! let texts: Vec<_> = statements.iter().map(|s| s.span.of(file.text())).collect();
//! assert_eq!(texts, ["INSERT INTO t VALUES ('a;b')", "SELECT 1"]);
//! ```

mod body;
mod bytes;
mod calls;
mod cursor;
mod effect;
mod fault;
mod fingerprint;
mod lex_rules;
mod lexer;
mod loss;
mod plain;
mod program;
mod select;
mod split;
mod token;
mod unquote;
mod words;

pub(crate) use calls::with_arguments;
pub use cursor::{Cursor, Lexeme, Tokens, Unexpected};
pub use effect::{CatalogChange, CatalogObject, Effect, WrittenName, effect};
pub use fingerprint::{Fingerprint, Hasher, MalformedFingerprint, PrefixHasher, Readings};
pub use lex_rules::LexRules;
pub use lexer::Lexer;
pub use loss::loses_rows;
pub(crate) use plain::is_plain;
pub use select::{Select, SelectItem, select};
pub(crate) use split::statements_in;
pub use split::{Statement, scan, split};
pub use token::{LexError, Token, TokenKind, Unterminated};
pub use unquote::quote;
pub(crate) use unquote::string as string_value;
pub use words::{controls_transaction, has_form, leading_words};

#[cfg(test)]
mod tests;
