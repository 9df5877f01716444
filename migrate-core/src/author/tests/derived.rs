//! `derive` and `new` from SQL: where the sections go, and what is refused.

use super::*;

const HEADER: &str = "-- add it\n--\n-- revision: a2\n-- revises: a1\n\n";

/// A table, and behind it a revision with this text below its header.
fn folder(below: &str) -> Folder {
    let mut folder = Folder::default();
    let up =
        "-- migrate:up\nCREATE TABLE t (a INTEGER, b TEXT);\n\n-- migrate:down\nDROP TABLE t;\n";
    folder.0.insert("a1.sql".into(), format!("-- revision: a1\n-- revises:\n\n{up}"));
    folder.0.insert("a2.sql".into(), format!("{HEADER}{below}"));
    folder
}

fn derive(folder: &Folder, words: &[&str]) -> Result<DerivedDowns, AuthorError> {
    let revisions = words.iter().map(ToString::to_string).collect();
    let request = Derive { revisions, database: None };
    folder.act(|author| author.derive(&request, |name| Ok(folder.0[name].clone())))
}

/// The text below the header after the down was derived.
#[track_caller]
fn below(text: &str) -> String {
    let mut folder = folder(text);
    let derived = derive(&folder, &[]).unwrap();
    folder.apply(&derived.changes);
    folder.0["a2.sql"].trim_start_matches(HEADER).to_owned()
}

#[test]
fn a_down_goes_behind_the_up_or_in_place_of_an_empty_one() {
    let wanted = "-- migrate:up\nCREATE INDEX i ON t (a);\n\n-- migrate:down\nDROP INDEX i;\n";
    assert_eq!(below("-- migrate:up\nCREATE INDEX i ON t (a);\n"), wanted);
    assert_eq!(below("-- migrate:up\nCREATE INDEX i ON t (a);\n\n-- migrate:down\n"), wanted);
    assert_eq!(below("-- migrate:up\nCREATE INDEX i ON t (a);"), wanted);
    assert_eq!(
        below(
            "-- migrate:up\nALTER TABLE t DROP COLUMN b;\n\n-- migrate:down\n-- to do\n\n-- migrate:verify\nSELECT 1;\n"
        ),
        "-- migrate:up\nALTER TABLE t DROP COLUMN b;\n\n\
         -- migrate:lossy t.b the up drops the column\n\n\
         -- migrate:down\n-- to do\nALTER TABLE t ADD COLUMN b TEXT;\n\n\
         -- migrate:verify\nSELECT 1;\n"
    );
    // A declaration that is there stays the only one.
    assert_eq!(
        below("-- migrate:up\nALTER TABLE t DROP COLUMN b;\n\n-- migrate:lossy t.b it was empty\n"),
        "-- migrate:up\nALTER TABLE t DROP COLUMN b;\n\n\
         -- migrate:down\nALTER TABLE t ADD COLUMN b TEXT;\n\n\
         -- migrate:lossy t.b it was empty\n"
    );
    assert_eq!(
        below("-- migrate:up\nSELECT 1;\n"),
        "-- migrate:up\nSELECT 1;\n\n\
         -- migrate:noop the up changes neither the schema nor rows that were there\n"
    );
}

#[test]
fn line_ends_and_the_mark_at_the_beginning_stay() {
    let mut folder = folder("-- migrate:up\nCREATE INDEX i ON t (a);\n");
    let text = format!("\u{feff}{}", folder.0["a2.sql"].replace('\n', "\r\n"));
    folder.0.insert("a2.sql".into(), text);
    let derived = derive(&folder, &["a2"]).unwrap();
    folder.apply(&derived.changes);
    let text = &folder.0["a2.sql"];
    assert!(text.starts_with('\u{feff}') && text.ends_with("DROP INDEX i;\r\n"), "{text:?}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    folder.assert_clean();
}

#[test]
fn what_is_not_undone_is_named_in_the_file() {
    let mut folder = folder("-- migrate:up\nALTER TABLE t ADD c;\nDELETE FROM t;\n");
    let derived = derive(&folder, &[]).unwrap();
    let missing = &derived.downs[0].missing;
    assert_eq!((missing.len(), missing[0].line), (1, 8), "{missing:?}");
    folder.apply(&derived.changes);
    let note = "-- migrate:down\n-- not undone: DELETE FROM t: the rows before it are not known\n";
    assert!(folder.0["a2.sql"].contains(note), "{}", folder.0["a2.sql"]);
}

#[test]
fn a_revision_that_cannot_get_a_down_is_refused() {
    let kind = |text: &str, word: &str| derive(&folder(text), &[word]).unwrap_err().kind;
    let plain = "-- migrate:up\nSELECT 1;\n\n-- migrate:down\nSELECT 1;\n";
    assert_eq!(kind(plain, "a2"), Kind::HasDown);
    assert_eq!(kind("-- migrate:up\nSELECT 1;\n\n-- migrate:noop it is\n", "a2"), Kind::HasDown);
    assert_eq!(kind("-- migrate:up\n\n-- migrate:down\n", "a2"), Kind::EmptyUp);
    let mut sealed = folder("-- migrate:up\nSELECT 1;\n");
    sealed.add("a3", None);
    let lock = sealed.0[FILE_NAME].replace("[open]\n\"a2\"", "[open]\n# \"a2\"");
    sealed.0.insert(FILE_NAME.into(), lock);
    assert_eq!(derive(&sealed, &["a2"]).unwrap_err().kind, Kind::Sealed);
    assert!(derive(&sealed, &[]).unwrap().downs.is_empty());
}

#[test]
fn sql_becomes_a_revision_with_both_sections() {
    let mut folder = folder("-- migrate:up\nSELECT 1;\n\n-- migrate:noop it is\n");
    let act = |folder: &Folder, sql: &str| {
        folder.act(|author| author.new_from_sql(&request("a3", None), sql, None))
    };
    let (written, down) = act(&folder, "ALTER TABLE t RENAME COLUMN b TO c").unwrap();
    assert!(down.missing.is_empty() && down.losses.is_empty());
    folder.apply(&written.changes);
    let text = &folder.0[&written.name];
    let wanted = "-- migrate:up\nALTER TABLE t RENAME COLUMN b TO c;\n\n\
                  -- migrate:down\nALTER TABLE t RENAME COLUMN c TO b;\n";
    assert!(text.ends_with(wanted), "{text}");
    folder.assert_clean();
    let error = act(&folder, "ALTER TABLE nowhere ADD x").unwrap_err();
    assert_eq!(error.kind, Kind::IdTaken);
    let refused = |sql: &str| {
        let request = request("a4", None);
        folder.act(|author| author.new_from_sql(&request, sql, None)).unwrap_err()
    };
    let error = refused("ALTER TABLE nowhere ADD x");
    assert_eq!(error.kind, Kind::SqlRefused);
    assert!(error.message.contains("there is no table nowhere"), "{}", error.message);
    assert_eq!(refused("ALTER TABEL t ADD x").kind, Kind::SqlRefused);
    assert_eq!(refused(" -- nothing\n").kind, Kind::EmptyUp);
}

#[test]
fn each_database_has_the_down_that_fits_it() {
    let text = "-- revision: a1\n-- revises:\n\n-- migrate:up\nCREATE TABLE `order` (a INTEGER);\n";
    let read = |text: &str| {
        let files = vec![SourceFile::new("a1.sql", text.to_owned())];
        History::read(files, None, &[Dialect::Sqlite, Dialect::Mysql])
    };
    let derive = |text: &str| {
        let (history, found) = read(text);
        let author = Author::new(&history, &found).unwrap();
        let derived = author.derive(&Derive::default(), |_| Ok(text.to_owned())).unwrap();
        let Change::Write { text, .. } = &derived.changes[0] else { panic!() };
        text.split("-- migrate:down").skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        derive(text),
        [" dialect:sqlite\nDROP TABLE \"order\";\n\n", " dialect:mysql\nDROP TABLE `order`;\n"]
    );
    assert_eq!(derive(&text.replace("`order`", "t")), ["\nDROP TABLE t;\n"]);
    let text = format!("{text}\n-- migrate:down dialect:mysql\nDROP TABLE `order`;\n");
    let downs = derive(&text);
    assert!(downs.contains(&" dialect:sqlite\nDROP TABLE \"order\";\n\n".to_owned()), "{downs:?}");
    assert_eq!(downs.len(), 2);
}
