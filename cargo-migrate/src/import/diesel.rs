//! diesel: a directory per migration with `up.sql`, `down.sql` and perhaps `metadata.toml`.

use std::collections::BTreeMap;

use migrate_core::diagnostic::{Code, Diagnostic};
use migrate_core::source::Span;
use toml::de::DeTable;

use super::collect::{Collector, Name};
use super::model::ForeignFile;
use super::names;
use super::section::Part;

pub(super) fn read(files: &[&ForeignFile], out: &mut Collector) {
    let mut directories: BTreeMap<&str, Vec<(&str, &ForeignFile)>> = BTreeMap::new();
    for file in files {
        match file.path.split_once('/') {
            None => {
                out.skip(&file.path, "not in a directory of its own, as diesel's migrations are")
            }
            Some((_, inner)) if inner.contains('/') => {
                out.skip(&file.path, "deeper than diesel looks");
            }
            Some((directory, _)) if directory.starts_with('.') => {
                out.skip(&file.path, "in a hidden directory");
            }
            Some((directory, inner)) => {
                directories.entry(directory).or_default().push((inner, file))
            }
        }
    }
    for (directory, files) in directories {
        migration(directory, &files, out);
    }
}

fn migration(directory: &str, files: &[(&str, &ForeignFile)], out: &mut Collector) {
    let find = |name: &str| files.iter().find(|(inner, _)| *inner == name).map(|(_, file)| *file);
    let (version, words) = directory.split_once('_').unwrap_or((directory, ""));
    let version = version.replace('-', "");
    let name = |file: &ForeignFile| Name {
        path: file.path.clone(),
        stem: directory.to_owned(),
        version: version.clone(),
        words: names::words(words),
    };
    let transaction = find("metadata.toml").is_none_or(|file| runs_in_transaction(file, out));
    for (inner, file) in files {
        match (*inner, names::code_language(inner)) {
            ("up.sql", _) => {
                let part = Part::whole(out.source(file), transaction);
                out.up(name(file), part, None, Vec::new());
            }
            ("down.sql", _) => {
                let part = Part::whole(out.source(file), transaction);
                out.down(name(file), part);
            }
            ("metadata.toml", _) if files.len() > 1 => {}
            (_, Some(language)) => out.code(name(file), language),
            _ => out.skip(&file.path, "diesel runs only up.sql and down.sql"),
        }
    }
}

/// `run_in_transaction` of a `metadata.toml`, true when it is not there.
fn runs_in_transaction(file: &ForeignFile, out: &mut Collector) -> bool {
    let source = out.source(file);
    let wrong = |message: String, span: Span| {
        Diagnostic::new(Code::ImportSettings, message)
            .at(&source, span)
            .help("diesel knows `run_in_transaction = true` or `false` here")
    };
    let at = |span: std::ops::Range<usize>| Span::new(span.start, span.end);
    let table = match DeTable::parse(source.text()) {
        Ok(table) => table,
        Err(e) => {
            let span = e.span().map_or_else(Span::default, at);
            out.problem(wrong(format!("this is not TOML: {}", e.message()), span));
            return true;
        }
    };
    let Some(value) = table.get_ref().get("run_in_transaction") else { return true };
    value.get_ref().as_bool().unwrap_or_else(|| {
        out.problem(wrong("this is not a boolean".to_owned(), at(value.span())));
        true
    })
}
