//! Reads models from source files, without a build.
//!
//! The files of a crate are found as the compiler finds them, from the root of a target: module files,
//! `#[path]`, `include!` of a literal. Modules and items under `cfg(test)` are left out; other `cfg`s are
//! taken as on. Limits: what a macro generates and what stands in a function is not seen.

mod cfg;
mod files;
mod items;
mod resolve;

use std::collections::HashMap;
use std::path::PathBuf;

use migrate_core::diagnostic::{Code, Diagnostic, Diagnostics};
use migrate_core::source::{SourceFile, Span as Range};
use proc_macro2::Span;

use crate::mistake::Mistake;
use crate::model::{Model, ModelEnum};

/// A crate whose sources are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The name of the package, for messages.
    pub package: String,
    /// The root files of its library and its programs.
    pub files: Vec<PathBuf>,
    /// The folder that paths in messages are relative to.
    pub shown_from: PathBuf,
}

/// The models of crates, with their sources.
#[derive(Debug, Default)]
pub struct Models {
    /// The structs that derive `Table`.
    pub tables: Vec<Model>,
    /// The enums that derive `Enum`, and those that columns use.
    pub enums: Vec<ModelEnum>,
    files: HashMap<String, SourceFile>,
}

/// A file and a range in it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'m> {
    /// The file.
    pub file: &'m SourceFile,
    /// The range in its text.
    pub range: Range,
}

impl Models {
    /// The place of a span of these sources.
    #[must_use]
    pub fn place(&self, span: Span) -> Option<Place<'_>> {
        let file = self.files.get(&span.file())?;
        let range = span.byte_range();
        Some(Place { file, range: Range::new(range.start, range.end) })
    }

    /// Mistakes as diagnostics with their places.
    #[must_use]
    pub fn diagnostics(&self, mistakes: &[Mistake]) -> Diagnostics {
        let mut found = Diagnostics::new();
        for mistake in mistakes {
            let mut one = Diagnostic::new(Code::ModelMistake, mistake.message.clone());
            if let Some(place) = self.place(mistake.span) {
                one = one.at(place.file, place.range);
            }
            one.help.extend(mistake.help.iter().map(Into::into));
            found.push(one);
        }
        found
    }
}

/// Reads the models of crates. What could be read is returned with all that is wrong; do not use the
/// models if the diagnostics contain an error.
#[must_use]
pub fn read(roots: &[Root]) -> (Models, Diagnostics) {
    let mut sources = files::Sources::default();
    for (number, root) in roots.iter().enumerate() {
        for file in &root.files {
            sources.read_root(number, root, file);
        }
    }
    let files::Sources { items, files, mut found, .. } = sources;
    let mut models = Models { files, ..Models::default() };
    let mistakes = resolve::models(items, &mut models);
    found.append(models.diagnostics(&mistakes));
    (models, found)
}

#[cfg(test)]
mod tests;
