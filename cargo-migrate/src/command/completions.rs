//! `cargo migrate completions`.

use clap_complete::Shell;
use migrate_db::cli::{Exit, Ui};

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate completions bash > ~/.local/share/bash-completion/completions/cargo-migrate
  cargo migrate completions zsh > ~/.zfunc/_cargo-migrate
  cargo migrate completions fish > ~/.config/fish/completions/cargo-migrate.fish")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &Args, mut whole: clap::Command, ui: &Ui) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut whole, "cargo-migrate", &mut text);
    ui.text(&String::from_utf8_lossy(&text));
    Exit::Done
}
