//! `cargo migrate rebase`.

use migrate_core::author::{Rebase, Rebased};
use migrate_core::graph::Graph;
use migrate_core::ident::RevisionId;
use migrate_db::cli::ui::Format;
use migrate_db::cli::{CliError, Exit};
use serde::Serialize;

use crate::context::Context;
use crate::writing;

/// Move a branch on top of another, so that one head remains
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate rebase                           # move the head that is not on git's main branch
  cargo migrate rebase 8ab1c0                    # move the branch of this revision
  cargo migrate rebase billing --onto 615021

The command rewrites only the `revises:` line of the branch's first revision. It also works while
migrate.lock holds git's conflict markers, and rewrites that file. Databases that applied the
branch stay valid, because the lock file keeps the earlier fingerprint.")]
pub(crate) struct Args {
    /// The branch to move, by one of its revisions or its label [default: of two heads, the one that
    /// is not on git's main branch]
    #[arg(value_name = "BRANCH", allow_negative_numbers = true)]
    branch: Option<String>,
    /// The head to move it onto [default: the other head]
    #[arg(long, value_name = "HEAD", allow_negative_numbers = true)]
    onto: Option<String>,
}

/// What is asked for; of two heads, the one that is not published is moved.
fn request(args: &Args, context: &Context<'_>, graph: &Graph) -> Rebase {
    if let (None, None, [one, other]) = (&args.branch, &args.onto, graph.real_heads().as_slice())
        && let Some((moved, onto)) = writing::unpublished(context, graph, [*one, *other])
    {
        let name = |node| Some(graph.id(node).to_string());
        return Rebase { branch: name(moved), onto: name(onto) };
    }
    Rebase { branch: args.branch.clone(), onto: args.onto.clone() }
}

#[derive(Serialize)]
struct Json<'a> {
    onto: &'a str,
    rewritten: Vec<&'a str>,
    moved: Vec<&'a str>,
}

pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    let (rebased, paths) = writing::act(
        context,
        "rebase",
        |done: &(Rebased, Vec<String>)| &done.0.changes,
        |author, history| {
            let request = request(args, context, &history.graph);
            let rebased = author
                .rebase(&request, |name| context.directory.raw(name))
                .map_err(writing::refused)?;
            warn_of_published(context, &history.graph, &rebased);
            let path = |id: &RevisionId| {
                let node = history.graph.node(id.as_str())?;
                Some(history.graph.revision(node).file.path().to_owned())
            };
            let paths: Vec<String> = rebased.rewritten.iter().filter_map(path).collect();
            Ok((rebased, paths))
        },
    )?;
    report(context, &rebased, &paths);
    Ok(Exit::Done)
}

/// Warns where others may have run what is moved.
fn warn_of_published(context: &Context<'_>, graph: &Graph, rebased: &Rebased) {
    let moved: Vec<_> = rebased.moved.iter().filter_map(|id| graph.node(id.as_str())).collect();
    if let Some((branch, node)) = writing::published(context, graph, &moved) {
        let title = graph.title(node);
        context.ui.warn(format_args!(
            "{title} is published on {branch}: databases may have run it before {}",
            rebased.onto
        ));
    }
}

fn report(context: &Context<'_>, rebased: &Rebased, paths: &[String]) {
    let ui = context.ui;
    let names = |ids: &[RevisionId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let moved = names(&rebased.moved);
    ui.note(format_args!("moved {} on top of {}", moved.join(", "), rebased.onto));
    ui.note("to move the other branch instead, restore the files with git and name that branch");
    match ui.format() {
        Format::Text => paths.iter().for_each(|path| ui.line(path)),
        Format::Json => ui.json(&Json {
            onto: rebased.onto.as_str(),
            rewritten: rebased.rewritten.iter().map(RevisionId::as_str).collect(),
            moved: rebased.moved.iter().map(RevisionId::as_str).collect(),
        }),
    }
}
