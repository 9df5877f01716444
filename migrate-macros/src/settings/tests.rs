use std::fs;

use migrate_core::history::Heads;

use super::*;

/// What is decided for a project with this `migrate.toml`.
fn of(config: &str, args: &Args) -> Result<Settings, String> {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(FILE_NAME), config).unwrap();
    let project = Project::of(root.path(), args).map_err(|refusal| refusal.message)?;
    assert_eq!(project.config, Some(root.path().join(FILE_NAME)));
    Ok(project.settings)
}

fn dir(dir: &str) -> Args {
    Args { dir: Some(dir.to_owned()), ..Args::default() }
}

#[test]
fn without_migrate_toml_the_folder_is_migrations() {
    let root = tempfile::tempdir().unwrap();
    let project = Project::of(root.path(), &Args::default()).unwrap();
    assert_eq!(project.settings.dir, "migrations");
    assert_eq!(project.settings.heads, Heads::One);
    assert_eq!(project.config, None);
}

#[test]
fn what_migrate_toml_says_holds_unless_the_macro_says_otherwise() {
    let config = "dir = \"db\"\nheads = \"many\"\ndialects = [\"mysql\"]\n";
    let settings = of(config, &Args::default()).unwrap();
    assert_eq!((settings.dir.as_str(), settings.heads), ("db", Heads::Many));
    assert_eq!(settings.dialects, [Dialect::Mysql]);
    let args = Args { heads: Some(Heads::One), dialects: vec![Dialect::Sqlite], ..dir("./db/") };
    let settings = of(config, &args).unwrap();
    assert_eq!((settings.dir.as_str(), settings.heads), ("./db/", Heads::One));
    assert_eq!(settings.dialects, [Dialect::Sqlite]);
}

#[test]
fn a_folder_has_the_settings_of_its_own_database() {
    let config =
        "version-table = \"a\"\n[database.b]\ndir = \"b/migrations\"\nversion-table = \"b\"\n";
    let table = |args: &Args| of(config, args).unwrap().version_table;
    assert_eq!(table(&Args::default()), "a");
    assert_eq!(table(&dir("b/migrations/")), "b");
    assert_eq!(table(&dir("elsewhere")), "migrate_version");
}

#[test]
fn among_several_databases_the_folder_must_be_named() {
    let config = "[database.a]\ndir = \"a\"\n[database.b]\ndir = \"b\"\n";
    let refusal = of(config, &Args::default()).unwrap_err();
    assert_eq!(
        refusal,
        "migrate.toml has several databases and none was chosen\n  \
         = help: name the folder: `migrations!(\"a\")` or `migrations!(\"b\")`"
    );
    assert!(of(config, &dir("b")).is_ok());
}

#[test]
fn mistakes_in_migrate_toml_are_told_all_at_once() {
    let refusal = of("dri = \"db\"\nheads = 2\n", &Args::default()).unwrap_err();
    assert!(refusal.starts_with("2 mistakes in the migrations\n\nerror["), "{refusal}");
    assert!(refusal.contains("migrate.toml:1:1") && refusal.contains("migrate.toml:2:"));
    let refusal = of("dir = ", &Args::default()).unwrap_err();
    assert!(refusal.starts_with("[config-syntax] "), "{refusal}");
}
