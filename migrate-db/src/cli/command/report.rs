//! `report`.

use std::fs;
use std::path::PathBuf;

use migrate_core::dialect::Dialect;
use migrate_core::lint::{self, LintSettings};
use migrate_core::report::Report;
use migrate_core::static_check;
use serde::Serialize;

use crate::cli::arguments::dialect;
use crate::cli::ui::Format;
use crate::cli::{CliError, Context, Exit};

/// The name of the page in the folder.
const FILE: &str = "index.html";

#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "The page holds the graph, what each revision changes as SQL and in words, the schema at every
revision, and the findings of check and lint. It loads nothing, and can be read with the keyboard and
printed. With a database, it shows which revisions are applied.

Examples:
  cargo migrate report --out report
  cargo migrate report --out report --dialect postgres"
)]
pub struct Args {
    /// The folder, which is created; the page is its index.html
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The database system whose SQL is shown [default: from the database URL]
    #[arg(long, value_name = "DATABASE", value_parser = dialect)]
    dialect: Option<Dialect>,
}

#[derive(Serialize)]
struct Json<'a> {
    path: &'a str,
    bytes: usize,
    revisions: usize,
    findings: usize,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let graph = context.well_formed()?;
        let dialect = context.dialect(self.dialect)?;
        let status = context.status_if_known().await;
        let settings = LintSettings {
            has_lock_timeout: context.options.lock_timeout.is_some(),
            ..context.lint.clone()
        };
        let mut findings = context.found.clone();
        findings.append(context.history.check(context.heads));
        if !findings.has_errors() {
            findings.append(static_check::check(
                context.history,
                context.static_checks,
                Some(dialect),
            ));
            let all = graph.set(graph.order());
            findings.append(lint::lint(context.history, &settings, &[dialect], &all));
        }
        let applied = status.as_ref().map(|status| &status.applied);
        let report = Report { history: context.history, dialect, applied, findings: &findings };
        let page = report.page();
        let path = self.out.join(FILE);
        let shown = path.display().to_string();
        fs::create_dir_all(&self.out).and_then(|()| fs::write(&path, &page)).map_err(|error| {
            CliError::failed(format!("{shown} cannot be written")).because(error)
        })?;
        let ui = context.ui;
        match ui.format() {
            Format::Text => ui.line(&shown),
            Format::Json => ui.json(&Json {
                path: &shown,
                bytes: page.len(),
                revisions: graph.len(),
                findings: findings.len(),
            }),
        }
        Ok(Exit::Done)
    }
}
