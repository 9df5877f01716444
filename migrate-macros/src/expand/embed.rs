//! The code of `migrations!`: the files' texts and one index, as few tokens as that takes.

use std::fmt::Write as _;
use std::path::Path;

use migrate_core::embed;
use proc_macro::{Literal, TokenStream};

use crate::check::Sound;

/// One call of a constant function. The compiler reads the files for itself, and so knows when to
/// compile again.
pub(crate) fn expand(sound: &Sound) -> TokenStream {
    let index = embed::encode(&sound.history, &sound.settings);
    let mut code = String::with_capacity(sound.files.len() * 160 + index.len() * 3);
    code.push('{');
    for path in &sound.watched {
        let _ = write!(code, "const _: &[u8] = ::core::include_bytes!({});", literal(path));
    }
    code.push_str("::migrate_db::__private::migrations(&[");
    for path in &sound.files {
        let _ = write!(code, "::core::include_str!({}),", literal(path));
    }
    let _ = write!(code, "],{})}}", Literal::byte_string(&index));
    // One string for the compiler to read: thousands of tokens made one by one cost more.
    code.parse().unwrap_or_default()
}

fn literal(path: &Path) -> Literal {
    Literal::string(&path.to_string_lossy())
}
