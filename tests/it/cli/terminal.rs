//! What only a terminal brings: questions before something is lost, the bar, colours.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

use migrate_core::dialect::Dialect;
use rustix::fs::{Mode, OFlags};
use rustix::pty::OpenptFlags;
use rustix::termios::Winsize;

use crate::support::TestEnvironment;
use crate::support::db::Db;

/// Calls `cargo-migrate` on a terminal where somebody types a text and then ends the input; the
/// exit code, and everything that the terminal shows.
fn on_terminal(env: &TestEnvironment, args: &[&str], typed: &str) -> (i32, String) {
    let master = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    rustix::pty::grantpt(&master).unwrap();
    rustix::pty::unlockpt(&master).unwrap();
    let name = rustix::pty::ptsname(&master, Vec::new()).unwrap();
    let terminal: OwnedFd =
        rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    let size = Winsize { ws_row: 24, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&terminal, size).unwrap();
    let mut master = File::from(master);
    // Ctrl-D: who asks again hears nothing more.
    master.write_all(format!("{typed}\u{4}").as_bytes()).unwrap();
    let mut command = env.command(args);
    command.env("TERM", "xterm");
    // A pager of this machine would show the text in its own way.
    if !command.get_envs().any(|(name, _)| name == "PAGER") {
        command.env("PAGER", "cat");
    }
    command.stdin(terminal.try_clone().unwrap()).stdout(terminal.try_clone().unwrap());
    let mut child = command.stderr(terminal).spawn().unwrap();
    // It holds the terminal open, and reading would never end.
    drop(command);
    let mut shown = Vec::new();
    let mut piece = [0; 4096];
    // When nobody has it open any more, reading fails.
    while let Ok(count @ 1..) = master.read(&mut piece) {
        shown.extend_from_slice(&piece[..count]);
    }
    (child.wait().unwrap().code().unwrap(), String::from_utf8(shown).unwrap())
}

fn applied() -> TestEnvironment {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    env
}

#[test]
fn downgrade_to_base_asks_and_only_yes_goes_on() {
    let env = applied();
    for typed in ["n\n", "\n", "ja\n", ""] {
        let (code, shown) = on_terminal(&env, &["downgrade", "base"], typed);
        assert_eq!(code, 3, "{shown}");
        let question =
            "This reverts everything, 3 revisions, down to an empty database. Continue? [y/N]";
        assert!(shown.contains(question), "{shown}");
        assert!(shown.contains("declined; nothing was changed"), "{shown}");
        assert_eq!(env.tables("app.db"), ["posts", "users"]);
    }
    let (code, shown) = on_terminal(&env, &["downgrade", "base"], "y\n");
    assert_eq!(code, 0, "{shown}");
    assert!(env.tables("app.db").is_empty());
}

#[test]
fn what_loses_less_or_was_said_before_is_not_asked() {
    let env = applied();
    for args in [&["downgrade", "-1"][..], &["downgrade", "base", "--yes"], &["upgrade"]] {
        let (code, shown) = on_terminal(&env, args, "");
        assert_eq!(code, 0, "{shown}");
        assert!(!shown.contains("Continue?"), "{shown}");
    }
}

#[test]
fn db_drop_asks_and_wants_the_name_of_what_looks_like_production() {
    let mut env = applied();
    let (code, shown) = on_terminal(&env, &["db", "drop"], "n\n");
    assert!(code == 3 && shown.contains("with everything in it. Continue? [y/N]"), "{shown}");
    assert!(env.path("app.db").exists());
    let (code, shown) = on_terminal(&env, &["db", "drop"], "yes\n");
    assert_eq!(code, 0, "{shown}");
    assert!(!env.path("app.db").exists());

    env.set("DATABASE_URL", "sqlite:app_prod.db");
    env.ok(&["upgrade"]);
    let (code, shown) = on_terminal(&env, &["db", "drop"], "y\n");
    assert!(code == 3 && shown.contains("It looks like production"), "{shown}");
    assert!(shown.contains("was not typed; nothing was changed"), "{shown}");
    assert!(env.path("app_prod.db").exists());
    let name = shown.split("Type ").nth(1).unwrap().split(" to continue:").next().unwrap();
    let (code, shown) = on_terminal(&env, &["db", "drop"], &format!("{name}\n"));
    assert_eq!(code, 0, "{shown}");
    assert!(!env.path("app_prod.db").exists());
}

#[test]
fn redo_wants_the_name_of_what_looks_like_production_before_rows_are_lost() {
    let mut env = TestEnvironment::with_history();
    env.set("DATABASE_URL", "sqlite:app_prod.db");
    env.ok(&["upgrade"]);
    let refused = env.run(&["redo", "--yes"]);
    assert!(
        refused.code == 2 && refused.stderr.contains("which looks like production"),
        "{refused}"
    );
    assert!(refused.stderr.contains("this would revert ccc, which loses rows"), "{refused}");
    env.ok(&["redo", "--dry-run"]);
    let (code, shown) = on_terminal(&env, &["redo"], "y\n");
    assert!(code == 3 && shown.contains("was not typed; nothing was changed"), "{shown}");
    let name = shown.split("Type ").nth(1).unwrap().split(" to continue:").next().unwrap();
    let (code, shown) = on_terminal(&env, &["redo"], &format!("{name}\n"));
    assert_eq!(code, 0, "{shown}");
    env.ok(&["redo", "--yes", "--confirm", name]);
    assert_eq!(env.run(&["redo", "--confirm", "other"]).code, 2);
}

#[test]
fn the_stored_down_of_an_unknown_revision_is_asked_for() {
    let env = applied();
    std::fs::remove_file(env.path("migrations/ccc.sql")).unwrap();
    let question =
        "ccc has no file. The SQL of the down comes from the version table. Run it? [y/N]";
    let (code, shown) = on_terminal(&env, &["downgrade", "-1"], "n\n");
    assert!(code == 3 && shown.contains(question), "{shown}");
    assert_eq!(env.tables("app.db"), ["posts", "users"]);
    let (code, shown) = on_terminal(&env, &["downgrade", "-1"], "y\n");
    assert!(code == 0 && shown.contains(question), "{shown}");
    assert_eq!(env.tables("app.db"), ["users"]);
}

#[test]
fn long_work_shows_a_bar_that_goes_away() {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", "sqlite:app.db");
    for n in 0..12 {
        let parent = if n == 0 { String::new() } else { format!("r{:02}", n - 1) };
        let up = format!("CREATE TABLE t{n} (id INTEGER);");
        env.revision(&format!("r{n:02}"), &parent, &up, &format!("DROP TABLE t{n};"));
    }
    let (code, shown) = on_terminal(&env, &["upgrade"], "");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("/12"), "{shown:?}");
    let (_, rest) = shown.rsplit_once("/12").unwrap();
    assert!(rest.contains("12 steps done; the database is at r11"), "{shown:?}");
    let (code, shown) = on_terminal(&env, &["downgrade", "base", "--yes", "-q"], "");
    assert!(code == 0 && !shown.contains("/12"), "{shown:?}");
}

#[test]
fn what_a_terminal_would_obey_is_shown_as_text() {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", "sqlite:app.db");
    let text = "-- Evil\r\u{1b}[31mred\u{1b}]0;title\u{7}\u{202e}txt\u{9b}2J\n--\n-- revision: aaa\n-- revises:\n\n\
                -- migrate:up\nSELECT '\u{1b}[2J';\nSELECT * FROM \u{1b}[2Jnowhere\u{202e};\n\n-- migrate:noop none\n";
    env.write("migrations/a\u{202e}aa.sql", text);
    for args in [
        &["history"][..],
        &["show", "aaa"],
        &["show", "aaa", "--sql"],
        &["upgrade", "--sql", "base:head"],
        &["upgrade"],
        &["check"],
        &["upgrade", "--color", "always"],
    ] {
        let (_, shown) = on_terminal(&env, args, "");
        for wrong in [
            "\rE",
            "Evil\r",
            "\u{1b}[31mred",
            "\u{1b}]",
            "\u{7}",
            "\u{202e}",
            "\u{9b}",
            "\u{1b}[2J",
        ] {
            assert!(!shown.contains(wrong), "{args:?} {wrong:?}: {shown:?}");
        }
    }
    // What another program reads is exact.
    let sql = env.ok(&["upgrade", "--sql", "base:head"]).stdout;
    assert!(sql.contains("SELECT '\u{1b}[2J';"), "{sql:?}");
    let history = env.ok(&["history"]).stdout;
    assert!(!history.contains(['\u{1b}', '\u{202e}', '\r']), "{history:?}");
    env.write("migrations/b\r.sql", "SELECT 1;");
    let outcome = env.run(&["heads"]);
    assert!(outcome.stderr.contains("its name holds a control character"), "{outcome}");
}

#[test]
fn a_terminal_gets_colours_unless_it_wants_none() {
    let mut env = TestEnvironment::with_history();
    let (_, shown) = on_terminal(&env, &["upgrade", "nowhere"], "");
    assert!(shown.contains("\u{1b}["), "{shown:?}");
    let (_, shown) = on_terminal(&env, &["upgrade", "nowhere", "--color", "never"], "");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    env.set("NO_COLOR", "1");
    let (_, shown) = on_terminal(&env, &["upgrade", "nowhere"], "");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn downgrade_without_a_target_offers_the_newest_revision() {
    let env = applied();
    let (code, shown) = on_terminal(&env, &["downgrade"], "n\n");
    assert_eq!(code, 3, "{shown}");
    assert!(shown.contains("Revert the newest revision, ccc: Message of ccc? [y/N]"), "{shown}");
    assert_eq!(env.tables("app.db"), ["posts", "users"]);
    let (code, shown) = on_terminal(&env, &["downgrade"], "y\n");
    assert_eq!(code, 0, "{shown}");
    assert_eq!(env.tables("app.db"), ["users"]);
    let (code, shown) = on_terminal(&env, &["downgrade", "--yes"], "");
    assert!(code == 2 && shown.contains("no target is named"), "{shown}");
    let refused = env.run(&["downgrade"]);
    assert!(refused.code == 2 && refused.stderr.contains("no target is named"), "{refused}");
    assert_eq!(env.tables("app.db"), ["users"]);
}

#[test]
fn a_step_that_takes_long_shows_its_statement_and_the_time() {
    let Some(db) = Db::fresh_blocking(Dialect::Postgres) else { return };
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    let up = "CREATE TABLE a (x INT);\nSELECT pg_sleep(2.5);\nCREATE TABLE b (x INT);";
    env.revision("aaa", "", up, "DROP TABLE b;\nDROP TABLE a;");
    let (code, shown) = on_terminal(&env, &["upgrade"], "");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("up   aaa, Message of aaa (2 of 3, 1 s) SELECT pg_sleep"), "{shown:?}");
    let (_, rest) = shown.rsplit_once("pg_sleep").unwrap();
    assert!(rest.contains("1 step done"), "{shown:?}");
}

#[test]
fn the_bar_counts_the_statements_of_a_long_step() {
    let Some(db) = Db::fresh_blocking(Dialect::Postgres) else { return };
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    let inserts = "INSERT INTO a VALUES (1);\n".repeat(12);
    let up = format!("CREATE TABLE a (x INT);\n{inserts}SELECT pg_sleep(1.5);\n{inserts}");
    env.revision("aaa", "", &up, "DROP TABLE a;");
    let (code, shown) = on_terminal(&env, &["upgrade"], "");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("(14 of 26, 1 s) SELECT pg_sleep"), "{shown:?}");
    assert!(shown.contains('█'), "{shown:?}");
}

/// Writes a program into `bin`, and puts that in front of the path.
fn with_program(env: &mut TestEnvironment, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let file = format!("bin/{name}");
    env.write(&file, &format!("#!/bin/sh\n{script}\n"));
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(env.path(&file), executable).unwrap();
    let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
    env.set("PATH", &path);
}

#[test]
fn long_lists_go_through_the_pager_of_the_user_on_a_terminal_only() {
    let mut env = applied();
    with_program(&mut env, "pages", "echo paged \"$1\"; cat");
    env.set("PAGER", "pages --loud");
    for args in [&["history"][..], &["log"], &["show", "head"]] {
        let (code, shown) = on_terminal(&env, args, "");
        assert!(code == 0 && shown.contains("paged --loud"), "{args:?}: {shown}");
        assert!(shown.contains("ccc"), "{args:?}: {shown}");
        let (_, shown) = on_terminal(&env, &[args, &["--no-pager"]].concat(), "");
        assert!(!shown.contains("paged") && shown.contains("ccc"), "{args:?}: {shown}");
        assert!(!env.ok(args).stdout.contains("paged"), "{args:?}");
    }
    let (_, shown) = on_terminal(&env, &["heads"], "");
    assert!(!shown.contains("paged"), "{shown}");
    // One that leaves early is no failure, and one that is not there is none.
    with_program(&mut env, "pages", "exec head -n 1");
    let (code, shown) = on_terminal(&env, &["history"], "");
    assert!(code == 0 && shown.contains("Message of ccc"), "{shown}");
    assert!(!shown.contains("Message of aaa"), "{shown}");
    env.set("PAGER", "no-such-pager");
    let (code, shown) = on_terminal(&env, &["history"], "");
    assert!(code == 0 && shown.contains("Message of aaa"), "{shown}");
}

#[test]
fn man_opens_the_page_on_a_terminal() {
    let mut env = TestEnvironment::new();
    with_program(&mut env, "man", "echo \"man $*\"; grep -c TH");
    let (code, shown) = on_terminal(&env, &["man"], "");
    assert!(code == 0 && shown.contains("man -l -\r\n1"), "{shown}");
    with_program(&mut env, "man", "exit 1");
    env.set("PAGER", "cat");
    let (code, shown) = on_terminal(&env, &["man", "upgrade"], "");
    assert!(code == 0 && shown.contains("Apply revisions up to a target"), "{shown}");
}
