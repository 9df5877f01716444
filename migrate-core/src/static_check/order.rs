//! Branches that meet: their order must not matter.
//!
//! A database may have applied either branch first. Both orders are applied to the schema at which
//! the branches part. A branch that the database refuses by itself is reported elsewhere, and
//! branches of very many revisions are not compared.

use super::place;
use crate::apply::{is_claimed, is_known};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::evolution::{Evolution, Refusal};
use crate::graph::{Graph, Node, Set};
use crate::revision::Revision;
use crate::schema::{Difference, compare, difference};
use crate::source::Span;
use crate::sql::Tokens;

/// How many revisions two branches may have together.
const MOST: usize = 200;

const HELP: &str = "make the branches independent of each other, or let one depend on the other with \
                    `depends-on`";

/// What is certainly wrong with the branches that meet in a revision: at most one finding for two of
/// them.
pub(super) fn check(evolution: &mut Evolution<'_>, graph: &Graph, node: Node) -> Vec<Diagnostic> {
    let needs: Vec<Node> = graph.needs(node).collect();
    let mut found = Vec::new();
    for (at, one) in needs.iter().enumerate() {
        for other in &needs[at + 1..] {
            found.extend(Branches::of(graph, *one, *other).and_then(|both| both.check(evolution)));
        }
    }
    found
}

/// Two branches from where they part.
struct Branches<'g> {
    graph: &'g Graph,
    below: Vec<Node>,
    sides: [Vec<Node>; 2],
}

/// A statement of a revision.
struct At<'g> {
    revision: &'g Revision,
    span: Span,
}

impl<'g> Branches<'g> {
    /// `None` where one of them is part of the other, or there are too many revisions.
    fn of(graph: &'g Graph, one: Node, other: Node) -> Option<Self> {
        let closures = [one, other].map(|node| graph.dependency_closure([node]));
        let [first, second] = &closures;
        let below: Vec<Node> = first.iter().filter(|node| second.contains(*node)).collect();
        let side = |of: &Set, other: &Set| of.iter().filter(|n| !other.contains(*n)).collect();
        let sides: [Vec<Node>; 2] = [side(first, second), side(second, first)];
        let count = sides[0].len() + sides[1].len();
        let is_fork = sides.iter().all(|side| !side.is_empty()) && count <= MOST;
        is_fork.then_some(Self { graph, below, sides })
    }

    fn check(&self, evolution: &mut Evolution<'_>) -> Option<Diagnostic> {
        let [first, second] = &self.sides;
        let result = self.compare(evolution, first, second);
        evolution.move_to(&self.below);
        result
    }

    fn compare(
        &self,
        evolution: &mut Evolution<'_>,
        first: &[Node],
        second: &[Node],
    ) -> Option<Diagnostic> {
        let rules = evolution.dialect().rules();
        let count = first.len() + second.len();
        let mut ends = Vec::new();
        for (one, other) in [(first, second), (second, first)] {
            evolution.move_to(&self.below);
            if let Some((node, refusal)) = self.refusal(evolution, one, other)? {
                return Some(self.refused(evolution.dialect(), node, &refusal, one));
            }
            let (_, mut after) = evolution.state().changed(count);
            rules.present(evolution.state(), &mut after);
            ends.push((after, evolution.state().unknown().clone()));
        }
        let [(one, unknown), (other, _)] = ends.as_slice() else { return None };
        let state = evolution.state();
        let found = compare(one, other).into_iter().find(|found| {
            !found.is_order() && is_claimed(state, found) && is_known(state, unknown, found)
        })?;
        self.differs(evolution.dialect(), &found)
    }

    /// What the database refuses of the branch that is applied last; `None` if it refuses something of
    /// the other one.
    fn refusal(
        &self,
        evolution: &mut Evolution<'_>,
        first: &[Node],
        last: &[Node],
    ) -> Option<Option<(Node, Refusal)>> {
        for node in first {
            if !evolution.up(*node).is_empty() {
                return None;
            }
        }
        let mut refused = None;
        for node in last {
            let refusal = evolution.up(*node).into_iter().next();
            refused = refused.or(refusal.map(|refusal| (*node, refusal)));
        }
        Some(refused)
    }

    fn refused(
        &self,
        dialect: Dialect,
        node: Node,
        refusal: &Refusal,
        other: &[Node],
    ) -> Diagnostic {
        let revision = self.graph.revision(node);
        let (file, span) = (&revision.file, refusal.span());
        let why = refusal.message();
        let message = format!("after the branch that it meets, the up fails: {why}");
        let diagnostic = Diagnostic::new(Code::OrderMatters, message).at(file, span);
        let names = names(file.text(), span, dialect);
        let cause = names.iter().find_map(|name| self.mention(dialect, other, &[name]));
        Self::labelled(diagnostic, cause)
    }

    fn differs(&self, dialect: Dialect, found: &Difference) -> Option<Diagnostic> {
        let object = &found.object;
        let own = object.name.rsplit('.').next().unwrap_or(&object.name);
        let table = object.table.as_ref().map(|table| table.name.as_str());
        let names: Vec<&str> = [Some(own), table].into_iter().flatten().collect();
        let [one, other] = [0, 1].map(|side| self.mention(dialect, &self.sides[side], &names));
        let one = one?;
        let message =
            format!("the branches in the other order give another schema: {}", difference(found));
        let diagnostic =
            Diagnostic::new(Code::OrderMatters, message).at(&one.revision.file, one.span);
        Some(Self::labelled(diagnostic, other))
    }

    fn labelled(diagnostic: Diagnostic, other: Option<At<'_>>) -> Diagnostic {
        let diagnostic = match other {
            Some(at) => diagnostic.labelled(&at.revision.file, at.span, "the other branch"),
            None => diagnostic,
        };
        diagnostic.help(HELP)
    }

    /// The last statement of a branch that has one of several names, the first of them first.
    fn mention(&self, dialect: Dialect, side: &[Node], names: &[&str]) -> Option<At<'g>> {
        names.iter().find_map(|name| {
            side.iter().rev().find_map(|node| {
                let revision = self.graph.revision(*node);
                let up = revision.up(dialect)?;
                let span = place::mention(&revision.file, up, dialect, name)?;
                Some(At { revision, span })
            })
        })
    }
}

/// The names in a statement of DDL.
fn names(text: &str, span: Span, dialect: Dialect) -> Vec<String> {
    const WORDS: [&str; 17] = [
        "ALTER",
        "CREATE",
        "DROP",
        "RENAME",
        "TABLE",
        "INDEX",
        "VIEW",
        "TRIGGER",
        "COLUMN",
        "ADD",
        "UNIQUE",
        "CONSTRAINT",
        "IF",
        "NOT",
        "EXISTS",
        "ON",
        "TO",
    ];
    let rules = dialect.lex_rules();
    let Ok(tokens) = Tokens::read(text, span, rules) else { return Vec::new() };
    let cursor = tokens.cursor();
    let lexemes = cursor.lexemes().iter();
    let names = lexemes.filter(|lexeme| !WORDS.iter().any(|word| lexeme.is(word)));
    names.filter_map(|lexeme| lexeme.name(rules)).collect()
}
