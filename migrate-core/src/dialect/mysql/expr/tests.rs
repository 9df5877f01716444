use super::*;
use crate::schema::DataType;

fn check(a: &str, b: &str) -> Answer {
    compare_expressions(Place::Condition, a, b, &|_: &str| None)
}

fn default(of: &str, a: &str, b: &str) -> Answer {
    compare_expressions(Place::Default(&DataType::from(of)), a, b, &|_: &str| None)
}

#[test]
fn what_mariadb_prints_is_equal() {
    for (written, catalog) in [
        ("i && (n > 1)", "`i` <> 0 and `n` > 1"),
        ("NOT (i > 0 AND b)", "`i` <= 0 or `b` = 0"),
        ("NOT (t LIKE 'a')", "`t`  not like 'a'"),
        ("i NOT IN (1)", "`i` <> 1"),
        ("NOT (i <=> 1)", "!(`i` <=> 1)"),
        ("t NOT REGEXP 'a'", "!(`t` regexp 'a')"),
        ("NOT (i XOR b)", "`i` = 0 xor `b`"),
        ("b IS UNKNOWN", "`b` is null"),
        ("- 1 < +i", "-1 < `i`"),
        ("MOD(i, 2) = 1", "`i` MOD 2 = 1"),
        ("LENGTH(trim(both from v)) > 1", "octet_length(trim(`v`)) > 1"),
        ("substring(v from 2 for 1) = 'a'", "substr(`v`,2,1) = 'a'"),
        ("instr(v, 'a') = 1", "locate('a',`v`) = 1"),
        ("adddate(dt, 1) > dt", "`dt` + interval 1 day > `dt`"),
        ("date(dtm) = dt", "cast(`dtm` as date) = `dt`"),
        ("binary v = \"it's\"", "cast(`v` as char charset binary) = 'it\\'s'"),
        ("v LIKE 'a\\_b'", "`v` like 'a\\\\_b'"),
        ("b = 1 AND (i = 2 AND n = 3)", "`b` = 1 and `i` = 2 and `n` = 3"),
        ("(NOT b) = 1", "`b` = 0 = 1"),
        ("i = .5 AND n = 00012", "`i` = 0.5 and `n` = 12"),
    ] {
        assert_eq!(check(written, catalog), Answer::Equal, "{written} | {catalog}");
        assert_eq!(check(catalog, written), Answer::Equal, "{catalog} | {written}");
    }
}

#[test]
fn another_expression_is_different() {
    for (a, b) in [
        ("i > 0", "`i` > 1"),
        ("i and b", "`i` <> 0 or `b` <> 0"),
        ("v like 'a_b'", "`v` like 'a\\\\_b'"),
        ("not i > 0", "`i` < 0"),
        ("trim(leading 'x' from v) = 'a'", "trim(trailing 'x' from `v`) = 'a'"),
    ] {
        assert_eq!(check(a, b), Answer::Different, "{a} | {b}");
    }
    let unknown = |a, b| matches!(check(a, b), Answer::Unknown(_));
    assert!(unknown("v = X'41'", "`v` = 'A'"));
    assert!(unknown("cast(v as char) = 'a'", "cast(`v` as char charset utf8mb3) = 'a'"));
    assert!(unknown("exists (select 1)", "exists (select 2)"));
}

#[test]
fn a_default_is_a_value_of_its_type() {
    for (of, written, catalog) in [
        ("int(11)", "'0'", "0"),
        ("int(11)", "true", "1"),
        ("int(11)", "0x10", "16"),
        ("decimal(10,2)", "'1.5'", "1.50"),
        ("decimal(10,2)", "-.5", "-0.50"),
        ("decimal(10,2)", "0", "0.00"),
        ("double", "1.0", "1"),
        ("varchar(20)", "5", "'5'"),
        ("varchar(20)", "_utf8mb4'x'", "'x'"),
        ("bit(4)", "b'0101'", "b'101'"),
        ("datetime", "localtimestamp", "current_timestamp()"),
        ("datetime(3)", "now(3)", "current_timestamp(3)"),
        ("datetime(3)", "'2020-1-1'", "'2020-01-01 00:00:00.000'"),
        ("date", "(current_date)", "curdate()"),
        ("time", "'1:2'", "'01:02:00'"),
        ("year(4)", "99", "1999"),
        ("enum('a','b')", "'A'", "'a'"),
        ("varchar(36)", "(lower(UUID()))", "lcase(uuid())"),
        ("int(11)", "null", "NULL"),
    ] {
        assert_eq!(default(of, written, catalog), Answer::Equal, "{of} {written} | {catalog}");
    }
    assert_eq!(default("int(11)", "1", "2"), Answer::Different);
    assert_eq!(default("varchar(9)", "'a'", "'A'"), Answer::Different);
    assert!(matches!(default("int(11)", "1.5", "2"), Answer::Unknown(_)));
    assert!(matches!(default("uuid", "'a'", "'b'"), Answer::Unknown(_)));
}
