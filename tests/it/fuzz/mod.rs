//! The corpus of the fuzz targets, on stable Rust.

mod properties {
    include!("../../../fuzz/properties.rs");
}

use crate::tidy::code::root;

/// Calls a property with each file of a target's corpus, and with each prefix of it.
fn all(target: &str, property: fn(&str)) {
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("fuzz/corpus").join(target)).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for (end, _) in text.char_indices() {
            property(&text[..end]);
        }
        property(&text);
        count += 1;
    }
    assert!(count > 2, "the corpus of {target} is not found");
}

#[test]
fn sql_of_the_corpus_is_read() {
    all("sql", properties::sql);
}

#[test]
fn revisions_of_the_corpus_are_read() {
    all("revision", properties::revision);
}

#[test]
fn lock_files_of_the_corpus_are_read() {
    all("lock", properties::lock);
}
