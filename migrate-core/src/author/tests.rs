//! A folder in memory, and what must hold of every act.

mod acts;
mod derived;
mod laws;
mod sealing;

use std::collections::BTreeMap;
use std::io;

use super::*;
use crate::diagnostic::Diagnostics;
use crate::dialect::Dialect;
use crate::history::{Heads, History};
use crate::ident::Created;
use crate::revision::DraftSection;

/// The files of a folder, by name, as they are on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Folder(BTreeMap<String, String>);

impl Folder {
    fn read(&self) -> (History, Diagnostics) {
        let source = |name: &String| SourceFile::new(format!("m/{name}"), self.0[name].clone());
        let files = self.0.keys().filter(|name| *name != FILE_NAME).map(source).collect();
        let lock = self.0.keys().find(|name| *name == FILE_NAME).map(source);
        History::read(files, lock.as_ref(), &[Dialect::Sqlite])
    }

    fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Write { name, text } => self.0.insert(name.clone(), text.clone()),
                Change::Remove { name } => self.0.remove(name),
            };
        }
    }

    /// Writes a revision on top of `head` whose id is its message.
    fn add(&mut self, id: &str, head: Option<&str>) {
        let written = self.new_revision(&request(id, head)).unwrap();
        self.apply(&written.changes);
    }

    fn new_revision(&self, request: &NewRevision) -> Result<Written, AuthorError> {
        self.act(|author| author.new_revision(request))
    }

    fn merge(&self, words: &[&str]) -> Result<Written, AuthorError> {
        let id =
            if self.0.keys().any(|name| name.contains("_merged_")) { "again" } else { "merged" };
        let request = Merge {
            id: RevisionId::new(id).unwrap(),
            created: moment(99),
            message: String::new(),
            revisions: words.iter().map(ToString::to_string).collect(),
            splice: false,
            labels: vec![],
        };
        self.act(|author| author.merge(&request))
    }

    fn rebase(&self, branch: Option<&str>, onto: Option<&str>) -> Result<Rebased, AuthorError> {
        let request = Rebase { branch: branch.map(str::to_owned), onto: onto.map(str::to_owned) };
        self.act(|author| {
            author.rebase(&request, |name| {
                self.0.get(name).cloned().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
            })
        })
    }

    fn accept(&self, words: &[&str], because: &str) -> Result<Accepted, AuthorError> {
        let request = Accept {
            revisions: words.iter().map(ToString::to_string).collect(),
            because: because.to_owned(),
            dialects: vec![],
        };
        self.act(|author| author.accept(&request))
    }

    fn act<T>(&self, act: impl FnOnce(Author<'_>) -> T) -> T {
        let (history, found) = self.read();
        act(Author::new(&history, &found).unwrap())
    }

    fn file_of(&self, id: &str) -> String {
        let (history, _) = self.read();
        let path = history.graph.revision(history.graph.node(id).unwrap()).file.path().to_owned();
        path.trim_start_matches("m/").to_owned()
    }

    fn edit(&mut self, id: &str, from: &str, to: &str) {
        let name = self.file_of(id);
        let text = self.0[&name].replace(from, to);
        assert_ne!(text, self.0[&name], "nothing to edit");
        self.0.insert(name, text);
    }

    fn heads(&self) -> Vec<String> {
        let (history, _) = self.read();
        let mut heads: Vec<String> =
            history.graph.heads().iter().map(|n| history.graph.id(*n).to_string()).collect();
        heads.sort();
        heads
    }

    fn parents(&self, id: &str) -> Vec<String> {
        let (history, _) = self.read();
        let graph = &history.graph;
        let node = graph.node(id).unwrap();
        graph.parents(node).iter().map(|n| graph.id(*n).to_string()).collect()
    }

    fn assert_clean(&self) {
        let (history, found) = self.read();
        assert!(found.is_empty(), "{found}");
        assert!(history.lock.is_some());
    }

    /// What git makes of two folders that began as one: all files, and a lock file in conflict
    /// where both changed it.
    fn merged_by_git(&self, other: &Self, ancestor: &Self, diff3: bool) -> Self {
        let mut files = self.0.clone();
        for (name, text) in &other.0 {
            files.entry(name.clone()).or_insert_with(|| text.clone());
        }
        let lock = |folder: &Self| folder.0.get(FILE_NAME).cloned().unwrap_or_default();
        let text = conflict(&lock(self), &lock(other), &lock(ancestor), diff3);
        files.insert(FILE_NAME.to_owned(), text);
        Self(files)
    }
}

/// The lines that two texts share at their ends stand outside of the conflict.
fn conflict(ours: &str, theirs: &str, ancestor: &str, diff3: bool) -> String {
    let lines = |text: &str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
    let (mut ours, mut theirs, mut base) = (lines(ours), lines(theirs), lines(ancestor));
    let (mut before, mut after) = (String::new(), String::new());
    while !ours.is_empty() && ours.first() == theirs.first() && ours.first() == base.first() {
        before.push_str(&ours.remove(0));
        theirs.remove(0);
        base.remove(0);
    }
    while !ours.is_empty() && ours.last() == theirs.last() && ours.last() == base.last() {
        after.insert_str(0, &ours.remove(ours.len() - 1));
        theirs.pop();
        base.pop();
    }
    let (ours, theirs, base) = (ours.concat(), theirs.concat(), base.concat());
    let middle = if diff3 { format!("||||||| base\n{base}") } else { String::new() };
    format!("{before}<<<<<<< HEAD\n{ours}{middle}=======\n{theirs}>>>>>>> feature\n{after}")
}

fn moment(second: u32) -> Created {
    Created::new(&format!("2026-11-21T01:{:02}:{:02}Z", second / 60, second % 60)).unwrap()
}

fn sql(id: &str) -> Body {
    Body::Sections(vec![
        DraftSection::new("up", format!("CREATE TABLE t_{id} (id INT);")),
        DraftSection::new("down", format!("DROP TABLE t_{id};")),
    ])
}

/// A request for a revision that does something; ids that end in a number are created at that
/// second.
fn request(id: &str, head: Option<&str>) -> NewRevision {
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    NewRevision {
        id: RevisionId::new(id).unwrap(),
        created: moment(digits.parse().unwrap_or(0)),
        message: format!("message of {id}"),
        head: head.map(str::to_owned),
        splice: true,
        labels: vec![],
        depends_on: vec![],
        body: sql(id),
    }
}

/// `a1 <- a2`, then `b3` and `c4` both on `a2`, as git leaves it after a merge.
fn forked() -> Folder {
    let mut trunk = Folder::default();
    trunk.add("a1", None);
    trunk.add("a2", None);
    let (mut ours, mut theirs) = (trunk.clone(), trunk.clone());
    ours.add("b3", None);
    theirs.add("c4", None);
    ours.merged_by_git(&theirs, &trunk, false)
}
