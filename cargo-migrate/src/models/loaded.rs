//! A revision or a database as the wanted schema.

use std::collections::BTreeMap;

use migrate_core::apply::State;
use migrate_core::autogenerate::not_followed;
use migrate_core::dialect::Dialect;
use migrate_core::graph::Set;
use migrate_core::loaded_schema::LoadedSchema;
use migrate_core::schema::Schema;
use migrate_db::Database;
use migrate_db::cli::CliError;

use super::{Asked, Source, Unfollowed, Wanted};
use crate::context::Context;
use crate::runtime::block_on;

/// The schema at revisions.
pub(super) struct Revisions {
    /// As typed.
    pub(super) named: String,
}

impl Source for Revisions {
    fn wanted(&self, _: &Context<'_>, asked: &Asked<'_>) -> Result<Wanted, CliError> {
        let (graph, named) = (&asked.history.graph, &self.named);
        let nodes = graph.resolve_many(named, &Set::empty(graph)).map_err(|error| {
            CliError::from(error).help(
                "`--models` takes a file or folder of SQL, `rust`, a database URL, or a revision",
            )
        })?;
        let loaded = LoadedSchema::of_revisions(graph, asked.dialect, &nodes);
        if loaded.refused().has_errors() {
            return Err(loaded.refused().clone().into());
        }
        let unfollowed = not_followed(graph, asked.dialect, &nodes).into_iter();
        Ok(Wanted {
            state: loaded.state().snapshot(),
            files: None,
            not_followed: unfollowed
                .map(|one| Unfollowed { words: one.words, place: format!("revision {named}") })
                .collect(),
            renames: Vec::new(),
            places: BTreeMap::new(),
        })
    }
}

/// The schema of a database as it was when the command began.
pub(super) struct Live {
    dialect: Dialect,
    schema: Schema,
}

impl Live {
    /// Reads the catalog.
    ///
    /// # Errors
    /// When the URL is malformed, or the database cannot be read.
    pub(super) fn read(context: &Context<'_>, url: &str) -> Result<Self, CliError> {
        let database = Database::from_url(url)?;
        let without = context.options().own_tables(database.dialect());
        let schema = block_on(async { Ok(database.schema(&without).await?) })?;
        Ok(Self { dialect: database.dialect(), schema })
    }
}

impl Source for Live {
    fn wanted(&self, _: &Context<'_>, asked: &Asked<'_>) -> Result<Wanted, CliError> {
        Ok(Wanted {
            state: State::known(asked.dialect.rules(), &self.schema),
            files: None,
            not_followed: Vec::new(),
            renames: Vec::new(),
            places: BTreeMap::new(),
        })
    }

    fn dialect(&self) -> Option<Dialect> {
        Some(self.dialect)
    }

    fn has_values(&self) -> bool {
        true
    }
}
