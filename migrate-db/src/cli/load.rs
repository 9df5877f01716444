//! Loads the schema that an argument names: a revision, a URL, or a file of SQL.

use std::path::Path;

use migrate_core::command::{Command, Help};
use migrate_core::diagnostic::Diagnostics;
use migrate_core::dialect::Dialect;
use migrate_core::directory::{MAX_FILE_SIZE, read_sql};
use migrate_core::graph::{Graph, Node, Set};
use migrate_core::loaded_schema::LoadedSchema;
use migrate_core::revision::Revision;
use migrate_core::script::unset_help;
use migrate_core::source::SourceFile;
use migrate_core::variables::{BoundFile, bind_file};

use super::{CliError, Context};
use crate::Database;

/// The argument that names the configured database.
pub(super) const DATABASE: &str = "database";

/// What an argument names.
pub(super) enum SchemaSource {
    /// A database.
    Url(Database),
    /// Files of SQL.
    Files(Vec<SourceFile>),
    /// Revisions with all that they need; none is the empty schema.
    Revisions(Vec<Node>),
}

impl SchemaSource {
    /// The database system that the source itself names.
    pub(super) fn dialect(&self) -> Option<Dialect> {
        match self {
            Self::Url(database) => Some(database.dialect()),
            _ => None,
        }
    }
}

impl Context<'_> {
    /// Reads an argument. What has the scheme of a database is a URL; what has a slash or ends with `.sql`
    /// is a path; all else is a revision. If there is no such revision, `database` is the configured
    /// database, and all else a path.
    ///
    /// # Errors
    /// When there is no such revision or file, or the URL is malformed.
    pub(super) async fn schema_source(&self, text: &str) -> Result<SchemaSource, CliError> {
        if Dialect::of_url(text).is_some() {
            return Ok(SchemaSource::Url(Database::from_url(text)?));
        }
        if text.contains(['/', '\\']) || Path::new(text).extension().is_some_and(|end| end == "sql")
        {
            return files(text);
        }
        let graph = self.legible()?;
        let is_of_database =
            text.contains("current") || text.starts_with(['+', '-']) || text.contains("@-");
        let nodes = if is_of_database {
            graph.resolve_many(text, &self.status().await?.applied)
        } else {
            graph.resolve_many(text, &Set::empty(graph))
        };
        match nodes {
            Ok(nodes) => Ok(SchemaSource::Revisions(nodes)),
            Err(_) if text == DATABASE => Ok(SchemaSource::Url(self.database()?.clone())),
            Err(_) if Path::new(text).exists() => files(text),
            Err(error) => Err(error.into()),
        }
    }

    /// Loads the schema that an argument names; `dialect` is the database system of its SQL if the argument
    /// itself names none.
    ///
    /// # Errors
    /// As [`Self::schema_source`] and [`Self::load`], and what the database certainly refuses.
    pub(super) async fn load_sound(
        &self,
        text: &str,
        dialect: Option<Dialect>,
    ) -> Result<LoadedSchema, CliError> {
        let source = self.schema_source(text).await?;
        let dialect = match source.dialect() {
            Some(dialect) => dialect,
            None => self.dialect(dialect)?,
        };
        let loaded = self.load(&source, dialect).await?;
        if loaded.refused().has_errors() {
            return Err(loaded.refused().clone().into());
        }
        Ok(loaded)
    }

    /// Loads the schema of a source whose SQL is of a database system. Variables without a value have
    /// placeholders.
    ///
    /// # Errors
    /// When a database cannot be read, or a file has a variable that is not declared.
    pub(super) async fn load(
        &self,
        source: &SchemaSource,
        dialect: Dialect,
    ) -> Result<LoadedSchema, CliError> {
        Ok(match source {
            SchemaSource::Url(database) => {
                let without = self.options.own_tables(dialect);
                let schema = database.schema(&without).await?;
                LoadedSchema::of_catalog(dialect, &schema)
            }
            SchemaSource::Files(files) => {
                let files = self.bound(files, dialect)?.into_iter().map(|bound| bound.file);
                LoadedSchema::of_sql(dialect, &files.collect::<Vec<_>>(), &self.options.session)
            }
            SchemaSource::Revisions(nodes) => {
                LoadedSchema::of_revisions(&self.history.graph, dialect, nodes)
            }
        })
    }

    /// Checks that the variables of a source have values, for a comparison with a database.
    ///
    /// # Errors
    /// When one has none.
    pub(super) fn check_values(
        &self,
        source: &SchemaSource,
        dialect: Dialect,
    ) -> Result<(), CliError> {
        let graph = &self.history.graph;
        let (what, names) = match source {
            SchemaSource::Url(_) => return Ok(()),
            SchemaSource::Files(files) => {
                let mut files = self.bound(files, dialect)?.into_iter();
                match files.find(|bound| !bound.unset.is_empty()) {
                    Some(BoundFile { file, unset }) => (file.path().to_owned(), unset),
                    None => return Ok(()),
                }
            }
            SchemaSource::Revisions(nodes) => {
                match without_values(graph, &graph.dependency_closure(nodes.iter().copied())) {
                    Some(revision) => {
                        let names = revision.unset_variables.clone();
                        (format!("revision {}", revision.id()), names)
                    }
                    None => return Ok(()),
                }
            }
        };
        let names_in_line = names.join(", ");
        Err(CliError::failed(format!("{what} has variables without a value: {names_in_line}"))
            .help(unset_help(&names)))
    }

    /// Files with the values of variables.
    fn bound(&self, files: &[SourceFile], dialect: Dialect) -> Result<Vec<BoundFile>, CliError> {
        let (declared, values) = &self.variables;
        let mut found = Diagnostics::new();
        let mut all = Vec::new();
        for file in files {
            match bind_file(file.clone(), declared, values, dialect) {
                Ok(bound) => all.push(bound),
                Err(wrong) => found.append(wrong),
            }
        }
        if found.has_errors() { Err(found.into()) } else { Ok(all) }
    }
}

/// The first of some revisions with a variable that has no value.
pub(super) fn without_values<'g>(graph: &'g Graph, nodes: &Set) -> Option<&'g Revision> {
    let mut revisions = nodes.iter().map(|node| graph.revision(node));
    revisions.find(|revision| !revision.unset_variables.is_empty())
}

fn files(path: &str) -> Result<SchemaSource, CliError> {
    let files = read_sql(Path::new(path), path, MAX_FILE_SIZE).map_err(|error| {
        CliError::usage(format!("{path} cannot be read"))
            .because(error)
            .help("name a revision, a database URL, a file of SQL, or a folder of such files")
    })?;
    let is_marker = |line: &str| line.starts_with("-- migrate:");
    if let Some(file) = files.iter().find(|file| file.text().lines().any(is_marker)) {
        return Err(CliError::usage(format!("{} is a revision file", file.path())).help(
            Help::new("name the revision instead: ").run(Command::History).then(" lists them"),
        ));
    }
    Ok(SchemaSource::Files(files))
}
