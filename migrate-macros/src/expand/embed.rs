//! The code of a history: the texts of the files and one index, in as few tokens as possible.

use std::fmt::Write as _;
use std::path::Path;

use migrate_core::embed;
use proc_macro::TokenStream;
use proc_macro2::Literal;
use quote::{format_ident, quote};

use super::steps;
use crate::args::Args;
use crate::check::Sound;

/// The code of `migrations!`.
pub(crate) fn expand(sound: &Sound, args: &Args) -> TokenStream {
    // One string for the compiler to parse: thousands of single tokens cost more.
    let history: TokenStream = code(sound).parse().unwrap_or_default();
    if args.steps.is_empty() {
        return history;
    }
    let history = proc_macro2::TokenStream::from(history);
    let constant = steps::constant(&format_ident!("STEPS"), &args.steps, &sound.history);
    quote! { { #constant ::migrate_db::__private::Migrations::steps(#history, STEPS) } }.into()
}

/// A call of a constant function. The compiler reads the files itself and therefore notices their
/// changes.
pub(crate) fn code(sound: &Sound) -> String {
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
    code
}

fn literal(path: &Path) -> Literal {
    Literal::string(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;

    const REVISION: &str =
        "-- revision: a\n-- revises:\n-- migrate:up\nSELECT 1;\n-- migrate:noop a query\n";

    #[test]
    fn the_compiler_reads_every_file_that_counts() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(root.path().join(name), text).unwrap();
        std::fs::create_dir(root.path().join("migrations")).unwrap();
        write("migrations/a.sql", REVISION);
        write("migrations/README.md", "no revision");
        write("migrations/migrate.lock", "version = 1\n");
        write("migrate.toml", "");
        let code = code(&check(root.path(), &Args::default()).unwrap());
        for (included, name) in [
            ("include_str!", "migrations/a.sql"),
            ("include_bytes!", "migrations/migrate.lock"),
            ("include_bytes!", "migrate.toml"),
        ] {
            let path = literal(&root.path().join(name));
            assert!(code.contains(&format!("::core::{included}({path})")), "{code}");
        }
        assert!(!code.contains("README"));
    }
}
