//! `models`.

use migrate_core::dialect::Dialect;
use migrate_core::schema::Name;
use migrate_core::suggest::nearest;

use crate::cli::arguments::dialect;
use crate::cli::{CliError, Context, Exit};

#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "The structs derive `migrate_db::Table` and `sqlx::FromRow`. They state everything that attributes can
state; the rest stays with the history, and a comment names it. No database is needed for a revision or a file.

Examples:
  cargo migrate models > src/models.rs       # all tables at the head
  cargo migrate models users posts
  cargo migrate models --from database       # the one of DATABASE_URL or migrate.toml
  cargo migrate models --from postgres://db/app
  cargo migrate models --from schema.sql --dialect sqlite"
)]
pub struct Args {
    /// The tables [default: all]
    #[arg(value_name = "TABLE")]
    tables: Vec<String>,
    /// A revision, `database` for the configured one, a database URL, a file of SQL, or a folder of such files
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "REV|database|URL|FILE",
        default_value = "heads"
    )]
    from: String,
    /// The database system of the SQL [default: from the database URL]
    #[arg(long, value_name = "DATABASE", value_parser = dialect)]
    dialect: Option<Dialect>,
}

impl Args {
    /// The database system that the command line names.
    pub(super) fn dialect(&self) -> Option<Dialect> {
        Dialect::of_url(&self.from).or(self.dialect)
    }

    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let loaded = context.load_sound(&self.from, self.dialect).await?;
        let schema = loaded.schema();
        let known: Vec<&Name> = schema.tables.keys().collect();
        let tables = if self.tables.is_empty() {
            known.into_iter().cloned().collect()
        } else {
            let wanted = self.tables.iter().map(|wanted| find(&known, wanted));
            wanted.collect::<Result<Vec<Name>, CliError>>()?
        };
        if tables.is_empty() {
            return Err(CliError::failed(format!("there is no table in {}", self.from)));
        }
        context.ui.warnings(&loaded.findings());
        context.ui.text(&migrate_models::print(&schema, loaded.dialect(), &tables));
        Ok(Exit::Done)
    }
}

/// A table as it is spelled in the schema.
fn find(known: &[&Name], wanted: &str) -> Result<Name, CliError> {
    let exact = known.iter().find(|name| name.to_string() == wanted);
    let found =
        exact.or_else(|| known.iter().find(|name| name.to_string().eq_ignore_ascii_case(wanted)));
    found.map(|name| (*name).clone()).ok_or_else(|| {
        let error = CliError::usage(format!("there is no table {wanted}"));
        let names: Vec<String> = known.iter().map(ToString::to_string).collect();
        match nearest(wanted, names.iter().map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        }
    })
}
