use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::config::{Locking, RehearsalSettings, TestSettings, UnknownDowns};
use crate::dialect::Dialect;
use crate::history::{Heads, StaticChecks};
use crate::lock::{Lock, OpenReason};
use crate::script::Transactions;
use crate::sql::Fingerprint;
use crate::variables::{Variable, VariableKind};

/// The texts of one random revision, whose parents are among those before it.
fn file(n: usize, picks: &Picks) -> String {
    let parents: Vec<String> = picks
        .parents
        .iter()
        .filter(|_| n > 0)
        .map(|pick| format!("r{:02}", pick.index(n)))
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .take(if picks.merge { 2 } else { 1 })
        .collect();
    let mut text = format!("-- {}\n", picks.message);
    if picks.described {
        text.push_str("--\n-- What it is for,\n-- in two lines.\n");
    }
    text.push_str(&format!("--\n-- revision: r{n:02}\n-- revises: {}\n", parents.join(", ")));
    if picks.dated {
        text.push_str(&format!("-- created: 2026-11-21T01:00:{n:02}+02:00\n"));
    }
    if let Some(pick) = picks.depends.filter(|_| n > 0) {
        text.push_str(&format!("-- depends-on: r{:02}\n", pick.index(n)));
    }
    if picks.labelled {
        text.push_str(&format!("-- replaces: old{n}, z{n} | old{n}, y{n}, z{n}\n"));
        text.push_str(&format!("-- branch-labels: branch{n}, größe{n}\n"));
    }
    text.push_str(picks.up);
    text.push_str(picks.down);
    if picks.message.len().is_multiple_of(2) {
        text.push_str(FIXTURE);
    }
    match picks.ends {
        0 => text,
        1 => text.replace('\n', "\r\n"),
        2 => format!("\u{feff}{text}"),
        _ => text.trim_end().to_owned(),
    }
}

const FIXTURE: &str = "-- migrate:fixture\nINSERT INTO t VALUES ('é', 1);\n-- migrate:verify\nSELECT 1;;\n-- migrate:allow rows-lost because  it   is so\n-- migrate:lossy t.größe it  is\n";

#[derive(Debug, Clone)]
struct Picks {
    parents: Vec<prop::sample::Index>,
    merge: bool,
    depends: Option<prop::sample::Index>,
    message: String,
    described: bool,
    dated: bool,
    labelled: bool,
    up: &'static str,
    down: &'static str,
    ends: u8,
}

fn picks() -> impl Strategy<Value = Picks> {
    let up = prop::sample::select(vec![
        "-- migrate:up\n",
        "-- migrate:up rust:fill_names dialect:mysql,sqlite\n-- migrate:up dialect:postgres\nSELECT 1;\n",
        "-- migrate:up batch key:t.größe size:7 pause:3s rounds:9\nUPDATE t SET a = 1 WHERE größe BETWEEN :first AND :last;\n",
        "-- migrate:up transaction:false lock-timeout:5s statement-timeout:1h\nSELECT 1; /* a;b */ SELECT 'c;d' -- e\n",
        "-- migrate:up dialect:mysql,sqlite foreign-keys:true\nSELECT 'a\\';' , \";\"; SELECT 2\n-- migrate:up dialect:postgres\nSELECT $$;$$;\n",
    ]);
    let down = prop::sample::select(vec![
        "\n-- migrate:down\nSELECT 1;\n\nSELECT 2;\n",
        "-- migrate:noop there   is nothing\n",
        "-- migrate:irreversible dialect:sqlite gone\n-- migrate:down dialect:mysql,postgres\nSELECT '-- ü';\n",
    ]);
    let all = any::<Vec<prop::sample::Index>>();
    let flags = any::<(bool, bool, bool, bool)>();
    (all, any::<Option<prop::sample::Index>>(), "[a-zé ]{0,9}", flags, up, down, 0..4u8).prop_map(
        |(parents, depends, message, (merge, described, dated, labelled), up, down, ends)| Picks {
            parents,
            merge,
            depends,
            message,
            described,
            dated,
            labelled,
            up,
            down,
            ends,
        },
    )
}

/// How a history's lock relates to it.
#[derive(Debug, Clone, Copy)]
enum Sealing {
    Unlocked,
    Locked,
    Accepted,
}

fn history(picks: &[Picks], dialects: &[Dialect], sealing: Sealing) -> (History, Vec<String>) {
    let texts: Vec<String> = picks.iter().enumerate().map(|(n, picks)| file(n, picks)).collect();
    let files = texts
        .iter()
        .enumerate()
        .map(|(n, text)| SourceFile::new(format!("migrations/r{n:02}.sql"), text.clone()))
        .collect();
    let (mut history, _) = History::read(files, None, dialects);
    let lock = || Lock::of(&history.graph, dialects, None);
    history.lock = match sealing {
        Sealing::Unlocked => None,
        Sealing::Locked => Some(lock()),
        Sealing::Accepted => {
            let mut lock = lock();
            let other = Fingerprint::from_bytes([7; 32]);
            lock.accept("r00", other, "it is \"as\" good");
            lock.accept("gone", other, "");
            lock.fingerprints.insert("r00".to_owned(), other);
            lock.fingerprints.insert("gone".to_owned(), other);
            lock.open.insert("gone".to_owned(), OpenReason::Empty);
            lock.open.insert("r00".to_owned(), OpenReason::Uncommitted);
            lock.conflict = true;
            Some(lock)
        }
    };
    let raw = |path: &str| -> String {
        let n: usize = path["migrations/r".len()..][..2].parse().unwrap();
        texts[n].clone()
    };
    let order = history.graph.order();
    let texts = order.map(|node| raw(history.graph.revision(node).file.path())).collect();
    (history, texts)
}

fn settings() -> impl Strategy<Value = Settings> {
    let durations = prop::array::uniform5(any::<Option<u32>>());
    let transactions =
        prop::sample::select(vec![None, Some(Transactions::All), Some(Transactions::PerRevision)]);
    let lock = prop::sample::select(Locking::ALL.to_vec());
    let images = prop::collection::btree_map(
        prop::sample::select(Dialect::ALL.to_vec()),
        "[a-zé:]{1,9}",
        0..3,
    );
    let test = (images, any::<u32>(), any::<u64>()).prop_map(|(images, rows, seed)| {
        let dialects = images.keys().copied().collect();
        let prelude = (rows > 9).then(|| "p.sql".to_owned());
        TestSettings { dialects, images, rows, seed, prelude, ..TestSettings::default() }
    });
    ("[a-z/]{1,9}", any::<bool>(), transactions, lock, durations, test).prop_map(
        |(dir, many, transaction, lock, durations, test)| {
            let [lock_wait, connect_timeout, lock_timeout, statement_timeout, wait_for_replicas] =
                durations.map(|d| d.map(|d| Duration::from_millis(d.into())));
            let version_table = dir.clone();
            let heads = if many { Heads::Many } else { Heads::One };
            Settings {
                schema_file: None,
                max_file_size: None,
                dir,
                heads,
                static_checks: StaticChecks::default(),
                lint: crate::lint::LintSettings::default(),
                model_drift: true,
                transaction,
                lock,
                lock_wait,
                connect_timeout,
                lock_timeout,
                statement_timeout,
                wait_for_replicas,
                unknown_downs: if many { UnknownDowns::Refuse } else { UnknownDowns::Ask },
                session: vec![version_table.clone()],
                version_table,
                dialects: vec![Dialect::Mysql],
                database_url: None,
                models: None,
                each: None,
                each_url: None,
                rehearsal: RehearsalSettings::default(),
                tables: Vec::new(),
                ignore: Vec::new(),
                conventions: crate::config::Conventions::default(),
                variables: [("tenant", many.then(|| "public".to_owned()))]
                    .map(|(name, default)| {
                        (name.to_owned(), Variable { kind: VariableKind::Identifier, default })
                    })
                    .into(),
                test,
            }
        },
    )
}

fn leak(texts: Vec<String>) -> &'static [&'static str] {
    texts.into_iter().map(|text| &*text.leak()).collect::<Vec<_>>().leak()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_embedded_is_what_was_read(
        picks in prop::collection::vec(picks(), 0..12),
        dialects in prop::sample::subsequence(Dialect::ALL.to_vec(), 1..=3),
        sealing in prop::sample::select(vec![Sealing::Unlocked, Sealing::Locked, Sealing::Accepted]),
        settings in settings(),
    ) {
        let (mut history, texts) = history(&picks, &dialects, sealing);
        history.graph = history.graph.with_session(&settings.session);
        let decoded = decode(encode(&history, &settings).leak(), leak(texts));
        prop_assert_eq!(decoded, Ok((history, settings)));
    }

    #[test]
    fn bytes_of_another_origin_never_panic(
        picks in prop::collection::vec(picks(), 1..5),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let (history, texts) = history(&picks, &Dialect::ALL, Sealing::Accepted);
        let mut index = encode(&history, &Settings::default());
        let at = at.index(index.len());
        index[at] = byte;
        if cut {
            index.truncate(at);
            prop_assert!(decode(index.leak(), leak(texts)).is_err());
        } else {
            let _ = decode(index.leak(), leak(texts));
        }
    }
}

const FILE: &str = "-- revision: a\n-- revises:\n-- migrate:up\nSELECT 1;\n-- migrate:noop why\n";

fn read(text: &str) -> History {
    History::read(vec![SourceFile::new("a.sql", text.to_owned())], None, &[]).0
}

#[test]
fn texts_are_borrowed_from_the_program() {
    let index = encode(&read(FILE), &Settings::default()).leak();
    let (decoded, _) = decode(index, &[FILE]).unwrap();
    let node = decoded.graph.node("a").unwrap();
    assert_eq!(decoded.graph.revision(node).file.text().as_ptr(), FILE.as_ptr());
}

#[test]
fn a_file_that_changed_while_it_was_embedded_is_named() {
    let index: &[u8] = encode(&read(&FILE.replace('1', "22")), &Settings::default()).leak();
    assert_eq!(decode(index, &[FILE]), Err(DecodeError::OtherText(0)));
    assert_eq!(decode(index, &[]), Err(DecodeError::Malformed));
    assert_eq!(decode(&[], &[FILE]), Err(DecodeError::Malformed));
}

#[test]
fn no_password_is_embedded() {
    let url = Some("postgres://me:secret@host/db".to_owned());
    let settings = Settings { database_url: url, ..Settings::default() };
    let index = encode(&read(FILE), &settings);
    assert!(!index.windows(6).any(|bytes| bytes == b"secret"));
}

#[test]
fn the_index_is_small_beside_the_texts() {
    let index = encode(&read(FILE), &Settings::default());
    assert!(index.len() < 130, "{} bytes", index.len());
}
