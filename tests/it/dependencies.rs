//! What an application pays for: crates beside those of sqlx.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The crates that an application with these dependencies compiles, itself left out.
fn crates(dependencies: &str) -> BTreeSet<String> {
    let application = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let write = |name: &str, text: &str| fs::write(application.path().join(name), text).unwrap();
    write("lib.rs", "");
    write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"application\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n\
             [workspace]\n[dependencies]\n{}\n",
            dependencies.replace("{root}", &root.display().to_string())
        ),
    );
    fs::copy(root.join("Cargo.lock"), application.path().join("Cargo.lock")).unwrap();
    let output = Command::new(env!("CARGO"))
        .current_dir(application.path())
        .args(["tree", "--offline", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let name = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    text.lines().skip(1).filter(|line| !line.is_empty()).map(name).collect()
}

const SQLX: &str = "sqlx = { version = \"0.9\", default-features = false, features = [\"runtime-tokio\", \"sqlite\"] }\n";
const OURS: &str = "migrate-db = { path = \"{root}/migrate-db\", features = [\"sqlite\"] }\n";

#[test]
fn embedding_on_sqlite_takes_at_most_ten_crates_more_than_sqlx() {
    let sqlx = crates(SQLX);
    let ours = crates(&format!("{SQLX}{OURS}"));
    assert!(sqlx.len() > 50, "only {} crates: {sqlx:?}", sqlx.len());
    let more: Vec<&String> = ours.difference(&sqlx).collect();
    assert!(!more.is_empty(), "nothing was counted");
    assert!(more.len() <= 10, "{} crates more: {more:?}", more.len());
}

#[test]
fn a_driver_that_was_not_asked_for_is_not_built() {
    let ours = crates(OURS);
    let of = |name: &str| ours.iter().any(|other| other.starts_with(&format!("{name} ")));
    assert!(of("sqlx-sqlite"));
    for other in ["sqlx-postgres", "sqlx-mysql", "clap", "serde_json", "indicatif"] {
        assert!(!of(other), "{other}");
    }
}

#[test]
fn tests_on_sqlite_alone_build_no_containers() {
    let testkit = |drivers: &str| {
        crates(&format!(
            "migrate-db = {{ path = \"{{root}}/migrate-db\", features = [\"testkit\", {drivers}] }}\n"
        ))
    };
    let of = |all: &BTreeSet<String>, name: &str| {
        all.iter().any(|other| other.starts_with(&format!("{name} ")))
    };
    let sqlite = testkit("\"sqlite\"");
    assert!(of(&sqlite, "migrate-containers") && of(&sqlite, "serde_json"));
    for other in ["testcontainers", "bollard", "tonic", "axum", "hyper", "rustls"] {
        assert!(!of(&sqlite, other), "{other}");
    }
    for server in ["\"postgres\"", "\"mysql\""] {
        assert!(of(&testkit(server), "testcontainers"), "{server}");
    }
    // Without the tests a driver brings neither.
    let driver =
        crates("migrate-db = { path = \"{root}/migrate-db\", features = [\"postgres\"] }\n");
    assert!(!of(&driver, "migrate-containers") && !of(&driver, "testcontainers"));
}
