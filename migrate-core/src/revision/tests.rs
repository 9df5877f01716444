//! What a revision file may say, and every mistake with its code, place and help.

use super::*;
use crate::diagnostic::{Code, Diagnostics, Group};
use crate::ident::Created;
use std::time::Duration;

/// A file without mistakes; the tests replace parts of it.
const SOUND: &str = "-- Add users.email\n--\n-- revision: b2\n-- revises: a1\n-- created: 2026-11-21T01:23:45Z\n\n\
                     -- migrate:up\nALTER TABLE users ADD COLUMN email TEXT;\n\n\
                     -- migrate:down\nALTER TABLE users DROP COLUMN email;\n";

fn read(text: impl Into<String>, dialects: &[Dialect]) -> (Option<Revision>, Diagnostics) {
    Revision::parse(SourceFile::new("m/b2.sql", text.into()), dialects)
}

/// Reads a file that must be without mistakes.
fn sound(text: impl Into<String>) -> Revision {
    let (revision, found) = read(text, &[Dialect::Sqlite]);
    assert!(found.is_empty(), "{found}");
    revision.unwrap()
}

fn with(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "{from}");
    SOUND.replace(from, to)
}

const UP: &str = "-- migrate:up";
const DOWN: &str = "-- migrate:down";
const DOWN_WHOLE: &str = "-- migrate:down\nALTER TABLE users DROP COLUMN email;\n";

#[test]
fn a_header_is_read_whole() {
    let text = with(
        "-- revision: b2\n-- revises: a1",
        "-- Some more\n-- words about it: why not.\n--\n-- revision: b2\n-- revises: a1 , a0\n-- depends-on: c3,billing\n-- branch-labels: mail",
    );
    let header = sound(text).header;
    let names = |list: &[Named<crate::ident::BranchLabel>]| {
        list.iter().map(|n| n.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(header.id.name.as_str(), "b2");
    assert_eq!(header.revises.iter().map(|n| n.name.as_str()).collect::<Vec<_>>(), ["a1", "a0"]);
    assert_eq!(names(&header.depends_on), ["c3", "billing"]);
    assert_eq!(names(&header.labels), ["mail"]);
    assert_eq!(header.created, Created::new("2026-11-21T01:23:45Z").ok());
    assert_eq!(header.message, "Add users.email");
    assert_eq!(header.description, "Some more\nwords about it: why not.");
}

#[test]
fn spans_cover_the_names() {
    let revision = sound(SOUND);
    assert_eq!(revision.header.id.span.of(SOUND), "b2");
    assert_eq!(revision.header.revises[0].span.of(SOUND), "a1");
    assert_eq!(revision.sections[0].marker.of(SOUND), "-- migrate:up");
    let up = &revision.sections[0];
    let statements = up.statements(&revision.file, Dialect::Sqlite);
    assert_eq!(statements[0].of(SOUND), "ALTER TABLE users ADD COLUMN email TEXT");
}

#[test]
fn windows_line_ends_a_byte_order_mark_and_a_missing_last_line_end_change_nothing() {
    let plain = sound(SOUND);
    let windows = sound(format!("\u{feff}{}", SOUND.replace('\n', "\r\n")));
    let cut = sound(SOUND.trim_end());
    assert_eq!(windows.header, plain.header);
    assert_eq!(windows.sections, plain.sections);
    assert_eq!(windows.fingerprint, plain.fingerprint);
    assert_eq!(cut.fingerprint, plain.fingerprint);
}

#[test]
fn options_of_a_section_are_read() {
    let marker = "-- migrate:up transaction:false dialect:sqlite,postgres foreign-keys:true lock-timeout:500ms statement-timeout:2m";
    let text = with(UP, marker).replace(DOWN_WHOLE, "-- migrate:noop nothing to undo\n")
        + "-- migrate:up dialect:mysql\nSELECT 1;\n";
    let (revision, found) = read(text, &Dialect::ALL);
    assert!(found.is_empty(), "{found}");
    let revision = revision.unwrap();
    let up = revision.up(Dialect::Postgres).unwrap();
    assert_eq!(up.dialects, [Dialect::Sqlite, Dialect::Postgres]);
    assert!(!up.transaction && up.foreign_keys);
    assert_eq!(up.lock_timeout, Some(Duration::from_millis(500)));
    assert_eq!(up.statement_timeout, Some(Duration::from_secs(120)));
    assert!(revision.up(Dialect::Mysql).unwrap().transaction);
    assert_eq!(revision.down(Dialect::Mysql), Down::Noop("nothing to undo"));
}

#[test]
fn the_section_for_a_database_goes_before_the_one_for_all() {
    let text = with(UP, "-- migrate:up\nSELECT 'all';\n-- migrate:up dialect:sqlite").replace(
        DOWN_WHOLE,
        "-- migrate:irreversible gone\n-- migrate:down dialect:mysql\nSELECT 2;\n",
    );
    let (revision, found) = read(text, &Dialect::ALL);
    assert!(found.is_empty(), "{found}");
    let revision = revision.unwrap();
    let first = |dialect| {
        let up = revision.up(dialect).unwrap();
        up.statements(&revision.file, dialect)[0].of(revision.file.text()).to_owned()
    };
    assert_eq!(first(Dialect::Postgres), "SELECT 'all'");
    assert!(first(Dialect::Sqlite).starts_with("ALTER"));
    assert_eq!(revision.down(Dialect::Sqlite), Down::Irreversible("gone"));
    assert!(matches!(revision.down(Dialect::Mysql), Down::Sql(_)));
}

#[test]
fn a_merge_may_be_empty() {
    let text = "-- revision: m\n-- revises: a, b\n";
    let revision = sound(text);
    assert!(revision.is_merge());
    assert_eq!(revision.up(Dialect::Sqlite), None);
    assert_eq!(revision.down(Dialect::Sqlite), Down::Empty);
    sound(format!("{text}\n-- migrate:up\n-- migrate:down\n"));
}

#[test]
fn other_sections_are_no_way_down() {
    let text = with(
        DOWN,
        "-- migrate:fixture\nINSERT INTO users VALUES (1);\n-- migrate:verify\nSELECT true;\n\
         -- migrate:allow rows-changed nobody reads it\n-- migrate:lossy users they are old\n\
         -- migrate:lossy  ops.users.email it was:   a guess\n-- migrate:down",
    );
    let revision = sound(text);
    let kinds: Vec<_> = revision.sections.iter().map(|s| s.kind).collect();
    use SectionKind::{Allow, Down, Fixture, Lossy, Up, Verify};
    assert_eq!(kinds, [Up, Fixture, Verify, Allow, Lossy, Lossy, Down]);
    let all = |pairs: &mut dyn Iterator<Item = (&str, &str)>| -> Vec<(String, String)> {
        pairs.map(|(what, why)| (what.to_owned(), why.to_owned())).collect()
    };
    let pair = |what: &str, why: &str| (what.to_owned(), why.to_owned());
    assert_eq!(all(&mut revision.allowed()), [pair("rows-changed", "nobody reads it")]);
    assert_eq!(
        all(&mut revision.lossy()),
        [pair("users", "they are old"), pair("ops.users.email", "it was: a guess")]
    );
    // They change nothing of what the revision does.
    assert_eq!(revision.fingerprint, sound(SOUND).fingerprint);
}

#[test]
fn every_fixture_and_verify_of_a_database_is_given() {
    let text = with(
        DOWN,
        "-- migrate:fixture\nSELECT 1;\n-- migrate:fixture dialect:sqlite\nSELECT 2;\n\
         -- migrate:fixture dialect:mysql\nSELECT 3;\n-- migrate:verify dialect:mysql,sqlite\nSELECT 4;\n\
         -- migrate:verify\nSELECT 5;\n-- migrate:down",
    );
    let (revision, found) = read(text, &[Dialect::Sqlite, Dialect::Mysql]);
    assert!(found.is_empty(), "{found}");
    let revision = revision.unwrap();
    let bodies = |sections: &mut dyn Iterator<Item = &Section>| -> Vec<String> {
        sections.map(|s| s.body.of(revision.file.text()).trim().to_owned()).collect()
    };
    assert_eq!(bodies(&mut revision.fixture(Dialect::Sqlite)), ["SELECT 1;", "SELECT 2;"]);
    assert_eq!(bodies(&mut revision.fixture(Dialect::Mysql)), ["SELECT 1;", "SELECT 3;"]);
    assert_eq!(bodies(&mut revision.verify(Dialect::Sqlite)), ["SELECT 4;", "SELECT 5;"]);
    assert_eq!(bodies(&mut revision.verify(Dialect::Postgres)), ["SELECT 5;"]);
}

#[test]
fn an_accepted_code_must_exist_and_be_acceptable() {
    let found = |code: &str| {
        let text = with(DOWN, &format!("-- migrate:allow  {code} they are old\n-- migrate:down"));
        read(text, &[Dialect::Sqlite]).1.to_string()
    };
    assert_eq!(found("rows-lost"), "");
    assert_eq!(
        found("rows-lots"),
        "error[unknown-code]: there is no code `rows-lots`\n  --> m/b2.sql:10:19\n  \
         = help: did you mean `-- migrate:allow rows-lost <reason>`?"
    );
    assert_eq!(
        found("sealed-edited"),
        "error[unknown-code]: findings with the code `sealed-edited` cannot be accepted\n  \
         --> m/b2.sql:10:19\n  = help: write the code of a round trip's finding and the reason: \
         `-- migrate:allow rows-lost <reason>`"
    );
}

#[test]
fn the_fingerprint_is_of_meaning() {
    let plain = sound(SOUND).fingerprint;
    for same in [
        with("Add users.email", "Another message"),
        with("-- created: 2026-11-21T01:23:45Z\n", ""),
        with("ALTER TABLE users ADD", "alter /* why */ table users\n  add"),
        with("-- migrate:up", "-- migrate:up lock-timeout:5s"),
        with("DROP COLUMN email;", "DROP COLUMN email; -- gone"),
        with(DOWN, "-- migrate:lossy users.email nobody reads it\n-- migrate:down"),
    ] {
        assert_eq!(sound(same.clone()).fingerprint, plain, "{same}");
    }
    for other in [
        with("revision: b2", "revision: b3"),
        with("revises: a1", "revises: a2"),
        with("revises: a1", "revises: a1\n-- depends-on: c3"),
        with("revises: a1", "revises: a1\n-- branch-labels: c3"),
        with("email TEXT", "email VARCHAR"),
        with("DROP COLUMN email", "DROP COLUMN mail"),
        with(UP, "-- migrate:up transaction:false"),
        with(UP, "-- migrate:up foreign-keys:true"),
        with(UP, "-- migrate:up dialect:sqlite"),
        with(DOWN_WHOLE, "-- migrate:irreversible gone\n"),
        with(DOWN_WHOLE, "-- migrate:noop nothing\n"),
    ] {
        assert_ne!(sound(other.clone()).fingerprint, plain, "{other}");
    }
}

#[test]
fn a_name_moved_to_another_key_is_another_meaning() {
    let parent = with("revises: a1", "revises: a1, c3");
    let needed = with("revises: a1", "revises: a1\n-- depends-on: c3");
    assert_ne!(sound(parent).fingerprint, sound(needed).fingerprint);
    assert_eq!(
        sound(with("revises: a1", "revises: a1, c3")).fingerprint,
        sound(with("revises: a1", "revises: c3, a1")).fingerprint
    );
}

#[test]
fn a_fingerprint_taken_later_is_the_one_taken_while_reading() {
    let noop = with(DOWN_WHOLE, "-- migrate:noop it may stay\n");
    let own = with(
        UP,
        "-- migrate:up dialect:mysql,sqlite\nSELECT 1 # 2\n;\n-- migrate:up dialect:postgres",
    );
    for text in [SOUND.to_owned(), noop, own] {
        let revision = read(text, &Dialect::ALL).0.unwrap();
        let Revision { header, sections, file, fingerprint, .. } = &revision;
        let later = Revision::fingerprint_for(header, sections, file, &Dialect::ALL);
        assert_eq!(later, *fingerprint, "{}", file.text());
    }
}

/// Every mistake that one file can hold: its code, and the file.
fn mistakes() -> Vec<(Code, String)> {
    vec![
        (Code::MissingHeader, with("-- revises: a1\n", "")),
        (Code::MissingHeader, "CREATE TABLE t (id INT);\n".into()),
        (Code::UnknownKey, with("revises: a1", "revises: a1\n-- depend-on: c3")),
        (Code::UnknownKey, with("revises: a1", "revises: a1\n-- and some words")),
        (Code::DuplicateKey, with("revises: a1", "revises: a1\n-- revises: a2")),
        (Code::MalformedId, with("revision: b2", "revision: b@2")),
        (Code::MalformedId, with("revision: b2", "revision:")),
        (Code::MalformedId, with("revises: a1", "revises: base")),
        (Code::MalformedId, with("revises: a1", "revises: a1\n-- branch-labels: head")),
        (Code::MalformedDate, with("2026-11-21T01:23:45Z", "2026-21-11")),
        (Code::UnknownMarker, with(DOWN, "-- migrate:dwon")),
        (Code::UnknownMarker, with(DOWN, "-- migrate:something\n-- migrate:down")),
        (Code::UnknownMarker, with(DOWN, "-- Migrate: down")),
        (Code::UnknownOption, with(UP, "-- migrate:up transction:false")),
        (Code::UnknownOption, with(UP, "-- migrate:up transaction:no")),
        (Code::UnknownOption, with(UP, "-- migrate:up dialect:postgre")),
        (Code::UnknownOption, with(UP, "-- migrate:up lock-timeout:5")),
        (Code::UnknownOption, with(UP, "-- migrate:up quickly")),
        (Code::DuplicateSection, with(DOWN, "-- migrate:up\nSELECT 1;\n-- migrate:down")),
        (Code::MissingUp, with(UP, "-- migrate:up dialect:postgres")),
        (Code::MissingUp, with("-- migrate:up\nALTER TABLE users ADD COLUMN email TEXT;\n", "")),
        (Code::MissingDown, with(DOWN_WHOLE, "")),
        (Code::EmptyDown, with("ALTER TABLE users DROP COLUMN email;\n", "-- later\n")),
        (Code::MissingReason, with(DOWN_WHOLE, "-- migrate:irreversible\n")),
        (Code::MissingReason, with(DOWN_WHOLE, "-- migrate:noop\n")),
        (Code::MissingReason, with(DOWN, "-- migrate:allow\n-- migrate:down")),
        (Code::MissingReason, with(DOWN, "-- migrate:allow rows-lost\n-- migrate:down")),
        (Code::MissingReason, with(DOWN, "-- migrate:lossy\n-- migrate:down")),
        (Code::MissingReason, with(DOWN, "-- migrate:lossy users.email \n-- migrate:down")),
        (Code::UnknownMarker, with(DOWN, "-- migrate:losy users old\n-- migrate:down")),
        (Code::UnknownCode, with(DOWN, "-- migrate:allow Rows they are old\n-- migrate:down")),
        (
            Code::UnknownOption,
            with(DOWN, "-- migrate:lossy dialect:sqlite users x\n-- migrate:down"),
        ),
        (Code::UnknownOption, with(DOWN, "-- migrate:lossy a.b.c.d old\n-- migrate:down")),
        (Code::UnknownOption, with(DOWN, "-- migrate:lossy users. old\n-- migrate:down")),
        (
            Code::TextOutsideSection,
            with(DOWN, "-- migrate:lossy users old\nSELECT 1;\n-- migrate:down"),
        ),
        (Code::ContradictoryDown, with(DOWN, "-- migrate:irreversible gone\n-- migrate:down")),
        (Code::TextOutsideSection, with(UP, "SELECT 1;\n-- migrate:up")),
        (Code::TextOutsideSection, with(DOWN_WHOLE, "-- migrate:noop nothing\nSELECT 1;\n")),
        (Code::NulByte, with("email TEXT", "email --\0\nTEXT")),
        (Code::UnterminatedToken, with("email TEXT", "email TEXT DEFAULT '")),
        (Code::TransactionControl, with("DROP COLUMN email;", "DROP COLUMN email; COMMIT;")),
        (Code::BatchSection, batch("batch", "")),
        (Code::BatchSection, batch("batch", "DELETE FROM t LIMIT :batch; SELECT 1;")),
        (Code::BatchSection, batch("batch", "SELECT f(:batch);")),
        (Code::BatchSection, batch("batch", "UPDATE t SET a = ':batch';")),
        (
            Code::BatchSection,
            batch("batch", "UPDATE t SET a = 1 WHERE id BETWEEN :first AND :last;"),
        ),
        (Code::BatchSection, batch("batch key:t.id", "UPDATE t SET a = 1 WHERE id > :first;")),
        (
            Code::BatchSection,
            batch(
                "batch key:t.id",
                "DELETE FROM t WHERE id BETWEEN :first AND :last LIMIT :batch;",
            ),
        ),
        (Code::BatchSection, batch("batch", "INSERT INTO t SELECT * FROM u LIMIT :batch;")),
        (Code::BatchSection, batch("batch transaction:false", "DELETE FROM t LIMIT :batch;")),
        (Code::RustSection, batch("rust:fill", DELETE)),
        (Code::RustSection, batch("batch rust:fill", DELETE)),
        (Code::RustSection, batch("batch rust:fill transaction:false", "")),
        (Code::RustSection, batch("rust:fill transaction:false", "")),
        (Code::UnknownOption, batch("rust:steps::fill", "")),
        (Code::UnknownOption, batch("rust:", "")),
        (Code::UnknownOption, batch("batch size:0", DELETE)),
        (Code::UnknownOption, batch("batch size:many", DELETE)),
        (Code::UnknownOption, batch("batch rounds:-1", DELETE)),
        (Code::UnknownOption, batch("batch pause:soon", DELETE)),
        (Code::UnknownOption, batch("batch key:id", DELETE)),
        (Code::UnknownOption, batch("size:10", DELETE)),
        (Code::UnknownOption, batch("batches", DELETE)),
        (Code::UnknownOption, with(DOWN, "-- migrate:fixture batch\n-- migrate:down")),
    ]
}

const DELETE: &str = "DELETE FROM t WHERE id IN (SELECT id FROM t LIMIT :batch);";

/// A file with these options and this statement in its up.
fn batch(options: &str, up: &str) -> String {
    with(UP, &format!("-- migrate:up {options}"))
        .replace("ALTER TABLE users ADD COLUMN email TEXT;", up)
}

#[test]
fn a_section_in_rust_is_no_draft() {
    let revision = sound(batch("rust:fill", "").replace(DOWN_WHOLE, "-- migrate:down rust:undo\n"));
    assert!(!revision.is_blank());
    assert_eq!(revision.functions().map(|(name, _)| name).collect::<Vec<_>>(), ["fill", "undo"]);
    let other = sound(batch("rust:other", "").replace(DOWN_WHOLE, "-- migrate:down rust:undo\n"));
    assert_ne!(revision.fingerprint, other.fingerprint);
}

#[test]
fn a_section_in_rust_may_be_called_for_each_batch() {
    let in_batches = |options: &str| sound(batch(&format!("batch rust:fill {options}"), ""));
    let revision = in_batches("key:users.id size:5 pause:1s");
    let section = revision.sections.iter().find(|section| section.batch.is_some()).unwrap();
    assert_eq!(section.function.as_deref(), Some("fill"));
    assert!(!section.is_empty());
    let functions: Vec<_> = revision.functions_of_batches().collect();
    assert_eq!(functions, ["fill"]);
    // Size and pause change no result; the key and the batches do.
    let once = sound(batch("rust:fill", ""));
    assert_eq!(once.functions_of_batches().count(), 0);
    assert_eq!(revision.fingerprint, in_batches("key:users.id").fingerprint);
    assert_ne!(revision.fingerprint, in_batches("").fingerprint);
    assert_ne!(in_batches("").fingerprint, once.fingerprint);
}

#[test]
fn a_batch_section_is_read_with_its_defaults() {
    let read = |options: &str, up: &str| {
        let revision = sound(batch(options, up));
        let section = revision.up(Dialect::Sqlite).unwrap();
        (section.batch.clone().unwrap(), revision.fingerprint)
    };
    let (of, plain) = read("batch", DELETE);
    assert_eq!(of, Batch::default());
    assert_eq!(of.size, DEFAULT_SIZE);
    let (of, set) = read("size:5 batch pause:1s rounds:7", DELETE);
    assert_eq!((of.size, of.pause, of.rounds), (5, Duration::from_secs(1), Some(7)));
    assert_eq!(plain, set, "how fast it goes is no part of the meaning");
    let range = "UPDATE t SET a = 1 WHERE id BETWEEN :first AND :last;";
    let (of, key) = read("batch key:\"T\".id", range);
    assert_eq!(of.key.as_ref().map(BatchKey::table), Some("\"T\""));
    assert_ne!(key, read("batch key:t.id", range).1);
    assert_ne!(plain, sound(batch("", DELETE)).fingerprint);
}

#[test]
fn every_mistake_has_its_code_place_and_help() {
    let mut all = String::new();
    for (code, text) in mistakes() {
        let (_, found) = read(text.clone(), &[Dialect::Sqlite]);
        assert!(found.iter().any(|d| d.code == code), "{code} is not found in\n{text}\n{found}");
        assert!(found.iter().all(|d| !d.places.is_empty() && !d.help.is_empty()), "{found}");
        all.push_str(&format!("{found}\n\n"));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_table_of_mistakes_has_every_code_of_a_revision_file() {
    // Found by the splitter, and by the history.
    let elsewhere = [
        Code::UnterminatedBody,
        Code::PsqlMeta,
        Code::CopyFromStdin,
        Code::EmptyUp,
        Code::UnknownVariable,
    ];
    let ours = |code: &&Code| matches!(code.group(), Group::Revision | Group::Sql);
    for code in Code::ALL.iter().filter(ours).filter(|code| !elsewhere.contains(code)) {
        assert!(mistakes().iter().any(|(found, _)| found == code), "{code} has no example");
    }
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let text = "-- x\n--\n-- revision: b@2\n-- revisess: a1\n-- created: yesterday\nSELECT 1;\n\
                -- migrate:up transction:false\nSELECT 1;\n-- migrate:irreversible\n";
    let (revision, found) = read(text, &[Dialect::Sqlite]);
    assert!(revision.is_none());
    let mut codes: Vec<_> = found.iter().map(|d| d.code).collect();
    codes.sort();
    codes.dedup();
    use Code::*;
    assert_eq!(
        codes,
        [
            MissingHeader,
            UnknownKey,
            MalformedId,
            MalformedDate,
            UnknownOption,
            MissingReason,
            TextOutsideSection
        ]
    );
}

#[test]
fn a_file_with_mistakes_below_the_header_is_a_revision_all_the_same() {
    let (revision, found) = read(with(DOWN_WHOLE, ""), &[Dialect::Sqlite]);
    assert!(found.has_errors());
    assert_eq!(revision.unwrap().id().as_str(), "b2");
}

#[test]
fn one_mistake_is_told_once_for_all_databases() {
    let text = with("email TEXT", "email TEXT DEFAULT '");
    let (_, found) = read(text, &[Dialect::Sqlite, Dialect::Postgres]);
    let told = found.iter().filter(|d| d.code == Code::UnterminatedToken).count();
    assert_eq!(told, 1, "{found}");
}

#[test]
fn what_spans_statements_is_refused_where_each_commits_by_itself() {
    let message = |up: &str| {
        let text = format!(
            "-- a\n--\n-- revision: a\n-- revises:\n\n-- migrate:up\n{up}\n-- migrate:noop none\n"
        );
        let (_, found) = Revision::parse(SourceFile::new("a.sql", text), &[Dialect::Mysql]);
        found.iter().map(|d| d.message.clone()).collect::<Vec<_>>().join("\n")
    };
    let locks = message("LOCK TABLES t WRITE; UPDATE t SET a = 1; UNLOCK TABLES;");
    assert!(locks.contains("these locks have no effect"), "{locks}");
    let begin = message("BEGIN; UPDATE t SET a = 1; COMMIT;");
    assert!(begin.contains("mysql commits each statement"), "{begin}");
    assert_eq!(message("UPDATE t SET a = 1;"), "");
}
