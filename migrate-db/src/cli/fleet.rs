//! Commands on several databases: what each of them came to, in one report.

mod copies;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use futures_util::future::BoxFuture;
use migrate_core::graph::Target;
use migrate_core::plan::Direction;
use migrate_core::script::Script;
use serde::Serialize;

use super::arguments::FleetArgs;
use super::describe::{Count, StepLine, place};
use super::report::{self, FleetRun, MemberOutcome};
use super::run_hooks::RunFacts;
use super::script_text::script_text;
use super::ui::{Format, Ui};
use super::{CliError, Context, Exit, events};
use crate::fleet::run_each;
use crate::state::DatabaseState;
use crate::{Database, Member, Migrator, Options, Preview, Report, url};
use copies::Copies;

/// Databases that share a history, for a [`Command`](super::Command) with `--all`.
#[derive(Debug)]
pub struct FleetGroup<'a> {
    /// The history and the settings; its database is not used.
    pub context: Context<'a>,
    /// The table of migrate.toml; `None` for the settings at its top.
    pub name: Option<String>,
    /// The databases.
    pub members: Vec<Member>,
}

/// One database of a group.
#[derive(Clone, Copy)]
pub(super) struct Item<'f> {
    group: &'f FleetGroup<'f>,
    /// The number of the group.
    pub(super) number: usize,
    pub(super) member: &'f Member,
}

impl<'f> Item<'f> {
    /// The history and the settings.
    pub(super) const fn context(&self) -> &'f Context<'f> {
        &self.group.context
    }

    /// The name in texts: with that of the table of migrate.toml in front of it.
    pub(super) fn label(&self) -> String {
        let name = self.member.name();
        match &self.group.name {
            Some(group) if group != name => format!("{group}/{name}"),
            _ => name.to_owned(),
        }
    }

    /// A migrator that prints what keeps it waiting.
    pub(super) fn migrator(&self, options: &Options) -> Migrator<'f> {
        let (label, ui) = (self.label(), self.context().ui);
        self.member.migrator(self.context().history, options).on_event(move |event| {
            if let Some(note) = events::describe(event) {
                ui.note(format_args!("{label}: {note}"));
            }
        })
    }
}

/// The databases of all groups.
pub(super) fn items<'f>(groups: &'f [FleetGroup<'f>]) -> Vec<Item<'f>> {
    let of = |(number, group): (usize, &'f FleetGroup<'f>)| {
        group.members.iter().map(move |member| Item { group, number, member })
    };
    groups.iter().enumerate().flat_map(of).collect()
}

/// What the databases came to.
pub(super) struct Outcomes<'i, 'f, T> {
    items: &'i [Item<'f>],
    outcomes: Vec<Option<Result<T, CliError>>>,
    ui: &'f Ui,
}

/// Does some work on each database.
async fn on_each<'i, 'f, T>(
    items: &'i [Item<'f>],
    args: &FleetArgs,
    ui: &'f Ui,
    work: impl Fn(Item<'f>) -> BoxFuture<'f, Result<T, CliError>>,
    finished: impl Fn(&Item<'f>, &T),
) -> Outcomes<'i, 'f, T> {
    let interrupt = items.first().and_then(|item| item.context().options.interrupt.as_ref());
    let finished = |item: &'i Item<'f>, outcome: &Result<T, CliError>| match outcome {
        Ok(done) => finished(item, done),
        Err(error) => ui.note(format_args!("{}: failed: {error}", item.label())),
    };
    let mut outcomes =
        run_each(items, args.options(), interrupt, |item| work(*item), finished).await;
    for (item, outcome) in items.iter().zip(&mut outcomes) {
        *outcome = outcome
            .take()
            .map(|outcome| outcome.map_err(|error| error.name_head(&item.context().history.graph)));
    }
    Outcomes { items, outcomes, ui }
}

impl<'i, 'f, T> Outcomes<'i, 'f, T> {
    /// Those that did not fail.
    pub(super) fn done(&self) -> impl Iterator<Item = (&'i Item<'f>, &T)> {
        let outcomes = self.items.iter().zip(&self.outcomes);
        outcomes.filter_map(|(item, outcome)| Some((item, outcome.as_ref()?.as_ref().ok()?)))
    }

    /// Prints all of them as JSON, with `files` beside them.
    pub(super) fn json<'s, J: Serialize>(
        &'s self,
        ok: bool,
        files: impl Serialize,
        convert: impl Fn(&Item<'f>, &'s T) -> J,
    ) {
        let databases =
            self.items.iter().zip(&self.outcomes).map(|(item, outcome)| report::Member {
                database: item.group.name.as_deref(),
                name: item.member.name(),
                outcome: match outcome {
                    Some(Ok(done)) => MemberOutcome::Done(convert(item, done)),
                    Some(Err(error)) => {
                        let error = report::Failure::of(error, self.ui.program());
                        MemberOutcome::Failed { error }
                    }
                    None => MemberOutcome::NotBegun { not_begun: true },
                },
            });
        let ok = ok && self.failed() == 0;
        self.ui.json(&report::Fleet { ok, files, databases: databases.collect() });
    }

    fn failed(&self) -> usize {
        self.outcomes.iter().filter(|outcome| matches!(outcome, Some(Err(_)))).count()
    }

    fn not_begun(&self) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.is_none()).count()
    }

    /// Prints the failures, equal ones once, and returns an error if there are any.
    ///
    /// # Errors
    /// When the work failed on a database, or was not begun on it.
    pub(super) fn end(&self) -> Result<(), CliError> {
        let mut groups: Vec<(String, Vec<String>, &CliError)> = Vec::new();
        for (item, outcome) in self.items.iter().zip(&self.outcomes) {
            let Some(Err(error)) = outcome else { continue };
            let excerpt =
                error.excerpt.as_ref().map(|excerpt| (&excerpt.path, excerpt.line, &excerpt.label));
            let key = format!("{error} {:?} {excerpt:?} {:?}", error.causes(), error.help);
            match groups.iter_mut().find(|(known, ..)| *known == key) {
                Some((_, labels, _)) => labels.push(item.label()),
                None => groups.push((key, vec![item.label()], error)),
            }
        }
        for (_, labels, error) in &groups {
            self.ui.error_in(&listed(labels), error);
        }
        let (failed, not_begun) = (self.failed(), self.not_begun());
        if failed + not_begun == 0 {
            return Ok(());
        }
        let mut message = format!("{failed} of {} failed", Count(self.items.len(), "database"));
        if not_begun > 0 {
            let _ = write!(message, ", {not_begun} not begun");
        }
        Err(CliError::failed(message))
    }
}

/// The number of names that a message lists.
const LISTED: usize = 5;

/// Some of the names, and how many others there are.
fn listed(names: &[String]) -> String {
    match names.get(LISTED + 1) {
        None => names.join(", "),
        Some(_) => {
            format!("{} and {} others", names[..LISTED].join(", "), names.len() - LISTED)
        }
    }
}

/// What a run does with the steps of a database.
#[derive(Clone, Copy)]
pub(super) enum Act<'p> {
    /// Runs them, after a copy into the folder if there is one.
    Run(Option<&'p Path>),
    /// Lists them.
    List,
    /// Prints their SQL.
    Print,
}

/// What a run did to a database, or would do.
enum Steps<'h> {
    Done(Report, Option<PathBuf>),
    Planned(Box<Preview<'h>>),
    /// The SQL, which is empty if there is nothing to do.
    Printed(String),
}

/// Upgrades or downgrades each database; `prepare` returns the target and the options of a group.
pub(super) async fn move_each(
    groups: &[FleetGroup<'_>],
    args: &FleetArgs,
    direction: Direction,
    act: Act<'_>,
    prepare: impl Fn(&Context<'_>) -> Result<(Target, Options), CliError>,
) -> Result<Exit, CliError> {
    let prepared = groups.iter().map(|group| {
        group.context.sound_whole()?;
        prepare(&group.context)
    });
    let prepared: Vec<(Target, Options)> = prepared.collect::<Result<_, _>>()?;
    let items = items(groups);
    let Some(ui) = groups.first().map(|group| group.context.ui) else { return Ok(Exit::Done) };
    let parallel = args.options().parallel.min(items.len());
    ui.note(format_args!("{}, {parallel} at once", Count(items.len(), "database")));
    let finished = |item: &Item<'_>, steps: &Steps<'_>| {
        let Steps::Done(report, _) = steps else { return };
        let at = place(report.heads_after.iter().map(String::as_str));
        if report.steps.is_empty() {
            ui.detail(format_args!("{}: nothing to do, at {at}", item.label()));
        } else {
            let count = Count(report.steps.len(), "step");
            ui.note(format_args!("{}: {count} done, at {at}", item.label()));
        }
    };
    let copies = match act {
        Act::Run(folder) => folder.map(Copies::into),
        _ => None,
    };
    let work = |item| visit(item, &prepared, direction, (act, copies.as_ref()));
    let outcomes = on_each(&items, args, ui, work, finished).await;
    match ui.format() {
        Format::Json => outcomes.json(true, (), |_, steps| match steps {
            Steps::Done(report, copy) => FleetRun::Steps {
                run: report::Run::done(&report.steps, &report.heads_after),
                backup: copy.as_deref(),
            },
            Steps::Planned(preview) => FleetRun::Steps {
                run: report::Run::planned(&preview.history.graph, &preview.plan),
                backup: None,
            },
            Steps::Printed(sql) => FleetRun::Sql(report::Sql { sql }),
        }),
        Format::Text => outcomes.done().for_each(|(item, steps)| show(ui, item, steps)),
    }
    summary(ui, &outcomes);
    let resume = "fix the cause and run the same command again: it continues with the databases that are behind";
    outcomes.end().map(|()| Exit::Done).map_err(|error| error.help(resume))
}

/// Upgrades or downgrades one database.
fn visit<'f>(
    item: Item<'f>,
    prepared: &'f [(Target, Options)],
    direction: Direction,
    (act, copies): (Act<'f>, Option<&'f Copies<'f>>),
) -> BoxFuture<'f, Result<Steps<'f>, CliError>> {
    let (target, options) = &prepared[item.number];
    Box::pin(async move {
        let (mut migrator, database) = (item.migrator(options), item.member.database());
        let hooks = &item.context().hooks;
        let is_run = matches!(act, Act::Run(_));
        let ahead = match !is_run || copies.is_some() || !hooks.is_empty() {
            true => Some(migrator.plan(database, direction, target).await?),
            false => None,
        };
        let (mut revisions, mut copy) = (Vec::new(), None);
        if let Some(ahead) = ahead {
            match act {
                Act::List => return Ok(Steps::Planned(Box::new(ahead))),
                Act::Print => return Ok(Steps::Printed(sql_for(&item, options, &ahead)?)),
                Act::Run(_) => {}
            }
            revisions = ahead.steps().into_iter().map(|step| step.revision).collect();
            if let Some(copies) = copies.filter(|_| !revisions.is_empty()) {
                copy = copies.copy(&item).await?;
            }
        }
        let command = match direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        };
        let run = async {
            Ok(match direction {
                Direction::Up => migrator.upgrade(database, target).await?,
                Direction::Down => migrator.downgrade(database, target).await?,
            })
        };
        let facts = RunFacts { command, database: database.to_string(), revisions };
        let done = hooks.around(item.context().ui, facts, run).await?;
        Ok(Steps::Done(done, copy))
    })
}

/// The SQL of the steps of one database; empty without steps.
fn sql_for(item: &Item<'_>, options: &Options, ahead: &Preview<'_>) -> Result<String, CliError> {
    let (database, graph) = (item.member.database(), &ahead.history.graph);
    let dialect = database.dialect();
    let mut options = item.member.options(options);
    if let Some((_, path)) = path_of(database) {
        // The client of the database does not take it from a URL.
        let path = dialect.safe_literal(&path);
        options
            .session
            .insert(0, format!("SELECT pg_catalog.set_config('search_path', {path}, false)"));
    }
    let how = options.script_options(dialect);
    let script = Script::of(graph, &ahead.plan.steps, dialect, how).map_err(|error| {
        let (message, help) = error.explain(graph);
        CliError { help, ..CliError::failed(message) }
    })?;
    match script.is_empty() {
        true => Ok(String::new()),
        false => script_text(&options, graph, &script, !ahead.status.has_version_table),
    }
}

/// The URL of a database without its search path, and the path; `None` if its URL has none.
fn path_of(database: &Database) -> Option<(String, String)> {
    let url = database.source.url()?;
    let (_, path) = url::query(url).find(|(key, _)| key == url::SEARCH_PATH)?;
    Some((url::without(url, &[url::SEARCH_PATH]), path))
}

/// Reads the state of each database. A failure does not keep it from reading the others.
pub(super) async fn states<'i, 'f>(
    items: &'i [Item<'f>],
    args: &FleetArgs,
    ui: &'f Ui,
) -> Outcomes<'i, 'f, DatabaseState> {
    let read = |item: Item<'f>| -> BoxFuture<'f, Result<DatabaseState, CliError>> {
        Box::pin(async move {
            let migrator = item.migrator(&item.context().options);
            Ok(migrator.state(item.member.database()).await?)
        })
    };
    on_each(items, &args.tolerant(), ui, read, |_, _| ()).await
}

/// Prints the steps of one database, or their SQL below a comment that names it.
fn show(ui: &Ui, item: &Item<'_>, steps: &Steps<'_>) {
    let preview = match steps {
        Steps::Done(..) => return,
        Steps::Printed(sql) => {
            let (label, database) = (item.label(), item.member.database());
            let nothing = if sql.is_empty() { ": nothing to do" } else { "" };
            let rule = "-".repeat(72);
            let title = format!("-- {label} ({database}){nothing}");
            // In one line, whatever a name of the program holds.
            let title = title.replace(char::is_control, " ");
            ui.text(&format!("{rule}\n{title}\n{rule}\n{}\n", sql.trim_start_matches('\n')));
            return;
        }
        Steps::Planned(preview) => preview,
    };
    for step in preview.steps() {
        let (revision, message) = (&*step.revision, &*step.message);
        let line = StepLine { direction: step.direction, revision, message, duration: None };
        ui.line(format_args!("{}: {line}", item.label()));
    }
}

fn summary(ui: &Ui, outcomes: &Outcomes<'_, '_, Steps<'_>>) {
    let (mut changed, mut planned, mut idle) = (0, 0, 0);
    for (_, steps) in outcomes.done() {
        match steps {
            Steps::Done(report, _) if report.steps.is_empty() => idle += 1,
            Steps::Printed(sql) if sql.is_empty() => idle += 1,
            Steps::Planned(preview) if preview.plan.steps.is_empty() => idle += 1,
            Steps::Done(..) => changed += 1,
            Steps::Planned(_) | Steps::Printed(_) => planned += 1,
        }
    }
    let counts = [
        (changed, "changed"),
        (planned, "would change"),
        (idle, "with nothing to do"),
        (outcomes.failed(), "failed"),
        (outcomes.not_begun(), "not begun"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, what)| format!("{count} {what}")).collect();
    if !counts.is_empty() {
        ui.note(counts.join(", "));
    }
}

/// Refuses an option that makes sense for one database only.
pub(super) fn for_one(option: &str, is_typed: bool) -> Result<(), CliError> {
    if !is_typed {
        return Ok(());
    }
    Err(CliError::usage(format!("`{option}` is about one database, not several"))
        .help("leave out `--all` and `--only`, and name the database with `--database-url`"))
}
