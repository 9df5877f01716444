//! Tests revisions one after the other, on a database that follows the history.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use migrate_core::config::Settings;
use migrate_core::diagnostic::Code;
use migrate_core::dialect::Dialect;
use migrate_core::graph::{Node, Set};
use migrate_core::history::History;
use migrate_core::schema::Schema;

use super::base_database::BaseDatabase;
use super::cache::{Cache, Keys};
use super::merge;
use super::round_trip::{self, Refusal, RoundTrip};
use super::setup::Setup;
use super::stage::Stage;
use super::static_comparison::StaticComparison;
use super::verdict::{Finding, Outcome, Verdict};
use crate::error::Error;

/// Judges revisions.
pub(super) struct TestRunner<'h> {
    pub(super) history: &'h History,
    settings: &'h Settings,
    keys: &'h Keys,
    cache: &'h Cache,
    pub(super) base: BaseDatabase<'h>,
    /// Revisions whose up fails: nothing above them can be tested.
    broken: BTreeMap<Node, String>,
    /// Revisions whose down failed in their own test.
    pub(super) failed_downs: BTreeSet<Node>,
    static_comparison: StaticComparison<'h>,
    /// Whether what is known does not count.
    pub(super) fresh: bool,
    /// Whether nobody else judges what stands below.
    pub(super) alone: bool,
}

impl<'h> TestRunner<'h> {
    pub(super) async fn begin(
        history: &'h History,
        settings: &'h Settings,
        stage: &'h Stage,
        keys: &'h Keys,
        cache: &'h Cache,
        setup: &'h Setup,
        name: String,
    ) -> Result<Self, Error> {
        Ok(Self {
            history,
            settings,
            keys,
            cache,
            base: BaseDatabase::begin(history, settings, stage, keys, setup, name).await?,
            broken: BTreeMap::new(),
            failed_downs: BTreeSet::new(),
            static_comparison: StaticComparison::new(history, settings, stage.dialect()),
            fresh: false,
            alone: true,
        })
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.base.dialect()
    }

    /// Whether the verdict of a revision is known from an earlier run.
    pub(super) fn knows(&self, node: Node) -> bool {
        let key = &self.keys.verdict[node.index()];
        !self.fresh && self.cache.load(key, &self.history.graph, Some(node)).is_some()
    }

    /// The verdict of a revision. What stands below it and was not judged yet is judged on the
    /// way, because the way leads through its up in any case.
    pub(super) async fn test(&mut self, node: Node) -> Result<Verdict, Error> {
        let graph = &self.history.graph;
        let wanted = graph.dependency_closure(graph.needs(node));
        match self.reach(&wanted).await? {
            Ok(()) => self.test_here(node).await,
            Err(why) => Ok(Verdict::of(graph.revision(node), self.dialect()).skipped(why)),
        }
    }

    /// Makes the database stand at exactly these revisions; or why it cannot.
    pub(super) async fn reach(&mut self, wanted: &Set) -> Result<Result<(), String>, Error> {
        let graph = &self.history.graph;
        if let Some(why) = self.why_unreachable(wanted) {
            return Ok(Err(why));
        }
        self.base.approach(wanted).await?;
        let missing: Vec<Node> =
            wanted.iter().filter(|node| !self.base.applied().contains(*node)).collect();
        for below in missing {
            if self.alone
                && !self.knows(below)
                && graph.dependency_closure(graph.needs(below)) == *self.base.applied()
            {
                self.test_here(below).await?;
            } else {
                self.apply(below).await?;
            }
            if let Some(why) = self.why_unreachable(wanted) {
                return Ok(Err(why));
            }
        }
        Ok(Ok(()))
    }

    /// Goes up without a test; what fails is noted.
    async fn apply(&mut self, node: Node) -> Result<(), Error> {
        if let Err(error) = self.base.up(node, None).await {
            let why = round_trip::refusal("the up", self.dialect(), error)?;
            self.broken.insert(node, why.text);
        }
        Ok(())
    }

    fn why_unreachable(&self, wanted: &Set) -> Option<String> {
        let (node, why) = self.broken.iter().find(|(node, _)| wanted.contains(**node))?;
        let id = self.history.graph.id(*node);
        Some(format!("revision {id}, below it, cannot be applied: {}", first_line(why)))
    }

    /// Judges a revision where the database stands at its parents, and goes up to it.
    async fn test_here(&mut self, node: Node) -> Result<Verdict, Error> {
        let since = Instant::now();
        let revision = self.history.graph.revision(node);
        let mut verdict = Verdict::of(revision, self.dialect());
        let round_trip = self.round_trip(node);
        self.base.session()?.begin_steps(1).await?;
        let before = self.base.schema().await?;
        self.static_comparison.begin(node, self.base.applied(), &before);
        let result = self.attempts(round_trip, &before).await?;
        let (mut by_server, is_reverted) = (result.by_server, result.is_reverted);
        verdict.findings = result.findings;
        verdict.notes = result.notes;
        let after = result.up.filter(|_| !result.rows_changed_schema);
        by_server |= self.go_up(node, after, &mut verdict).await?;
        if self.base.applied().contains(node) {
            let graph = &self.history.graph;
            verdict.findings.extend(merge::compare_orders(graph, &mut self.base, node).await?);
            let catalog = self.base.schema().await?;
            let (applied, found) = (self.base.applied(), &verdict.findings);
            let found = self.static_comparison.end(node, applied, &catalog, is_reverted, found);
            verdict.findings.extend(found);
            self.base.keep(node).await?;
        }
        let is_failed_down =
            |f: &Finding| matches!(f.code, Code::DownFails | Code::DownFailsWithRows);
        if verdict.findings.iter().any(is_failed_down) {
            self.failed_downs.insert(node);
        }
        self.allow(node, &mut verdict);
        let has_failed = verdict.findings.iter().any(Finding::is_error);
        if has_failed {
            verdict.outcome = Outcome::Failed;
        }
        verdict.duration = since.elapsed();
        if !has_failed || !by_server {
            self.cache.keep(&self.keys.verdict[node.index()], &verdict);
        }
        Ok(verdict)
    }

    /// What a trial of a revision is about.
    pub(super) fn round_trip(&self, node: Node) -> RoundTrip<'h> {
        RoundTrip {
            history: self.history,
            settings: self.settings,
            dialect: self.dialect(),
            node,
            without_rows: false,
            row_schema: None,
        }
    }

    /// Goes up to a revision. Returns `true` if that failed and the cause may lie in the server.
    async fn go_up(
        &mut self,
        node: Node,
        after: Option<Schema>,
        verdict: &mut Verdict,
    ) -> Result<bool, Error> {
        let Err(error) = self.base.up(node, after).await else { return Ok(false) };
        let Refusal { text, by_server, .. } = round_trip::refusal("the up", self.dialect(), error)?;
        if !verdict.findings.iter().any(|finding| finding.code == Code::UpFails) {
            verdict.findings.push(Finding::new(Code::UpFails, text.clone()));
        }
        self.broken.insert(node, text);
        Ok(by_server)
    }

    /// Takes out what the file accepts.
    fn allow(&self, node: Node, verdict: &mut Verdict) {
        for (code, reason) in self.history.graph.revision(node).allowed() {
            let before = verdict.findings.len();
            verdict.findings.retain(|finding| finding.code.as_str() != code);
            if verdict.findings.len() < before {
                verdict.notes.push(format!("{code} is accepted: {reason}"));
            }
        }
    }

    pub(super) async fn end(self, leaves_nothing: bool) -> Result<(), Error> {
        self.base.end(leaves_nothing).await
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
