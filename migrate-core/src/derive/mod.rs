//! Downs that are derived from ups.
//!
//! [`derive_down`] applies the up of a revision to the schema before it, and writes the statements that lead
//! back: renames as renames, everything else as [`diff`](crate::diff::diff) writes it. The result is proved
//! before it is returned: applied behind the up, it gives the schema before. Where undoing the renames first
//! does not lead back, the statements are undone one by one in reverse order.
//!
//! Limits: rows that the up changes are not brought back, and statements that are not understood are not
//! undone. Both are reported in [`Derived::missing`].

mod lineage;
mod loss;
mod rows;
mod walk;

use crate::apply::{State, Target, apply, is_claimed, is_known};
use crate::dialect::Dialect;
use crate::evolution::Evolution;
use crate::graph::Node;
use crate::inverse::{presented, way_back};
use crate::op::{Located, Op};
use crate::schema::{compare, leftover};
use crate::source::{SourceFile, Span};
use crate::sql::split;

use crate::steps::filled;

pub use crate::steps::Step;
use lineage::Lineage;
pub use loss::Loss;
use walk::Walk;

/// A derived down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Derived {
    /// The statements, with their notes.
    pub statements: Vec<Step>,
    /// The text of the section: the statements with semicolons.
    pub sql: String,
    /// Whether they cannot run in a transaction (`CREATE INDEX CONCURRENTLY`).
    pub outside_transaction: bool,
    /// What they do not bring back.
    pub losses: Vec<Loss>,
    /// What of the up they do not undo.
    pub missing: Vec<Missing>,
}

/// A statement of an up that its derived down does not undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The statement in the file.
    pub span: Span,
    /// Why, as in `the rows before it are not known`.
    pub why: String,
    /// Whether the database refuses the statement, so that the up cannot run.
    pub is_refused: bool,
}

impl Missing {
    fn new(span: Span, why: impl Into<String>) -> Self {
        Self { span, why: why.into(), is_refused: false }
    }
}

/// Derives the down of a revision from its up and the schema before it.
///
/// ```
/// use migrate_core::derive::derive_down;
/// use migrate_core::dialect::Dialect;
/// use migrate_core::evolution::Evolution;
/// use migrate_core::history::History;
/// use migrate_core::source::SourceFile;
///
/// let text = "-- revision: a1\n-- revises:\n\n-- migrate:up\nCREATE TABLE users (id INTEGER);\n";
/// let files = vec![SourceFile::new("a1.sql", text)];
/// let (history, _) = History::read(files, None, &[Dialect::Sqlite]);
/// let mut evolution = Evolution::new(&history.graph, Dialect::Sqlite).unwrap();
/// let derived = derive_down(&mut evolution, history.graph.node("a1").unwrap());
/// assert_eq!(derived.sql, "DROP TABLE users;\n");
/// ```
#[must_use]
pub fn derive_down(evolution: &mut Evolution<'_>, node: Node) -> Derived {
    evolution.move_before(node);
    let revision = evolution.graph().revision(node);
    let dialect = evolution.dialect();
    let mut before = evolution.state().snapshot();
    before.reset_session();
    let walk = Walk::of(dialect, &before, revision);
    let mut derived = Derived { missing: walk.missing(), ..Derived::default() };
    let mut reasons = Vec::new();
    for way in ways(dialect, &before, &walk, revision) {
        let (ops, left_out) = match way {
            Ok((mut ops, left_out)) => {
                ops.iter_mut().for_each(|group| before.name_home(group));
                (ops, left_out)
            }
            Err(why) => {
                reasons.push(why);
                continue;
            }
        };
        match proved(dialect, &before, &walk, &ops) {
            Ok(Proved { statements, sql, lineage, state, without_value }) => {
                let between = presented(dialect, &walk.state);
                let up = (&walk.lineage, &between);
                let earlier = presented(dialect, &before);
                derived.losses = loss::losses(dialect, &earlier, up, &lineage);
                derived.outside_transaction = ops.iter().flatten().any(is_concurrent);
                (derived.statements, derived.sql) = (statements, sql);
                let span = walk.whole;
                let was_unknown = before.unknown().marks().map(|(target, _)| target);
                let is_known = |target: &&Target| {
                    state.unknown().everything().is_none()
                        && !state.unknown().marks().any(|(other, _)| other == *target)
                };
                let became_known = was_unknown.filter(is_known);
                let why = became_known.map(|target| format!("{target} is not known before it"));
                let open = without_value.into_iter();
                let open = open.map(|column| format!("{column} must have a value in every row"));
                let why = left_out.into_iter().chain(why).chain(open);
                derived.missing.extend(why.map(|why| Missing::new(span, why)));
                return derived;
            }
            Err(why) => reasons.push(why),
        }
    }
    let why = reasons.into_iter().next().unwrap_or_else(|| "no way back is known".to_owned());
    derived.missing.push(Missing::new(walk.whole, why));
    derived
}

/// Groups of operations that are written one after the other, and what they leave out.
type Way = (Vec<Vec<Op>>, Vec<String>);

/// The ways back, the best first.
fn ways<'w>(
    dialect: Dialect,
    before: &'w State,
    walk: &'w Walk,
    revision: &'w crate::revision::Revision,
) -> impl Iterator<Item = Result<Way, String>> + 'w {
    let at_once = [true, false].into_iter().map(move |with_all| {
        let renames = walk.renames_back(before, with_all);
        let way = way_back(dialect, before, &walk.state, renames);
        let way = way.ok_or_else(|| "a rename does not go back at the end".to_owned())?;
        Ok((vec![way.renames, walk.concurrently(way.rest)], way.left_out))
    });
    let one_by_one = std::iter::once_with(move || {
        let (ops, left_out) = walk.one_by_one(before, revision);
        let ops = ops.into_iter().map(|ops| walk.concurrently(ops)).collect();
        Ok((ops, left_out))
    });
    at_once.chain(one_by_one)
}

const fn is_concurrent(op: &Op) -> bool {
    matches!(
        op,
        Op::CreateIndex { concurrently: true, .. } | Op::DropIndex { concurrently: true, .. }
    )
}

/// Statements that lead back.
struct Proved {
    statements: Vec<Step>,
    sql: String,
    /// What every table is behind them.
    lineage: Lineage,
    /// The schema behind them.
    state: State,
    /// The columns that must have values, which nothing here knows.
    without_value: Vec<String>,
}

/// Writes operations as statements, reads these and applies them behind the up: the schema must be the one
/// before.
fn proved(
    dialect: Dialect,
    before: &State,
    walk: &Walk,
    ops: &[Vec<Op>],
) -> Result<Proved, String> {
    let earlier = presented(dialect, before);
    let mut statements = Vec::new();
    let mut without_value = Vec::new();
    let mut now = walk.state.snapshot();
    for group in ops {
        // Rows are there, and a column that must have values gets them before it must.
        let here = presented(dialect, &now);
        let steps = filled(dialect, group.clone(), &here, &earlier);
        let filled = steps.map_err(|error| error.to_string())?;
        statements.extend(filled.steps);
        without_value.extend(filled.without_value);
        for op in group {
            let located = Located { value: op.clone(), span: Span::default() };
            // What fails here fails again below, where it is told.
            let _ = apply(&mut now, &located);
        }
    }
    let noted = statements.iter().map(|step| (step.note.as_deref(), step.statement()));
    let text = dialect.noted_text(noted).map_err(|error| error.to_string())?;
    let file = SourceFile::new("down", text.clone());
    let (found, _) = split(&file, Span::new(0, text.len()), dialect.lex_rules());
    let mut state = walk.state.snapshot();
    state.reset_session();
    let mut lineage = walk.lineage.clone();
    for statement in found {
        let sql = statement.span.of(&text);
        let parsed = dialect.parse(&text, statement.span).unwrap_or_else(|| Ok(Vec::new()));
        let parsed = parsed.map_err(|error| format!("`{sql}` is not understood: {error}"))?;
        for op in parsed {
            lineage.follow(&state, &op.value, sql);
            apply(&mut state, &op).map_err(|fault| format!("{fault}, for `{sql}`"))?;
        }
    }
    let now = presented(dialect, &state);
    let mut differences = compare(&earlier, &now).into_iter().filter(|one| {
        !one.is_order()
            && is_claimed(&state, one)
            && is_known(before, before.unknown(), one)
            && is_known(&walk.state, walk.state.unknown(), one)
    });
    match differences.next() {
        Some(one) => Err(leftover(&one)),
        None => Ok(Proved { statements, sql: text, lineage, state, without_value }),
    }
}

#[cfg(test)]
mod tests;
