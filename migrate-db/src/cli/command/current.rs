//! `current`.

use migrate_core::command::{Command, Help};
use migrate_core::graph::Graph;

use crate::cli::arguments::FleetArgs;
use crate::cli::describe::{Count, Entry, Line, Table, names, place};
use crate::cli::fleet::{FleetGroup, Item, items, states};
use crate::cli::ui::{Format, style};
use crate::cli::{CliError, Context, Exit, describe, report};
use crate::state::{DatabaseState, Replacement};

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate current
  cargo migrate current --check-heads    # exit code 3 if revisions are pending
  cargo migrate current --format json
  cargo migrate current --all            # a table of all databases of migrate.toml")]
pub struct Args {
    /// Exit with code 3 unless the database is at the heads
    #[arg(short, long)]
    check_heads: bool,
    #[command(flatten)]
    pub(super) fleet: FleetArgs,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        context.database()?;
        let graph = context.legible()?;
        let status = context.status().await?;
        match context.ui.format() {
            Format::Json => context.ui.json(&report::Current::of(graph, &status)),
            Format::Text => show(context, graph, &status),
        }
        let pending = status.pending(graph).len();
        if self.check_heads && (pending > 0 || !status.unknown.is_empty()) {
            return Err(CliError::no("the database is not at the heads of the history")
                .help(Command::Pending.help("lists what is missing")));
        }
        Ok(Exit::Done)
    }
}

impl Args {
    /// Shows several databases.
    pub(super) async fn run_on_each(&self, groups: &[FleetGroup<'_>]) -> Result<Exit, CliError> {
        let Some(ui) = groups.first().map(|group| group.context.ui) else { return Ok(Exit::Done) };
        for group in groups {
            group.context.legible()?;
        }
        let items = items(groups);
        let states = states(&items, &self.fleet, ui).await;
        match ui.format() {
            Format::Json => states.json(true, (), |item, state| {
                report::Current::of(&item.context().history.graph, state)
            }),
            Format::Text => {
                let mut table = Table::new(["database", "at", "pending", ""]);
                for (item, state) in states.done() {
                    let graph = &item.context().history.graph;
                    let at = place(report::ids(graph, &state.heads(graph)));
                    let pending = state.pending(graph).len().to_string();
                    table.row([item.label(), at, pending, describe::problems(state).join(", ")]);
                }
                table.lines().iter().for_each(|line| ui.line(line));
            }
        }
        states.end()?;
        let is_behind = |(item, state): (&Item<'_>, &DatabaseState)| {
            !state.pending(&item.context().history.graph).is_empty() || !state.unknown.is_empty()
        };
        let behind = states.done().filter(|one| is_behind(*one)).count();
        if self.check_heads && behind > 0 {
            let behind = Count(behind, "database");
            return Err(CliError::no(format!("{behind} not at the heads of the history"))
                .help(Command::Upgrade.with("--all").help("applies what is pending")));
        }
        Ok(Exit::Done)
    }
}

fn show(context: &Context<'_>, graph: &Graph, status: &DatabaseState) {
    let ui = context.ui;
    for node in status.heads(graph) {
        if ui.is_verbose() {
            ui.line(Entry { graph, node, applied: Some((true, true)) });
        } else {
            ui.line(Line::of(graph, node));
        }
    }
    for id in &status.unknown {
        ui.line(format_args!("{s}{id}{s:#} (no file)", s = style::ID));
    }
    for replacement in &status.replacements {
        replaced(context, graph, replacement);
    }
    if status.applied.is_empty() && status.unknown.is_empty() && status.replacements.is_empty() {
        ui.note("nothing is applied");
    }
    match status.pending(graph).len() {
        0 => {}
        pending => ui.note(format_args!("{} pending", Count(pending, "revision"))),
    }
    problems(context, graph, status);
}

/// Shows the recorded revisions that another one replaces.
fn replaced(context: &Context<'_>, graph: &Graph, replacement: &Replacement) {
    let (ui, id) = (context.ui, graph.id(replacement.node));
    let recorded = replacement.ids(graph);
    if !replacement.is_part() {
        return ui.note(format_args!(
            "{id} is recorded as {}, which it replaces; the next run records {id} in their place",
            recorded.join(", ")
        ));
    }
    for old in recorded {
        ui.line(format_args!("{s}{old}{s:#} (replaced by {id})", s = style::ID));
    }
    let text = Help::new(format!("a part of what {id} replaces is applied: "));
    ui.warn(ui.named(&text.run(Command::Upgrade).then(" runs the rest from the old files")));
}

/// Warns of edited revisions and of steps that stopped partway.
pub(super) fn problems(context: &Context<'_>, graph: &Graph, status: &DatabaseState) {
    if !status.edited.is_empty() {
        let edited = names(graph, &status.edited);
        context.ui.warn(format_args!("edited after this database applied them: {edited}"));
    }
    if !status.edited_replaced.is_empty() {
        let edited: Vec<&str> = status.edited_replaced.iter().map(|(id, _)| &**id).collect();
        let edited = edited.join(", ");
        context
            .ui
            .warn(format_args!("edited after this database applied them, and replaced: {edited}"));
    }
    for stopped in &status.unfinished {
        let text = Help::new(format!("revision {} stopped partway: see ", stopped.revision));
        context.ui.warn(context.ui.named(&text.run(Command::Repair)));
    }
}
