//! `report`, and the pictures of `schema`, looked at in a browser.

use std::path::Path;
use std::process::Command;

use crate::support::TestEnvironment;

/// A browser that runs without a screen.
const BROWSER: &str = "chromium";

fn environment() -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    env.revision(
        "a1",
        "",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, bio TEXT DEFAULT '</script><img src=x onerror=alert(1)>');",
        "DROP TABLE users;",
    );
    env.revision(
        "b2",
        "a1",
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES users (id));",
        "DROP TABLE posts;",
    );
    env.revision(
        "c3",
        "b2",
        "ALTER TABLE users DROP COLUMN bio;",
        "ALTER TABLE users ADD COLUMN bio TEXT;",
    );
    env
}

/// The elements of a page after its script ran, as text, and what the browser complained about.
fn dumped(page: &Path, fragment: &str) -> (String, String) {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(BROWSER)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("file://{}#{fragment}", page.display()))
        .output()
        .unwrap_or_else(|error| panic!("{BROWSER}: {error}; tests/set-up installs it"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_report_is_one_page_that_loads_nothing() {
    let env = environment();
    assert_eq!(env.ok(&["report", "--out", "out"]).stdout, "out/index.html\n");
    let page = env.read("out/index.html");
    assert_eq!(std::fs::read_dir(env.path("out")).unwrap().count(), 1);
    assert!(!page.contains("<img") && !page.contains("<link") && !page.contains("@import"));
    assert_eq!(page.matches("<script").count(), 2);
    let json = env.ok(&["report", "--out", "out", "--format", "json"]).json();
    assert_eq!((&json["revisions"], &json["path"]), (&3.into(), &"out/index.html".into()));
    assert_eq!(json["bytes"], page.len());
    env.write("file", "");
    let refused = env.run(&["report", "--out", "file"]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("file/index.html cannot be written"), "{}", refused.stderr);
}

#[test]
fn a_browser_shows_the_report_without_complaint() {
    let env = environment();
    env.ok(&["report", "--out", "out"]);
    let (dom, log) = dumped(&env.path("out/index.html"), "c3");
    assert!(dom.contains("data-ready=\"true\""), "the script did not run to its end: {log}");
    assert!(!log.contains("CONSOLE"), "{log}");
    assert_eq!(dom.matches("role=\"link\"").count(), 3, "a line for each revision");
    assert!(dom.contains("<h2>c3 Message of c3</h2>"), "{dom}");
    assert!(dom.contains("<li>column users.bio was removed</li>"), "{dom}");
    assert_eq!(dom.matches("<details class=\"new\"").count(), 1, "users changed");
    assert!(dom.contains("<summary>table posts</summary>"));
    assert!(!dom.contains("<img"), "a text of a file is no element");
    // Without a fragment it is the head; another one has its own schema.
    let (first, log) = dumped(&env.path("out/index.html"), "a1");
    assert!(!first.contains("<summary>table posts</summary>") && !log.contains("CONSOLE"), "{log}");
    assert!(first.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"), "{first}");
}

#[test]
fn results_of_tests_are_shown_where_they_are_given() {
    let env = environment();
    let tested = env.run(&["test", "--format", "json"]);
    assert_eq!(tested.code, 1, "the down of c3 does not restore the default");
    let text = tested.stdout.replace("[MS]", "0");
    env.write("tests.json", &text);
    let tested: serde_json::Value = serde_json::from_str(&text).unwrap();
    let json = env.ok(&["report", "--out", "out", "--tests", "tests.json", "--format", "json"]);
    assert_eq!(json.json()["tests"], tested["databases"][0]["tests"].as_array().unwrap().len());
    let (dom, log) = dumped(&env.path("out/index.html"), "c3");
    assert!(dom.contains("data-ready=\"true\"") && !log.contains("CONSOLE"), "{log}");
    assert!(dom.contains("1 failed, 0 skipped"), "{dom}");
    assert_eq!(dom.matches("<div>restored-otherwise: ").count(), 2, "at c3 and in the list");
    env.ok(&["report", "--out", "out"]);
    let (dom, _) = dumped(&env.path("out/index.html"), "c3");
    assert!(!dom.contains("<div>restored-otherwise: ") && !dom.contains("id=\"tests\""), "{dom}");
    env.write("other.json", "{\"databases\": 3}");
    for file in ["other.json", "absent.json"] {
        let refused = env.run(&["report", "--out", "out", "--tests", file]);
        assert!(refused.code > 0 && refused.stderr.contains(file), "{}", refused.stderr);
    }
}

#[test]
fn a_schema_is_drawn() {
    let env = environment();
    let drawing = env.ok(&["schema", "--format", "svg"]).stdout;
    assert!(drawing.starts_with("<svg ") && drawing.trim_end().ends_with("</svg>"));
    assert_eq!(drawing.matches("<g ").count(), 2);
    assert_eq!(drawing.matches("<path ").count(), 1);
    assert!(!env.ok(&["schema", "a1", "--format", "svg"]).stdout.contains("posts"));
    env.ok(&["schema", "--format", "html"]);
    std::fs::write(env.path("schema.html"), env.ok(&["schema", "--format", "html"]).stdout)
        .unwrap();
    let (dom, log) = dumped(&env.path("schema.html"), "");
    assert_eq!(dom.matches("<g ").count(), 2);
    assert!(!log.contains("CONSOLE"), "{log}");
}
