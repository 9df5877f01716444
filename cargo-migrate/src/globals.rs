//! The options of every command, as typed.

use std::path::PathBuf;

use clap::Args;
use migrate_db::cli::ConnectArgs;
use migrate_db::cli::ui::OutputArgs;

/// The options of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Project")]
pub(crate) struct Globals {
    /// The folder of the revisions [default: what migrate.toml says, else migrations]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// The database [default: DATABASE_URL, else .env, else migrate.toml]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
    /// Which database of migrate.toml is meant
    #[arg(long, global = true, value_name = "DATABASE")]
    pub(crate) name: Option<String>,
    /// The configuration [default: migrate.toml, here or above]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The package whose migrations are meant
    #[arg(short, long, global = true, value_name = "PACKAGE")]
    pub(crate) package: Option<String>,
    /// The Cargo.toml of the package
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) manifest_path: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
