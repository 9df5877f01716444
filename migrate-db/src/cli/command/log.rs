//! `log`.

use std::time::Duration;

use crate::cli::ui::{Format, style};
use crate::cli::{CliError, Context, Exit, report};
use crate::took::Took;

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate log
  cargo migrate log --format json")]
pub struct Args {}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let rows = context.migrator().log(context.database()?).await?;
        let ui = context.ui;
        if ui.format() == Format::Json {
            let rows: Vec<report::Logged<'_>> = rows.iter().map(report::Logged::from).collect();
            ui.json(&rows);
            return Ok(Exit::Done);
        }
        let (id, dim) = (style::ID, style::DIM);
        for row in &rows {
            let took = row.duration_ms.map(|ms| format!(" ({})", Took(Duration::from_millis(ms))));
            let detail = match row.detail.as_str() {
                "" => String::new(),
                detail => format!(": {detail}"),
            };
            ui.line(format_args!(
                "{dim}{}{dim:#}  {:<9}  {id}{}{id:#}{}{detail}  {dim}{}{dim:#}",
                row.at,
                row.event,
                row.revision,
                took.unwrap_or_default(),
                row.by
            ));
        }
        if rows.is_empty() {
            ui.note("nothing was done to this database yet");
        }
        Ok(Exit::Done)
    }
}
