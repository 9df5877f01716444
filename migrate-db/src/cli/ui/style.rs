//! The colours of the output, one per kind of text.

use clap::builder::Styles;
use clap::builder::styling::{AnsiColor, Effects, Style};

pub use super::clean::Paint;

/// A revision id.
pub const ID: Paint = Paint::new(AnsiColor::Yellow.on_default());
/// A mark of a revision, such as `(head)`.
pub const MARK: Paint = Paint::new(AnsiColor::Cyan.on_default());
/// Secondary text.
pub const DIM: Paint = Paint::new(Style::new().effects(Effects::DIMMED));
/// Success.
pub const GOOD: Paint = Paint::new(AnsiColor::Green.on_default().effects(Effects::BOLD));
/// `error`.
pub const ERROR: Paint = Paint::new(AnsiColor::BrightRed.on_default().effects(Effects::BOLD));
/// `warning`.
pub const WARNING: Paint = Paint::new(AnsiColor::BrightYellow.on_default().effects(Effects::BOLD));
/// `help`.
pub const HELP: Paint = Paint::new(AnsiColor::BrightCyan.on_default().effects(Effects::BOLD));
/// A removed line of a diff.
pub const REMOVED: Paint = Paint::new(AnsiColor::Red.on_default());
/// An added line of a diff.
pub const ADDED: Paint = Paint::new(AnsiColor::Green.on_default());

/// The colours of `--help`, for a parser that mounts these commands.
#[must_use]
pub const fn help_styles() -> Styles {
    Styles::styled()
        .header(GOOD.ansi())
        .usage(GOOD.ansi())
        .literal(HELP.ansi())
        .placeholder(AnsiColor::Cyan.on_default())
        .error(ERROR.ansi())
        .valid(MARK.ansi())
        .invalid(WARNING.ansi())
}
