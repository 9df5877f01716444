//! `diff`.

use migrate_core::dialect::Dialect;
use migrate_core::loaded_schema::{Differences, LoadedSchema};
use migrate_core::schema::{difference, sql_diff};

use crate::cli::arguments::dialect;
use crate::cli::describe::Count;
use crate::cli::load::SchemaSource;
use crate::cli::schema_report::{ChangeJson, DiffJson};
use crate::cli::ui::OutputFormat;
use crate::cli::{CliError, Context, Exit};

/// The formats beside text and JSON.
pub(super) const FORMATS: &[OutputFormat] = &[OutputFormat::Sql, OutputFormat::SqlDiff];

#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "The exit code is 0 if the schemas are equal and 3 if they differ. What cannot be compared
without a database is reported on stderr and does not count.

The formats are text (words), sql-diff (the lines of SQL that differ), sql (as --sql) and json.

Examples:
  cargo migrate diff 3f2a head
  cargo migrate diff head postgres://db/app          # what differs in the database
  cargo migrate diff current database                # the same, in the configured one at its revision
  cargo migrate diff head schema.sql --sql           # statements from the head to the file"
)]
pub struct Args {
    /// A revision, a database URL, `database` for the configured one, a file of SQL, or a folder of such files
    #[arg(allow_negative_numbers = true, value_name = "A")]
    before: String,
    /// The same, for the schema to compare with
    #[arg(allow_negative_numbers = true, value_name = "B")]
    after: String,
    /// Print the statements that lead from A to B
    #[arg(long)]
    sql: bool,
    /// The database system of the SQL [default: from the database URL]
    #[arg(long, value_name = "DATABASE", value_parser = dialect)]
    dialect: Option<Dialect>,
}

impl Args {
    /// The database system that the command line names.
    pub(super) fn dialect(&self) -> Option<Dialect> {
        let of_url = Dialect::of_url(&self.before).or_else(|| Dialect::of_url(&self.after));
        of_url.or(self.dialect)
    }

    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let before = context.schema_source(&self.before).await?;
        let after = context.schema_source(&self.after).await?;
        let dialect = match (before.dialect(), after.dialect()) {
            (Some(one), Some(other)) if one != other => {
                return Err(CliError::usage(format!("A is {one} and B is {other}"))
                    .help("compare schemas of one database system"));
            }
            (Some(dialect), _) | (_, Some(dialect)) => dialect,
            _ => context.dialect(self.dialect)?,
        };
        let sources = [&before, &after];
        if sources.iter().any(|source| matches!(source, SchemaSource::Url(_))) {
            sources.iter().try_for_each(|source| context.check_values(source, dialect))?;
        }
        let before = context.load(&before, dialect).await?;
        let after = context.load(&after, dialect).await?;
        for side in [&before, &after] {
            if side.refused().has_errors() {
                return Err(side.refused().clone().into());
            }
            context.ui.warnings(&side.findings());
        }
        let found = before.differences(&after);
        self.print(context, &before, &after, &found)?;
        Ok(if found.certain.is_empty() { Exit::Done } else { Exit::No })
    }

    fn print(
        &self,
        context: &Context<'_>,
        before: &LoadedSchema,
        after: &LoadedSchema,
        found: &Differences,
    ) -> Result<(), CliError> {
        let ui = context.ui;
        let statements = || {
            let ops = before.changes(after);
            before.dialect().sql(&ops).map_err(|error| CliError::failed(error.to_string()))
        };
        for one in &found.unknown {
            ui.note(format_args!("not compared: {}", difference(one)));
        }
        match ui.output_format() {
            OutputFormat::Json => {
                let sql = if self.sql { Some(statements()?) } else { None };
                ui.exact_json(&DiffJson {
                    equal: found.certain.is_empty(),
                    changes: found.certain.iter().map(ChangeJson::of).collect(),
                    unknown: found.unknown.iter().map(ChangeJson::of).collect(),
                    sql,
                });
            }
            _ if self.sql => ui.text(&statements()?),
            OutputFormat::Sql => ui.text(&statements()?),
            OutputFormat::SqlDiff => ui.text(&sql_diff(&before.catalog(), &after.catalog())),
            _ => {
                ui.page();
                found.certain.iter().for_each(|one| ui.line(difference(one)));
            }
        }
        if found.certain.is_empty() {
            ui.note("the schemas are equal");
        } else {
            ui.note(Count(found.certain.len(), "difference"));
        }
        Ok(())
    }
}
