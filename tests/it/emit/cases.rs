//! Pairs of schemas of other projects' tests. They are not part of the repository: `MIGRATE_CASES` names their
//! folder.

use migrate_core::dialect::Dialect;

use crate::support::shared_folder;

/// A pair of schemas, each as statements.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) setup: String,
    pub(super) current: String,
    pub(super) desired: String,
}

/// The pairs of a dialect; none, and a message, where they are absent.
pub(super) fn cases(dialect: Dialect) -> Vec<Case> {
    let mut found = Vec::new();
    for file in ["alembic", "atlas", "migra", "sqldef"] {
        let path = shared_folder("MIGRATE_CASES", "cases").join(format!("{file}.jsonl"));
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
