//! Parses a file into a [`Revision`] and collects all mistakes.

use super::batch::check_batch;
use super::header::{lines, read_header};
use super::section::{PREFIX, Section, SectionKind, read_marker};
use super::{Revision, Splits, hash_of};
use crate::command::{Command, Help};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::dialect::Dialect;
use crate::source::{SourceFile, Span};
use crate::sql::{Hasher, controls_transaction, has_form, is_plain, scan};

impl Revision {
    /// Parses a revision file. `dialects` are the databases of the project, in the order of
    /// [`Dialect::ALL`]; sections that name no database are checked by the rules of each.
    ///
    /// The result has a revision whenever the header has a usable id, also if there are errors, so
    /// that the graph can be checked. It must not be run unless the diagnostics contain no error.
    ///
    /// ```
    /// use migrate_core::{dialect::Dialect, revision::Revision, source::SourceFile};
    /// let text = "-- Users\n--\n-- revision: a1\n-- revises:\n\n\
    ///             -- migrate:up\nCREATE TABLE users (id INT);\n\n-- migrate:down\nDROP TABLE users;\n";
    /// let (revision, found) = Revision::parse(SourceFile::new("a1.sql", text), &[Dialect::Sqlite]);
    /// assert!(found.is_empty());
    /// assert_eq!(revision.unwrap().message(), "Users");
    /// ```
    #[must_use]
    pub fn parse(file: SourceFile, dialects: &[Dialect]) -> (Option<Self>, Diagnostics) {
        let mut found = Diagnostics::new();
        found.append(check_nul(&file));
        let (header_span, mut sections) = sections(&file, &mut found);
        let header = read_header(&file, header_span, &mut found);
        let is_merge = header.as_ref().is_some_and(|h| h.revises.len() > 1);
        check_twins(&file, &sections, SectionKind::is_down, &mut found);
        let mut hash = header.as_ref().map(hash_of);
        check_bodies(&file, &mut sections, is_merge, dialects, hash.as_mut(), &mut found);
        if !is_merge {
            check_ways(&file, &sections, dialects, &mut found);
        }
        let revision = header.zip(hash).map(|(header, hash)| Self {
            header,
            sections,
            file,
            fingerprint: hash.finish(),
            unset_variables: Vec::new(),
            quoted_for: None,
        });
        (revision, found)
    }
}

/// Databases that use C strings end the text at a NUL byte, also inside a comment: the rest, a
/// WHERE for example, would be lost.
fn check_nul(file: &SourceFile) -> Diagnostics {
    let Some(at) = file.text().find('\0') else {
        return Diagnostics::new();
    };
    Diagnostic::new(Code::NulByte, "the file contains a NUL byte, at which databases end the text")
        .at(file, Span::new(at, at + 1))
        .help("remove the byte; a value that needs one is written by a function of the database, as `char(0)` or `X'00'`")
        .into()
}

/// Returns the span of the header and the sections, in file order.
pub(super) fn sections(file: &SourceFile, found: &mut Diagnostics) -> (Span, Vec<Section>) {
    let text = file.text();
    let mut header_end = text.len();
    // Usually an up and a down.
    let mut sections: Vec<Section> = Vec::with_capacity(2);
    let mut open = false;
    for line in lines(text, Span::new(0, text.len())) {
        let content = line.of(text);
        if !content.starts_with(PREFIX) {
            if let Some(near) = marker_like(content) {
                found.push(
                    Diagnostic::new(
                        Code::UnknownMarker,
                        "this looks like a marker, but is not one",
                    )
                    .at(file, line)
                    .help(format!("a marker starts its line and is written as `{near}`")),
                );
            }
            continue;
        }
        header_end = header_end.min(line.start);
        if let Some(last) = sections.last_mut().filter(|_| open) {
            last.body.end = line.start;
        }
        open = false;
        if let Some(mut section) = read_marker(file, line, found) {
            let start = (line.end + 1).min(text.len());
            section.body =
                Span::new(start, if section.kind.has_body() { text.len() } else { start });
            open = section.kind.has_body();
            sections.push(section);
        }
    }
    (Span::new(0, header_end), sections)
}

/// Recognises lines that look like a marker: `--migrate:up`, `-- Migrate:up`, ` -- migrate: up`.
fn marker_like(line: &str) -> Option<String> {
    // Most lines are excluded quickly.
    if !line.contains("--") {
        return None;
    }
    let rest = line.trim_start().strip_prefix("--")?.trim_start();
    let rest = match rest.get(..8) {
        Some(start) if start.eq_ignore_ascii_case("migrate:") => rest[8..].trim(),
        _ => return None,
    };
    Some(format!("{PREFIX}{}", rest.to_lowercase()))
}

/// Splits the sections into statements and adds those that count to the fingerprint.
fn check_bodies(
    file: &SourceFile,
    sections: &mut [Section],
    is_merge: bool,
    dialects: &[Dialect],
    mut hash: Option<&mut Hasher>,
    found: &mut Diagnostics,
) {
    for n in 0..sections.len() {
        let section = &sections[n];
        let mut readings = hash.as_deref_mut().filter(|_| section.kind.counts()).map(|hash| {
            section.hash_into(hash);
            hash.readings()
        });
        if !section.kind.has_body() {
            // The text after a one-line marker belongs to no section.
            let end = sections.get(n + 1).map_or(file.text().len(), |next| next.marker.start);
            if let Some(line) = stray_line(file, Span::new(section.body.start, end)) {
                found.push(
                    Diagnostic::new(
                        Code::TextOutsideSection,
                        format!(
                            "there is SQL under `-- migrate:{}`, which takes none",
                            section.kind.word()
                        ),
                    )
                    .at(file, line)
                    .help("put it under `-- migrate:up` or `-- migrate:down`"),
                );
            }
            continue;
        }
        let readers = section.readers(dialects);
        let mut splits = Splits::default();
        let mut told = Diagnostics::new();
        let mut readable = false;
        let plain = readers.len() > 1 && is_plain(file.text(), section.body);
        for dialect in readers {
            if plain && splits.add_as_first(*dialect) {
                continue;
            }
            let (statements, mut wrong) =
                scan(file, section.body, dialect.lex_rules(), readings.as_mut());
            if matches!(section.kind, SectionKind::Up | SectionKind::Down) {
                let statements: Vec<Span> = statements.iter().map(|s| s.span).collect();
                wrong.append(match section.transaction {
                    true => check_control(file, &statements, *dialect),
                    false => check_end(file, &statements, *dialect),
                });
                if !wrong.has_errors() && section.function.is_none() {
                    wrong.append(check_batch(file, section, &statements, *dialect));
                }
            }
            readable |= !wrong.has_errors();
            splits.add(*dialect, statements.into_iter().map(|s| s.span).collect());
            // One mistake, one message: the findings for a second database are the same.
            if told.is_empty() {
                told.append(wrong);
            }
        }
        // If no databases are configured, text that one of them accepts is right.
        if readable && readers.len() == Dialect::ALL.len() {
            told = Diagnostics::new();
        }
        if let Some(wrong) = check_function(file, section, &splits) {
            told.push(wrong);
        }
        let holds_statements =
            told.has_errors() || !splits.hold_nothing() || section.function.is_some();
        found.append(told);
        if section.kind == SectionKind::Down && !holds_statements && !is_merge {
            found.push(
                Diagnostic::new(Code::EmptyDown, "the down section contains no statement and no reason")
                    .at(file, section.marker)
                    .help(Help::new("write the statements that undo the up, or have ").run(Command::Derive).then(" write them"))
                    .help("or write `-- migrate:irreversible <reason>` or `-- migrate:noop <reason>` in its place"),
            );
        }
        sections[n].statements = splits;
    }
}

/// Reports a section in Rust that also has SQL, or options that only SQL has.
fn check_function(file: &SourceFile, section: &Section, splits: &Splits) -> Option<Diagnostic> {
    let function = section.function.as_ref()?;
    let (problem, help) = if !splits.hold_nothing() {
        (
            format!("the section has SQL beside the Rust function `{function}`"),
            "move the SQL into a revision of its own, or into the function",
        )
    } else if !section.transaction {
        let what = if section.batch.is_some() { "batch" } else { "step" };
        (
            format!("the Rust function `{function}` runs in the transaction of its {what}"),
            "drop `transaction:false`",
        )
    } else {
        return None;
    };
    Some(Diagnostic::new(Code::RustSection, problem).at(file, section.marker).help(help))
}

/// Checks that every database has an up, and a down or a reason for its absence.
fn check_ways(
    file: &SourceFile,
    sections: &[Section],
    dialects: &[Dialect],
    found: &mut Diagnostics,
) {
    let end = Span::new(file.text().len(), file.text().len());
    let served = |wanted: &dyn Fn(SectionKind) -> bool| -> Vec<&'static str> {
        let unserved = |d: &&Dialect| !sections.iter().any(|s| wanted(s.kind) && s.serves(**d));
        dialects.iter().filter(unserved).map(|d| d.name()).collect()
    };
    let for_whom = |missing: &[&str]| {
        if missing.len() == dialects.len() {
            String::new()
        } else {
            format!(" for {}", missing.join(", "))
        }
    };
    let missing = served(&|kind| kind == SectionKind::Up);
    if !missing.is_empty() {
        found.push(
            Diagnostic::new(
                Code::MissingUp,
                format!("there is no `-- migrate:up` section{}", for_whom(&missing)),
            )
            .at(file, end)
            .help("add a line `-- migrate:up` and the statements under it"),
        );
    }
    let missing = served(&SectionKind::is_down);
    if !missing.is_empty() {
        found.push(
            Diagnostic::new(
                Code::MissingDown,
                format!("there is no down section{}", for_whom(&missing)),
            )
            .at(file, end)
            .help(
                Help::new("add `-- migrate:down` and the statements that undo the up: ")
                    .run(Command::Derive)
                    .then(" writes them"),
            )
            .help("or `-- migrate:irreversible <reason>` or `-- migrate:noop <reason>`"),
        );
    }
}

/// Reports statements that control transactions in a section that runs in a transaction.
fn check_control(file: &SourceFile, statements: &[Span], dialect: Dialect) -> Diagnostics {
    let sql = |span: &&Span| span.of(file.text());
    let controls = |span: &&Span| controls_transaction(sql(span), dialect.lex_rules());
    let control = statements.iter().find(controls);
    let lock = statements.iter().find(|span| locks(sql(span), dialect));
    match (control, lock) {
        (Some(control), _) => transaction_control(file, *control, dialect).into(),
        (None, Some(lock)) => table_locks(file, *lock).into(),
        (None, None) => Diagnostics::new(),
    }
}

/// Reports transactions that a section outside of a transaction does not end.
fn check_end(file: &SourceFile, statements: &[Span], dialect: Dialect) -> Diagnostics {
    let (mut open, mut opened_by) = (None, None);
    for span in statements {
        open = dialect.transaction_after(open, span.of(file.text()));
        opened_by = open.is_some().then(|| opened_by.unwrap_or(*span));
    }
    match opened_by {
        Some(span) => open_transaction(file, span).into(),
        None => Diagnostics::new(),
    }
}

fn open_transaction(file: &SourceFile, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::TransactionControl,
        "this statement opens a transaction or takes a lock that the section does not end",
    )
    .at(file, span)
    .help("end it in the same section: COMMIT, ROLLBACK, RELEASE or UNLOCK TABLES")
}

/// Returns `true` if a statement locks tables until the next transaction begins, which is that of
/// the next statement.
fn locks(sql: &str, dialect: Dialect) -> bool {
    let forms = ["LOCK TABLES", "LOCK TABLE", "FLUSH TABLES .. WITH READ LOCK"];
    !dialect.capabilities().transactional_ddl
        && forms.iter().any(|form| has_form(sql, form, dialect.lex_rules()))
}

fn table_locks(file: &SourceFile, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::TransactionControl,
        "these locks have no effect: each statement of the section runs in its own transaction, which releases them when it begins",
    )
    .at(file, span)
    .help("remove it and the UNLOCK TABLES below: only one runner migrates at a time")
    .help("or write `transaction:false` after the marker: the locks are then held until UNLOCK TABLES")
}

fn transaction_control(file: &SourceFile, span: Span, dialect: Dialect) -> Diagnostic {
    if !dialect.capabilities().transactional_ddl {
        return Diagnostic::new(
            Code::TransactionControl,
            format!("this statement controls a transaction, but {dialect} commits each statement of the section together with its progress"),
        )
        .at(file, span)
        .help("remove it: DDL commits implicitly, and every other statement runs in its own transaction")
        .help("or write `transaction:false` after the marker: the section then controls its own transactions");
    }
    Diagnostic::new(
        Code::TransactionControl,
        "this statement controls a transaction, but the section already runs in one",
    )
    .at(file, span)
    .help("remove it: the section and its version row are committed together")
    .help("or write `transaction:false` after the marker: the statements then run one by one")
}

/// Reports two sections for one database, and a down together with a reason for its absence.
fn check_twins(
    file: &SourceFile,
    sections: &[Section],
    is_down: impl Fn(SectionKind) -> bool,
    found: &mut Diagnostics,
) {
    let single = |kind| kind == SectionKind::Up || is_down(kind);
    for (n, section) in sections.iter().enumerate() {
        let twin = sections[..n].iter().find(|earlier| {
            let same_kind =
                earlier.kind == section.kind || (is_down(earlier.kind) && is_down(section.kind));
            let same_database = earlier.dialects.is_empty() && section.dialects.is_empty()
                || earlier.dialects.iter().any(|d| section.dialects.contains(d));
            single(section.kind) && same_kind && same_database
        });
        let Some(twin) = twin else { continue };
        let word = section.kind.word();
        let diagnostic = if twin.kind == section.kind {
            Diagnostic::new(
                Code::DuplicateSection,
                format!("there is a second `-- migrate:{word}`"),
            )
            .labelled(file, section.marker, "the second")
            .labelled(file, twin.marker, "the first")
            .help("join the two, or give each its database: `dialect:sqlite`, `dialect:postgres`")
        } else {
            Diagnostic::new(
                Code::ContradictoryDown,
                format!("`-- migrate:{word}` contradicts `-- migrate:{}`", twin.kind.word()),
            )
            .labelled(file, section.marker, "this one")
            .labelled(file, twin.marker, "and this one")
            .help("keep one of the two")
        };
        found.push(diagnostic);
    }
}

fn stray_line(file: &SourceFile, span: Span) -> Option<Span> {
    lines(file.text(), span).find(|line| {
        let text = line.of(file.text()).trim();
        !text.is_empty() && !text.starts_with("--")
    })
}
