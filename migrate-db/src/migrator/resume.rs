//! Continues steps that stopped partway.

use migrate_core::history::History;
use migrate_core::plan::Step;
use migrate_core::script::{Script, ScriptOptions, fingerprint_of, statement_of};

use super::session::plan_error;
use crate::database::Database;
use crate::error::Error;
use crate::state::DatabaseState;
use crate::unfinished::resume_command;

/// Returns the rest of a step that stopped partway, when its position is known and the
/// command continues it.
pub(super) fn resume(
    history: &History,
    status: &DatabaseState,
    continues: impl FnOnce(Step) -> bool,
    database: &Database,
    script_options: ScriptOptions,
    invalid_indexes: Vec<String>,
) -> Result<Option<Script>, Error> {
    let Some(unfinished) = status.unfinished.first() else { return Ok(None) };
    let graph = &history.graph;
    let going = unfinished.direction();
    let node = graph.node(&unfinished.revision);
    let step = node.map(|node| Step { node, direction: going });
    let next = step.and_then(|step| {
        let span = statement_of(graph, step, unfinished.done, database.dialect())?;
        let file = &graph.revision(step.node).file;
        Some(Box::new((span.of(file.text()).to_owned(), file.locate(span))))
    });
    let Some(step) = step.filter(|step| !unfinished.in_doubt() && continues(*step)) else {
        let resume = resume_command(graph, &unfinished.revision, going);
        let unfinished = Box::new(unfinished.clone());
        return Err(Error::Unfinished { unfinished, next, invalid_indexes, resume });
    };
    if unfinished.fingerprint
        != Some(fingerprint_of(graph, step, unfinished.done, database.dialect()))
    {
        let revision = graph.revision(step.node);
        return Err(Error::EditedStatements {
            revision: revision.id().to_string(),
            done: if unfinished.in_batches { 1 } else { unfinished.done },
            path: revision.file.path().to_owned(),
        });
    }
    Script::resume(graph, step, unfinished.done, database.dialect(), script_options)
        .map(Some)
        .map_err(|e| plan_error(&e, graph))
}
