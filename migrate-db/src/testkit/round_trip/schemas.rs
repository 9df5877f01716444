//! Compares two schemas that should be equal, and creates findings for the differences.

use migrate_core::diagnostic::Code;
use migrate_core::dialect::Dialect;
use migrate_core::schema::{self, Change, Difference, Schema, compare, sql_diff};

use super::super::verdict::Finding;
use super::texts;

/// What differs, but for the order of columns and for texts that mean the same.
pub(in super::super) fn differences(
    dialect: Dialect,
    before: &Schema,
    after: &Schema,
) -> (Vec<Difference>, bool) {
    if before == after {
        return (Vec::new(), false);
    }
    let (order, mut rest): (Vec<_>, Vec<_>) =
        compare(before, after).into_iter().partition(Difference::is_order);
    rest.retain(|difference| !texts::is_same(dialect, difference));
    (rest, !order.is_empty())
}

/// The finding that one schema is not as another, with what differs told by `tell`; none where
/// nothing differs.
pub(in super::super) fn finding(
    code: Code,
    what: &str,
    wrong: &[Difference],
    tell: fn(&Difference) -> String,
    [before, after]: [&Schema; 2],
) -> Option<Finding> {
    let told: Vec<String> = wrong.iter().map(tell).collect();
    (!told.is_empty()).then(|| Finding {
        diff: sql_diff(before, after),
        ..Finding::new(code, format!("{what} {}", told.join("; ")))
    })
}

/// The findings for what one or more downs left behind, did not bring back, or brought back
/// otherwise. `what` begins their messages.
pub(in super::super) fn after_downs(
    what: &str,
    wrong: &[Difference],
    [before, after]: [&Schema; 2],
) -> Vec<Finding> {
    let code_of = |difference: &Difference| match difference.change {
        Change::Added => Code::LeftBehind,
        Change::Removed => Code::NotRestored,
        _ => Code::RestoredOtherwise,
    };
    let mut findings = Vec::new();
    let mut diff = sql_diff(before, after);
    for code in [Code::LeftBehind, Code::NotRestored, Code::RestoredOtherwise] {
        let told: Vec<String> =
            wrong.iter().filter(|d| code_of(d) == code).map(schema::leftover).collect();
        if !told.is_empty() {
            findings.push(Finding {
                // Once is enough.
                diff: std::mem::take(&mut diff),
                ..Finding::new(code, format!("{what} {}", told.join("; ")))
            });
        }
    }
    findings
}
