//! Detects the tool of a directory from file names and markers.
//!
//! A file counts for every format that would read it. A file that only one format writes counts for that
//! format alone. Plain `V1__x.sql` (refinery or flyway) and plain pairs (sqlx or golang-migrate) are
//! therefore ambiguous unless another file decides.

use std::collections::{BTreeMap, BTreeSet};

use super::directive::{self, Directive};
use super::format::Format;
use super::model::ForeignFile;
use super::pairs::{Stems, Way};
use super::{names, pairs, versioned};

/// Finds the format of a directory.
///
/// # Errors
/// The formats that fit equally well, each with the number of files that speak for it, when there is
/// not one that fits best; an empty list when no file speaks for any.
pub fn detect(files: &[ForeignFile]) -> Result<Format, Vec<(Format, usize)>> {
    let mut votes: BTreeMap<Format, usize> = BTreeMap::new();
    let directory = Directory::new(files);
    for file in files {
        for format in directory.formats(file) {
            *votes.entry(*format).or_default() += 1;
        }
    }
    let most = votes.values().copied().max().unwrap_or(0);
    let best: Vec<_> = votes.into_iter().filter(|(_, count)| *count == most).collect();
    match best[..] {
        [(format, _)] => Ok(format),
        _ => Err(best),
    }
}

/// Facts that need several files.
struct Directory<'a> {
    stems: Stems<'a>,
    /// The versions that files named `V..` have.
    versioned: BTreeSet<String>,
    /// The number and direction of every file of a pair, and how many have it.
    pairs: BTreeMap<(&'a str, bool), usize>,
}

impl<'a> Directory<'a> {
    fn new(files: &'a [ForeignFile]) -> Self {
        let paths = || files.iter().map(|file| file.path.as_str());
        let stems = Stems::new(paths());
        let mut pairs: BTreeMap<_, usize> = BTreeMap::new();
        for (stem, way) in paths().filter_map(pairs::parse) {
            if let (Way::Up | Way::Down, Some((version, _))) = (way, names::numbered(stem)) {
                *pairs.entry((names::unpadded(version), way == Way::Up)).or_default() += 1;
            }
        }
        let versioned = paths()
            .filter_map(|path| versioned::parse(names::file_name(path)))
            .filter(|v| v.letter == 'V')
            .map(|v| v.version)
            .collect();
        Self { stems, versioned, pairs }
    }

    fn formats(&self, file: &'a ForeignFile) -> &'static [Format] {
        let path = file.path.as_str();
        let name = names::file_name(path);
        if let Some(v) = versioned::parse(name) {
            return self.versioned(&v);
        }
        if let Some((directory, inner)) = path.split_once('/') {
            let migration = matches!(inner, "up.sql" | "down.sql") && !directory.starts_with('.');
            return if migration { &[Format::Diesel] } else { &[] };
        }
        if names::code_language(path) == Some("Go") && names::numbered(path_stem(path)).is_some() {
            return &[Format::Goose];
        }
        let text = file.text.as_deref().unwrap_or_default();
        if text.lines().any(|line| matches!(directive::goose(line), Some(Directive::Up(_)))) {
            return &[Format::Goose];
        }
        let Some((stem, way)) = self.stems.settle(path) else { return &[] };
        let Some((version, _)) = names::numbered(stem) else { return &[] };
        if text.lines().any(|line| matches!(directive::dbmate(line), Some(Directive::Up(_)))) {
            return &[Format::Dbmate];
        }
        let plain = stem.starts_with(|c: char| c.is_ascii_digit())
            && stem.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('_');
        let written_so = path.ends_with(".up.sql") || path.ends_with(".down.sql");
        let unique =
            |up| self.pairs.get(&(names::unpadded(version), up)).is_none_or(|count| *count == 1);
        match way {
            Way::Plain if plain => &[Format::Sqlx],
            Way::Plain => &[],
            _ if text.trim_start_matches('\u{feff}').starts_with("-- no-transaction") => {
                &[Format::Sqlx]
            }
            _ if plain && written_so && unique(way == Way::Up) => {
                &[Format::Sqlx, Format::GolangMigrate]
            }
            _ => &[Format::GolangMigrate],
        }
    }

    fn versioned(&self, v: &versioned::Versioned<'_>) -> &'static [Format] {
        const BOTH: &[Format] = &[Format::Refinery, Format::Flyway];
        match (v.letter, v.extension) {
            (_, "rs") => &[Format::Refinery],
            (_, "java" | "kt" | "sql.conf") => &[Format::Flyway],
            ('V', "sql") if v.whole => BOTH,
            // flyway undoes what is there; refinery's `U` is a migration of its own.
            ('U', "sql") if v.whole && !self.versioned.contains(&v.version) => &[Format::Refinery],
            (_, "sql") => &[Format::Flyway],
            _ => &[],
        }
    }
}

fn path_stem(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}
