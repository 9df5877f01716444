//! All tests of a history on one database.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::graph::Node;
use migrate_core::history::History;

use super::cache::{Cache, Keys};
use super::history_tests::{self, HistoryTest};
use super::prelude;
use super::provision;
use super::runner::TestRunner;
use super::stage::Stage;
use super::verdict::Verdict;
use crate::error::Error;

/// How many revisions are worth a database of their own.
const SMALLEST_SHARE: usize = 12;

/// What an up without a test takes, of what a test takes.
const CLIMB: f64 = 1.0 / 14.0;

/// What the tests of the whole history take, of what those of all its revisions take.
const WHOLE: f64 = 1.0 / 8.0;

/// What happens while a suite runs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TestEvent<'a> {
    /// So many tests are going to run or are known already.
    Planned(usize),
    /// The server is there: what it is and where it comes from, in words.
    Provisioned(&'a str),
    /// The test of a revision begins: its id and message.
    Started(&'a str, &'a str),
    /// A test is done.
    Finished(&'a Verdict),
}

/// The tests of one history on one database: one per revision, and those of the whole history.
///
/// What is known from an earlier run of the same text is not run again.
pub struct Suite<'h> {
    history: &'h History,
    settings: Settings,
    dialect: Dialect,
    only: Option<Vec<String>>,
    history_tests: Vec<HistoryTest>,
    fresh: bool,
    jobs: usize,
    leaves_nothing: bool,
    read_ahead: Duration,
    folder: Option<PathBuf>,
}

impl<'h> Suite<'h> {
    /// The suite of a history whose diagnostics hold no error.
    #[must_use]
    pub fn new(history: &'h History, settings: &Settings, dialect: Dialect) -> Self {
        Self {
            history,
            settings: settings.clone(),
            dialect,
            only: None,
            history_tests: HistoryTest::ALL.to_vec(),
            fresh: false,
            jobs: 1,
            leaves_nothing: false,
            read_ahead: Duration::ZERO,
            folder: None,
        }
    }

    /// Runs these tests alone: revisions by full id, tests of the whole history by name.
    #[must_use]
    pub fn only(mut self, tests: Vec<String>) -> Self {
        self.history_tests = tests.iter().filter_map(|name| HistoryTest::from_name(name)).collect();
        self.only = Some(tests);
        self
    }

    /// Works on so many databases at once, where there is enough to do.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs.max(1);
        self
    }

    /// Runs everything anew, whatever is known.
    #[must_use]
    pub fn fresh(mut self, fresh: bool) -> Self {
        self.fresh = fresh;
        self
    }

    /// Removes every database when it is done, also those from which the next run would go on: for
    /// a history that will not be tested again.
    #[must_use]
    pub fn leaves_nothing(mut self) -> Self {
        self.leaves_nothing = true;
        self
    }

    /// Keeps what is known in this folder, which need not exist.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Goes on to the revisions that follow for so long: other processes are waiting for them.
    #[must_use]
    pub(super) const fn read_ahead(mut self, read_ahead: Duration) -> Self {
        self.read_ahead = read_ahead;
        self
    }

    /// Runs the tests; their verdicts, in the order of the history.
    ///
    /// # Errors
    /// When there is no server, or it fails in a way that says nothing about a revision.
    pub async fn run(
        &self,
        tell: &mut (dyn FnMut(TestEvent<'_>) + Send),
    ) -> Result<Vec<Verdict>, Error> {
        let graph = &self.history.graph;
        let nodes: Vec<Node> = match &self.only {
            None => graph.order().collect(),
            Some(ids) => {
                let mut nodes: Vec<Node> = ids.iter().filter_map(|id| graph.node(id)).collect();
                nodes.sort_unstable();
                nodes.dedup();
                nodes
            }
        };
        tell(TestEvent::Planned(nodes.len() + self.history_tests.len()));
        let folder = match &self.folder {
            Some(folder) => folder.clone(),
            None => provision::folder()?,
        };
        let name = self.name(&folder);
        let mut identity = Stage::identity(self.dialect, &self.settings);
        if self.leaves_nothing {
            // Its states are its own: nobody else may count on what it is about to remove.
            identity = format!("{identity} {name}");
        }
        let prelude = prelude::read(&self.settings)?;
        let mut keys = Keys::of(graph, self.dialect, &self.settings, &identity, prelude.as_ref());
        let cache = Cache::at(&folder);
        let mut known = self.known(&nodes, &keys, &cache);
        if known.len() == nodes.len() + self.history_tests.len() {
            return Ok(self.tell_all(known, &nodes, tell));
        }
        let Some(stage) = Stage::open(self.dialect, &self.settings).await? else {
            return Ok(self.skipped(&nodes, tell));
        };
        tell(TestEvent::Provisioned(stage.describe()));
        let _lock = lock(&folder, &name, self.dialect)?;
        keys.template_digest = stage.template_digest().await?;
        let name = format!("{name}{}", keys.template_digest);
        // Another process may have judged them while this one waited.
        known.extend(self.known(&nodes, &keys, &cache));
        if known.len() == nodes.len() + self.history_tests.len() {
            return Ok(self.tell_all(known, &nodes, tell));
        }
        let pending: Vec<Node> =
            nodes.iter().copied().filter(|node| !known.contains_key(&Test::Of(*node))).collect();
        let tell = Mutex::new(tell);
        let told = |verdict: &Verdict| {
            tell.lock().unwrap_or_else(PoisonError::into_inner)(TestEvent::Finished(verdict));
        };
        let begun = |name: &str, message: &str| {
            tell.lock().unwrap_or_else(PoisonError::into_inner)(TestEvent::Started(name, message));
        };
        for verdict in known.values() {
            told(verdict);
        }
        let history_tests = self
            .history_tests
            .iter()
            .filter(|which| !known.contains_key(&Test::HistoryTest(**which)));
        let history_tests: Vec<HistoryTest> = history_tests.copied().collect();
        let shares = shares(&pending, self.jobs, !history_tests.is_empty());
        let lanes = shares.len();
        let lane = async |n: usize, share: &[Node]| {
            let name = if lanes > 1 { format!("{name}_{n}") } else { name.clone() };
            let prelude = prelude.as_ref();
            let mut runner = TestRunner::begin(
                self.history,
                &self.settings,
                &stage,
                &keys,
                &cache,
                prelude,
                name,
            )
            .await?;
            runner.fresh = self.fresh;
            runner.alone = lanes == 1;
            let mut judged = Vec::new();
            for node in share {
                let revision = self.history.graph.revision(*node);
                begun(revision.id().as_str(), revision.message());
                let verdict = runner.test(*node).await?;
                told(&verdict);
                judged.push((Test::Of(*node), verdict));
            }
            // The last one ends nearest to the heads.
            let history_tests = history_tests.iter().filter(|_| n + 1 == lanes);
            for which in history_tests {
                begun(which.name(), "");
                let verdict = history_tests::run(*which, &mut runner, self.settings.heads).await?;
                if which.is_lasting(&verdict) {
                    cache.keep(&which.key(graph, &keys), &verdict);
                }
                told(&verdict);
                judged.push((Test::HistoryTest(*which), verdict));
            }
            if n + 1 == lanes {
                self.test_following(&mut runner, &nodes).await?;
            }
            runner.end(self.leaves_nothing).await?;
            Ok::<_, Error>(judged)
        };
        let lanes = shares.iter().enumerate().map(|(n, share)| lane(n, share));
        for judged in join_all(lanes).await {
            known.extend(judged?);
        }
        Ok(self.tests(&nodes).filter_map(|test| known.remove(&test)).collect())
    }

    /// Judges what follows, for as long as is allowed.
    async fn test_following(
        &self,
        runner: &mut TestRunner<'_>,
        nodes: &[Node],
    ) -> Result<(), Error> {
        let since = Instant::now();
        let last = nodes.last().copied();
        let rest = self.history.graph.order().filter(|node| Some(*node) > last);
        for node in rest {
            if since.elapsed() >= self.read_ahead {
                break;
            }
            if !runner.knows(node) {
                runner.test(node).await?;
            }
        }
        Ok(())
    }

    fn known(&self, nodes: &[Node], keys: &Keys, cache: &Cache) -> BTreeMap<Test, Verdict> {
        let mut known = BTreeMap::new();
        if self.fresh {
            return known;
        }
        let graph = &self.history.graph;
        for node in nodes {
            if let Some(verdict) = cache.load(&keys.verdict[node.index()], graph, Some(*node)) {
                known.insert(Test::Of(*node), verdict);
            }
        }
        for which in &self.history_tests {
            if let Some(verdict) = cache.load(&which.key(graph, keys), graph, None) {
                known.insert(Test::HistoryTest(*which), verdict);
            }
        }
        known
    }

    fn tests<'t>(&'t self, nodes: &'t [Node]) -> impl Iterator<Item = Test> + 't {
        let history_tests = self.history_tests.iter().copied().map(Test::HistoryTest);
        nodes.iter().copied().map(Test::Of).chain(history_tests)
    }

    fn tell_all(
        &self,
        mut known: BTreeMap<Test, Verdict>,
        nodes: &[Node],
        tell: &mut (dyn FnMut(TestEvent<'_>) + Send),
    ) -> Vec<Verdict> {
        let verdicts: Vec<Verdict> =
            self.tests(nodes).filter_map(|test| known.remove(&test)).collect();
        verdicts.iter().for_each(|verdict| tell(TestEvent::Finished(verdict)));
        verdicts
    }

    fn skipped(
        &self,
        nodes: &[Node],
        tell: &mut (dyn FnMut(TestEvent<'_>) + Send),
    ) -> Vec<Verdict> {
        let graph = &self.history.graph;
        let verdict = |test: Test| {
            let verdict = match test {
                Test::Of(node) => Verdict::of(graph.revision(node), self.dialect),
                Test::HistoryTest(which) => Verdict::of_history(which.name(), self.dialect),
            };
            verdict.skipped(format!("MIGRATE_TEST_SKIP names {}", self.dialect))
        };
        let verdicts: Vec<Verdict> = self.tests(nodes).map(verdict).collect();
        verdicts.iter().for_each(|verdict| tell(TestEvent::Finished(verdict)));
        verdicts
    }

    /// The name of the walking database: one per history and folder of what is known.
    fn name(&self, folder: &Path) -> String {
        let graph = &self.history.graph;
        let mut hash = migrate_core::sql::Hasher::new();
        hash.field("folder", &folder.to_string_lossy());
        hash.field("dir", &self.settings.dir);
        hash.field("version table", &self.settings.version_table);
        for base in graph.bases() {
            hash.field("base", graph.id(base).as_str());
        }
        format!("w_{}", &hash.finish().to_string()[..16])
    }
}

/// One process at a time walks along a history; the others wait here.
fn lock(folder: &Path, name: &str, dialect: Dialect) -> Result<File, Error> {
    let path = folder.join(format!("{name}.{dialect}.lock"));
    std::fs::create_dir_all(folder)
        .and_then(|()| File::create(&path))
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|source| Error::File { path, source })
}

/// One test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Test {
    Of(Node),
    HistoryTest(HistoryTest),
}

/// Splits what is to be tested, so that all are done at the same time: who begins higher up has to
/// climb there, and the last one has the whole history to test in the end. There is always one.
fn shares<T>(pending: &[T], jobs: usize, history_tests: bool) -> Vec<&[T]> {
    let jobs = jobs.min(pending.len() / SMALLEST_SHARE).max(1);
    let work = pending.len() as f64 * if history_tests { 1.0 + WHOLE } else { 1.0 };
    // Each has the time of the first one, less what it takes to climb over all before it.
    let done = |shares: usize| 1.0 - (1.0 - CLIMB).powf(shares as f64);
    let end = |n: usize| match n + 1 < jobs {
        true => ((work * done(n + 1) / done(jobs)).round() as usize).min(pending.len()),
        false => pending.len(),
    };
    let ends: Vec<usize> = (0..jobs).map(end).collect();
    let starts = [0].into_iter().chain(ends.iter().copied());
    let shares = starts.zip(&ends).map(|(start, end)| &pending[start..*end]);
    let shares: Vec<&[T]> = shares.filter(|share| !share.is_empty()).collect();
    if shares.is_empty() { vec![pending] } else { shares }
}

#[cfg(test)]
mod tests {
    use super::{SMALLEST_SHARE, shares};

    #[test]
    fn every_share_is_there_once_and_the_first_is_the_longest() {
        for length in [0, 1, SMALLEST_SHARE, 25, 200, 1000] {
            let pending: Vec<usize> = (0..length).collect();
            for (jobs, history_tests) in [(1, true), (2, true), (2, false), (8, true), (100, false)]
            {
                let shares = shares(&pending, jobs, history_tests);
                assert_eq!(shares.concat(), pending);
                assert!((1..=jobs).contains(&shares.len()));
                assert!(length == 0 || shares.iter().all(|share| !share.is_empty()));
                assert!(shares.windows(2).all(|two| two[0].len() + 1 >= two[1].len()));
            }
        }
        assert_eq!(shares(&[(); 200], 2, true).len(), 2);
    }
}
