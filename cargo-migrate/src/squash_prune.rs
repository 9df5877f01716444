//! Which databases need the files of replaced revisions.

use migrate_core::author::Author;
use migrate_core::diagnostic::Diagnostics;
use migrate_core::graph::Node;
use migrate_core::history::History;
use migrate_db::cli::CliError;
use migrate_db::{Database, Member, Migrator, Status};

use crate::context::Context;
use crate::fleet;
use crate::globals::Globals;
use crate::writing;

/// Replacing revisions whose replaced ones still have files.
pub(crate) struct Prune<'h> {
    history: &'h History,
    nodes: Vec<Node>,
}

/// Returns the databases that are asked: those of the URLs, else all of migrate.toml that have this history.
///
/// # Errors
/// When there is none, or a URL is malformed.
pub(crate) async fn databases(
    context: &Context<'_>,
    globals: &Globals,
    urls: &[String],
) -> Result<Vec<Member>, CliError> {
    if !urls.is_empty() {
        let member = |url: &String| {
            let database = Database::from_url(url)?;
            Ok(Member::new(database.to_string(), database))
        };
        return urls.iter().map(member).collect();
    }
    let members = match globals.database_url.is_some() {
        true => fleet::members(std::slice::from_ref(context), &[]).await?,
        false => {
            let mut contexts = Context::resolve_all(globals, context.ui)?;
            contexts.retain(|other| other.directory.path() == context.directory.path());
            fleet::members(&contexts, &[]).await?
        }
    };
    let members: Vec<Member> = members.into_iter().flatten().collect();
    if members.is_empty() {
        return Err(CliError::usage("no database is known that could need the old files")
            .help("`--url URL` names one; migrate.toml lists them"));
    }
    Ok(members)
}

/// The names of databases.
pub(crate) fn names(members: &[Member]) -> String {
    members.iter().map(Member::name).collect::<Vec<_>>().join(", ")
}

impl<'h> Prune<'h> {
    /// Finds the revisions that some words name, or all.
    ///
    /// # Errors
    /// A word names no revision, or one without old files.
    pub(crate) fn new(history: &'h History, words: &[String]) -> Result<Self, CliError> {
        let author = Author::new(history, &Diagnostics::new())?;
        let nodes = author.prunable(words).map_err(writing::refused)?;
        Ok(Self { history, nodes })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The paths of the files.
    pub(crate) fn paths(&self) -> Vec<&str> {
        let graph = &self.history.graph;
        let is_meant = |id: &str| graph.replacing(id).is_some_and(|by| self.nodes.contains(&by));
        let replaced = graph.replaced().iter().filter(|old| is_meant(old.id().as_str()));
        replaced.map(|old| old.file.path()).collect()
    }

    /// Asks databases. Returns a line for each that needs the files, or may need them.
    pub(crate) async fn needed_by(&self, context: &Context<'_>, members: &[Member]) -> Vec<String> {
        let mut lines = Vec::new();
        for member in members {
            let migrator = Migrator::new(self.history).options(context.options());
            let need = match migrator.status(member.database()).await {
                Ok(status) => self.need(&status),
                Err(error) => Some(format!("it cannot be asked: {error}")),
            };
            lines.extend(need.map(|need| format!("{}: {need}", member.name())));
        }
        lines
    }

    /// Why a database needs the files.
    fn need(&self, status: &Status) -> Option<String> {
        let graph = &self.history.graph;
        self.nodes.iter().find_map(|node| {
            let id = graph.id(*node).as_str();
            if status.applied.iter().any(|applied| applied == id) {
                return None;
            }
            let ids = graph.revision(*node).replaced_ids();
            let is_old = |known: &&String| ids.iter().any(|old| old.as_str() == known.as_str());
            let recorded: Vec<&str> =
                status.replaced.iter().filter(is_old).map(String::as_str).collect();
            (!recorded.is_empty()).then(|| {
                format!("a part of what {id} replaces is applied: {}", recorded.join(", "))
            })
        })
    }
}
