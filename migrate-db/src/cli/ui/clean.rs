//! Makes text safe for a terminal: only this program's own colours remain, other control characters
//! become visible, and passwords are hidden.
//!
//! Messages, file names and the texts of servers are untrusted. A carriage return in them would
//! overwrite the line, an escape sequence would control the terminal, and a bidirectional mark would
//! reorder the line. The sequences of [`Paint`] carry a random key, so only they pass.

use std::fmt::{self, Display};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

use clap::builder::styling::Style;

use super::secrets::hide;

/// The start of this program's own sequences, until they are printed.
static OWN: LazyLock<String> = LazyLock::new(|| {
    let key = RandomState::new().hash_one("paint");
    format!("\u{1b}[{key};")
});

/// A colour. `{style}` starts it and `{style:#}` ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint(Style);

impl Paint {
    pub(super) const fn new(style: Style) -> Self {
        Self(style)
    }

    /// The colour for text that is printed by clap.
    #[must_use]
    pub const fn ansi(self) -> Style {
        self.0
    }
}

impl Display for Paint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sequences = if f.alternate() { format!("{:#}", self.0) } else { self.0.to_string() };
        f.write_str(&mark_own(&sequences))
    }
}

/// Marks every escape sequence of a text as one of this program.
pub(super) fn mark_own(text: &str) -> String {
    text.replace("\u{1b}[", &OWN)
}

/// Returns a text as it is printed: without passwords, and [`clean`].
pub(super) fn printable(text: &str, colored: bool) -> String {
    hide(&clean(text, colored)).into_owned()
}

/// Returns a text for the terminal, with or without its colours. Each control character is replaced
/// by a visible one.
pub(super) fn clean(text: &str, colored: bool) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_control) {
        clean.push_str(&rest[..at]);
        rest = &rest[at..];
        let mark_own = rest.strip_prefix(OWN.as_str());
        if let Some((sequence, behind)) = mark_own.and_then(|after| after.split_once('m')) {
            if colored {
                clean.push_str("\u{1b}[");
                clean.push_str(sequence);
                clean.push('m');
            }
            rest = behind;
            continue;
        }
        let mut characters = rest.chars();
        clean.extend(characters.next().map(visible));
        rest = characters.as_str();
    }
    clean.push_str(rest);
    clean
}

/// Returns `true` for characters that control a terminal, except line ends and tabs.
fn is_control(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        // Marks that change the direction of what follows.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            true
        }
        '\u{2028}' | '\u{2029}' => true,
        c => c.is_control(),
    }
}

fn visible(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        _ => '\u{fffd}',
    }
}

#[cfg(test)]
mod tests {
    use clap::builder::styling::AnsiColor;

    use super::*;

    const RED: Paint = Paint::new(AnsiColor::Red.on_default());

    #[test]
    fn only_the_colours_of_this_program_pass() {
        let foreign = "a\r\u{1b}[31mb\u{1b}]0;title\u{7}\u{9b}2J\u{202e}c\u{7f}";
        let line = format!("{RED}{foreign}{RED:#}\n\té");
        let plain = "a␍␛[31mb␛]0;title␇�2J�c␡\n\té";
        assert_eq!(clean(&line, false), plain);
        let (text, end) = plain.split_once('\n').unwrap();
        assert_eq!(clean(&line, true), format!("\u{1b}[31m{text}\u{1b}[0m\n{end}"));
    }

    #[test]
    fn what_is_shown_has_as_many_characters() {
        let text = "\u{1b}[1mx\u{202e}\0";
        assert_eq!(clean(text, true).chars().count(), text.chars().count());
    }
}
