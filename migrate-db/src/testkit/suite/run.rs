//! One run of a suite: what is cached, what is to be tested, and the databases that test it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use futures_util::future::join_all;
use migrate_core::diagnostic::Code;
use migrate_core::graph::{Graph, Node};

use super::shares::shares;
use super::{Suite, TestEvent};
use crate::error::Error;
use crate::testkit::cache::{Cache, Keys};
use crate::testkit::history_tests::{self, HistoryTest};
use crate::testkit::provision;
use crate::testkit::runner::TestRunner;
use crate::testkit::setup::Setup;
use crate::testkit::stage::Stage;
use crate::testkit::verdict::{Outcome, Verdict};

/// One test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Test {
    Revision(Node),
    History(HistoryTest),
}

/// Sends events, from several databases at once.
pub(super) struct Events<'e> {
    tell: Mutex<&'e mut (dyn FnMut(TestEvent<'_>) + Send)>,
}

impl<'e> Events<'e> {
    pub(super) fn new(tell: &'e mut (dyn FnMut(TestEvent<'_>) + Send)) -> Self {
        Self { tell: Mutex::new(tell) }
    }

    pub(super) fn send(&self, event: TestEvent<'_>) {
        self.tell.lock().unwrap_or_else(PoisonError::into_inner)(event);
    }
}

/// A run of a suite.
pub(super) struct Run<'s, 'h> {
    suite: &'s Suite<'h>,
    /// The revisions to test.
    nodes: Vec<Node>,
    folder: PathBuf,
    /// The name of the base database: one per history and folder of cached results.
    name: String,
    setup: Setup,
    keys: Keys,
    cache: Cache,
    fresh: bool,
    /// The results so far.
    known: BTreeMap<Test, Verdict>,
}

/// The results of one database.
struct Tested {
    verdicts: Vec<(Test, Verdict)>,
    /// The verdict of `head to base` that fails at the down of a revision, with that revision.
    stopped: Option<(Verdict, Node)>,
    failed_downs: BTreeSet<Node>,
}

impl<'s, 'h> Run<'s, 'h> {
    pub(super) fn new(suite: &'s Suite<'h>) -> Result<Self, Error> {
        let graph = &suite.history.graph;
        let nodes = match &suite.only {
            None => graph.order().collect(),
            Some(ids) => {
                let nodes: BTreeSet<Node> = ids.iter().filter_map(|id| graph.node(id)).collect();
                nodes.into_iter().collect()
            }
        };
        let folder = match &suite.folder {
            Some(folder) => folder.clone(),
            None => provision::folder()?,
        };
        let name = database_name(suite, &folder.to_string_lossy());
        let mut identity = Stage::identity(suite.dialect, &suite.settings);
        if suite.leaves_nothing {
            // The states of this run are removed: no other run may count on them.
            identity = format!("{identity} {name}");
        }
        let setup = Setup::read(&suite.settings, suite.functions, suite.steps)?;
        let keys = Keys::of(graph, suite.dialect, &suite.settings, &identity, &setup);
        let cache = Cache::at(&folder);
        let fresh = suite.fresh || provision::is_fresh();
        Ok(Self { suite, nodes, folder, name, setup, keys, cache, fresh, known: BTreeMap::new() })
    }

    fn graph(&self) -> &'h Graph {
        &self.suite.history.graph
    }

    /// The number of tests.
    pub(super) fn len(&self) -> usize {
        self.nodes.len() + self.suite.history_tests.len()
    }

    pub(super) fn is_done(&self) -> bool {
        self.known.len() == self.len()
    }

    /// Loads the results of earlier runs.
    pub(super) fn load_cached(&mut self) {
        if self.fresh {
            return;
        }
        let graph = self.graph();
        for node in &self.nodes {
            let key = &self.keys.verdict[node.index()];
            if let Some(verdict) = self.cache.load(key, graph, Some(*node)) {
                self.known.insert(Test::Revision(*node), verdict);
            }
        }
        for which in &self.suite.history_tests {
            if let Some(verdict) = self.cache.load(&which.key(graph, &self.keys), graph, None) {
                self.known.insert(Test::History(*which), verdict);
            }
        }
    }

    /// Keeps other processes from the base database until the file is dropped.
    pub(super) fn lock(&self) -> Result<File, Error> {
        let path = self.folder.join(format!("{}.{}.lock", self.name, self.suite.dialect));
        std::fs::create_dir_all(&self.folder)
            .and_then(|()| File::create(&path))
            .and_then(|file| file.lock().map(|()| file))
            .map_err(|source| Error::File { path, source })
    }

    /// Completes the names of databases with what decides the contents of a new one.
    pub(super) async fn begin_on(&mut self, stage: &Stage) -> Result<(), Error> {
        self.keys.template_digest = stage.template_digest().await?;
        self.name.push_str(&self.keys.template_digest);
        Ok(())
    }

    /// Runs the tests whose results are not known yet, on as many databases as is worth it.
    pub(super) async fn test_pending(
        mut self,
        stage: &Stage,
        events: &Events<'_>,
    ) -> Result<Vec<Verdict>, Error> {
        for verdict in self.known.values() {
            events.send(TestEvent::Finished(verdict));
        }
        let is_pending = |test: &Test| !self.known.contains_key(test);
        let nodes = self.nodes.iter().copied();
        let pending: Vec<Node> = nodes.filter(|node| is_pending(&Test::Revision(*node))).collect();
        let history_tests = self.suite.history_tests.iter().copied();
        let history_tests: Vec<HistoryTest> =
            history_tests.filter(|which| is_pending(&Test::History(*which))).collect();
        let shares = shares(&pending, self.suite.jobs, !history_tests.is_empty());
        let lanes = shares.len();
        let lane = async |n: usize, share: &[Node]| {
            let name = if lanes > 1 { format!("{}_{n}", self.name) } else { self.name.clone() };
            let mut runner = self.runner(stage, name).await?;
            runner.alone = lanes == 1;
            let mut tested = self.test_revisions(&mut runner, share, events).await?;
            // The last database ends nearest to the heads.
            if n + 1 == lanes {
                self.test_history(&mut runner, &history_tests, &mut tested, events).await?;
                self.test_following(&mut runner).await?;
            }
            tested.failed_downs.append(&mut runner.failed_downs);
            runner.end(self.suite.leaves_nothing).await?;
            Ok::<_, Error>(tested)
        };
        let lanes = shares.iter().enumerate().map(|(n, share)| lane(n, share));
        let (mut stopped, mut failed_downs) = (None, BTreeSet::new());
        for tested in join_all(lanes).await {
            let mut tested = tested?;
            self.known.extend(tested.verdicts);
            failed_downs.append(&mut tested.failed_downs);
            stopped = stopped.or(tested.stopped);
        }
        if let Some((verdict, node)) = stopped {
            let verdict = self.without_repetition(verdict, node, &failed_downs);
            events.send(TestEvent::Finished(&verdict));
            self.known.insert(Test::History(HistoryTest::HeadToBase), verdict);
        }
        Ok(self.into_verdicts())
    }

    async fn runner<'r>(&'r self, stage: &'r Stage, name: String) -> Result<TestRunner<'r>, Error> {
        let suite = self.suite;
        let mut runner = TestRunner::begin(
            suite.history,
            &suite.settings,
            stage,
            &self.keys,
            &self.cache,
            &self.setup,
            name,
        )
        .await?;
        runner.fresh = self.fresh;
        Ok(runner)
    }

    async fn test_revisions(
        &self,
        runner: &mut TestRunner<'_>,
        nodes: &[Node],
        events: &Events<'_>,
    ) -> Result<Tested, Error> {
        let mut verdicts = Vec::new();
        for node in nodes {
            let revision = self.graph().revision(*node);
            events.send(TestEvent::Started(revision.id().as_str(), revision.message()));
            let verdict = runner.test(*node).await?;
            events.send(TestEvent::Finished(&verdict));
            verdicts.push((Test::Revision(*node), verdict));
        }
        Ok(Tested { verdicts, stopped: None, failed_downs: BTreeSet::new() })
    }

    async fn test_history(
        &self,
        runner: &mut TestRunner<'_>,
        history_tests: &[HistoryTest],
        tested: &mut Tested,
        events: &Events<'_>,
    ) -> Result<(), Error> {
        for which in history_tests {
            events.send(TestEvent::Started(which.name(), ""));
            let (verdict, failed_down) =
                history_tests::run(*which, runner, self.suite.settings.heads).await?;
            if let Some(node) = failed_down {
                // Whether its own test reports it is known when all databases are done.
                tested.stopped = Some((verdict, node));
                continue;
            }
            if which.is_lasting(&verdict) {
                self.cache.keep(&which.key(self.graph(), &self.keys), &verdict);
            }
            events.send(TestEvent::Finished(&verdict));
            tested.verdicts.push((Test::History(*which), verdict));
        }
        Ok(())
    }

    /// Tests the revisions that follow, for as long as is allowed: other processes wait for them.
    async fn test_following(&self, runner: &mut TestRunner<'_>) -> Result<(), Error> {
        let since = Instant::now();
        let last = self.nodes.last().copied();
        for node in self.graph().order().filter(|node| Some(*node) > last) {
            if since.elapsed() >= self.suite.read_ahead {
                break;
            }
            if !runner.knows(node) {
                runner.test(node).await?;
            }
        }
        Ok(())
    }

    /// The verdict of `head to base`, skipped where the test of the revision at which it stops
    /// reports the same failure.
    fn without_repetition(
        &self,
        mut verdict: Verdict,
        node: Node,
        failed_downs: &BTreeSet<Node>,
    ) -> Verdict {
        let graph = self.graph();
        let is_failed_down = |code: &str| {
            [Code::DownFails, Code::DownFailsWithRows].map(Code::as_str).contains(&code)
        };
        let cached = self.cache.load(&self.keys.verdict[node.index()], graph, Some(node));
        let own = self.known.get(&Test::Revision(node)).or(cached.as_ref());
        let reports = own.is_some_and(|own| {
            own.findings.iter().any(|found| is_failed_down(found.code.as_str()))
        });
        let accepts = graph.revision(node).allowed().any(|(code, _)| is_failed_down(code));
        if reports || accepts || failed_downs.contains(&node) {
            verdict.findings.retain(|finding| finding.code != Code::DownFails);
            verdict.outcome = Outcome::Skipped;
            let id = graph.id(node);
            verdict.notes.insert(0, format!("the down of {id} fails: see the test of {id}"));
        }
        verdict
    }

    fn tests(&self) -> Vec<Test> {
        let history_tests = self.suite.history_tests.iter().copied().map(Test::History);
        self.nodes.iter().copied().map(Test::Revision).chain(history_tests).collect()
    }

    fn into_verdicts(mut self) -> Vec<Verdict> {
        self.tests().into_iter().filter_map(|test| self.known.remove(&test)).collect()
    }

    /// Reports the known results.
    pub(super) fn finish(self, events: &Events<'_>) -> Vec<Verdict> {
        let verdicts = self.into_verdicts();
        verdicts.iter().for_each(|verdict| events.send(TestEvent::Finished(verdict)));
        verdicts
    }

    /// Reports every test as skipped.
    pub(super) fn skip_all(mut self, events: &Events<'_>) -> Vec<Verdict> {
        let (graph, dialect) = (self.graph(), self.suite.dialect);
        for test in self.tests() {
            let verdict = match test {
                Test::Revision(node) => Verdict::of(graph.revision(node), dialect),
                Test::History(which) => Verdict::of_history(which.name(), dialect),
            };
            let verdict = verdict.skipped(format!("MIGRATE_TEST_SKIP names {dialect}"));
            self.known.insert(test, verdict);
        }
        self.finish(events)
    }
}

/// The name of the base database: one per history and folder of cached results.
fn database_name(suite: &Suite<'_>, folder: &str) -> String {
    let graph = &suite.history.graph;
    let mut hash = migrate_core::sql::Hasher::new();
    hash.field("folder", folder);
    hash.field("dir", &suite.settings.dir);
    hash.field("version table", &suite.settings.version_table);
    for base in graph.bases() {
        hash.field("base", graph.id(base).as_str());
    }
    format!("w_{}", &hash.finish().to_string()[..16])
}
