//! Defective and clean migrations on this database.

/// A test for each subject, so that they run beside each other, and all cases of them.
macro_rules! subjects {
    ($($subject:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $subject() {
                let dialect = migrate_core::dialect::Dialect::Mysql;
                crate::round_trip::cases::run(dialect, $subject::CASES).await;
            }
        )+

        pub(super) fn all() -> Vec<crate::round_trip::cases::Case> {
            [$($subject::CASES),+].concat()
        }
    };
}

mod clean;
mod defective;
mod wanted;

use super::cases;

#[tokio::test]
async fn what_an_up_adds_is_no_finding() {
    cases::run(migrate_core::dialect::Dialect::Mysql, wanted::CASES).await;
}

#[test]
fn the_tables_are_full() {
    let (defective, clean) = (defective::all(), clean::all());
    cases::is_full(&defective);
    cases::is_full(&clean);
    assert!(defective.iter().all(|case| !case.finds.is_empty()));
    assert!(clean.iter().all(|case| case.finds.is_empty()));
}
