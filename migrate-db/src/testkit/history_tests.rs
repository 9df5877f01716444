//! The tests of the whole history.

use std::time::Instant;

use migrate_core::diagnostic::Code;
use migrate_core::graph::{Graph, Node, Set};
use migrate_core::history::Heads;
use migrate_core::plan::Direction;
use migrate_core::round_trip;
use migrate_core::schema::Schema;
use migrate_core::sql::Hasher;

use super::cache::Keys;
use super::round_trip::{after_downs, differences, refusal, revert_in_transaction};
use super::runner::TestRunner;
use super::verdict::{Finding, Outcome, Verdict};
use crate::error::Error;

/// A test of the whole history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum HistoryTest {
    /// The history has one head, unless the project wants several.
    SingleHead,
    /// Every up runs, from nothing to the heads.
    BaseToHead,
    /// Every down runs, from the heads to nothing, and leaves nothing behind.
    HeadToBase,
}

impl HistoryTest {
    /// All of them, in their order.
    pub(super) const ALL: [Self; 3] = [Self::SingleHead, Self::BaseToHead, Self::HeadToBase];

    /// The name, in words.
    #[must_use]
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SingleHead => round_trip::SINGLE_HEAD,
            Self::BaseToHead => round_trip::BASE_TO_HEAD,
            Self::HeadToBase => round_trip::HEAD_TO_BASE,
        }
    }

    /// The test of a name.
    #[must_use]
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|history_tests| history_tests.name() == name)
    }

    /// Whether a verdict stays right while the history does: a step that the database refuses may
    /// have its cause in the server.
    pub(super) fn is_lasting(self, verdict: &Verdict) -> bool {
        let is_step = |code| matches!(code, Code::UpFails | Code::DownFails);
        !verdict.findings.iter().any(|finding| is_step(finding.code))
    }

    pub(super) fn key(self, graph: &Graph, keys: &Keys) -> String {
        let mut hash = Hasher::new();
        hash.field("history_tests", self.name());
        for head in graph.real_heads() {
            hash.field("head", &keys.state[head.index()]);
        }
        hash.finish().to_string()
    }
}

/// Runs one test. Returns its verdict, and the revision whose down failed.
pub(super) async fn run(
    which: HistoryTest,
    runner: &mut TestRunner<'_>,
    heads: Heads,
) -> Result<(Verdict, Option<Node>), Error> {
    let since = Instant::now();
    let mut verdict = Verdict::of_history(which.name(), runner.dialect());
    let mut failed_down = None;
    match which {
        HistoryTest::SingleHead => {
            let found = runner.history.check(heads);
            for wrong in found.iter().filter(|found| found.code == Code::SeveralHeads) {
                let mut finding = Finding::new(Code::SeveralHeads, wrong.message.clone());
                finding.help = wrong.help.iter().map(ToString::to_string).collect();
                verdict.findings.push(finding);
            }
        }
        HistoryTest::BaseToHead => base_to_head(runner, &mut verdict).await?,
        HistoryTest::HeadToBase => failed_down = head_to_base(runner, &mut verdict).await?,
    }
    if !verdict.findings.is_empty() {
        verdict.outcome = Outcome::Failed;
    }
    verdict.duration = since.elapsed();
    Ok((verdict, failed_down))
}

async fn base_to_head(runner: &mut TestRunner<'_>, verdict: &mut Verdict) -> Result<(), Error> {
    let graph = &runner.history.graph;
    let all = graph.set(graph.order());
    if let Err(why) = runner.reach(&all).await? {
        verdict.findings.push(Finding::new(Code::UpFails, why));
    }
    Ok(())
}

/// Returns the revision whose down failed, if one did.
async fn head_to_base(
    runner: &mut TestRunner<'_>,
    verdict: &mut Verdict,
) -> Result<Option<Node>, Error> {
    let graph = &runner.history.graph;
    let all = graph.set(graph.order());
    let stops = graph.order().rev().find(|node| {
        matches!(
            graph.revision(*node).down(runner.dialect()),
            migrate_core::revision::Down::Irreversible(_)
        )
    });
    if let Err(why) = runner.reach(&all).await? {
        verdict.outcome = Outcome::Skipped;
        verdict.notes.push(why);
        return Ok(None);
    }
    // As far down as the files allow.
    let above = match stops {
        Some(node) => {
            verdict.notes.push(format!("stops above {}, which is irreversible", graph.id(node)));
            graph.dependency_closure([node])
        }
        None => graph.set([]),
    };
    let down: Vec<_> = graph.order().rev().filter(|node| !above.contains(*node)).collect();
    let before = schema_at(runner, &above).await?;
    let round_trips: Vec<_> = down.iter().map(|node| runner.round_trip(*node)).collect();
    let attempt = revert_in_transaction(&round_trips, runner.base.session()?).await?;
    if attempt.is_some_and(|left| differences(runner.dialect(), &before, &left).0.is_empty()) {
        return Ok(None);
    }
    let name = runner.base.name_of_copy();
    let mut session = runner.base.copy(&name).await?;
    let outcome = session.step(down, Direction::Down).await;
    let mut failed_down = None;
    let left = match outcome {
        Err(error) => {
            failed_down = error.revision().and_then(|id| graph.node(id));
            Err(refusal("the down", runner.dialect(), error)?.text)
        }
        Ok(()) => Ok(session.schema().await?),
    };
    session.close().await;
    runner.base.stage().drop(&name).await?;
    match left {
        Err(why) => verdict.findings.push(Finding::new(Code::DownFails, why)),
        Ok(left) => {
            let (wrong, _) = differences(runner.dialect(), &before, &left);
            let help = "see the test of the revision that causes it";
            let found = after_downs("after all downs", &wrong, [&before, &left]);
            verdict.findings.extend(
                found.into_iter().map(|found| Finding { help: vec![help.to_owned()], ..found }),
            );
        }
    }
    Ok(failed_down)
}

/// What a database holds where these revisions are applied and nothing else was.
async fn schema_at(runner: &TestRunner<'_>, revisions: &Set) -> Result<Schema, Error> {
    let stage = runner.base.stage();
    if let Some(fresh) = stage.fresh().filter(|_| revisions.is_empty()) {
        return Ok(fresh.clone());
    }
    let revisions: Vec<_> = revisions.iter().collect();
    let (name, mut session) = runner.base.beside(&revisions).await?;
    let schema = session.schema().await;
    session.close().await;
    stage.drop(&name).await?;
    schema
}
