//! Defective and clean migrations on this database.

/// A case with an up and a down: name, what stands before, up, down; for a defective one the codes of what
/// must be found and what the findings must name.
macro_rules! up_down {
    ($name:literal, $before:literal, $up:literal, $down:literal $(,)?) => {
        up_down!($name, $before, $up, $down, [], [])
    };
    ($name:literal, $before:literal, $up:literal, $down:literal,
     [$($code:literal),*], [$($named:literal),*] $(,)?) => {
        sections!(
            $name,
            $before,
            concat!("-- migrate:up\n", $up, "\n\n-- migrate:down\n", $down),
            [$($code),*],
            [$($named),*]
        )
    };
}

/// A case with sections as they stand in the file.
macro_rules! sections {
    ($name:literal, $before:literal, $sections:expr $(,)?) => {
        sections!($name, $before, $sections, [], [])
    };
    ($name:literal, $before:literal, $sections:expr,
     [$($code:literal),*], [$($named:literal),*] $(,)?) => {
        crate::round_trip::cases::Case {
            name: $name,
            before: $before,
            sections: $sections,
            finds: &[$($code),*],
            names: &[$($named),*],
        }
    };
}

mod clean;
mod defective;
mod wanted;

use migrate_core::dialect::Dialect;

use super::cases::{self, Case};

/// Runs a table of cases as a test of its own.
macro_rules! run {
    ($($test:ident: $cases:path),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $test() {
                cases::run(Dialect::Postgres, $cases).await;
            }
        )+
    };
}

run! {
    defective_objects: defective::objects::CASES,
    defective_parts_of_tables: defective::parts::CASES,
    defective_columns: defective::columns::CASES,
    defective_rows: defective::rows::CASES,
    statements_that_fail: defective::failures::CASES,
    clean_objects: clean::objects::CASES,
    clean_tables: clean::tables::CASES,
    clean_columns: clean::columns::CASES,
    clean_rows: clean::rows::CASES,
    what_an_up_adds_is_no_finding: wanted::CASES,
}

#[test]
fn static_checks_agree_with_the_tests() {
    let all = |tables: &[&[Case]]| tables.concat();
    let (told, expected) = cases::check_statically(Dialect::Postgres, &all(&defective::CASES));
    println!("{told} of {expected} differences are found without a database");
    // Not followed are privileges, dynamic SQL and the queries of views.
    assert!(told * 100 >= expected * 90, "{told} of {expected}");
    assert_eq!(cases::check_statically(Dialect::Postgres, &all(&clean::CASES)), (0, 0));
    assert_eq!(cases::check_statically(Dialect::Postgres, wanted::CASES), (0, 0));
}

#[test]
fn the_tables_are_full() {
    let all = |tables: &[&'static [Case]]| tables.iter().copied().flatten().collect::<Vec<_>>();
    let defective = all(&defective::CASES);
    let clean = all(&clean::CASES);
    assert!(defective.iter().all(|case| !case.finds.is_empty() && !case.names.is_empty()));
    assert!(clean.iter().all(|case| case.finds.is_empty()));
    cases::is_full(defective);
    cases::is_full(clean);
}
