//! Pairs of schemas of other projects' tests. They are not part of the repository: `MIGRATE_CASES` names their
//! folder.

use std::path::{Path, PathBuf};

use migrate_core::dialect::Dialect;

/// A pair of schemas, each as statements.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) setup: String,
    pub(super) current: String,
    pub(super) desired: String,
}

fn folder() -> PathBuf {
    std::env::var_os("MIGRATE_CASES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases"),
        PathBuf::from,
    )
}

/// The pairs of a dialect; none, and a message, where they are absent.
pub(super) fn cases(dialect: Dialect) -> Vec<Case> {
    let mut found = Vec::new();
    for file in ["alembic", "atlas", "migra", "sqldef"] {
        let path = folder().join(format!("{file}.jsonl"));
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!(
                "the cases of {file} are absent: set MIGRATE_CASES to the folder that holds them"
            );
            continue;
        };
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
            if text("dialect") == dialect.name() {
                let name = format!("{file}: {}", text("name"));
                let (setup, current) = (text("setup_sql"), text("current_sql"));
                found.push(Case { name, setup, current, desired: text("desired_sql") });
            }
        }
    }
    found
}
