//! `log`.

use std::time::Duration;

use crate::cli::ui::{Format, style};
use crate::cli::{CliError, Context, Exit, report};
use crate::human_duration::HumanDuration;

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate log
  cargo migrate log -n 20                # the newest 20 entries
  cargo migrate log --format json")]
pub struct Args {
    /// Print only the newest N entries
    #[arg(short = 'n', long = "number", value_name = "N")]
    number: Option<usize>,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let mut rows = context.migrator().log(context.database()?).await?;
        rows.reverse();
        rows.truncate(self.number.unwrap_or(usize::MAX));
        let ui = context.ui;
        if ui.format() == Format::Json {
            let rows: Vec<report::Logged<'_>> = rows.iter().map(report::Logged::from).collect();
            ui.json(&rows);
            return Ok(Exit::Done);
        }
        if !rows.is_empty() {
            ui.page();
        }
        let (id, dim) = (style::ID, style::DIM);
        for row in &rows {
            let took = row
                .duration_ms
                .map(|ms| format!(" ({})", HumanDuration(Duration::from_millis(ms))));
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
            ui.note("the log of this database is empty");
        }
        Ok(Exit::Done)
    }
}
