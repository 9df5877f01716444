//! The sources of the wanted schema.
//!
//! A source gives the schema of each database as a [`Wanted`]. SQL files, a revision and a database state all
//! that they hold: what they do not mention is dropped. Structs are read on top of the history: what they are
//! silent about stays.

mod loaded;
mod sql;
mod structs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use migrate_core::apply::State;
use migrate_core::config::{FILE_NAME, Models};
use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use migrate_core::schema::Name;
use migrate_core::source::{Location, SourceFile};
use migrate_core::variables::VariableValues;
use migrate_db::cli::CliError;

use crate::context::Context;
use loaded::{Live, Revisions};
use sql::SqlFiles;
use structs::Structs;

/// The schema that a generated revision leads to.
pub(crate) struct Wanted {
    /// The schema.
    pub(crate) state: State,
    /// The files by the numbers of the places in `state`; `None` if those are the numbers of revisions.
    pub(crate) files: Option<Vec<SourceFile>>,
    /// Statements whose effect is not followed.
    pub(crate) not_followed: Vec<Unfollowed>,
    /// Renames that the source names, as `--rename` takes them.
    pub(crate) renames: Vec<String>,
    /// Where tables and columns are written.
    pub(crate) places: BTreeMap<(Name, Option<String>), Location>,
}

/// A statement whose effect is not followed.
pub(crate) struct Unfollowed {
    /// Its words.
    pub(crate) words: String,
    /// The file and the line, or the revision.
    pub(crate) place: String,
}

/// What the wanted schema is read for.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) history: &'a History,
    /// The schema that the wanted one is compared with.
    pub(crate) head: &'a State,
    /// The values of variables in the history.
    pub(crate) values: &'a VariableValues,
    /// The renames that a person decided.
    pub(crate) renames: &'a [String],
}

/// A source of the wanted schema.
pub(crate) trait Source {
    /// Reads the schema for a database.
    ///
    /// # Errors
    /// When the source cannot be read, or has mistakes.
    fn wanted(&self, context: &Context<'_>, asked: &Asked<'_>) -> Result<Wanted, CliError>;

    /// The only database that the source is for.
    fn dialect(&self) -> Option<Dialect> {
        None
    }

    /// Whether the schema has the values of variables, as databases have.
    fn has_values(&self) -> bool {
        false
    }

    /// Whether the schema depends on the renames.
    fn follows_renames(&self) -> bool {
        false
    }
}

/// The source that the command line names, else the one of migrate.toml, else the structs of the package.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(crate) fn source(context: &Context<'_>, typed: &[String]) -> Result<Box<dyn Source>, CliError> {
    match typed {
        [] => {}
        [one] => return named(context, one),
        several => {
            let paths = several.iter().map(|path| context.typed_path(Path::new(path))).collect();
            return Ok(Box::new(SqlFiles { paths }));
        }
    }
    if let Some(source) = configured(context)? {
        return Ok(source);
    }
    Err(CliError::usage("no wanted schema is configured")
        .help(format!(
            "write `models = \"schema.sql\"` into {FILE_NAME}, or pass `--models schema.sql`"
        ))
        .help("or derive `migrate_db::Table` for a struct of this package"))
}

/// The source of migrate.toml, else the structs of the package if there are any.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn configured(context: &Context<'_>) -> Result<Option<Box<dyn Source>>, CliError> {
    match &context.settings.models {
        Some(Models::Sql(paths)) => {
            let paths = paths.iter().map(|path| context.root.join(path)).collect();
            Ok(Some(Box::new(SqlFiles { paths })))
        }
        Some(Models::Rust) => Ok(Some(Box::new(Structs::required(context)?))),
        None => Ok(Structs::found(context)?.map(|found| Box::new(found) as Box<dyn Source>)),
    }
}

/// A URL, a path, `rust`, or a revision.
fn named(context: &Context<'_>, text: &str) -> Result<Box<dyn Source>, CliError> {
    if Dialect::of_url(text).is_some() {
        return Ok(Box::new(Live::read(context, text)?));
    }
    if text == "rust" {
        return Ok(Box::new(Structs::required(context)?));
    }
    let path: PathBuf = context.typed_path(Path::new(text));
    let extension = path.extension().and_then(|end| end.to_str());
    match extension {
        Some("rs") => Ok(Box::new(Structs::of_file(context, &path)?)),
        Some("sql") => Ok(Box::new(SqlFiles { paths: vec![path] })),
        _ if path.exists() || text.contains(['/', '\\']) => {
            Ok(Box::new(SqlFiles { paths: vec![path] }))
        }
        _ => Ok(Box::new(Revisions { named: text.to_owned() })),
    }
}
