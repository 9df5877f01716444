//! Output that `upgrade`, `downgrade` and `redo` share: the database, previews, SQL and results.

use std::borrow::Cow;
use std::time::Duration;

use migrate_core::command::{Command, Help};
use migrate_core::dialect::Dialect;
use migrate_core::graph::{Graph, Node, Set, Target, TargetError};
use migrate_core::plan::{self, Direction, Plan, Step};
use migrate_core::revision::Section;
use migrate_core::script::{Script, Transactions, section_of};

use super::arguments::RunArgs;
use super::describe::{Count, StepLine, place};
use super::script_text::script_text;
use super::ui::{Format, Ui};
use super::{CliError, Context, Exit, report};
use crate::driver;
use crate::{Database, Options, Preview, Report};

/// Prints the database that a command works on and, with `-v`, the settings.
pub(super) fn announce(ui: &Ui, database: &Database, options: &Options) {
    let new = if driver::is_missing_file(&database.source) { " (a new file)" } else { "" };
    ui.note(format_args!("database: {database}{new}"));
    if !ui.is_verbose() {
        return;
    }
    let transactions = match options.script_options(database.dialect()).transactions {
        Transactions::All => "all",
        _ => "each",
    };
    let time = |time: Option<Duration>| time.map_or("default".to_owned(), |t| format!("{t:?}"));
    ui.detail(format_args!(
        "settings: transaction {transactions}, lock {}, lock wait {:?}, lock timeout {}, \
         statement timeout {}, connect timeout {:?}, version table {}",
        options.lock.word(),
        options.lock_wait,
        time(options.lock_timeout),
        time(options.statement_timeout),
        options.connect_timeout,
        options.version_table,
    ));
}

/// Returns `true` if a revision other than a merge has no statement in its up.
pub(super) fn has_empty_up(graph: &Graph, node: Node, dialect: Dialect) -> bool {
    let step = Step { node, direction: Direction::Up };
    graph.parents(node).len() < 2
        && section_of(graph, step, dialect)
            .is_ok_and(|section| section.is_none_or(Section::is_empty))
}

/// The longest number that is taken for a count of steps rather than the beginning of an id.
const LONGEST_COUNT: usize = 3;

/// Reads the target of a command that runs.
///
/// Other tools count revisions, as in `downgrade 1`. A short number is therefore not accepted as
/// the beginning of an id: it could revert more than was meant.
pub(super) fn target(graph: &Graph, text: &str) -> Result<Target, CliError> {
    let is_count = text.len() <= LONGEST_COUNT && text.bytes().all(|byte| byte.is_ascii_digit());
    let exact = graph.node(text).or_else(|| graph.labelled(text)).is_some();
    if is_count
        && !exact
        && let Ok(node) = graph.find(text)
    {
        return Err(CliError::usage(format!("`{text}` may be a count or the beginning of an id"))
            .help(format!("a count has a sign: `+{text}` or `-{text}`"))
            .help(format!("for {}, write more of its id", graph.title(node))));
    }
    Ok(text.parse()?)
}

/// Prints what a plan would do.
pub(super) fn preview(ui: &Ui, graph: &Graph, plan: &Plan) -> Exit {
    match ui.format() {
        Format::Json => ui.json(&report::Run::planned(graph, plan)),
        Format::Text => {
            for step in &plan.steps {
                let revision = graph.revision(step.node);
                ui.line(StepLine {
                    direction: step.direction,
                    revision: revision.id().as_str(),
                    message: revision.message(),
                    duration: None,
                });
            }
            let heads = plan.heads_after(graph);
            ui.note(format_args!(
                "{} would run; the database would be at {}",
                Count(plan.steps.len(), "step"),
                place(report::ids(graph, &heads))
            ));
        }
    }
    Exit::Done
}

/// Prints what was done.
pub(super) fn done(ui: &Ui, report: &Report) -> Exit {
    if ui.format() == Format::Json {
        ui.json(&report::Run::done(&report.steps, &report.heads_after));
    }
    let at = place(report.heads_after.iter().map(String::as_str));
    if report.steps.is_empty() {
        ui.note(format_args!("nothing to do: the database is at {at}"));
    } else {
        let steps = Count(report.steps.len(), "step");
        ui.note(format_args!("{steps} done; the database is at {at}"));
    }
    Exit::Done
}

/// Prints the script of a command that was given `--sql`: from `a` in `a:b`, else from where the
/// database stands, else, upward, from base.
pub(super) async fn script(
    context: &Context<'_>,
    direction: Direction,
    text: &str,
    run: &RunArgs,
    dialect: Option<Dialect>,
) -> Result<Exit, CliError> {
    let graph = context.well_formed()?;
    context.sound_alone(direction)?;
    let dialect = context.dialect(dialect)?;
    let from_base = direction == Direction::Up && context.database.is_none();
    let (history, plan, has_table) = match text.split_once(':') {
        Some((from, to)) => {
            let from = if from.is_empty() { "base" } else { from };
            let to = if to.is_empty() { "head" } else { to };
            let from = from.parse()?;
            let divided = context.history.divided_by(std::slice::from_ref(&from));
            let history = divided.map_or(Cow::Borrowed(context.history), Cow::Owned);
            let applied = plan::applied_at(&history.graph, &from)?;
            let plan = planner(direction)(&history.graph, &applied, &to.parse()?)?;
            (history, plan, !applied.is_empty())
        }
        None if from_base => {
            let plan = plan::upgrade(graph, &Set::empty(graph), &text.parse()?)?;
            (Cow::Borrowed(context.history), plan, false)
        }
        None if context.database.is_none() => {
            return Err(CliError::usage(
                "without a database `--sql` needs both ends of a downgrade",
            )
            .help(Help::new("for example ").run(Command::Downgrade.with("head:base --sql"))));
        }
        None => {
            let planned =
                context.migrator().plan(context.database()?, direction, &text.parse()?).await;
            let Preview { history, status, plan, .. } = planned.map_err(|error| {
                let ends = match direction {
                    Direction::Up => Command::Upgrade.with("base:head --sql"),
                    Direction::Down => Command::Downgrade.with("head:base --sql"),
                };
                let is_away = matches!(error, crate::Error::Connect { .. });
                let error = CliError::from(error);
                if is_away {
                    error.help(Help::new("with both ends no database is needed: ").run(ends))
                } else {
                    error
                }
            })?;
            (history, plan, status.has_version_table)
        }
    };
    let graph = &history.graph;
    context.sound_for_steps(graph, &plan)?;
    let how = run.options(&context.options).script_options(dialect);
    let script = Script::of(graph, &plan.steps, dialect, how).map_err(|error| {
        let (message, help) = error.explain(graph);
        CliError { help, ..CliError::failed(message) }
    })?;
    print_sql(context, graph, &script, !has_table)?;
    Ok(Exit::Done)
}

/// Prints a script.
pub(super) fn print_sql(
    context: &Context<'_>,
    graph: &Graph,
    script: &Script,
    create: bool,
) -> Result<(), CliError> {
    let sql = script_text(&context.options, graph, script, create)?;
    match context.ui.format() {
        Format::Json => context.ui.exact_json(&report::Sql { sql: &sql }),
        Format::Text => context.ui.text(sql.trim_start_matches('\n')),
    }
    if script.is_empty() {
        context.ui.note("nothing to do");
    }
    Ok(())
}

/// The planner of a direction that needs no database.
fn planner(direction: Direction) -> fn(&Graph, &Set, &Target) -> Result<Plan, TargetError> {
    match direction {
        Direction::Up => plan::upgrade,
        Direction::Down => plan::downgrade,
    }
}
