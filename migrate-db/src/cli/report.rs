//! The JSON output, in structs of its own, so that internal changes do not alter it.
//!
//! `docs/json.md` documents every shape. The shapes are stable.

use std::collections::HashMap;
use std::path::Path;

use migrate_core::diagnostic::{Diagnostic, Diagnostics, Severity};
use migrate_core::graph::{Graph, Node, Set};
use migrate_core::loaded_schema::Differences;
use migrate_core::plan::{Direction, Plan};
use migrate_core::schema::Difference;
use migrate_core::version_table::LogRow;
use serde::Serialize;

use super::CliError;
use super::program::Program;
use super::schema_report::ChangeJson;
use crate::state::DatabaseState;
use crate::{ReportedStep, Unfinished};

/// A revision.
#[derive(Debug, Serialize)]
pub(super) struct Revision<'g> {
    revision: &'g str,
    revises: Vec<&'g str>,
    depends_on: Vec<&'g str>,
    branch_labels: Vec<&'g str>,
    message: &'g str,
    created: Option<&'g str>,
    path: &'g str,
    is_head: bool,
    is_base: bool,
    is_merge_point: bool,
    is_branch_point: bool,
    /// `None` without a database.
    applied: Option<bool>,
}

impl<'g> Revision<'g> {
    pub(super) fn of(graph: &'g Graph, node: Node, applied: Option<&Set>) -> Self {
        let revision = graph.revision(node);
        let header = &revision.header;
        Self {
            revision: revision.id().as_str(),
            revises: ids(graph, graph.parents(node)),
            depends_on: ids(graph, graph.dependencies(node)),
            branch_labels: header.labels.iter().map(|label| label.name.as_str()).collect(),
            message: revision.message(),
            created: header.created.as_ref().map(|created| created.as_str()),
            path: revision.file.path(),
            is_head: graph.is_head(node),
            is_base: graph.is_base(node),
            is_merge_point: graph.is_merge_point(node),
            is_branch_point: graph.is_branch_point(node),
            applied: applied.map(|applied| applied.contains(node)),
        }
    }

    pub(super) fn all(
        graph: &'g Graph,
        nodes: &[Node],
        status: Option<&DatabaseState>,
    ) -> Vec<Self> {
        let applied = status.map(|status| &status.applied);
        nodes.iter().map(|node| Self::of(graph, *node, applied)).collect()
    }
}

/// The steps of a run or of a preview.
#[derive(Debug, Serialize)]
pub(super) struct Run<'g> {
    steps: Vec<Step<'g>>,
    heads_after: Vec<&'g str>,
}

#[derive(Debug, Serialize)]
struct Step<'g> {
    revision: &'g str,
    direction: &'static str,
    message: &'g str,
    /// Only of a step that ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
}

impl<'g> Run<'g> {
    /// The steps of a plan.
    pub(super) fn planned(graph: &'g Graph, plan: &Plan) -> Self {
        let steps = plan.steps.iter().map(|step| Step {
            revision: graph.id(step.node).as_str(),
            direction: word(step.direction),
            message: graph.revision(step.node).message(),
            duration_ms: None,
        });
        Self { steps: steps.collect(), heads_after: ids(graph, &plan.heads_after(graph)) }
    }

    /// A stamp, which has no steps.
    pub(super) fn stamped(heads_after: Vec<&'g str>) -> Self {
        Self { steps: Vec::new(), heads_after }
    }

    /// The steps of a run.
    pub(super) fn done(steps: &'g [ReportedStep], heads_after: &'g [String]) -> Self {
        let steps = steps.iter().map(|step| Step {
            revision: &step.revision,
            direction: word(step.direction),
            message: &step.message,
            duration_ms: Some(u64::try_from(step.duration.as_millis()).unwrap_or(u64::MAX)),
        });
        let heads_after = heads_after.iter().map(String::as_str).collect();
        Self { steps: steps.collect(), heads_after }
    }
}

/// The state of a database.
#[derive(Debug, Serialize)]
pub(super) struct Current<'g> {
    heads: Vec<&'g str>,
    applied: Vec<&'g str>,
    pending: Vec<&'g str>,
    #[serde(flatten)]
    problems: Problems<'g>,
}

impl<'g> Current<'g> {
    pub(super) fn of(graph: &'g Graph, status: &'g DatabaseState) -> Self {
        let applied: Vec<Node> = status.applied.iter().collect();
        Self {
            heads: ids(graph, &status.heads(graph)),
            applied: ids(graph, &applied),
            pending: ids(graph, &status.pending(graph)),
            problems: Problems::of(graph, status),
        }
    }
}

/// Problems of a database. Empty lists are omitted.
#[derive(Debug, Default, Serialize)]
pub(super) struct Problems<'g> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<&'g str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    edited: Vec<&'g str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unfinished: Vec<Stopped<'g>>,
}

impl<'g> Problems<'g> {
    pub(super) fn of(graph: &'g Graph, status: &'g DatabaseState) -> Self {
        Self {
            unknown: status.unknown.iter().map(String::as_str).collect(),
            edited: ids(graph, &status.edited),
            unfinished: status.unfinished.iter().map(Stopped::of).collect(),
        }
    }
}

/// A step that stopped partway.
#[derive(Debug, Serialize)]
pub(super) struct Stopped<'g> {
    revision: &'g str,
    direction: &'static str,
    statements_done: usize,
}

impl<'g> Stopped<'g> {
    pub(super) fn of(unfinished: &'g Unfinished) -> Self {
        Self {
            revision: &unfinished.revision,
            direction: word(unfinished.direction()),
            statements_done: unfinished.done,
        }
    }
}

/// A row of the log.
#[derive(Debug, Serialize)]
pub(super) struct Logged<'g> {
    at: &'g str,
    revision: &'g str,
    event: &'g str,
    duration_ms: Option<u64>,
    by: &'g str,
    tool: &'g str,
    detail: &'g str,
}

impl<'g> From<&'g LogRow> for Logged<'g> {
    fn from(row: &'g LogRow) -> Self {
        Self {
            at: &row.at,
            revision: &row.revision,
            event: &row.event,
            duration_ms: row.duration_ms,
            by: &row.by,
            tool: &row.tool,
            detail: &row.detail,
        }
    }
}

/// SQL.
#[derive(Debug, Serialize)]
pub(super) struct Sql<'g> {
    pub(super) sql: &'g str,
}

/// The words of a direction.
pub(super) const fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    }
}

/// The ids of nodes.
pub(super) fn ids<'g>(graph: &'g Graph, nodes: &[Node]) -> Vec<&'g str> {
    nodes.iter().map(|node| graph.id(*node).as_str()).collect()
}

/// The answer of `check`.
#[derive(Debug, Serialize)]
pub(super) struct Check<'g> {
    ok: bool,
    findings: Vec<Finding<'g>>,
    heads: Vec<&'g str>,
    /// `None` without models.
    models: Option<Vec<Finding<'g>>>,
    /// `None` without a database.
    pending: Option<Vec<&'g str>>,
    /// `None` if the database was not compared.
    drift: Option<Vec<ChangeJson>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_compared: Vec<ChangeJson>,
    #[serde(flatten)]
    problems: Problems<'g>,
}

impl<'g> Check<'g> {
    pub(super) fn of(
        graph: &'g Graph,
        (found, models): (&'g Diagnostics, Option<&'g Diagnostics>),
        status: Option<&'g DatabaseState>,
        drift: Option<&Differences>,
        ok: bool,
        program: &Program,
    ) -> Self {
        let finding = |diagnostic| Finding::of(diagnostic, program);
        let changes = |list: &[Difference]| list.iter().map(ChangeJson::of).collect();
        Self {
            ok,
            findings: found.iter().map(finding).collect(),
            heads: ids(graph, &graph.real_heads()),
            models: models.map(|models| models.iter().map(finding).collect()),
            pending: status.map(|status| ids(graph, &status.pending(graph))),
            drift: drift.map(|drift| changes(&drift.certain)),
            not_compared: drift.map(|drift| changes(&drift.unknown)).unwrap_or_default(),
            problems: status.map(|status| Problems::of(graph, status)).unwrap_or_default(),
        }
    }
}

/// The answer of `lint`.
#[derive(Debug, Serialize)]
pub(super) struct Lint<'g> {
    ok: bool,
    findings: Vec<LintFinding<'g>>,
}

/// One finding of `lint`.
#[derive(Debug, Serialize)]
struct LintFinding<'g> {
    /// `None` if it is not about one revision.
    revision: Option<&'g str>,
    #[serde(flatten)]
    finding: Finding<'g>,
}

impl<'g> Lint<'g> {
    pub(super) fn of(
        graph: &'g Graph,
        found: &'g Diagnostics,
        ok: bool,
        program: &Program,
    ) -> Self {
        let by_path: HashMap<&str, &str> = graph
            .order()
            .map(|node| (graph.revision(node).file.path(), graph.id(node).as_str()))
            .collect();
        let findings = found.iter().map(|diagnostic| {
            let path = diagnostic.places.first().map(|place| place.location.path.as_str());
            let revision = path.and_then(|path| by_path.get(path)).copied();
            LintFinding { revision, finding: Finding::of(diagnostic, program) }
        });
        Self { ok, findings: findings.collect() }
    }
}

/// One diagnostic.
#[derive(Debug, Serialize)]
struct Finding<'g> {
    code: &'static str,
    severity: &'static str,
    message: &'g str,
    places: Vec<Place<'g>>,
    help: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Place<'g> {
    path: &'g str,
    line: usize,
    column: usize,
    label: &'g str,
}

impl<'g> Finding<'g> {
    fn of(diagnostic: &'g Diagnostic, program: &Program) -> Self {
        let places = diagnostic.places.iter().map(|place| Place {
            path: &place.location.path,
            line: place.location.line,
            column: place.location.column,
            label: &place.label,
        });
        Self {
            code: diagnostic.code.as_str(),
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &diagnostic.message,
            places: places.collect(),
            help: diagnostic.help.iter().map(|help| program.named(help)).collect(),
        }
    }
}

/// The answer of a command about several databases.
#[derive(Debug, Serialize)]
pub(super) struct Fleet<'g, T, F: Serialize> {
    pub(super) ok: bool,
    #[serde(flatten)]
    pub(super) files: F,
    pub(super) databases: Vec<Member<'g, T>>,
}

/// One of several databases.
#[derive(Debug, Serialize)]
pub(super) struct Member<'g, T> {
    /// Its table in migrate.toml.
    pub(super) database: Option<&'g str>,
    pub(super) name: &'g str,
    #[serde(flatten)]
    pub(super) outcome: MemberOutcome<T>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum MemberOutcome<T> {
    Done(T),
    Failed { error: Failure },
    NotBegun { not_begun: bool },
}

/// What a run did to one of several databases, or would do.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum FleetRun<'g> {
    Steps {
        #[serde(flatten)]
        run: Run<'g>,
        /// The copy that was made before.
        #[serde(skip_serializing_if = "Option::is_none")]
        backup: Option<&'g Path>,
    },
    Sql(Sql<'g>),
}

/// An error.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    message: String,
    causes: Vec<String>,
    help: Vec<String>,
}

impl Failure {
    pub(super) fn of(error: &CliError, program: &Program) -> Self {
        let excerpt = error.excerpt.as_ref();
        let place = excerpt.map(|one| format!("{}:{}: {}", one.path, one.line, one.label));
        Self {
            message: error.message.clone(),
            causes: place.into_iter().chain(error.causes()).collect(),
            help: error.help.iter().map(|help| program.named(help)).collect(),
        }
    }
}

/// The files of the histories of `check --all`.
#[derive(Debug, Serialize)]
pub(super) struct FleetFiles<'g> {
    pub(super) files: Vec<CheckedFiles<'g>>,
}

/// The files of one history.
#[derive(Debug, Serialize)]
pub(super) struct CheckedFiles<'g> {
    /// Its table in migrate.toml.
    pub(super) database: Option<&'g str>,
    #[serde(flatten)]
    pub(super) answer: Check<'g>,
}

/// One database of `check --all`.
#[derive(Debug, Serialize)]
pub(super) struct CheckedDatabase<'g> {
    ok: bool,
    pending: Vec<&'g str>,
    #[serde(flatten)]
    problems: Problems<'g>,
}

impl<'g> CheckedDatabase<'g> {
    pub(super) fn of(graph: &'g Graph, status: &'g DatabaseState, ok: bool) -> Self {
        let pending = ids(graph, &status.pending(graph));
        Self { ok, pending, problems: Problems::of(graph, status) }
    }
}
