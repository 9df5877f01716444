//! Lies and honest migrations on this database.

mod honest;
mod lies;

use migrate_core::dialect::Dialect;

use super::cases;

#[tokio::test]
async fn every_lie_is_found_by_its_test() {
    cases::run(Dialect::Postgres, lies::CASES).await;
}

#[tokio::test]
async fn no_honest_migration_is_accused() {
    cases::run(Dialect::Postgres, honest::CASES).await;
}

#[test]
fn the_tables_are_full() {
    cases::is_full(lies::CASES);
    cases::is_full(honest::CASES);
    assert!(lies::CASES.iter().all(|case| !case.finds.is_empty()));
    assert!(honest::CASES.iter().all(|case| case.finds.is_empty()));
}
