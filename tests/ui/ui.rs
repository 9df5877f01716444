//! What the compiler says of each mistake: a case per diagnostic code, named after it, with a
//! history of the same name. The cases of the static checks are on PostgreSQL, MySQL and SQLite.
//!
//! `TRYBUILD=overwrite cargo test -p migrate-ui-tests` writes the expected messages anew.

use std::path::{Path, PathBuf};
use std::{fs, io};

use migrate_core::diagnostic::{Code, Group, Severity};
use migrate_core::static_check;

/// Codes without a case, and the reason.
const WITHOUT_CASE: [(&str, &str); 5] = [
    ("schema-file-outdated", "found by `check`; the macro reads no schema file"),
    ("unknown-variable", "migrate.toml declares variables, and the cases share one"),
    ("config-syntax", "migrate.toml stands beside the Cargo.toml that the cases share"),
    ("unknown-setting", "as above; tested in migrate-macros"),
    ("setting-value", "as above; tested in migrate-macros"),
];

#[test]
fn every_mistake_is_one_compile_error_that_tells_the_way_out() {
    // The folder of the revisions is relative to the Cargo.toml that trybuild writes.
    let project = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .with_file_name("tests")
        .join("trybuild")
        .join(env!("CARGO_PKG_NAME"));
    let histories = project.join("histories");
    if histories.exists() {
        fs::remove_dir_all(&histories).unwrap();
    }
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("histories"), &histories).unwrap();
    // The derives compare structs with the history of the crate.
    copy(&histories.join("models"), &project.join("migrations")).unwrap();
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}

#[test]
fn every_code_that_refuses_a_history_has_a_case() {
    for code in Code::ALL {
        let expected = case(code.as_str());
        let without = match code.group() {
            _ if static_check::CODES.contains(code) => None,
            Group::Import => Some("the macro does not read the files of other tools"),
            Group::Models => Some("the derives tell them without a code, in cases of their own"),
            Group::RoundTrip => Some("found by tests on a database"),
            Group::Lint => Some("found by the command; the macro does not lint"),
            _ if code.level() == Severity::Warning => Some("a warning stops no build"),
            _ => WITHOUT_CASE.iter().find(|(name, _)| code.as_str() == *name).map(|(_, why)| *why),
        };
        match without {
            Some(why) => assert!(!expected.exists(), "{code} has a case after all: {why}"),
            None => {
                let text = fs::read_to_string(&expected)
                    .unwrap_or_else(|error| panic!("{}: {error}", expected.display()));
                assert!(text.contains(&format!("[{code}]")), "{code} is not told in its case");
            }
        }
    }
}

#[test]
fn each_case_gives_one_message() {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "stderr") {
            let text = fs::read_to_string(&path).unwrap();
            let messages = text.lines().filter(|line| line.starts_with("error")).count();
            assert_eq!(messages, 1, "{}", path.display());
        }
    }
}

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(name).with_extension("stderr")
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
