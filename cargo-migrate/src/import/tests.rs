//! What every format must hold, on small directories and on real ones.

use migrate_core::dialect::Dialect;

use super::*;
use migrate_core::diagnostic::{Code, Severity};

mod adopting;
mod corpora;
mod detecting;
mod files_with_markers;
mod pairs_of_files;
mod sections;
mod versioned_names;

fn files(list: &[(&str, &str)]) -> Vec<ForeignFile> {
    list.iter()
        .map(|(path, text)| ForeignFile { path: (*path).into(), text: Ok((*text).into()) })
        .collect()
}

/// Files whose content does not matter.
fn named(paths: &[&str]) -> Vec<ForeignFile> {
    paths
        .iter()
        .map(|path| ForeignFile { path: (*path).into(), text: Ok(format!("SELECT '{path}';\n")) })
        .collect()
}

fn read_in(format: Format, list: &[(&str, &str)]) -> Import {
    read(format, Dialect::Postgres, &files(list))
}

fn read_named(format: Format, paths: &[&str]) -> Import {
    read(format, Dialect::Postgres, &named(paths))
}

fn keys(import: &Import) -> Vec<&str> {
    import.migrations.iter().map(|m| m.key.as_str()).collect()
}

fn messages(import: &Import) -> Vec<&str> {
    import.migrations.iter().map(|m| m.message.as_str()).collect()
}

fn codes(import: &Import) -> Vec<Code> {
    import.problems.iter().map(|p| p.code).collect()
}

fn skipped(import: &Import) -> Vec<&str> {
    import.skipped.iter().map(|(path, _)| path.as_str()).collect()
}

/// The paths of up and down of each migration.
fn paths(import: &Import) -> Vec<(&str, Option<&str>)> {
    import
        .migrations
        .iter()
        .map(|m| (m.up.path.as_str(), m.down.as_ref().map(|d| d.path.as_str())))
        .collect()
}
