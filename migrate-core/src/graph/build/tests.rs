use super::*;
use crate::dialect::Dialect;
use crate::source::SourceFile;

/// Revisions from lines `id: parents; needs; labels; second`, each in a file of its own.
fn build(lines: &[&str]) -> (Graph, Diagnostics) {
    let revisions = lines.iter().enumerate().map(|(n, line)| {
        let (id, rest) = line.split_once(':').unwrap();
        let mut rest = rest.split(';').map(str::trim);
        let mut part = || rest.next().unwrap_or_default().to_owned();
        let (parents, needs, labels, second) = (part(), part(), part(), part());
        let second = if second.is_empty() { "0".to_owned() } else { second };
        let text = format!(
            "-- {id} by name\n--\n-- revision: {id}\n-- revises: {parents}\n-- depends-on: {needs}\n\
             -- branch-labels: {labels}\n-- created: 2026-11-21T00:00:{second:0>2}Z\n\n\
             -- migrate:up\nSELECT 1;\n-- migrate:noop nothing\n"
        );
        let (revision, found) = Revision::parse(SourceFile::new(format!("m/{n}_{id}.sql"), text), &[Dialect::Sqlite]);
        assert!(found.is_empty(), "{found}");
        revision.unwrap()
    });
    Graph::build(revisions.collect())
}

fn sound(lines: &[&str]) -> Graph {
    let (graph, found) = build(lines);
    assert!(found.is_empty(), "{found}");
    graph
}

fn order(graph: &Graph) -> Vec<&str> {
    graph.order().map(|node| graph.id(node).as_str()).collect()
}

fn ids(graph: &Graph, nodes: &[Node]) -> Vec<String> {
    nodes.iter().map(|node| graph.id(*node).to_string()).collect()
}

#[test]
fn parents_and_dependencies_come_first_whatever_the_moments_say() {
    let graph = sound(&["a: ; ; ; 9", "b: a; d; ; 1", "c: a; ; ; 2", "d: ; ; ; 8"]);
    assert_eq!(order(&graph), ["d", "a", "b", "c"]);
}

#[test]
fn among_the_free_the_earlier_comes_first_then_the_smaller_id() {
    let graph = sound(&["z: ; ; ; 1", "y: ; ; ; 1", "x: ; ; ; 2", "w: z; ; ; 0"]);
    assert_eq!(order(&graph), ["y", "z", "w", "x"]);
    let turned = sound(&["w: z; ; ; 0", "x: ; ; ; 2", "y: ; ; ; 1", "z: ; ; ; 1"]);
    assert_eq!(order(&turned), order(&graph), "the order of the files counts for nothing");
}

#[test]
fn edges_are_known_from_both_ends() {
    let graph = sound(&["a: ; ; base_label", "b: a", "c: a", "d: b, c", "e: ; base_label, b"]);
    let node = |id: &str| graph.node(id).unwrap();
    assert_eq!(ids(&graph, graph.parents(node("d"))), ["b", "c"]);
    assert_eq!(ids(&graph, graph.children(node("a"))), ["b", "c"]);
    assert_eq!(ids(&graph, graph.dependencies(node("e"))), ["a", "b"]);
    assert_eq!(ids(&graph, graph.dependents(node("b"))), ["e"]);
    assert!(graph.is_branch_point(node("a")) && graph.is_merge_point(node("d")));
    assert_eq!(ids(&graph, &graph.bases()), ["a", "e"]);
    assert_eq!(graph.labelled("base_label"), graph.node("a"));
}

#[test]
fn a_head_that_another_needs_is_no_real_head() {
    let graph = sound(&["a:", "b: a", "c: a; b"]);
    assert_eq!(ids(&graph, &graph.heads()), ["b", "c"]);
    assert_eq!(ids(&graph, &graph.real_heads()), ["c"]);
    assert!(graph.check_heads().is_empty());
}

#[test]
fn several_heads_are_refused_with_the_ways_out() {
    let graph = sound(&["a:", "b: a", "c: a"]);
    insta::assert_snapshot!(graph.check_heads());
}

#[test]
fn every_structural_mistake_has_its_code_place_and_help() {
    let cases: [(Code, &[&str]); 13] = [
        (Code::DuplicateRevision, &["a:", "a:"]),
        (Code::UnknownParent, &["abcdef:", "b: abcdeg"]),
        (Code::UnknownParent, &["615021cc5b23:", "b: 6150"]),
        (Code::UnknownParent, &["a:", "b: zzzzzz"]),
        (Code::UnknownDependency, &["a: ; ; billing", "b: a; biling"]),
        (Code::UnknownDependency, &["a:", "b: a; zzzzzz"]),
        (Code::OwnParent, &["a: a"]),
        (Code::OwnParent, &["a: ; a"]),
        (Code::Cycle, &["a: c", "b: a", "c: b", "d: c", "e: "]),
        (Code::Cycle, &["a: ; ; x", "b: a; y", "c: a; b; y"]),
        (Code::DuplicateLabel, &["a: ; ; x", "b: a; ; x"]),
        (Code::LabelClash, &["a:", "b: a; ; a"]),
        (Code::RedundantParent, &["a:", "b: a, a"]),
    ];
    let mut all = String::new();
    for (code, lines) in cases {
        let (graph, found) = build(lines);
        let codes: Vec<_> = found.iter().map(|d| d.code).collect();
        assert_eq!(codes, [code], "{lines:?}\n{found}");
        assert!(code.is_structural());
        let one = found.iter().next().unwrap();
        assert!(!one.places.is_empty() && !one.help.is_empty(), "{found}");
        assert_eq!(graph.order().len(), graph.len());
        all.push_str(&format!("{found}\n\n"));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn all_mistakes_are_told_at_once() {
    let (graph, found) = build(&[
        "a:",
        "a:",
        "b: nobody",
        "c: c",
        "d: e",
        "e: d",
        "f: a; nothing; l",
        "g: a; ; l",
        "h: f, f",
        "i: ; ; b",
    ]);
    let mut codes: Vec<_> = found.iter().map(|d| d.code).collect();
    codes.sort();
    use Code::*;
    assert_eq!(
        codes,
        [
            DuplicateRevision,
            UnknownParent,
            UnknownDependency,
            OwnParent,
            Cycle,
            DuplicateLabel,
            LabelClash,
            RedundantParent
        ]
    );
    // Everything with an id of its own is in the graph all the same.
    assert_eq!(graph.len(), 9);
}

#[test]
fn each_cycle_is_told_once() {
    let (_, found) = build(&["a: b", "b: a", "c: d", "d: c", "e: a", "f: c, a"]);
    let told: Vec<_> = found.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "revisions depend on each other: a -> b -> a",
            "revisions depend on each other: c -> d -> c"
        ]
    );
}

#[test]
fn ten_thousand_revisions_in_a_row_take_no_recursion() {
    let lines: Vec<String> = (0..10_000)
        .map(|n| if n == 0 { "r0:".into() } else { format!("r{n}: r{}", n - 1) })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let graph = sound(&lines);
    assert_eq!(graph.heads().len(), 1);
    assert_eq!(graph.ancestors(graph.heads()).len(), 10_000);
}
