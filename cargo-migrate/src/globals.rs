//! The options of every command.

use std::path::PathBuf;

use clap::Args;
use migrate_db::cli::ui::OutputArgs;
use migrate_db::cli::{ConnectArgs, VariableArgs};

/// The options of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Project")]
pub(crate) struct Globals {
    /// Migrations directory [default: from migrate.toml, else migrations]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// Database URL [default: DATABASE_URL, else .env, else migrate.toml]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
    /// Database of migrate.toml to use
    #[arg(long, global = true, value_name = "DATABASE")]
    pub(crate) name: Option<String>,
    /// Configuration file [default: migrate.toml in this directory or a parent]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Package whose migrations are used
    #[arg(short, long, global = true, value_name = "PACKAGE")]
    pub(crate) package: Option<String>,
    /// Path of the package's Cargo.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) manifest_path: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
