//! The macros of `migrate-db`, which re-exports them: depend on that crate, not on this one.
//!
//! A macro goes the same way each time: `args` reads what stands in its parentheses, `check` asks
//! `migrate-core` whether the history is sound, `expand` writes the code, and where something is
//! wrong `fallback` writes the error beside code of the same type, so that one mistake gives one
//! message.

mod args;
mod check;
mod expand;
mod fallback;
mod settings;

use proc_macro::TokenStream;

/// Embeds a history in the program and refuses to compile a broken one.
///
/// ```ignore
/// static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!();
/// ```
///
/// The revisions are those in the folder `migrations` beside `Cargo.toml`, or in the one that
/// `migrate.toml` there names. The result is constant; nothing is parsed when the program starts.
///
/// | written | means |
/// |---|---|
/// | `migrations!()` | the folder that `migrate.toml` names, else `migrations` |
/// | `migrations!("billing/migrations")` | this folder, relative to `Cargo.toml` |
/// | `migrations!(heads = many)` | several heads are wanted; else `migrate.toml` decides, else one |
/// | `migrations!(dialects(sqlite, postgres))` | by whose rules SQL is read where neither the lock file nor `migrate.toml` says; else those of the enabled driver features, else all |
///
/// # Errors
/// Every mistake in the files is told in one compile error, with file, line, revisions and the
/// command that mends it: several heads, unknown parents, cycles, sealed revisions that were
/// edited, files that cannot be read.
///
/// # New files
/// The compiler notices a change to any embedded file, to `migrate.toml` and to the lock file, which
/// `cargo migrate new` writes: its revisions need nothing further. A file that was added by hand
/// while the lock file stayed as it was is noticed with a build script (`build.rs`) of one line:
///
/// ```text
/// fn main() { println!("cargo::rerun-if-changed=migrations"); }
/// ```
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    match args::Args::parse(input).and_then(|args| check::check(&settings::root()?, &args)) {
        Ok(sound) => expand::embed::expand(&sound),
        Err(refusal) => fallback::migrations(&refusal),
    }
}
