//! Defective and clean migrations on this database.

/// A case whose sections are an up and a down. A clean one finds nothing and names nothing.
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

mod clean;
mod defective;
mod wanted;

use migrate_core::dialect::Dialect;

use super::cases;

#[tokio::test]
async fn every_lie_is_found_by_its_test() {
    cases::run(Dialect::Sqlite, &defective::all()).await;
}

#[tokio::test]
async fn clean_migrations_pass() {
    cases::run(Dialect::Sqlite, &clean::all()).await;
}

#[tokio::test]
async fn what_an_up_adds_is_no_finding() {
    cases::run(Dialect::Sqlite, wanted::CASES).await;
}

#[test]
fn static_checks_agree_with_the_tests() {
    let (told, expected) = cases::check_statically(Dialect::Sqlite, &defective::all());
    println!("{told} of {expected} differences are found without a database");
    assert!(told * 100 >= expected * 95, "{told} of {expected}");
    assert_eq!(cases::check_statically(Dialect::Sqlite, &clean::all()), (0, 0));
    assert_eq!(cases::check_statically(Dialect::Sqlite, wanted::CASES), (0, 0));
}

#[test]
fn the_tables_are_full() {
    let (defective, clean) = (defective::all(), clean::all());
    cases::is_full(&defective);
    cases::is_full(&clean);
    assert!(defective.iter().all(|case| !case.finds.is_empty() && !case.names.is_empty()));
    assert!(clean.iter().all(|case| case.finds.is_empty()));
}
