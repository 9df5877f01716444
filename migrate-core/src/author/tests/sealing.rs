//! Which revisions may change although others are built on them, and what proves it.

use std::collections::BTreeSet;

use super::*;
use crate::lock::OpenReason;

/// Version control that has these revisions as they are in the folder now.
fn committed(folder: &Folder, ids: &[&str]) -> Evidence {
    let graph = folder.read().0.graph;
    let entry = |id: &&str| {
        let print = graph.revision(graph.node(id).unwrap()).fingerprint;
        ((*id).to_owned(), BTreeSet::from([print]))
    };
    Evidence { committed: Some(ids.iter().map(entry).collect()), ..Evidence::default() }
}

fn act_with<T>(folder: &Folder, evidence: &Evidence, act: impl FnOnce(Author<'_>) -> T) -> T {
    let (history, found) = folder.read();
    act(Author::new(&history, &found).unwrap().with_evidence(evidence))
}

fn add_with(folder: &mut Folder, evidence: &Evidence, id: &str) {
    let written =
        act_with(folder, evidence, |author| author.new_revision(&request(id, None))).unwrap();
    folder.apply(&written.changes);
}

fn codes(folder: &Folder) -> Vec<Code> {
    folder.read().1.iter().map(|d| d.code).collect()
}

fn open(folder: &Folder) -> Vec<(String, OpenReason)> {
    folder.read().0.lock.unwrap().open.into_iter().collect()
}

fn new_template(folder: &mut Folder, id: &str) {
    let wanted = NewRevision { body: Body::Template, ..request(id, None) };
    let written = folder.new_revision(&wanted).unwrap();
    folder.apply(&written.changes);
}

fn fill(folder: &mut Folder, id: &str) {
    folder.edit(id, "-- migrate:up\n", &format!("-- migrate:up\nCREATE TABLE t_{id} (id INT);\n"));
    folder.edit(id, "-- migrate:down\n", &format!("-- migrate:down\nDROP TABLE t_{id};\n"));
}

#[test]
fn two_templates_may_be_written_one_after_the_other() {
    let mut folder = Folder::default();
    new_template(&mut folder, "a1");
    new_template(&mut folder, "a2");
    assert_eq!(open(&folder), [("a1".to_owned(), OpenReason::Empty)]);
    fill(&mut folder, "a2");
    fill(&mut folder, "a1");
    folder.assert_clean();
    // What is written is sealed by the next act, where nothing says that it may change.
    folder.add("a3", None);
    assert_eq!(open(&folder), []);
    folder.edit("a1", "t_a1 (id INT)", "t_a1 (id BIGINT)");
    assert_eq!(codes(&folder), [Code::SealedEdited]);
}

#[test]
fn what_is_in_no_commit_may_change_until_it_is() {
    let mut folder = Folder::default();
    let nothing = Evidence { committed: Some(BTreeMap::new()), ..Evidence::default() };
    add_with(&mut folder, &nothing, "a1");
    add_with(&mut folder, &nothing, "a2");
    assert_eq!(open(&folder), [("a1".to_owned(), OpenReason::Uncommitted)]);
    folder.edit("a1", "t_a1 (id INT)", "t_a1 (id BIGINT)");
    folder.assert_clean();
    let both = committed(&folder, &["a1", "a2"]);
    add_with(&mut folder, &both, "a3");
    assert_eq!(open(&folder), []);
    folder.edit("a1", "t_a1 (id BIGINT)", "t_a1 (id TEXT)");
    assert_eq!(codes(&folder), [Code::SealedEdited]);
    // The edit itself is in no commit, but the text that is sealed is.
    add_with(&mut folder, &both, "a4");
    assert_eq!(codes(&folder), [Code::SealedEdited]);
}

#[test]
fn a_seal_on_a_text_that_was_never_committed_gives_way() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("a2", None);
    folder.edit("a1", "t_a1 (id INT)", "t_a1 (id BIGINT)");
    let earlier = folder.read().0.lock.unwrap().fingerprints["a1"];
    let nothing = Evidence { committed: Some(BTreeMap::new()), ..Evidence::default() };
    let accepted = act_with(&folder, &nothing, |author| author.accept(&Accept::default())).unwrap();
    assert_eq!((accepted.resealed, accepted.refused), (vec!["a1".to_owned()], vec![]));
    folder.apply(&accepted.changes);
    folder.assert_clean();
    // A database here that ran the earlier text did not run the revision.
    assert!(!folder.read().0.lock.unwrap().accepts("a1", &earlier));
    assert_eq!(open(&folder), [("a1".to_owned(), OpenReason::Uncommitted)]);
}

#[test]
fn what_stopped_in_the_middle_here_may_change_and_its_earlier_text_stays_good() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("a2", None);
    let mut evidence = committed(&folder, &["a1", "a2"]);
    evidence.stopped.insert("a1".to_owned());
    let earlier = folder.read().0.lock.unwrap().fingerprints["a1"];
    folder.edit("a1", "t_a1 (id INT)", "t_a1 (id BIGINT)");
    let accepted =
        act_with(&folder, &evidence, |author| author.accept(&Accept::default())).unwrap();
    assert_eq!(accepted.resealed, ["a1"]);
    folder.apply(&accepted.changes);
    folder.assert_clean();
    assert!(folder.read().0.lock.unwrap().accepts("a1", &earlier));
}

#[test]
fn a_file_that_was_made_a_minute_ago_may_be_deleted() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    let first = committed(&folder, &["a1"]);
    add_with(&mut folder, &first, "a2");
    let name = folder.file_of("a2");
    folder.0.remove(&name);
    assert_eq!(codes(&folder), [Code::SealedMissing]);
    add_with(&mut folder, &first, "a3");
    folder.assert_clean();
    assert_eq!(folder.parents("a3"), ["a1"]);
    // One that was committed is missed.
    let name = folder.file_of("a1");
    let both = committed(&folder, &["a1", "a3"]);
    folder.edit("a3", "revises: a1", "revises:");
    folder.0.remove(&name);
    let accepted = act_with(&folder, &both, |author| author.accept(&Accept::default())).unwrap();
    assert_eq!((accepted.refused, accepted.forgotten), (vec!["a1".to_owned()], vec![]));
}

#[test]
fn a_reason_is_needed_only_where_databases_may_have_run_the_earlier_text() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("a2", None);
    folder.add("a3", None);
    let name = folder.file_of("a3");
    let all = committed(&folder, &["a1", "a2", "a3"]);
    folder.0.remove(&name);
    folder.edit("a1", "t_a1 (id INT)", "t_a1 (id BIGINT)");
    let accept = |evidence: &Evidence, word: &str| {
        let request = Accept { revisions: vec![word.to_owned()], ..Accept::default() };
        act_with(&folder, evidence, |author| author.accept(&request)).map_err(|error| error.kind)
    };
    let nothing = Evidence { committed: Some(BTreeMap::new()), ..Evidence::default() };
    let unknown = Evidence::default();
    let mut not_applied = Evidence::default();
    not_applied.not_applied.insert("a1".to_owned());
    for word in ["a1", "a3"] {
        assert_eq!(accept(&all, word), Err(AuthorErrorKind::NoReason), "{word} is committed");
        assert!(accept(&nothing, word).is_ok(), "{word} was never committed");
    }
    assert_eq!(accept(&unknown, "a1"), Err(AuthorErrorKind::NoReason));
    assert!(accept(&not_applied, "a1").is_ok(), "no version control, and not applied");
    assert_eq!(accept(&unknown, "a3").unwrap().forgotten, ["a3"], "it was still a head");
    let both = Evidence { not_applied: not_applied.not_applied, ..all };
    assert_eq!(accept(&both, "a1"), Err(AuthorErrorKind::NoReason), "other databases may have it");
}

#[test]
fn a_deleted_draft_stays_open_until_it_is_forgotten() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("a2", None);
    let name = folder.file_of("a2");
    folder.0.remove(&name);
    folder.add("a3", None);
    let accepted = folder.accept(&["a2"], "").unwrap();
    assert_eq!(accepted.forgotten, ["a2"]);
    folder.apply(&accepted.changes);
    folder.assert_clean();
}

#[test]
fn a_placeholder_may_be_filled_in_and_databases_that_have_it_are_content() {
    let mut folder = Folder::default();
    let draft = |id: &str, revises: Option<&str>, up: &str| Draft {
        id: RevisionId::new(id).unwrap(),
        revises: revises.iter().map(|id| RevisionId::new(*id).unwrap()).collect(),
        depends_on: vec![],
        labels: vec![],
        replaces: Vec::new(),
        created: None,
        message: id.to_owned(),
        comments: String::new(),
        sections: vec![DraftSection::new("up", up), DraftSection::new("irreversible code", "")],
    };
    let drafts = [
        draft("i1", None, "-- in Rust"),
        draft("i2", Some("i1"), "SELECT 1;"),
        draft("i3", Some("i2"), "-- in Go"),
    ];
    let changes = folder.act(|author| author.write_all(&drafts)).unwrap();
    folder.apply(&changes);
    let placeholder = |id: &str| (id.to_owned(), OpenReason::Placeholder);
    assert_eq!(open(&folder), [placeholder("i1"), placeholder("i3")]);
    let adopted = folder.read().0.lock.unwrap().fingerprints;
    for id in ["i1", "i3"] {
        folder.edit(id, "-- migrate:up\n", "-- migrate:up\nSELECT 2;\n");
        folder.assert_clean();
        assert!(folder.read().0.lock.unwrap().accepts(id, &adopted[id]), "before the next act");
    }
    let everything = committed(&folder, &["i1", "i2", "i3"]);
    add_with(&mut folder, &everything, "a4");
    assert_eq!(open(&folder), []);
    let lock = folder.read().0.lock.unwrap();
    assert!(["i1", "i3"].iter().all(|id| lock.accepts(id, &adopted[*id]) && lock.is_sealed(id)));
}
