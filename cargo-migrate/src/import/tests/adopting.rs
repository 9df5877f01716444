//! Rows of version tables.

use super::*;

fn rows(list: &[&[&str]]) -> Vec<Vec<Option<String>>> {
    let cell = |text: &&str| (*text != "NULL").then(|| (*text).to_owned());
    list.iter().map(|row| row.iter().map(cell).collect()).collect()
}

fn ask(format: Format, paths: &[&str], list: &[&[&str]]) -> Result<Vec<usize>, AdoptError> {
    applied(format, &rows(list), &read_named(format, paths))
}

const THREE: [&str; 3] = ["0001_a.up.sql", "0002_b.up.sql", "0010_c.up.sql"];

#[test]
fn sqlx_has_a_row_per_migration_and_says_which_failed() {
    let has = |list| ask(Format::Sqlx, &THREE, list);
    assert_eq!(has(&[&["1", "true"], &["10", "true"]]), Ok(vec![0, 2]));
    assert_eq!(has(&[]), Ok(vec![]));
    assert_eq!(
        has(&[&["1", "true"], &["2", "false"]]),
        Err(AdoptError::Unfinished(vec!["2".into()]))
    );
    let unknown = has(&[&["1", "true"], &["3", "true"], &["4", "true"]]).unwrap_err();
    assert_eq!(unknown, AdoptError::Unknown(vec!["3".into(), "4".into()]));
    assert!(unknown.to_string().contains("3, 4"));
    assert_eq!(has(&[&["NULL", "true"]]), Err(AdoptError::Malformed));
}

#[test]
fn golang_migrate_has_one_row_that_says_how_far() {
    let has = |list| ask(Format::GolangMigrate, &THREE, list);
    assert_eq!(has(&[&["2", "false"]]), Ok(vec![0, 1]));
    assert_eq!(has(&[&["-1", "false"]]), Ok(vec![]));
    assert_eq!(has(&[&["2", "true"]]), Err(AdoptError::Unfinished(vec!["2".into()])));
    assert_eq!(has(&[&["7", "false"]]), Err(AdoptError::Unknown(vec!["7".into()])));
}

#[test]
fn file_names_are_keys_where_versions_are_not_unique() {
    let paths = ["0001_a.up.sql", "0001_b.up.sql", "0002_c_up.sql", "0002_c_down.sql"];
    let has = |list| ask(Format::GolangMigrate, &paths, list);
    assert_eq!(has(&[&["0001_b"]]), Ok(vec![0, 1]));
    assert_eq!(has(&[&["0002_c"]]), Ok(vec![0, 1, 2]));
    assert_eq!(has(&[&["2", "false"]]), Ok(vec![0, 1, 2]), "this version is unique");
    assert_eq!(
        has(&[&["1", "false"]]),
        Err(AdoptError::Ambiguous("1".into(), vec!["0001_a".into(), "0001_b".into()]))
    );
}

#[test]
fn diesel_and_dbmate_keep_the_text_of_the_version() {
    let diesel = ["2024-01-01-000000_a/up.sql", "2024-01-02-000000_b/up.sql"];
    assert_eq!(ask(Format::Diesel, &diesel, &[&["20240101000000"]]), Ok(vec![0]));
    let file = files(&[("001_a.sql", "-- migrate:up\nSELECT 1;")]);
    let import = read(Format::Dbmate, Dialect::Sqlite, &file);
    assert_eq!(applied(Format::Dbmate, &rows(&[&["001"]]), &import), Ok(vec![0]));
    assert!(applied(Format::Dbmate, &rows(&[&["1"]]), &import).is_err());
}

#[test]
fn the_latest_row_of_goose_wins() {
    let sql = "-- +goose Up\nSELECT 1;";
    let file = files(&[("00001_a.sql", sql), ("00002_b.sql", sql)]);
    let import = read(Format::Goose, Dialect::Sqlite, &file);
    let has = |list: &[&[&str]]| applied(Format::Goose, &rows(list), &import);
    let start: &[&str] = &["0", "true"];
    assert_eq!(has(&[start, &["1", "true"], &["2", "true"], &["2", "false"]]), Ok(vec![0]));
    assert_eq!(has(&[start, &["1", "true"], &["1", "false"], &["1", "true"]]), Ok(vec![0]));
    assert!(has(&[start, &["3", "true"]]).is_err());
    assert_eq!(has(&[start, &["3", "true"], &["3", "false"]]), Ok(vec![]), "gone and undone");
}

#[test]
fn refinery_has_numbers() {
    let paths = ["V9__a.sql", "V10__b.sql", "U11__c.sql"];
    assert_eq!(ask(Format::Refinery, &paths, &[&["9"], &["11"]]), Ok(vec![0, 2]));
}

#[test]
fn flyway_has_baselines_undone_versions_and_scripts() {
    let paths = ["V001__a.sql", "V1_2__b.sql", "V2__c.sql", "R__v.sql", "U2__c.sql"];
    let has = |list| ask(Format::Flyway, &paths, list);
    assert_eq!(
        has(&[
            &["NULL", "true", "SCHEMA", "<< >>"],
            &["1", "true", "SQL", "V001__a.sql"],
            &["2", "true", "SQL", "V2__c.sql"],
            &["2", "true", "UNDO_SQL", "U2__c.sql"],
            &["NULL", "true", "SQL", "R__v.sql"],
        ]),
        Ok(vec![0, 3])
    );
    assert_eq!(has(&[&["1.2", "true", "BASELINE", "<< >>"]]), Ok(vec![0, 1]));
    assert_eq!(
        has(&[&["1.2", "false", "SQL", ""]]),
        Err(AdoptError::Unfinished(vec!["1.2".into()]))
    );
}

#[test]
fn every_format_has_a_table_that_its_query_reads() {
    for format in Format::ALL {
        for table in version_tables(format) {
            assert!(table.query.contains(&format!(" FROM {}", table.name)), "{table:?}");
        }
    }
}
