use super::*;
use crate::source::SourceFile;

fn history(files: &[(&str, &str, &str)]) -> History {
    let file = |(id, parents, up): &(&str, &str, &str)| {
        let text = format!(
            "-- <script>alert('{id}')</script> & co\n--\n-- revision: {id}\n-- revises: {parents}\n\n\
             -- migrate:up\n{up}\n\n-- migrate:irreversible </script> gone\n"
        );
        SourceFile::new(format!("{id}.sql"), text)
    };
    History::read(files.iter().map(file).collect(), None, &[Dialect::Sqlite]).0
}

fn page(history: &History) -> String {
    page_with(history, None)
}

fn page_with(history: &History, tests: Option<&[TestResult]>) -> String {
    let findings = Diagnostics::new();
    Report { history, dialect: Dialect::Sqlite, applied: None, findings: &findings, tests }.page()
}

fn data(page: &str) -> &str {
    let (_, rest) = page.split_once("id=\"data\">").unwrap();
    rest.split_once("</script>").unwrap().0
}

#[test]
fn texts_of_files_are_data_and_no_markup() {
    let page = page(&history(&[(
        "a",
        "",
        "CREATE TABLE \"</script><img src=x>\" (x TEXT DEFAULT '<b>');",
    )]));
    assert_eq!(page.matches("<script").count(), 2, "the data and the script of the page");
    assert!(!page.contains("<img") && !page.contains("<b>"));
    assert!(data(&page).contains("\\u003c/script\\u003e\\u003cimg src=x\\u003e"));
    assert!(!page.contains("src=\"") && !page.contains("href=\"http"));
}

#[test]
fn a_revision_holds_what_differs_from_the_one_before_it() {
    let history = history(&[
        ("a", "", "CREATE TABLE t (x INTEGER);\nCREATE TABLE u (y INTEGER);"),
        ("b", "a", "ALTER TABLE t ADD COLUMN z TEXT;"),
        ("c", "a", "DROP TABLE u;"),
        ("d", "b, c", ""),
    ]);
    let page = page(&history);
    let data = data(&page);
    let of = |id: &str| {
        let (_, rest) = data.split_once(&format!("{{\"id\":\"{id}\"")).unwrap();
        let (_, rest) = rest.split_once("\"words\":").unwrap();
        rest.split_once("]}").unwrap().0
    };
    assert!(of("a").contains("\"table t\"") && of("a").contains("\"table u\""));
    assert!(of("b").contains("[\"table t\",\"CREATE TABLE t") && !of("b").contains("\"table u\""));
    assert!(of("b").contains("column t.z was added"), "{}", of("b"));
    assert!(of("c").contains("[\"table u\",null]"));
    // A merge is written against its first parent, so it has what the other branch did.
    assert!(of("d").contains("[\"table u\",null]"), "{}", of("d"));
}

#[test]
fn the_policy_admits_the_script_of_the_page() {
    assert_eq!(base64(b""), "");
    assert_eq!(base64(b"f"), "Zg==");
    assert_eq!(base64(b"fo"), "Zm8=");
    assert_eq!(base64(b"foo"), "Zm9v");
    let hash = base64(&Sha256::digest(SCRIPT));
    assert!(page(&History::default()).contains(&format!("script-src 'sha256-{hash}'")));
}

#[test]
fn results_of_tests_stand_at_their_revision() {
    let history = history(&[("a", "", "CREATE TABLE t (x INTEGER);"), ("b", "a", "")]);
    assert!(data(&page(&history)).ends_with(",\"tests\":null}"));
    let finding = TestFinding {
        code: "left-behind".to_owned(),
        message: "a table".to_owned(),
        ..TestFinding::default()
    };
    let result = |name: &str, outcome, findings| TestResult {
        database: "SQLite".to_owned(),
        name: name.to_owned(),
        outcome,
        findings,
        notes: Vec::new(),
    };
    let results = [
        result("b", TestOutcome::Failed, vec![finding]),
        result("base to head", TestOutcome::Passed, Vec::new()),
    ];
    let page = page_with(&history, Some(&results));
    let (_, tests) = data(&page).split_once(",\"tests\":").unwrap();
    assert_eq!(
        tests,
        "[{\"revision\":1,\"database\":\"SQLite\",\"name\":\"b\",\"outcome\":\"failed\",\
         \"findings\":[{\"code\":\"left-behind\",\"message\":\"a table\",\"diff\":\"\",\"help\":[]}],\
         \"notes\":[]},{\"revision\":null,\"database\":\"SQLite\",\"name\":\"base to head\",\
         \"outcome\":\"passed\",\"findings\":[],\"notes\":[]}]}"
    );
}

#[test]
fn what_becomes_unknown_is_told_once() {
    let history = history(&[
        ("a", "", "CREATE TABLE t (x INTEGER);"),
        ("b", "a", "CREATE VIRTUAL TABLE v USING fts5(x);"),
        ("c", "b", "ALTER TABLE t ADD COLUMN y TEXT;"),
    ]);
    let page = page(&history);
    assert_eq!(data(&page).matches("not known: ").count(), 1, "{}", data(&page));
}
