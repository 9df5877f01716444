//! `check`.

use migrate_core::diagnostic::{Diagnostics, Severity};
use migrate_core::dialect::Dialect;
use migrate_core::graph::Graph;
use migrate_core::loaded_schema::Differences;
use migrate_core::static_check;

use super::drift::{drift, is_comparable, show_drift};
use crate::Database;
use crate::cli::arguments::FleetArgs;
use crate::cli::describe::{Count, place, problems};
use crate::cli::fleet::{FleetGroup, Item, items, states};
use crate::cli::ui::{Format, Ui};
use crate::cli::{CliError, Context, Exit, report};
use crate::state::DatabaseState;

#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "The exit code is 0 if nothing is wrong and 3 otherwise. Without a database only the files are
checked. The schema of the database is compared with the migrations that it has applied; nothing is written to it.

Examples:
  cargo migrate check
  cargo migrate check --database-url postgres://db/app --format json
  cargo migrate check --exact
  cargo migrate check --all              # all databases of migrate.toml"
)]
pub struct Args {
    /// Apply the migrations to a scratch database on the same server, and compare with that
    #[arg(long, conflicts_with = "fleet")]
    exact: bool,
    #[command(flatten)]
    pub(super) fleet: FleetArgs,
}

impl Args {
    /// Returns `true` if a scratch database is made.
    pub(super) const fn uses_scratch(&self) -> bool {
        self.exact
    }

    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let graph = &context.history.graph;
        if self.exact && context.database.is_none() {
            return Err(CliError::no_database());
        }
        let found = found_in_files(context, context.database.as_ref().map(Database::dialect));
        // Rows can be compared with files only if the files are correct.
        let status = match (&context.database, found.has_errors()) {
            (Some(_), false) => Some(context.status().await?),
            _ => None,
        };
        let drift = match (&context.database, &status) {
            (Some(database), Some(status)) if is_comparable(context, status) => {
                Some(drift(context, database, status, self.exact).await?)
            }
            _ => None,
        };
        let answer = Answer {
            graph,
            found: &found,
            models: context.models.as_ref(),
            status: status.as_ref(),
            drift: drift.as_ref(),
        };
        match context.ui.format() {
            Format::Json => context.ui.json(&answer.json(context.ui)),
            Format::Text => answer.show(context),
        }
        Ok(if answer.is_yes() { Exit::Done } else { Exit::No })
    }
}

impl Args {
    /// Checks the files of each group, then its databases.
    pub(super) async fn run_on_each(&self, groups: &[FleetGroup<'_>]) -> Result<Exit, CliError> {
        let Some(ui) = groups.first().map(|group| group.context.ui) else { return Ok(Exit::Done) };
        let found: Vec<Diagnostics> = groups
            .iter()
            .map(|group| {
                let dialect = group.members.first().map(|member| member.database().dialect());
                found_in_files(&group.context, dialect)
            })
            .collect();
        let sound = |item: &Item<'_>| !found[item.number].has_errors();
        let items: Vec<Item<'_>> = items(groups).into_iter().filter(sound).collect();
        let states = states(&items, &self.fleet, ui).await;
        let none = Diagnostics::new();
        let is_yes = |item: &Item<'_>, state| {
            let graph = &item.context().history.graph;
            Answer::of(graph, &none, Some(state)).is_yes()
        };
        let files: Vec<Answer<'_>> = groups
            .iter()
            .zip(&found)
            .map(|(group, found)| {
                let graph = &group.context.history.graph;
                Answer::of(graph, found, None)
            })
            .collect();
        let sound = files.iter().all(Answer::is_yes);
        let ok = sound && states.done().all(|(item, state)| is_yes(item, state));
        match ui.format() {
            Format::Json => {
                let files = groups.iter().zip(&files).map(|(group, answer)| report::CheckedFiles {
                    database: group.name.as_deref(),
                    answer: answer.json(ui),
                });
                let files = report::FleetFiles { files: files.collect() };
                states.json(ok, files, |item, state| {
                    let graph = &item.context().history.graph;
                    report::CheckedDatabase::of(graph, state, is_yes(item, state))
                });
            }
            Format::Text => {
                for (group, answer) in groups.iter().zip(&files) {
                    ui.diagnostics(answer.found);
                    let name = group.name.as_deref().map(|name| format!("{name}, "));
                    let name = name.unwrap_or_default();
                    ui.line(format_args!("{name}files: {}", answer.files()));
                }
                let behind = states.done().filter(|(item, state)| !is_yes(item, state));
                for (item, state) in behind {
                    let graph = &item.context().history.graph;
                    let answer = Answer::of(graph, &none, Some(state));
                    ui.line(format_args!("{}: {}", item.label(), answer.database(true)));
                }
                let at_head = states.done().filter(|(item, state)| is_yes(item, state)).count();
                ui.line(format_args!(
                    "{at_head} of {} at the head",
                    Count(items.len(), "database")
                ));
            }
        }
        states.end()?;
        Ok(if ok { Exit::Done } else { Exit::No })
    }
}

/// What is found without a database, other than that of a dialect.
fn found_in_files(context: &Context<'_>, dialect: Option<Dialect>) -> Diagnostics {
    let mut found = context.found.clone();
    found.append(context.history.check(context.heads));
    if !found.has_errors() {
        found.append(static_check::check(context.history, context.static_checks.clone(), dialect));
    }
    found
}

struct Answer<'a> {
    graph: &'a Graph,
    found: &'a Diagnostics,
    models: Option<&'a Diagnostics>,
    status: Option<&'a DatabaseState>,
    drift: Option<&'a Differences>,
}

impl<'a> Answer<'a> {
    /// An answer about files and rows alone.
    const fn of(
        graph: &'a Graph,
        found: &'a Diagnostics,
        status: Option<&'a DatabaseState>,
    ) -> Self {
        Self { graph, found, models: None, status, drift: None }
    }

    fn is_yes(&self) -> bool {
        !self.found.has_errors()
            && self.models.is_none_or(|models| !models.has_errors())
            && self.status.is_none_or(|status| self.is_at_head(status))
            && self.drift.is_none_or(|drift| drift.certain.is_empty())
    }

    fn is_at_head(&self, status: &DatabaseState) -> bool {
        let problems = [
            status.unknown.len(),
            status.edited.len(),
            status.edited_replaced.len(),
            status.unfinished.len(),
        ];
        status.pending(self.graph).is_empty() && problems == [0; 4]
    }

    fn json(&self, ui: &Ui) -> report::Check<'a> {
        let files = (self.found, self.models);
        report::Check::of(self.graph, files, self.status, self.drift, self.is_yes(), ui.program())
    }

    fn show(&self, context: &Context<'_>) {
        let ui = context.ui;
        ui.diagnostics(self.found);
        ui.diagnostics(self.models.into_iter().flatten());
        ui.line(format_args!("files: {}", self.files()));
        match self.models.map(errors) {
            None => {}
            Some(0) => ui.line("models: equal to the schema at the head"),
            Some(count) => ui.line(format_args!("models: {}", Count(count, "difference"))),
        }
        ui.line(format_args!("database: {}", self.database(context.database.is_some())));
        if let Some(drift) = self.drift {
            show_drift(context, drift);
        }
    }

    fn files(&self) -> String {
        match errors(self.found) {
            0 => {
                let heads = report::ids(self.graph, &self.graph.real_heads());
                let word = if heads.len() > 1 { "heads" } else { "head" };
                format!("{}, {word} {}", Count(self.graph.len(), "revision"), place(heads))
            }
            errors => Count(errors, "mistake").to_string(),
        }
    }

    fn database(&self, is_configured: bool) -> String {
        match self.status {
            None if !is_configured => "not checked, none is configured".to_owned(),
            None => "not checked because of the errors in the files".to_owned(),
            Some(status) if self.is_at_head(status) => "at the head".to_owned(),
            Some(status) => {
                let pending = status.pending(self.graph).len();
                let pending = Some(format!("{pending} pending")).filter(|_| pending > 0);
                pending.into_iter().chain(problems(status)).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

fn errors(found: &Diagnostics) -> usize {
    found.iter().filter(|one| one.severity == Severity::Error).count()
}
