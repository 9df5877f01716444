//! Each act by example: what it writes, and what it refuses with which words.

use super::*;
use crate::graph::TargetErrorKind;
use crate::ident::BranchLabel;

fn help(error: &AuthorError) -> String {
    error.help.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_new_revision_stands_on_the_head_and_in_the_lock() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("a2", None);
    assert_eq!(folder.parents("a2"), ["a1"]);
    folder.assert_clean();
    let lock = folder.read().0.lock.unwrap();
    assert_eq!(lock.heads, ["a2"]);
    assert!(lock.is_sealed("a1"));
}

#[test]
fn a_template_is_an_open_head_that_does_not_stop_the_next() {
    let mut folder = Folder::default();
    let mut draft = request("a1", None);
    draft.body = Body::Template;
    let written = folder.new_revision(&draft).unwrap();
    folder.apply(&written.changes);
    let (_, found) = folder.read();
    let codes: Vec<_> = found.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::EmptyDown]);
    folder.add("a2", None);
    assert_eq!(folder.parents("a2"), ["a1"]);
}

#[test]
fn a_structural_mistake_stops_every_act() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("a2", None);
    folder.edit("a2", "revises: a1", "revises: a9");
    let (history, found) = folder.read();
    let stops = Author::new(&history, &found).unwrap_err();
    assert!(stops.iter().any(|d| d.code == Code::UnknownParent));
    folder.edit("a2", "revises: a9", "revises: a1");
    folder.0.insert(FILE_NAME.into(), "nonsense\n".into());
    let (history, found) = folder.read();
    let stops = Author::new(&history, &found).unwrap_err();
    assert!(stops.iter().all(|d| d.code == Code::LockSyntax), "{stops}");
}

#[test]
fn several_heads_want_a_choice() {
    let folder = forked();
    let error = folder.new_revision(&request("d5", None)).unwrap_err();
    assert_eq!(error.kind, AuthorErrorKind::Target(TargetErrorKind::SeveralHeads));
    let help = help(&error);
    for word in ["b3", "c4", "--head", "cargo migrate merge"] {
        assert!(help.contains(word), "{word} is missing in: {help}");
    }
    let written = folder.new_revision(&request("d5", Some("c4"))).unwrap();
    assert_eq!(written.revises[0].as_str(), "c4");
    assert_eq!(written.heads.len(), 2);
}

#[test]
fn a_parent_that_is_no_head_wants_splice() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("a2", None);
    let mut wanted = request("b3", Some("a1"));
    wanted.splice = false;
    let error = folder.new_revision(&wanted).unwrap_err();
    assert_eq!(error.kind, AuthorErrorKind::NotAHead);
    assert!(help(&error).contains("--splice"));
    assert!(help(&error).contains("a2: message of a2"));
    wanted.splice = true;
    assert_eq!(folder.new_revision(&wanted).unwrap().revises[0].as_str(), "a1");
}

#[test]
fn base_starts_a_tree_of_its_own() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("b2", Some("base"));
    assert!(folder.parents("b2").is_empty());
    assert_eq!(folder.heads(), ["a1", "b2"]);
    folder.assert_clean();
}

#[test]
fn taken_ids_and_labels_are_refused() {
    let mut folder = Folder::default();
    let mut labelled = request("a1", None);
    labelled.labels = vec![BranchLabel::new("billing").unwrap()];
    let written = folder.new_revision(&labelled).unwrap();
    folder.apply(&written.changes);
    assert_eq!(
        folder.new_revision(&request("a1", None)).unwrap_err().kind,
        AuthorErrorKind::IdTaken
    );
    for taken in ["billing", "a1"] {
        let mut second = request("a2", None);
        second.labels = vec![BranchLabel::new(taken).unwrap()];
        let error = folder.new_revision(&second).unwrap_err();
        assert_eq!(error.kind, AuthorErrorKind::LabelTaken, "{taken}");
    }
    let mut own = request("a2", None);
    own.labels = vec![BranchLabel::new("a2").unwrap()];
    let error = folder.new_revision(&own).unwrap_err();
    assert_eq!(error.kind, AuthorErrorKind::WouldBreak);
    assert!(error.to_string().contains("label-clash"), "{error}");
    let error = folder.new_revision(&request("billing", None)).unwrap_err();
    assert_eq!(error.kind, AuthorErrorKind::WouldBreak);
}

#[test]
fn dependencies_are_written_as_full_ids_or_labels() {
    let mut folder = Folder::default();
    let mut labelled = request("abcdef", None);
    labelled.labels = vec![BranchLabel::new("billing").unwrap()];
    let written = folder.new_revision(&labelled).unwrap();
    folder.apply(&written.changes);
    folder.add("ghijkl", Some("base"));
    let mut wanted = request("b2", Some("ghijkl"));
    wanted.depends_on = vec!["abcd".into(), "billing".into(), "abcdef".into()];
    let written = folder.new_revision(&wanted).unwrap();
    let Change::Write { text, .. } = &written.changes[0] else { panic!("a file is written") };
    assert!(text.contains("-- depends-on: abcdef, billing\n"), "{text}");
    wanted.depends_on = vec!["nobody".into()];
    let error = folder.new_revision(&wanted).unwrap_err();
    assert_eq!(error.kind, AuthorErrorKind::Target(TargetErrorKind::Unknown));
}

#[test]
fn what_would_be_read_as_something_else_is_refused() {
    let folder = Folder::default();
    for message in ["revision: x", "migrate:up", "revises: a", "revisoin: x"] {
        let mut wanted = request("a1", None);
        wanted.message = message.into();
        let error = folder.new_revision(&wanted).unwrap_err();
        assert_eq!(error.kind, AuthorErrorKind::Misread, "{message}");
    }
    let mut wanted = request("a1", None);
    wanted.body = Body::Sections(vec![
        DraftSection::new("up", "SELECT 1;\n-- migrate:down\nSELECT 2;"),
        DraftSection::new("noop nothing", ""),
    ]);
    assert_eq!(folder.new_revision(&wanted).unwrap_err().kind, AuthorErrorKind::Misread);
}

#[test]
fn an_irreversible_revision_wants_its_reason() {
    let mut folder = Folder::default();
    let mut wanted = request("a1", None);
    wanted.body = Body::Irreversible(" ".into());
    assert_eq!(folder.new_revision(&wanted).unwrap_err().kind, AuthorErrorKind::NoReason);
    wanted.body = Body::Irreversible("rows are gone".into());
    let written = folder.new_revision(&wanted).unwrap();
    folder.apply(&written.changes);
    folder.assert_clean();
}

#[test]
fn an_edit_of_a_sealed_revision_is_not_hidden_by_later_acts() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("a2", None);
    folder.edit("a1", "t_a1 (id INT)", "t_a1 (id BIGINT)");
    folder.add("a3", None);
    let codes: Vec<_> = folder.read().1.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::SealedEdited]);
    // A head is open until another stands on it, and then as it is at that moment.
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.edit("a1", "t_a1 (id INT)", "t_a1 (id BIGINT)");
    folder.add("a2", None);
    folder.assert_clean();
}

#[test]
fn a_deleted_revision_stays_missed_until_it_is_accepted() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("b2", Some("base"));
    let name = folder.file_of("b2");
    folder.0.remove(&name);
    folder.add("a3", None);
    let codes: Vec<_> = folder.read().1.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::SealedMissing]);
    // What was accepted of it before is kept as long as it is missed, and goes with it.
    let lock = folder.0.get_mut(FILE_NAME).unwrap();
    let entry = lock.lines().find(|line| line.starts_with("\"b2\"")).unwrap();
    let print = entry.split('"').nth(3).unwrap();
    lock.push_str(&format!("\n[accepted]\n\"b2 {print}\" = \"why\"\n"));
    folder.add("a4", None);
    assert!(folder.read().0.lock.unwrap().accepted.contains_key("b2"));
    let accepted = folder.accept(&["b2"], "never used").unwrap();
    assert_eq!(accepted.forgotten, ["b2"]);
    folder.apply(&accepted.changes);
    folder.assert_clean();
    assert!(folder.read().0.lock.unwrap().accepted.is_empty());
}

#[test]
fn merge_joins_all_heads_and_resolves_the_lock() {
    let mut folder = forked();
    assert!(folder.read().1.iter().any(|d| d.code == Code::LockConflict));
    let written = folder.merge(&[]).unwrap();
    folder.apply(&written.changes);
    folder.assert_clean();
    assert_eq!(folder.parents("merged"), ["b3", "c4"]);
    assert_eq!(folder.heads(), ["merged"]);
    let (history, _) = folder.read();
    let merge = history.graph.revision(history.graph.node("merged").unwrap());
    assert_eq!(merge.message(), "merge b3, c4");
}

#[test]
fn merge_refuses_what_is_not_two_heads() {
    let mut folder = Folder::default();
    assert_eq!(folder.merge(&[]).unwrap_err().kind, AuthorErrorKind::NothingToMerge);
    folder.add("a1", None);
    assert_eq!(folder.merge(&[]).unwrap_err().kind, AuthorErrorKind::NothingToMerge);
    let folder = forked();
    assert_eq!(folder.merge(&["b3"]).unwrap_err().kind, AuthorErrorKind::NothingToMerge);
    assert_eq!(folder.merge(&["b3", "a1"]).unwrap_err().kind, AuthorErrorKind::NotAHead);
    let spliced = Merge {
        id: RevisionId::new("m").unwrap(),
        created: moment(9),
        message: "m".into(),
        revisions: vec!["b3".into(), "a1".into()],
        splice: true,
        labels: vec![],
    };
    let error = folder.act(|author| author.merge(&spliced)).unwrap_err();
    assert_eq!(error.kind, AuthorErrorKind::RelatedParents);
}

#[test]
fn rebase_puts_a_branch_on_top_and_touches_one_line() {
    let mut folder = forked();
    // As an editor on Windows leaves it, with a byte order mark and words beside the key.
    let name = folder.file_of("c4");
    let text = format!("\u{feff}{}", folder.0[&name].replace('\n', "\r\n"));
    folder.0.insert(name.clone(), text.clone());
    let before = folder.read().0;
    let rebased = folder.rebase(Some("c4"), None).unwrap();
    folder.apply(&rebased.changes);
    assert_eq!(folder.0[&name], text.replace("revises: a2\r\n", "revises: b3\r\n"));
    assert_eq!(rebased.changes.len(), 2);
    assert_eq!(rebased.onto.as_str(), "b3");
    folder.assert_clean();
    assert_eq!(folder.heads(), ["c4"]);
    let lock = folder.read().0.lock.unwrap();
    let earlier = before.graph.revision(before.graph.node("c4").unwrap()).fingerprint;
    assert!(lock.accepts("c4", &earlier));
    assert_eq!(lock.accepted["c4"][&earlier], "rebased");
}

#[test]
fn rebase_moves_the_branch_that_is_named() {
    let mut folder = forked();
    folder.add("b5", Some("b3"));
    let rebased = folder.rebase(Some("b3"), None).unwrap();
    let ids = |ids: &[RevisionId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ids(&rebased.rewritten), ["b3"]);
    assert_eq!(ids(&rebased.moved), ["b3", "b5"]);
    folder.apply(&rebased.changes);
    folder.assert_clean();
    assert_eq!(folder.parents("b3"), ["c4"]);
    assert_eq!(folder.heads(), ["b5"]);
}

#[test]
fn rebase_moves_a_tree_of_its_own() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("b2", Some("base"));
    let rebased = folder.rebase(Some("b2"), None).unwrap();
    folder.apply(&rebased.changes);
    folder.assert_clean();
    assert_eq!(folder.parents("b2"), ["a1"]);
}

#[test]
fn rebase_of_two_heads_prints_both_ways_where_none_is_known_to_be_published() {
    let error = forked().rebase(None, None).unwrap_err();
    assert_eq!(error.kind, AuthorErrorKind::ChooseBranch);
    assert_eq!(
        error.help,
        [
            "`cargo migrate rebase b3 --onto c4` moves b3: message of b3",
            "`cargo migrate rebase c4 --onto b3` moves c4: message of c4"
        ]
    );
}

#[test]
fn rebase_wants_a_choice_among_more_than_two() {
    let mut folder = forked();
    folder.add("d5", Some("a2"));
    assert_eq!(folder.rebase(None, None).unwrap_err().kind, AuthorErrorKind::ChooseBranch);
    assert_eq!(folder.rebase(Some("d5"), None).unwrap_err().kind, AuthorErrorKind::ChooseBranch);
    assert_eq!(folder.rebase(None, Some("d5")).unwrap_err().kind, AuthorErrorKind::ChooseBranch);
    assert_eq!(folder.rebase(Some("d5"), Some("a2")).unwrap_err().kind, AuthorErrorKind::NotAHead);
    assert_eq!(
        folder.rebase(Some("a2"), Some("b3")).unwrap_err().kind,
        AuthorErrorKind::NothingToRebase
    );
    let rebased = folder.rebase(Some("d5"), Some("b3")).unwrap();
    folder.apply(&rebased.changes);
    assert_eq!(folder.parents("d5"), ["b3"]);
    assert_eq!(folder.heads(), ["c4", "d5"]);
}

#[test]
fn rebase_refuses_one_head_and_tied_branches() {
    let mut folder = Folder::default();
    assert_eq!(folder.rebase(None, None).unwrap_err().kind, AuthorErrorKind::NothingToRebase);
    folder.add("a1", None);
    assert_eq!(folder.rebase(None, None).unwrap_err().kind, AuthorErrorKind::NothingToRebase);
    // c4 -> merge with b3, while b3 goes on to b5: the merge ties both.
    let mut folder = forked();
    let written = folder.merge(&[]).unwrap();
    folder.apply(&written.changes);
    folder.add("b5", Some("b3"));
    let error = folder.rebase(Some("c4"), Some("b5")).unwrap_err();
    assert_eq!(error.kind, AuthorErrorKind::TiedBranch);
}

#[test]
fn rebase_refuses_a_circle_of_dependencies() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("b2", Some("a1"));
    folder.add("b3", Some("b2"));
    let mut needs = request("c4", Some("a1"));
    needs.depends_on = vec!["b2".into()];
    let written = folder.new_revision(&needs).unwrap();
    folder.apply(&written.changes);
    let error = folder.rebase(Some("b3"), Some("c4")).unwrap_err();
    assert_eq!(error.kind, AuthorErrorKind::WouldBreak);
    assert!(error.to_string().contains("error[cycle]"), "{error}");
    assert!(help(&error).contains("cargo migrate merge"));
}

#[test]
fn rebase_does_not_launder_an_edit_nor_overwrite_one() {
    let mut folder = forked();
    folder.add("c5", Some("c4"));
    folder.edit("c4", "t_c4 (id INT)", "t_c4 (id BIGINT)");
    let error = folder.rebase(Some("c5"), None).unwrap_err();
    assert_eq!(error.kind, AuthorErrorKind::SealedEdited);
    let folder = forked();
    let moving_c4 = Rebase { branch: Some("c4".into()), onto: None };
    let error = folder
        .act(|author| author.rebase(&moving_c4, |_| Ok("-- revises: a2\n".to_owned())))
        .unwrap_err();
    assert_eq!(error.kind, AuthorErrorKind::FileChanged);
}

#[test]
fn accept_keeps_the_earlier_text_as_good() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("a2", None);
    let earlier = folder.read().0.lock.unwrap().fingerprints["a1"];
    folder.edit("a1", "t_a1 (id INT)", "t_a1 (id BIGINT)");
    assert_eq!(folder.accept(&["a1"], " ").unwrap_err().kind, AuthorErrorKind::NoReason);
    assert_eq!(folder.accept(&["zz"], "why").unwrap_err().kind, AuthorErrorKind::UnknownRevision);
    let accepted = folder.accept(&["a1", "a2"], "same on every database").unwrap();
    assert_eq!((accepted.edited, accepted.unchanged), (vec!["a1".into()], vec!["a2".into()]));
    folder.apply(&accepted.changes);
    folder.assert_clean();
    assert!(folder.read().0.lock.unwrap().accepts("a1", &earlier));
}

#[test]
fn accept_without_names_takes_up_the_new_and_refuses_the_edited() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    folder.add("a2", None);
    assert!(folder.accept(&[], "").unwrap().changes.is_empty());
    folder.edit("a1", "t_a1 (id INT)", "t_a1 (id BIGINT)");
    let by_hand = "-- by hand\n--\n-- revision: h3\n-- revises: a2\n\n-- migrate:up\nSELECT 1;\n-- migrate:noop nothing\n";
    folder.0.insert("h3.sql".into(), by_hand.into());
    let accepted = folder.accept(&[], "").unwrap();
    assert_eq!(accepted.taken_up, ["h3"]);
    assert_eq!(accepted.refused, ["a1"]);
    folder.apply(&accepted.changes);
    let codes: Vec<_> = folder.read().1.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::SealedEdited]);
}

#[test]
fn accept_writes_a_first_lock_and_settles_a_conflict() {
    let mut folder = forked();
    let accepted = folder.accept(&[], "").unwrap();
    folder.apply(&accepted.changes);
    folder.assert_clean();
    assert_eq!(folder.read().0.lock.unwrap().heads, ["b3", "c4"]);
    folder.0.remove(FILE_NAME);
    let accepted = folder.accept(&[], "").unwrap();
    assert_eq!(accepted.taken_up.len(), 4);
    folder.apply(&accepted.changes);
    folder.assert_clean();
}

#[test]
fn accept_takes_up_another_database() {
    let mut folder = Folder::default();
    let mut wanted = request("a1", None);
    // A name in backticks is one token to SQLite and none to PostgreSQL.
    wanted.body = Body::Sections(vec![
        DraftSection::new("up", "CREATE TABLE `t` (id INT);"),
        DraftSection::new("down", "DROP TABLE t;"),
    ]);
    let written = folder.new_revision(&wanted).unwrap();
    folder.apply(&written.changes);
    folder.add("a2", None);
    let lock = folder.read().0.lock.unwrap();
    let request = Accept { dialects: Dialect::ALL.to_vec(), ..Accept::default() };
    let mut edited = folder.clone();
    edited.edit("a1", "(id INT)", "(id BIGINT)");
    let accepted = edited.act(|author| author.accept(&request)).unwrap();
    assert_eq!((accepted.refused, accepted.changes), (vec!["a1".to_owned()], vec![]));
    let accepted = folder.act(|author| author.accept(&request)).unwrap();
    folder.apply(&accepted.changes);
    let (history, found) = folder.read();
    assert!(found.iter().all(|d| d.code != Code::SealedEdited), "{found}");
    let after = history.lock.unwrap();
    assert_eq!(after.dialects, Dialect::ALL);
    assert_eq!(after.fingerprints["a2"], lock.fingerprints["a2"]);
    assert_ne!(after.fingerprints["a1"], lock.fingerprints["a1"]);
    assert!(after.accepts("a1", &lock.fingerprints["a1"]));
}

#[test]
fn many_revisions_are_written_at_once() {
    let mut folder = Folder::default();
    folder.add("a1", None);
    let draft = |id: &str, parent: &str| Draft {
        id: RevisionId::new(id).unwrap(),
        revises: vec![RevisionId::new(parent).unwrap()],
        depends_on: vec![],
        labels: vec![],
        replaces: Vec::new(),
        created: None,
        message: id.to_owned(),
        comments: String::new(),
        sections: vec![DraftSection::new("up", "SELECT 1;"), DraftSection::new("noop x", "")],
    };
    let changes =
        folder.act(|author| author.write_all(&[draft("i2", "a1"), draft("i3", "i2")])).unwrap();
    assert_eq!(changes.len(), 3);
    folder.apply(&changes);
    folder.assert_clean();
    assert_eq!(folder.heads(), ["i3"]);
    let twice = folder.act(|author| author.write_all(&[draft("i4", "i3"), draft("i4", "i3")]));
    assert_eq!(twice.unwrap_err().kind, AuthorErrorKind::WouldBreak);
}
