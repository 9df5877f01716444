//! `schema`.

use migrate_core::dialect::Dialect;
use migrate_core::loaded_schema::LoadedSchema;
use migrate_core::schema::{Name, Schema, dot, html, mermaid, svg};

use crate::cli::arguments::dialect;
use crate::cli::describe::Count;
use crate::cli::schema_report::SchemaJson;
use crate::cli::ui::OutputFormat;
use crate::cli::{CliError, Context, Exit};

/// The formats beside text and JSON.
pub(super) const FORMATS: &[OutputFormat] = &[
    OutputFormat::Sql,
    OutputFormat::Mermaid,
    OutputFormat::Dot,
    OutputFormat::Svg,
    OutputFormat::Html,
];

#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "The SQL makes the schema in an empty database. No database is needed for a revision or a file.
What is not known without a database is reported on stderr and in comments. If an object cannot be
written, the exit code is 1.

The formats are text (SQL), sql, json, mermaid, dot, svg and html. The last four draw the tables and
their foreign keys.

Examples:
  cargo migrate schema                       # at the head
  cargo migrate schema 3f2a > schema.sql
  cargo migrate schema postgres://db/app --table users
  cargo migrate schema --format mermaid
  cargo migrate schema --format html > schema.html"
)]
pub struct Args {
    /// A revision, a database URL, a file of SQL, or a folder of such files
    #[arg(allow_negative_numbers = true, value_name = "REV|URL|FILE", default_value = "heads")]
    source: String,
    /// Only this table or view; can be repeated
    #[arg(long, value_name = "NAME")]
    table: Vec<String>,
    /// The database system of the SQL [default: from the database URL]
    #[arg(long, value_name = "DATABASE", value_parser = dialect)]
    dialect: Option<Dialect>,
}

impl Args {
    /// The database system that the command line names.
    pub(super) fn dialect(&self) -> Option<Dialect> {
        Dialect::of_url(&self.source).or(self.dialect)
    }

    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let loaded = context.load_sound(&self.source, self.dialect).await?;
        let only = self.wanted(&loaded)?;
        let ui = context.ui;
        ui.warnings(&loaded.findings());
        ui.page();
        let schema = || restricted(&loaded, only.as_deref());
        if ui.output_format() == OutputFormat::Json {
            ui.exact_json(&SchemaJson::of(&loaded, &schema()));
            return Ok(Exit::Done);
        }
        let picture: Option<fn(&Schema) -> String> = match ui.output_format() {
            OutputFormat::Mermaid => Some(mermaid),
            OutputFormat::Dot => Some(dot),
            OutputFormat::Svg => Some(svg),
            OutputFormat::Html => Some(html),
            _ => None,
        };
        if let Some(picture) = picture {
            ui.text(&picture(&schema()));
            return Ok(Exit::Done);
        }
        let script = loaded.script(only.as_deref());
        ui.text(&script.sql);
        if script.unwritten.is_empty() {
            return Ok(Exit::Done);
        }
        let count = Count(script.unwritten.len(), "object");
        let error = CliError::failed(format!("{count} could not be written as SQL"));
        let error = script.unwritten.into_iter().fold(error, CliError::help);
        Err(error.help("the SQL holds a comment in their places"))
    }

    /// The names of `--table`, as they are spelled in the schema.
    fn wanted(&self, loaded: &LoadedSchema) -> Result<Option<Vec<Name>>, CliError> {
        if self.table.is_empty() {
            return Ok(None);
        }
        let schema = loaded.schema();
        let names: Vec<&Name> = schema.tables.keys().chain(schema.views.keys()).collect();
        let find = |wanted: &String| {
            let found = names.iter().find(|name| name.to_string() == *wanted);
            let found = found.or_else(|| {
                names.iter().find(|name| name.to_string().eq_ignore_ascii_case(wanted))
            });
            found.map(|name| (*name).clone()).ok_or_else(|| {
                let error = CliError::usage(format!("there is no table or view {wanted}"));
                let known = names.iter().map(ToString::to_string).collect::<Vec<_>>();
                match migrate_core::suggest::nearest(wanted, known.iter().map(String::as_str)) {
                    Some(near) => error.help(format!("did you mean `--table {near}`?")),
                    None => error,
                }
            })
        };
        self.table.iter().map(find).collect::<Result<Vec<Name>, CliError>>().map(Some)
    }
}

fn restricted(loaded: &LoadedSchema, only: Option<&[Name]>) -> Schema {
    let mut schema = loaded.schema();
    if let Some(names) = only {
        schema.retain_tables(names);
    }
    schema
}
