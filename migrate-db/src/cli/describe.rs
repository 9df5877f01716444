//! Formats revisions, steps and statements as text.

use std::fmt::{self, Display};
use std::time::Duration;

use migrate_core::graph::{Graph, Node};
use migrate_core::plan::Direction;

use super::report::word;
use super::ui::style::{DIM, ID, MARK};
use crate::event::changes_rows;
use crate::human_duration::HumanDuration;
use crate::state::DatabaseState;

/// Formats a revision on one line: id, labels, marks, message.
pub(super) struct Line<'g> {
    graph: &'g Graph,
    node: Node,
    current: bool,
    with_parents: bool,
    with_dependencies: bool,
}

impl<'g> Line<'g> {
    pub(super) fn of(graph: &'g Graph, node: Node) -> Self {
        Self { graph, node, current: false, with_parents: false, with_dependencies: false }
    }

    /// Adds its parents at the front.
    pub(super) fn with_parents(self) -> Self {
        Self { with_parents: true, ..self }
    }

    /// Adds its dependencies.
    pub(super) fn with_dependencies(self) -> Self {
        Self { with_dependencies: true, ..self }
    }

    /// Marks it as a head of the database.
    pub(super) fn current(self, current: bool) -> Self {
        Self { current, ..self }
    }
}

impl Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { graph, node, .. } = *self;
        let revision = graph.revision(node);
        if self.with_parents {
            let parents = names(graph, graph.parents(node));
            let parents = if parents.is_empty() { "<base>" } else { &parents };
            write!(f, "{ID}{parents}{ID:#}")?;
            let dependencies = names(graph, graph.dependencies(node));
            if !dependencies.is_empty() {
                write!(f, " ({dependencies})")?;
            }
            f.write_str(" -> ")?;
        }
        write!(f, "{ID}{}{ID:#}", revision.id())?;
        let labels: Vec<&str> = revision.header.labels.iter().map(|l| l.name.as_str()).collect();
        if !labels.is_empty() {
            write!(f, " {MARK}({}){MARK:#}", labels.join(", "))?;
        }
        for mark in marks(graph, node, self.current) {
            write!(f, " {MARK}({mark}){MARK:#}")?;
        }
        let replaced = revision.replaced_ids().len();
        if replaced > 0 {
            write!(f, " {MARK}(replaces {}){MARK:#}", Count(replaced, "revision"))?;
        }
        let dependencies = names(graph, graph.dependencies(node));
        if self.with_dependencies && !dependencies.is_empty() {
            write!(f, " (depends on {ID}{dependencies}{ID:#})")?;
        }
        match revision.message() {
            "" => Ok(()),
            message => write!(f, ", {message}"),
        }
    }
}

fn marks(graph: &Graph, node: Node, current: bool) -> impl Iterator<Item = &'static str> {
    let head = if graph.is_real_head(node) { "head" } else { "effective head" };
    [
        (current, "current"),
        (graph.is_head(node), head),
        (graph.is_branch_point(node), "branchpoint"),
        (graph.is_merge_point(node), "mergepoint"),
    ]
    .into_iter()
    .filter_map(|(is, mark)| is.then_some(mark))
}

/// Formats a revision with all its fields, one per line.
pub(super) struct Entry<'g> {
    pub(super) graph: &'g Graph,
    pub(super) node: Node,
    /// Whether it is applied, and whether it is a head of the database; `None` without a database.
    pub(super) applied: Option<(bool, bool)>,
}

impl Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { graph, node, applied } = *self;
        let revision = graph.revision(node);
        let mut field = |name: &str, value: &str| -> fmt::Result {
            if value.is_empty() {
                return Ok(());
            }
            writeln!(f, "{DIM}{:<12}{DIM:#} {value}", format!("{name}:"))
        };
        let current = applied.is_some_and(|(_, current)| current);
        let marks: String = marks(graph, node, current).map(|m| format!(" ({m})")).collect();
        field("revision", &format!("{ID}{}{ID:#}{MARK}{marks}{MARK:#}", revision.id()))?;
        let parents = names(graph, graph.parents(node));
        field("revises", if parents.is_empty() { "<base>" } else { &parents })?;
        field("depends on", &names(graph, graph.dependencies(node)))?;
        let labels: Vec<&str> = revision.header.labels.iter().map(|l| l.name.as_str()).collect();
        field("labels", &labels.join(", "))?;
        let replaced: Vec<&str> = revision.replaced_ids().iter().map(|id| id.as_str()).collect();
        field("replaces", &replaced.join(", "))?;
        field("children", &names(graph, graph.children(node)))?;
        field("created", revision.header.created.as_ref().map_or("", |c| c.as_str()))?;
        field("path", revision.file.path())?;
        field("applied", applied.map_or("", |(applied, _)| if applied { "yes" } else { "no" }))?;
        match revision.message() {
            "" => Ok(()),
            message => writeln!(f, "\n    {message}"),
        }
    }
}

/// Formats a step on one line.
pub(super) struct StepLine<'g> {
    pub(super) direction: Direction,
    pub(super) revision: &'g str,
    pub(super) message: &'g str,
    /// Only of a step that ran.
    pub(super) duration: Option<Duration>,
}

impl Display for StepLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<4} {ID}{}{ID:#}", word(self.direction), self.revision)?;
        if !self.message.is_empty() {
            write!(f, ", {}", self.message)?;
        }
        match self.duration {
            Some(duration) => write!(f, " {DIM}({}){DIM:#}", HumanDuration(duration)),
            None => Ok(()),
        }
    }
}

/// Formats SQL on one line, truncated if it is long.
pub(super) struct OneLine<'s>(pub(super) &'s str);

/// The most characters of a statement on one line.
const LONGEST_LINE: usize = 100;

impl OneLine<'_> {
    /// Returns `true` if the statement changes rows, judged by its first word.
    pub(super) fn changes_rows(&self) -> bool {
        changes_rows(self.0)
    }
}

impl Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A statement may have megabytes, so only its beginning is read.
        let mut line = String::new();
        for word in self.0.split_whitespace() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            if line.len() > 4 * LONGEST_LINE {
                break;
            }
        }
        match line.char_indices().nth(LONGEST_LINE) {
            Some((end, _)) => write!(f, "{} ..", line[..end].trim_end()),
            None => f.write_str(&line),
        }
    }
}

/// Formats the progress of a batch section: `batch 40: 400000 of up to 1000000 rows, 52000 rows/s, up
/// to 12 s left`.
pub(super) struct BatchLine {
    pub(super) batch: usize,
    /// The rows that this run changed.
    pub(super) total: u64,
    /// The rows that there are to change at most.
    pub(super) expected: Option<u64>,
    pub(super) elapsed: Duration,
}

impl Display for BatchLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { batch, total, expected, elapsed } = self;
        write!(f, "batch {batch}: {total}")?;
        if let Some(expected) = expected {
            write!(f, " of up to {expected}")?;
        }
        let seconds = elapsed.as_secs_f64();
        let rate = *total as f64 / seconds.max(0.001);
        write!(f, " rows, {rate:.0} rows/s")?;
        if let Some(left) = expected.and_then(|expected| expected.checked_sub(*total))
            && *total > 0
        {
            let left = Duration::try_from_secs_f64(left as f64 / rate).unwrap_or(Duration::MAX);
            write!(f, ", up to {} s left", left.as_secs())?;
        }
        Ok(())
    }
}

/// Formats a number with a noun: `1 revision`, `2 revisions`.
pub(super) struct Count(pub(super) usize, pub(super) &'static str);

impl Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, what) = self;
        let plural = match *count {
            1 => "",
            _ if what.ends_with("ch") => "es",
            _ => "s",
        };
        write!(f, "{count} {what}{plural}")
    }
}

/// Lists the problems of a database other than pending revisions, with their numbers.
pub(super) fn problems(state: &DatabaseState) -> Vec<String> {
    [
        (state.unknown.len(), "without a file"),
        (state.edited.len(), "edited afterwards"),
        (state.edited_replaced.len(), "edited afterwards and replaced"),
        (state.partly_replaced().count(), "replaced while applied in part"),
        (state.unfinished.len(), "stopped partway"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect()
}

/// Formats the ids of nodes, separated by commas.
pub(super) fn names(graph: &Graph, nodes: &[Node]) -> String {
    super::report::ids(graph, nodes).join(", ")
}

/// Formats the heads of a database, or `base` if it has none.
pub(super) fn place<'i>(heads: impl IntoIterator<Item = &'i str>) -> String {
    let heads: Vec<&str> = heads.into_iter().collect();
    if heads.is_empty() { "base".to_owned() } else { heads.join(", ") }
}

/// Formats rows in columns that are as wide as their widest cell.
pub(super) struct Table<const N: usize>(Vec<[String; N]>);

impl<const N: usize> Table<N> {
    /// Begins with the names of the columns.
    pub(super) fn new(head: [&str; N]) -> Self {
        Self(vec![head.map(str::to_owned)])
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: [String; N]) {
        self.0.push(cells);
    }

    /// Returns the lines.
    pub(super) fn lines(&self) -> Vec<String> {
        let width = |column: usize| self.0.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..N).map(|column| width(column).unwrap_or(0)).collect();
        let line = |row: &[String; N]| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        self.0.iter().map(line).collect()
    }
}
