//! The colours: few, and the same thing always in the same one.

use clap::builder::Styles;
use clap::builder::styling::{AnsiColor, Effects, Style};

/// A revision id.
pub const ID: Style = AnsiColor::Yellow.on_default();
/// What marks a revision: `(head)` and the like.
pub const MARK: Style = AnsiColor::Cyan.on_default();
/// What stays in the background.
pub const DIM: Style = Style::new().effects(Effects::DIMMED);
/// Done.
pub const GOOD: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
/// `error`.
pub const ERROR: Style = AnsiColor::BrightRed.on_default().effects(Effects::BOLD);
/// `warning`.
pub const WARNING: Style = AnsiColor::BrightYellow.on_default().effects(Effects::BOLD);
/// `help`.
pub const HELP: Style = AnsiColor::BrightCyan.on_default().effects(Effects::BOLD);
/// A line of a diff that is gone.
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// A line of a diff that is new.
pub const ADDED: Style = AnsiColor::Green.on_default();

/// The colours of `--help`, for a parser that mounts these commands.
#[must_use]
pub const fn help_styles() -> Styles {
    Styles::styled()
        .header(GOOD)
        .usage(GOOD)
        .literal(HELP)
        .placeholder(AnsiColor::Cyan.on_default())
        .error(ERROR)
        .valid(MARK)
        .invalid(WARNING)
}
