use std::time::Duration;

use migrate_core::diagnostic::Code;
use migrate_core::dialect::Dialect;

use super::*;

fn test(outcome: Outcome) -> Verdict {
    Verdict {
        name: "615021cc5b23".into(),
        message: "add users.email".into(),
        path: Some("migrations/615021cc5b23.sql".into()),
        dialect: Dialect::Sqlite,
        outcome,
        findings: Vec::new(),
        notes: Vec::new(),
        duration: Duration::from_millis(12),
        cached: false,
    }
}

#[test]
fn a_title_says_what_was_tested_and_how_it_ended() {
    let title = |verdict: &Verdict| format_title(verdict).to_string();
    assert_eq!(title(&test(Outcome::Passed)), "ok   615021cc5b23 add users.email (12 ms)");
    assert_eq!(title(&test(Outcome::Failed)), "FAIL 615021cc5b23 add users.email (12 ms)");
    assert_eq!(title(&test(Outcome::Skipped)), "skip 615021cc5b23 add users.email");
    let known = Verdict { cached: true, ..test(Outcome::Passed) };
    assert_eq!(title(&known), "ok   615021cc5b23 add users.email (cached)");
    let whole =
        Verdict { name: "head to base".into(), message: String::new(), ..test(Outcome::Passed) };
    assert_eq!(title(&whole), "ok   head to base (12 ms)");
}

#[test]
fn findings_are_shown_with_all_that_is_known() {
    let finding = |code, message: &str, diff: &str, help: &[&str]| Finding {
        diff: diff.to_owned(),
        help: help.iter().map(ToString::to_string).collect(),
        ..Finding::new(code, message.to_owned())
    };
    let verdict = Verdict {
        findings: vec![
            finding(
                Code::RestoredOtherwise,
                "the down brings users back otherwise",
                "  CREATE TABLE users (\n-     name TEXT NOT NULL\n+     name TEXT\n  );\n",
                &["write NOT NULL into the down"],
            ),
            finding(
                Code::DownFails,
                "the down fails\nDROP TABLE user\nno such table: user",
                "",
                &["did you mean users?\nit is there"],
            ),
            finding(Code::RowsLost, "2 rows of users are gone", "", &[]),
        ],
        notes: vec!["posts could not be filled".into()],
        ..test(Outcome::Failed)
    };
    assert_eq!(
        join_lines(&format_verdict(&verdict, "postgres:15 in container abc")),
        "\
FAIL 615021cc5b23 add users.email (12 ms)
     on postgres:15 in container abc

error[restored-otherwise]: the down brings users back otherwise
 --> migrations/615021cc5b23.sql
  |
  |   CREATE TABLE users (
  | -     name TEXT NOT NULL
  | +     name TEXT
  |   );
  |
  = help: write NOT NULL into the down

error[down-fails]: the down fails
 --> migrations/615021cc5b23.sql
  |
  | DROP TABLE user
  | no such table: user
  |
  = help: did you mean users?
          it is there

error[rows-lost]: 2 rows of users are gone
 --> migrations/615021cc5b23.sql

  = note: posts could not be filled
"
    );
}

#[test]
fn a_diff_knows_what_is_gone_and_what_is_new() {
    let finding =
        Finding { diff: "- a\n+ b\n  c".into(), ..Finding::new(Code::LeftBehind, "m".into()) };
    let verdict = Verdict { findings: vec![finding], ..test(Outcome::Failed) };
    let lines = format_verdict(&verdict, "");
    let part = |text: &str| {
        let mut parts = lines.iter().flat_map(|line| &line.0);
        parts.find(|(_, part)| part == text).unwrap_or_else(|| panic!("{text}: {lines:?}")).0
    };
    assert_eq!(part("- a"), Tone::Removed);
    assert_eq!(part("+ b"), Tone::Added);
    assert_eq!(part("  c"), Tone::Plain);
}

#[test]
fn a_test_of_the_whole_history_has_no_file() {
    let finding = Finding {
        help: vec!["drop it".into()],
        ..Finding::new(Code::LeftBehind, "a table is left".into())
    };
    let verdict = Verdict { findings: vec![finding], path: None, ..test(Outcome::Failed) };
    let text = join_lines(&format_verdict(&verdict, ""));
    assert!(
        text.ends_with("\n\nerror[left-behind]: a table is left\n  = help: drop it\n"),
        "{text}"
    );
}

#[test]
fn tests_are_counted() {
    let known = Verdict { cached: true, ..test(Outcome::Passed) };
    let verdicts = [test(Outcome::Passed), known, test(Outcome::Failed), test(Outcome::Skipped)];
    let tally = Tally::of(&verdicts);
    assert_eq!(tally, Tally { passed: 2, failed: 1, skipped: 1, cached: 1 });
    assert_eq!(tally.to_string(), "2 passed, 1 failed, 1 skipped (of which 1 cached)");
    assert_eq!(Tally::default().to_string(), "0 passed, 0 failed, 0 skipped");
}

#[test]
fn why_nothing_was_tested_is_said_with_help() {
    let text = format_error(&Error::NoDriver(Dialect::Postgres));
    assert!(text.contains("\n  = help: "), "{text}");
}
