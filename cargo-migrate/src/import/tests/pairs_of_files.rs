//! sqlx, golang-migrate and diesel: directions in files of their own.

use super::*;

#[test]
fn sqlx_takes_simple_and_reversible_files_in_the_order_of_numbers() {
    let import = read_named(
        Format::Sqlx,
        &[
            "10_ten.up.sql",
            "10_ten.down.sql",
            "9_add_nine.sql",
            "README.md",
            "views.sql",
            "sub/1_x.sql",
        ],
    );
    assert_eq!(keys(&import), ["9", "10"]);
    assert_eq!(messages(&import), ["add nine", "ten"]);
    assert_eq!(
        paths(&import),
        [("9_add_nine.sql", None), ("10_ten.up.sql", Some("10_ten.down.sql"))]
    );
    assert_eq!(skipped(&import), ["README.md", "sub/1_x.sql", "views.sql"]);
    assert!(import.problems.is_empty(), "{:?}", import.problems);
}

#[test]
fn sqlx_opens_a_file_with_no_transaction_behind_any_byte_order_mark() {
    let import = read_in(
        Format::Sqlx,
        &[
            ("1_a.sql", "\u{feff}-- no-transaction\r\nSELECT 1;\r\n"),
            ("2_b.sql", "-- hello\n-- no-transaction\nSELECT 1;"),
        ],
    );
    let up = &import.migrations[0].up;
    assert_eq!((up.text.as_str(), up.transaction), ("SELECT 1;\n", false));
    assert!(import.migrations[1].up.transaction, "only the first line counts");
}

#[test]
fn a_lone_down_suffix_with_an_underscore_is_a_word_to_sqlx_and_a_direction_to_others() {
    let files = ["1_a.up.sql", "2_scale_down.sql"];
    assert_eq!(messages(&read_named(Format::Sqlx, &files)), ["a", "scale down"]);
    let import = read_named(Format::GolangMigrate, &files);
    assert_eq!(codes(&import), [Code::ImportDownWithoutUp]);
    assert_eq!(import.problems[0].places[0].location.path, "2_scale_down.sql");
}

#[test]
fn loose_names_of_pairs_are_understood() {
    for (up, down, message) in [
        ("1_a_up.sql", "1_a_down.sql", "a"),
        ("1_a.up..sql", "1_a.down.sql", "a"),
        ("1_a.sql.up.sql", "1_a.sql.down.sql", "a"),
        ("V0001.Initial_Schema.up.sql", "V0001.Initial_Schema.down.sql", "Initial Schema"),
        ("V001___x.up.sql", "V001___x.down.sql", "x"),
        ("0001_a.up.sql", "0001_a_down.sql", "a"),
        ("0001.up.sql", "0001.down.sql", "version 0001"),
    ] {
        let import = read_named(Format::GolangMigrate, &[up, down]);
        assert_eq!(paths(&import), [(up, Some(down))]);
        assert_eq!(messages(&import), [message]);
        assert_eq!(keys(&import), ["1"]);
        assert!(import.migrations[0].notes.is_empty(), "{:?}", import.migrations[0].notes);
        assert!(import.problems.is_empty() && import.skipped.is_empty());
    }
}

#[test]
fn a_name_that_ends_in_up_stays_whole_when_nothing_goes_down() {
    let import = read_named(Format::Sqlx, &["1_clean_up.sql"]);
    assert_eq!(messages(&import), ["clean up"]);
}

#[test]
fn a_down_named_otherwise_than_its_up_is_paired_by_version_with_a_note() {
    let import =
        read_named(Format::GolangMigrate, &["26_drop_job_id.up.sql", "26_drop_join_id.down.sql"]);
    assert_eq!(paths(&import), [("26_drop_job_id.up.sql", Some("26_drop_join_id.down.sql"))]);
    assert!(import.migrations[0].notes[0].contains("named otherwise"));
}

#[test]
fn a_down_that_could_belong_to_two_ups_belongs_to_none() {
    let import = read_named(Format::GolangMigrate, &["1_a.up.sql", "1_b.up.sql", "1_c.down.sql"]);
    assert_eq!(codes(&import), [Code::ImportDownWithoutUp, Code::ImportDuplicateVersion]);
    assert!(import.migrations.iter().all(|m| m.down.is_none()));
}

#[test]
fn a_down_without_an_up_is_left_out_with_a_warning() {
    let import = read_named(Format::Sqlx, &["1_a.up.sql", "2_b.down.sql"]);
    assert_eq!(codes(&import), [Code::ImportDownWithoutUp]);
    assert_eq!(import.problems[0].severity, Severity::Warning);
    assert_eq!(keys(&import), ["1"]);
}

#[test]
fn the_file_name_is_the_key_where_versions_are_not_unique() {
    let import = read_named(
        Format::GolangMigrate,
        &["0001_b.up.sql", "0001_a.up.sql", "0001_a.down.sql", "0002_c_up.sql", "0002_c_down.sql"],
    );
    assert_eq!(keys(&import), ["0001_a", "0001_b", "0002_c"]);
    assert_eq!(import.migrations[0].down.as_ref().unwrap().path, "0001_a.down.sql");
    assert_eq!(codes(&import), [Code::ImportDuplicateVersion]);
    assert_eq!(import.problems[0].severity, Severity::Warning);
    let expected = "2 migrations have version 0001; they run in the order of their file names: \
                0001_a.up.sql, 0001_b.up.sql";
    assert_eq!(import.problems[0].message, expected);
}

#[test]
fn one_version_written_with_and_without_zeros_is_one_version() {
    let import = read_named(Format::Sqlx, &["1_a.sql", "0001_b.sql"]);
    assert_eq!(codes(&import), [Code::ImportDuplicateVersion]);
}

#[test]
fn a_version_with_a_digit_too_many_sorts_last_as_a_number_and_as_text_where_the_tool_does() {
    let paths = ["202301010000005_b.up.sql", "20240101000000_a.up.sql", "20241801000000_c.up.sql"];
    let import = read_named(Format::GolangMigrate, &paths);
    assert_eq!(messages(&import), ["a", "c", "b"], "month 18 is a number like any other");
    let directories = ["2023-01-01-000000-5_b/up.sql", "20240101000000_a/up.sql"];
    assert_eq!(messages(&read_named(Format::Diesel, &directories)), ["b", "a"]);
}

#[test]
fn a_simple_file_among_pairs_is_a_migration_without_a_down() {
    let files = ["1_a.up.sql", "1_a.down.sql", "1_a.sql", "2_b.sql"];
    let import = read_named(Format::Sqlx, &files);
    assert_eq!(paths(&import), [("1_a.up.sql", Some("1_a.down.sql")), ("2_b.sql", None)]);
    assert_eq!(skipped(&import), ["1_a.sql"]);
    let import = read_named(Format::GolangMigrate, &files);
    assert_eq!(keys(&import), ["1", "2"]);
    assert!(import.migrations[1].notes[0].contains("golang-migrate itself skips it"));
}

#[test]
fn code_between_sql_is_a_hole_with_a_name() {
    let import = read_named(
        Format::GolangMigrate,
        &[
            "1_a.up.sql",
            "2_fill.go",
            "2_fill_test.go",
            "3_c.up.sql",
            "3_c.go",
            "embed.go",
            "2_fill.down.sql",
        ],
    );
    assert_eq!(keys(&import), ["1", "2", "3"]);
    let hole = &import.migrations[1];
    assert_eq!(hole.hole.as_deref(), Some("`2_fill.go`, a migration in Go"));
    assert!(hole.up.text.starts_with("-- ") && hole.up.text.lines().count() == 1);
    assert_eq!(hole.down.as_ref().unwrap().path, "2_fill.down.sql");
    assert_eq!(skipped(&import), ["2_fill_test.go", "3_c.go", "embed.go"]);
    assert!(import.migrations[2].notes[0].contains("3_c.go"), "named beside its SQL too");
}

#[test]
fn hooks_in_code_stand_on_the_side_of_their_sql_that_their_name_says() {
    let import = read_named(
        Format::GolangMigrate,
        &[
            "1_a.up.sql",
            "2_fill.up.sql",
            "2_fill_pre.go",
            "2_post_fill.go",
            "3_c.up.sql",
            "3_pre.go",
        ],
    );
    let order: Vec<&str> = import.migrations.iter().map(|m| m.up.path.as_str()).collect();
    assert_eq!(
        order,
        [
            "1_a.up.sql",
            "2_fill_pre.go",
            "2_fill.up.sql",
            "2_post_fill.go",
            "3_pre.go",
            "3_c.up.sql"
        ]
    );
    assert_eq!(codes(&import), []);
    let rows = |key: &str| vec![vec![Some(key.to_owned()), Some("false".to_owned())]];
    let has = |key: &str| applied(Format::GolangMigrate, &rows(key), &import);
    assert_eq!(has("2"), Ok(vec![0, 1, 2, 3]));
    assert_eq!(has("3"), Ok(vec![0, 1, 2, 3, 4, 5]));
    let ids: Vec<String> = ids(&import).iter().map(ToString::to_string).collect();
    assert_eq!(ids[1..4], ["2_fill_pre", "2_fill", "2_post_fill"]);
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_that_says_why() {
    let files = [ForeignFile { path: "1_a.sql".into(), text: Err("not UTF-8".into()) }];
    let import = read(Format::Sqlx, Dialect::Sqlite, &files);
    assert_eq!(codes(&import), [Code::UnreadableFile]);
    assert!(import.problems[0].message.contains("not UTF-8"));
    assert_eq!(import.problems[0].places[0].location.path, "1_a.sql");
}

#[test]
fn diesel_reads_directories_with_their_settings() {
    let import = read_in(
        Format::Diesel,
        &[
            ("2024-02-01-101010-0000_add an-index/up.sql", "CREATE INDEX i ON t (a);\r\n"),
            ("2024-02-01-101010-0000_add an-index/down.sql", "DROP INDEX i;"),
            ("2024-02-01-101010-0000_add an-index/metadata.toml", "run_in_transaction = false\n"),
            ("2024-02-01-101010-0000_add an-index/notes.txt", ""),
            ("00000000000000_diesel_initial_setup/up.sql", ""),
            ("20230101000000_code/mod.rs", "fn run() {}"),
            ("20230101000001_only_settings/metadata.toml", ""),
            ("stray.sql", "SELECT 1"),
            (".git/up.sql", ""),
            ("a_b/c/up.sql", ""),
        ],
    );
    assert_eq!(keys(&import), ["00000000000000", "20230101000000", "202402011010100000"]);
    assert_eq!(messages(&import), ["diesel initial setup", "code", "add an index"]);
    let last = &import.migrations[2];
    assert!(!last.up.transaction && !last.down.as_ref().unwrap().transaction);
    assert_eq!(last.up.text, "CREATE INDEX i ON t (a);\n");
    assert!(import.migrations[1].hole.as_ref().unwrap().contains("20230101000000_code/mod.rs"));
    assert_eq!(
        skipped(&import),
        [
            ".git/up.sql",
            "20230101000001_only_settings/metadata.toml",
            "2024-02-01-101010-0000_add an-index/notes.txt",
            "a_b/c/up.sql",
            "stray.sql"
        ]
    );
    assert!(import.problems.is_empty());
}

#[test]
fn settings_of_diesel_that_are_not_understood_are_errors() {
    for text in ["run_in_transaction = maybe", "run_in_transaction = 1"] {
        let import = read_in(Format::Diesel, &[("1_a/up.sql", ""), ("1_a/metadata.toml", text)]);
        assert_eq!(codes(&import), [Code::ImportSettings], "{text}");
    }
    let import = read_in(Format::Diesel, &[("1_a/down.sql", "DROP TABLE t;")]);
    assert_eq!(codes(&import), [Code::ImportDownWithoutUp]);
}
