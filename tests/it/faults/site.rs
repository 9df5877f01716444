//! A project with a database, whose every statement leaves one fact behind that can be counted: so
//! that what the tool says of the database can be compared with what is there.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use migrate_core::plan::Direction;
use tokio::process::{Child, Command};

use crate::scenarios::{applied, events, history, revision_with, status};
use crate::support::TestEnvironment;
use crate::support::db::Db;

/// How many revisions a history has.
pub(super) const REVISIONS: usize = 9;

/// How long one call of the tool may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is there, and how often: `table t01`, or an entry of the journal.
type Facts = BTreeMap<String, i32>;

/// A statement and what it changes: a fact comes, or goes.
struct Act {
    sql: String,
    fact: String,
    change: i32,
}

/// A project, its database, and the tool.
pub(super) struct Site {
    pub(super) env: TestEnvironment,
    pub(super) db: Db,
    pub(super) history: History,
    /// Per revision the acts of the way up and of the way down.
    acts: Vec<[Vec<Act>; 2]>,
    /// Steps in doubt that the test had to settle as the tool advised.
    pub(super) repairs: u32,
}

/// How a call ended.
pub(super) struct Ended {
    /// `None` when it was killed.
    pub(super) code: Option<i32>,
    pub(super) stderr: String,
}

/// Waits until the server has ended what it still does on a database for programs that are gone.
pub(super) async fn quiet(db: &Db) {
    let others = match db.dialect {
        Dialect::Sqlite => return,
        Dialect::Postgres => {
            "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        }
        Dialect::Mysql => {
            "SELECT CAST(id AS CHAR) FROM information_schema.processlist \
             WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        }
    };
    let since = Instant::now();
    while !db.column(others).await.is_empty() {
        assert!(since.elapsed() < PATIENCE, "the server goes on for somebody who is gone");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

impl Site {
    /// A project on a fresh database.
    pub(super) async fn new(db: Db) -> Self {
        let acts: Vec<_> = (0..REVISIONS).map(|n| acts(db.dialect, n)).collect();
        let mut env = TestEnvironment::new();
        env.set("DATABASE_URL", &db.url);
        // The journal is made outside of the migrations, so the schema at a revision does not have it.
        env.write("migrate.toml", "static-checks = \"off\"\n");
        let file = |(n, [up, down]): (usize, &[Vec<Act>; 2])| {
            let sql = |acts: &[Act]| {
                acts.iter().map(|act| format!("{};", act.sql)).collect::<Vec<_>>().join("\n")
            };
            let parent = n.checked_sub(1).map(id).unwrap_or_default();
            let options = if outside(db.dialect, n) { "transaction:false" } else { "" };
            revision_with(&id(n), &parent, options, &sql(up), options, &sql(down))
        };
        let files: Vec<_> = acts.iter().enumerate().map(file).collect();
        for (name, text) in &files {
            env.write(&format!("migrations/{name}"), text);
        }
        let history = history(db.dialect, &files);
        let site = Self { env, db, history, acts, repairs: 0 };
        site.db.execute(JOURNAL).await;
        site
    }

    /// Follows the database to another server, on which it is too.
    pub(super) fn move_to(&mut self, server: &str) {
        self.db.move_to(server);
        let url = self.db.url.clone();
        self.env.set("DATABASE_URL", &url);
    }

    /// Makes the database as it was at first.
    pub(super) async fn reset(&self) {
        self.quiet().await;
        self.reset_beside().await;
    }

    /// The same while others are connected who do nothing.
    pub(super) async fn reset_beside(&self) {
        match self.db.dialect {
            Dialect::Sqlite => {
                let file = self.db.url.trim_start_matches("sqlite:").split('?').next().unwrap();
                for suffix in ["", "-journal", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{file}{suffix}"));
                }
            }
            Dialect::Postgres => {
                self.db.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
            }
            Dialect::Mysql => {
                let name = &self.db.name;
                self.db
                    .execute(&format!("DROP DATABASE {name}; CREATE DATABASE {name}; USE {name}"))
                    .await;
            }
        }
        self.db.execute(JOURNAL).await;
    }

    /// Starts the tool.
    pub(super) fn start(&self, args: &[&str]) -> Child {
        let mut command = Command::from(self.env.command(args));
        command.stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        command.spawn().unwrap()
    }

    /// Calls the tool and waits for its end.
    pub(super) async fn call(&self, args: &[&str]) -> Ended {
        ended(self.start(args)).await
    }

    /// Who asks is answered: so many revisions are applied.
    pub(super) async fn asking_works(&self, applied: usize) {
        let outcome = self.env.run(&["current", "--format", "json"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let ids: Vec<String> = (0..applied).map(id).collect();
        assert_eq!(outcome.json()["applied"], serde_json::json!(ids), "{outcome}");
        assert_eq!(self.call(&["history"]).await.code, Some(0));
        let pending = self.env.run(&["check"]);
        assert_eq!(pending.code, if applied == REVISIONS { 0 } else { 3 }, "{pending}");
    }

    /// How long a call takes that does all there is to do.
    pub(super) async fn time(&self, args: &[&str]) -> Duration {
        let since = Instant::now();
        let ended = self.call(args).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        since.elapsed()
    }

    /// Waits until the server has ended what it still does for programs that are gone.
    pub(super) async fn quiet(&self) {
        quiet(&self.db).await;
    }

    /// Compares what the tool says with what is there, on the way in a direction from one end of
    /// the history to the other; how many revisions are applied.
    pub(super) async fn verify(&self, direction: Direction) -> usize {
        self.quiet().await;
        self.verify_beside(direction).await
    }

    /// The same while others are connected who do nothing.
    pub(super) async fn verify_beside(&self, direction: Direction) -> usize {
        let status = status(&self.db, &self.history).await;
        let applied = applied(&self.db, &self.history).await;
        let ids: Vec<String> = (0..REVISIONS).map(id).collect();
        assert_eq!(applied, ids[..applied.len()], "a revision was left out");
        assert!(status.unfinished.len() <= 1, "{:?}", status.unfinished);
        let unfinished = status.unfinished.first();
        if let Some(unfinished) = unfinished {
            assert_eq!(unfinished.direction(), direction);
            let at = applied.len() - usize::from(direction == Direction::Down);
            assert_eq!(unfinished.revision, ids[at]);
        }
        let done = unfinished.map_or(0, |u| u.done);
        let is = self.facts().await;
        let certain = self.expected(applied.len(), direction, unfinished.is_some(), done);
        let in_doubt = unfinished.is_some_and(|u| u.in_doubt());
        let possible = self.expected(applied.len(), direction, unfinished.is_some(), done + 1);
        assert!(
            is == certain || in_doubt && is == possible,
            "{applied:?}, {unfinished:?}: it is {is:?}, not {certain:?}"
        );
        self.verify_log(direction, applied.len(), unfinished.is_some()).await;
        if self.db.dialect == Dialect::Sqlite {
            assert_eq!(self.db.column("PRAGMA integrity_check").await, ["ok"]);
        }
        applied.len()
    }

    /// The log has one event for every step that ended.
    async fn verify_log(&self, direction: Direction, applied: usize, unfinished: bool) {
        let events = events(&self.db, &self.history).await;
        let count = |event: String| events.iter().filter(|e| **e == event).count();
        for n in 0..REVISIONS {
            let (up, down) = match direction {
                Direction::Up => (usize::from(n < applied), 0),
                Direction::Down => (1, usize::from(n >= applied)),
            };
            let told = [count(format!("upgrade {}", id(n))), count(format!("downgrade {}", id(n)))];
            assert_eq!(told, [up, down], "{} of {applied}, {unfinished}: {events:?}", id(n));
        }
    }

    /// What must be there when so many revisions are applied and so many statements of the next
    /// step are done.
    fn expected(&self, applied: usize, way: Direction, unfinished: bool, done: usize) -> Facts {
        let mut facts = Facts::new();
        let mut add = |acts: &[Act], take: usize| {
            for act in acts.iter().take(take) {
                *facts.entry(act.fact.clone()).or_default() += act.change;
            }
        };
        let open = if unfinished { done } else { 0 };
        for (n, [up, down]) in self.acts.iter().enumerate() {
            match way {
                Direction::Up if n < applied => add(up, up.len()),
                Direction::Up if n == applied => add(up, open),
                Direction::Up => {}
                Direction::Down => {
                    add(up, up.len());
                    let is_next = unfinished && n + 1 == applied;
                    if n >= applied {
                        add(down, down.len());
                    } else if is_next {
                        add(down, open);
                    }
                }
            }
        }
        facts.retain(|_, count| *count != 0);
        facts
    }

    /// What is there.
    async fn facts(&self) -> Facts {
        let sql = match self.db.dialect {
            Dialect::Sqlite => {
                "SELECT 'table ' || name FROM sqlite_master WHERE name LIKE 't__' \
                 UNION ALL SELECT entry FROM journal"
            }
            Dialect::Postgres => {
                "SELECT 'table ' || tablename FROM pg_tables WHERE tablename ~ '^t[0-9]+$' \
                 UNION ALL SELECT 'index ' || c.relname FROM pg_index i JOIN pg_class c \
                 ON c.oid = i.indexrelid WHERE i.indisvalid AND c.relname ~ '^i[0-9]+$' \
                 UNION ALL SELECT entry FROM journal"
            }
            Dialect::Mysql => {
                "SELECT CONCAT('table ', table_name) FROM information_schema.tables \
                 WHERE table_schema = DATABASE() AND table_name LIKE 't__' \
                 UNION ALL SELECT CONCAT('check ', constraint_name) \
                 FROM information_schema.table_constraints \
                 WHERE constraint_schema = DATABASE() AND constraint_type = 'CHECK' \
                 UNION ALL SELECT entry FROM journal"
            }
        };
        let mut facts = Facts::new();
        for fact in self.db.column(sql).await {
            *facts.entry(fact).or_default() += 1;
        }
        facts
    }

    /// Calls the tool until it has come to an end of the history, doing what it advises.
    pub(super) async fn finish(&mut self, direction: Direction) {
        let args = way(direction);
        for _ in 0..8 {
            let ended = self.call(args).await;
            if ended.code == Some(0) {
                let all = if direction == Direction::Up { REVISIONS } else { 0 };
                assert_eq!(self.verify(direction).await, all);
                return;
            }
            self.follow(&ended, direction).await;
        }
        panic!("the tool comes to no end, whatever is done as it says");
    }

    /// Does what the tool advises.
    async fn follow(&mut self, ended: &Ended, direction: Direction) {
        let said = &ended.stderr;
        if let Some((_, rest)) = said.split_once("`DROP INDEX CONCURRENTLY ") {
            let (index, _) = rest.split_once('`').unwrap();
            self.quiet().await;
            self.db.execute(&format!("DROP INDEX CONCURRENTLY {index}")).await;
        } else if said.contains("`cargo migrate repair --ran`") {
            // As a person would: look at the database, then say.
            let applied = self.verify(direction).await;
            let status = status(&self.db, &self.history).await;
            let done = status.unfinished[0].done;
            let ran = self.facts().await == self.expected(applied, direction, true, done + 1);
            let settled = self.call(&["repair", if ran { "--ran" } else { "--not-run" }]).await;
            assert_eq!(settled.code, Some(0), "{}", settled.stderr);
        } else {
            panic!("no way out is told:\n{said}");
        }
        self.repairs += 1;
    }
}

const JOURNAL: &str = "CREATE TABLE journal (entry VARCHAR(20))";

/// The call that goes to an end of the history.
pub(super) const fn way(direction: Direction) -> &'static [&'static str] {
    match direction {
        Direction::Up => &["upgrade"],
        Direction::Down => &["downgrade", "base"],
    }
}

/// What a call that was started came to.
pub(super) async fn ended(child: Child) -> Ended {
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let output = output.expect("the tool does not end").unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Ended { code: output.status.code(), stderr }
}

fn id(n: usize) -> String {
    format!("r{n:02}")
}

/// Whether a revision runs outside of transactions.
fn outside(dialect: Dialect, n: usize) -> bool {
    dialect != Dialect::Mysql && n % 3 == 1
}

/// What a revision does, up and down.
fn acts(dialect: Dialect, n: usize) -> [Vec<Act>; 2] {
    let act = |sql: String, fact: String, change| Act { sql, fact, change };
    let entry = |word: &str| {
        act(format!("INSERT INTO journal VALUES ('{word} {n:02}')"), format!("{word} {n:02}"), 1)
    };
    let table = format!("table t{n:02}");
    let mut up =
        vec![act(format!("CREATE TABLE t{n:02} (id INTEGER)"), table.clone(), 1), entry("up")];
    let mut down = vec![entry("down")];
    match dialect {
        Dialect::Postgres if outside(dialect, n) => {
            let index = format!("index i{n:02}");
            let create = format!("CREATE INDEX CONCURRENTLY i{n:02} ON journal (entry)");
            up.extend([act(create, index.clone(), 1), entry("after")]);
            down.push(act(format!("DROP INDEX CONCURRENTLY i{n:02}"), index, -1));
        }
        Dialect::Mysql => {
            // No catalog is asked for this one: a person must say whether it ran.
            let check = format!("check c{n:02}");
            let add = format!("ALTER TABLE t{n:02} ADD CONSTRAINT c{n:02} CHECK (id > 0)");
            up.extend([act(add, check.clone(), 1), entry("after")]);
            let drop = format!("ALTER TABLE t{n:02} DROP CONSTRAINT c{n:02}");
            down.push(act(drop, check, -1));
        }
        _ => up.push(entry("after")),
    }
    down.push(act(format!("DROP TABLE t{n:02}"), table, -1));
    [up, down]
}
