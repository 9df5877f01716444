//! The lock file `migrate.lock`: the heads, a fingerprint per revision, accepted fingerprints.
//!
//! The file is committed with the revisions. It causes a conflict in git if two branches add
//! revisions, makes the compiler notice new revisions, and seals revisions: a revision in the lock
//! file that is neither one of its heads nor listed as open must not change. The text is TOML with
//! one entry per line, so git merges it entry by entry; `docs/files.md` documents it. The parser
//! continues past git's conflict markers: the entries of both sides count, and `conflict` is set.

mod open;

use std::collections::BTreeMap;
use std::fmt::Write as _;

pub use open::OpenReason;

use crate::command::{CARGO_MIGRATE, Command, Help, Invocation};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::dialect::Dialect;
use crate::graph::Graph;
use crate::source::{SourceFile, Span};
use crate::sql::Fingerprint;

/// The name of the lock file in the migrations directory.
pub const FILE_NAME: &str = "migrate.lock";

/// The contents of a lock file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// The databases whose lexical rules the fingerprints use.
    pub dialects: Vec<Dialect>,
    /// The heads when the file was written; they may still change.
    pub heads: Vec<String>,
    /// The fingerprint of every revision, by id.
    pub fingerprints: BTreeMap<String, Fingerprint>,
    /// The open revisions that are not heads, by id with the reason.
    pub open: BTreeMap<String, OpenReason>,
    /// The fingerprints of replaced revisions whose files were removed, by id.
    pub replaced: BTreeMap<String, Fingerprint>,
    /// Accepted earlier fingerprints, by id with the reason.
    pub accepted: BTreeMap<String, BTreeMap<Fingerprint, String>>,
    /// Whether the text contains git's conflict markers.
    pub conflict: bool,
}

impl Lock {
    /// Creates the lock file of a graph; fingerprints that `before` accepted stay accepted.
    #[must_use]
    pub fn of(graph: &Graph, dialects: &[Dialect], before: Option<&Self>) -> Self {
        let id = |node| graph.id(node).as_str().to_owned();
        let mut heads: Vec<String> = graph.heads().into_iter().map(id).collect();
        heads.sort();
        let mut accepted = before.map(|lock| lock.accepted.clone()).unwrap_or_default();
        let is_known =
            |id: &str| graph.revision_with_id(id).is_some() || graph.replacing(id).is_some();
        accepted.retain(|id, _| is_known(id));
        let known = before.iter().flat_map(|lock| lock.replaced.iter().chain(&lock.fingerprints));
        let is_gone =
            |id: &str| graph.revision_with_id(id).is_none() && graph.replacing(id).is_some();
        let replaced = known.filter(|(id, _)| is_gone(id));
        let open = graph.order().filter_map(|node| {
            let id = graph.id(node).as_str();
            let reason = before.and_then(|lock| lock.open.get(id)).copied();
            Some((id.to_owned(), OpenReason::of(graph, node, reason)?))
        });
        Self {
            dialects: dialects.to_vec(),
            heads,
            open: open.collect(),
            fingerprints: graph
                .all_revisions()
                .map(|revision| (revision.id().to_string(), revision.fingerprint))
                .collect(),
            replaced: replaced.map(|(id, fingerprint)| (id.clone(), *fingerprint)).collect(),
            accepted,
            conflict: false,
        }
    }

    /// Returns `true` if a revision must not change.
    #[must_use]
    pub fn is_sealed(&self, id: &str) -> bool {
        self.fingerprints.contains_key(id)
            && !self.open.contains_key(id)
            && !self.heads.iter().any(|head| head == id)
    }

    /// Returns `true` if this fingerprint is the current or an accepted one of the revision.
    #[must_use]
    pub fn accepts(&self, id: &str, fingerprint: &Fingerprint) -> bool {
        // The other tool ran a migration in code, so the SQL that replaces it is not needed there.
        let was_placeholder = self.open.get(id) == Some(&OpenReason::Placeholder)
            && self.fingerprints.get(id) == Some(fingerprint);
        was_placeholder
            || self.accepted.get(id).is_some_and(|earlier| earlier.contains_key(fingerprint))
    }

    /// Adds an accepted earlier fingerprint.
    pub fn accept(&mut self, id: &str, fingerprint: Fingerprint, because: &str) {
        self.accepted.entry(id.to_owned()).or_default().insert(fingerprint, because.to_owned());
    }

    /// Writes the text of the file.
    #[must_use]
    pub fn render(&self) -> String {
        let list =
            |names: &mut dyn Iterator<Item = &str>| names.map(quote).collect::<Vec<_>>().join(", ");
        let merge = Help::default().run(Command::Merge).then(" or ").run(Command::Rebase);
        let mut text = format!(
            "# Written by {CARGO_MIGRATE}; commit it. When git finds a conflict here, two branches added\n\
             # revisions: {merge} mends the history and this file.\n\
             version = 1\n",
        );
        let _ =
            writeln!(text, "dialects = [{}]", list(&mut self.dialects.iter().map(|d| d.name())));
        let _ = writeln!(text, "heads = [{}]", list(&mut self.heads.iter().map(String::as_str)));
        text.push_str("\n[revisions]\n");
        for (id, fingerprint) in &self.fingerprints {
            let _ = writeln!(text, "{} = \"{fingerprint}\"", quote(id));
        }
        if !self.open.is_empty() {
            text.push_str("\n[open]\n");
        }
        for (id, reason) in &self.open {
            let _ = writeln!(text, "{} = \"{}\"", quote(id), reason.name());
        }
        if !self.replaced.is_empty() {
            text.push_str("\n[replaced]\n");
        }
        for (id, fingerprint) in &self.replaced {
            let _ = writeln!(text, "{} = \"{fingerprint}\"", quote(id));
        }
        if !self.accepted.is_empty() {
            text.push_str("\n[accepted]\n");
        }
        for (id, earlier) in &self.accepted {
            for (fingerprint, because) in earlier {
                let _ = writeln!(
                    text,
                    "{} = {}",
                    quote(&format!("{id} {fingerprint}")),
                    quote(because)
                );
            }
        }
        text
    }

    /// Parses a lock file. The result contains everything that was understood, also if there are
    /// mistakes.
    #[must_use]
    pub fn parse(file: &SourceFile) -> (Self, Diagnostics) {
        let mut lock = Self::default();
        let mut found = Diagnostics::new();
        let mut table = String::new();
        // Each side of a conflict begins in the table in which the conflict begins.
        let mut outer = String::new();
        let mut ancestor = false;
        let mut at = 0;
        for line in file.text().split_inclusive('\n') {
            let span = Span::new(at, at + line.trim_end().len());
            at += line.len();
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if is_conflict_marker(line) {
                if !lock.conflict {
                    found.push(conflict(file, span));
                }
                lock.conflict = true;
                match line.as_bytes()[0] {
                    b'<' => table.clone_into(&mut outer),
                    b'>' => {}
                    _ => outer.clone_into(&mut table),
                }
                // git's diff3 style also contains the common ancestor, which belongs to neither
                // side.
                ancestor = line.starts_with('|');
            } else if ancestor {
            } else if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                name.clone_into(&mut table);
            } else if lock.read_entry(&table, line).is_none() {
                found.push(
                    Diagnostic::new(
                        Code::LockSyntax,
                        "this line of the lock file is not understood",
                    )
                    .at(file, span)
                    .help(
                        Help::new("restore the file from git, or delete it and run ")
                            .run(Command::Accept)
                            .then(" to write it again"),
                    ),
                );
            }
        }
        lock.heads.sort();
        lock.heads.dedup();
        (lock, found)
    }

    fn read_entry(&mut self, table: &str, line: &str) -> Option<()> {
        let (key, value) = split_entry(line)?;
        match (table, key.as_str()) {
            ("", "version") => (value == "1").then_some(()),
            ("", "dialects") => {
                for name in list(value)? {
                    let dialect = Dialect::from_name(&name)?;
                    if !self.dialects.contains(&dialect) {
                        self.dialects.push(dialect);
                    }
                }
                self.dialects.sort_unstable();
                Some(())
            }
            ("", "heads") => {
                self.heads.extend(list(value)?);
                Some(())
            }
            ("revisions", id) => {
                let fingerprint = unquote(value)?.parse().ok()?;
                if let Some(other) = self.fingerprints.insert(id.to_owned(), fingerprint)
                    && other != fingerprint
                {
                    // Two sides of a conflict differ: the file decides.
                    self.heads.push(id.to_owned());
                }
                Some(())
            }
            ("open", id) => {
                self.open.insert(id.to_owned(), OpenReason::from_name(&unquote(value)?)?);
                Some(())
            }
            ("replaced", id) => {
                self.replaced.insert(id.to_owned(), unquote(value)?.parse().ok()?);
                Some(())
            }
            ("accepted", key) => {
                let (id, fingerprint) = key.split_once(' ')?;
                self.accept(id, fingerprint.parse().ok()?, &unquote(value)?);
                Some(())
            }
            _ => None,
        }
    }

    /// Compares a history with its lock file: changed or missing sealed revisions are errors, and
    /// revisions that are not in the lock file are a warning.
    #[must_use]
    pub fn check(&self, file: &SourceFile, graph: &Graph) -> Diagnostics {
        let mut found = Diagnostics::new();
        for (id, fingerprint) in &self.fingerprints {
            // Searched only for a diagnostic, because the file can be long.
            let place = || entry_span(file, id);
            let Some(revision) = graph.revision_with_id(id) else {
                if graph.replacing(id).is_none() {
                    found.push(self.missing(id).at(file, place()));
                }
                continue;
            };
            if revision.fingerprint != *fingerprint && self.is_sealed(id) {
                found.push(
                    Diagnostic::new(Code::SealedEdited, format!("revision {id} was edited after others were built on it"))
                        .labelled(&revision.file, revision.header.id.span, "the meaning of this file changed")
                        .labelled(file, place(), "what it was")
                        .help(Help::new(format!("restore it (`git checkout -- {}`) and put the change into a new revision: ", revision.file.path())).run(Command::New))
                        .help(Help::new("if databases that ran the old text need no change: ").run(accept(id)))
                        .help(Help::new("if its earlier text was never committed, or it stopped partway in a database: ").run(Command::Upgrade).then(" takes up the edit")),
                );
            }
        }
        let unknown: Vec<&str> = graph
            .all_revisions()
            .map(|revision| revision.id().as_str())
            .filter(|id| !self.fingerprints.contains_key(*id))
            .collect();
        if !unknown.is_empty() && !self.conflict {
            found.push(
                Diagnostic::new(
                    Code::LockOutdated,
                    format!("the lock file does not name {}", unknown.join(", ")),
                )
                .at(file, Span::default())
                .help(Command::Accept.help("brings it up to date")),
            );
        }
        found
    }

    /// Returns the finding for a missing file, without a place.
    fn missing(&self, id: &str) -> Diagnostic {
        let message = format!("no file defines revision {id}, which the lock file names");
        let missing = Diagnostic::new(Code::SealedMissing, message);
        if self.is_sealed(id) {
            missing
                .help("restore the file (it may never have been committed)")
                .help(Help::new("if it was deleted on purpose: ").run(accept(id)))
        } else {
            missing
                .help(Command::Accept.with(id).help("forgets it"))
                .help(Help::new("if it was committed: restore the file, or ").run(accept(id)))
        }
    }

    /// Compares the databases of the lock file with those of the project, if both are known.
    #[must_use]
    pub fn check_dialects(&self, file: &SourceFile, dialects: &[Dialect]) -> Diagnostics {
        let named = |dialects: &[Dialect]| {
            Dialect::ALL
                .into_iter()
                .filter(|d| dialects.contains(d))
                .map(Dialect::name)
                .collect::<Vec<_>>()
        };
        let (locked, wanted) = (named(&self.dialects), named(dialects));
        if locked.is_empty() || wanted.is_empty() || locked == wanted {
            return Diagnostics::new();
        }
        let place = file
            .text()
            .find("dialects = ")
            .map_or_else(Span::default, |start| Span::new(start, start + 8));
        Diagnostic::new(
            Code::LockOutdated,
            format!(
                "the lock file is for {}, the project for {}",
                locked.join(", "),
                wanted.join(", ")
            ),
        )
        .at(file, place)
        .help(Command::Accept.help("brings it up to date"))
        .into()
    }
}

/// The command that accepts what became of a revision.
fn accept(id: &str) -> Invocation {
    Command::Accept.with(format!("{id} --reason \"..\""))
}

fn conflict(file: &SourceFile, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::LockConflict,
        "the lock file contains git's conflict markers: two branches added revisions",
    )
    .at(file, span)
    .help(
        Command::Merge
            .with("-m \"merge\"")
            .help("joins the heads with a merge revision and rewrites this file"),
    )
    .help(Help::new("or ").run(Command::Rebase).then(" puts the newer branch on top of the other"))
}

fn is_conflict_marker(line: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|marker| line.starts_with(marker))
}

fn entry_span(file: &SourceFile, id: &str) -> Span {
    let start = file.text().find(&format!("\n{} = ", quote(id))).map_or(0, |n| n + 1);
    let end = file.text()[start..].find('\n').map_or(file.text().len(), |n| start + n);
    Span::new(start, end)
}

fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Returns the contents of a quoted string that is the whole text.
fn unquote(text: &str) -> Option<String> {
    let (value, rest) = quoted(text)?;
    rest.trim().is_empty().then_some(value)
}

/// Returns the quoted string at the beginning, and the rest.
fn quoted(text: &str) -> Option<(String, &str)> {
    let rest = text.strip_prefix('"')?;
    let (plain, after) = rest.split_once('"')?;
    if !plain.contains('\\') {
        return Some((plain.to_owned(), after));
    }
    let mut value = String::new();
    let mut chars = rest.char_indices();
    while let Some((n, c)) = chars.next() {
        match c {
            '"' => return Some((value, &rest[n + 1..])),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

fn split_entry(line: &str) -> Option<(String, &str)> {
    let (key, rest) = if line.starts_with('"') {
        quoted(line)?
    } else {
        let end = line.find([' ', '='])?;
        (line[..end].to_owned(), &line[end..])
    };
    Some((key, rest.trim_start().strip_prefix('=')?.trim()))
}

fn list(text: &str) -> Option<Vec<String>> {
    let mut rest = text.strip_prefix('[')?.strip_suffix(']')?.trim();
    let mut names = Vec::new();
    while !rest.is_empty() {
        let (name, after) = quoted(rest)?;
        names.push(name);
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Some(names)
}

#[cfg(test)]
mod tests;
