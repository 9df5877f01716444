//! Crates in a temporary folder.

use std::fs;
use std::path::Path;

use super::*;

fn krate(root: &Path, files: &[(&str, &str)]) -> Root {
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Root {
        package: "app".to_owned(),
        files: vec![root.join("src/lib.rs")],
        shown_from: root.to_owned(),
    }
}

fn tables(models: &Models) -> String {
    let shown = |model: &Model| {
        let columns: Vec<String> = model
            .columns
            .iter()
            .map(|column| {
                let option = if column.nullable { "?" } else { "" };
                format!("{} {}{option}", column.name.value, column.rust_type.value.describe())
            })
            .collect();
        format!("{}({})", model.table.value, columns.join(", "))
    };
    let mut all: Vec<String> = models.tables.iter().map(shown).collect();
    all.sort();
    all.join("\n")
}

#[test]
fn modules_are_found_as_the_compiler_finds_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = krate(
        folder.path(),
        &[
            (
                "src/lib.rs",
                "mod users;\nmod orders { pub mod items; }\n#[path = \"elsewhere/x.rs\"] mod y;\n\
                 #[cfg(test)] mod tests;\n#[cfg(feature = \"gone\")] mod absent;\ninclude!(\"shared.inc\");\n\
                 include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));\n",
            ),
            (
                "src/users.rs",
                "mod profile;\nuse migrate_db::Table as Model;\n#[derive(Model)] struct User { id: i64 }\n",
            ),
            ("src/users/profile.rs", "#[derive(migrate_db::Table)] struct Profile { id: i64 }\n"),
            ("src/orders/items.rs", "#[derive(Debug, Table)] struct Item { id: i64 }\n"),
            ("src/elsewhere/x.rs", "mod z;\n"),
            (
                "src/elsewhere/z.rs",
                "#[cfg_attr(feature = \"db\", derive(migrate_db::Table))] struct Z { id: i64, #[cfg(test)] t: i64 }\n",
            ),
            ("src/shared.inc", "#[derive(migrate_db::Table)] struct Shared { id: i64 }\n"),
            ("src/tests.rs", "#[derive(migrate_db::Table)] struct OfTests { id: i64 }\n"),
            ("src/unused.rs", "#[derive(migrate_db::Table)] struct Unused { id: i64 }\n"),
            ("src/users/mod.rs", ""),
        ],
    );
    let (models, found) = read(&[root]);
    assert_eq!(
        tables(&models),
        "item(id i64)\nprofile(id i64)\nshared(id i64)\nuser(id i64)\nz(id i64)"
    );
    let found = found.to_string();
    assert!(found.contains("is made by a build") && found.contains("--> src/lib.rs:7"), "{found}");
    assert_eq!(found.matches("[models-unread]").count(), 1, "{found}");
    let user = models.tables.iter().find(|model| model.ident.value == "User").unwrap();
    let place = models.place(user.ident.span).unwrap();
    assert_eq!((place.file.path(), place.range.of(place.file.text())), ("src/users.rs", "User"));
}

#[test]
fn a_table_of_another_crate_is_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let root = krate(
        folder.path(),
        &[(
            "src/lib.rs",
            "use prettytable::Table;\n#[derive(Table)] struct A { id: i64 }\nmod b { use migrate_db::*; #[derive(Table)] struct B { id: i64 } }\n#[derive(other::Table)] struct C { id: i64 }\n",
        )],
    );
    let (models, _) = read(&[root]);
    assert_eq!(tables(&models), "b(id i64)");
}

#[test]
fn types_are_found_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let root = krate(
        folder.path(),
        &[
            (
                "src/lib.rs",
                "mod ids;\nuse migrate_db::Table;\n\
                 #[derive(Table)] struct User { id: ids::UserId, #[sqlx(flatten)] address: Address, mood: Option<Mood>, tags: Vec<Tag>, age: Age, other: Other }\n\
                 struct Address { city: String, #[sqlx(flatten)] geo: Geo }\nstruct Geo { lat: f64 }\n\
                 #[derive(sqlx::Type)] #[sqlx(type_name = \"mood\")] enum Mood { Happy, Sad }\n\
                 type Age = Option<i32>;\nstruct Other;\n",
            ),
            (
                "src/ids.rs",
                "#[derive(sqlx::Type)] #[sqlx(transparent)] pub struct UserId(Inner);\n#[sqlx(transparent)] struct Inner(i64);\n#[sqlx(transparent)] struct Tag(String);\n",
            ),
        ],
    );
    let (models, found) = read(&[root]);
    assert!(found.is_empty(), "{found}");
    assert_eq!(
        tables(&models),
        "user(id i64, city String, lat f64, mood Mood?, tags Vec<String>, age i32?, other Other)"
    );
    assert_eq!(models.enums.len(), 1);
}

#[test]
fn mistakes_have_places() {
    let folder = tempfile::tempdir().unwrap();
    let root = krate(
        folder.path(),
        &[
            (
                "src/lib.rs",
                "mod broken;\nmod gone;\n#[derive(migrate_db::Table)]\nstruct User<T> { id: T, #[sqlx(flatten)] address: Address }\n",
            ),
            ("src/broken.rs", "struct {\n"),
        ],
    );
    let (_, found) = read(&[root]);
    let found = found.to_string();
    for expected in [
        "error[model-mistake]: this is not Rust",
        "--> src/broken.rs:1:8",
        "warning[models-unread]: the file of module `gone` cannot be read",
        "--> src/lib.rs:2:5",
        "error[model-mistake]: a generic struct is not a table",
        "--> src/lib.rs:4:13",
    ] {
        assert!(found.contains(expected), "{expected}\n{found}");
    }
}
