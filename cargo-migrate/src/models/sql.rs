//! SQL files, and folders of them, as the wanted schema.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use migrate_core::autogenerate::SqlModels;
use migrate_core::diagnostic::Diagnostics;
use migrate_core::directory::{MAX_FILE_SIZE, read_file};
use migrate_core::source::SourceFile;
use migrate_core::variables::bind_file;
use migrate_db::cli::CliError;

use super::{Asked, Source, Unfollowed, Wanted};
use crate::context::Context;

/// SQL files and folders. `{dialect}` in a path is replaced by the name of the database.
pub(super) struct SqlFiles {
    pub(super) paths: Vec<PathBuf>,
}

impl Source for SqlFiles {
    fn wanted(&self, context: &Context<'_>, asked: &Asked<'_>) -> Result<Wanted, CliError> {
        let (mut files, mut wrong) = (Vec::new(), Diagnostics::new());
        for path in &self.paths {
            let path = path.to_string_lossy().replace("{dialect}", asked.dialect.name());
            for file in files_of(context, Path::new(&path))? {
                let shown = context.shown(&file);
                let text = read_file(&file, MAX_FILE_SIZE).map_err(|error| {
                    CliError::usage(format!("{shown} cannot be read")).because(error)
                })?;
                let (file, declared) = (SourceFile::new(shown, text), &context.settings.variables);
                match bind_file(file, declared, asked.values, asked.dialect) {
                    Ok(bound) => files.push(bound.file),
                    Err(found) => wrong.append(found),
                }
            }
        }
        if wrong.has_errors() {
            return Err(wrong.into());
        }
        let SqlModels { state, found, not_followed } =
            SqlModels::read(&files, asked.dialect, &context.settings.session);
        if found.has_errors() {
            return Err(CliError::from(found));
        }
        let unfollowed = not_followed.into_iter().map(|one| {
            let file = files.get(one.source);
            let place = file.map(|file| format!("{}:{}", file.path(), file.line(one.span.start)));
            Unfollowed { words: one.words, place: place.unwrap_or_default() }
        });
        Ok(Wanted {
            state,
            not_followed: unfollowed.collect(),
            files: Some(files),
            renames: Vec::new(),
            places: BTreeMap::new(),
        })
    }
}

/// The file itself, or the `.sql` files of a folder by their names.
fn files_of(context: &Context<'_>, path: &Path) -> Result<Vec<PathBuf>, CliError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error| {
        CliError::failed(format!("the folder {} cannot be read", context.shown(path)))
            .because(error)
    };
    let mut files = Vec::new();
    for entry in path.read_dir().map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|end| end == "sql") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(CliError::usage(format!(
            "the folder {} has no .sql file",
            context.shown(path)
        )));
    }
    Ok(files)
}
