//! Which static findings the compiler refuses, on each database that is checked.

use super::*;

/// What the compiler says of a history of three revisions with these settings. The first two are sealed by
/// a lock file.
fn refused(settings: &str, sealed: &str, open: &str) -> Option<String> {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("migrations");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(root.path().join("migrate.toml"), settings).unwrap();
    let base = "-- migrate:up\nCREATE TABLE users (id INTEGER PRIMARY KEY);\n\n\
                -- migrate:down\nDROP TABLE users;";
    let mut below = "";
    for (id, sections) in [("a1", base), ("b2", sealed), ("c3", open)] {
        let text = format!("-- revision: {id}\n-- revises: {below}\n\n{sections}\n");
        std::fs::write(folder.join(format!("{id}.sql")), text).unwrap();
        below = id;
    }
    let args = Args::default();
    let project = Project::of(root.path(), &args).ok().unwrap();
    let directory = Directory::shown_as(&folder, "migrations".to_owned());
    let (history, _) = directory.history(&project.settings.dialects).unwrap();
    let fingerprint = |id: &str| {
        let node = history.graph.node(id).unwrap();
        format!("\"{id}\" = \"{}\"\n", history.graph.revision(node).fingerprint)
    };
    let lock = format!(
        "version = 1\ndialects = [\"{}\"]\nheads = [\"c3\"]\n\n[revisions]\n{}",
        history.dialects[0],
        ["a1", "b2", "c3"].map(fingerprint).concat()
    );
    std::fs::write(folder.join(lock::FILE_NAME), lock).unwrap();
    check(root.path(), &args).err().map(|refusal| refusal.message)
}

const CLEAN: &str = "-- migrate:up\nCREATE TABLE notes (id INTEGER PRIMARY KEY);\n\n\
                     -- migrate:down\nDROP TABLE notes;";
const WRONG: &str = "-- migrate:up\nCREATE TABLE audit (id INTEGER PRIMARY KEY);\n\n\
                     -- migrate:down\nSELECT 1;";

/// The settings of a project on each database whose SQL is checked.
fn settings(checks: &str) -> [String; 2] {
    ["sqlite", "mysql"].map(|dialect| format!("dialects = [\"{dialect}\"]\n{checks}\n"))
}

#[test]
fn sealed_and_open_revisions_are_refused_as_the_project_says() {
    for (checks, of_sealed, of_open) in [
        ("", false, true),
        ("static-checks = \"new\"", false, true),
        ("static-checks = \"all\"", true, true),
        ("static-checks = \"off\"", false, false),
    ] {
        for settings in settings(checks) {
            let found = refused(&settings, WRONG, CLEAN);
            assert_eq!(found.is_some(), of_sealed, "{settings}: {found:?}");
            let found = refused(&settings, CLEAN, WRONG);
            assert_eq!(found.is_some(), of_open, "{settings}: {found:?}");
            if let Some(text) = found {
                assert!(text.contains("[left-behind]") && text.contains("c3.sql:5"), "{text}");
            }
        }
    }
}

#[test]
fn what_a_revision_accepts_compiles() {
    for settings in settings("") {
        let accepted = format!("{WRONG}\n\n-- migrate:allow left-behind it stays for the audit");
        assert_eq!(refused(&settings, CLEAN, &accepted), None);
        let other = format!("{WRONG}\n\n-- migrate:allow not-restored it stays for the audit");
        assert!(refused(&settings, CLEAN, &other).is_some());
    }
}

#[test]
fn what_is_not_known_compiles_and_a_stated_effect_is_known() {
    let [sqlite, mysql] = settings("");
    let procedure = "CREATE PROCEDURE fill() BEGIN SET @s = (SELECT MAX(name) FROM users); \
                     PREPARE s FROM @s; EXECUTE s; END;\nCALL fill();";
    for (settings, dynamic) in
        [(&sqlite, "CREATE TABLE made AS SELECT *, 1 AS one FROM users;"), (&mysql, procedure)]
    {
        let down = if settings == &mysql { "DROP PROCEDURE fill;\n" } else { "" };
        let column = "ALTER TABLE made DROP COLUMN anything;\nDROP TABLE made;";
        let text = format!("-- migrate:up\n{dynamic}\n\n-- migrate:down\n{down}{column}");
        assert_eq!(refused(settings, CLEAN, &text), None);
        let effect = "-- migrate:effect\nCREATE TABLE stated (id INTEGER PRIMARY KEY, x INT);";
        let up = "-- migrate:up\nSELECT 1;";
        let whole = format!("{up}\n\n{effect}\n\n-- migrate:down\nDROP TABLE stated;");
        assert_eq!(refused(settings, CLEAN, &whole), None);
        let part =
            format!("{up}\n\n{effect}\n\n-- migrate:down\nALTER TABLE stated DROP COLUMN x;");
        let found = refused(settings, CLEAN, &part).unwrap_or_default();
        assert!(found.contains("[left-behind]") && found.contains("table stated"), "{found}");
    }
}
