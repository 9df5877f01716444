//! Events in words and bars.

use super::Ui;
use super::describe::StepLine;
use crate::Event;

/// Shows what happens as it happens.
pub fn follow(ui: &Ui) -> impl FnMut(&Event) + Send + '_ {
    let mut progress = None;
    move |event| match event {
        Event::Planned { steps } => {
            // The bar of an earlier run goes before the next one comes.
            drop(progress.take());
            progress = Some(ui.progress(*steps));
        }
        Event::Waiting { holder, waited } => {
            ui.note(format_args!("waiting for {holder} ({} s)", waited.as_secs()));
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
            match &progress {
                Some(progress) => progress.done(line),
                None => ui.note(line),
            }
        }
        Event::Settled { revision, statement, ran } => {
            let did = if *ran { "has run" } else { "has not run" };
            ui.note(format_args!(
                "statement {statement} of revision {revision} was in doubt: the catalog shows that it {did}"
            ));
        }
        Event::Retried { because } => ui.note(format_args!("trying again: {because}")),
        Event::Awaiting { because, limit } => {
            ui.note(format_args!("waiting up to {limit:?} for the server: {because}"));
        }
        Event::Reconnecting => ui.note("the connection was lost; connecting again"),
        Event::Replanned => ui.note("another run was faster; planning the rest again"),
        _ => {}
    }
}
