//! `cargo migrate test`.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::directory::replace;
use migrate_core::graph::{Graph, Node, Set};
use migrate_core::history::History;
use migrate_core::static_check;
use migrate_core::variables::{VariableValues, bind};
use migrate_db::cli::ui::{Format, Progress};
use migrate_db::cli::{CliError, Exit};
use migrate_db::testkit::{Outcome, Suite, TestEvent, report};

use crate::context::Context;
use crate::verdicts::{self, Json, Tested};
use crate::writing;

/// What to do after an interruption.
pub(super) const RERUN_HELP: &str = "run it again: passed tests are cached";

/// Test each revision up, down and up again on a real database with rows
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The tests create their own databases and do not use that of DATABASE_URL. SQLite needs nothing
else. A server is taken from MIGRATE_TEST_POSTGRES_URL or MIGRATE_TEST_MYSQL_URL, else started in
a container, else from the server programs installed here. MIGRATE_TEST_SKIP=postgres skips one.

The exit code is 1 if a test failed.

Examples:
  cargo migrate test
  cargo migrate test --only 615021 --only head   # two revisions
  cargo migrate test --since 3f2a                # revisions added since
  cargo migrate test --dialect sqlite,postgres -j 4
  cargo migrate test --dialect postgres --image postgres:18
  cargo migrate test --fresh                     # ignore cached results
  cargo migrate test --junit target/migrations.xml --format json"
)]
pub(crate) struct Args {
    /// Test only this revision: an id or its beginning, a label, heads; more than once for several
    #[arg(long, value_name = "REV", allow_negative_numbers = true, conflicts_with = "since")]
    only: Vec<String>,
    /// Test only the revisions that this revision neither is nor builds on
    #[arg(long, value_name = "REV", allow_negative_numbers = true)]
    since: Option<String>,
    /// The database systems to test on [default: from migrate.toml, else all that the revisions are
    /// written for]
    #[arg(long, value_name = "DATABASE", value_delimiter = ',', value_parser = writing::read_dialect)]
    dialect: Vec<Dialect>,
    /// The container image of the server, with its tag [default: from migrate.toml]
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Run every test again and ignore cached results
    #[arg(long)]
    fresh: bool,
    /// Number of databases to use at once [default: one per processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Write a JUnit report for CI
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit, CliError> {
    let (history, found) = context.history()?;
    let (history, mut found) = writing::reseal(context, None, history, found).await?;
    let (written, _) = context.history_as_written()?;
    found.append(history.check(context.settings.heads));
    if found.has_errors() {
        return Err(found.into());
    }
    context.ui.warnings(&found);
    // The tests have the last word.
    context.ui.diagnostics(&static_check::check(
        &history,
        context.settings.static_check_options(),
        None,
    ));
    let only = args.chosen(&history.graph)?;
    let databases = args.databases(context, &history)?;
    let settings = args.settings(context, &databases)?;
    let mut all = Vec::new();
    let mut stopped = None;
    if only.as_ref().is_some_and(Vec::is_empty) {
        context.ui.note("no revision was added, so nothing was tested");
    } else {
        for dialect in databases {
            let mut bound = written.clone();
            let values = VariableValues::for_tests(&settings.variables, dialect);
            // Its findings were reported above.
            let _ = bind(&mut bound, &settings.variables, &values);
            let suite = Suite::new(&bound, &settings, dialect);
            let suite = suite.jobs(args.jobs()).fresh(args.fresh);
            let suite = match &only {
                Some(ids) => suite.only(ids.clone()),
                None => suite,
            };
            let (mut tested, mut error) = run_suite(&suite, dialect, context).await;
            if let Some(expanded) =
                bound.with_replaced().filter(|_| only.is_none() && error.is_none())
            {
                let old = bound.graph.replaced().iter().map(|old| old.id().to_string());
                let old = old.filter(|id| expanded.graph.node(id).is_some()).collect();
                let suite = Suite::new(&expanded, &settings, dialect).only(old);
                let suite = suite.jobs(args.jobs()).fresh(args.fresh);
                let (more, stopped) = run_suite(&suite, dialect, context).await;
                tested.verdicts.extend(more.verdicts);
                tested.error = more.error;
                tested.took += more.took;
                error = stopped;
            }
            report(context, &tested);
            if let Some(error) = error {
                context.ui.error(&error);
                stopped = Some(error.exit());
            }
            all.push(tested);
        }
    }
    if context.ui.format() == Format::Json {
        context.ui.json(&Json::of(&all));
    }
    if let Some(file) = &args.junit {
        write_junit(file, &all)?;
    }
    let failed = all.iter().any(|tested| tested.tally().failed > 0);
    Ok(if failed { Exit::Failed } else { stopped.unwrap_or(Exit::Done) })
}

impl Args {
    /// The revisions to test, in the order of the history; `None` for all and the whole.
    fn chosen(&self, graph: &Graph) -> Result<Option<Vec<String>>, CliError> {
        let named = |text: &str| graph.resolve_many(text, &Set::empty(graph));
        let nodes: Vec<Node> = match &self.since {
            Some(since) => {
                let old = graph.dependency_closure(named(since)?);
                graph.order().filter(|node| !old.contains(*node)).collect()
            }
            None if self.only.is_empty() => return Ok(None),
            None => {
                let mut chosen = Vec::new();
                for text in &self.only {
                    let nodes = named(text)?;
                    if nodes.is_empty() {
                        return Err(CliError::usage(format!("`{text}` is not a revision"))
                            .help("use an id, a label or `head`"));
                    }
                    chosen.extend(nodes);
                }
                graph.set(chosen).iter().collect()
            }
        };
        Ok(Some(nodes.into_iter().map(|node| graph.id(node).to_string()).collect()))
    }

    /// The databases to test on: those typed, else those that the project tests on, else those
    /// that it is written for, else that of the database URL.
    fn databases(
        &self,
        context: &Context<'_>,
        history: &History,
    ) -> Result<Vec<Dialect>, CliError> {
        let written = &history.dialects;
        let mut named = match self.dialect.as_slice() {
            [] => context.settings.test.dialects.clone(),
            typed => typed.to_vec(),
        };
        if let Some(other) = named.iter().find(|dialect| !written.contains(dialect)) {
            let written: Vec<&str> = written.iter().map(|dialect| dialect.name()).collect();
            return Err(CliError::usage(format!(
                "the revisions are not written for {}, only for {}",
                other.name(),
                written.join(", ")
            ))
            .help("add it to `dialects` in migrate.toml, then `cargo migrate accept`"));
        }
        if !named.is_empty() {
            named.sort_unstable();
            named.dedup();
            return Ok(named);
        }
        let locked = history.lock.as_ref().is_some_and(|lock| !lock.dialects.is_empty());
        if locked || !context.settings.dialects.is_empty() {
            return Ok(written.clone());
        }
        match context.database()? {
            Some(database) => Ok(vec![database.dialect()]),
            None => Err(CliError::usage("the database system to test on is not known")
                .help("pass `--dialect sqlite`, or set `dialects = [\"sqlite\"]` in migrate.toml")),
        }
    }

    /// The settings with the image that was typed.
    fn settings(&self, context: &Context<'_>, databases: &[Dialect]) -> Result<Settings, CliError> {
        let mut settings = context.settings.clone();
        let Some(image) = &self.image else { return Ok(settings) };
        let is_server = |dialect: &&Dialect| settings.test.image(**dialect).is_some();
        let servers: Vec<Dialect> = databases.iter().filter(is_server).copied().collect();
        let [server] = servers.as_slice() else {
            return Err(CliError::usage("`--image` needs exactly one server")
                .help("select it, for example with `--dialect postgres`"));
        };
        settings.test.chosen.insert(*server, image.clone());
        Ok(settings)
    }

    fn jobs(&self) -> usize {
        let processors = || std::thread::available_parallelism().ok();
        self.jobs.or_else(processors).map_or(1, NonZeroUsize::get)
    }
}

/// How long a test takes before it is worth a line.
const LONG: Duration = Duration::from_secs(5);

/// The test that is running, and since when.
type Running = Mutex<Option<(String, Instant)>>;

fn lock(running: &Running) -> MutexGuard<'_, Option<(String, Instant)>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs the tests of one database; with what came of them, why they could not go on.
async fn run_suite(
    suite: &Suite<'_>,
    dialect: Dialect,
    context: &Context<'_>,
) -> (Tested, Option<CliError>) {
    let ui = context.ui;
    let started = Instant::now();
    let mut server = String::new();
    let mut progress = None;
    let running = Mutex::new(None);
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    let mut report = |event: TestEvent<'_>| match event {
        TestEvent::Provisioned(words) => {
            ui.note(format_args!("testing on {} ({words})", dialect.name()));
            words.clone_into(&mut server);
        }
        TestEvent::Session(statements) => {
            ui.note(format_args!("each session begins with: {}", statements.join("; ")));
        }
        TestEvent::Planned(tests) => {
            // The bar of an earlier plan goes before the next one comes.
            drop(progress.take());
            progress = Some(ui.progress(tests));
        }
        TestEvent::Finished(verdict) => {
            lock(&running).take();
            if let (Outcome::Skipped, Some(why)) = (verdict.outcome, verdict.notes.first()) {
                let count = skipped.entry(why.clone()).or_insert(0_usize);
                *count += 1;
                if *count > 1 {
                    return progress.iter().for_each(Progress::skip);
                }
            }
            let line = verdicts::progress_line(verdict);
            match &progress {
                Some(progress) => progress.done(line),
                None => ui.note(line),
            }
        }
        TestEvent::Started(name, message) => {
            let test = format!("{name} {message}").trim_end().to_owned();
            if let Some(progress) = &progress {
                progress.begin(&test);
            }
            *lock(&running) = Some((test, Instant::now()));
        }
        _ => {}
    };
    let outcome = {
        let mut run = pin!(suite.run(&mut report));
        loop {
            tokio::select! {
                outcome = &mut run => break outcome,
                () = tokio::time::sleep(LONG) => {}
            }
            // A test that takes long is told once, so that a log shows where it is.
            if let Some((test, _)) = lock(&running).take_if(|(_, since)| since.elapsed() >= LONG) {
                ui.note(format_args!("still testing {test}"));
            }
        }
    };
    drop(progress);
    // A reason is told once, with the first test that it is the reason of.
    for (why, count) in skipped.into_iter().filter(|(_, count)| *count > 1) {
        let why = why.lines().next().unwrap_or_default();
        ui.note(format_args!("skip {} more: {why}", count - 1));
    }
    let (verdicts, error, stopped) = match outcome {
        Ok(verdicts) => (verdicts, None, None),
        Err(error) => (Vec::new(), Some(report::format_error(&error)), Some(CliError::from(error))),
    };
    (Tested { dialect, server, verdicts, error, took: started.elapsed() }, stopped)
}

/// Prints what is wrong and how it went.
fn report(context: &Context<'_>, tested: &Tested) {
    if context.ui.format() == Format::Text && tested.error.is_none() {
        for findings in verdicts::findings(tested) {
            context.ui.line(format_args!("\n{findings}"));
        }
        context.ui.line(format_args!("\n{}", verdicts::summary(tested)));
    }
}

fn write_junit(file: &Path, all: &[Tested]) -> Result<(), CliError> {
    let refused = || CliError::failed(format!("{} cannot be written", file.display()));
    let text = verdicts::junit(all).map_err(|error| refused().because(error))?;
    replace(file, &text).map_err(|error| refused().because(error))
}
