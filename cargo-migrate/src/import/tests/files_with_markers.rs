//! dbmate and goose: both directions in one file.

use super::*;

#[test]
fn dbmate_sections_carry_their_own_transactions() {
    let import = read_in(
        Format::Dbmate,
        &[
            (
                "20240101_b.sql",
                "-- about it\n--migrate:up transaction:false\nCREATE TABLE t (a INT);\n\n-- migrate:down\nDROP TABLE t;\n",
            ),
            ("10_first.sql", "-- migrate:up\r\nSELECT 1;\r\n-- migrate:down\r\n-- nothing\r\n"),
            ("9.sql", "-- migrate:up\nSELECT 9"),
            ("schema.sql", "CREATE TABLE t (a INT);"),
        ],
    );
    assert_eq!(keys(&import), ["10", "20240101", "9"], "dbmate orders file names as text");
    let [ten, b, nine] = &import.migrations[..] else { panic!() };
    assert_eq!(b.up.text, "-- about it\nCREATE TABLE t (a INT);\n");
    assert!(!b.up.transaction && b.down.as_ref().unwrap().transaction);
    assert_eq!(b.down.as_ref().unwrap().text, "DROP TABLE t;\n");
    assert_eq!(ten.down, None);
    assert_eq!(ten.no_down, NoDown::Blank);
    assert_eq!((nine.message.as_str(), &nine.down), ("version 9", &None));
    assert_eq!(skipped(&import), ["schema.sql"]);
    assert!(import.problems.is_empty(), "{:?}", import.problems);
}

#[test]
fn several_sections_of_dbmate_go_down_backwards_and_stay_statements() {
    let text = "-- migrate:up\nSELECT 1\n-- migrate:down\nSELECT -1\n\
                -- migrate:up transaction:false\nSELECT 2\n-- migrate:down\nSELECT -2\n";
    let import = read_in(Format::Dbmate, &[("1_a.sql", text)]);
    let m = &import.migrations[0];
    assert_eq!(m.up.text, "SELECT 1;\nSELECT 2\n");
    assert!(!m.up.transaction);
    assert_eq!(m.down.as_ref().unwrap().text, "SELECT -2;\nSELECT -1\n");
}

#[test]
fn dbmate_markers_out_of_order_or_missing_are_errors_and_a_blank_file_is_not() {
    for (text, line) in [
        ("SELECT 1;\n", 1),
        ("-- migrate:down\nSELECT 1;\n-- migrate:up\nSELECT 2;\n", 1),
        ("-- x\nSELECT 0;\n-- migrate:up\nSELECT 1;\n", 2),
    ] {
        let import = read_in(Format::Dbmate, &[("1_a.sql", text)]);
        assert_eq!(codes(&import), [Code::ImportMarkers], "{text}");
        assert_eq!(import.problems[0].places[0].location.line, line, "{text}");
    }
    let import = read_in(Format::Dbmate, &[("1_a.sql", "\n\n")]);
    assert!(import.problems.is_empty());
    assert_eq!(import.migrations[0].up.text, "");
}

#[test]
fn goose_annotations_are_read_and_left_out() {
    let import = read_in(
        Format::Goose,
        &[(
            "00002_f.sql",
            "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;\n-- +goose StatementBegin\n\
             CREATE FUNCTION f() RETURNS int AS $$ BEGIN; END $$ LANGUAGE plpgsql\n\
             -- +goose StatementEnd\nSELECT 2;\n\n--+goose down\nDROP FUNCTION f();\n",
        )],
    );
    let m = &import.migrations[0];
    assert_eq!(m.key, "2");
    assert_eq!(
        m.up.text,
        "SELECT 1;\nCREATE FUNCTION f() RETURNS int AS $$ BEGIN; END $$ LANGUAGE plpgsql;\nSELECT 2;\n",
        "the end of a block is the end of its statement"
    );
    assert!(!m.up.transaction && !m.down.as_ref().unwrap().transaction);
    assert_eq!(m.down.as_ref().unwrap().text, "DROP FUNCTION f();\n");
    assert!(import.problems.is_empty(), "{:?}", import.problems);
}

#[test]
fn goose_files_in_go_are_holes_and_wrong_annotations_errors() {
    let import = read_in(
        Format::Goose,
        &[
            ("00002_b.go", "package m"),
            ("00002_b_test.go", "package m"),
            ("main.go", "package m"),
            ("00001_a.sql", "-- +goose Up\nSELECT 1;\n"),
            ("00010_c.sql", "-- +goose Up\n-- +goose ENVSUB ON\nSELECT '${A}';\n"),
            ("9_c.sql", "-- +goose Up\n-- +goose Upp\n-- +goose StatementBegin\nSELECT 1;\n"),
            ("x.sql", ""),
            ("11_y.txt", ""),
        ],
    );
    assert_eq!(keys(&import), ["1", "2", "9", "10"]);
    assert!(import.migrations[1].hole.as_ref().unwrap().contains("00002_b.go"));
    assert!(import.migrations[3].notes[0].contains("environment"));
    assert_eq!(codes(&import), [Code::ImportMarkers; 2]);
    let lines: Vec<_> = import.problems.iter().map(|p| p.places[0].location.line).collect();
    assert_eq!(lines, [2, 3]);
    assert_eq!(skipped(&import), ["00002_b_test.go", "11_y.txt", "main.go", "x.sql"]);
}

#[test]
fn goose_wants_one_section_each_way() {
    let text = "-- +goose Up\nSELECT 1;\n-- +goose Up\nSELECT 2;\n";
    assert_eq!(codes(&read_in(Format::Goose, &[("1_a.sql", text)])), [Code::ImportMarkers]);
    assert_eq!(
        codes(&read_in(Format::Goose, &[("1_a.sql", "SELECT 1;\n")])),
        [Code::ImportMarkers]
    );
}
