//! The steps of the GitHub action, as a shell runs them.

use std::process::Output;

use crate::support::TestEnvironment;

fn environment() -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    env.revision("aaa", "", "CREATE TABLE users (id INTEGER PRIMARY KEY);", "DROP TABLE users;");
    env
}

/// Runs the steps with arguments; returns what they printed and their summary.
fn act(env: &TestEnvironment, arguments: &str) -> (Output, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../packaging/action");
    let command = env!("CARGO_BIN_EXE_cargo-migrate-dup");
    let call =
        format!("CARGO_MIGRATE={command} GITHUB_STEP_SUMMARY=summary.md {script} {arguments}");
    let output = env.shell(&call).output().unwrap();
    let summary = std::fs::read_to_string(env.path("summary.md")).unwrap_or_default();
    let _ = std::fs::remove_file(env.path("summary.md"));
    (output, summary)
}

#[test]
fn the_action_checks_lints_and_tests_and_writes_a_summary() {
    let env = environment();
    let (output, summary) = act(&env, "--");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    for title in ["check", "lint", "test"] {
        let heading = format!("### :white_check_mark: {title}\n");
        assert!(summary.contains(&heading), "{title}: {summary}");
    }
    let (output, summary) = act(&env, "--no-lint --no-test -- --dir migrations");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(summary.matches("### ").count(), 1, "{summary}");
}

#[test]
fn the_action_fails_where_a_step_does_and_runs_the_others() {
    let env = environment();
    env.revision("bbb", "aaa", "CREATE TABLE posts (id INTEGER);", "SELECT 1;");
    let (output, summary) = act(&env, "--");
    assert_eq!(output.status.code(), Some(1));
    assert!(summary.contains("### :x: check") && summary.contains("### :x: test"), "{summary}");
    let (output, _) = act(&env, "--unknown");
    assert_eq!(output.status.code(), Some(2));
}
