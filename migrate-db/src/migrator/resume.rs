//! Steps that stopped in the middle: how they go on.

use migrate_core::history::History;
use migrate_core::plan::Step;
use migrate_core::script::{Script, ScriptOptions, fingerprint_of, statements_of};

use super::session::plan_error;
use crate::database::Database;
use crate::error::Error;
use crate::state::DatabaseState;
use crate::unfinished::resume_command;

/// The rest of the step that stopped in the middle, when it is known exactly where it stands and
/// the command continues it.
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
        let span = *statements_of(graph, step, database.dialect()).ok()?.get(unfinished.done)?;
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
        return Err(Error::Plan {
            message: format!(
                "revision {} stopped behind statement {}, and the statements up to there were edited since",
                revision.id(),
                unfinished.done
            ),
            help: vec![format!(
                "restore them in {}; what follows may be mended",
                revision.file.path()
            )],
        });
    }
    Script::resume(graph, step, unfinished.done, database.dialect(), script_options)
        .map(Some)
        .map_err(|e| plan_error(&e, graph))
}
