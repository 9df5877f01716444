//! sqlx and golang-migrate: `<int>_<name>.sql`, or `.up.sql` beside `.down.sql`.
//!
//! Real directories are looser than the tools' manuals, and other runners with these names are
//! looser still; so `_up.sql`, `.up..sql`, `.sql.up.sql`, `V0001.Name.up.sql` and a simple file
//! among pairs are understood.

use std::collections::BTreeSet;

use migrate_core::source::Span;

use super::collect::{Collector, Name};
use super::format::Format;
use super::model::ForeignFile;
use super::names;
use super::note::Note;
use super::section::Part;

/// What sqlx wants as the very first bytes of a file.
const NO_TRANSACTION: &str = "-- no-transaction";

/// What the end of a file name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
    /// `_up` or `-up`: perhaps only a word of the name.
    PerhapsUp,
    /// `_down` or `-down`.
    PerhapsDown,
    Plain,
}

/// Takes `.sql` and the direction off a file name.
pub(super) fn parse(file: &str) -> Option<(&str, Way)> {
    let bare = file.strip_suffix(".sql")?.trim_end_matches('.');
    let ends: [(&[&str], Way); 4] = [
        (&[".up"], Way::Up),
        (&[".down"], Way::Down),
        (&["_up", "-up"], Way::PerhapsUp),
        (&["_down", "-down"], Way::PerhapsDown),
    ];
    for (suffixes, way) in ends {
        if let Some(stem) = suffixes.iter().find_map(|suffix| bare.strip_suffix(suffix)) {
            let stem = stem.trim_end_matches('.');
            return Some((stem.strip_suffix(".sql").unwrap_or(stem), way));
        }
    }
    Some((bare, Way::Plain))
}

/// The stems of the files that go down, and of those that go up.
pub(super) struct Stems<'a> {
    ups: BTreeSet<&'a str>,
    downs: BTreeSet<&'a str>,
}

impl<'a> Stems<'a> {
    pub(super) fn new(files: impl Iterator<Item = &'a str>) -> Self {
        let mut stems = Self { ups: BTreeSet::new(), downs: BTreeSet::new() };
        for (stem, way) in files.filter_map(parse) {
            match way {
                Way::Up | Way::PerhapsUp => stems.ups.insert(stem),
                Way::Down | Way::PerhapsDown => stems.downs.insert(stem),
                Way::Plain => false,
            };
        }
        stems
    }

    /// Settles `_up` and `_down`: they are directions where the other one is there.
    pub(super) fn settle(&self, file: &'a str) -> Option<(&'a str, Way)> {
        let bare = || file.strip_suffix(".sql").unwrap_or(file).trim_end_matches('.');
        let (stem, way) = parse(file)?;
        Some(match way {
            Way::PerhapsUp if self.downs.contains(stem) => (stem, Way::Up),
            Way::PerhapsDown if self.ups.contains(stem) => (stem, Way::Down),
            Way::PerhapsUp | Way::PerhapsDown => (bare(), Way::Plain),
            _ => (stem, way),
        })
    }
}

pub(super) fn read(files: &[&ForeignFile], out: &mut Collector) {
    let format = out.format();
    let stems = Stems::new(files.iter().map(|file| file.path.as_str()));
    let mut plain = Vec::new();
    let mut seen = BTreeSet::new();
    for file in files {
        let path = file.path.as_str();
        if path.contains('/') {
            out.skip(path, format!("in a sub-directory, where {format} does not look"));
            continue;
        }
        if let Some(language) = names::code_language(path) {
            code(path, language, out);
            continue;
        }
        let Some((stem, mut way)) = stems.settle(path) else {
            out.skip(path, "not a .sql file");
            continue;
        };
        // A lone `_down.sql` is a way down to everybody but sqlx, which looks for `.down.sql`.
        let lone = parse(path).filter(|(_, way)| *way == Way::PerhapsDown);
        let stem = match lone {
            Some((shorter, _)) if way == Way::Plain && format == Format::GolangMigrate => {
                way = Way::Down;
                shorter
            }
            _ => stem,
        };
        let Some((version, words)) = names::numbered(stem) else {
            out.skip(path, "the name does not begin with a version");
            continue;
        };
        let name = Name::new(path, stem, version, words);
        match way {
            Way::Up => {
                seen.insert((name.version.clone(), name.words.clone()));
                let part = part(file, out);
                out.up(name, part, None, Vec::new());
            }
            Way::Down => {
                let part = part(file, out);
                out.down(name, part);
            }
            Way::PerhapsUp | Way::PerhapsDown | Way::Plain => plain.push((name, *file)),
        }
    }
    for (name, file) in plain {
        if seen.contains(&(name.version.clone(), name.words.clone())) {
            out.skip(&file.path, "a migration with this version and name has an .up.sql");
            continue;
        }
        let mut notes = Vec::new();
        if format == Format::GolangMigrate {
            let path = &name.path;
            let note = format!("`{path}` has no .up in its name: golang-migrate itself skips it");
            notes.push(Note::whole(path, note));
        }
        let part = part(file, out);
        out.up(name, part, None, notes);
    }
}

fn code(path: &str, language: &'static str, out: &mut Collector) {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let stem = stem.strip_suffix(".up").unwrap_or(stem);
    let down = stem.ends_with(".down");
    match names::numbered(stem) {
        Some((version, words)) if !down && !stem.ends_with("_test") => {
            out.code(Name::new(path, stem, version, words), language);
        }
        Some(_) if down => out.skip(path, format!("{language} code of a way down, not imported")),
        _ => out.skip(path, format!("{language} code that is no migration")),
    }
}

/// The SQL of a file, for sqlx without the line that says how to run it.
fn part(file: &ForeignFile, out: &mut Collector) -> Part {
    let source = out.source(file);
    let text = source.text();
    if out.format() != Format::Sqlx || !text.starts_with(NO_TRANSACTION) {
        return Part::whole(source, true);
    }
    let start = text.find('\n').map_or(text.len(), |n| n + 1);
    let spans = vec![Span::new(start, text.len())];
    Part { source, spans, transaction: false }
}
