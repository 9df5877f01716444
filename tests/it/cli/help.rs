//! Help, completions, man pages, and the three ways to call.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

#[test]
fn the_help_groups_the_commands() {
    let env = TestEnvironment::new();
    assert_snapshot!(env.run(&["--help"]), @"
    exit code: 0
    ----- stdout
    Database migrations with a revision graph, for Rust and sqlx

    Usage: cargo migrate [OPTIONS] <COMMAND>

    Write:
      init         Create the migrations directory, lock file and migrate.toml
      new          Write a new revision on top of the head
      derive       Write missing and empty downs from the ups
      merge        Join heads with a merge revision
      rebase       Move a branch on top of another, so that one head remains
      squash       Replace a range of revisions by one that makes the same schema
      edit         Open revisions in $VISUAL or $EDITOR
      import       Import migrations of sqlx, diesel, golang-migrate, dbmate, goose, refinery or flyway
      accept       Update migrate.lock, and accept edits of sealed revisions

    Run:
      upgrade      Apply revisions up to a target
      downgrade    Revert revisions down to a target, which stays applied
      redo         Revert the newest applied revision and apply it again
      stamp        Mark revisions as applied without running them
      repair       Record what happened to a step that stopped partway

    Inspect:
      current      Show the revisions that the database is at
      history      List the revisions, newest first
      heads        List the revisions that nothing revises
      branches     List the revisions that several others revise
      show         Show a revision
      schema       Print the SQL that makes the schema of a revision, a database or a file
      diff         Show what differs between two schemas
      report       Write a page about the history: graph, changes, schemas and findings
      models       Print tables as structs that derive `Table`
      pending      List the revisions that are not applied, in the order in which they would run
      log          Show the log of the database, newest entry first

    Verify:
      check        Check the files, the lock file, the heads and the database
      lint         Report SQL that is valid and risky
      test         Test each revision up, down and up again on a real database with rows
      rehearse     Run an upgrade on a copy of the database and report times, locks and sizes

    Database:
      db           Create, drop, reset, back up or restore a database

    Shell:
      completions  Print completions for a shell
      man          Open the man page, print it, or write one for every command

    Options:
          --dir <DIR>               Migrations directory [default: from migrate.toml, else migrations]
          --database-url <URL>      Database URL [default: DATABASE_URL, else .env, else migrate.toml]
          --connect-timeout <TIME>  Time to retry a server that does not answer; 0s tries once [default:
                                    10s]
          --name <DATABASE>         Database of migrate.toml to use
          --config <FILE>           Configuration file [default: migrate.toml in this directory or a
                                    parent]
      -p, --package <PACKAGE>       Package whose migrations are used
          --manifest-path <FILE>    Path of the package's Cargo.toml
      -x <NAME=VALUE>               Value of a variable that migrate.toml declares, such as tenant=acme;
                                    can be repeated
          --format <FORMAT>         Output format of data: text or json [default: text]
          --color <WHEN>            Use colours: auto, always or never [default: auto]
      -q, --quiet                   Print only data and errors
      -v, --verbose                 Print more detail
          --no-pager                Print long output on a terminal without a pager [default: $PAGER,
                                    else less]
      -h, --help                    Print help
      -V, --version                 Print version

    `cargo migrate <COMMAND> --help` shows examples.
    ");
}

#[test]
fn every_command_has_examples() {
    let env = TestEnvironment::new();
    let help = env.ok(&["--help"]).stdout;
    let of_commands = help.split("Options:").next().unwrap_or_default();
    let commands = of_commands.lines().filter(|line| line.starts_with("  "));
    let names: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 12, "{names:?}");
    for name in names {
        let help = env.ok(&[name, "--help"]).stdout;
        let examples = help.split("Examples:\n").nth(1).unwrap_or_default();
        assert!(examples.contains(&format!("cargo migrate {name}")), "{name}: {help}");
    }
}

#[test]
fn a_command_explains_itself() {
    assert_snapshot!(TestEnvironment::new().run(&["upgrade", "-h"]), @"
    exit code: 0
    ----- stdout
    Apply revisions up to a target

    Usage: cargo migrate upgrade [OPTIONS] [TARGET]

    Arguments:
      [TARGET]  Target: an id or its beginning, a label, head, heads, +N, REV+N, BRANCH@TARGET [default:
                head]

    Options:
          --dry-run                   Print the steps and change nothing
      -y, --yes                       Do not prompt
          --transaction <WHAT>        Run all revisions in one transaction, or each in its own: all or
                                      each [default: all on SQLite, each elsewhere]
          --lock-timeout <TIME>       Time that a statement may wait for a database lock, such as 500ms
                                      or 5s
          --statement-timeout <TIME>  Time that a statement may take, such as 30s or 5m
          --wait-for-replicas <TIME>  Time to wait after each revision until PostgreSQL's standbys have
                                      applied it; 0s: no wait
          --lock <HOW>                Lock that prevents concurrent runs: auto, session, table or none
          --lock-wait <TIME>          Time to wait for another run on the same database, such as 30s or
                                      5m
          --backup[=<DIR>]            Copy the database to a folder first, and stop if that fails
                                      [default folder: backups]
          --sql                       Print the SQL that would run and change nothing
          --dialect <DATABASE>        The database system whose SQL is printed [default: from the
                                      database URL]
      -h, --help                      Print help

    Several databases:
          --all               Run on every database of migrate.toml or, with --name, on each of that
                              one's `each`
          --only <NAME>       Run only on those of them with this name, such as acme or 'eu-*'; may be
                              repeated
          --parallel <COUNT>  Number of databases to work on at once [default: 4]
          --keep-going        Continue with the other databases after a failure

    Project:
          --dir <DIR>               Migrations directory [default: from migrate.toml, else migrations]
          --database-url <URL>      Database URL [default: DATABASE_URL, else .env, else migrate.toml]
          --connect-timeout <TIME>  Time to retry a server that does not answer; 0s tries once [default:
                                    10s]
          --name <DATABASE>         Database of migrate.toml to use
          --config <FILE>           Configuration file [default: migrate.toml in this directory or a
                                    parent]
      -p, --package <PACKAGE>       Package whose migrations are used
          --manifest-path <FILE>    Path of the package's Cargo.toml
      -x <NAME=VALUE>               Value of a variable that migrate.toml declares, such as tenant=acme;
                                    can be repeated

    Output:
          --format <FORMAT>  Output format of data: text or json [default: text]
          --color <WHEN>     Use colours: auto, always or never [default: auto]
      -q, --quiet            Print only data and errors
      -v, --verbose          Print more detail
          --no-pager         Print long output on a terminal without a pager [default: $PAGER, else
                             less]

    Examples:
      cargo migrate upgrade                    # to the head
      cargo migrate upgrade +1                 # the next revision only
      cargo migrate upgrade billing@head       # one branch only
      cargo migrate upgrade --dry-run          # print the steps, change nothing
      cargo migrate upgrade --backup           # copy the database to the folder backups first
      cargo migrate upgrade 3f2a:head --sql    # the SQL between two revisions, without a database
      cargo migrate upgrade --name tenants --all   # every database of `each` in migrate.toml
    ");
}

#[test]
fn cargo_may_put_the_word_migrate_in_front() {
    let env = TestEnvironment::with_history();
    assert_eq!(env.ok(&["migrate", "heads"]).stdout, env.ok(&["heads"]).stdout);
    assert_eq!(env.ok(&["--version"]).stdout, env.ok(&["migrate", "--version"]).stdout);
}

#[test]
fn completions_know_the_commands() {
    let env = TestEnvironment::new();
    for shell in ["powershell", "elvish"] {
        assert!(env.ok(&["completions", shell]).stdout.contains("downgrade"), "{shell}");
    }
}

/// What a word may become, without what is said of it.
fn completed(env: &TestEnvironment, words: &[&str]) -> Vec<String> {
    let answer = env.ok(&[&["complete", "--"], words].concat());
    assert_eq!(answer.stderr, "", "{words:?}");
    let words = answer.stdout.lines().map(|line| line.split('\t').next().unwrap().to_owned());
    words.collect()
}

#[test]
fn words_are_completed_with_commands_flags_revisions_labels_and_databases() {
    let env = TestEnvironment::with_history();
    env.revision_with("bill1", "aaa", "-- branch-labels: billing", "SELECT 1;", "SELECT 1;");
    env.write(
        "migrate.toml",
        "dir = \"migrations\"\n[database.main]\n[database.mirror]\ndir = \"migrations\"\n",
    );
    assert_eq!(completed(&env, &["up"]), ["upgrade"]);
    assert_eq!(completed(&env, &["db", ""]), ["create", "drop", "reset", "backup", "restore"]);
    assert!(!completed(&env, &[""]).contains(&"complete".to_owned()));
    let all = ["head", "heads", "base", "current", "billing", "ccc", "bbb", "bill1", "aaa"];
    let mut offered = completed(&env, &["upgrade", ""]);
    offered.sort();
    let mut expected = all.to_vec();
    expected.sort_unstable();
    assert_eq!(offered, expected);
    assert_eq!(completed(&env, &["downgrade", "--yes", "b"]), ["base", "billing", "bill1", "bbb"]);
    assert_eq!(completed(&env, &["history", "-r", "aaa:c"]), ["aaa:current", "aaa:ccc"]);
    assert_eq!(completed(&env, &["upgrade", "billing@he"]), ["billing@head", "billing@heads"]);
    assert_eq!(completed(&env, &["merge", "ccc", "bi"]), ["billing", "bill1"]);
    assert_eq!(completed(&env, &["new", "--head=c"]), ["--head=current", "--head=ccc"]);
    // It has its one target already.
    assert!(completed(&env, &["upgrade", "aaa", ""]).is_empty());
    assert_eq!(completed(&env, &["upgrade", "--name", "m"]), ["main", "mirror"]);
    assert_eq!(completed(&env, &["upgrade", "--sql", "--dialect", "p"]), ["postgres"]);
    assert_eq!(completed(&env, &["current", "--format", ""]), ["text", "json"]);
    assert_eq!(completed(&env, &["upgrade", "--lock-t"]), ["--lock-timeout"]);
    assert_eq!(completed(&env, &["upgrade", "--data"]), ["--database-url"]);
    assert_eq!(completed(&env, &["--dir", "mig"]), ["migrate.toml", "migrations/"]);
    let elsewhere = completed(&env, &["--dir", "nowhere", "upgrade", "he"]);
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

/// A shell in a folder with a history, and `cargo-migrate` on its path.
fn in_shell(shell: &str, script: &str) -> String {
    let env = TestEnvironment::with_history();
    env.write("bin/keep", "");
    let program = env!("CARGO_BIN_EXE_cargo-migrate-dup");
    std::os::unix::fs::symlink(program, env.path("bin/cargo-migrate")).unwrap();
    env.write("script", script);
    let output = env.shell(&format!("PATH=\"$PWD/bin:$PATH\" {shell} script")).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{shell}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bash_completes_cargo_migrate_and_leaves_the_rest_of_cargo() {
    let script = r#"
_cargo() { COMPREPLY=(build); }
complete -F _cargo cargo
source <(cargo-migrate completions bash)
tab() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    local function="$(complete -p "$1" | sed 's/.*-F \([^ ]*\).*/\1/')"
    "$function"
    echo "${COMPREPLY[*]}"
}
tab cargo migrate upg
tab cargo +nightly migrate downgrade b
tab cargo-migrate upgrade bb
tab cargo migrate history -r aaa : c
tab cargo migrate history -r aaa :
tab cargo b
"#;
    assert_eq!(
        in_shell("bash", script),
        "upgrade\nbase bbb\nbbb\ncurrent ccc\nhead heads base current ccc bbb aaa\nbuild\n"
    );
}

#[test]
fn fish_completes_cargo_migrate() {
    let script = "cargo-migrate completions fish | source
complete -C 'cargo migrate upgrade b'
complete -C 'cargo-migrate downg'\n";
    assert_eq!(
        in_shell("fish --no-config", script),
        "base\tbefore the first revision\nbbb\tMessage of bbb\n\
         downgrade\tRevert revisions down to a target, which stays applied\n"
    );
}

#[test]
fn zsh_completes_cargo_migrate() {
    // What zsh's own completion system brings, so far as it is used.
    let script = r#"
compdef() { print "compdef $*" }
_describe() { print -l -- "${candidates[@]}" }
source <(cargo-migrate completions zsh)
words=(migrate upgrade b) CURRENT=3
_cargo-migrate
"#;
    assert_eq!(
        in_shell("zsh -f", script),
        "compdef _cargo-migrate cargo-migrate\nbase:before the first revision\nbbb:Message of bbb\n"
    );
}

#[test]
fn man_pages_are_printed_or_written() {
    let env = TestEnvironment::new();
    assert!(env.ok(&["man"]).stdout.contains("cargo\\-migrate"));
    assert!(env.ok(&["man", "upgrade"]).stdout.contains("cargo\\-migrate\\-upgrade"));
    assert_eq!(env.run(&["man", "upgrad"]).code, 2);
    assert_snapshot!(env.run(&["man", "pages"]), @"
    exit code: 0
    ----- stderr
    wrote one page per command to pages
    ");
    let page = std::fs::read_to_string(env.path("pages/cargo-migrate-upgrade.1")).unwrap();
    assert!(page.contains("dry\\-run"), "{page}");
}
