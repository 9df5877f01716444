//! The changes for each database of the project, on top of the revisions that the new one needs.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::BTreeSet;

use migrate_core::apply::State;
use migrate_core::author::{Author, NewRevision};
use migrate_core::autogenerate::{
    Changes, Filter, Refusal, Rename, Request, generate, not_followed,
};
use migrate_core::dialect::Dialect;
use migrate_core::evolution::Evolution;
use migrate_core::graph::Node;
use migrate_core::history::History;
use migrate_core::script::ScriptError;
use migrate_core::variables::{VariableValues, bind, restore, with_values_in};
use migrate_db::cli::CliError;

use super::Options;
use super::not_compared::{refuse_unfollowed, warn_of_undecided, warn_of_unfollowed};
use crate::context::Context;
use crate::models::{Asked, Source, Wanted};
use crate::writing;

/// Generates for every database of the project, on top of revisions.
pub(super) fn for_all_databases(
    context: &Context<'_>,
    asked: &mut Options,
    history: &History,
    parents: &[Node],
    source: &dyn Source,
) -> Result<Vec<Changes>, CliError> {
    let dialects = dialects(context, history)?;
    if let Some(of) = source.dialect()
        && dialects != [of]
    {
        let names: Vec<&str> = dialects.iter().map(|dialect| dialect.name()).collect();
        return Err(CliError::usage(format!(
            "the wanted schema is one of {of}, and the revisions are for {}",
            names.join(", ")
        ))
        .help("`--models` with SQL files or `rust` names a schema of every database"));
    }
    let declared = &context.settings.variables;
    let values = match source.has_values() {
        true => context.variable_values(source.dialect())?,
        false => VariableValues::default(),
    };
    let mut history = Cow::Borrowed(history);
    if !declared.is_empty() {
        // What is wrong with a variable is a finding of `check`.
        let _ = bind(history.to_mut(), declared, &values);
    }
    if source.has_values() {
        check_values(&history, parents)?;
    }
    let mut all = Vec::new();
    for dialect in dialects {
        let of = (&*history, &values);
        let (mut changes, wanted) = changes(context, asked, of, dialect, parents, source)?;
        warn_of_undecided(context, &history, &wanted, &changes.undecided);
        let mut written = BTreeSet::new();
        for step in changes.up.iter_mut().chain(&mut changes.down) {
            step.sql = restore(&step.sql, declared, dialect);
            if source.has_values() {
                written.extend(with_values_in(&step.sql, declared, &values, dialect));
            }
        }
        for name in written {
            context.ui.warn(format_args!(
                "the SQL has the value of the variable `{name}`: write `${{{name}}}` where it is meant"
            ));
        }
        all.push(changes);
    }
    Ok(all)
}

/// Refuses to compare a database with revisions that have variables without values.
fn check_values(history: &History, parents: &[Node]) -> Result<(), CliError> {
    let graph = &history.graph;
    let needed = graph.dependency_closure(parents.iter().copied());
    let unset = needed.iter().find(|node| !graph.revision(*node).unset_variables.is_empty());
    let Some(node) = unset else { return Ok(()) };
    let names = graph.revision(node).unset_variables.clone();
    let (message, help) = ScriptError::Variables { node, names }.explain(graph);
    Err(help.into_iter().fold(CliError::failed(message), CliError::help))
}

/// The revisions that the new one needs.
pub(super) fn parents(
    author: &Author<'_>,
    history: &History,
    request: &NewRevision,
) -> Result<Vec<Node>, CliError> {
    let parent =
        author.parent(request.head.as_deref(), request.splice).map_err(writing::refused)?;
    let graph = &history.graph;
    let mut nodes: Vec<Node> = parent.iter().filter_map(|id| graph.node(id.as_str())).collect();
    nodes.extend(request.depends_on.iter().filter_map(|word| graph.find(word).ok()));
    Ok(nodes)
}

/// The databases that the revision is for.
pub(super) fn dialects(context: &Context<'_>, history: &History) -> Result<Vec<Dialect>, CliError> {
    if !context.settings.dialects.is_empty() {
        return Ok(context.settings.dialects.clone());
    }
    if let Some(lock) = history.lock.as_ref().filter(|lock| !lock.dialects.is_empty()) {
        return Ok(lock.dialects.clone());
    }
    let url = context.database_url()?;
    match url.as_deref().and_then(Dialect::of_url) {
        Some(dialect) => Ok(vec![dialect]),
        None => Err(CliError::usage("it is not known for which database the SQL is written")
            .help("write `dialects = [\"postgres\"]` into migrate.toml, or set DATABASE_URL")),
    }
}

/// The schema after revisions.
pub(super) fn state_after(
    history: &History,
    dialect: Dialect,
    nodes: &[Node],
) -> Result<State, CliError> {
    Evolution::after(&history.graph, dialect, nodes).ok_or_else(|| {
        CliError::failed(format!("the schema of {dialect} cannot be followed without a database"))
    })
}

/// Generates for one database, and asks about renames. The answers hold for the other databases too. The history
/// has these values in the place of its variables.
pub(super) fn changes(
    context: &Context<'_>,
    asked: &mut Options,
    (history, values): (&History, &VariableValues),
    dialect: Dialect,
    parents: &[Node],
    source: &dyn Source,
) -> Result<(Changes, Wanted), CliError> {
    let settings = &context.settings;
    let filter = Filter { tables: settings.tables.clone(), ignore: settings.ignore.clone() };
    let state = state_after(history, dialect, parents)?;
    // Reads the whole history once more, so only where a schema of SQL asks for it, and once.
    let known = LazyCell::new(|| not_followed(&history.graph, dialect, parents));
    loop {
        let renames = &asked.rename;
        let wanted =
            source.wanted(context, &Asked { dialect, history, head: &state, values, renames })?;
        refuse_unfollowed(&known, &wanted)?;
        let renames: Vec<String> = renames.iter().chain(&wanted.renames).cloned().collect();
        let result = generate(&Request {
            dialect,
            history: &state,
            wanted: &wanted.state,
            filter: &filter,
            renames: &renames,
            dropped: &asked.drop,
            takes_likely: asked.yes,
        });
        match result {
            Ok(changes) => {
                let taken = changes.renames.iter().map(ToString::to_string);
                let new: Vec<String> = taken.filter(|text| !renames.contains(text)).collect();
                if source.follows_renames() && !new.is_empty() {
                    asked.rename.extend(new);
                    continue;
                }
                warn_of_unfollowed(context, history, &state, &known, &wanted);
                return Ok((changes, wanted));
            }
            Err(Refusal::Likely(renames)) if context.ui.is_interactive() => {
                for rename in renames {
                    if context.ui.asks(rename.question()) {
                        asked.rename.push(rename.to_string());
                    } else {
                        asked.drop.push(rename.subject());
                    }
                }
            }
            Err(refusal) => return Err(refused(dialect, &refusal)),
        }
    }
}

fn refused(dialect: Dialect, refusal: &Refusal) -> CliError {
    match refusal {
        Refusal::Likely(renames) => {
            let list = |flag: &str, text: fn(&Rename) -> String| {
                let words = renames.iter().map(|rename| format!("--{flag} {}", text(rename)));
                words.collect::<Vec<_>>().join(" ")
            };
            CliError::no(refusal.to_string())
                .help(format!("if so: `{}`, or `--yes` for all", list("rename", Rename::to_string)))
                .help(format!("if not: `{}`; its values are lost", list("drop", Rename::subject)))
        }
        Refusal::Rename { .. } => CliError::usage(refusal.to_string()),
        _ => CliError::failed(format!("on {dialect}: {refusal}"))
            .help("write this change by hand with `cargo migrate new`; nothing was written"),
    }
}
