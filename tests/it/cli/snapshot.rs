//! The snapshot of a large folder: upgrade answers from it that nothing is to be done, and only
//! while the files are as they were.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use insta::assert_snapshot;

use crate::support::{Outcome, TestEnvironment};

const FILES: usize = 32;

/// Until a change is old enough to be told from a later one.
const REST: Duration = Duration::from_millis(3100);

/// A folder with many revisions, `r000` to `r031`, all of them applied to `app.db`.
fn large() -> TestEnvironment {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", "sqlite:app.db");
    for n in 0..FILES {
        let parent = n.checked_sub(1).map(|n| format!("r{n:03}")).unwrap_or_default();
        let table = format!("t{n}");
        env.revision(
            &format!("r{n:03}"),
            &parent,
            &format!("CREATE TABLE {table} (id INTEGER);"),
            &format!("DROP TABLE {table};"),
        );
    }
    env.ok(&["upgrade"]);
    env
}

/// The snapshots that there are.
fn snapshots(env: &TestEnvironment) -> Vec<PathBuf> {
    let folder = env.path("../home/.cache/cargo-migrate/folders");
    fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

/// Which file the only snapshot is: taking it anew makes it another.
fn number(env: &TestEnvironment) -> u64 {
    let [snapshot] = &snapshots(env)[..] else { panic!("{:?}", snapshots(env)) };
    fs::metadata(snapshot).unwrap().ino()
}

fn idle(env: &TestEnvironment, head: &str) {
    let outcome = env.ok(&["upgrade"]);
    let expected = format!("database: sqlite:app.db\nnothing to do: the database is at {head}\n");
    assert_eq!((&*outcome.stdout, &*outcome.stderr), ("", &*expected));
}

fn refused(outcome: &Outcome, what: &str) {
    assert!(outcome.code != 0 && outcome.stderr.contains(what), "{outcome}");
}

#[test]
fn a_snapshot_answers_only_while_the_files_are_as_they_were() {
    let env = large();
    idle(&env, "r031");
    assert!(snapshots(&env).is_empty(), "taken of files that have just been written");

    std::thread::sleep(REST);
    idle(&env, "r031");
    let first = number(&env);
    idle(&env, "r031");
    assert_eq!(number(&env), first, "not answered from the snapshot");
    assert_snapshot!(env.run(&["upgrade", "-v"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db
    settings: transaction all, lock auto, lock wait 60s, lock timeout default, statement timeout default, connect timeout 10s, version table migrate_version
    nothing to do: the database is at r031
    no file was touched since the last call: none was read
    ");
    // It decides on nothing: the way up is planned from the files.
    env.ok(&["downgrade", "-1"]);
    let outcome = env.ok(&["upgrade"]);
    assert!(outcome.stderr.contains("1 step done"), "{outcome}");

    // Another text of the same size, with the moment of the old one.
    let path = env.path("migrations/r007.sql");
    let (text, written) = (fs::read_to_string(&path).unwrap(), fs::metadata(&path).unwrap());
    let rewrite = |text: &str| {
        fs::write(&path, text).unwrap();
        let moment = SystemTime::UNIX_EPOCH
            + Duration::new(written.mtime() as u64, written.mtime_nsec() as u32);
        fs::File::options().write(true).open(&path).unwrap().set_modified(moment).unwrap();
    };
    rewrite(&text.replace("t7 (id", "t7 (no"));
    refused(&env.run(&["upgrade"]), "r007");
    rewrite(&text);
    idle(&env, "r031");

    // A file more, and one less.
    env.revision("more", "r031", "CREATE TABLE more (id INTEGER);", "DROP TABLE more;");
    let outcome = env.ok(&["upgrade"]);
    assert!(outcome.stderr.contains("1 step done; the database is at more"), "{outcome}");
    fs::remove_file(env.path("migrations/more.sql")).unwrap();
    refused(&env.run(&["upgrade"]), "more");
    env.ok(&["downgrade", "r031", "--yes"]);

    // A lock file that is there now, and says something else later.
    env.ok(&["accept"]);
    idle(&env, "r031");
    std::thread::sleep(REST);
    idle(&env, "r031");
    let lock = env.path("migrations/migrate.lock");
    let text = fs::read_to_string(&lock).unwrap();
    let (before, seal) = text.split_once("\"r009\" = \"").unwrap();
    let other = if seal.starts_with('0') { '1' } else { '0' };
    fs::write(&lock, format!("{before}\"r009\" = \"{other}{}", &seal[1..])).unwrap();
    refused(&env.run(&["upgrade"]), "r009");
}

#[test]
fn whatever_is_wrong_with_a_snapshot_the_files_are_read() {
    let env = large();
    std::thread::sleep(REST);
    idle(&env, "r031");
    let [snapshot] = &snapshots(&env)[..] else { panic!("{:?}", snapshots(&env)) };
    let sound = fs::read(snapshot).unwrap();
    for length in (0..sound.len()).step_by(sound.len() / 24) {
        fs::write(snapshot, &sound[..length]).unwrap();
        idle(&env, "r031");
        assert!(fs::read(snapshot).unwrap() == sound, "cut at {length} and not taken anew");
    }
    for at in (0..sound.len()).step_by(sound.len() / 24) {
        let mut other = sound.clone();
        other[at] ^= 0x91;
        fs::write(snapshot, other).unwrap();
        idle(&env, "r031");
    }
    // A folder in its place can be neither read nor replaced.
    fs::remove_file(snapshot).unwrap();
    fs::create_dir(snapshot).unwrap();
    idle(&env, "r031");
}

#[test]
fn a_small_folder_has_no_snapshot() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    std::thread::sleep(REST);
    idle(&env, "ccc");
    assert!(snapshots(&env).is_empty());
}

/// A line that says how many files `upgrade -v` has read.
fn files_read(outcome: &Outcome) -> Option<&str> {
    outcome.stderr.lines().find(|line| line.contains("not touched since"))
}

#[test]
fn only_touched_files_are_read_and_what_runs_is() {
    let env = large();
    std::thread::sleep(REST);
    idle(&env, "r031");
    env.revision("more", "r031", "CREATE TABLE more (id INTEGER);", "DROP TABLE more;");
    let current = env.ok(&["current", "-v"]);
    assert!(current.stdout.contains("r031"), "{current}");
    assert_eq!(files_read(&current), Some("read 1 of 33 files: the others were not touched since"));
    let outcome = env.ok(&["upgrade", "-v"]);
    assert!(outcome.stderr.contains("1 step done"), "{outcome}");
    assert_eq!(files_read(&outcome), Some("read 1 of 33 files: the others were not touched since"));

    // What is known from the snapshot, but not applied, is read before it runs.
    env.ok(&["downgrade", "r030"]);
    let outcome = env.ok(&["upgrade", "-v"]);
    assert!(outcome.stderr.contains("2 steps done"), "{outcome}");
    assert_eq!(files_read(&outcome), Some("read 2 of 33 files: the others were not touched since"));
    // Another database lacks all of it.
    let outcome = env.ok(&["upgrade", "-v", "--database-url", "sqlite:other.db"]);
    assert!(outcome.stderr.contains("33 steps done"), "{outcome}");
    assert_eq!(files_read(&outcome), None);

    // A revision that the database has, and whose file is another of the same size.
    env.revision("next", "more", "CREATE TABLE next (id INTEGER);", "DROP TABLE next;");
    let path = env.path("migrations/r007.sql");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(env.path("migrations/other"), text.replace("t7 (id", "t7 (no")).unwrap();
    fs::rename(env.path("migrations/other"), &path).unwrap();
    refused(&env.run(&["upgrade"]), "r007");
    let outcome = env.ok(&["current"]);
    assert!(outcome.stderr.contains("edited after this database applied them: r007"), "{outcome}");
    fs::write(&path, &text).unwrap();
    // A file that is gone leaves a hole in the history.
    fs::rename(&path, env.path("migrations/r007.away")).unwrap();
    refused(&env.run(&["upgrade"]), "r007");
    fs::rename(env.path("migrations/r007.away"), &path).unwrap();
    let outcome = env.ok(&["upgrade"]);
    assert!(outcome.stderr.contains("1 step done"), "{outcome}");
}

#[test]
fn a_damaged_snapshot_changes_no_step() {
    let env = large();
    std::thread::sleep(REST);
    idle(&env, "r031");
    let [snapshot] = &snapshots(&env)[..] else { panic!("{:?}", snapshots(&env)) };
    let sound = fs::read(snapshot).unwrap();
    env.revision("more", "r031", "CREATE TABLE more (id INTEGER);", "DROP TABLE more;");
    let expected = env.ok(&["upgrade", "--dry-run", "--format", "json"]).stdout;
    for at in (0..sound.len()).step_by(sound.len() / 24) {
        let mut other = sound.clone();
        other[at] ^= 0x11;
        fs::write(snapshot, other).unwrap();
        assert_eq!(env.ok(&["upgrade", "--dry-run", "--format", "json"]).stdout, expected, "{at}");
    }
}
