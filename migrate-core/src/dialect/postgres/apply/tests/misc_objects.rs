//! Objects that are known by text alone, and comments.

use super::{marks, refused, same, state, unknown};

const T: &str = "CREATE TABLE t (a int PRIMARY KEY, b text)";

#[test]
fn an_object_of_text_search_that_changes_is_unknown() {
    let made = "CREATE TEXT SEARCH CONFIGURATION words (COPY = simple)";
    let change = "ALTER TEXT SEARCH CONFIGURATION words DROP MAPPING FOR email";
    unknown(&[made, change], &["the text of text search object configuration words"]);
}

#[test]
fn an_operator_family_takes_its_classes_along() {
    let class = "CREATE OPERATOR CLASS odd FOR TYPE integer USING hash AS OPERATOR 1 =";
    let found = marks(&state(&[class, "DROP OPERATOR FAMILY odd USING hash"]));
    assert!(found.contains(&"operator class odd using hash".to_owned()), "{found:?}");
    assert!(found.contains(&"operator family odd using hash".to_owned()), "{found:?}");
}

#[test]
fn plpgsql_is_there_from_the_beginning() {
    same(&["CREATE EXTENSION IF NOT EXISTS plpgsql"], &[]);
    assert_eq!(marks(&state(&["DROP EXTENSION plpgsql CASCADE"])), ["everything"]);
    assert!(refused(&["DROP EXTENSION hstore"]).contains("hstore"));
}

#[test]
fn the_comment_that_public_begins_with_is_none() {
    let back = "COMMENT ON SCHEMA public IS 'standard public schema'";
    same(&["COMMENT ON SCHEMA public IS 's'", back], &[]);
}

#[test]
fn a_comment_on_the_index_of_a_key_is_of_its_table() {
    let found = state(&[T, "COMMENT ON INDEX t_pkey IS 'i'"]);
    let comment = found.schema().others.values().find(|other| other.definition == "i");
    assert_eq!(comment.unwrap().table.as_ref().unwrap().name, "t");
}

#[test]
fn a_conversion_to_the_usual_collation_has_none() {
    let to = |collation: &str| format!("ALTER TABLE t ALTER b TYPE text COLLATE {collation}");
    same(&[T, &to("\"C\""), &to("\"default\"")], &[T]);
}
