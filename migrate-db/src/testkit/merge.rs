//! A merge says that its branches fit together: then they give one schema in whatever order they
//! are applied.

use migrate_core::graph::{Graph, Node};
use migrate_core::schema::{self, Difference};

use super::trial::refusal;
use super::verdict::{Finding, FindingCode};
use super::walk::Walk;
use crate::error::Error;

/// Applies the branches below a merge in the other order, beside the database that stands at it.
pub(super) async fn judge(
    graph: &Graph,
    walk: &mut Walk<'_>,
    node: Node,
) -> Result<Vec<Finding>, Error> {
    if !graph.is_merge_point(node) {
        return Ok(Vec::new());
    }
    let usual: Vec<Node> = graph.below([node]).iter().collect();
    let mut order = Vec::with_capacity(usual.len());
    let mut seen = graph.set([]);
    // The last parent first, each with what it needs.
    let parents = graph.parents(node).iter().rev().copied();
    for parent in parents.chain(graph.dependencies(node).iter().copied()).chain([node]) {
        order.extend(graph.below([parent]).iter().filter(|below| seen.insert(*below)));
    }
    if order == usual {
        // Created in the other order: then the first parent first is the other one.
        order.clear();
        seen = graph.set([]);
        for parent in graph.needs(node).chain([node]) {
            order.extend(graph.below([parent]).iter().filter(|below| seen.insert(*below)));
        }
    }
    if order == usual {
        return Ok(Vec::new());
    }
    let before = walk.schema().await?;
    let after = match walk.beside(&order).await {
        Ok((name, mut course)) => {
            let after = course.schema().await;
            course.close().await;
            walk.stage().drop(&name).await?;
            Ok(after?)
        }
        Err(error) => Err(refusal("the branches in the other order: the up", error)?),
    };
    let after = match after {
        Ok(after) => after,
        Err(why) => return Ok(vec![Finding::new(FindingCode::OrderMatters, why)]),
    };
    let differ: Vec<Difference> =
        schema::compare(&before, &after).into_iter().filter(|d| !d.is_order()).collect();
    if differ.is_empty() {
        return Ok(Vec::new());
    }
    let told: Vec<String> = differ.iter().map(schema::difference).collect();
    Ok(vec![Finding {
        code: FindingCode::OrderMatters,
        message: format!(
            "the branches in the other order give another schema: {}",
            told.join("; ")
        ),
        diff: schema::sql_diff(&before, &after),
        help: vec![
            "make the branches independent of each other, or `depends-on` one from the other"
                .to_owned(),
        ],
    }])
}
