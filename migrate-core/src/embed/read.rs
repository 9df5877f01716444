//! The decoder. `write` mirrors it function by function.
//!
//! The decoder checks every value, so that bytes of another origin cause an error.

use std::collections::BTreeMap;
use std::time::Duration;

use super::DecodeError;
use crate::config::{
    Conventions, Locking, RehearsalSettings, Settings, TestSettings, UnknownDowns,
};
use crate::dialect::Dialect;
use crate::graph::{Graph, Node};
use crate::history::{Heads, StaticChecks};
use crate::ident::{BranchLabel, Created, Malformed, RevisionId};
use crate::lint::LintSettings;
use crate::lock::{Lock, OpenReason};
use crate::revision::{
    Batch, BatchKey, Header, Named, Revision, Section, SectionKind, Split, Splits,
};
use crate::script::Transactions;
use crate::source::{SourceFile, Span};
use crate::sql::Fingerprint;
use crate::variables::{Variable, VariableKind, Variables};

pub(super) struct Reader {
    rest: &'static [u8],
}

type Read<T> = Result<T, DecodeError>;

impl Reader {
    pub(super) const fn new(rest: &'static [u8]) -> Self {
        Self { rest }
    }

    pub(super) fn end(&self) -> Read<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::Malformed) }
    }

    pub(super) fn bytes(&mut self, count: usize) -> Read<&'static [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or(DecodeError::Malformed)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(super) fn number(&mut self) -> Read<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or(DecodeError::Malformed)?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Ok(number);
            }
        }
        Err(DecodeError::Malformed)
    }

    pub(super) fn size(&mut self) -> Read<usize> {
        usize::try_from(self.number()?).map_err(|_| DecodeError::Malformed)
    }

    /// Reads a count of items, each of at least one byte.
    pub(super) fn count(&mut self) -> Read<usize> {
        let count = self.size()?;
        if count <= self.rest.len() { Ok(count) } else { Err(DecodeError::Malformed) }
    }

    fn flags<const N: usize>(&mut self) -> Read<[bool; N]> {
        let bits = self.number()?;
        Ok(std::array::from_fn(|n| bits >> n & 1 == 1))
    }

    fn span(&mut self, from: usize) -> Read<Span> {
        let start = from.checked_add(self.size()?).ok_or(DecodeError::Malformed)?;
        let end = start.checked_add(self.size()?).ok_or(DecodeError::Malformed)?;
        Ok(Span::new(start, end))
    }

    pub(super) fn inline(&mut self) -> Read<&'static str> {
        let length = self.size()?;
        std::str::from_utf8(self.bytes(length)?).map_err(|_| DecodeError::Malformed)
    }

    fn string<'a>(&mut self, text: &'a str) -> Read<&'a str> {
        let size = self.size()?;
        let length = size >> 1;
        if size & 1 == 1 {
            return std::str::from_utf8(self.bytes(length)?).map_err(|_| DecodeError::Malformed);
        }
        if length == 0 {
            return Ok("");
        }
        let start = self.size()?;
        let end = start.checked_add(length).ok_or(DecodeError::Malformed)?;
        text.get(start..end).ok_or(DecodeError::Malformed)
    }

    pub(super) fn dialects(&mut self) -> Read<Vec<Dialect>> {
        (0..self.count()?).map(|_| self.dialect()).collect()
    }

    fn dialect(&mut self) -> Read<Dialect> {
        Dialect::ALL.get(self.size()?).copied().ok_or(DecodeError::Malformed)
    }

    fn fingerprint(&mut self) -> Read<Fingerprint> {
        let bytes = self.bytes(32)?.try_into().map_err(|_| DecodeError::Malformed)?;
        Ok(Fingerprint::from_bytes(bytes))
    }

    fn durations<const N: usize>(&mut self) -> Read<[Option<Duration>; N]> {
        let mut durations = [None; N];
        for (duration, there) in durations.iter_mut().zip(self.flags::<N>()?) {
            if there {
                *duration = Some(Duration::from_millis(self.number()?));
            }
        }
        Ok(durations)
    }

    pub(super) fn settings(&mut self) -> Read<Settings> {
        let dir = self.inline()?.to_owned();
        let dialects = self.dialects()?;
        let version_table = self.inline()?.to_owned();
        let [many, chosen, all] = self.flags()?;
        let lock = *Locking::ALL.get(self.size()?).ok_or(DecodeError::Malformed)?;
        let [lock_wait, connect_timeout, lock_timeout, statement_timeout, wait_for_replicas] =
            self.durations()?;
        let unknown_downs = *UnknownDowns::ALL.get(self.size()?).ok_or(DecodeError::Malformed)?;
        let session = (0..self.count()?)
            .map(|_| Ok(self.inline()?.to_owned()))
            .collect::<Read<Vec<String>>>()?;
        let variables = self.variables()?;
        Ok(Settings {
            // An embedding program has no limit for files.
            max_file_size: None,
            dir,
            dialects,
            schema_file: None,
            heads: if many { Heads::Many } else { Heads::One },
            // They are the compiler's.
            static_checks: StaticChecks::default(),
            lint: LintSettings::default(),
            model_drift: true,
            version_table,
            database_url: None,
            transaction: chosen.then_some(if all {
                Transactions::All
            } else {
                Transactions::PerRevision
            }),
            lock,
            lock_wait,
            connect_timeout,
            lock_timeout,
            statement_timeout,
            wait_for_replicas,
            unknown_downs,
            session,
            // The command reads them, and no program.
            models: None,
            each: None,
            each_url: None,
            rehearsal: RehearsalSettings::default(),
            tables: Vec::new(),
            ignore: Vec::new(),
            conventions: Conventions::default(),
            variables,
            test: self.test_settings()?,
        })
    }

    fn variables(&mut self) -> Read<Variables> {
        (0..self.count()?)
            .map(|_| {
                let name = self.inline()?.to_owned();
                let kind = *VariableKind::ALL.get(self.size()?).ok_or(DecodeError::Malformed)?;
                let [has_default] = self.flags()?;
                let default = if has_default { Some(self.inline()?.to_owned()) } else { None };
                Ok((name, Variable { kind, default }))
            })
            .collect()
    }

    fn test_settings(&mut self) -> Read<TestSettings> {
        let dialects = self.dialects()?;
        let images = (0..self.count()?)
            .map(|_| Ok((self.dialect()?, self.inline()?.to_owned())))
            .collect::<Read<_>>()?;
        let rows = u32::try_from(self.number()?).map_err(|_| DecodeError::Malformed)?;
        let chosen = BTreeMap::new();
        let seed = self.number()?;
        let time_limit = Duration::from_millis(self.number()?);
        let [has_prelude] = self.flags()?;
        let prelude = if has_prelude { Some(self.inline()?.to_owned()) } else { None };
        Ok(TestSettings { dialects, images, chosen, rows, time_limit, prelude, seed })
    }

    /// Reads a revision of which only the header's text is known; `path` is its file.
    pub(super) fn front(&mut self, path: String) -> Read<Revision> {
        let text = self.inline()?;
        self.revision(SourceFile::front(path, text))
    }

    /// Reads the part after the file's path and length.
    pub(super) fn revision(&mut self, file: SourceFile) -> Read<Revision> {
        let fingerprint = self.fingerprint()?;
        let header = self.header(file.text())?;
        let count = self.count()?;
        let sections = (0..count).map(|_| self.section(&file)).collect::<Read<_>>()?;
        Ok(Revision {
            header,
            sections,
            file,
            fingerprint,
            unset_variables: Vec::new(),
            quoted_for: None,
        })
    }

    fn header(&mut self, text: &str) -> Read<Header> {
        let id = self.name(text, RevisionId::new)?;
        let revises = self.names(text, RevisionId::new)?;
        let depends_on = self.names(text, BranchLabel::new)?;
        let labels = self.names(text, BranchLabel::new)?;
        let lists = 0..self.count()?;
        let replaces = lists.map(|_| self.names(text, RevisionId::new)).collect::<Read<_>>()?;
        let created = match self.string(text)? {
            "" => None,
            created => Some(Created::new(created).map_err(|_| DecodeError::Malformed)?),
        };
        let message = self.string(text)?.to_owned();
        let description = self.string(text)?.to_owned();
        Ok(Header { id, revises, depends_on, labels, replaces, created, message, description })
    }

    fn names<'a, T>(
        &mut self,
        text: &'a str,
        make: impl Fn(&'a str) -> Result<T, Malformed>,
    ) -> Read<Vec<Named<T>>> {
        (0..self.count()?).map(|_| self.name(text, &make)).collect()
    }

    fn name<'a, T>(
        &mut self,
        text: &'a str,
        make: impl Fn(&'a str) -> Result<T, Malformed>,
    ) -> Read<Named<T>> {
        let span = self.span(0)?;
        let name = make(span.of(text)).map_err(|_| DecodeError::Malformed)?;
        Ok(Named { name, span })
    }

    fn section(&mut self, file: &SourceFile) -> Read<Section> {
        let kind = *SectionKind::ALL.get(self.size()?).ok_or(DecodeError::Malformed)?;
        let [transaction, foreign_keys, is_batch, is_rust] = self.flags()?;
        let [lock_timeout, statement_timeout] = self.durations()?;
        let marker = self.span(0)?;
        let body = self.span(0)?;
        let dialects = self.dialects()?;
        let reason = self.string(file.text())?.to_owned();
        let batch = if is_batch { Some(self.batch(file)?) } else { None };
        let function = if is_rust { Some(self.string(file.text())?.to_owned()) } else { None };
        let mut statements = Splits::default();
        for _ in 0..self.count()? {
            let readers = u8::try_from(self.number()?).ok().filter(|r| Split::is_known(*r));
            let readers = readers.ok_or(DecodeError::Malformed)?;
            let count = self.count()?;
            statements
                .push(Split { readers, statements: self.statements(count, body.start, file)? });
        }
        Ok(Section {
            kind,
            marker,
            body,
            dialects,
            transaction,
            foreign_keys,
            lock_timeout,
            statement_timeout,
            batch,
            function,
            statements,
            reason,
        })
    }

    fn batch(&mut self, file: &SourceFile) -> Read<Batch> {
        let size = self.number()?;
        let [pause] = self.durations()?;
        let rounds = Some(self.number()?).filter(|rounds| *rounds > 0);
        let key = match self.string(file.text())? {
            "" => None,
            key => Some(BatchKey::parse(key).ok_or(DecodeError::Malformed)?),
        };
        Ok(Batch { size, pause: pause.unwrap_or_default(), rounds, key })
    }

    fn statements(&mut self, count: usize, mut at: usize, file: &SourceFile) -> Read<Vec<Span>> {
        let mut spans = Vec::with_capacity(count);
        for _ in 0..count {
            let span = self.span(at)?;
            if file.is_whole() && file.text().get(span.range()).is_none() {
                return Err(DecodeError::Malformed);
            }
            at = span.end;
            spans.push(span);
        }
        Ok(spans)
    }

    pub(super) fn lock(&mut self, graph: &Graph) -> Read<Option<Lock>> {
        let [there, conflict] = self.flags()?;
        if !there {
            return Ok(None);
        }
        let dialects = self.dialects()?;
        let heads = (0..self.count()?).map(|_| self.inline().map(str::to_owned));
        let heads = heads.collect::<Read<_>>()?;
        let fingerprints = (0..self.count()?).map(|_| self.sealed(graph)).collect::<Read<_>>()?;
        let mut open = BTreeMap::new();
        for _ in 0..self.count()? {
            let id = self.inline()?.to_owned();
            let reason = OpenReason::ALL.get(self.size()?).ok_or(DecodeError::Malformed)?;
            open.insert(id, *reason);
        }
        let mut replaced = BTreeMap::new();
        for _ in 0..self.count()? {
            replaced.insert(self.inline()?.to_owned(), self.fingerprint()?);
        }
        let mut accepted = BTreeMap::new();
        for _ in 0..self.count()? {
            let id = self.inline()?.to_owned();
            let mut earlier = BTreeMap::new();
            for _ in 0..self.count()? {
                earlier.insert(self.fingerprint()?, self.inline()?.to_owned());
            }
            accepted.insert(id, earlier);
        }
        Ok(Some(Lock { dialects, heads, fingerprints, open, replaced, accepted, conflict }))
    }

    /// Reads an id of the lock file and its fingerprint, which is usually the revision's own.
    fn sealed(&mut self, graph: &Graph) -> Read<(String, Fingerprint)> {
        let node = match self.size()?.checked_sub(1) {
            None => None,
            Some(n) if n < graph.len() => u32::try_from(n).ok().map(Node),
            Some(_) => return Err(DecodeError::Malformed),
        };
        let [known] = self.flags()?;
        let id = match node {
            Some(node) => graph.id(node).as_str(),
            None => self.inline()?,
        };
        let fingerprint = match node {
            Some(node) if known => graph.revision(node).fingerprint,
            _ => self.fingerprint()?,
        };
        Ok((id.to_owned(), fingerprint))
    }
}
