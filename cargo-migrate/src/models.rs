//! The sources of the wanted schema.
//!
//! A source gives the schema of each database as a [`Wanted`]. SQL files state all that they hold: what they do not
//! mention is dropped.

use std::path::{Path, PathBuf};

use migrate_core::apply::State;
use migrate_core::autogenerate::{NotFollowed, SqlModels};
use migrate_core::config::{FILE_NAME, Models};
use migrate_core::dialect::Dialect;
use migrate_core::directory::{MAX_FILE_SIZE, read_file};
use migrate_core::source::SourceFile;
use migrate_db::cli::CliError;

use crate::context::Context;

/// The schema that a generated revision leads to.
pub(crate) struct Wanted {
    /// The schema.
    pub(crate) state: State,
    /// The files that it was read from, by the numbers of the places in `state`.
    pub(crate) files: Vec<SourceFile>,
    /// Statements whose effect is not followed.
    pub(crate) not_followed: Vec<NotFollowed>,
}

/// A source of the wanted schema.
pub(crate) trait Source {
    /// Reads the schema for a database.
    ///
    /// # Errors
    /// When the source cannot be read, or has mistakes.
    fn wanted(&self, context: &Context<'_>, dialect: Dialect) -> Result<Wanted, CliError>;
}

/// The source that the command line names, else the one of migrate.toml.
///
/// # Errors
/// When there is none.
pub(crate) fn source(
    context: &Context<'_>,
    typed: &[PathBuf],
) -> Result<Box<dyn Source>, CliError> {
    if !typed.is_empty() {
        let paths = typed.iter().map(|path| context.typed_path(path)).collect();
        return Ok(Box::new(SqlFiles { paths }));
    }
    match &context.settings.models {
        Some(Models::Sql(paths)) => {
            let paths = paths.iter().map(|path| context.root.join(path)).collect();
            Ok(Box::new(SqlFiles { paths }))
        }
        Some(Models::Rust) => {
            Err(CliError::usage("structs cannot be read as the wanted schema yet")
                .help("`--models schema.sql` reads it from an SQL file"))
        }
        None => Err(CliError::usage("no wanted schema is configured").help(format!(
            "write `models = \"schema.sql\"` into {FILE_NAME}, or pass `--models schema.sql`"
        ))),
    }
}

/// SQL files, and folders of them.
struct SqlFiles {
    paths: Vec<PathBuf>,
}

impl Source for SqlFiles {
    fn wanted(&self, context: &Context<'_>, dialect: Dialect) -> Result<Wanted, CliError> {
        let mut files = Vec::new();
        for path in &self.paths {
            let path = path.to_string_lossy().replace("{dialect}", dialect.name());
            for file in files_of(context, Path::new(&path))? {
                let shown = context.shown(&file);
                let text = read_file(&file, MAX_FILE_SIZE).map_err(|error| {
                    CliError::usage(format!("{shown} cannot be read")).because(error)
                })?;
                files.push(SourceFile::new(shown, text));
            }
        }
        let SqlModels { state, found, not_followed } = SqlModels::read(&files, dialect);
        if found.has_errors() {
            return Err(CliError::from(found));
        }
        Ok(Wanted { state, files, not_followed })
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
