//! dbmate and goose: one file per migration, divided by comment lines.

use std::rc::Rc;

use migrate_core::diagnostic::{Code, Diagnostic};
use migrate_core::source::{SourceFile, Span};
use migrate_core::sql::split;

use super::collect::{Collector, Name};
use super::format::Format;
use super::model::ForeignFile;
use super::names;
use super::note::Note;
use super::section::Part;

/// A directive in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    /// A section begins; whether it runs in a transaction.
    Up(bool),
    Down(bool),
    /// goose: the following lines are one statement.
    StatementBegin,
    StatementEnd,
    /// goose: the whole file runs outside a transaction.
    NoTransaction,
    /// goose: variables of the environment are replaced from here on, or no longer.
    Environment(bool),
    /// goose: an unknown directive.
    Unknown,
}

/// Parses a directive of dbmate.
pub(super) fn dbmate(line: &str) -> Option<Directive> {
    let rest = line.strip_prefix("--")?.trim_start();
    let up = rest.strip_prefix("migrate:up");
    let options = up.or_else(|| rest.strip_prefix("migrate:down"))?;
    if !(options.is_empty() || options.starts_with(char::is_whitespace)) {
        return None;
    }
    let transaction = !options.split_whitespace().any(|option| option == "transaction:false");
    Some(if up.is_some() { Directive::Up(transaction) } else { Directive::Down(transaction) })
}

/// Parses a directive of goose.
pub(super) fn goose(line: &str) -> Option<Directive> {
    let words = line.strip_prefix("--")?.trim().strip_prefix("+goose")?;
    let words: Vec<String> = words.split_whitespace().map(str::to_ascii_lowercase).collect();
    Some(match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["up"] => Directive::Up(true),
        ["down"] => Directive::Down(true),
        ["statementbegin"] => Directive::StatementBegin,
        ["statementend"] => Directive::StatementEnd,
        ["no", "transaction"] => Directive::NoTransaction,
        ["envsub" | "envsubst", "on"] => Directive::Environment(true),
        ["envsub" | "envsubst", "off"] => Directive::Environment(false),
        _ => Directive::Unknown,
    })
}

pub(super) fn read(files: &[&ForeignFile], out: &mut Collector) {
    let format = out.format();
    for file in files {
        let path = file.path.as_str();
        if path.contains('/') {
            out.skip(path, format!("in a sub-directory, where {format} does not look"));
            continue;
        }
        let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
        let numbered = names::leading_digits(stem)
            .filter(|(_, rest)| format == Format::Dbmate || rest.starts_with('_'));
        let language = names::code_language(path);
        match (numbered.filter(|_| language.is_none() || !stem.ends_with("_test")), language) {
            (Some((version, words)), Some(language)) => {
                out.code(Name::new(path, stem, version, words), language);
            }
            (None, Some(language)) => {
                out.skip(path, format!("{language} code that is no migration"));
            }
            (_, None) if extension != "sql" => out.skip(path, "not a .sql file"),
            (None, None) => out.skip(path, "the name does not begin with a version"),
            (Some((version, words)), None) => {
                let source = out.source(file);
                let mut cut = Cut::new(source);
                cut.lines(if format == Format::Dbmate { dbmate } else { goose });
                let (up, down) = cut.parts(format, out);
                out.up(Name::new(path, stem, version, words), up, down, cut.notes);
            }
        }
    }
}

/// A file that is cut into its sections.
struct Cut {
    source: Rc<SourceFile>,
    /// What stands before the first section.
    preamble: Vec<Span>,
    ups: Vec<Block>,
    downs: Vec<Block>,
    no_transaction: bool,
    notes: Vec<Note>,
    /// Errors with their lines.
    faults: Vec<(Span, &'static str)>,
}

/// One section, in pieces between the lines that are directives.
struct Block {
    transaction: bool,
    spans: Vec<Span>,
}

impl Cut {
    fn new(source: Rc<SourceFile>) -> Self {
        Self {
            source,
            preamble: Vec::new(),
            ups: Vec::new(),
            downs: Vec::new(),
            no_transaction: false,
            notes: Vec::new(),
            faults: Vec::new(),
        }
    }

    fn lines(&mut self, directive: fn(&str) -> Option<Directive>) {
        let source = Rc::clone(&self.source);
        // The section that is open: none, an up, or a down.
        let mut inside: Option<bool> = None;
        let mut statement: Option<Span> = None;
        let (mut start, mut at) = (0, 0);
        for text in source.text().split_inclusive('\n') {
            let line = Span::new(at, at + text.trim_end().len());
            at += text.len();
            let Some(directive) = directive(text) else { continue };
            self.piece(inside, Span::new(start, line.start));
            start = at;
            match directive {
                Directive::Up(transaction) => {
                    inside = Some(true);
                    self.ups.push(Block { transaction, spans: Vec::new() });
                }
                Directive::Down(transaction) => {
                    if self.ups.is_empty() {
                        self.faults.push((line, "a way down stands before the way up"));
                    }
                    inside = Some(false);
                    self.downs.push(Block { transaction, spans: Vec::new() });
                }
                Directive::StatementBegin if statement.is_none() => statement = Some(line),
                Directive::StatementEnd if statement.is_some() => statement = None,
                Directive::StatementBegin | Directive::StatementEnd => {
                    self.faults.push((line, "StatementBegin and StatementEnd do not alternate"));
                }
                Directive::NoTransaction => self.no_transaction = true,
                Directive::Environment(true) => self.notes.push(Note {
                    path: source.path().to_owned(),
                    line: Some(source.locate(line).line),
                    text: "has variables `${..}`, which goose took from the environment and nobody does now"
                        .to_owned(),
                }),
                Directive::Environment(false) => {}
                Directive::Unknown => self.faults.push((line, "goose knows no such annotation")),
            }
        }
        self.piece(inside, Span::new(start, source.text().len()));
        if let Some(line) = statement {
            self.faults.push((line, "this StatementBegin has no StatementEnd"));
        }
    }

    fn piece(&mut self, inside: Option<bool>, span: Span) {
        let spans = match inside {
            None => &mut self.preamble,
            Some(true) => self.ups.last_mut().map_or(&mut self.preamble, |b| &mut b.spans),
            Some(false) => self.downs.last_mut().map_or(&mut self.preamble, |b| &mut b.spans),
        };
        spans.push(span);
    }

    /// The two directions. Of several sections in one direction (dbmate) the downs run backwards;
    /// comments before the first section stay with the up.
    fn parts(&mut self, format: Format, out: &mut Collector) -> (Part, Option<Part>) {
        let text = self.source.text();
        let lex_rules = out.dialect().lex_rules();
        let early = self.preamble.iter().find_map(|span| {
            let (statements, _) = split(&self.source, *span, lex_rules);
            statements.first().map(|statement| statement.span)
        });
        match early {
            Some(span) if self.ups.is_empty() => {
                self.faults.push((span, "SQL without a marker that says which way it goes"));
            }
            Some(span) => self.faults.push((span, "SQL before the first marker")),
            None => {}
        }
        if format == Format::Goose && self.ups.len().max(self.downs.len()) > 1 {
            self.faults.push((Span::default(), "goose wants one Up and one Down at most"));
        }
        for (span, what) in self.faults.drain(..) {
            let problem = Diagnostic::new(Code::ImportMarkers, what).at(&self.source, span);
            out.problem(problem.help(match format {
                Format::Goose => "a goose file is `-- +goose Up`, SQL, `-- +goose Down`, SQL",
                _ => "a dbmate file is `-- migrate:up`, SQL, `-- migrate:down`, SQL",
            }));
        }
        let part = |first: &[Span], blocks: &[&Block]| Part {
            source: Rc::clone(&self.source),
            spans: first.iter().chain(blocks.iter().flat_map(|b| &b.spans)).copied().collect(),
            transaction: !self.no_transaction && blocks.iter().all(|b| b.transaction),
        };
        let preamble: Vec<Span> =
            self.preamble.iter().filter(|s| !s.of(text).trim().is_empty()).copied().collect();
        let ups: Vec<&Block> = self.ups.iter().collect();
        let downs: Vec<&Block> = self.downs.iter().rev().collect();
        (part(&preamble, &ups), (!downs.is_empty()).then(|| part(&[], &downs)))
    }
}
