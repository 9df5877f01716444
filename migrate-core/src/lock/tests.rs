use super::*;
use crate::history::History;

fn revision(id: &str, parents: &str, column: &str) -> SourceFile {
    let text = format!(
        "-- revision: {id}\n-- revises: {parents}\n\n-- migrate:up\nCREATE TABLE t ({column} INT);\n-- migrate:down\nDROP TABLE t;\n"
    );
    SourceFile::new(format!("m/{id}.sql"), text)
}

fn graph(files: &[(&str, &str, &str)]) -> Graph {
    let files = files.iter().map(|(id, parents, column)| revision(id, parents, column)).collect();
    let (history, found) = History::read(files, None, &[Dialect::Sqlite]);
    assert!(!found.has_errors(), "{found}");
    history.graph
}

fn file(text: impl Into<String>) -> SourceFile {
    SourceFile::new("m/migrate.lock", text.into())
}

fn lock_of(graph: &Graph) -> Lock {
    Lock::of(graph, &[Dialect::Sqlite], None)
}

#[test]
fn reading_what_was_written_gives_the_same_lock() {
    let mut lock = lock_of(&graph(&[("a", "", "x"), ("b", "a", "x"), ("c.é", "a", "x")]));
    lock.accept("a", lock.fingerprints["b"], "it \"was\" \\ a\ncomment");
    lock.open.insert("a".to_owned(), OpenReason::Uncommitted);
    lock.open.insert("c.é".to_owned(), OpenReason::Placeholder);
    let (read, found) = Lock::parse(&file(lock.render()));
    assert!(found.is_empty(), "{found}");
    lock.accepted.get_mut("a").unwrap().values_mut().for_each(|b| *b = b.replace('\n', " "));
    assert_eq!(read, lock);
    let windows = format!("\u{feff}{}", lock.render().replace('\n', "\r\n"));
    assert_eq!(Lock::parse(&file(windows)), (lock, Diagnostics::new()));
}

#[test]
fn a_lock_is_toml_with_an_entry_a_line() {
    let mut lock = lock_of(&graph(&[("a", "", "x"), ("b", "a", "x")]));
    lock.accept("a", lock.fingerprints["b"], "why \"not\"");
    let text = lock.render();
    assert!(toml::de::DeTable::parse(&text).is_ok(), "{text}");
    let print = |id: &str| lock.fingerprints[id].to_string();
    let shown = text.replace(&print("a"), "<a>").replace(&print("b"), "<b>");
    insta::assert_snapshot!(shown);
}

#[test]
fn what_others_are_built_on_is_sealed() {
    let lock = lock_of(&graph(&[("a", "", "x"), ("b", "a", "x")]));
    assert!(lock.is_sealed("a"));
    assert!(!lock.is_sealed("b"), "the head stays open");
    assert!(!lock.is_sealed("c"), "the lock does not know it");
}

#[test]
fn an_edit_below_the_head_is_refused_and_the_way_out_is_named() {
    let lock = lock_of(&graph(&[("a", "", "x"), ("b", "a", "x")]));
    let text = file(lock.render());
    assert!(lock.check(&text, &graph(&[("a", "", "x"), ("b", "a", "edited")])).is_empty());
    let found = lock.check(&text, &graph(&[("a", "", "edited"), ("b", "a", "x")]));
    let shown = found.to_string().replace(&lock.fingerprints["a"].to_string(), "<a>");
    insta::assert_snapshot!(shown);
}

#[test]
fn an_accepted_edit_is_content_with_both_texts() {
    let mut lock = lock_of(&graph(&[("a", "", "x"), ("b", "a", "x")]));
    let edited = graph(&[("a", "", "edited"), ("b", "a", "x")]);
    let earlier = lock.fingerprints["a"];
    lock.accept("a", earlier, "same on every database");
    let lock = Lock::of(&edited, &[Dialect::Sqlite], Some(&lock));
    assert!(lock.check(&file(lock.render()), &edited).is_empty());
    assert!(lock.accepts("a", &earlier));
    assert!(!lock.accepts("b", &earlier));
}

#[test]
fn what_no_file_holds_any_more_is_refused() {
    let lock = lock_of(&graph(&[("a", "", "x"), ("b", "", "x")]));
    let found = lock.check(&file(lock.render()), &graph(&[("a", "", "x")]));
    let one = found.iter().next().unwrap();
    assert_eq!((one.code, found.len()), (Code::SealedMissing, 1));
    assert_eq!(one.places[0].location.line, 9);
    assert!(one.help.iter().any(|h| h.to_string().contains("cargo migrate accept b`")));
    // With the file gone on purpose, what was accepted of it goes too.
    let mut lock = lock;
    lock.accept("b", lock.fingerprints["a"], "why");
    assert!(Lock::of(&graph(&[("a", "", "x")]), &[], Some(&lock)).accepted.is_empty());
}

#[test]
fn a_revision_that_the_lock_does_not_name_is_worth_a_warning() {
    let lock = lock_of(&graph(&[("a", "", "x")]));
    let found = lock.check(&file(lock.render()), &graph(&[("a", "", "x"), ("b", "a", "x")]));
    assert_eq!(found.iter().next().unwrap().code, Code::LockOutdated);
    assert!(!found.has_errors());
}

#[test]
fn a_lock_for_other_databases_is_worth_a_warning() {
    let file = file("version = 1\ndialects = [\"sqlite\"]\n");
    let (lock, _) = Lock::parse(&file);
    let check = |dialects: &[Dialect]| lock.check_dialects(&file, dialects);
    assert!(check(&[]).is_empty(), "a project that does not say");
    assert!(check(&[Dialect::Sqlite]).is_empty());
    let found = check(&[Dialect::Postgres, Dialect::Sqlite]);
    let one = found.iter().next().unwrap();
    assert_eq!(one.message, "the lock file is for sqlite, the project for sqlite, postgres");
    assert_eq!((one.code, one.places[0].location.line), (Code::LockOutdated, 2));
    assert!(!found.has_errors());
}

/// What git leaves of two locks: `ours`, perhaps the ancestor, `theirs`.
fn conflict(ours: &str, base: Option<&str>, theirs: &str) -> String {
    let base = base.map(|base| format!("||||||| 1234567\n{base}")).unwrap_or_default();
    format!("version = 1\n<<<<<<< HEAD\n{ours}{base}=======\n{theirs}>>>>>>> feature\n")
}

#[test]
fn both_sides_of_a_conflict_count_and_the_ancestor_does_not() {
    let print = lock_of(&graph(&[("a", "", "x")])).fingerprints["a"];
    let side = |head: &str| {
        format!("heads = [\"{head}\"]\n\n[revisions]\na = \"{print}\"\n{head} = \"{print}\"\n")
    };
    for base in [None, Some(format!("heads = [\"a\"]\n\n[revisions]\na = \"{print}\"\n"))] {
        let (lock, found) = Lock::parse(&file(conflict(&side("b"), base.as_deref(), &side("c"))));
        let codes: Vec<_> = found.iter().map(|d| (d.code, d.places[0].location.line)).collect();
        assert_eq!(codes, [(Code::LockConflict, 2)], "{found}");
        assert!(lock.conflict);
        assert_eq!(lock.heads, ["b", "c"]);
        assert_eq!(lock.fingerprints.len(), 3);
        assert!(lock.is_sealed("a") && !lock.is_sealed("b") && !lock.is_sealed("c"));
    }
}

#[test]
fn a_revision_that_both_sides_edited_is_open_until_it_is_settled() {
    let prints = lock_of(&graph(&[("a", "", "x"), ("b", "a", "y")])).fingerprints;
    let side = |print: &Fingerprint| format!("[revisions]\na = \"{print}\"\n");
    let text = conflict(&side(&prints["a"]), None, &side(&prints["b"]));
    let (lock, _) = Lock::parse(&file(text));
    assert!(!lock.is_sealed("a"));
}

#[test]
fn lines_that_mean_nothing_are_told() {
    for line in [
        "colour = 1",
        "version = 2",
        "dialects = [\"oracle\"]",
        "heads = b",
        "heads = [\"b]",
        "nonsense",
        "\"half",
        "[revisions]\na = \"12\"",
        "[revisions]\na",
        "[accepted]\n\"a\" = \"why\"",
        "[open]\n\"a\" = \"why\"",
        "[others]\na = 1",
    ] {
        let (_, found) = Lock::parse(&file(format!("{line}\n")));
        let codes: Vec<_> = found.iter().map(|d| d.code).collect();
        assert_eq!(codes, [Code::LockSyntax], "{line}");
        assert!(found.iter().all(|d| !d.help.is_empty()));
    }
}

#[test]
fn a_replaced_revision_stays_sealed_and_is_remembered_without_its_file() {
    let squashed = || {
        let text = "-- revision: s\n-- revises:\n-- replaces: a, b\n\n-- migrate:up\nCREATE TABLE t (x INT);\n-- migrate:down\nDROP TABLE t;\n";
        SourceFile::new("m/s.sql", text)
    };
    let read = |files: Vec<SourceFile>| History::read(files, None, &[Dialect::Sqlite]).0.graph;
    let old = graph(&[("a", "", "x"), ("b", "a", "x")]);
    let before = lock_of(&old);
    let both = read(vec![revision("a", "", "x"), revision("b", "a", "x"), squashed()]);
    let lock = Lock::of(&both, &[Dialect::Sqlite], Some(&before));
    assert_eq!(lock.heads, ["s"]);
    assert!(lock.is_sealed("b"), "it was the head before");
    assert!(lock.check(&file(lock.render()), &both).is_empty());
    let edited = read(vec![revision("a", "", "x"), revision("b", "a", "y"), squashed()]);
    let found = lock.check(&file(lock.render()), &edited);
    assert!(found.iter().any(|one| one.code == Code::SealedEdited), "{found}");
    let pruned = read(vec![squashed()]);
    assert!(lock.check(&file(lock.render()), &pruned).is_empty());
    let lock = Lock::of(&pruned, &[Dialect::Sqlite], Some(&lock));
    assert_eq!(lock.fingerprints.keys().collect::<Vec<_>>(), ["s"]);
    assert_eq!(lock.replaced, before.fingerprints);
    assert_eq!(Lock::parse(&file(lock.render())), (lock, Diagnostics::new()));
}
