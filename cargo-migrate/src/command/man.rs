//! `cargo migrate man`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use clap_mangen::Man;
use migrate_core::suggest::nearest;
use migrate_db::cli::{CliError, Exit, Ui};

/// Open the man page, print it, or write one for every command
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate man                              # open the page on a terminal
  cargo migrate man upgrade                      # the page of a command
  cargo migrate man ~/.local/share/man/man1      # then: man cargo-migrate-upgrade")]
pub(crate) struct Args {
    /// The command whose page is shown, or a folder to write one page per command to
    #[arg(value_name = "COMMAND|DIR")]
    subject: Option<String>,
}

pub(crate) fn run(args: &Args, whole: clap::Command, ui: &Ui) -> Result<Exit, CliError> {
    let whole = whole.name("cargo-migrate").display_name("cargo-migrate");
    let subject = args.subject.as_deref();
    let page_of = match subject {
        Some(name) => {
            let mut built = whole.clone();
            built.build();
            built.find_subcommand(name).cloned()
        }
        None => Some(whole.clone()),
    };
    match (page_of, subject) {
        (Some(command), Some(_)) => {
            let name = format!("cargo-migrate-{}", command.get_name());
            show(command.display_name(name), ui)
        }
        (Some(command), None) => show(command, ui),
        (None, Some(name)) if !name.contains('/') && is_misspelled(&whole, name) => {
            Err(CliError::usage(format!("there is no command `{name}`"))
                .help(format!("to write the pages to a folder, pass `./{name}`")))
        }
        (None, dir) => write(whole, Path::new(dir.unwrap_or_default()), ui),
    }
}

fn is_misspelled(whole: &clap::Command, name: &str) -> bool {
    let names = whole.get_subcommands().map(clap::Command::get_name);
    !Path::new(name).is_dir() && nearest(name, names).is_some()
}

/// Opens a page on a terminal, and prints it elsewhere.
fn show(mut command: clap::Command, ui: &Ui) -> Result<Exit, CliError> {
    let mut page = Vec::new();
    let failed = |error| CliError::failed("the page cannot be made").because(error);
    Man::new(command.clone()).render(&mut page).map_err(failed)?;
    if !ui.is_terminal() {
        ui.text(&String::from_utf8_lossy(&page));
    } else if !open(&page) {
        ui.page();
        ui.text(&command.render_long_help().to_string());
    }
    Ok(Exit::Done)
}

/// Opens a page with `man`; whether there is one that could.
fn open(page: &[u8]) -> bool {
    let Ok(mut man) = Command::new("man").args(["-l", "-"]).stdin(Stdio::piped()).spawn() else {
        return false;
    };
    // A reader who leaves early closes it.
    let _ = man.stdin.take().map(|mut input| input.write_all(page));
    man.wait().is_ok_and(|status| status.success())
}

fn write(whole: clap::Command, dir: &Path, ui: &Ui) -> Result<Exit, CliError> {
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(whole, dir))
        .map_err(|e| CliError::failed(format!("cannot write to {}", dir.display())).because(e))?;
    ui.note(format_args!("wrote one page per command to {}", dir.display()));
    Ok(Exit::Done)
}
