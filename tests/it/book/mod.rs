//! The documentation as a book: its table of contents is complete, and what its pages show is true.
//!
//! A page may mark its code blocks with HTML comments, which readers never see:
//!
//! | comment before a block | meaning |
//! |---|---|
//! | `<!-- file: PATH -->` | the block is written to this file of the page's folder |
//! | `<!-- run: sqlite -->` (or `postgres`, `mysql`) | the lines after `$ ` are run, and their output must be what the block shows |
//!
//! Blocks of one page share a folder and a database. A command line that is only shown is still
//! checked: the command and its flags must exist.

mod page;
mod transcript;

use std::collections::BTreeSet;

use crate::support::TestEnvironment;
use page::Page;

#[test]
fn every_page_stands_in_the_table_of_contents_once() {
    let summary = Page::read("SUMMARY.md");
    let listed: Vec<&str> =
        summary.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let unique: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(listed.len(), unique.len(), "a page is listed twice: {listed:?}");
    let pages: BTreeSet<String> = Page::names().into_iter().collect();
    let listed: BTreeSet<String> = unique.into_iter().map(str::to_owned).collect();
    assert_eq!(listed, pages);
}

#[test]
fn commands_that_pages_show_exist() {
    let env = TestEnvironment::new();
    let mut checked = BTreeSet::new();
    for page in Page::all() {
        for command in page.commands() {
            if !checked.insert(command.clone()) {
                continue;
            }
            // With `--help` the command line is parsed and nothing is done.
            let words: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
            let outcome = env.run(&words);
            assert_eq!(outcome.code, 0, "{}: {}\n{outcome}", page.name, command.join(" "));
        }
    }
    assert!(checked.len() > 30, "the command lines are not found: {}", checked.len());
}

#[test]
fn settings_that_pages_show_are_settings() {
    use migrate_core::{config::Config, source::SourceFile};
    let mut count = 0;
    for page in Page::all() {
        let named = |file: &str| file.ends_with("migrate.toml");
        for block in page.blocks.iter().filter(|b| b.file.as_deref().is_some_and(named)) {
            let file = SourceFile::new("migrate.toml", block.text.clone());
            let (_, found) = Config::parse(&file);
            assert!(!found.has_errors(), "{}: {found}", page.name);
            count += 1;
        }
    }
    assert!(count > 2, "no settings were found");
}

#[test]
fn revisions_that_pages_show_are_revisions() {
    use migrate_core::dialect::Dialect;
    use migrate_core::{revision::Revision, source::SourceFile};
    let mut count = 0;
    for page in Page::all() {
        let is_revision = |text: &str| {
            let begins = |word| text.lines().any(|line| line.starts_with(word));
            begins("-- revision:") && begins("-- migrate:up")
        };
        for block in page.blocks.iter().filter(|b| b.language == "sql" && is_revision(&b.text)) {
            let found = |dialect| {
                let file = SourceFile::new("shown.sql", block.text.clone());
                Revision::parse(file, &[dialect]).1
            };
            let sound = Dialect::ALL.into_iter().any(|dialect| !found(dialect).has_errors());
            assert!(sound, "{}: {}", page.name, found(Dialect::Postgres));
            count += 1;
        }
    }
    assert!(count > 2, "no revisions were found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transcripts_are_what_the_commands_print() {
    let (mut count, mut faults) = (0, Vec::new());
    for page in Page::all() {
        count += transcript::check(&page, &mut faults).await;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    assert!(count > 10, "no transcripts were run");
}
