//! Tests of the whole history, beside those of its revisions.

use std::time::Instant;

use migrate_core::graph::{Graph, Set};
use migrate_core::history::Heads;
use migrate_core::plan::Direction;
use migrate_core::round_trip;
use migrate_core::schema::Schema;
use migrate_core::sql::Hasher;

use super::judge::Judge;
use super::memory::Keys;
use super::trial::{after_downs, differences, refusal, rehearse_downs};
use super::verdict::{Finding, FindingCode, Outcome, Verdict};
use crate::error::Error;

/// A test of the whole history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Whole {
    /// The history has one head, unless the project wants several.
    SingleHead,
    /// Every up runs, from nothing to the heads.
    BaseToHead,
    /// Every down runs, from the heads to nothing, and leaves nothing behind.
    HeadToBase,
}

impl Whole {
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
        Self::ALL.into_iter().find(|whole| whole.name() == name)
    }

    /// Whether a verdict stays right while the history does: a step that the database refuses may
    /// have its cause in the server.
    pub(super) fn is_lasting(self, verdict: &Verdict) -> bool {
        let is_step = |code| matches!(code, FindingCode::UpFails | FindingCode::DownFails);
        !verdict.findings.iter().any(|finding| is_step(finding.code))
    }

    pub(super) fn key(self, graph: &Graph, keys: &Keys) -> String {
        let mut hash = Hasher::new();
        hash.field("whole", self.name());
        for head in graph.real_heads() {
            hash.field("head", &keys.state[head.index()]);
        }
        hash.finish().to_string()
    }
}

/// Runs one test.
pub(super) async fn judge(
    which: Whole,
    judge: &mut Judge<'_>,
    heads: Heads,
) -> Result<Verdict, Error> {
    let since = Instant::now();
    let mut verdict = Verdict::whole(which.name(), judge.dialect());
    match which {
        Whole::SingleHead => {
            for wrong in judge.history.check(heads).iter() {
                let mut finding = Finding::new(FindingCode::SeveralHeads, wrong.message.clone());
                finding.help.clone_from(&wrong.help);
                verdict.findings.push(finding);
            }
        }
        Whole::BaseToHead => base_to_head(judge, &mut verdict).await?,
        Whole::HeadToBase => head_to_base(judge, &mut verdict).await?,
    }
    if !verdict.findings.is_empty() {
        verdict.outcome = Outcome::Failed;
    }
    verdict.duration = since.elapsed();
    Ok(verdict)
}

async fn base_to_head(judge: &mut Judge<'_>, verdict: &mut Verdict) -> Result<(), Error> {
    let graph = &judge.history.graph;
    let all = graph.set(graph.order());
    if let Err(why) = judge.reach(&all).await? {
        verdict.findings.push(Finding::new(FindingCode::UpFails, why));
    }
    Ok(())
}

async fn head_to_base(judge: &mut Judge<'_>, verdict: &mut Verdict) -> Result<(), Error> {
    let graph = &judge.history.graph;
    let all = graph.set(graph.order());
    let stops = graph.order().rev().find(|node| {
        matches!(
            graph.revision(*node).down(judge.dialect()),
            migrate_core::revision::WayDown::Irreversible(_)
        )
    });
    if let Err(why) = judge.reach(&all).await? {
        verdict.outcome = Outcome::Skipped;
        verdict.notes.push(why);
        return Ok(());
    }
    // As far down as the files allow.
    let above = match stops {
        Some(node) => {
            verdict.notes.push(format!("stops above {}, which is irreversible", graph.id(node)));
            graph.below([node])
        }
        None => graph.set([]),
    };
    let down: Vec<_> = graph.order().rev().filter(|node| !above.contains(*node)).collect();
    let before = schema_at(judge, &above).await?;
    let trials: Vec<_> = down.iter().map(|node| judge.trial(*node)).collect();
    let rehearsed = rehearse_downs(&trials, judge.walk.course()?).await?;
    if rehearsed.is_some_and(|left| differences(judge.dialect(), &before, &left).0.is_empty()) {
        return Ok(());
    }
    let name = judge.walk.name_of_copy();
    let mut course = judge.walk.copy(&name).await?;
    let outcome = course.step(down, Direction::Down).await;
    let left = match outcome {
        Err(error) => Err(refusal("the down", judge.dialect(), error)?.text),
        Ok(()) => Ok(course.schema().await?),
    };
    course.close().await;
    judge.walk.stage().drop(&name).await?;
    match left {
        Err(why) => verdict.findings.push(Finding::new(FindingCode::DownFails, why)),
        Ok(left) => {
            let (wrong, _) = differences(judge.dialect(), &before, &left);
            let help = "the test of the revision in question says more";
            let found = after_downs("after all downs", &wrong, [&before, &left]);
            verdict.findings.extend(
                found.into_iter().map(|found| Finding { help: vec![help.to_owned()], ..found }),
            );
        }
    }
    Ok(())
}

/// What a database holds where these revisions are applied and nothing else was.
async fn schema_at(judge: &Judge<'_>, revisions: &Set) -> Result<Schema, Error> {
    let stage = judge.walk.stage();
    if let Some(fresh) = stage.fresh().filter(|_| revisions.is_empty()) {
        return Ok(fresh.clone());
    }
    let revisions: Vec<_> = revisions.iter().collect();
    let (name, mut course) = judge.walk.beside(&revisions).await?;
    let schema = course.schema().await;
    course.close().await;
    stage.drop(&name).await?;
    schema
}
