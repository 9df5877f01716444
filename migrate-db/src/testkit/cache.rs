//! The verdicts of earlier runs, for revisions whose text and history have not changed.
//!
//! Each verdict is a file, named by a key over everything that the verdict depends on. An
//! unreadable file counts as missing, and the test runs again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use migrate_core::command::{Command, Help};
use migrate_core::config::Settings;
use migrate_core::diagnostic::{Code, Severity};
use migrate_core::dialect::Dialect;
use migrate_core::graph::{Graph, Node};
use migrate_core::revision::Revision;
use migrate_core::sql::Hasher;
use serde::{Deserialize, Serialize};

use super::provision;
use super::setup::Setup;
use super::verdict::{Finding, Outcome, Verdict};

/// Returns the note on a failure that was not tested again.
fn again() -> String {
    let fresh = Command::Test.with("--fresh");
    Help::new("cached from an earlier run: ").run(fresh).then(" tests it again").to_string()
}

/// Verdicts in a folder.
pub(super) struct Cache {
    folder: PathBuf,
}

/// The keys of the revisions of a history: what each and everything below it means.
pub(super) struct Keys {
    /// Of the schema and the rows that the ups make.
    pub(super) state: Vec<String>,
    /// Of the verdict.
    pub(super) verdict: Vec<String>,
    /// A digest of what a new database begins with on the server: part of the names of databases
    /// that are kept.
    pub(super) template_digest: String,
}

impl Keys {
    /// The keys on one database. What `server` says of it is part of each.
    pub(super) fn of(
        graph: &Graph,
        dialect: Dialect,
        settings: &Settings,
        server: &str,
        setup: &Setup,
    ) -> Self {
        let build = (!setup.steps.is_empty()).then(provision::this_build);
        let mut keys =
            Self { state: Vec::new(), verdict: Vec::new(), template_digest: String::new() };
        let mut effects: Vec<String> = Vec::new();
        for node in graph.order() {
            let revision = graph.revision(node);
            let mut hash = Hasher::new();
            hash.field("tool", env!("CARGO_PKG_VERSION"));
            hash.field("dialect", dialect.name());
            hash.field("server", server);
            hash.field("version table", &settings.version_table);
            if setup.functions.is_some() {
                hash.field("functions", "registered");
            }
            if let Some(build) = &build {
                hash.field("steps", build);
            }
            if let Some(prelude) = &setup.prelude {
                hash.field("prelude", prelude.text());
            }
            // The fingerprint is of the names of variables.
            for (name, variable) in &settings.variables {
                hash.field("variable", &format!("{name} {variable:?}"));
            }
            for statement in &settings.session {
                hash.field("session", statement);
            }
            hash.field("fingerprint", &revision.fingerprint.to_string());
            for below in graph.needs(node) {
                hash.field("below", &keys.state[below.index()]);
            }
            let state = hash.finish().to_string();
            let effect = effects_digest(revision, dialect, graph.needs(node), &effects);
            let mut hash = Hasher::new();
            hash.field("state", &state);
            hash.field("effects", &effect);
            hash.field("static checks", settings.static_checks.word());
            hash.field("rows", &settings.test.rows.to_string());
            hash.field("seed", &settings.test.seed.to_string());
            // What does not count for the fingerprint counts for the test.
            for section in revision.sections.iter().filter(|s| !s.kind.is_step()) {
                hash.field("marker", section.marker.of(revision.file.text()));
                hash.field("section", section.body.of(revision.file.text()));
            }
            keys.state.push(state);
            effects.push(effect);
            keys.verdict.push(hash.finish().to_string());
        }
        keys
    }

    /// The name of the state with a revision and everything below it applied.
    pub(super) fn state_name(&self, node: Node) -> String {
        format!("t_{}{}", &self.state[node.index()][..20], self.template_digest)
    }
}

/// A digest of the effects that a revision and those below it state: the static schema has them, and the
/// database does not.
fn effects_digest(
    revision: &Revision,
    dialect: Dialect,
    needs: impl Iterator<Item = Node>,
    below: &[String],
) -> String {
    let mut hash = Hasher::new();
    if let Some(effect) = revision.effect(dialect) {
        hash.field("effect", effect.body.of(revision.file.text()));
    }
    needs.for_each(|node| hash.field("below", &below[node.index()]));
    hash.finish().to_string()
}

impl Cache {
    pub(super) fn at(folder: &Path) -> Self {
        Self { folder: folder.join("verdicts") }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }

    /// The verdict of a key, with the revision named as its file does now.
    pub(super) fn load(&self, key: &str, graph: &Graph, node: Option<Node>) -> Option<Verdict> {
        let text = fs::read_to_string(self.path(key)).ok()?;
        let kept: Kept = serde_json::from_str(&text).ok()?;
        let revision = node.map(|node| graph.revision(node));
        let mut notes = kept.notes;
        let findings: Vec<Finding> =
            kept.findings.into_iter().map(Found::back).collect::<Option<_>>()?;
        let has_failed = findings.iter().any(Finding::is_error);
        if has_failed {
            notes.push(again());
        }
        Some(Verdict {
            name: revision.map_or(kept.name, |r| r.id().to_string()),
            message: revision.map(|r| r.message().to_owned()).unwrap_or_default(),
            path: revision.map(|r| r.file.path().to_owned()),
            dialect: Dialect::from_name(&kept.dialect)?,
            outcome: if has_failed { Outcome::Failed } else { Outcome::Passed },
            findings,
            notes,
            duration: Duration::ZERO,
            cached: true,
        })
    }

    /// Keeps a verdict. What was skipped is not one; what cannot be written is tested again.
    pub(super) fn keep(&self, key: &str, verdict: &Verdict) {
        if verdict.outcome == Outcome::Skipped {
            return;
        }
        let kept = Kept {
            name: verdict.name.clone(),
            dialect: verdict.dialect.name().to_owned(),
            findings: verdict.findings.iter().map(Found::of).collect(),
            notes: verdict.notes.clone(),
        };
        let Ok(text) = serde_json::to_string(&kept) else { return };
        let path = self.path(key);
        let beside = path.with_extension(format!("{}.tmp", std::process::id()));
        let written = fs::create_dir_all(&self.folder)
            .and_then(|()| fs::write(&beside, text))
            .and_then(|()| fs::rename(&beside, &path));
        if written.is_err() {
            let _ = fs::remove_file(&beside);
        }
    }
}

/// A verdict as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    name: String,
    dialect: String,
    findings: Vec<Found>,
    notes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Found {
    code: String,
    is_error: bool,
    message: String,
    diff: String,
    help: Vec<String>,
}

impl Found {
    fn of(finding: &Finding) -> Self {
        Self {
            code: finding.code.as_str().to_owned(),
            is_error: finding.is_error(),
            message: finding.message.clone(),
            diff: finding.diff.clone(),
            help: finding.help.clone(),
        }
    }

    fn back(self) -> Option<Finding> {
        Some(Finding {
            code: Code::from_name(&self.code)?,
            severity: if self.is_error { Severity::Error } else { Severity::Warning },
            message: self.message,
            diff: self.diff,
            help: self.help,
        })
    }
}
