//! refinery and flyway: `V<version>__<name>.sql`, in any sub-directory.
//!
//! The letter in front says what the file is, and `U` means different things to the two: to
//! refinery a migration that may come late, to flyway the way down of the `V` beside it.

use std::collections::BTreeSet;

use migrate_core::diagnostic::{Code, Diagnostic};
use migrate_core::source::Span;

use super::collect::{Collector, Name};
use super::format::Format;
use super::model::ForeignFile;
use super::names;
use super::note::Note;
use super::section::Part;

/// A name of the form `<letter><version>__<words>.<extension>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Versioned<'a> {
    pub(super) letter: char,
    /// With `.` between its numbers; empty for `R`.
    pub(super) version: String,
    /// Whether it is one whole number.
    pub(super) whole: bool,
    pub(super) words: &'a str,
    pub(super) extension: &'a str,
}

pub(super) fn parse(file: &str) -> Option<Versioned<'_>> {
    let letter = file.chars().next().filter(|c| "VUBR".contains(*c))?;
    let (stem, extension) = file[1..].split_once('.').and_then(|_| {
        let stem = file[1..].strip_suffix(".sql.conf").map(|stem| (stem, "sql.conf"));
        stem.or_else(|| file[1..].rsplit_once('.'))
    })?;
    let (version, words) = stem.split_once("__")?;
    let numbers = || version.split(['.', '_']);
    let counts = numbers().all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    (if letter == 'R' { version.is_empty() } else { counts }).then(|| Versioned {
        letter,
        version: version.replace('_', "."),
        whole: numbers().count() == 1,
        words,
        extension,
    })
}

pub(super) fn read(files: &[&ForeignFile], out: &mut Collector) {
    let parsed: Vec<_> = files.iter().map(|f| (*f, parse(names::file_name(&f.path)))).collect();
    let flyway = out.format() == Format::Flyway;
    let settings = if flyway { untransacted(&parsed, out) } else { BTreeSet::new() };
    let baseline = baseline(&parsed);
    for (file, versioned) in &parsed {
        let path = file.path.as_str();
        let Some(v) = versioned else {
            out.skip(path, format!("not named as {} wants: V<version>__<name>", out.format()));
            continue;
        };
        let stem = names::file_name(path).strip_suffix(v.extension).unwrap_or(path);
        let version = if v.letter == 'R' { names::REPEATABLE } else { &v.version };
        let name = Name::new(path, stem.trim_end_matches('.'), version, v.words);
        if v.extension == "sql.conf" {
            let sql = path.strip_suffix(".conf").unwrap_or(path);
            if !flyway || !files.iter().any(|file| file.path == sql) {
                out.skip(path, "settings of a file that is not there");
            }
            continue;
        }
        if let Some(why) = refused(v, flyway) {
            out.skip(path, why);
            continue;
        }
        if let Some(language) = names::code_language(path) {
            out.code(name, language);
            continue;
        }
        if v.extension != "sql" {
            out.skip(path, "not a .sql file");
            continue;
        }
        if v.letter == 'B' && baseline != Some(path) {
            out.skip(
                path,
                "a baseline of versions that are here themselves, or of a newer baseline",
            );
            continue;
        }
        let source = out.source(file);
        let mut notes = Vec::new();
        if let Some(at) = source.text().find("${").filter(|_| flyway) {
            notes.push(Note {
                path: path.to_owned(),
                line: Some(source.locate(Span::new(at, at + 2)).line),
                text: "has placeholders `${..}`, which flyway replaced and nobody does now".into(),
            });
        }
        let part = Part::whole(source, !settings.contains(path));
        match (v.letter, flyway) {
            ('U', true) => out.down(name, part),
            ('R', _) => {
                out.problem(
                    Diagnostic::new(
                        Code::ImportRepeatable,
                        "a repeatable migration is imported as one revision after all others",
                    )
                    .at(&part.source, Span::default())
                    .help("a later change of it is a new revision of its own"),
                );
                out.repeatable(name, part, notes);
            }
            _ => {
                if v.letter == 'B' {
                    let what = "a baseline: it stands for all versions up to its own";
                    notes.push(Note::whole(path, what));
                }
                out.up(name, part, None, notes);
            }
        }
    }
}

/// Why the tool itself would pass over a name that looks like one of its own.
fn refused(v: &Versioned<'_>, flyway: bool) -> Option<&'static str> {
    if flyway {
        return None;
    }
    let word = |c: char| c.is_alphanumeric() || c == '_';
    if !matches!(v.letter, 'V' | 'U') {
        Some("refinery knows only V and U")
    } else if !v.whole {
        Some("refinery's versions are whole numbers")
    } else if v.words.is_empty() || !v.words.chars().all(word) {
        Some("refinery passes over names with anything but letters, digits and `_`")
    } else {
        None
    }
}

/// The one baseline that is needed: the newest, when no version that it stands for is there.
fn baseline<'a>(parsed: &[(&'a ForeignFile, Option<Versioned<'_>>)]) -> Option<&'a str> {
    let of = |letter| {
        let all = parsed.iter().filter_map(|(file, v)| Some((*file, v.as_ref()?)));
        all.filter(move |(_, v)| v.letter == letter)
    };
    let (file, newest) =
        of('B').max_by(|a, b| names::compare_numbers(&a.1.version, &b.1.version))?;
    of('V')
        .all(|(_, v)| names::compare_numbers(&v.version, &newest.version).is_gt())
        .then_some(file.path.as_str())
}

/// The paths of the files whose `.conf` says `executeInTransaction=false`.
fn untransacted<'a>(
    parsed: &[(&'a ForeignFile, Option<Versioned<'_>>)],
    out: &mut Collector,
) -> BTreeSet<&'a str> {
    let mut paths = BTreeSet::new();
    for (file, _) in parsed {
        let Some(path) = file.path.strip_suffix(".conf").filter(|p| p.ends_with(".sql")) else {
            continue;
        };
        let source = out.source(file);
        let mut offset = 0;
        for line in source.text().split_inclusive('\n') {
            let at = Span::new(offset, offset + line.trim_end().len());
            offset += line.len();
            let Some((key, value)) = line.split_once('=') else { continue };
            if key.trim() != "executeInTransaction" {
                continue;
            }
            match value.trim().to_ascii_lowercase().as_str() {
                "false" => {
                    paths.insert(path);
                }
                "true" => {}
                _ => out.problem(
                    Diagnostic::new(Code::ImportSettings, "this is neither true nor false")
                        .at(&source, at),
                ),
            }
        }
    }
    paths
}
