//! The input of commands: a history, its diagnostics, and perhaps a database.

use migrate_core::autogenerate::Filter;
use migrate_core::command::{Command, Help};
use migrate_core::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use migrate_core::dialect::Dialect;
use migrate_core::graph::{Graph, Set, Target};
use migrate_core::history::{Heads, History, StaticCheckOptions, StaticChecks};
use migrate_core::lint::LintSettings;
use migrate_core::plan::{self, Direction, Plan};
use migrate_core::revision::Revision;
use migrate_core::variables::{VariableValues, Variables};

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::events::report_events;
use super::run_hooks::{RunFacts, RunHooks};
use super::{CliError, Ui};
use crate::migrator::{Prefetch, Preview};
use crate::state::DatabaseState;
use crate::{Database, Migrator, Options};

static NO_VARIABLES: Variables = Variables::new();

/// The input of a [`Command`](super::Command).
#[derive(Debug)]
pub struct Context<'a> {
    /// The history.
    pub history: &'a History,
    /// The diagnostics of the history.
    pub found: Diagnostics,
    /// The variables of SQL, and their values; the history has them.
    pub variables: (&'a Variables, VariableValues),
    /// The database, if one is configured.
    pub database: Option<Database>,
    /// A connection to it that is on its way, for the first visit.
    pub prefetch: Mutex<Option<Prefetch>>,
    /// The options of runs.
    pub options: Options,
    /// The number of heads that `check` accepts.
    pub heads: Heads,
    /// Which static findings `check` reports as errors; an embedded history was checked before.
    pub static_checks: StaticCheckOptions,
    /// The settings of lint.
    pub lint: LintSettings,
    /// The objects that `check` compares with the database.
    pub filter: Filter,
    /// How the models differ from the head; `None` without models.
    pub models: Option<Diagnostics>,
    /// The programs around runs.
    pub hooks: RunHooks,
    /// The output.
    pub ui: &'a Ui,
}

impl<'a> Context<'a> {
    /// Creates the input for a history without diagnostics, such as an embedded one.
    #[must_use]
    pub fn new(history: &'a History, database: Option<Database>, ui: &'a Ui) -> Self {
        Self {
            history,
            found: Diagnostics::new(),
            variables: (&NO_VARIABLES, VariableValues::default()),
            database,
            prefetch: Mutex::default(),
            options: Options::default(),
            heads: Heads::default(),
            static_checks: StaticChecks::Off.into(),
            lint: LintSettings::default(),
            filter: Filter::default(),
            models: None,
            hooks: RunHooks::default(),
            ui,
        }
    }

    /// Runs the programs of the project around a run with the steps of a plan, if there are any.
    ///
    /// # Errors
    /// Those of the run; and when a program fails.
    pub(super) async fn with_hooks<T>(
        &self,
        command: &'static str,
        ahead: Option<&Preview<'_>>,
        run: impl Future<Output = Result<T, CliError>>,
    ) -> Result<T, CliError> {
        let Some(ahead) = ahead else { return run.await };
        let facts = RunFacts {
            command,
            database: self.database()?.to_string(),
            revisions: ahead.steps().into_iter().map(|step| step.revision).collect(),
        };
        self.hooks.around(self.ui, facts, run).await
    }

    /// The graph for a command that inspects. Other errors than those of the graph are warnings.
    ///
    /// # Errors
    /// The diagnostics, if the graph itself has errors.
    pub(super) fn legible(&self) -> Result<&'a Graph, CliError> {
        let graph = self.well_formed()?;
        self.warn_in_lines();
        Ok(graph)
    }

    /// The graph, if it has no errors. Nothing else is checked and nothing is printed.
    ///
    /// # Errors
    /// The diagnostics, if the graph itself has errors.
    pub(super) fn well_formed(&self) -> Result<&'a Graph, CliError> {
        let in_doubt = |d: &Diagnostic| d.severity == Severity::Error && d.code.is_structural();
        if self.found.iter().any(in_doubt) {
            return Err(self.found.clone().into());
        }
        Ok(&self.history.graph)
    }

    /// Checks the files of the steps to a target. Errors in other files are printed as one line.
    ///
    /// # Errors
    /// The diagnostics of the steps; all of them, when one is not about a single revision. And what
    /// prevents a plan.
    pub(super) async fn sound_for(
        &self,
        direction: Direction,
        target: &Target,
    ) -> Result<(), CliError> {
        self.sound_alone(direction)?;
        if !self.found.has_errors() {
            self.warn_in_lines();
            return Ok(());
        }
        let preview = self.migrator().plan(self.database()?, direction, target).await?;
        self.sound_for_steps(&preview.history.graph, &preview.plan)
    }

    /// Refuses any mistake in the files, for a run on several databases.
    ///
    /// # Errors
    /// All diagnostics, where one of them is an error.
    pub(super) fn sound_whole(&self) -> Result<(), CliError> {
        if self.found.has_errors() {
            return Err(self.found.clone().into());
        }
        self.warn_in_lines();
        Ok(())
    }

    /// As [`Context::sound_for`], for the steps of a plan.
    ///
    /// # Errors
    /// The diagnostics of the steps.
    pub(super) fn sound_for_steps(&self, graph: &Graph, plan: &Plan) -> Result<(), CliError> {
        let is_step = |id: &str| plan.steps.iter().any(|step| graph.id(step.node).as_str() == id);
        self.sound_in(|revision| is_step(revision.id().as_str()))
    }

    /// As [`Context::sound_for`], for the revisions that a stamp records.
    ///
    /// # Errors
    /// As [`Context::sound_for`].
    pub(super) fn sound_for_stamp(&self, targets: &[Target]) -> Result<&'a Graph, CliError> {
        let graph = self.well_formed()?;
        self.sound_alone(Direction::Up)?;
        if self.found.has_errors() {
            let recorded = plan::stamp(graph, &Set::empty(graph), targets, true)?.applied_after;
            let is_recorded = |revision: &Revision| {
                graph.node(revision.id().as_str()).is_some_and(|node| recorded.contains(node))
            };
            self.sound_in(is_recorded)?;
        } else {
            self.warn_in_lines();
        }
        Ok(graph)
    }

    /// Refuses mistakes that are not about a single revision. A broken seal may mean that databases
    /// differ: only going down passes it.
    ///
    /// # Errors
    /// All diagnostics, where one of them is such a mistake.
    pub(super) fn sound_alone(&self, direction: Direction) -> Result<(), CliError> {
        let general = |d: &Diagnostic| {
            let broken_seal = d.code == Code::SealedEdited && direction == Direction::Up;
            d.severity == Severity::Error && (broken_seal || self.revision_of(d).is_none())
        };
        if self.found.iter().any(general) {
            return Err(self.found.clone().into());
        }
        Ok(())
    }

    /// Refuses mistakes in the revisions that are needed; those in others are a line.
    fn sound_in(&self, is_needed: impl Fn(&Revision) -> bool) -> Result<(), CliError> {
        let mut in_the_way = Diagnostics::new();
        for diagnostic in self.found.iter().filter(|d| d.severity == Severity::Error) {
            if self.revision_of(diagnostic).is_some_and(&is_needed) {
                in_the_way.push(diagnostic.clone());
            }
        }
        if !in_the_way.is_empty() {
            return Err(in_the_way.into());
        }
        self.warn_in_lines();
        Ok(())
    }

    /// The revision that a mistake is about, if it is about one alone.
    fn revision_of(&self, diagnostic: &Diagnostic) -> Option<&'a Revision> {
        let path = &diagnostic.places.first()?.location.path;
        let graph = &self.history.graph;
        let mut revisions = graph.order().map(|node| graph.revision(node));
        revisions.find(|revision| revision.file.path() == path)
    }

    /// Shows warnings in full and mistakes in a line: a command goes on in spite of them.
    fn warn_in_lines(&self) {
        let (mistakes, warnings): (Vec<_>, Vec<_>) =
            self.found.iter().partition(|d| d.severity == Severity::Error);
        self.ui.warnings(warnings);
        let empty = |d: &Diagnostic| {
            let revision = self.revision_of(d).filter(|revision| revision.is_blank());
            revision.filter(|_| d.code == Code::EmptyDown)
        };
        let mut drafts: Vec<&Revision> = mistakes.iter().filter_map(|d| empty(d)).collect();
        drafts.dedup_by_key(|revision| revision.id());
        match drafts.as_slice() {
            [] => {}
            [one] => self.ui.warn(format_args!("{} is still empty: {}", one.id(), one.file.path())),
            several => {
                let ids: Vec<&str> = several.iter().map(|one| one.id().as_str()).collect();
                self.ui.warn(format_args!(
                    "{} revisions are still empty: {}",
                    ids.len(),
                    ids.join(", ")
                ));
            }
        }
        let others: Vec<_> = mistakes.into_iter().filter(|d| empty(d).is_none()).collect();
        if let Some(first) = others.first() {
            let place = first.places.first().map(|place| &place.location);
            let place = place.map(|at| format!("{}:{}", at.path, at.line)).unwrap_or_default();
            let count = match others.len() {
                1 => format!("an error in {place}"),
                several => format!("{several} errors in the files, the first in {place}"),
            };
            let message = &first.message;
            let text = Help::new(format!("{count}: {message} (see ")).run(Command::Check).then(")");
            self.ui.warn(self.ui.named(&text));
        }
    }

    /// The database.
    ///
    /// # Errors
    /// When none is configured.
    pub(super) fn database(&self) -> Result<&Database, CliError> {
        self.database.as_ref().ok_or_else(CliError::no_database)
    }

    /// The database whose SQL is meant: the one typed, that of the database, or the only one that
    /// the history is written for.
    ///
    /// # Errors
    /// When it cannot be told.
    pub(super) fn dialect(&self, typed: Option<Dialect>) -> Result<Dialect, CliError> {
        let known = typed.or(self.database.as_ref().map(Database::dialect));
        match (known, self.history.dialects.as_slice()) {
            (Some(dialect), _) => Ok(dialect),
            (None, [dialect]) => Ok(*dialect),
            _ => Err(CliError::usage("the database system of the SQL is not known")
                .help("pass `--dialect sqlite`, `postgres` or `mysql`")),
        }
    }

    /// A migrator that prints its events.
    pub(super) fn migrator(&self) -> Migrator<'a> {
        let prefetch = self.prefetch.lock().unwrap_or_else(PoisonError::into_inner).take();
        let migrator = Migrator::new(self.history).options(self.options.clone()).prefetch(prefetch);
        migrator.on_event(report_events(self.ui))
    }

    /// The state of the database.
    ///
    /// # Errors
    /// When none is configured, or it cannot be read.
    pub(super) async fn status(&self) -> Result<DatabaseState, CliError> {
        Ok(self.migrator().state(self.database()?).await?)
    }

    /// The state of the database, or `None` if no database is configured or, with a warning, if it
    /// cannot be read.
    pub(super) async fn status_if_known(&self) -> Option<DatabaseState> {
        let database = self.database.as_ref()?;
        // The command works without it, so it does not wait.
        let options = Options { connect_timeout: Duration::ZERO, ..self.options.clone() };
        match self.migrator().options(options).state(database).await {
            Ok(status) => Some(status),
            Err(error) => {
                let error = CliError::from(error);
                let why: Vec<String> =
                    [error.message.clone()].into_iter().chain(error.causes()).collect();
                self.ui.warn(format_args!(
                    "cannot find out which revisions are applied: {}",
                    why.join(": ")
                ));
                None
            }
        }
    }
}
