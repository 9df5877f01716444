//! `cargo migrate man`.

use std::path::PathBuf;

use clap_mangen::Man;
use migrate_db::cli::{CliError, Exit, Ui};

/// Print the man page, or write one for every command
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate man | man -l -
  cargo migrate man ~/.local/share/man/man1      # then: man cargo-migrate-upgrade")]
pub(crate) struct Args {
    /// Write a page per command into this folder
    dir: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, whole: clap::Command, ui: &Ui) -> Result<Exit, CliError> {
    let command = whole.name("cargo-migrate").display_name("cargo-migrate");
    let Some(dir) = &args.dir else {
        let mut page = Vec::new();
        let failed = |error| CliError::failed("the page cannot be made").because(error);
        Man::new(command).render(&mut page).map_err(failed)?;
        ui.text(&String::from_utf8_lossy(&page));
        return Ok(Exit::Done);
    };
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(command, dir))
        .map_err(|e| CliError::failed(format!("cannot write to {}", dir.display())).because(e))?;
    ui.note(format_args!("wrote a page per command to {}", dir.display()));
    Ok(Exit::Done)
}
