//! Tests a merge revision: applying its branches in either order must give the same schema.

use migrate_core::diagnostic::Code;
use migrate_core::graph::{Graph, Node};
use migrate_core::schema;

use super::base_database::BaseDatabase;
use super::round_trip::{differences, finding, refusal};
use super::verdict::Finding;
use crate::error::Error;

/// Applies the branches below a merge in the other order, beside the database that stands at it.
pub(super) async fn compare_orders(
    graph: &Graph,
    base: &mut BaseDatabase<'_>,
    node: Node,
) -> Result<Vec<Finding>, Error> {
    if !graph.is_merge_point(node) {
        return Ok(Vec::new());
    }
    let usual: Vec<Node> = graph.dependency_closure([node]).iter().collect();
    // Each with what it needs.
    let through = |parents: &[Node]| {
        let mut seen = graph.set([]);
        let ends = parents.iter().chain(graph.dependencies(node)).chain([&node]);
        ends.flat_map(|end| graph.dependency_closure([*end]).iter().collect::<Vec<_>>())
            .filter(|below| seen.insert(*below))
            .collect::<Vec<Node>>()
    };
    let last_first: Vec<Node> = graph.parents(node).iter().rev().copied().collect();
    let mut order = through(&last_first);
    if order == usual {
        // Created in the other order: then the first parent first is the other one.
        order = through(graph.parents(node));
    }
    if order == usual {
        return Ok(Vec::new());
    }
    let before = base.schema().await?;
    let after = match base.beside(&order).await {
        Ok((name, mut session)) => {
            let after = session.schema().await;
            session.close().await;
            base.stage().drop(&name).await?;
            Ok(after?)
        }
        Err(error) => {
            Err(refusal("the branches in the other order: the up", base.dialect(), error)?.text)
        }
    };
    let after = match after {
        Ok(after) => after,
        Err(why) => return Ok(vec![Finding::new(Code::OrderMatters, why)]),
    };
    let (wrong, _) = differences(base.dialect(), &before, &after);
    let found = finding(
        Code::OrderMatters,
        "the branches in the other order give another schema:",
        &wrong,
        schema::difference,
        [&before, &after],
    );
    let help = "make the branches independent of each other, or `depends-on` one from the other";
    Ok(found.map(|found| Finding { help: vec![help.to_owned()], ..found }).into_iter().collect())
}
