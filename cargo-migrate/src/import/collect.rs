//! From what a reader found in single files to migrations in order: downs meet their ups, versions
//! are checked, sections examined. Knows how formats order, not how they name or mark.

use std::collections::BTreeMap;
use std::rc::Rc;

use migrate_core::diagnostic::{Code, Diagnostic};
use migrate_core::dialect::Dialect;
use migrate_core::source::{SourceFile, Span};

use super::section::Part;
use super::{ForeignFile, Format, Import, Imported, Section, names};

/// What the name of a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// The file.
    pub(super) path: String,
    /// The path without direction and extension: the key where versions are not unique.
    pub(super) stem: String,
    pub(super) version: String,
    pub(super) words: String,
}

/// Takes what a reader finds, in any order.
pub(super) struct Collector {
    format: Format,
    dialect: Dialect,
    ups: Vec<Candidate>,
    downs: Vec<(Name, Part)>,
    codes: Vec<(Name, &'static str)>,
    skipped: Vec<(String, String)>,
    problems: Vec<Diagnostic>,
}

struct Candidate {
    name: Name,
    /// The way up, or the language of a migration in code.
    up: Result<Part, &'static str>,
    down: Option<Part>,
    notes: Vec<String>,
    /// Comes after all versions and has none.
    repeatable: bool,
}

impl Collector {
    pub(super) fn new(format: Format, dialect: Dialect) -> Self {
        Self {
            format,
            dialect,
            ups: Vec::new(),
            downs: Vec::new(),
            codes: Vec::new(),
            skipped: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// A file that is no migration.
    pub(super) fn skip(&mut self, path: &str, why: impl Into<String>) {
        self.skipped.push((path.to_owned(), why.into()));
    }

    pub(super) fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// The text of a file that matters; one that cannot be read is a problem, and empty.
    pub(super) fn source(&mut self, file: &ForeignFile) -> Rc<SourceFile> {
        let text = file.text.as_ref().map_or_else(
            |why| {
                let problem =
                    Diagnostic::error(Code::UnreadableFile, format!("cannot be read: {why}"));
                self.problems.push(problem.at(&nothing(&file.path), Span::default()));
                String::new()
            },
            Clone::clone,
        );
        Rc::new(SourceFile::new(file.path.clone(), text))
    }

    /// A migration, with its down when it stands in the same file.
    pub(super) fn up(&mut self, name: Name, up: Part, down: Option<Part>, notes: Vec<String>) {
        self.ups.push(Candidate { name, up: Ok(up), down, notes, repeatable: false });
    }

    /// A migration that comes after all others and has no version.
    pub(super) fn repeatable(&mut self, name: Name, up: Part, notes: Vec<String>) {
        self.ups.push(Candidate { name, up: Ok(up), down: None, notes, repeatable: true });
    }

    /// A down in a file of its own.
    pub(super) fn down(&mut self, name: Name, down: Part) {
        self.downs.push((name, down));
    }

    /// A migration written in a programming language.
    pub(super) fn code(&mut self, name: Name, language: &'static str) {
        self.codes.push((name, language));
    }

    pub(super) fn finish(mut self) -> Import {
        self.place_code();
        self.pair_downs();
        let format = self.format;
        self.ups.sort_by(|a, b| {
            let (left, right) = (&a.name, &b.name);
            a.repeatable.cmp(&b.repeatable).then_with(|| {
                format.order((&left.version, &left.path), (&right.version, &right.path))
            })
        });
        let unique = self.check_versions();
        let migrations =
            std::mem::take(&mut self.ups).into_iter().map(|up| self.import(up, unique)).collect();
        self.skipped.sort();
        Import { format, migrations, skipped: self.skipped, problems: self.problems }
    }

    /// A file of code is a hole, unless SQL of the same name is there.
    fn place_code(&mut self) {
        for (name, language) in std::mem::take(&mut self.codes) {
            let same = |c: &&mut Candidate| {
                c.name.version == name.version && c.name.words == name.words && !c.repeatable
            };
            match self.ups.iter_mut().find(same) {
                Some(beside) => {
                    let why =
                        format!("{language} code beside `{}`, not imported", beside.name.path);
                    beside
                        .notes
                        .push(format!("`{}` stands beside it and is not imported", name.path));
                    self.skipped.push((name.path, why));
                }
                None => self.ups.push(Candidate {
                    name,
                    up: Err(language),
                    down: None,
                    notes: Vec::new(),
                    repeatable: false,
                }),
            }
        }
    }

    /// Each down goes to the up of its version and name, else to the only one of its version that
    /// lacks a down.
    fn pair_downs(&mut self) {
        let mut by_version: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (n, up) in self.ups.iter().enumerate().filter(|(_, up)| !up.repeatable) {
            by_version.entry(self.format.identity(&up.name.version)).or_default().push(n);
        }
        let candidates = |name: &Name, format: Format| {
            by_version.get(&format.identity(&name.version)).map_or(&[][..], Vec::as_slice)
        };
        let mut left: BTreeMap<String, Vec<(Name, Part)>> = BTreeMap::new();
        for (name, part) in std::mem::take(&mut self.downs) {
            let up = candidates(&name, self.format)
                .iter()
                .copied()
                .find(|n| self.ups[*n].name.words == name.words && self.ups[*n].down.is_none());
            match up {
                Some(n) => self.ups[n].down = Some(part),
                None => {
                    left.entry(self.format.identity(&name.version)).or_default().push((name, part))
                }
            }
        }
        for downs in left.into_values() {
            let free: Vec<usize> = downs.first().map_or_else(Vec::new, |(name, _)| {
                let all = candidates(name, self.format).iter().copied();
                all.filter(|n| self.ups[*n].down.is_none()).collect()
            });
            let only = downs.len() == 1 && free.len() == 1;
            for (name, part) in downs {
                if only {
                    let up = &mut self.ups[free[0]];
                    up.notes
                        .push(format!("the down is named otherwise than its up: `{}`", name.path));
                    up.down = Some(part);
                } else {
                    let message = format!(
                        "version {} has a down here, but no up to go with it",
                        name.version
                    );
                    self.problems.push(
                        Diagnostic::error(Code::ImportDownWithoutUp, message)
                            .at(&part.source, Span::default())
                            .help("add the missing up, or remove this file"),
                    );
                }
            }
        }
    }

    /// Whether no two migrations share a version; a warning for each version that is shared.
    fn check_versions(&mut self) -> bool {
        let mut by_version: BTreeMap<String, Vec<&Name>> = BTreeMap::new();
        for up in self.ups.iter().filter(|up| !up.repeatable) {
            by_version.entry(self.format.identity(&up.name.version)).or_default().push(&up.name);
        }
        by_version.retain(|_, names| names.len() > 1);
        for names in by_version.values() {
            let message = format!(
                "{} migrations have version {}: the order is that of their file names",
                names.len(),
                names[0].version
            );
            let mut problem = Diagnostic::warning(Code::ImportDuplicateVersion, message);
            for name in names {
                problem = problem.at(&nothing(&name.path), Span::default());
            }
            self.problems.push(problem);
        }
        by_version.is_empty()
    }

    fn import(&mut self, candidate: Candidate, unique: bool) -> Imported {
        let Candidate { name, up, down, mut notes, repeatable } = candidate;
        let (up, hole) = match up {
            Ok(part) => (self.examine(&part, "up", &mut notes).0, None),
            Err(language) => {
                let what = format!("`{}`, a migration in {language}", name.path);
                let text = format!("-- Here ran {what}: write in SQL what it did.\n");
                (Section { path: name.path.clone(), text, transaction: true }, Some(what))
            }
        };
        let down = down.and_then(|part| {
            let (section, blank) = self.examine(&part, "down", &mut notes);
            (!blank).then_some(section)
        });
        let key = if repeatable {
            name.path
        } else if unique {
            self.format.key(&name.version)
        } else {
            name.stem
        };
        let message =
            if name.words.is_empty() { format!("version {}", name.version) } else { name.words };
        Imported { key, version: name.version, message, up, down, hole, notes }
    }

    fn examine(&mut self, part: &Part, which: &str, notes: &mut Vec<String>) -> (Section, bool) {
        let examined = part.examine(self.dialect);
        notes.extend(examined.notes.into_iter().map(|note| format!("the {which} {note}")));
        if examined.blank && which == "down" && examined.diagnostics.is_empty() {
            notes.push("the down holds no statement".to_owned());
        }
        // What could not be split is not blank, and its reader has to see it.
        let blank = examined.blank && examined.diagnostics.is_empty();
        self.problems.extend(examined.diagnostics);
        (examined.section, blank)
    }
}

/// A file to point at as a whole.
fn nothing(path: &str) -> SourceFile {
    SourceFile::new(path.to_owned(), String::new())
}

impl Name {
    /// The name of `path` whose file is called `stem` but for direction and extension.
    pub(super) fn new(path: &str, stem: &str, version: &str, words: &str) -> Self {
        let directory = path.strip_suffix(names::file_name(path)).unwrap_or_default();
        Self {
            path: path.to_owned(),
            stem: format!("{directory}{stem}"),
            version: version.to_owned(),
            words: names::words(words),
        }
    }
}
