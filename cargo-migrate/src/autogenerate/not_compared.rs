//! What both schemas have and autogenerate cannot compare: statements whose effect is not followed, and differences
//! that are not known.

use std::cell::LazyCell;

use migrate_core::apply::State;
use migrate_core::autogenerate::{NotFollowed, Undecided};
use migrate_core::history::History;
use migrate_core::schema::difference;
use migrate_core::source::SourceFile;
use migrate_db::cli::CliError;

use crate::context::Context;
use crate::models::{Unfollowed, Wanted};

/// Refuses statements of the wanted schema whose effect is not followed and that the history does not have.
pub(super) fn refuse_unfollowed<F: FnOnce() -> Vec<NotFollowed>>(
    known: &LazyCell<Vec<NotFollowed>, F>,
    wanted: &Wanted,
) -> Result<(), CliError> {
    let is_known = |one: &&Unfollowed| known.iter().any(|own| own.words == one.words);
    let Some(first) = wanted.not_followed.iter().find(|one| !is_known(one)) else { return Ok(()) };
    Err(CliError::failed(format!(
        "{}: the static schema does not follow this statement, so it cannot be compared with the history",
        first.place
    ))
    .help("add the statement to a revision in the same words, or leave it out of the models"))
}

/// Names statements of the history whose effect is not followed and that SQL files do not have.
pub(super) fn warn_of_unfollowed<F: FnOnce() -> Vec<NotFollowed>>(
    context: &Context<'_>,
    history: &History,
    state: &State,
    known: &LazyCell<Vec<NotFollowed>, F>,
    wanted: &Wanted,
) {
    if wanted.files.is_none() {
        return;
    }
    let is_wanted =
        |one: &NotFollowed| wanted.not_followed.iter().any(|own| own.words == one.words);
    let mut left = known.iter().filter(|one| !is_wanted(one) && one.leaves_mark(state));
    let Some(first) = left.next() else { return };
    let node = history.graph.order().find(|node| node.index() == first.source);
    let file = node.map(|node| &history.graph.revision(node).file);
    let at = file.map(|file| place(file, first.span.start)).unwrap_or_default();
    let more = match left.count() {
        0 => String::new(),
        1 => ", and 1 more statement".to_owned(),
        count => format!(", and {count} more statements"),
    };
    context.ui.warn(format_args!(
        "not compared: the models do not have the statement at {at}{more}, whose effect the static schema does not follow"
    ));
}

/// The file and the line.
fn place(file: &SourceFile, offset: usize) -> String {
    format!("{}:{}", file.path(), file.line(offset))
}

/// Names the differences that are left alone, and why.
pub(super) fn warn_of_undecided(
    context: &Context<'_>,
    history: &History,
    wanted: &Wanted,
    undecided: &[Undecided],
) {
    for one in undecided {
        let why = one.reason.as_ref().map(|reason| {
            let source = reason.origin.source;
            let file = match &wanted.files {
                Some(files) if one.in_wanted => files.get(source),
                _ => history
                    .graph
                    .order()
                    .find(|node| node.index() == source)
                    .map(|node| &history.graph.revision(node).file),
            };
            let at = file.map(|file| place(file, reason.origin.span.start)).unwrap_or_default();
            format!(": {} ({at})", reason.why)
        });
        let why = why.unwrap_or_default();
        context.ui.warn(format_args!("left alone: {}{why}", difference(&one.difference)));
    }
}
