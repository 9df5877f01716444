use insta::assert_snapshot;
use migrate_core::diagnostic::Code;
use migrate_db::testkit::{Finding, Outcome};

use super::*;

fn verdict(name: &str, message: &str, outcome: Outcome) -> Verdict {
    let mut verdict = Verdict::of_history(name, Dialect::Postgres);
    verdict.message = message.into();
    verdict.path = Some(format!("migrations/{name}.sql"));
    verdict.outcome = outcome;
    verdict.duration = Duration::from_millis(12);
    verdict
}

fn tested() -> Tested {
    let message = "the down brings \"users\" back otherwise\nand <this> more";
    let mut finding = Finding::new(Code::RestoredOtherwise, message.into());
    finding.diff = "- name TEXT NOT NULL\n+ name TEXT".into();
    finding.help.push("write NOT NULL & be done".into());
    let mut passed = verdict("aaa", "create users", Outcome::Passed);
    passed.notes.push("posts could not be filled".into());
    passed.cached = true;
    let mut failed = verdict("bbb", "drop <name>", Outcome::Failed);
    failed.findings.push(finding);
    let mut whole = verdict("head to base", "", Outcome::Skipped);
    whole.path = None;
    whole.notes.push("bbb cannot be applied".into());
    Tested {
        dialect: Dialect::Postgres,
        server: "postgres:15 in container abc".into(),
        verdicts: vec![passed, failed, whole],
        error: None,
        took: Duration::from_millis(4200),
    }
}

#[test]
fn the_json_is_the_documented_shape() {
    let tested = [tested()];
    let json = serde_json::to_string(&Json::of(&tested)).unwrap();
    assert_snapshot!(json, @r#"
    {"databases":[{"dialect":"postgres","server":"postgres:15 in container abc","tests":[{"revision":"aaa","name":"aaa","message":"create users","path":"migrations/aaa.sql","outcome":"passed","findings":[],"notes":["posts could not be filled"],"duration_ms":12,"cached":true},{"revision":"bbb","name":"bbb","message":"drop <name>","path":"migrations/bbb.sql","outcome":"failed","findings":[{"code":"restored-otherwise","severity":"error","message":"the down brings \"users\" back otherwise\nand <this> more","diff":"- name TEXT NOT NULL\n+ name TEXT","help":["write NOT NULL & be done"]}],"notes":[],"duration_ms":12,"cached":false},{"revision":null,"name":"head to base","message":"","path":null,"outcome":"skipped","findings":[],"notes":["bbb cannot be applied"],"duration_ms":12,"cached":false}]}],"passed":1,"failed":1,"skipped":1}
    "#);
}

#[test]
fn a_database_that_could_not_be_tested_says_so_in_the_json() {
    let tested = [Tested {
        server: String::new(),
        verdicts: Vec::new(),
        error: Some("why".into()),
        ..tested()
    }];
    let json = serde_json::to_string(&Json::of(&tested)).unwrap();
    assert_snapshot!(json, @r#"
    {"databases":[{"dialect":"postgres","server":null,"error":"why","tests":[]}],"passed":0,"failed":0,"skipped":0}
    "#);
}

#[test]
fn junit_has_a_suite_per_database_and_escapes() {
    let stopped =
        Tested { verdicts: Vec::new(), error: Some("no server & no way".into()), ..tested() };
    let xml = junit(&[tested(), stopped]).unwrap();
    assert_snapshot!(xml, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="cargo migrate test" tests="4" skipped="1" failures="1" errors="1" time="8.400">
        <testsuite name="postgres" tests="3" skipped="1" errors="0" failures="1" time="4.200">
            <properties>
                <property name="server" value="postgres:15 in container abc"/>
            </properties>
            <testcase name="aaa create users" classname="round_trip.postgres" time="0.012" file="migrations/aaa.sql">
                <system-out>posts could not be filled</system-out>
            </testcase>
            <testcase name="bbb drop &lt;name&gt;" classname="round_trip.postgres" time="0.012" file="migrations/bbb.sql">
                <failure message="the down brings &quot;users&quot; back otherwise" type="restored-otherwise">FAIL bbb drop &lt;name&gt; (12 ms)

    error[restored-otherwise]: the down brings &quot;users&quot; back otherwise
     --&gt; migrations/bbb.sql
      |
      | and &lt;this&gt; more
      |
      | - name TEXT NOT NULL
      | + name TEXT
      |
      = help: write NOT NULL &amp; be done
    </failure>
            </testcase>
            <testcase name="head to base" classname="round_trip.postgres" time="0.012">
                <skipped message="bbb cannot be applied"/>
            </testcase>
        </testsuite>
        <testsuite name="postgres" tests="1" skipped="0" errors="1" failures="0" time="4.200">
            <properties>
                <property name="server" value="postgres:15 in container abc"/>
            </properties>
            <testcase name="the database">
                <error message="no server &amp; no way"/>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
}

#[test]
fn the_summary_says_how_it_went_and_where() {
    let plain = |text: String| {
        let mut plain = String::new();
        let mut parts = text.split('\u{1b}');
        plain.push_str(parts.next().unwrap_or_default());
        parts.for_each(|part| plain.push_str(part.split_once('m').map_or("", |(_, rest)| rest)));
        plain
    };
    assert_eq!(
        plain(summary(&tested())),
        "1 passed, 1 failed, 1 skipped (of which 1 cached) on postgres (postgres:15 in container abc) in 4.2 s"
    );
    let findings: Vec<String> = findings(&tested()).map(plain).collect();
    assert_eq!(findings.len(), 1);
    assert!(findings[0].starts_with("FAIL bbb drop <name> (12 ms)\n\nerror[restored-otherwise]: "));
    let lines: Vec<String> =
        tested().verdicts.iter().map(|verdict| plain(progress_line(verdict))).collect();
    assert_eq!(
        lines,
        [
            "ok   aaa create users (cached)\n  = note: posts could not be filled",
            "FAIL bbb drop <name> (12 ms)",
            "skip head to base\n  = note: bbb cannot be applied",
        ]
    );
}

#[test]
fn what_is_gone_is_red_and_what_is_new_is_green() {
    let failure: String = findings(&tested()).collect();
    // Before the number of a colour stands the key of this run, until it is printed.
    assert!(failure.contains(";31m- name TEXT NOT NULL\u{1b}["), "{failure:?}");
    assert!(failure.contains(";32m+ name TEXT\u{1b}["), "{failure:?}");
}
