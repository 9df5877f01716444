//! Structs that derive `Table` as the wanted schema.

use std::path::{Path, PathBuf};

use migrate_core::config::FILE_NAME;
use migrate_db::cli::CliError;
use migrate_models::{Models, Root, overlay, read};

use super::{Asked, Source, Wanted};
use crate::context::{Context, source_roots};

/// The structs and enums of a package, and of the workspace's packages that it depends on.
pub(super) struct Structs {
    models: Models,
}

impl Structs {
    /// Reads the structs that migrate.toml or the command line asks for.
    ///
    /// # Errors
    /// When there is no package, no struct derives `Table`, or the sources have mistakes.
    pub(super) fn required(context: &Context<'_>) -> Result<Self, CliError> {
        let roots = source_roots(&context.root)?.ok_or_else(|| {
            let folder = context.shown(&context.root);
            CliError::usage(format!("there is no Cargo.toml in {folder} or above it"))
                .help("`models = \"rust\"` reads the structs of a cargo package")
                .help("`--models schema.sql` reads the wanted schema from an SQL file")
        })?;
        let found = Self::read(context, roots)?;
        if found.models.tables.is_empty() {
            return Err(CliError::usage("no struct derives `migrate_db::Table`")
                .help("`cargo migrate models` prints structs for the tables of the history")
                .help(format!("`models = \"schema.sql\"` in {FILE_NAME} names an SQL file")));
        }
        Ok(found)
    }

    /// Reads the structs of the package, if there is one that derives `Table`.
    ///
    /// # Errors
    /// When the sources have mistakes.
    pub(super) fn found(context: &Context<'_>) -> Result<Option<Self>, CliError> {
        // A production image has no sources and no cargo.
        let Ok(Some(roots)) = source_roots(&context.root) else { return Ok(None) };
        let found = Self::read(context, roots)?;
        Ok((!found.models.tables.is_empty()).then_some(found))
    }

    /// Reads the structs of a file and of its modules.
    ///
    /// # Errors
    /// When it cannot be read or has mistakes.
    pub(super) fn of_file(context: &Context<'_>, path: &Path) -> Result<Self, CliError> {
        if !path.is_file() {
            return Err(CliError::usage(format!("there is no file {}", context.shown(path))));
        }
        let shown = context.shown(path);
        let root = Root { package: shown, files: vec![path.to_owned()], shown_from: here(context) };
        Self::read(context, vec![root])
    }

    fn read(context: &Context<'_>, mut roots: Vec<Root>) -> Result<Self, CliError> {
        for root in &mut roots {
            root.shown_from = here(context);
        }
        let (models, found) = read(&roots);
        if found.has_errors() {
            return Err(CliError::from(found));
        }
        context.ui.warnings(&found);
        Ok(Self { models })
    }
}

fn here(context: &Context<'_>) -> PathBuf {
    context.typed_path(Path::new(""))
}

impl Source for Structs {
    fn wanted(&self, _: &Context<'_>, asked: &Asked<'_>) -> Result<Wanted, CliError> {
        let Models { tables, enums, .. } = &self.models;
        let (mut tables, mut enums) = (tables.clone(), enums.clone());
        for rename in asked.renames {
            migrate_models::rename(&mut tables, &mut enums, rename);
        }
        let wanted = overlay(&tables, &enums, asked.dialect, asked.head)
            .map_err(|mistakes| CliError::from(self.models.diagnostics(&mistakes)))?;
        let renames = wanted.typed_renames();
        let places = wanted.places.into_iter().filter_map(|(key, span)| {
            let place = self.models.place(span)?;
            Some((key, place.file.locate(place.range)))
        });
        Ok(Wanted {
            places: places.collect(),
            state: wanted.state,
            files: None,
            not_followed: Vec::new(),
            renames,
        })
    }

    fn follows_renames(&self) -> bool {
        true
    }
}
