//! The leading comment block of a revision file.
//!
//! The header is the text before the first marker: a message, then keys. Known keys are recognised
//! on any line. In a paragraph with keys, every further line must be a key, so that a misspelt key
//! is never ignored. The module does not check whether named revisions exist.

use crate::command::{Command, Help};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::ident::{BranchLabel, Created, Malformed, RevisionId};
use crate::source::{SourceFile, Span};
use crate::suggest::nearest;

/// A name and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T> {
    /// The name.
    pub name: T,
    /// Its place in the file.
    pub span: Span,
}

/// The contents of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The revision's id.
    pub id: Named<RevisionId>,
    /// The parents: none for a base, two or more for a merge.
    pub revises: Vec<Named<RevisionId>>,
    /// Ids or labels of its dependencies.
    pub depends_on: Vec<Named<BranchLabel>>,
    /// The branch labels.
    pub labels: Vec<Named<BranchLabel>>,
    /// The revisions in whose place it stands, needs first. Each alternative is what a database may have
    /// recorded in its place; usually there is one.
    pub replaces: Vec<Vec<Named<RevisionId>>>,
    /// The time of creation.
    pub created: Option<Created>,
    /// The message.
    pub message: String,
    /// The lines between the message and the keys.
    pub description: String,
}

pub(super) const KEYS: [&str; 6] =
    ["revision", "revises", "created", "depends-on", "branch-labels", "replaces"];

/// The keys of a file: value and place, by position in [`KEYS`].
#[derive(Default)]
struct Keys<'a> {
    values: [Option<(&'a str, Span)>; 6],
}

/// Parses the lines of `span`; `None` if there is no usable id.
pub(super) fn read_header(
    file: &SourceFile,
    span: Span,
    found: &mut Diagnostics,
) -> Option<Header> {
    let mut keys = Keys::default();
    let mut prose: Vec<&str> = Vec::new();
    let mut paragraph_has_keys = false;
    for line in lines(file.text(), span) {
        let text = line.of(file.text());
        let trimmed = text.trim();
        if trimmed.is_empty() {
            paragraph_has_keys = false;
            continue;
        }
        let Some(comment) = trimmed.strip_prefix("--") else {
            found.push(
                Diagnostic::new(Code::TextOutsideSection, "there is SQL before the first marker")
                    .at(file, line)
                    .help("put it under `-- migrate:up`"),
            );
            continue;
        };
        let comment = comment.trim();
        if comment.is_empty() {
            paragraph_has_keys = false;
            if !prose.is_empty() {
                prose.push("");
            }
            continue;
        }
        paragraph_has_keys |=
            read_key(file, line, comment, paragraph_has_keys, &mut keys, &mut prose, found);
    }
    finish(file, span, &keys, &prose, found)
}

/// Parses one comment line and returns `true` if it is a key.
fn read_key<'a>(
    file: &'a SourceFile,
    line: Span,
    comment: &'a str,
    among_keys: bool,
    keys: &mut Keys<'a>,
    prose: &mut Vec<&'a str>,
    found: &mut Diagnostics,
) -> bool {
    let (name, value) = match comment.split_once(':') {
        Some((name, value)) => (name.trim_end(), value.trim()),
        None => (comment, ""),
    };
    let offset_of = |part: &str| part.as_ptr() as usize - file.text().as_ptr() as usize;
    if let Some(n) = KEYS.iter().position(|k| *k == name).filter(|_| comment.contains(':')) {
        let start = if value.is_empty() { line.end } else { offset_of(value) };
        let span = Span::new(start, start + value.len());
        if keys.values[n].is_some() {
            found.push(
                Diagnostic::new(
                    Code::DuplicateKey,
                    format!("`{name}:` occurs twice in the header"),
                )
                .at(file, line)
                .help("keep one of the two; several names go on one line, comma separated"),
            );
        } else {
            keys.values[n] = Some((value, span));
        }
        return true;
    }
    let word_like = !name.contains(char::is_whitespace) && comment.contains(':');
    let near = word_like.then(|| nearest(name, KEYS)).flatten();
    if near.is_some() || among_keys {
        found.push(
            Diagnostic::new(Code::UnknownKey, format!("`{name}` is not a key of the header"))
                .at(file, Span::new(offset_of(name), offset_of(name) + name.len()))
                .help(match near {
                    Some(near) => format!("write `-- {near}: ..`"),
                    None => format!(
                        "the keys are {}; separate other text from them by a line with only `--`",
                        KEYS.join(", ")
                    ),
                }),
        );
    } else {
        prose.push(comment);
    }
    false
}

fn finish(
    file: &SourceFile,
    span: Span,
    keys: &Keys<'_>,
    prose: &[&str],
    found: &mut Diagnostics,
) -> Option<Header> {
    let [revision, revises, created, depends_on, labels, replaces] = keys.values;
    let mut missing = Vec::new();
    for (key, value) in [("revision", revision), ("revises", revises)] {
        if value.is_none() {
            missing.push(format!("`-- {key}: ..`"));
        }
    }
    if !missing.is_empty() {
        found.push(
            Diagnostic::new(
                Code::MissingHeader,
                format!("the header has no line {}", missing.join(" and no line ")),
            )
            .at(file, Span::new(span.start, span.start))
            .help(Help::new("the file opens with `-- <message>`, `-- revision: <id>`, `-- revises: <parent, empty for a base>`; ").run(Command::New).then(" writes it")),
        );
    }
    let id = revision.and_then(|(value, at)| {
        if value.is_empty() {
            found.push(malformed(file, at, "revision id", value, &Malformed::Empty));
            return None;
        }
        name(file, value, at, "revision id", RevisionId::new, found)
    });
    let revises = names(file, revises, "revision id", RevisionId::new, found);
    let depends_on =
        names(file, depends_on, "revision id or branch label", BranchLabel::new, found);
    let labels = names(file, labels, "branch label", BranchLabel::new, found);
    let replaces = alternatives(file, replaces, found);
    let created = created.filter(|(value, _)| !value.is_empty()).and_then(|(value, at)| {
        Created::new(value)
            .map_err(|text| {
                found.push(
                    Diagnostic::new(
                        Code::MalformedDate,
                        format!("`{text}` is not a date and time"),
                    )
                    .at(file, at)
                    .help("write it as in `-- created: 2026-11-21T01:23:45Z`, or drop the line"),
                );
            })
            .ok()
    });
    let mut prose = prose.iter();
    let message = prose.next().copied().unwrap_or_default().to_owned();
    let description = prose.copied().collect::<Vec<_>>().join("\n").trim().to_owned();
    Some(Header { id: id?, revises, depends_on, labels, replaces, created, message, description })
}

/// Parses lists of ids that are separated by `|`.
fn alternatives(
    file: &SourceFile,
    value: Option<(&str, Span)>,
    found: &mut Diagnostics,
) -> Vec<Vec<Named<RevisionId>>> {
    let Some((value, at)) = value else { return Vec::new() };
    let mut start = at.start;
    let mut lists = Vec::new();
    for part in value.split('|') {
        let span = Span::new(start, start + part.len());
        start = span.end + 1;
        let list = names(file, Some((part, span)), "revision id", RevisionId::new, found);
        lists.extend(Some(list).filter(|list| !list.is_empty()));
    }
    lists
}

fn names<T>(
    file: &SourceFile,
    value: Option<(&str, Span)>,
    what: &str,
    make: impl Fn(Box<str>) -> Result<T, Malformed>,
    found: &mut Diagnostics,
) -> Vec<Named<T>> {
    let Some((value, at)) = value else { return Vec::new() };
    let mut offset = at.start;
    let mut names = Vec::new();
    for part in value.split_inclusive([',', ' ', '\t']) {
        let word = part.trim_end_matches([',', ' ', '\t']);
        if !word.is_empty() {
            let span = Span::new(offset, offset + word.len());
            names.extend(name(file, word, span, what, &make, found));
        }
        offset += part.len();
    }
    names
}

fn name<T>(
    file: &SourceFile,
    word: &str,
    span: Span,
    what: &str,
    make: impl Fn(Box<str>) -> Result<T, Malformed>,
    found: &mut Diagnostics,
) -> Option<Named<T>> {
    match make(word.into()) {
        Ok(name) => Some(Named { name, span }),
        Err(why) => {
            found.push(malformed(file, span, what, word, &why));
            None
        }
    }
}

fn malformed(file: &SourceFile, span: Span, what: &str, word: &str, why: &Malformed) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(Code::MalformedId, format!("`{word}` is not a valid {what}: {why}"))
            .at(file, span);
    match (why, what) {
        (Malformed::Reserved, "revision id") if word == "base" => {
            diagnostic.help("a revision without a parent has an empty `-- revises:`")
        }
        _ => diagnostic.help("use letters, digits, `_` and `.`; 12 hexadecimal digits are usual"),
    }
}

/// Returns the place of the value of the `revises:` line in a file on disk: from the colon to the
/// end of the line's text. The first such line is the one that [`read_header`] uses.
pub(crate) fn revises_line(raw: &str) -> Option<Span> {
    lines(raw, Span::new(0, raw.len())).find_map(|line| {
        let text = line.of(raw);
        let comment = text.trim_start_matches('\u{feff}').trim_start().strip_prefix("--")?;
        let (_, value) = comment.split_once(':').filter(|(name, _)| name.trim() == "revises")?;
        let start = line.end - value.len();

        Some(Span::new(start, start + value.trim_end().len()))
    })
}

/// Returns the lines of `span` without their line ends.
pub(super) fn lines(text: &str, span: Span) -> impl Iterator<Item = Span> + '_ {
    let mut at = span.start;
    span.of(text).split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        Span::new(start, at - usize::from(line.ends_with('\n')))
    })
}
