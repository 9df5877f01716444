//! The encoder. `read` mirrors it function by function.
//!
//! Numbers are little-endian base 128. A string that occurs in the file's text is stored as its
//! position.

use std::time::Duration;

use crate::config::{Locking, Settings, TestSettings, UnknownDowns};
use crate::dialect::Dialect;
use crate::graph::Graph;
use crate::history::Heads;
use crate::lock::{Lock, OpenReason};
use crate::revision::{Batch, BatchKey, Header, Named, Revision, Section, SectionKind, Split};
use crate::script::Transactions;
use crate::source::Span;
use crate::variables::VariableKind;

#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    pub(super) fn size(&mut self, size: usize) {
        self.number(size as u64);
    }

    fn flags(&mut self, flags: &[bool]) {
        self.number(flags.iter().rev().fold(0, |bits, flag| bits << 1 | u64::from(*flag)));
    }

    fn span(&mut self, span: Span) {
        self.size(span.start);
        self.size(span.end.saturating_sub(span.start));
    }

    pub(super) fn inline(&mut self, text: &str) {
        self.size(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Writes a string that probably occurs in a part of the file's text.
    fn string(&mut self, string: &str, text: &str, within: Span) {
        match within.of(text).find(string) {
            Some(at) => {
                self.size(string.len() << 1);
                if !string.is_empty() {
                    self.size(within.start + at);
                }
            }
            None => {
                self.size(string.len() << 1 | 1);
                self.bytes.extend_from_slice(string.as_bytes());
            }
        }
    }

    pub(super) fn dialects(&mut self, dialects: &[Dialect]) {
        self.size(dialects.len());
        for dialect in dialects {
            self.dialect(*dialect);
        }
    }

    fn dialect(&mut self, dialect: Dialect) {
        self.size(Dialect::ALL.iter().position(|d| *d == dialect).unwrap_or_default());
    }

    fn durations<const N: usize>(&mut self, durations: [Option<Duration>; N]) {
        self.flags(&durations.map(|duration| duration.is_some()));
        for duration in durations.into_iter().flatten() {
            self.number(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
        }
    }

    pub(super) fn settings(&mut self, settings: &Settings) {
        self.inline(&settings.dir);
        self.dialects(&settings.dialects);
        self.inline(&settings.version_table);
        self.flags(&[
            settings.heads == Heads::Many,
            settings.transaction.is_some(),
            settings.transaction == Some(Transactions::All),
        ]);
        self.size(Locking::ALL.iter().position(|l| *l == settings.lock).unwrap_or_default());
        self.durations([
            settings.lock_wait,
            settings.connect_timeout,
            settings.lock_timeout,
            settings.statement_timeout,
            settings.wait_for_replicas,
        ]);
        let unknown = UnknownDowns::ALL.iter().position(|u| *u == settings.unknown_downs);
        self.size(unknown.unwrap_or_default());
        self.size(settings.session.len());
        for statement in &settings.session {
            self.inline(statement);
        }
        self.size(settings.variables.len());
        for (name, variable) in &settings.variables {
            self.inline(name);
            let kind = VariableKind::ALL.iter().position(|kind| *kind == variable.kind);
            self.size(kind.unwrap_or_default());
            self.flags(&[variable.default.is_some()]);
            variable.default.iter().for_each(|default| self.inline(default));
        }
        self.test_settings(&settings.test);
    }

    fn test_settings(&mut self, settings: &TestSettings) {
        self.dialects(&settings.dialects);
        self.size(settings.images.len());
        for (dialect, image) in &settings.images {
            self.dialect(*dialect);
            self.inline(image);
        }
        self.number(settings.rows.into());
        self.number(settings.seed);
        self.number(u64::try_from(settings.time_limit.as_millis()).unwrap_or(u64::MAX));
        self.flags(&[settings.prelude.is_some()]);
        settings.prelude.iter().for_each(|prelude| self.inline(prelude));
    }

    pub(super) fn revision(&mut self, revision: &Revision) {
        let text = revision.file.text();
        self.inline(revision.file.path());
        self.size(text.len());
        self.body(revision, text);
    }

    /// Writes a revision with the text of its header, without the path and the rest of the text.
    pub(super) fn front(&mut self, revision: &Revision) {
        let text = revision.file.text();
        let end = revision.sections.first().map_or(text.len(), |section| section.marker.start);
        let front = text.get(..end).unwrap_or_default();
        self.inline(front);
        self.body(revision, front);
    }

    /// Writes the part after the text, of which the given length will be available to the decoder.
    fn body(&mut self, revision: &Revision, text: &str) {
        self.bytes.extend_from_slice(revision.fingerprint.as_bytes());
        let end = revision.sections.first().map_or(text.len(), |section| section.marker.start);
        self.header(&revision.header, text, Span::new(0, end));
        self.size(revision.sections.len());
        for section in &revision.sections {
            self.section(section, text);
        }
    }

    fn header(&mut self, header: &Header, text: &str, within: Span) {
        self.span(header.id.span);
        self.names(&header.revises);
        self.names(&header.depends_on);
        self.names(&header.labels);
        self.size(header.replaces.len());
        for list in &header.replaces {
            self.names(list);
        }
        let created = header.created.as_ref().map_or("", |created| created.as_str());
        self.string(created, text, within);
        self.string(&header.message, text, within);
        self.string(&header.description, text, within);
    }

    /// The spans of names give their positions in the text.
    fn names<T>(&mut self, names: &[Named<T>]) {
        self.size(names.len());
        for name in names {
            self.span(name.span);
        }
    }

    fn section(&mut self, section: &Section, text: &str) {
        self.size(SectionKind::ALL.iter().position(|k| *k == section.kind).unwrap_or_default());
        self.flags(&[
            section.transaction,
            section.foreign_keys,
            section.batch.is_some(),
            section.function.is_some(),
        ]);
        self.durations([section.lock_timeout, section.statement_timeout]);
        self.span(section.marker);
        self.span(section.body);
        self.dialects(&section.dialects);
        self.string(&section.reason, text, section.marker);
        if let Some(Batch { size, pause, rounds, key }) = &section.batch {
            self.number(*size);
            self.durations([Some(*pause)]);
            self.number(rounds.unwrap_or_default());
            let key = key.as_ref().map_or("", BatchKey::written);
            self.string(key, text, section.marker);
        }
        if let Some(function) = &section.function {
            self.string(function, text, section.marker);
        }
        self.size(section.statements.as_slice().len());
        for Split { readers, statements } in section.statements.as_slice() {
            self.number(u64::from(*readers));
            self.size(statements.len());
            let mut at = section.body.start;
            for span in statements {
                self.size(span.start.saturating_sub(at));
                self.size(span.end.saturating_sub(span.start));
                at = span.end;
            }
        }
    }

    pub(super) fn lock(&mut self, lock: Option<&Lock>, graph: &Graph) {
        let Some(lock) = lock else { return self.flags(&[false, false]) };
        self.flags(&[true, lock.conflict]);
        self.dialects(&lock.dialects);
        self.size(lock.heads.len());
        for head in &lock.heads {
            self.inline(head);
        }
        self.size(lock.fingerprints.len());
        for (id, fingerprint) in &lock.fingerprints {
            // A head may have changed since, and other revisions too if there is an error.
            let node = graph.node(id);
            let known = node.filter(|n| graph.revision(*n).fingerprint == *fingerprint);
            self.size(node.map_or(0, |n| n.index() + 1));
            self.flags(&[known.is_some()]);
            if node.is_none() {
                self.inline(id);
            }
            if known.is_none() {
                self.bytes.extend_from_slice(fingerprint.as_bytes());
            }
        }
        self.size(lock.open.len());
        for (id, reason) in &lock.open {
            self.inline(id);
            self.size(OpenReason::ALL.iter().position(|r| r == reason).unwrap_or_default());
        }
        self.size(lock.replaced.len());
        for (id, fingerprint) in &lock.replaced {
            self.inline(id);
            self.bytes.extend_from_slice(fingerprint.as_bytes());
        }
        self.size(lock.accepted.len());
        for (id, earlier) in &lock.accepted {
            self.inline(id);
            self.size(earlier.len());
            for (fingerprint, because) in earlier {
                self.bytes.extend_from_slice(fingerprint.as_bytes());
                self.inline(because);
            }
        }
    }
}
