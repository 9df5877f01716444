//! Renders diagnostics like rustc: the line, a marker below it, and help.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet};
use migrate_core::diagnostic::{Diagnostic, Severity};
use migrate_core::source::Location;

use super::clean::{clean, mark_own};
use crate::cli::error::Excerpt;
use crate::cli::program::Program;

/// Renders a diagnostic with colours. The output stream strips them if necessary.
pub(super) fn diagnostic(diagnostic: &Diagnostic, program: &Program) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    // The renderer's colours are trusted, so its input must not contain escape sequences.
    let diagnostic = &cleaned(diagnostic);
    let help = diagnostic.help.iter().map(|help| program.named(help));
    let help: Vec<String> = help.map(|help| clean(&help, false)).collect();
    let mut elements: Vec<Element<'_>> = Vec::new();
    for (n, place) in diagnostic.places.iter().enumerate() {
        let kind = if n == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(columns(&place.location));
        let annotation = match place.label.as_str() {
            "" => annotation,
            label => annotation.label(label),
        };
        elements.push(
            Snippet::source(place.location.text.as_str())
                .line_start(place.location.line)
                .path(place.location.path.as_str())
                .annotation(annotation)
                .into(),
        );
    }
    elements.extend(help.iter().map(|help| Level::HELP.message(help.as_str()).into()));
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.as_str());
    let report: [Group<'_>; 1] = [title.elements(elements)];
    mark_own(&Renderer::styled().render(&report))
}

fn cleaned(diagnostic: &Diagnostic) -> Diagnostic {
    let mut diagnostic = diagnostic.clone();
    let places = diagnostic.places.iter_mut();
    let places = places.flat_map(|p| [&mut p.label, &mut p.location.path, &mut p.location.text]);
    for text in places.chain([&mut diagnostic.message]) {
        *text = clean(text, false);
    }
    diagnostic
}

/// The most lines of a statement that are shown.
const LINES: usize = 16;

/// Renders SQL that failed, below the message: its beginning, or the lines around the position that
/// the database reported.
pub(super) fn excerpt(message: &str, excerpt: &Excerpt, help: &[String]) -> String {
    let plain = |text: &str| clean(text, false);
    let offset = excerpt.offset.and_then(|offset| excerpt.sql.get(..offset));
    let offset = offset.map(|front| plain(front).len());
    let help: Vec<String> = help.iter().map(|help| plain(help)).collect();
    let message = &plain(message);
    let excerpt = &Excerpt {
        path: plain(&excerpt.path),
        sql: plain(&excerpt.sql),
        label: plain(&excerpt.label),
        ..*excerpt
    };
    let before = excerpt.sql[..offset.unwrap_or_default()].matches('\n').count();
    let skipped = before.saturating_sub(LINES / 2);
    let mut lines: Vec<&str> = excerpt.sql.lines().skip(skipped).take(LINES + 1).collect();
    if lines.len() > LINES {
        lines[LINES] = "..";
    }
    let sql = lines.join("\n");
    let hidden: usize = excerpt.sql.split_inclusive('\n').take(skipped).map(str::len).sum();
    let meant = match offset.map(|offset| offset - hidden).filter(|at| sql.is_char_boundary(*at)) {
        Some(at) => at..at + word(&sql[at..]),
        None => 0..lines.first().map_or(0, |line| line.len()),
    };
    let snippet = Snippet::source(sql.as_str())
        .line_start(excerpt.line + skipped)
        .path(excerpt.path.as_str())
        .fold(false)
        .annotation(AnnotationKind::Primary.span(meant).label(excerpt.label.as_str()));
    let title = Level::ERROR.primary_title(message).element(snippet);
    let report = [title.elements(help.iter().map(|help| Level::HELP.message(help.as_str())))];
    mark_own(&Renderer::styled().render(&report))
}

/// The length in bytes of the word at the start, at least one character.
fn word(text: &str) -> usize {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    end.max(text.chars().next().map_or(0, char::len_utf8))
}

/// The byte range of the location in its line.
fn columns(location: &Location) -> Range<usize> {
    let offset = |characters: usize| {
        location.text.char_indices().nth(characters).map_or(location.text.len(), |(at, _)| at)
    };
    let start = location.column.saturating_sub(1);
    offset(start)..offset(start + location.width)
}
