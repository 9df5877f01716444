//! Plans against Alembic's own answers.
//!
//! `tests/alembic/compare.py` asked Alembic where thousands of random histories, rows, commands and
//! targets lead. Here the same questions go to migrate-core: the sets of steps and the heads after
//! must be equal, every step must find what it needs, and what Alembic refuses must be refused. Where
//! the two differ, one of the rules in [`differences`] says why; nothing else may differ.

mod differences;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use migrate_core::dialect::Dialect;
use migrate_core::graph::{Graph, Node, Target, TargetError};
use migrate_core::plan::{self, Direction, Plan};
use migrate_core::revision::Revision;
use serde_json::Value;

use differences::DIFFERENCES;

use crate::support::RevisionFile;

type Names = BTreeSet<String>;

/// One question to both.
struct Case<'a> {
    graph: &'a Graph,
    rows: Vec<&'a str>,
    command: &'a str,
    target: &'a str,
    theirs: Theirs<'a>,
    ours: Result<Ours, TargetError>,
}

/// What Alembic does: without steps it refuses, without heads it dies while it moves the rows.
struct Theirs<'a> {
    steps: Option<Names>,
    heads: Option<Names>,
    error: &'a str,
}

struct Ours {
    steps: Names,
    heads: Names,
}

impl Case<'_> {
    fn agrees(&self) -> bool {
        match (&self.ours, &self.theirs.steps) {
            (Err(_), None) => true,
            (Ok(ours), Some(steps)) => {
                ours.steps == *steps && Some(&ours.heads) == self.theirs.heads.as_ref()
            }
            _ => false,
        }
    }

    fn describe(&self) -> String {
        let history: Vec<String> =
            self.graph.order().map(|node| written(self.graph, node)).collect();
        let Theirs { steps, heads, error } = &self.theirs;
        let ours = match &self.ours {
            Ok(Ours { steps, heads }) => format!("steps {steps:?}, heads {heads:?}"),
            Err(error) => format!("{:?}: {error}", error.kind),
        };
        format!(
            "{}\n  at {:?}: {} {}\n  alembic: steps {steps:?}, heads {heads:?}, {error}\n  ours: {ours}",
            history.join("; "),
            self.rows,
            self.command,
            self.target,
        )
    }
}

#[test]
fn plans_are_those_of_alembic_but_for_the_differences_that_are_meant() {
    let given = std::env::var("ALEMBIC_CASES").ok();
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/alembic/cases.jsonl");
    let lines = std::fs::read_to_string(given.as_deref().unwrap_or(committed)).unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let graph = graph(&line["history"]);
        for case in line["cases"].as_array().unwrap() {
            let case = ask(&graph, case);
            let kind = if case.agrees() {
                Some(if case.ours.is_ok() { "equal" } else { "refused by both" })
            } else {
                DIFFERENCES.iter().find(|rule| (rule.is)(&case)).map(|rule| rule.name)
            };
            match kind {
                Some(kind) => *counts.entry(kind).or_default() += 1,
                None => unexplained.push(case.describe()),
            }
        }
    }
    println!("{:>7}  equal", counts["equal"]);
    println!("{:>7}  refused by both", counts["refused by both"]);
    for rule in DIFFERENCES {
        println!("{:>7}  {}: {}", counts.get(rule.name).unwrap_or(&0), rule.name, rule.why);
    }
    let few: Vec<&String> = unexplained.iter().take(10).collect();
    assert!(few.is_empty(), "{} cases differ:\n{few:#?}", unexplained.len());
    if given.is_none() {
        let idle = DIFFERENCES.iter().find(|rule| !counts.contains_key(rule.name));
        assert!(idle.is_none(), "no case shows the difference {:?}", idle.map(|rule| rule.name));
    }
}

fn ask<'a>(graph: &'a Graph, case: &'a Value) -> Case<'a> {
    let text = |n: usize| case[n].as_str();
    let names = |n| text(n).map(|names| names.split_whitespace().map(str::to_owned).collect());
    let rows: Vec<&str> = text(0).unwrap().split_whitespace().collect();
    let (command, target) = (text(1).unwrap(), text(2).unwrap());
    let theirs = Theirs { steps: names(3), heads: names(4), error: text(5).unwrap() };
    let ours = ours(graph, &rows, command, target);
    Case { graph, rows, command, target, theirs, ours }
}

fn ours(graph: &Graph, rows: &[&str], command: &str, target: &str) -> Result<Ours, TargetError> {
    let names = |nodes: Vec<Node>| -> Names {
        nodes.into_iter().map(|node| graph.id(node).to_string()).collect()
    };
    let applied = graph.dependency_closure(rows.iter().filter_map(|row| graph.node(row)));
    let plan = match command {
        "history" => {
            let steps = names(graph.range(target, &applied)?);
            return Ok(Ours { steps, heads: names(graph.heads_of(&applied)) });
        }
        "upgrade" => plan::upgrade(graph, &applied, &target.parse()?)?,
        "downgrade" => plan::downgrade(graph, &applied, &target.parse()?)?,
        _ => {
            let targets: Vec<Target> =
                target.split(' ').map(str::parse).collect::<Result<_, _>>()?;
            let stamp = plan::stamp(graph, &applied, &targets, command == "stamp --purge")?;
            let heads = names(graph.heads_of(&stamp.applied_after));
            return Ok(Ours { steps: Names::new(), heads });
        }
    };
    assert_every_step_stands_on_what_it_needs(graph, &plan, rows);
    let steps = names(plan.steps.iter().map(|step| step.node).collect());
    Ok(Ours { steps, heads: names(plan.heads_after(graph)) })
}

fn assert_every_step_stands_on_what_it_needs(graph: &Graph, plan: &Plan, rows: &[&str]) {
    let mut now = graph.dependency_closure(rows.iter().filter_map(|row| graph.node(row)));
    for step in &plan.steps {
        match step.direction {
            Direction::Up => {
                assert!(graph.needs(step.node).all(|needed| now.contains(needed)));
                assert!(now.insert(step.node));
            }
            Direction::Down => {
                assert!(!graph.needed_by(step.node).any(|needing| now.contains(needing)));
                assert!(now.remove(step.node));
            }
        }
    }
    assert_eq!(now, plan.applied_after);
}

/// Reads the lines `id < parents ~ depends-on # labels`.
fn graph(lines: &Value) -> Graph {
    let lines = lines.as_array().unwrap().iter().map(|line| line.as_str().unwrap());
    let (graph, found) = Graph::build(lines.map(revision).collect());
    assert!(!found.has_errors(), "{found:?}");
    graph
}

fn revision(line: &str) -> Revision {
    let (line, labels) = line.split_once('#').unwrap_or((line, ""));
    let (line, needs) = line.split_once('~').unwrap_or((line, ""));
    let (id, parents) = line.split_once('<').unwrap_or((line, ""));
    let id = id.trim();
    let list = |names: &str| names.split_whitespace().collect::<Vec<_>>().join(", ");
    let mut file = RevisionFile::new(id, &list(parents));
    for (key, names) in [("depends-on", list(needs)), ("branch-labels", list(labels))] {
        if !names.is_empty() {
            file = file.line(&format!("{key}: {names}"));
        }
    }
    let file = file.up("SELECT 1;").noop("there is nothing to undo");
    let (revision, found) = Revision::parse(file.source(), &[Dialect::Sqlite]);
    revision.unwrap_or_else(|| panic!("{found:?}"))
}

/// A revision as a line again.
fn written(graph: &Graph, node: Node) -> String {
    let ids = |nodes: &[Node]| -> String {
        nodes.iter().map(|node| graph.id(*node).as_str()).collect::<Vec<_>>().join(" ")
    };
    let labels: Vec<&str> =
        graph.revision(node).header.labels.iter().map(|label| label.name.as_str()).collect();
    let mut line = graph.id(node).to_string();
    for (sign, names) in [
        ('<', ids(graph.parents(node))),
        ('~', ids(graph.dependencies(node))),
        ('#', labels.join(" ")),
    ] {
        if !names.is_empty() {
            write!(line, " {sign} {names}").unwrap();
        }
    }
    line
}
