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
mod signature;

use proc_macro::TokenStream;

use args::{Args, Macro};

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
    let checked = Args::parse(Macro::Migrations, input)
        .and_then(|args| check::check(&settings::root()?, &args));
    match checked {
        Ok(sound) => expand::embed::expand(&sound),
        Err(refusal) => fallback::migrations(&refusal),
    }
}

/// Gives a test of an application a fresh database, at the head of its history.
///
/// ```ignore
/// #[migrate_db::test]
/// async fn a_user_is_found(pool: sqlx::PgPool) -> sqlx::Result<()> {
///     sqlx::query("INSERT INTO users (name) VALUES ('ada')").execute(&pool).await?;
///     Ok(())
/// }
/// ```
///
/// The type of the pool says which database: `SqlitePool`, `PgPool` or `MySqlPool`. The history runs
/// once, into a template that is kept; each test gets a copy, in milliseconds, which is dropped
/// behind it, and kept for a look when the test failed: its output says where. The test runs on a
/// tokio runtime of its own and returns nothing or a `Result<(), _>`. `#[ignore]`,
/// `#[should_panic]` and the like go below this attribute.
///
/// | written | means |
/// |---|---|
/// | `#[migrate_db::test]` | the history that [`migrations!()`](macro@migrations) would embed |
/// | `#[migrate_db::test(migrations = crate::MIGRATIONS)]` | the one of this static: with many tests it is compiled in once |
/// | `#[migrate_db::test("billing/migrations")]` | all that `migrations!` takes |
///
/// # Errors
/// What is no `async fn` of one pool does not compile, and neither does a broken history. A test
/// without a server fails, and says the ways to have one.
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    let written = signature::Signature::parse(item.clone())
        .and_then(|signature| Ok((signature, expand::test::Source::of(args)?)));
    match written {
        Ok((signature, source)) => expand::test::expand(&signature, &source),
        Err(refusal) => fallback::test(&refusal, item),
    }
}

/// Writes the round-trip tests of a history: for every revision and database a `#[test]` that
/// takes the revision up, down and up again on a real database with rows in it, and a few of the
/// whole history. For a file in `tests`, with the feature `testkit` of `migrate-db`.
///
/// ```ignore
/// // tests/migrations.rs
/// migrate_db::round_trip_tests!();
/// ```
///
/// ```text
/// test round_trip::sqlite::r0001_3f2a90c1d4e7_create_users ... ok
/// test round_trip::sqlite::r0002_615021cc5b23_add_users_email ... ok
/// test round_trip::sqlite::whole_base_to_head ... ok
/// ```
///
/// The number is the revision's place in the history, so that tests are listed in its order.
///
/// | written | means |
/// |---|---|
/// | `round_trip_tests!()` | the folder and the databases that `migrate.toml` names, else the lock file, else the enabled driver features |
/// | `round_trip_tests!(sqlite, postgres)` | these databases |
/// | `round_trip_tests!("billing/migrations")` | this folder, relative to `Cargo.toml` |
/// | `round_trip_tests!(mod billing, "billing/migrations")` | tests in a module `billing`: names two calls in one file apart |
/// | `round_trip_tests!(functions = crate::register)` | an `async fn` that registers SQLite functions or collations, called for every test database before the history |
/// | `round_trip_tests!(heads = many)`, `dialects(..)` | as in `migrations!` |
///
/// # Errors
/// As [`migrations!`](macro@migrations): a broken history does not compile. And a database that
/// the history is not written for, or whose driver is not enabled.
#[proc_macro]
pub fn round_trip_tests(input: TokenStream) -> TokenStream {
    let checked = Args::parse(Macro::RoundTripTests, input).and_then(|args| {
        let sound = check::check(&settings::root()?, &args)?;
        let databases = check::databases(&sound, &args)?;
        Ok(expand::round_trip::expand(&sound, &databases, &args))
    });
    checked.unwrap_or_else(|refusal| fallback::items(&refusal))
}
