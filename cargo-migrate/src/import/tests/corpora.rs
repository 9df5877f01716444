//! Three real histories, where they are to be had.

use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::ident::RevisionId;
use migrate_core::revision::{Draft, DraftSection, Revision};
use migrate_core::source::SourceFile;

use super::*;

/// The files of one history, or nothing, said aloud, when it is not on this machine.
fn corpus(name: &str) -> Option<Vec<ForeignFile>> {
    let root = std::env::var_os("MIGRATE_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"),
        PathBuf::from,
    );
    let directory = root.join(name).join("migrations");
    if !directory.is_dir() {
        println!(
            "skipped: no {}; MIGRATE_CORPORA says where the histories are",
            directory.display()
        );
        return None;
    }
    let mut files = Vec::new();
    walk(&directory, "", &mut files);
    Some(files)
}

fn walk(directory: &Path, prefix: &str, files: &mut Vec<ForeignFile>) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), &format!("{path}/"), files);
        } else {
            let text = fs::read_to_string(entry.path()).map_err(|e| e.to_string());
            files.push(ForeignFile { path, text });
        }
    }
}

/// Every migration makes a revision file whose sections are the imported ones.
fn all_make_revisions(import: &Import, dialect: Dialect) {
    for m in &import.migrations {
        let marker = |way: &str, section: &Section| {
            let option = if section.transaction { "" } else { " transaction:false" };
            DraftSection::new(format!("{way}{option}"), &*section.text)
        };
        let down = m.down.as_ref().map_or_else(
            || DraftSection::new("irreversible it has none", ""),
            |down| marker("down", down),
        );
        let draft = Draft {
            id: RevisionId::new(m.key.replace('-', "_")).unwrap(),
            revises: vec![],
            depends_on: vec![],
            labels: vec![],
            replaces: Vec::new(),
            created: None,
            message: m.message.clone(),
            comments: String::new(),
            sections: vec![marker("up", &m.up), down],
        };
        let file = SourceFile::new(m.up.path.clone(), draft.render());
        let (revision, found) = Revision::parse(file, &[dialect]);
        assert!(found.is_empty(), "{}:\n{found}", m.key);
        let revision = revision.unwrap();
        let up = revision.up(dialect).unwrap();
        assert_eq!(up.body.of(revision.file.text()).trim(), m.up.text.trim());
        assert_eq!(up.transaction, m.up.transaction);
    }
}

fn downs(import: &Import) -> (usize, usize) {
    let blank = |m: &&Imported| m.down.is_none() && m.no_down == NoDown::Blank;
    (
        import.migrations.iter().filter(|m| m.down.is_some()).count(),
        import.migrations.iter().filter(blank).count(),
    )
}

#[test]
fn crates_io_in_the_format_of_diesel() {
    let Some(files) = corpus("crates_io") else { return };
    assert_eq!(detect(&files), Ok(Format::Diesel));
    let import = read(Format::Diesel, Dialect::Postgres, &files);
    assert!(import.problems.is_empty(), "{:?}", import.problems);
    assert_eq!(import.migrations.len(), 285);
    all_make_revisions(&import, Dialect::Postgres);
    assert_eq!(downs(&import), (276, 9));
    assert_eq!(skipped(&import), ["data_oauth_github.sql"]);
    assert!(messages(&import).contains(&"Add email notifications to crate owners"));

    let untransacted: Vec<_> =
        import.migrations.iter().filter(|m| !m.up.transaction).map(|m| m.key.as_str()).collect();
    assert_eq!(
        untransacted,
        [
            "20240212120203",
            "20240305120032",
            "20240527142004",
            "20241025112826",
            "20250922090805",
            "20250929161354",
            "202607301400000000"
        ],
        "the seven that say so upstream, found without their settings"
    );
    let downs: Vec<_> = import
        .migrations
        .iter()
        .filter(|m| m.down.as_ref().is_some_and(|d| !d.transaction))
        .map(|m| m.key.as_str())
        .collect();
    assert_eq!(
        downs,
        [
            "20240305120032",
            "20240412144536",
            "20240527142004",
            "20250922090805",
            "202607301400000000"
        ]
    );
    assert_eq!(import.needed_table(), None, "what is dropped if it exists need not be there");
}

#[test]
fn gitness_with_versions_that_are_not_unique() {
    let Some(files) = corpus("gitness_sqlite") else { return };
    assert_eq!(detect(&files), Ok(Format::GolangMigrate));
    let import = read(Format::GolangMigrate, Dialect::Sqlite, &files);
    assert_eq!(import.migrations.len(), 93);
    all_make_revisions(&import, Dialect::Sqlite);
    assert_eq!(downs(&import), (64, 4));
    assert!(import.skipped.is_empty(), "{:?}", import.skipped);
    assert!(codes(&import).iter().all(|c| *c == Code::ImportDuplicateVersion));
    assert_eq!(import.migrations[0].key, "0001_create_table_a_principals");
    let find = |key: &str| import.migrations.iter().find(|m| m.key == key).unwrap();
    assert!(find("0021_alter_table_webhook_add_internal").down.is_some());
    let mut sorted = keys(&import);
    sorted.sort_unstable();
    assert_eq!(keys(&import), sorted, "the order is that of the file names");
}

#[test]
fn graph_node_with_a_down_that_never_ran() {
    let Some(files) = corpus("graph_node") else { return };
    assert_eq!(detect(&files), Ok(Format::Diesel));
    let import = read(Format::Diesel, Dialect::Postgres, &files);
    assert!(import.problems.is_empty(), "{:?}", import.problems);
    assert_eq!(import.migrations.len(), 125);
    let broken: Vec<_> =
        import.migrations.iter().filter(|m| matches!(m.no_down, NoDown::Broken(_))).collect();
    let [one] = broken[..] else { panic!("{broken:?}") };
    assert_eq!(one.key, "20210224051050");
    let note = one.notes[0].to_string();
    assert!(note.contains("/down.sql:4: the down cannot be read: the dollar-quoted"), "{note}");
}

#[test]
fn authelia_with_names_in_its_own_form() {
    let Some(files) = corpus("authelia_mysql") else { return };
    assert_eq!(detect(&files), Ok(Format::GolangMigrate));
    let import = read(Format::GolangMigrate, Dialect::Mysql, &files);
    assert!(import.problems.is_empty(), "{:?}", import.problems);
    assert_eq!(import.migrations.len(), 26);
    all_make_revisions(&import, Dialect::Mysql);
    assert_eq!(downs(&import), (22, 4));
    assert!(import.skipped.is_empty());
    assert_eq!(import.migrations[0].message, "Initial Schema");
    assert_eq!(import.migrations[25].key, "26");
    assert!(import.migrations.iter().all(|m| m.up.transaction && m.hole.is_none()));
}
