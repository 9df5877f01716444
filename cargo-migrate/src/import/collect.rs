//! Turns the parts that a reader found into ordered migrations: joins ups and downs, checks versions and
//! examines sections. It knows how formats order migrations, not how they name or mark them.

use std::collections::BTreeMap;
use std::rc::Rc;

use migrate_core::diagnostic::{Code, Diagnostic, Severity};
use migrate_core::dialect::Dialect;
use migrate_core::source::{SourceFile, Span};

use super::format::Format;
use super::model::{ForeignFile, Import, Imported, Section};
use super::names;
use super::note::{BlankDowns, NoDown, Note, Side};
use super::section::{Examined, Part};

/// The parts of a file name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// The file.
    pub(super) path: String,
    /// The path without direction and extension: the key where versions are not unique.
    pub(super) stem: String,
    pub(super) version: String,
    pub(super) words: String,
}

/// Collects what a reader finds, in any order.
pub(super) struct Collector {
    format: Format,
    dialect: Dialect,
    ups: Vec<Candidate>,
    downs: Vec<(Name, Part)>,
    codes: Vec<(Name, &'static str)>,
    skipped: Vec<(String, String)>,
    problems: Vec<Diagnostic>,
    /// Files without a text, by path: what becomes of that depends on what they are for.
    unreadable: BTreeMap<String, Diagnostic>,
}

struct Candidate {
    name: Name,
    /// The way up, or the language of a migration in code.
    up: Result<Part, &'static str>,
    down: Option<Part>,
    notes: Vec<Note>,
    /// Comes after all versions and has none.
    repeatable: bool,
    /// The SQL file beside which a migration in code runs, and on which side.
    beside: Option<(String, Side)>,
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
            unreadable: BTreeMap::new(),
        }
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// A file that is not a migration.
    pub(super) fn skip(&mut self, path: &str, why: impl Into<String>) {
        self.skipped.push((path.to_owned(), why.into()));
    }

    pub(super) fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// The text of a file that matters; one that cannot be read is a problem later, and empty.
    pub(super) fn source(&mut self, file: &ForeignFile) -> Rc<SourceFile> {
        let text = file.text.as_ref().map_or_else(
            |why| {
                let problem =
                    Diagnostic::new(Code::UnreadableFile, format!("cannot be read: {why}"));
                let problem = problem.at(&nothing(&file.path), Span::default());
                self.unreadable.insert(file.path.clone(), problem);
                String::new()
            },
            Clone::clone,
        );
        Rc::new(SourceFile::new(file.path.clone(), text))
    }

    /// A migration, with its down when it stands in the same file.
    pub(super) fn up(&mut self, name: Name, up: Part, down: Option<Part>, notes: Vec<Note>) {
        self.ups.push(Candidate { name, up: Ok(up), down, notes, repeatable: false, beside: None });
    }

    /// A migration that comes after all others and has no version.
    pub(super) fn repeatable(&mut self, name: Name, up: Part, notes: Vec<Note>) {
        let up = Ok(up);
        self.ups.push(Candidate { name, up, down: None, notes, repeatable: true, beside: None });
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
            let (left, right) = (a.place(), b.place());
            a.repeatable
                .cmp(&b.repeatable)
                .then_with(|| format.order((&a.name.version, left.0), (&b.name.version, right.0)))
                .then_with(|| left.1.cmp(&right.1))
        });
        let unique = self.check_versions();
        let migrations =
            std::mem::take(&mut self.ups).into_iter().map(|up| self.import(up, unique)).collect();
        self.skipped.sort();
        self.problems.extend(std::mem::take(&mut self.unreadable).into_values());
        Import {
            format,
            migrations,
            skipped: self.skipped,
            problems: self.problems,
            blank_downs: BlankDowns::default(),
            make_table: None,
        }
    }

    /// A file of code is a hole, unless SQL of the same name is there. One whose name says so runs
    /// before or after that SQL.
    fn place_code(&mut self) {
        for (name, language) in std::mem::take(&mut self.codes) {
            let has_name = |c: &Candidate, words: &str| {
                c.name.version == name.version && c.name.words == words && !c.repeatable
            };
            if let Some(beside) = self.ups.iter_mut().find(|c| has_name(c, &name.words)) {
                let why = format!("{language} code beside `{}`, not imported", beside.name.path);
                let note = format!("`{}` stands beside it and is not imported", name.path);
                beside.notes.push(Note::whole(&beside.name.path, note));
                self.skipped.push((name.path, why));
                continue;
            }
            let beside = Side::of(&name.words).and_then(|(side, words)| {
                let mut sql = self.ups.iter().filter(|c| c.up.is_ok());
                let sql = sql.find(|c| has_name(c, &words)).or_else(|| {
                    // `0012_pre.go` beside the only SQL of version 12.
                    let same = |c: &&Candidate| c.name.version == name.version && c.up.is_ok();
                    let mut same = self.ups.iter().filter(same);
                    same.next().filter(|_| words.is_empty() && same.next().is_none())
                })?;
                Some((sql.name.path.clone(), side))
            });
            self.ups.push(Candidate {
                name,
                up: Err(language),
                down: None,
                notes: Vec::new(),
                repeatable: false,
                beside,
            });
        }
    }

    /// Each down goes to the up of its version and name, else to the only one of its version that
    /// lacks a down.
    fn pair_downs(&mut self) {
        let mut by_version: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (n, up) in self.ups.iter().enumerate().filter(|(_, up)| up.has_own_version()) {
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
                    let note = format!("the down is named otherwise than its up: `{}`", name.path);
                    up.notes.push(Note::whole(&up.name.path, note));
                    up.down = Some(part);
                } else {
                    let message = format!(
                        "version {} has a down here, but no up to go with it: it is left out",
                        name.version
                    );
                    self.problems.push(
                        Diagnostic::new(Code::ImportDownWithoutUp, message)
                            .at(&part.source, Span::default()),
                    );
                }
            }
        }
    }

    /// Whether no two migrations share a version; a warning for each version that is shared.
    fn check_versions(&mut self) -> bool {
        let mut by_version: BTreeMap<String, Vec<&Name>> = BTreeMap::new();
        for up in self.ups.iter().filter(|up| up.has_own_version()) {
            by_version.entry(self.format.identity(&up.name.version)).or_default().push(&up.name);
        }
        by_version.retain(|_, names| names.len() > 1);
        for names in by_version.values() {
            // No line of these files is wrong: the names are.
            let paths: Vec<&str> = names.iter().map(|name| name.path.as_str()).collect();
            let message = format!(
                "{} migrations have version {}; they run in the order of their file names: {}",
                names.len(),
                names[0].version,
                paths.join(", ")
            );
            self.problems.push(Diagnostic::new(Code::ImportDuplicateVersion, message));
        }
        by_version.is_empty()
    }

    fn import(&mut self, candidate: Candidate, unique: bool) -> Imported {
        let Candidate { name, up, down, mut notes, repeatable, beside } = candidate;
        let mut tables = Vec::new();
        let (up, hole) = match up {
            Ok(part) => {
                let examined = part.examine(self.dialect);
                self.note(&part, "up", &examined, &mut notes);
                self.problems.extend(self.unreadable.remove(part.source.path()));
                self.problems.extend(examined.diagnostics);
                tables = examined.tables;
                (self.section(examined.section), None)
            }
            Err(language) => {
                let what = format!("`{}`, a migration in {language}", name.path);
                let text = format!("-- Here ran {what}: write in SQL what it did.\n");
                let section = Section {
                    path: name.path.clone(),
                    text,
                    transaction: true,
                    foreign_keys: false,
                };
                (section, Some(what))
            }
        };
        let (down, no_down) = match down {
            None => (None, NoDown::Missing),
            Some(part) => match self.way_down(&part, &mut notes) {
                Ok(down) => (Some(down), NoDown::Missing),
                Err(why) => (None, why),
            },
        };
        let key = if repeatable {
            name.path
        } else if unique && beside.is_none() {
            self.format.key(&name.version)
        } else {
            name.stem
        };
        let message =
            if name.words.is_empty() { format!("version {}", name.version) } else { name.words };
        let side = beside.map(|(_, side)| side);
        Imported {
            key,
            version: name.version,
            message,
            up,
            down,
            no_down,
            hole,
            side,
            tables,
            notes,
        }
    }

    /// A down that can be read and holds a statement.
    fn way_down(&mut self, part: &Part, notes: &mut Vec<Note>) -> Result<Section, NoDown> {
        let path = part.source.path();
        // In a file that holds both ways, the up has told it already.
        if let Some(problem) = self.unreadable.remove(path) {
            notes.push(Note::whole(path, format!("the down {}", problem.message)));
            return Err(NoDown::Broken(problem.message));
        }
        let examined = part.examine(self.dialect);
        let broken = examined.diagnostics.iter().find(|d| d.severity == Severity::Error);
        if let Some(problem) = broken {
            let line = problem.places.first().map(|place| place.location.line);
            let text = format!("the down cannot be read: {}", problem.message);
            notes.push(Note { path: path.to_owned(), line, text });
            return Err(NoDown::Broken(problem.message.clone()));
        }
        self.note(part, "down", &examined, notes);
        self.problems.extend(examined.diagnostics);
        if examined.blank { Err(NoDown::Blank) } else { Ok(self.section(examined.section)) }
    }

    fn note(&self, part: &Part, which: &str, examined: &Examined, notes: &mut Vec<Note>) {
        notes.extend(examined.notes.iter().map(|(span, what)| Note {
            path: part.source.path().to_owned(),
            line: Some(part.source.locate(*span).line),
            text: format!("the {which} {what}"),
        }));
    }

    /// A section as the tool runs it: sqlx turns foreign keys of SQLite on.
    fn section(&self, section: Section) -> Section {
        let foreign_keys = self.format == Format::Sqlx && self.dialect == Dialect::Sqlite;
        Section { foreign_keys, ..section }
    }
}

impl Candidate {
    /// What orders it among those of its version: the path of its SQL file, and the side of it.
    fn place(&self) -> (&str, i8) {
        match &self.beside {
            None => (&self.name.path, 0),
            Some((path, Side::Before)) => (path, -1),
            Some((path, Side::After)) => (path, 1),
        }
    }

    /// Returns `true` if its version is in the version table for itself.
    fn has_own_version(&self) -> bool {
        !self.repeatable && self.beside.is_none()
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
