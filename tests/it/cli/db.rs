//! db create, drop, reset, backup.

use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use crate::support::TestEnvironment;

#[test]
fn a_database_is_created_once() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["db", "create"]), @"
    exit code: 0
    ----- stderr
    created sqlite:app.db
    ");
    assert_snapshot!(env.run(&["db", "create"]), @"
    exit code: 0
    ----- stderr
    already exists: sqlite:app.db
    ");
}

#[test]
fn without_a_terminal_a_drop_wants_to_hear_yes() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["db", "drop"]), @"
    exit code: 2
    ----- stderr
    error: this would drop sqlite:app.db with everything in it
      help: to do so, pass `--yes`
    ");
    assert!(env.path("app.db").exists());
    assert_snapshot!(env.run(&["db", "drop", "--yes"]), @"
    exit code: 0
    ----- stderr
    dropped sqlite:app.db
    ");
    assert!(!env.path("app.db").exists());
    assert_snapshot!(env.run(&["db", "drop", "--yes"]), @"
    exit code: 0
    ----- stderr
    does not exist: sqlite:app.db
    ");
}

#[test]
fn a_reset_ends_at_the_heads() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "aaa"]);
    assert_snapshot!(env.run(&["db", "reset"]), @"
    exit code: 2
    ----- stderr
    error: this would drop sqlite:app.db with everything in it
      help: to do so, pass `--yes`
    ");
    assert_snapshot!(env.run(&["db", "reset", "--yes"]), @"
    exit code: 0
    ----- stderr
    dropped sqlite:app.db
    created sqlite:app.db
    3 revisions applied
    ");
    assert_eq!(env.tables("app.db"), ["posts", "users"]);
}

#[test]
fn a_reset_removes_nothing_when_the_history_is_broken() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    env.revision("ddd", "nope", "SELECT 1;", "SELECT 1;");
    assert_eq!(env.run(&["db", "reset", "--yes"]).code, 1);
    assert_eq!(env.tables("app.db"), ["posts", "users"]);
}

#[test]
fn a_backup_is_a_database_of_its_own() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["db", "backup", "copy.db"]), @"
    exit code: 1
    ----- stderr
    error: there is no database sqlite:app.db
    ");
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["db", "backup", "copy.db"]), @"
    exit code: 0
    ----- stderr
    copied sqlite:app.db to copy.db
    ");
    assert_eq!(env.tables("copy.db"), ["posts", "users"]);
    assert_snapshot!(env.run(&["db", "backup", "copy.db"]), @"
    exit code: 2
    ----- stderr
    error: copy.db already exists
      help: choose another file
    ");
}

#[test]
fn a_file_that_is_not_a_database_is_not_removed() {
    let mut env = TestEnvironment::with_history();
    env.write("letter.txt", "Dear reader, this is a letter.");
    env.set("DATABASE_URL", "sqlite:letter.txt");
    assert_snapshot!(env.run(&["db", "drop", "--yes"]), @"
    exit code: 1
    ----- stderr
    error: [ROOT]/work/letter.txt is not an SQLite database
      help: only a regular file that is an SQLite database is removed, or an empty one whose name ends in .db, .sqlite or the like
    ");
    assert!(env.path("letter.txt").exists());
    env.write("notes", "");
    symlink("/dev/null", env.path("null.db")).unwrap();
    std::fs::create_dir(env.path("folder.db")).unwrap();
    for name in ["notes", "null.db", "folder.db"] {
        let url = format!("sqlite:{name}");
        for act in ["drop", "reset"] {
            let outcome = env.run(&["db", act, "--yes", "--force", "--database-url", &url]);
            assert_eq!(outcome.code, 1, "{name}: {outcome}");
            assert!(outcome.stderr.contains("is not an SQLite database"), "{outcome}");
        }
        assert!(env.path(name).exists(), "{name}");
    }
    env.write("fresh.db", "");
    env.ok(&["db", "drop", "--yes", "--database-url", "sqlite:fresh.db"]);
    assert!(!env.path("fresh.db").exists());
}

#[test]
fn a_link_is_named_with_what_it_leads_to_and_stays() {
    let mut env = TestEnvironment::with_history();
    env.write("data/.keep", "");
    symlink("data/shop_prod.db", env.path("link.db")).unwrap();
    env.set("DATABASE_URL", "sqlite:link.db");
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["db", "drop", "--yes"]), @"
    exit code: 2
    ----- stderr
    error: this would drop sqlite:link.db, a link to [ROOT]/work/data/shop_prod.db, which looks like production: its name says `prod`
      help: to do so, pass `--yes --confirm shop_prod.db`
    ");
    assert_snapshot!(env.run(&["db", "drop", "--yes", "--confirm", "shop_prod.db"]), @"
    exit code: 0
    ----- stderr
    dropped sqlite:link.db, a link to [ROOT]/work/data/shop_prod.db
    ");
    assert!(!env.path("data/shop_prod.db").exists());
    assert!(env.path("link.db").is_symlink());
}

#[test]
fn a_file_that_another_process_has_open_is_removed_only_by_force() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    let opened = std::fs::File::open(env.path("app.db")).unwrap();
    let mut other = std::process::Command::new("sleep").arg("60").stdin(opened).spawn().unwrap();
    let refused = env.run(&["db", "drop", "--yes"]);
    let forced = env.run(&["db", "drop", "--yes", "--force"]);
    other.kill().unwrap();
    other.wait().unwrap();
    let name = format!("others are connected to the database: process {} (sleep)", other.id());
    assert!(refused.code == 1 && refused.stderr.contains(&name), "{refused}");
    assert_eq!(forced.code, 0, "{forced}");
}

#[test]
fn a_url_without_the_name_of_a_database_is_refused() {
    let env = TestEnvironment::with_history();
    let url = "postgres://ada:s3cret@db.example.org";
    for act in ["create", "drop", "reset"] {
        assert_eq!(env.run(&["db", act, "--database-url", url]).code, 2, "{act}");
    }
    assert_snapshot!(env.run(&["db", "drop", "--yes", "--database-url", url]), @"
    exit code: 2
    ----- stderr
    error: postgres://ada:***@db.example.org names no database; the server would choose ada, the user's name
      help: add its name: `postgres://user@host/name`
    ");
}

#[test]
fn rows_of_what_looks_like_production_are_lost_only_by_its_name() {
    let mut env = TestEnvironment::with_history();
    env.revision("ddd", "ccc", "CREATE INDEX i ON posts (id);", "DROP INDEX i;");
    env.set("DATABASE_URL", "sqlite:shop_prod.db");
    env.ok(&["upgrade"]);
    env.ok(&["downgrade", "-1"]);
    assert_snapshot!(env.run(&["downgrade", "-1", "--yes"]), @"
    exit code: 2
    ----- stderr
    database: sqlite:shop_prod.db
    error: this would revert ccc, which loses rows, in sqlite:shop_prod.db, which looks like production: its name says `prod`
      help: to do so, pass `--yes --confirm shop_prod.db`
    ");
    assert_snapshot!(env.run(&["downgrade", "base"]), @"
    exit code: 2
    ----- stderr
    database: sqlite:shop_prod.db
    error: this would revert everything, in sqlite:shop_prod.db, which looks like production: its name says `prod`
      help: to do so, pass `--yes --confirm shop_prod.db`
    ");
    assert_eq!(env.run(&["downgrade", "-1", "--yes", "--confirm", "shop.db"]).code, 2);
    assert_eq!(env.tables("shop_prod.db"), ["posts", "users"]);
    env.ok(&["downgrade", "-1", "--yes", "--confirm", "shop_prod.db"]);
    assert_eq!(env.tables("shop_prod.db"), ["users"]);
    env.write("prod/.keep", "");
    assert_eq!(env.run_in("prod", &["upgrade", "--dir", "../migrations"]).code, 0);
    let outcome = env.run_in(
        "prod",
        &["db", "drop", "--yes", "--dir", "../migrations", "--database-url", "sqlite:shop.db"],
    );
    assert!(outcome.stderr.contains("its path says `prod`"), "{outcome}");
}

#[test]
fn what_a_killed_copy_left_does_not_stop_the_next() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    env.write("copy.db.part", "half");
    env.ok(&["db", "backup", "copy.db"]);
    assert_eq!(env.tables("copy.db"), ["posts", "users"]);
}

#[test]
fn a_backup_without_a_name_lies_in_the_folder_of_backups() {
    let env = TestEnvironment::with_history();
    assert_eq!(env.run(&["db", "backup"]).code, 1);
    assert!(!env.path("backups").exists(), "a folder for nothing");
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["db", "backup"]), @"
    exit code: 0
    ----- stderr
    copied sqlite:app.db to backups/app-[STAMP].db
    ");
    env.ok(&["db", "backup"]);
    let copies = std::fs::read_dir(env.path("backups")).unwrap();
    let copies: Vec<_> = copies.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(copies.len(), 2, "{copies:?}");
    for copy in copies {
        assert_eq!(env.tables(&format!("backups/{copy}")), ["posts", "users"]);
    }
}

#[test]
fn what_looks_like_production_goes_only_by_its_name() {
    let mut env = TestEnvironment::with_history();
    env.set("DATABASE_URL", "sqlite:shop_prod.db");
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["db", "drop", "--yes"]), @"
    exit code: 2
    ----- stderr
    error: this would drop sqlite:shop_prod.db, which looks like production: its name says `prod`
      help: to do so, pass `--yes --confirm shop_prod.db`
    ");
    assert_snapshot!(env.run(&["db", "reset", "--yes", "--confirm", "shop.db"]), @"
    exit code: 2
    ----- stderr
    error: `--confirm shop.db`, but the database is shop_prod.db
      help: nothing was changed; check which database the URL names
    ");
    assert_eq!(env.run(&["db", "drop", "--confirm", "shop_prod.db"]).code, 2, "without --yes");
    assert!(env.path("shop_prod.db").exists());
    assert_snapshot!(env.run(&["db", "drop", "--yes", "--confirm", "shop_prod.db"]), @"
    exit code: 0
    ----- stderr
    dropped sqlite:shop_prod.db
    ");
}

#[test]
fn a_server_elsewhere_looks_like_production_before_it_is_asked() {
    let mut env = TestEnvironment::with_history();
    env.set("DATABASE_URL", "postgres://ada:s3cret@db.example.org/app");
    assert_snapshot!(env.run(&["db", "drop", "--yes"]), @"
    exit code: 2
    ----- stderr
    error: this would drop the database app (postgres://ada:***@db.example.org/app), which looks like production: its server is another machine, db.example.org
      help: to do so, pass `--yes --confirm app`
    ");
}

#[test]
fn a_run_with_a_backup_copies_first_and_tells_where() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["upgrade", "bbb", "--backup"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db (a new file)
    sqlite:app.db does not exist yet, so there is nothing to copy
    up   aaa, Message of aaa ([TIME])
    up   bbb, Message of bbb ([TIME])
    2 steps done; the database is at bbb
    ");
    assert_snapshot!(env.run(&["upgrade", "--backup=copies"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db
    copied sqlite:app.db to copies/app-[STAMP].db
    `cargo migrate db restore copies/app-[STAMP].db` restores it
    up   ccc, Message of ccc ([TIME])
    1 step done; the database is at ccc
    ");
    assert_snapshot!(env.run(&["upgrade", "--backup=none-needed"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db
    nothing to do: the database is at ccc
    ");
    assert!(!env.path("none-needed").exists());
    let copy = std::fs::read_dir(env.path("copies")).unwrap().next().unwrap().unwrap();
    let copy = format!("copies/{}", copy.file_name().to_string_lossy());
    assert_eq!(env.tables(&copy), ["users"], "the copy is of before");
}

#[test]
fn nothing_runs_when_the_backup_failed() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "bbb"]);
    env.write("backups", "a file where the folder should be");
    assert_snapshot!(env.run(&["upgrade", "--backup"]), @"
    exit code: 1
    ----- stderr
    database: sqlite:app.db
    error: backups cannot be written
      caused by: File exists (os error 17)
      help: nothing was changed, because the copy is made first
    ");
    assert_eq!(env.run(&["downgrade", "base", "--yes", "--backup"]).code, 1);
    assert_eq!(env.tables("app.db"), ["users"]);
}

#[test]
fn a_copy_is_verified_and_restored() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "bbb"]);
    assert_snapshot!(env.run(&["db", "backup", "copy.db", "--verify"]), @"
    exit code: 0
    ----- stderr
    copied sqlite:app.db to copy.db
    verified: the copy can be restored, with 3 tables and the same schema
    ");
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["db", "restore", "copy.db", "--yes"]), @"
    exit code: 2
    ----- stderr
    error: this would replace sqlite:app.db, which has 4 tables
      help: to do so, pass `--yes --confirm app.db`
    ");
    assert_snapshot!(env.run(&["db", "restore", "copy.db", "--yes", "--confirm", "app"]), @"
    exit code: 2
    ----- stderr
    error: `--confirm app`, but the database is app.db
      help: nothing was changed; check which database the URL names
    ");
    assert_snapshot!(env.run(&["db", "restore", "copy.db", "--yes", "--confirm", "app.db"]), @"
    exit code: 0
    ----- stderr
    restored sqlite:app.db from copy.db: 3 tables
    ");
    assert_snapshot!(env.run(&["heads"]), @"
    exit code: 0
    ----- stdout
    ccc (head), Message of ccc
    ");
    assert_snapshot!(env.run(&["current"]), @"
    exit code: 0
    ----- stdout
    bbb, Message of bbb
    ----- stderr
    1 revision pending
    ");
}

#[test]
fn what_is_no_copy_of_this_kind_of_database_is_refused() {
    let env = TestEnvironment::with_history();
    env.write("letter.txt", "Dear reader, this is a letter.");
    env.write("app.dump", "PGDMP and so on");
    assert_snapshot!(env.run(&["db", "restore", "letter.txt"]), @"
    exit code: 1
    ----- stderr
    error: letter.txt is not a copy of a database of sqlite
      help: nothing was changed
    ");
    assert_snapshot!(env.run(&["db", "restore", "app.dump"]), @"
    exit code: 1
    ----- stderr
    error: app.dump is a copy of a database of postgres, not of sqlite
      help: nothing was changed
    ");
    assert_snapshot!(env.run(&["db", "restore", "gone.db"]), @"
    exit code: 1
    ----- stderr
    error: gone.db cannot be read: No such file or directory (os error 2)
      help: nothing was changed
    ");
    assert!(!env.path("app.db").exists());
}
