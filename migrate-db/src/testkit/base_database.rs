//! The database that follows the history.
//!
//! It contains what the ups create, and no rows of a test. It moves from revision to revision in
//! the order of the history, so that each test begins where the previous one ended. A revision
//! elsewhere in the graph starts from a stored state. States are stored at branch points, below
//! the heads and at regular intervals, so that the cost is linear in the number of revisions.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex};

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::graph::{Graph, Node, Set};
use migrate_core::history::History;
use migrate_core::lock_table::own_tables;
use migrate_core::plan::Direction;
use migrate_core::schema::{Name, Schema};

use super::cache::Keys;
use super::rows::Fills;
use super::session::Session;
use super::setup::Setup;
use super::stage::Stage;
use crate::error::Error;
use crate::inspect::SchemaReader;

/// The number of revisions between stored states of a history without branches. Storing one takes as
/// long as applying a hundred revisions.
const STRIDE: usize = 200;

/// The database, and where it stands.
pub(super) struct BaseDatabase<'h> {
    history: &'h History,
    settings: &'h Settings,
    stage: &'h Stage,
    keys: &'h Keys,
    /// What every database begins with.
    setup: &'h Setup,
    /// The database's name.
    name: String,
    /// The names of kept states.
    kept: HashSet<String>,
    fills: Arc<Mutex<Fills>>,
    session: Option<Session<'h>>,
    applied: Set,
    schema: Option<Schema>,
}

impl<'h> BaseDatabase<'h> {
    /// A walk in the database of a name. What an earlier run left there is taken up, where it is
    /// what the files say.
    pub(super) async fn begin(
        history: &'h History,
        settings: &'h Settings,
        stage: &'h Stage,
        keys: &'h Keys,
        setup: &'h Setup,
        name: String,
    ) -> Result<Self, Error> {
        let states = history.graph.order().map(|node| keys.state_name(node));
        let names = stage.existing(states.chain([name.clone()])).await?;
        let mut base = Self {
            history,
            settings,
            stage,
            keys,
            setup,
            kept: names,
            fills: Arc::default(),
            session: None,
            applied: Set::empty(&history.graph),
            schema: None,
            name,
        };
        if base.kept.contains(&base.name) {
            let mut session = base.connect(&base.name.clone()).await?;
            match session.stands_at_some().await {
                Some(applied) if base.is_closed(&applied) => {
                    base.applied = applied;
                    base.session = Some(session);
                }
                _ => drop(session.close().await),
            }
        }
        Ok(base)
    }

    fn graph(&self) -> &'h Graph {
        &self.history.graph
    }

    /// Whether everything that the set's members need is in it.
    fn is_closed(&self, set: &Set) -> bool {
        self.graph().dependency_closure(set.iter()).len() == set.len()
    }

    async fn connect(&self, name: &str) -> Result<Session<'h>, Error> {
        let database = self.stage.database(name)?;
        Session::open(&database, self.history, self.settings, self.setup, self.fills.clone()).await
    }

    /// Makes a database with nothing in it but the prelude and the registered functions.
    async fn create(&self, name: &str) -> Result<(), Error> {
        let database = self.stage.create(name).await?;
        self.setup.prepare_database(&database).await
    }

    /// What is applied.
    pub(super) fn applied(&self) -> &Set {
        &self.applied
    }

    /// Makes the database stand where a way up to the wanted revisions begins, as near to them as
    /// there is something to go on from.
    pub(super) async fn approach(&mut self, wanted: &Set) -> Result<(), Error> {
        let fits = self.session.is_some() && self.applied.iter().all(|node| wanted.contains(node));
        let graph = self.graph();
        // A kept state goes before the database itself where it is much nearer.
        let best = wanted
            .iter()
            .rev()
            .filter(|node| self.kept.contains(&self.keys.state_name(*node)))
            .map(|node| (graph.dependency_closure([node]).len(), node))
            .take(8)
            .max();
        if fits && best.is_none_or(|(len, _)| len < self.applied.len() + 10) {
            return Ok(());
        }
        self.leave().await;
        match best {
            Some((_, node)) => {
                self.stage.clone(&self.keys.state_name(node), &self.name).await?;
                self.applied = graph.dependency_closure([node]);
            }
            None => {
                self.create(&self.name).await?;
                self.applied = Set::empty(graph);
            }
        }
        self.session = Some(self.connect(&self.name.clone()).await?);
        let stands = self.session()?.stands_at_some().await;
        if stands.as_ref() != Some(&self.applied) {
            // Another program has changed the stored state.
            self.leave().await;
            self.kept.clear();
            self.create(&self.name).await?;
            self.applied = Set::empty(graph);
            self.session = Some(self.connect(&self.name.clone()).await?);
        }
        Ok(())
    }

    /// The connection to the database where it stands.
    pub(super) fn session(&mut self) -> Result<&mut Session<'h>, Error> {
        self.session.as_mut().ok_or_else(|| Error::Test {
            message: "the test database has no connection".to_owned(),
            help: Vec::new(),
        })
    }

    /// What the database holds where it stands.
    pub(super) async fn schema(&mut self) -> Result<Schema, Error> {
        if let Some(schema) = &self.schema {
            return Ok(schema.clone());
        }
        let schema = self.session()?.schema().await?;
        if self.applied.is_empty() {
            self.stage.note_fresh(&schema);
        }
        self.schema = Some(schema.clone());
        Ok(schema)
    }

    /// Goes up one revision; what the schema is then may be known already.
    pub(super) async fn up(&mut self, node: Node, schema: Option<Schema>) -> Result<(), Error> {
        self.schema = None;
        let done = self.session()?.step([node], Direction::Up).await;
        if let Err(error) = done {
            // A part of the step may stay where the database commits by itself.
            self.leave().await;
            return Err(error);
        }
        self.applied.insert(node);
        let is_behind = self.session()?.is_behind();
        self.schema = schema.filter(|_| !is_behind);
        Ok(())
    }

    /// Keeps the state where the database stands, when others are going to start from it.
    pub(super) async fn keep(&mut self, node: Node) -> Result<(), Error> {
        let graph = self.graph();
        let below = graph.dependency_closure([node]);
        let before_a_head = graph.needed_by(node).any(|next| graph.is_real_head(next));
        let parts = graph.needed_by(node).count() > 1;
        // At a head the database itself stays.
        let far = below.len().is_multiple_of(STRIDE) && !graph.is_real_head(node);
        let worth = before_a_head || parts || far;
        let name = self.keys.state_name(node);
        if !worth || below != self.applied || self.kept.contains(&name) {
            return Ok(());
        }
        self.copy_to(&name).await?;
        self.kept.insert(name);
        Ok(())
    }

    /// Makes a copy of the database where it stands, under a name.
    pub(super) async fn copy_to(&mut self, name: &str) -> Result<(), Error> {
        if self.stage.copies_tables() {
            return self.stage.clone(&self.name, name).await.map(drop);
        }
        // Nobody may be connected to what is copied.
        let schema = self.schema.take();
        let reader = self.leave().await;
        self.stage.clone(&self.name, name).await?;
        let session = self.connect(&self.name).await?;
        self.session = Some(match reader {
            Some(reader) => session.continues(reader),
            None => session,
        });
        self.schema = schema;
        Ok(())
    }

    /// The name of a copy that goes when it has served.
    pub(super) fn name_of_copy(&self) -> String {
        format!("{}_c", self.name)
    }

    /// A copy of the database where it stands, and a connection to it.
    pub(super) async fn copy(&mut self, name: &str) -> Result<Session<'h>, Error> {
        self.copy_to(name).await?;
        let session = self.connect(name).await?;
        Ok(match &self.session {
            Some(base) => session.continues(base.reader_for_copy()),
            None => session,
        })
    }

    /// A copy of some of the tables where the database stands, with the tool's own, or of all where
    /// none are named, and a connection to it; `None` where databases are copied as a whole.
    pub(super) async fn copy_of(
        &mut self,
        name: &str,
        tables: Option<BTreeSet<Name>>,
    ) -> Result<Option<Session<'h>>, Error> {
        if !self.stage.copies_tables() {
            return Ok(None);
        }
        let only: Option<BTreeSet<String>> = tables.map(|tables| {
            let own = own_tables(&self.settings.version_table);
            tables.into_iter().map(|table| table.name).chain(own).collect()
        });
        self.stage.clone_some(&self.name, name, only.as_ref()).await?;
        self.connect(name).await.map(Some)
    }

    /// Another database that stands where revisions in this order lead, and a connection to it:
    /// from the kept state that is nearest, by the ups of the rest.
    ///
    /// # Errors
    /// When an up fails, or the database.
    pub(super) async fn beside(&self, order: &[Node]) -> Result<(String, Session<'h>), Error> {
        let graph = self.graph();
        let name = format!("{}_b", self.name);
        let mut done = 0;
        for (n, node) in order.iter().enumerate().rev() {
            let state = self.keys.state_name(*node);
            if self.kept.contains(&state)
                && graph.dependency_closure([*node]) == graph.set(order[..=n].to_vec())
            {
                self.stage.clone(&state, &name).await?;
                done = n + 1;
                break;
            }
        }
        if done == 0 {
            self.create(&name).await?;
        }
        let mut session = self.connect(&name).await?;
        match session.step(order[done..].to_vec(), Direction::Up).await {
            Ok(()) => Ok((name, session)),
            Err(error) => {
                session.close().await;
                self.stage.drop(&name).await?;
                Err(error)
            }
        }
    }

    /// Leaves the database and the kept states to the next run, or removes them.
    pub(super) async fn end(mut self, leaves_nothing: bool) -> Result<(), Error> {
        self.leave().await;
        if leaves_nothing {
            for name in self.kept.iter().chain([&self.name]) {
                self.stage.drop(name).await?;
            }
        }
        Ok(())
    }

    /// Leaves the database as it is; what its reader knows may serve when somebody comes back.
    pub(super) async fn leave(&mut self) -> Option<SchemaReader> {
        self.schema = None;
        Some(self.session.take()?.close().await)
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.stage.dialect()
    }

    pub(super) fn stage(&self) -> &'h Stage {
        self.stage
    }
}
