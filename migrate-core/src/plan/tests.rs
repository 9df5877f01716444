use proptest::prelude::*;

use super::*;
use crate::graph::TargetErrorKind as Kind;
use crate::graph::sample::graph;

/// Two bases. `cart` and `list` fork from 5a01 and merge; `mail` depends on `list`.
fn shop() -> Graph {
    graph(
        "5a01 # shop
         5a02 < 5a01 # cart
         5b02 < 5a01 # list
         5a03 < 5a02
         5c04 < 5a03 5b02
         5c05 < 5c04
         7e01 # mail
         7e02 < 7e01 ~ 5b02
         7e03 < 7e02",
    )
}

/// The steps as words, in order, and the heads after.
fn told(graph: &Graph, plan: &Plan) -> (String, String) {
    let steps: Vec<&str> = plan.steps.iter().map(|step| graph.id(step.node).as_str()).collect();
    (steps.join(" "), graph.names(plan.heads_after(graph)))
}

fn up(graph: &Graph, applied: &str, target: &str) -> Result<(String, String), Kind> {
    let target = target.parse().map_err(|e: TargetError| e.kind)?;
    let plan = upgrade(graph, &graph.dependency_closure(graph.nodes(applied)), &target)
        .map_err(|e| e.kind)?;
    assert!(plan.steps.iter().all(|step| step.direction == Direction::Up));
    Ok(told(graph, &plan))
}

fn down(graph: &Graph, applied: &str, target: &str) -> Result<(String, String), Kind> {
    let target = target.parse().map_err(|e: TargetError| e.kind)?;
    let plan = downgrade(graph, &graph.dependency_closure(graph.nodes(applied)), &target)
        .map_err(|e| e.kind)?;
    assert!(plan.steps.iter().all(|step| step.direction == Direction::Down));
    Ok(told(graph, &plan))
}

#[test]
fn an_upgrade_runs_what_its_target_needs_and_is_not_applied() {
    let graph = shop();
    for (applied, target, steps, heads) in [
        ("", "5a03", "5a01 5a02 5a03", "5a03"),
        ("5a02", "5a03", "5a03", "5a03"),
        ("5a02", "5c04", "5a03 5b02 5c04", "5c04"),
        ("5a02", "list", "5b02", "5a02 5b02"),
        ("", "mail@head", "5a01 5b02 7e01 7e02 7e03", "7e03"),
        ("5c05", "heads", "7e01 7e02 7e03", "5c05 7e03"),
        ("5c05", "5a02", "", "5c05"),
        ("5a02", "base", "", "5a02"),
        ("5a02", "list@base", "", "5a02"),
        // a step counts the walk, what it needs comes along
        ("5a03", "+1", "5b02 5c04", "5c04"),
        ("7e01", "mail@+1", "5a01 5b02 7e02", "7e02"),
        ("", "mail@+1", "7e01", "7e01"),
        ("5a01", "cart@+2", "5a02 5a03", "5a03"),
        ("", "5c05-1", "5a01 5a02 5a03 5b02 5c04", "5c04"),
    ] {
        let expected = (steps.to_owned(), heads.to_owned());
        let plan = up(&graph, applied, target).map(|(steps, heads)| {
            let mut steps: Vec<&str> = steps.split_whitespace().collect();
            steps.sort_unstable();
            (steps.join(" "), heads)
        });
        assert_eq!(plan, Ok(expected), "[{applied}] upgrade {target}");
    }
}

#[test]
fn an_upgrade_refuses_what_does_not_lead_up() {
    let graph = shop();
    for (applied, target, kind) in [
        ("", "head", Kind::SeveralHeads),
        ("", "+1", Kind::AmbiguousWalk),
        ("5a01", "+1", Kind::AmbiguousWalk),
        ("5a02 7e01", "+1", Kind::AmbiguousWalk),
        ("5a02 5b02", "shop@+1", Kind::AmbiguousWalk),
        ("5c05", "+1", Kind::TooFar),
        ("5c05", "5c05+1", Kind::TooFar),
        ("5c05", "5a01-1", Kind::TooFar),
        ("5a02", "-1", Kind::Misplaced),
        ("5a02", "cart@-1", Kind::Misplaced),
        ("5a02", "current", Kind::Misplaced),
        ("5a02", "current+1", Kind::Misplaced),
        ("5a02", "cart@list", Kind::NotOnBranch),
        ("5a02", "nothing@base", Kind::Unknown),
        ("5a02", "5a03+1x", Kind::Syntax),
    ] {
        assert_eq!(up(&graph, applied, target), Err(kind), "[{applied}] upgrade {target}");
    }
}

#[test]
fn a_downgrade_undoes_what_stands_on_its_target() {
    let graph = shop();
    for (applied, target, steps, heads) in [
        ("5a03", "5a02", "5a03", "5a02"),
        ("5c05", "5c05", "", "5c05"),
        // what the undone ones needed stays
        ("5c05", "5a03", "5c05 5c04", "5a03 5b02"),
        // at a branch point all branches go, with an X only that of X
        ("5a03 5b02", "5a01", "5b02 5a03 5a02", "5a01"),
        ("5a03 5b02", "cart@5a01", "5a03 5a02", "5b02"),
        // through depends-on other branches come along
        ("5b02 7e03", "5a01", "7e03 7e02 5b02", "5a01 7e01"),
        // undoing the dependent leaves the dependency
        ("7e03", "7e01", "7e03 7e02", "5b02 7e01"),
        ("5a02 7e01", "base", "7e01 5a02 5a01", ""),
        ("5a02 7e01", "mail@base", "7e01", "5a02"),
        ("", "base", "", ""),
        ("5a03", "-1", "5a03", "5a02"),
        ("5a03", "-3", "5a03 5a02 5a01", ""),
        ("5a03 7e01", "cart@-1", "5a03", "5a02 7e01"),
        ("5a03 5b02", "5a03-1", "5a03", "5a02 5b02"),
        ("5a03", "5a02-2", "5a03 5a02 5a01", ""),
        ("5c05", "5c04-0", "5c05", "5c04"),
        ("5c05", "cart@5a01+2", "5c05 5c04", "5a03 5b02"),
    ] {
        let expected = (steps.to_owned(), heads.to_owned());
        assert_eq!(down(&graph, applied, target), Ok(expected), "[{applied}] downgrade {target}");
    }
}

#[test]
fn a_downgrade_refuses_what_does_not_lead_down() {
    let graph = shop();
    for (applied, target, kind) in [
        ("5a02", "5a03", Kind::NotBelow),
        ("", "5a01", Kind::NotBelow),
        ("5a02", "mail@head", Kind::NotBelow),
        // applied, but only because another branch depends on it
        ("7e03", "5b02", Kind::NotBelow),
        // the X does not stand above the branch point
        ("5a03 5b02", "shop@5a01", Kind::NotBelow),
        ("5a01", "shop@5a01", Kind::NotBelow),
        ("5a03 7e01", "-1", Kind::AmbiguousWalk),
        ("5c04", "-1", Kind::AmbiguousWalk),
        ("5a02 7e01", "5a02-2", Kind::AmbiguousWalk),
        ("5a03", "-4", Kind::TooFar),
        ("", "-1", Kind::TooFar),
        ("5a03", "mail@-1", Kind::TooFar),
        ("5a03", "+1", Kind::Misplaced),
        ("5a03", "current", Kind::Misplaced),
        ("5a03", "heads", Kind::SeveralHeads),
        ("5a03", "mail@5a01", Kind::NotOnBranch),
        ("5a03", "nothing@5a01", Kind::Unknown),
        ("5a03", "nothing@base", Kind::Unknown),
        ("5a03", "base-1", Kind::Syntax),
    ] {
        assert_eq!(down(&graph, applied, target), Err(kind), "[{applied}] downgrade {target}");
    }
}

#[test]
fn a_stamp_replaces_what_stands_above_and_below_and_leaves_other_branches() {
    let graph = shop();
    let rows = |applied: &str, targets: &str, purge| {
        let targets: Vec<Target> = targets.split(' ').map(|t| t.parse().unwrap()).collect();
        stamp(&graph, &graph.dependency_closure(graph.nodes(applied)), &targets, purge)
    };
    for (applied, targets, inserted, removed, heads) in [
        ("", "5a02", "5a01 5a02", "", "5a02"),
        ("5c05", "5a02", "", "5a03 5b02 5c04 5c05", "5a02"),
        ("5a02", "5c04", "5a03 5b02 5c04", "", "5c04"),
        ("5a02 7e01", "5a03", "5a03", "", "5a03 7e01"),
        ("5a02 7e01", "base", "", "5a01 5a02 7e01", ""),
        ("5a02 7e01", "mail@base", "", "7e01", "5a02"),
        ("5a02", "5a02", "", "", "5a02"),
        ("5a02", "heads", "5a03 5b02 5c04 5c05 7e01 7e02 7e03", "", "5c05 7e03"),
        ("5a01", "cart list", "5a02 5b02", "", "5a02 5b02"),
        ("5a03", "5a02 mail 5a02", "7e01", "5a03", "5a02 7e01"),
    ] {
        let stamp = rows(applied, targets, false).unwrap();
        let moved = (graph.names(stamp.insert.clone()), graph.names(stamp.remove.clone()));
        assert_eq!(moved, (inserted.into(), removed.into()), "[{applied}] stamp {targets}");
        assert_eq!(graph.names(graph.heads_of(&stamp.applied_after)), heads);
    }
    let purged = rows("7e01", "5a02", true).unwrap();
    assert_eq!(graph.names(graph.heads_of(&purged.applied_after)), "5a02");
    assert_eq!(graph.names(purged.remove), "7e01");
    for (targets, kind) in [
        ("5a01 5a03", Kind::Contradiction),
        ("7e02 5b02", Kind::Contradiction),
        ("base 5a03", Kind::Contradiction),
        ("cart@base 5c04", Kind::Contradiction),
        ("head", Kind::SeveralHeads),
        ("+1", Kind::Misplaced),
        ("-1", Kind::Misplaced),
        ("5a03-1", Kind::Misplaced),
        ("current", Kind::Misplaced),
        ("nothing", Kind::Unknown),
    ] {
        for purge in [false, true] {
            assert_eq!(rows("5a02", targets, purge).unwrap_err().kind, kind, "stamp {targets}");
        }
    }
}

#[test]
fn a_goal_is_planned_again_without_counting_again() {
    let graph = shop();
    let before = graph.dependency_closure(graph.nodes("5a02"));
    let plan = upgrade(&graph, &before, &"+1".parse().unwrap()).unwrap();
    assert_eq!(told(&graph, &plan).0, "5a03");
    let elsewhere = plan.goal.plan(&graph, &graph.dependency_closure(graph.nodes("5a03")));
    assert_eq!(elsewhere.steps, []);
    let back = downgrade(&graph, &before, &"-1".parse().unwrap()).unwrap();
    let again = back.goal.plan(&graph, &back.applied_after);
    assert_eq!((again.steps, again.applied_after), (Vec::new(), back.applied_after));
}

#[test]
fn an_upgrade_fills_the_holes_below_its_target() {
    let graph = shop();
    let holey = graph.set(graph.nodes("5a03 7e02"));
    let plan = upgrade(&graph, &holey, &"5a03".parse().unwrap()).unwrap();
    assert_eq!(told(&graph, &plan), ("5a01 5a02".into(), "5a03 7e02".into()));
    for target in ["base", "5a01", "5b02", "-1", "cart@-1", "+1", "head", "mail@base"] {
        let target = target.parse().unwrap();
        let _ = (upgrade(&graph, &holey, &target), downgrade(&graph, &holey, &target));
        let _ = stamp(&graph, &holey, &[target], false);
    }
}

#[test]
fn an_offline_run_assumes_what_its_lower_end_needs() {
    let graph = shop();
    let assumed =
        |text: &str| applied_at(&graph, &text.parse().unwrap()).map(|set| graph.names(set.iter()));
    assert_eq!(assumed("7e02").as_deref(), Ok("5a01 5b02 7e01 7e02"));
    assert_eq!(assumed("base").as_deref(), Ok(""));
    assert_eq!(assumed("cart@5a03-1").as_deref(), Ok("5a01 5a02"));
    for text in ["+1", "-1", "current"] {
        assert_eq!(assumed(text).unwrap_err().kind, Kind::Misplaced, "{text}");
    }
}

/// A thousand diamonds, one on the other: more ways from base to head than could ever be walked.
#[test]
fn the_number_of_ways_through_a_history_does_not_matter() {
    let mut lines = String::from("a0");
    for n in 0..1000 {
        let next = n + 1;
        lines.push_str(&format!("\nb{n} < a{n}\nc{n} < a{n}\na{next} < b{n} c{n}"));
    }
    let graph = graph(&lines);
    let nothing = Set::empty(&graph);
    let plan = upgrade(&graph, &nothing, &"head".parse().unwrap()).unwrap();
    assert_eq!(plan.steps.len(), 3001);
    let back = downgrade(&graph, &plan.applied_after, &"base".parse().unwrap()).unwrap();
    assert_eq!(back.steps.len(), 3001);
    assert_eq!(graph.range("a1:a999", &nothing).unwrap().len(), 3 * 998 + 1);
}

prop_compose! {
    /// A history: per revision how many parents and dependencies, and where among the earlier ones.
    fn history()(
        revisions in prop::collection::vec(
            (0usize..3, 0usize..2, prop::collection::vec(any::<prop::sample::Index>(), 3)),
            1..14,
        )
    ) -> Graph {
        let mut lines = String::new();
        for (n, (parents, needs, at)) in revisions.iter().enumerate() {
            let mut named: Vec<String> = Vec::new();
            if n > 0 {
                named.extend(at.iter().map(|index| format!("r{:03}", index.index(n))));
            }
            let mut seen = Vec::new();
            named.retain(|name| !seen.contains(name) && { seen.push(name.clone()); true });
            let parents: Vec<String> = named.drain(..(*parents).min(named.len())).collect();
            let needs: Vec<String> = named.drain(..(*needs).min(named.len())).collect();
            lines.push_str(&format!("r{n:03} < {} ~ {}\n", parents.join(" "), needs.join(" ")));
        }
        graph(&lines)
    }
}

fn some(graph: &Graph, chosen: &[prop::sample::Index]) -> Vec<Node> {
    let order: Vec<Node> = graph.order().collect();
    chosen.iter().map(|index| order[index.index(order.len())]).collect()
}

fn at(graph: &Graph, node: Node) -> Target {
    Target::place(crate::graph::Place::Name(graph.id(node).to_string()))
}

fn is_closed(graph: &Graph, set: &Set) -> bool {
    set.iter().all(|node| graph.needs(node).all(|needed| set.contains(needed)))
}

proptest! {
    #[test]
    fn every_beginning_of_a_plan_leaves_a_closed_set(
        graph in history(),
        start in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        goal in prop::collection::vec(any::<prop::sample::Index>(), 1..3),
    ) {
        let applied = graph.dependency_closure(some(&graph, &start));
        let goal = some(&graph, &goal);
        for goal in [Goal::Applied(goal.clone()), Goal::Undone(goal)] {
            let plan = goal.plan(&graph, &applied);
            let mut now = applied.clone();
            for step in &plan.steps {
                let moved = match step.direction {
                    Direction::Up => now.insert(step.node),
                    Direction::Down => now.remove(step.node),
                };
                prop_assert!(moved && is_closed(&graph, &now));
            }
            prop_assert_eq!(&now, &plan.applied_after);
            prop_assert_eq!(plan.heads_after(&graph), graph.heads_of(&now));
            prop_assert!(goal.plan(&graph, &now).steps.is_empty());
        }
    }

    #[test]
    fn what_an_upgrade_did_its_reverse_undoes(
        graph in history(),
        start in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        goal in any::<prop::sample::Index>(),
    ) {
        let applied = graph.dependency_closure(some(&graph, &start));
        let target = some(&graph, &[goal])[0];
        let up = upgrade(&graph, &applied, &at(&graph, target)).unwrap();
        prop_assert!(up.applied_after.contains(target));
        let ran: Vec<Node> = up.steps.iter().map(|step| step.node).collect();
        let down = Goal::Undone(ran.clone()).plan(&graph, &up.applied_after);
        prop_assert_eq!(&down.applied_after, &applied);
        let undone: Vec<Node> = down.steps.iter().rev().map(|step| step.node).collect();
        prop_assert_eq!(undone, ran);
    }

    #[test]
    fn everything_up_and_down_again_leaves_nothing(graph in history()) {
        let nothing = Set::empty(&graph);
        let up = upgrade(&graph, &nothing, &"heads".parse().unwrap()).unwrap();
        prop_assert_eq!(up.steps.len(), graph.len());
        let down = downgrade(&graph, &up.applied_after, &"base".parse().unwrap()).unwrap();
        prop_assert_eq!(down.steps.len(), graph.len());
        prop_assert_eq!(down.applied_after, nothing);
    }

    #[test]
    fn after_a_downgrade_its_target_is_applied_and_no_child_of_it(
        graph in history(),
        start in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        goal in any::<prop::sample::Index>(),
    ) {
        let applied = graph.dependency_closure(some(&graph, &start));
        let target = some(&graph, &[goal])[0];
        match downgrade(&graph, &applied, &at(&graph, target)) {
            Ok(plan) => {
                prop_assert!(plan.applied_after.contains(target));
                let mut children = graph.children(target).iter();
                prop_assert!(!children.any(|child| plan.applied_after.contains(*child)));
            }
            Err(error) => {
                prop_assert_eq!(error.kind, Kind::NotBelow);
                prop_assert!(!graph.heads_of(&applied).contains(&target));
            }
        }
    }

    #[test]
    fn a_stamp_leaves_its_target_and_what_is_unrelated_as_tips(
        graph in history(),
        start in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        goal in any::<prop::sample::Index>(),
    ) {
        let applied = graph.dependency_closure(some(&graph, &start));
        let target = some(&graph, &[goal])[0];
        let stamp = stamp(&graph, &applied, &[at(&graph, target)], false).unwrap();
        let (above, below) = (graph.dependent_closure([target]), graph.dependency_closure([target]));
        let mut expected = vec![target];
        let unrelated = |node: &Node| !above.contains(*node) && !below.contains(*node);
        expected.extend(graph.heads_of(&applied).into_iter().filter(unrelated));
        prop_assert_eq!(
            graph.names(graph.heads_of(&stamp.applied_after)),
            graph.names(expected)
        );
        prop_assert!(is_closed(&graph, &stamp.applied_after));
    }
}
