//! Statements of real histories with one token changed, judged by a real server.
//!
//! A token is left out, doubled, swapped with the next one, or replaced by another one of the
//! statement. What the server takes must not be refused. What it calls a mistake of syntax should be
//! refused; the share that is not is printed.

use migrate_core::dialect::Dialect;
use migrate_core::op::Op;
use migrate_core::source::{SourceFile, Span};
use migrate_core::sql::{Tokens, split};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

use super::corpora::migrations;
use super::side_by_side::{Judged, Pair};

/// How often each statement is changed, unless `MIGRATE_MUTATIONS` gives another number.
const USUAL: usize = 2;

/// A statement with one token changed.
fn mutated(sql: &str, dialect: Dialect, rng: &mut TestRng) -> Option<String> {
    let tokens = Tokens::read(sql, Span::new(0, sql.len()), dialect.lex_rules()).ok()?;
    let cursor = tokens.cursor();
    let spans: Vec<Span> = cursor.lexemes().iter().map(|lexeme| lexeme.span).collect();
    if spans.len() < 3 {
        return None;
    }
    let mut below = |limit: usize| (rng.next_u64() % limit as u64) as usize;
    let at = spans[below(spans.len())];
    let next = spans.iter().find(|span| span.start >= at.end).copied();
    let other = spans[below(spans.len())].of(sql);
    let (before, own, after) = (&sql[..at.start], at.of(sql), &sql[at.end..]);
    Some(match (below(4), next) {
        (0, _) => format!("{before}{after}"),
        (1, _) => format!("{before}{own} {own}{after}"),
        (2, Some(next)) => {
            let between = &sql[at.end..next.start];
            format!("{before}{}{between} {own} {}", next.of(sql), &sql[next.end..])
        }
        _ => format!("{before} {other} {after}"),
    })
}

/// Returns `true` for a statement whose every part is read.
fn is_read(sql: &str, dialect: Dialect) -> bool {
    let Some(Ok(ops)) = dialect.parse(sql, Span::new(0, sql.len())) else { return false };
    !ops.is_empty()
        && ops
            .iter()
            .all(|op| !matches!(op.value, Op::Opaque { .. } | Op::Rows { .. } | Op::Set { .. }))
}

/// Checks a history. At most `limit` in a thousand mistakes of syntax may be accepted.
async fn check(name: &str, dialect: Dialect, limit: usize) {
    let Some(migrations) = migrations(name) else { return };
    let Some(pair) = Pair::fresh(dialect).await else { return };
    let mut pair = pair.quiet();
    let wanted = std::env::var("MIGRATE_MUTATIONS").ok().and_then(|n| n.parse().ok());
    let mut rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let (mut taken, mut refused, mut invalid, mut accepted) = (0, 0, 0, 0);
    let mut faults = Vec::new();
    for migration in &migrations {
        let file = SourceFile::new(migration.name.clone(), migration.up.clone());
        let whole = Span::new(0, migration.up.len());
        let (statements, _) = split(&file, whole, dialect.lex_rules());
        for statement in statements {
            let sql = statement.span.of(&migration.up);
            if is_read(sql, dialect) {
                for _ in 0..wanted.unwrap_or(USUAL) {
                    let Some(changed) = mutated(sql, dialect, &mut rng) else { continue };
                    match pair.judge(&changed).await {
                        Judged::Taken(None) => taken += 1,
                        Judged::Taken(Some(claim)) => {
                            faults.push(format!("{}: {changed}\nbut: {claim}", migration.name));
                        }
                        Judged::BadSyntax(is_found) => {
                            invalid += 1;
                            if !is_found {
                                accepted += 1;
                                println!("{}: accepted: {changed}\n", migration.name);
                            }
                        }
                        Judged::Refused => refused += 1,
                    }
                }
            }
            pair.run(&migration.name, sql).await;
        }
    }
    println!(
        "{name}: {taken} mutations are valid, {refused} are refused for what they mean, \
         {accepted} of {invalid} mistakes of syntax are accepted"
    );
    pair.drop().await;
    assert!(faults.is_empty(), "{name}: {}\n{}", faults.len(), faults.join("\n\n"));
    assert!(accepted * 1000 <= invalid * limit, "{accepted} of {invalid}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crates_io() {
    check("crates_io", Dialect::Postgres, 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn graph_node() {
    check("graph_node", Dialect::Postgres, 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gitness_sqlite() {
    check("gitness_sqlite", Dialect::Sqlite, 40).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authelia_sqlite() {
    check("authelia_sqlite", Dialect::Sqlite, 40).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authelia_mysql() {
    check("authelia_mysql", Dialect::Mysql, 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn syncstorage_mysql() {
    check("syncstorage_tokenserver_mysql", Dialect::Mysql, 20).await;
}
