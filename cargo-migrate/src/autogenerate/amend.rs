//! `new --autogenerate --amend`: writes the changes into the newest revision.
//!
//! A revision that holds exactly what was generated for it is generated again from the schema before it.
//! In any other, parts were written by hand: they stay, and the new steps go behind those of the up and before
//! those of the down. Where the options of the sections do not allow that, the command refuses.

use std::time::Duration;

use migrate_core::author::Author;
use migrate_core::autogenerate::{Changes, Filter, Request, generate, sections};
use migrate_core::graph::Node;
use migrate_core::history::History;
use migrate_core::revision::{DraftSection, Revision, SectionKind};
use migrate_db::Migrator;
use migrate_db::cli::CliError;

use super::databases::{dialects, for_all_databases, state_after};
use super::{Options, Outcome, confirm_losses, printed};
use crate::context::Context;
use crate::models;
use crate::runtime::block_on;
use crate::writing;

/// Writes the head again.
///
/// # Errors
/// As [`super::write`], and when there is no head that may change.
pub(super) fn amend(
    context: &Context<'_>,
    options: &Options,
    author: Author<'_>,
    history: &History,
) -> Result<Outcome, CliError> {
    let graph = &history.graph;
    let head = author.parent(None, false).map_err(writing::refused)?;
    let head = head.and_then(|id| graph.node(id.as_str())).ok_or_else(|| {
        CliError::usage("there is no revision to amend")
            .help("without `--amend` the first one is written")
    })?;
    let source = models::source(context, &options.models)?;
    let mut asked = options.clone();
    let behind = for_all_databases(context, &mut asked, history, &[head], &*source)?;
    if behind.iter().all(|changes| changes.up.is_empty()) {
        return Ok(Outcome::Nothing);
    }
    let revision = graph.revision(head);
    refuse_applied(context, history, revision)?;
    let (own, others) = own_sections(revision);
    let before: Vec<Node> = graph.needs(head).collect();
    let again = match generated_renames(context, history, head, &before, &own) {
        Some(renames) => {
            // Renames of what the revision itself created are no renames any more.
            let mut asked = Options { rename: renames, ..asked };
            for_all_databases(context, &mut asked, history, &before, &*source).ok()
        }
        None => None,
    };
    let (all, mut body) = match again {
        Some(all) if all.iter().all(|changes| changes.up.is_empty()) => {
            let file = revision.file.path();
            return Err(CliError::failed(format!(
                "the wanted schema is the one before {}: nothing is left of the revision",
                revision.id()
            ))
            .help(format!("delete {file}, then `cargo migrate accept` updates the lock file")));
        }
        Some(all) => {
            let body = sections(&all);
            (all, body)
        }
        None => {
            let body = joined(&own, &sections(&behind)).ok_or_else(|| {
                CliError::failed(format!(
                    "{} has parts that were written by hand, and the options of its sections do not fit the changes",
                    revision.file.path()
                ))
                .help("without `--amend` the changes are a revision on top of it")
            })?;
            (behind, body)
        }
    };
    confirm_losses(context, options, &all)?;
    body.extend(others);
    let read = |name: &str| std::fs::read_to_string(context.directory.path().join(name));
    let written = author.amend(head, &body, read).map_err(writing::refused)?;
    Ok(if options.dry_run { printed(written) } else { Outcome::Amended(written) })
}

/// Refuses a revision that the configured database has applied: its down would be another. A database that cannot
/// be reached is not asked.
fn refuse_applied(
    context: &Context<'_>,
    history: &History,
    revision: &Revision,
) -> Result<(), CliError> {
    let Some(database) = context.database()? else { return Ok(()) };
    let options = migrate_db::Options { connect_timeout: Duration::ZERO, ..context.options() };
    let migrator = Migrator::new(history).options(options);
    let asked = block_on(async { Ok(migrator.status(&database).await?) });
    let id = revision.id();
    match asked {
        Ok(status) if status.applied.iter().any(|applied| applied == id.as_str()) => {
            Err(CliError::failed(format!("{database} has applied revision {id}"))
                .help("`cargo migrate downgrade -1` reverts it there first"))
        }
        Ok(_) => Ok(()),
        Err(error) => {
            context.ui.detail(format_args!("{database} was not asked: {}", error.message));
            Ok(())
        }
    }
}

/// The sections that autogenerate writes, and the others.
fn own_sections(revision: &Revision) -> (Vec<DraftSection>, Vec<DraftSection>) {
    let text = revision.file.text();
    let draft = |section: &migrate_core::revision::Section| {
        let marker = section.marker.of(text).trim().trim_start_matches("-- migrate:").to_owned();
        DraftSection::new(marker, section.body.of(text).trim())
    };
    let is_own = |kind| {
        use SectionKind::{Down, Irreversible, Lossy, Noop, Up};
        matches!(kind, Up | Down | Noop | Lossy | Irreversible)
    };
    let (own, others): (Vec<_>, Vec<_>) =
        revision.sections.iter().partition(|section| is_own(section.kind));
    (own.into_iter().map(draft).collect(), others.into_iter().map(draft).collect())
}

/// The renames of a revision, if its sections are what is generated for it; `None` if parts were written by hand.
fn generated_renames(
    context: &Context<'_>,
    history: &History,
    head: Node,
    before: &[Node],
    own: &[DraftSection],
) -> Option<Vec<String>> {
    let settings = &context.settings;
    let filter = Filter { tables: settings.tables.clone(), ignore: settings.ignore.clone() };
    let mut all: Vec<Changes> = Vec::new();
    for dialect in dialects(context, history).ok()? {
        let request = Request {
            dialect,
            history: &state_after(history, dialect, before).ok()?,
            wanted: &state_after(history, dialect, &[head]).ok()?,
            filter: &filter,
            renames: &[],
            dropped: &[],
            takes_likely: true,
        };
        all.push(generate(&request).ok()?);
    }
    let is_same = |(one, other): (&DraftSection, &DraftSection)| {
        one.marker == other.marker && one.body.trim() == other.body.trim()
    };
    let generated = sections(&all);
    let same = generated.len() == own.len() && generated.iter().zip(own).all(is_same);
    let renames = all.iter().flat_map(|changes| &changes.renames).map(ToString::to_string);
    same.then(|| renames.collect())
}

/// The sections with more steps: behind the up, before the down. `None` if a section is missing.
fn joined(own: &[DraftSection], more: &[DraftSection]) -> Option<Vec<DraftSection>> {
    let mut all = own.to_vec();
    for new in more {
        let kind = kind(&new.marker);
        match kind {
            "up" | "down" => {
                let of_kind = own.iter().filter(|one| self::kind(&one.marker) == kind).count();
                let mut found = 0;
                for one in all.iter_mut().filter(|one| fits(&one.marker, &new.marker)) {
                    found += 1;
                    let (first, second) =
                        if kind == "up" { (&one.body, &new.body) } else { (&new.body, &one.body) };
                    one.body = format!("{}\n{}", first.trim_end(), second.trim_end());
                }
                let is_for_all = !new.marker.contains(" dialect:");
                if found == 0 || is_for_all && found < of_kind {
                    return None;
                }
            }
            // There is nothing to revert: the down stays.
            "noop" => {}
            _ if all.contains(new) => {}
            _ => all.push(new.clone()),
        }
    }
    Some(all)
}

fn kind(marker: &str) -> &str {
    marker.split(' ').next().unwrap_or_default()
}

/// Whether a section takes the steps of another: it has the same options, or is for one of its databases.
fn fits(own: &str, new: &str) -> bool {
    let words = own.split(' ').filter(|word| !word.starts_with("dialect:"));
    own == new || words.collect::<Vec<_>>().join(" ") == new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(marker: &str, body: &str) -> DraftSection {
        DraftSection::new(marker, body)
    }

    #[test]
    fn steps_go_behind_the_up_and_before_the_down() {
        let own = [
            section("up dialect:sqlite", "a;"),
            section("up dialect:postgres", "b;"),
            section("down", "z;"),
        ];
        let more = [section("up", "c;"), section("down", "y;"), section("lossy t.c gone", "")];
        let all = joined(&own, &more).unwrap();
        let texts: Vec<&str> = all.iter().map(|one| one.body.as_str()).collect();
        assert_eq!(texts, ["a;\nc;", "b;\nc;", "y;\nz;", ""]);
    }

    #[test]
    fn sections_with_other_options_do_not_take_steps() {
        let own = [
            section("up dialect:sqlite", "a;"),
            section("up dialect:postgres transaction:false", "b;"),
        ];
        assert_eq!(joined(&own, &[section("up", "c;")]), None);
        assert_eq!(joined(&own, &[section("up dialect:postgres", "c;")]), None);
        assert!(joined(&own, &[section("up dialect:sqlite", "c;")]).is_some());
        assert_eq!(joined(&[section("irreversible gone", "")], &[section("down", "c;")]), None);
    }
}
