//! Lies and honest migrations on this database.

/// A case whose sections are an up and a down. An honest one finds nothing and names nothing.
macro_rules! case {
    ($name:literal, $before:expr, $up:literal, $down:literal) => {
        case!($name, $before, $up, $down, [], [])
    };
    ($name:literal, $before:expr, $up:literal, $down:literal,
     [$($find:literal),*], [$($named:literal),*]) => {
        Case {
            name: $name,
            before: $before,
            sections: concat!("-- migrate:up\n", $up, "\n\n-- migrate:down\n", $down, "\n"),
            finds: &[$($find),*],
            names: &[$($named),*],
        }
    };
}

mod honest;
mod lies;
mod wanted;

use migrate_core::dialect::Dialect;

use super::cases;

#[tokio::test]
async fn every_lie_is_found_by_its_test() {
    cases::run(Dialect::Sqlite, &lies::all()).await;
}

#[tokio::test]
async fn no_honest_migration_is_accused() {
    cases::run(Dialect::Sqlite, &honest::all()).await;
}

#[tokio::test]
async fn what_an_up_adds_is_no_finding() {
    cases::run(Dialect::Sqlite, wanted::CASES).await;
}

#[test]
fn the_tables_are_full() {
    let (lies, honest) = (lies::all(), honest::all());
    cases::is_full(&lies);
    cases::is_full(&honest);
    assert!(lies.iter().all(|case| !case.finds.is_empty() && !case.names.is_empty()));
    assert!(honest.iter().all(|case| case.finds.is_empty()));
}
