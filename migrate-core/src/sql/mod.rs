//! SQL as text: tokens, statements, and the fingerprint of what a text means.
//!
//! One lexer serves the command, the macro and the parser. What differs between databases is a
//! [`Lexis`], a value that each dialect provides; nothing here knows which database it serves, and
//! nothing here knows what a statement does.

mod lexis;

pub use lexis::Lexis;
