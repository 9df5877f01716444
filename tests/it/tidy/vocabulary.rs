//! Retired words do not come back: private names in code, and habits of prose in comments.
//!
//! [`IDENTIFIERS`] and [`PHRASES`] are the only lists. Each row has a scope, the paths in which the
//! word is retired; an area that is edited adds its path to the scope. Tests are not checked.

use std::str::FromStr as _;

use proc_macro2::{TokenStream, TokenTree};

use super::code::{File, all_files, read};

/// A retired word, its replacement, and its scope: the beginnings of paths.
type Retired = (&'static str, &'static str, &'static [&'static str]);

/// All published crates.
const EVERYWHERE: &[&str] = &["migrate-core/", "migrate-macros/", "migrate-db/", "cargo-migrate/"];

/// The areas whose comments are edited.
const EDITED: &[&str] = &[
    "migrate-core/src/author",
    "migrate-core/src/config",
    "migrate-core/src/diagnostic",
    "migrate-core/src/directory",
    "migrate-core/src/embed",
    "migrate-core/src/graph",
    "migrate-core/src/history.rs",
    "migrate-core/src/ident.rs",
    "migrate-core/src/lock",
    "migrate-core/src/plan",
    "migrate-core/src/revision",
    "migrate-core/src/script",
    "migrate-core/src/source.rs",
    "migrate-core/src/sql",
    "migrate-core/src/version_table",
    "migrate-macros/src",
];

/// Identifiers, compared whole and with their case.
const IDENTIFIERS: [Retired; 25] = [
    ("Around", "Neighbours", EVERYWHERE),
    ("CancelWords", "CancelTemplates", EVERYWHERE),
    ("DatabaseWords", "DatabaseTemplates", EVERYWHERE),
    ("EngineWords", "EngineQueries", EVERYWHERE),
    ("FindingCode", "diagnostic::Code", EVERYWHERE),
    ("InSession", "SessionEffect", EVERYWHERE),
    ("LEXIS", "LEX_RULES", EVERYWHERE),
    ("Lexis", "LexRules", EVERYWHERE),
    ("LockWords", "LockTemplates", EVERYWHERE),
    ("Maker", "TableBuilder", EVERYWHERE),
    ("OwnTransaction", "OpenTransaction", EVERYWHERE),
    ("PerMigration", "PerRevision", EVERYWHERE),
    ("Sight", "NameScope", EVERYWHERE),
    ("Standing", "ExpectedRow", EVERYWHERE),
    ("TimeoutWords", "TimeoutTemplates", EVERYWHERE),
    ("WayDown", "Down", EVERYWHERE),
    ("blesses", "accepts", EVERYWHERE),
    ("careless", "fast_unsafe", EVERYWHERE),
    ("half_made", "invalid_index", EVERYWHERE),
    ("in_shares", "parallel::map_chunks", EVERYWHERE),
    ("is_way_down", "is_down", EVERYWHERE),
    ("landing_schema", "default_schema", EVERYWHERE),
    ("one_trip", "pipelines_transaction", EVERYWHERE),
    ("stands_alone", "needs_autocommit", EVERYWHERE),
    ("undoes_whole", "is_atomic", EVERYWHERE),
];

/// Words of comments, in any case.
const PHRASES: [Retired; 7] = [
    ("anew", "again", EDITED),
    ("anybody", "anyone; better the actor's name", EDITED),
    ("mend", "fix", EDITED),
    ("mended", "fixed", EDITED),
    ("mends", "fixes", EDITED),
    ("nobody", "no runner, no process, ..", EDITED),
    ("somebody", "another runner, a user, ..", EDITED),
];

fn is_in_scope(file: &File, scope: &[&str]) -> bool {
    !file.is_test && scope.iter().any(|start| file.path.starts_with(start))
}

fn identifiers(tokens: TokenStream, found: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => found.push(ident.to_string()),
            TokenTree::Group(group) => identifiers(group.stream(), found),
            _ => {}
        }
    }
}

#[test]
fn retired_identifiers_do_not_come_back() {
    let mut faults = Vec::new();
    for file in all_files() {
        let mut found = Vec::new();
        identifiers(TokenStream::from_str(&read(&file.path)).unwrap(), &mut found);
        for (word, instead, scope) in IDENTIFIERS {
            if is_in_scope(&file, scope) && found.iter().any(|ident| ident == word) {
                faults.push(format!("{}: `{word}`, rather `{instead}`", file.path));
            }
        }
    }
    assert!(faults.is_empty(), "retired names:\n{}", faults.join("\n"));
}

#[test]
fn retired_phrases_do_not_come_back() {
    let mut faults = Vec::new();
    for file in all_files() {
        for (number, line) in (1..).zip(read(&file.path).lines().take(file.lines)) {
            let Some(comment) = line.trim_start().strip_prefix("//") else { continue };
            let comment = comment.to_lowercase();
            let words: Vec<&str> = comment.split(|c: char| !c.is_alphanumeric()).collect();
            for (word, instead, scope) in PHRASES {
                if is_in_scope(&file, scope) && words.contains(&word) {
                    faults.push(format!("{}:{number}: {word}, rather {instead}", file.path));
                }
            }
        }
    }
    assert!(faults.is_empty(), "retired words in comments:\n{}", faults.join("\n"));
}

/// Files outside of the printing code that may name the program: a page of the documentation.
const NAMES_PROGRAM: [&str; 2] = ["migrate-core/src/command.rs", "migrate-core/src/lint/page.rs"];

#[test]
fn only_printing_code_names_the_program_of_a_command() {
    let mut faults = Vec::new();
    for file in all_files() {
        let is_library = ["migrate-core/", "migrate-db/"].iter().any(|c| file.path.starts_with(c));
        let prints = file.path.starts_with("migrate-db/src/cli/");
        if !is_library || prints || file.is_test || NAMES_PROGRAM.contains(&&*file.path) {
            continue;
        }
        for (number, line) in (1..).zip(read(&file.path).lines().take(file.lines)) {
            let is_comment = line.trim_start().starts_with("//");
            if !is_comment
                && (line.contains("`cargo migrate ") || line.contains("\"cargo migrate "))
            {
                faults.push(format!("{}:{number}: rather `command::Command`", file.path));
            }
        }
    }
    assert!(faults.is_empty(), "texts that name a program:\n{}", faults.join("\n"));
}
