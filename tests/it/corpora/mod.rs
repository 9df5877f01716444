//! Real histories on real databases: imported, brought to head, compared with what the database's
//! own client makes of the same files, taken down as far as they go, and up again.
//!
//! They are large and not part of the repository: `MIGRATE_CORPORA` names their folder.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use migrate_core::dialect::Dialect;
use migrate_core::directory::Directory;
use migrate_core::graph::Node;
use migrate_core::history::History;
use migrate_core::revision::Down;
use migrate_db::Migrator;

use crate::scenarios::{applied, each_in_its_own, is_atomic, status, upgrade, whole};
use crate::support::db::{Db, Place};
use crate::support::{TestEnvironment, shared_folder};

struct Corpus {
    name: &'static str,
    dialect: Dialect,
    migrations: usize,
    /// How many steps the way down is good for, from the head.
    down: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crates_io_on_postgres() {
    let corpus =
        Corpus { name: "crates_io", dialect: Dialect::Postgres, migrations: 285, down: 270 };
    corpus.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authelia_on_mysql() {
    let corpus =
        Corpus { name: "authelia_mysql", dialect: Dialect::Mysql, migrations: 26, down: 20 };
    corpus.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gitness_on_sqlite() {
    let corpus =
        Corpus { name: "gitness_sqlite", dialect: Dialect::Sqlite, migrations: 93, down: 55 };
    corpus.check().await;
}

impl Corpus {
    async fn check(&self) {
        let Some(folder) = folder(self.name) else { return };
        let Some((history, _env)) = history(self.name, self.dialect) else { return };
        let Some(db) = Db::fresh(self.dialect).await else { return };
        let Some(reference) = Db::fresh(self.dialect).await else { return };
        assert_eq!(history.graph.order().count(), self.migrations);

        let report =
            upgrade(&db, &history, "head").await.unwrap_or_else(|e| panic!("{}", whole(&e)));
        assert_eq!(report.steps.len(), self.migrations);
        let ups = self.run_by_client(&reference, &folder).await;
        assert_eq!(ups, self.migrations);
        let schema = schema(&db);
        assert!(schema.lines().count() > 100);
        assert_equal(&schema, &self::schema(&reference));

        drop((db, reference));
        let mut ways = Ways::default();
        let order: Vec<Node> = history.graph.order().collect();
        let mut end = order.len();
        while end > 0 {
            let db = Db::fresh(self.dialect).await.unwrap();
            let target = history.graph.id(order[end - 1]).to_string();
            // What cannot be undone is left where it is: the next way begins below it.
            end = ways.there_and_back(&db, &history, &target).await.saturating_sub(1);
        }
        println!("{}: {} steps up, the schema is the client's; {ways}", self.name, self.migrations);
        assert!(ways.down >= self.down, "{ways}");
    }

    /// Runs the corpus's own files in order; how many.
    async fn run_by_client(&self, db: &Db, folder: &Path) -> usize {
        let mut ups: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                ups.push(path.join("up.sql"));
            } else if name.ends_with(".up.sql") || name.ends_with("_up.sql") {
                ups.push(path);
            }
        }
        // Diesel's versions are the text before the first `_`, without dashes.
        ups.sort_by_key(|up| {
            let key = up.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            let (version, rest) = key.split_once('_').unwrap_or((&key, ""));
            (version.replace('-', ""), rest.to_owned())
        });
        match self.dialect {
            Dialect::Postgres => {
                let mut client = db.client();
                for up in &ups {
                    client.0.arg("-f").arg(up);
                }
                client.pipe("").unwrap();
            }
            // The client cannot read procedures without DELIMITER.
            Dialect::Mysql => {
                for up in &ups {
                    let text = fs::read_to_string(up).unwrap();
                    db.execute(&format!("SET sql_mode = DEFAULT, time_zone = DEFAULT;\n{text}"))
                        .await;
                }
            }
            Dialect::Sqlite => {
                let mut script = String::new();
                for up in &ups {
                    let text = fs::read_to_string(up).unwrap();
                    let _ = writeln!(script, "BEGIN;\n{text}\n;COMMIT;");
                }
                db.pipe(&script).unwrap();
            }
        }
        ups.len()
    }
}

/// The folder of a corpus; `None`, and a word about it, where it is absent.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let folder = shared_folder("MIGRATE_CORPORA", "corpora").join(name).join("migrations");
    if !folder.is_dir() {
        println!("corpus {name} is absent: MIGRATE_CORPORA names the folder that holds it");
        return None;
    }
    Some(folder.canonicalize().unwrap())
}

/// A corpus as a history, and where it was imported to.
pub(crate) fn history(name: &str, dialect: Dialect) -> Option<(History, TestEnvironment)> {
    let folder = folder(name)?;
    let env = TestEnvironment::new();
    env.ok(&["import", &folder.to_string_lossy(), "--dialect", dialect.name()]);
    let history = Directory::new(env.path("migrations")).history(&[dialect]);
    let (history, found) = history.unwrap();
    assert!(!found.has_errors(), "{found}");
    Some((history, env))
}

/// The ways down and up again that were gone.
#[derive(Default)]
struct Ways {
    down: usize,
    up: usize,
    /// Lines of the schema that differ after both.
    differing: usize,
    refused: Vec<String>,
}

impl Ways {
    /// Up to a revision, down as far as it goes, and up again; how many revisions stayed below.
    async fn there_and_back(&mut self, db: &Db, history: &History, end: &str) -> usize {
        let went = upgrade(db, history, end).await;
        went.unwrap_or_else(|e| panic!("{}", whole(&e)));
        let before = schema(db);
        let known = applied(db, history).await;
        let last = known.iter().rfind(|id| is_final(history, id, db.dialect));
        let options = each_in_its_own();
        let mut migrator = Migrator::new(history).options(options);
        let target = last.map_or("base", String::as_str).parse().unwrap();
        let refused = migrator.downgrade(&db.database(), &target).await.err();
        let below = applied(db, history).await.len();
        self.down += known.len() - below;
        if let Some(error) = refused {
            self.refused.push(error.to_string());
            let status = status(db, history).await;
            assert!(status.unknown.is_empty() && status.edited.is_empty());
            assert_eq!(status.unfinished.is_empty(), is_atomic(db));
            assert!(status.unfinished.iter().all(|unfinished| !unfinished.in_doubt()));
        }
        match upgrade(db, history, end).await {
            Ok(report) => {
                self.up += report.steps.len();
                self.differing += difference(&before, &schema(db)).lines().count();
            }
            Err(error) => {
                self.refused.push(error.to_string());
                assert!(applied(db, history).await.len() >= below);
            }
        }
        below
    }
}

impl std::fmt::Display for Ways {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} steps down and {} up again, {} lines of the schema then differ; refused by wrong files: {}",
            self.down,
            self.up,
            self.differing,
            self.refused.len()
        )?;
        self.refused.iter().try_for_each(|why| write!(f, "\n  {why}"))
    }
}

fn is_final(history: &History, id: &str, dialect: Dialect) -> bool {
    let node = history.graph.node(id).unwrap();
    matches!(history.graph.revision(node).down(dialect), Down::Irreversible(_))
}

/// The schema in SQL, the tool's own tables left out.
fn schema(db: &Db) -> String {
    let place = Place::of(&db.url);
    let mut command;
    match db.dialect {
        Dialect::Postgres => {
            command = Command::new("pg_dump");
            command.args(["--schema-only", "--no-owner", "--exclude-table=migrate_*", &db.url]);
        }
        Dialect::Mysql => {
            command = Command::new("mariadb-dump");
            command.args(place.mariadb()).args(["--no-data", "--routines", "--skip-comments"]);
            for table in ["migrate_version", "migrate_version_log"] {
                command.arg(format!("--ignore-table={}.{table}", db.name));
            }
            command.arg(&db.name);
        }
        Dialect::Sqlite => {
            command = Command::new("sqlite3");
            let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema \
                       WHERE tbl_name NOT LIKE 'migrate_%' AND tbl_name NOT LIKE 'sqlite_%' ORDER BY 1, 2";
            command.arg(db.folder().join(&db.name)).arg(sql);
        }
    }
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // A random word against injection, and a counter that some builds keep per column.
    let changes = ["\\restrict", "\\unrestrict", "SET (pg_attver="];
    let keep = |line: &&str| !changes.iter().any(|word| line.contains(word));
    text.lines().filter(keep).collect::<Vec<_>>().join("\n")
}

pub(crate) fn difference(one: &str, other: &str) -> String {
    let diff = similar::TextDiff::from_lines(one, other);
    let changes = diff.iter_all_changes().filter(|c| c.tag() != similar::ChangeTag::Equal);
    changes.map(|change| format!("{}{}", change.tag(), change)).collect()
}

fn assert_equal(one: &str, other: &str) {
    assert!(one == other, "the schemas differ:\n{}", difference(one, other));
}
