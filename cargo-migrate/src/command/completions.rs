//! `cargo migrate completions`.

use clap_complete::Shell;
use migrate_db::cli::{Exit, Ui};

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  source <(cargo migrate completions bash)       # in ~/.bashrc
  cargo migrate completions zsh > ~/.zfunc/_cargo-migrate
  cargo migrate completions fish > ~/.config/fish/completions/cargo-migrate.fish

The completions of bash, zsh and fish also work for `cargo migrate`, and complete the revisions,
labels and databases of the project.")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &Args, mut whole: clap::Command, ui: &Ui) -> Exit {
    let script = match args.shell {
        Shell::Bash => include_str!("completions/cargo-migrate.bash"),
        Shell::Zsh => include_str!("completions/cargo-migrate.zsh"),
        Shell::Fish => include_str!("completions/cargo-migrate.fish"),
        shell => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut whole, "cargo-migrate", &mut text);
            ui.text(&String::from_utf8_lossy(&text));
            return Exit::Done;
        }
    };
    ui.text(script);
    Exit::Done
}
