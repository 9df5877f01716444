//! Reads from git about one folder, by running git. Without git or a repository there is no answer.
//! Nothing is changed.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// A folder in a repository.
#[derive(Debug)]
pub(crate) struct Git {
    folder: PathBuf,
}

impl Git {
    /// Returns the repository that contains this folder, unless it ignores the folder.
    pub(crate) fn of(folder: &Path) -> Option<Self> {
        let git = Self { folder: folder.to_owned() };
        git.answer(&["rev-parse", "--show-prefix"])?;
        let ignored = git.answer(&["check-ignore", "-q", "."]).is_some();
        (!ignored).then_some(git)
    }

    /// The text of a file in a commit, by its name in the folder.
    pub(crate) fn file(&self, commit: &str, name: &str) -> Option<String> {
        self.answer(&["show", &format!("{commit}:./{name}")])
    }

    /// As [`Git::file`], of many files at once.
    pub(crate) fn files(&self, commit: &str, names: &[&str]) -> Vec<Option<String>> {
        self.batch(commit, names).unwrap_or_else(|| vec![None; names.len()])
    }

    /// The names of the folder's files in a commit, or none if the commit does not exist.
    pub(crate) fn names(&self, commit: &str) -> Vec<String> {
        let text = self.answer(&["ls-tree", "-z", "--name-only", commit, "./"]).unwrap_or_default();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    /// Returns `true` if there is such a commit.
    pub(crate) fn has_commit(&self, name: &str) -> bool {
        self.answer(&["rev-parse", "--verify", "-q", &format!("{name}^{{commit}}")]).is_some()
    }

    /// The branch that is checked out.
    pub(crate) fn branch(&self) -> Option<String> {
        let name = self.answer(&["symbolic-ref", "-q", "--short", "HEAD"])?;
        Some(name.trim().to_owned())
    }

    /// The remote branches.
    pub(crate) fn remote_branches(&self) -> Vec<String> {
        let names = self.answer(&["for-each-ref", "--format=%(refname)", "refs/remotes"]);
        names.unwrap_or_default().lines().map(str::to_owned).collect()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder).args(args);
        command.env("GIT_OPTIONAL_LOCKS", "0").stderr(Stdio::null());
        command
    }

    /// What git prints; `None` when it fails.
    fn answer(&self, args: &[&str]) -> Option<String> {
        let output = self.command(args).stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn batch(&self, commit: &str, names: &[&str]) -> Option<Vec<Option<String>>> {
        let mut command = self.command(&["cat-file", "--batch"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        // A name with a line break would be read as two.
        let one = |name: &&str| format!("{commit}:./{}\n", name.replace('\n', "?"));
        let asked: String = names.iter().map(one).collect();
        let mut input = child.stdin.take()?;
        let writer = thread::spawn(move || input.write_all(asked.as_bytes()));
        let mut bytes = Vec::new();
        let read = child.stdout.take()?.read_to_end(&mut bytes);
        let wrote = writer.join();
        child.wait().ok()?;
        read.ok()?;
        wrote.ok()?.ok()?;
        let mut rest = bytes.as_slice();
        names.iter().map(|_| object(&mut rest)).collect()
    }
}

/// The next answer of `git cat-file --batch`: a line, followed by the text if the line has a size.
fn object(rest: &mut &[u8]) -> Option<Option<String>> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let line = String::from_utf8_lossy(&rest[..end]).into_owned();
    *rest = &rest[end + 1..];
    let words: Vec<&str> = line.rsplitn(3, ' ').collect();
    let (Some(&"blob"), Some(size)) = (words.get(1), words.first()) else { return Some(None) };
    let size: usize = size.parse().ok()?;
    let text = rest.get(..size)?;
    let text = String::from_utf8_lossy(text).into_owned();
    *rest = rest.get(size + 1..)?;
    Some(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_a_batch_are_read_one_after_the_other() {
        let mut rest = &b"0123 blob 4\na\nb\n\nHEAD:./x y missing\n45 tree 3\nabc\n"[..];
        assert_eq!(object(&mut rest), Some(Some("a\nb\n".to_owned())));
        assert_eq!(object(&mut rest), Some(None));
        assert_eq!(object(&mut rest), Some(None));
    }

    #[test]
    fn a_folder_without_a_repository_has_no_answers() {
        let temp = tempfile::tempdir().unwrap();
        assert!(Git::of(&temp.path().join("none")).is_none());
    }
}
