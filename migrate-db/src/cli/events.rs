//! Prints the events of a run as lines and progress bars.

use std::time::{Duration, Instant};

use super::describe::{BatchLine, Count, OneLine, StepLine};
use super::ui::Progress;
use super::{Ui, notices};
use crate::Event;
use crate::human_duration::HumanDuration;

/// Returns a function that prints events.
pub fn report_events(ui: &Ui) -> impl FnMut(&Event) + Send + '_ {
    let mut progress = None;
    let mut noted = Instant::now();
    move |event| {
        notices::take().iter().for_each(|notice| ui.detail(format_args!("notice: {notice}")));
        show(ui, &mut progress, &mut noted, event);
    }
}

/// How often the batches of a section are reported without a terminal.
const NOTED_EVERY: Duration = Duration::from_secs(10);

fn show<'u>(ui: &'u Ui, progress: &mut Option<Progress<'u>>, noted: &mut Instant, event: &Event) {
    match event {
        Event::Planned { steps } => {
            // The bar of an earlier run goes before the next one comes.
            drop(progress.take());
            *progress = Some(ui.progress(*steps));
        }
        Event::Started { revision, message: says, direction } => {
            if let Some(progress) = &progress {
                let line =
                    StepLine { direction: *direction, revision, message: says, duration: None };
                progress.begin(line);
            }
        }
        Event::Finished { revision, message, direction, duration } => {
            let line =
                StepLine { direction: *direction, revision, message, duration: Some(*duration) };
            match progress {
                Some(progress) => progress.finish(line),
                None => ui.note(line),
            }
        }
        Event::Running {
            revision,
            message: says,
            direction,
            first,
            last,
            statements,
            sql,
            elapsed,
        } => {
            if let Some(progress) = &progress {
                let line =
                    StepLine { direction: *direction, revision, message: says, duration: None };
                let range = if last > first { format!("-{last}") } else { String::new() };
                let (sql, seconds) = (OneLine(sql.as_deref().unwrap_or("")), elapsed.as_secs());
                let at = format_args!("{first}{range} of {statements}, {seconds} s");
                progress.running(format_args!("{line} ({at}) {sql}"), *first, *statements);
            }
        }
        Event::Batch { revision, message, direction, batch, total, expected, elapsed, .. } => {
            let line = StepLine { direction: *direction, revision, message, duration: None };
            let at =
                BatchLine { batch: *batch, total: *total, expected: *expected, elapsed: *elapsed };
            let line = format_args!("{line} ({at})");
            running(ui, progress.as_ref(), noted, line, *total, *expected);
        }
        Event::Progress { revision, message, direction, done, total, elapsed } => {
            let line = StepLine { direction: *direction, revision, message, duration: None };
            let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
            let line = format_args!("{line} ({done}{of}, {} s)", elapsed.as_secs());
            running(ui, progress.as_ref(), noted, line, *done, *total);
        }
        Event::Executed { revision, statement, sql, rows, duration } if ui.is_verbose() => {
            let sql = OneLine(sql);
            let rows = match usize::try_from(*rows) {
                Ok(rows) if sql.changes_rows() => format!(", {}", Count(rows, "row")),
                _ => String::new(),
            };
            let took = HumanDuration(*duration);
            ui.detail(format_args!("  {revision} {statement}  {sql}{rows} ({took})"));
        }
        event => {
            if let Some(note) = describe(event) {
                ui.note(note);
            }
        }
    }
}

/// Returns the words for an event that is worth a line of its own, whatever else is shown.
pub(super) fn describe(event: &Event) -> Option<String> {
    Some(match event {
        Event::Waiting { holder, waited } => {
            format!("waiting for {holder} ({} s)", waited.as_secs())
        }
        Event::Resolved { revision, statement, ran } => {
            let did = if *ran { "has run" } else { "has not run" };
            format!(
                "statement {statement} of revision {revision} was in doubt: the catalog shows that it {did}"
            )
        }
        Event::Retried { because } => format!("retrying: {because}"),
        Event::Awaiting { because, limit } => {
            format!("waiting up to {limit:?} for the server: {because}")
        }
        Event::WaitingForReplicas { behind, waited } => {
            format!("waiting for standbys ({} s): {}", waited.as_secs(), behind.join("; "))
        }
        Event::Reconnecting => "the connection was lost; reconnecting".to_owned(),
        Event::Recreated { table } => {
            format!("the table {table} was missing and was created again")
        }
        Event::Replanned => "another run applied revisions meanwhile; planning again".to_owned(),
        _ => return None,
    })
}

/// Shows the progress of a long step: on a terminal at once, else from time to time.
fn running(
    ui: &Ui,
    bar: Option<&Progress<'_>>,
    noted: &mut Instant,
    line: impl std::fmt::Display,
    done: u64,
    total: Option<u64>,
) {
    let part = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let total = part(total.unwrap_or_default().max(1));
    let shown = bar.is_some_and(|bar| bar.running(&line, part(done), total));
    if !shown && noted.elapsed() >= NOTED_EVERY {
        *noted = Instant::now();
        ui.note(line);
    }
}
