//! Whose directory it is.

use super::*;

fn of(list: &[(&str, &str)]) -> Result<Format, Vec<(Format, usize)>> {
    detect(&files(list))
}

#[test]
fn what_only_one_tool_writes_decides() {
    assert_eq!(of(&[("1_a.sql", ""), ("README.md", "")]), Ok(Format::Sqlx));
    assert_eq!(of(&[("1_a/up.sql", ""), ("1_a/down.sql", "")]), Ok(Format::Diesel));
    assert_eq!(of(&[("1_a.sql", "-- c\r\n-- migrate:up\r\n")]), Ok(Format::Dbmate));
    assert_eq!(of(&[("1_a.sql", "--+goose Up\n"), ("2_b.go", "")]), Ok(Format::Goose));
    assert_eq!(of(&[("V1__a.sql", ""), ("V2__b.rs", "")]), Ok(Format::Refinery));
    assert_eq!(of(&[("V1__a.sql", ""), ("U2__b.sql", "")]), Ok(Format::Refinery));
    assert_eq!(of(&[("V1__a.sql", ""), ("U1__a.sql", "")]), Ok(Format::Flyway));
    assert_eq!(of(&[("V1__a.sql", ""), ("V1_1__b.sql", "")]), Ok(Format::Flyway));
    assert_eq!(of(&[("x/V1__a.sql", ""), ("R__b.sql", "")]), Ok(Format::Flyway));
    assert_eq!(of(&[("V01.A.up.sql", ""), ("V01.A.down.sql", "")]), Ok(Format::GolangMigrate));
}

#[test]
fn pairs_are_open_between_sqlx_and_golang_migrate_until_something_decides() {
    let pair = ("1_a.up.sql", "SELECT 1");
    let open = Err(vec![(Format::Sqlx, 2), (Format::GolangMigrate, 2)]);
    assert_eq!(of(&[pair, ("1_a.down.sql", "")]), open);
    assert_eq!(of(&[pair, ("2_b.sql", "")]), Ok(Format::Sqlx));
    assert_eq!(of(&[pair, ("2_b.up.sql", "-- no-transaction\n")]), Ok(Format::Sqlx));
    assert_eq!(of(&[pair, ("2_b_up.sql", ""), ("2_b_down.sql", "")]), Ok(Format::GolangMigrate));
    assert_eq!(of(&[pair, ("01_b.up.sql", "")]), Ok(Format::GolangMigrate));
    assert_eq!(of(&[pair, ("2_b.up..sql", "")]), Ok(Format::GolangMigrate));
}

#[test]
fn names_that_two_tools_share_are_left_to_the_user() {
    assert_eq!(
        of(&[("V1__a.sql", ""), ("V2__b.sql", "")]),
        Err(vec![(Format::Refinery, 2), (Format::Flyway, 2)])
    );
}

#[test]
fn nothing_known_is_an_empty_list() {
    assert_eq!(of(&[("README.md", ""), ("notes.sql", ""), ("a/b/up.sql", "")]), Err(vec![]));
    assert_eq!(of(&[]), Err(vec![]));
    let unreadable = [ForeignFile { path: "1_a.sql".into(), text: Err("not UTF-8".into()) }];
    assert_eq!(detect(&unreadable), Ok(Format::Sqlx));
}
