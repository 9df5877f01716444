//! Lint: the rules on examples of other linters, and the page that documents them.

mod cases;

use migrate_core::lint;

use crate::tidy::code::root;

#[test]
fn the_lint_page_is_what_the_rules_say() {
    let path = root().join("docs/lint.md");
    let page = lint::page();
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == page,
        "docs/lint.md is not what the rules say: run this test with UPDATE_PAGES=1"
    );
}
