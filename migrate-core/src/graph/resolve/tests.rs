use super::*;
use crate::graph::sample::graph;

/// Two bases. `shop` forks into `cart` and `list`, which merge; `mail` depends on `list`.
fn shop() -> Graph {
    graph(
        "5a01 # shop = create shop
         5a02 < 5a01 # cart = add cart
         5b02 < 5a01 # list = add list
         5a03 < 5a02 = cart totals
         5c04 < 5a03 5b02 = merge
         5c05 < 5c04 = after the merge
         7e01 # mail = create mail
         7e02 < 7e01 ~ 5b02 = mail for lists
         x9 < 7e02",
    )
}

#[test]
fn every_form_names_its_revisions() {
    let graph = shop();
    for (text, applied, expected) in [
        // names and their beginnings
        ("5a02", "", "5a02"),
        ("cart", "", "5a02"),
        ("ca", "", "5a02"),
        ("5b", "", "5b02"),
        ("x9", "", "x9"),
        // places
        ("heads", "", "5c05 x9"),
        ("base", "5c05", ""),
        ("current", "", ""),
        ("current", "5a03 7e01", "5a03 7e01"),
        // on a branch, which follows parents only
        ("shop@head", "", "5c05"),
        ("mail@heads", "", "x9"),
        ("mail@7e01", "", "7e01"),
        ("5b02@5a", "", "5a01"),
        ("shop@base", "", ""),
        ("cart@current", "5a03 7e01", "5a03"),
        // steps from a place
        ("shop+0", "", "5a01"),
        ("5a02+1", "", "5a03"),
        ("5a02-1", "", "5a01"),
        ("5a02-2", "", ""),
        ("cart@5a01+2", "", "5a03"),
        // the branch picks the way up; the start may lie outside
        ("cart@5b02+1", "", "5c04"),
        ("shop@head-1", "", "5c04"),
        ("mail@base+2", "", "7e02"),
        ("current-1", "5a03", "5a02"),
        ("current+1", "5c04", "5c05"),
        // steps from what is applied
        ("+1", "5c04", "5c05"),
        ("-1", "5a03", "5a02"),
        ("-3", "5a03", ""),
        ("mail@+1", "5a03", "7e01"),
        ("mail@+1", "5a03 7e01", "7e02"),
        ("cart@-1", "5a03 7e01", "5a02"),
        // `list` is applied, but only below where the mail branch stands
        ("list@+1", "7e02", "5c04"),
        ("list@-1", "7e02", "5a01"),
    ] {
        let applied_set = graph.dependency_closure(graph.nodes(applied));
        let nodes = graph.resolve_many(text, &applied_set).map(|nodes| graph.names(nodes));
        assert_eq!(nodes.as_deref(), Ok(expected), "{text} at [{applied}]");
    }
}

#[test]
fn what_names_nothing_or_too_much_is_refused_with_the_choices() {
    let graph = shop();
    for (text, applied, kind, choice) in [
        ("nothing", "", Kind::Unknown, "`cargo migrate history`"),
        ("5a20", "", Kind::Unknown, "did you mean 5a02 (cart): add cart?"),
        ("CART", "", Kind::Unknown, "did you mean the branch cart, 5a02 (cart): add cart?"),
        ("x", "", Kind::Unknown, "did you mean x9?"),
        ("nothing@head", "", Kind::Unknown, "`cargo migrate history`"),
        ("5a", "", Kind::Ambiguous, "5a03: cart totals"),
        ("5a@head", "", Kind::Ambiguous, "5a01 (shop): create shop"),
        ("head", "", Kind::SeveralHeads, "x9"),
        ("heads-1", "", Kind::SeveralHeads, "5c05: after the merge"),
        ("cart@5b02", "", Kind::NotOnBranch, "5b02 (list): add list"),
        ("mail@5b02", "", Kind::NotOnBranch, "5b02 (list): add list"),
        ("mail@5a", "", Kind::NotOnBranch, "5a01 (shop): create shop"),
        ("5a01+1", "", Kind::AmbiguousWalk, "`5a02@+1`"),
        ("5c04-1", "", Kind::AmbiguousWalk, "5b02 (list): add list"),
        ("base+1", "", Kind::AmbiguousWalk, "7e01 (mail): create mail"),
        ("+1", "", Kind::AmbiguousWalk, "5a01 (shop): create shop"),
        ("+1", "5a03 7e01", Kind::AmbiguousWalk, "`5a03@+1`"),
        ("-1", "5a03 7e01", Kind::AmbiguousWalk, "`5a03@-1`"),
        ("current-1", "5a03 7e01", Kind::AmbiguousWalk, "name one of them"),
        ("5c05+1", "", Kind::TooFar, "history"),
        ("5a02-3", "", Kind::TooFar, "history"),
        ("-1", "", Kind::TooFar, "history"),
        ("mail@-1", "5a01", Kind::TooFar, "history"),
        ("+99999999999999999999999", "5c04", Kind::TooFar, "history"),
        ("a b", "", Kind::Syntax, "targets are"),
    ] {
        let applied_set = graph.dependency_closure(graph.nodes(applied));
        let error = graph.resolve_many(text, &applied_set).unwrap_err();
        assert_eq!(error.kind, kind, "{text} at [{applied}]: {error}");
        let help = error.help.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(help.contains(choice), "{text} at [{applied}]: {error}\n{help}");
    }
}

#[test]
fn only_one_revision_is_found_and_it_does_not_depend_on_what_is_applied() {
    let graph = shop();
    let find = |text: &str| graph.find(text).map(|node| graph.id(node).as_str());
    assert_eq!(find("shop@head-1"), Ok("5c04"));
    for (text, kind) in [
        ("base", Kind::Unknown),
        ("heads", Kind::SeveralHeads),
        ("current", Kind::Misplaced),
        ("+1", Kind::Misplaced),
    ] {
        assert_eq!(find(text).unwrap_err().kind, kind, "{text}");
    }
}

#[test]
fn a_head_that_another_head_needs_is_no_head() {
    let graph = graph(
        "aaaa # one
         bbbb < aaaa
         cccc < aaaa ~ bbbb",
    );
    assert_eq!(graph.find("head"), Ok(graph.nodes("cccc")[0]));
    assert_eq!(graph.resolve_many("heads", &Set::empty(&graph)), Ok(graph.nodes("cccc")));
    assert_eq!(graph.find("one@head"), Ok(graph.nodes("cccc")[0]));
    assert_eq!(graph.find("bbbb@head"), Ok(graph.nodes("bbbb")[0]));
}

#[test]
fn names_of_one_revision_that_begin_alike_are_no_doubt_and_short_names_are_written_out() {
    let graph = graph(
        "abcd # abacus abbey
         abc < abcd",
    );
    assert_eq!(graph.find("ab"), Ok(graph.nodes("abcd")[0]));
    assert_eq!(graph.find("abc"), Ok(graph.nodes("abc")[0]));
}

#[test]
fn an_error_lists_the_first_of_many_choices() {
    let lines: Vec<String> = (0..20).map(|n| format!("aaaa{n:02}")).collect();
    let error = graph(&lines.join("\n")).find("aaaa").unwrap_err();
    assert_eq!(error.help.len(), 9);
    assert_eq!(error.help[8], "and 12 more");
}

#[test]
fn in_an_empty_history_head_is_base() {
    let graph = Graph::default();
    assert_eq!(graph.resolve_many("head", &Set::empty(&graph)), Ok(Vec::new()));
    assert_eq!(graph.find("head").unwrap_err().kind, Kind::Unknown);
}

#[test]
fn a_range_goes_from_its_lower_end_to_its_upper_end() {
    let graph = shop();
    for (text, applied, expected) in [
        (":", "", "5a01 5a02 5a03 5b02 5c04 5c05 7e01 7e02 x9"),
        (":5a03", "", "5a01 5a02 5a03"),
        ("base:x9", "", "5a01 5b02 7e01 7e02 x9"),
        ("5a02:5c05", "", "5a02 5a03 5c04 5c05"),
        ("5a03:", "", "5a03 5c04 5c05"),
        ("5a03:5a03", "", "5a03"),
        ("mail@base:", "", "5a01 5b02 7e01 7e02 x9"),
        ("shop@base:", "", "5a01 5a02 5a03 5b02 5c04 5c05"),
        ("5a01:current", "5a03", "5a01 5a02 5a03"),
        ("current:5c05", "5c04", "5c04 5c05"),
        ("current:5c05", "", "5a01 5a02 5a03 5b02 5c04 5c05"),
        (":current", "", ""),
        ("5a02:+1", "", "5a02 5a03"),
        ("5c04:+9", "", "5c04 5c05"),
        ("5a01:cart@+1", "", "5a01 5a02"),
        ("5c04:shop@head-1", "", "5c04"),
        ("5a02-1:5a03", "", "5a01 5a02 5a03"),
        ("-1:5a03", "", "5a02 5a03"),
        ("-9:5a03", "", "5a01 5a02 5a03"),
        ("-1:current", "5c05", "5c04 5c05"),
    ] {
        let applied_set = graph.dependency_closure(graph.nodes(applied));
        let nodes = graph.range(text, &applied_set).map(|nodes| graph.names(nodes));
        assert_eq!(nodes.as_deref(), Ok(expected), "{text} at [{applied}]");
    }
    let nothing = Set::empty(&graph);
    for (text, kind) in [
        ("5a03", Kind::Syntax),
        ("5a01:5a02:5a03", Kind::Syntax),
        ("5a03:5b02", Kind::NotAncestor),
        ("5c05:5a01", Kind::NotAncestor),
        ("mail@base:5a03", Kind::NotAncestor),
        ("+1:", Kind::Misplaced),
        (":-1", Kind::Misplaced),
        ("-1:+1", Kind::Misplaced),
        ("-1:", Kind::AmbiguousWalk),
        ("nothing:", Kind::Unknown),
    ] {
        assert_eq!(graph.range(text, &nothing).unwrap_err().kind, kind, "{text}");
    }
}
