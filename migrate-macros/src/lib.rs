//! The macros of `migrate-db`, which re-exports them: depend on that crate, not on this one.
//!
//! Every macro has the same stages: `args` parses the arguments, `check` checks the history with
//! `migrate-core`, and `expand` writes the code. If there is an error, `fallback` writes it
//! together with code of the expected type, so that one mistake gives one message.

mod args;
mod check;
mod expand;
mod fallback;
mod heads;
mod settings;
mod signature;

use proc_macro::TokenStream;

use args::{Args, Macro};

/// Embeds a history in the program. A history with errors does not compile.
///
/// ```ignore
/// static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!();
/// ```
///
/// The revisions are in the directory `migrations` beside `Cargo.toml`, or in the directory that
/// `migrate.toml` names. The result is constant; the program parses nothing when it starts.
///
/// | written | means |
/// |---|---|
/// | `migrations!()` | the folder that `migrate.toml` names, else `migrations` |
/// | `migrations!("billing/migrations")` | this folder, relative to `Cargo.toml` |
/// | `migrations!(heads = many)` | several heads are wanted; else `migrate.toml` decides, else one |
/// | `migrations!(steps = [steps::backfill_names])` | the Rust functions that revisions call by `rust:backfill_names`: each one that is called, and no other |
/// | `migrations!(dialects(sqlite, postgres))` | by whose rules SQL is read where neither the lock file nor `migrate.toml` says; else those of the enabled driver features, else all |
///
/// # Errors
/// Every mistake in the files is reported in one compile error, with file, line, revisions and a
/// command that fixes it: several heads, unknown parents, cycles, sealed revisions that were
/// edited, files that cannot be read.
///
/// # New files
/// The compiler notices changes of embedded files, of `migrate.toml` and of the lock file, which
/// `cargo migrate new` writes. Files that were added by hand without a change of the lock file
/// require a build script (`build.rs`) of one line:
///
/// ```text
/// fn main() { println!("cargo::rerun-if-changed=migrations"); }
/// ```
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    let checked = Args::parse(Macro::Migrations, input)
        .and_then(|args| Ok((check::check(&settings::root()?, &args)?, args)));
    match checked {
        Ok((sound, args)) => expand::embed::expand(&sound, &args),
        Err(refusal) => fallback::migrations(&refusal),
    }
}

/// Gives a test of an application its own database at the head of the history.
///
/// ```ignore
/// #[migrate_db::test]
/// async fn a_user_is_found(pool: sqlx::PgPool) -> sqlx::Result<()> {
///     sqlx::query("INSERT INTO users (name) VALUES ('ada')").execute(&pool).await?;
///     Ok(())
/// }
/// ```
///
/// The type of the pool selects the database: `SqlitePool`, `PgPool` or `MySqlPool`. The history
/// runs once, into a template that is kept. Each test gets a copy within milliseconds. The copy is
/// dropped after the test, and kept if the test failed; the output shows where it is. The test runs
/// on its own tokio runtime and returns nothing or a `Result<(), _>`. `#[ignore]`,
/// `#[should_panic]` and the like follow this attribute.
///
/// | written | means |
/// |---|---|
/// | `#[migrate_db::test]` | the history that [`migrations!()`](macro@migrations) would embed |
/// | `#[migrate_db::test(migrations = crate::MIGRATIONS)]` | the one of this static: with many tests it is compiled in once |
/// | `#[migrate_db::test("billing/migrations")]` | all that `migrations!` takes |
///
/// # Errors
/// Only an `async fn` with one pool compiles, and only with a valid history. A test without a
/// server fails and lists the ways to provide one.
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    let written = signature::Signature::parse(item.clone())
        .and_then(|signature| Ok((signature, expand::test::Source::of(args)?)));
    match written {
        Ok((signature, source)) => expand::test::expand(&signature, &source),
        Err(refusal) => fallback::test(&refusal, item),
    }
}

/// Writes the round-trip tests of a history. For every revision and database, a `#[test]` applies
/// the revision, reverts it and applies it again on a real database with rows; a few tests cover
/// the whole history. The macro belongs in a file in `tests` and requires the feature `testkit` of
/// `migrate-db`.
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
/// The number is the position of the revision in the history, so that tests are listed in its
/// order.
///
/// | written | means |
/// |---|---|
/// | `round_trip_tests!()` | the folder and the databases that `migrate.toml` names, else the lock file, else the enabled driver features |
/// | `round_trip_tests!(sqlite, postgres)` | these databases |
/// | `round_trip_tests!("billing/migrations")` | this folder, relative to `Cargo.toml` |
/// | `round_trip_tests!(mod billing, "billing/migrations")` | tests in a module `billing`: names two calls in one file apart |
/// | `round_trip_tests!(functions = crate::register)` | an `async fn` that registers SQLite functions or collations, called for every test database before the history |
/// | `round_trip_tests!(heads = many)`, `dialects(..)`, `steps = [..]` | as in `migrations!` |
///
/// # Errors
/// The errors of [`migrations!`](macro@migrations). A database that the history is not written for,
/// or whose driver is not enabled, does not compile either.
#[proc_macro]
pub fn round_trip_tests(input: TokenStream) -> TokenStream {
    let checked = Args::parse(Macro::RoundTripTests, input).and_then(|args| {
        let sound = check::check(&settings::root()?, &args)?;
        let databases = check::databases(&sound, &args)?;
        Ok(expand::round_trip::expand(&sound, &databases, &args))
    });
    checked.unwrap_or_else(|refusal| fallback::items(&refusal))
}

/// Makes a struct the model of a table, and compares it with the history.
///
/// ```ignore
/// #[derive(migrate_db::Table, sqlx::FromRow)]
/// #[table(name = "users", index(name))]
/// struct User {
///     #[column(primary_key, identity)]
///     id: i64,
///     #[column(unique)]
///     email: String,
///     name: Option<String>,
/// }
/// ```
///
/// `cargo migrate new --autogenerate` reads the struct from the source and writes the revision that
/// makes the table equal to it. The expansion contains names as constants and nothing else.
///
/// # Errors
/// Every mistake in the attributes is an error at its place. So is each difference between the struct
/// and its table at the head of the migrations that `migrate.toml` names, else of the folder
/// `migrations`: a column that does not exist, another type or nullability, a table that does not exist,
/// a column without a default for which there is no field. What is not known statically is no error. In a
/// crate without migrations nothing is compared. `#[table(drift = "off")]` turns the comparison off for
/// a struct, and `model-drift = "off"` in `migrate.toml` for all.
#[proc_macro_derive(Table, attributes(table, column))]
pub fn table(item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::DeriveInput);
    expand::derive::table(&item).into()
}

/// Makes an enum the model of a type of columns, and compares it with the history.
///
/// ```ignore
/// #[derive(migrate_db::Enum, sqlx::Type)]
/// #[sqlx(type_name = "user_status", rename_all = "snake_case")]
/// enum Status {
///     Active,
///     OnHold,
/// }
/// ```
///
/// # Errors
/// As [`Table`](derive@Table): on PostgreSQL, a type or a value that does not exist at the head.
#[proc_macro_derive(Enum, attributes(enumeration, value))]
pub fn enumeration(item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::DeriveInput);
    expand::derive::enumeration(&item).into()
}
