//! What the sources must keep to: layers, who may name what, documentation that is in step.
//!
//! Every exception stands in a list with its reason, and an exception that is no longer needed
//! fails too.

mod api;
pub(crate) mod code;
mod documents;
mod layers;
mod vocabulary;

use std::collections::BTreeSet;

use code::{File, all_files, crate_files, files_from, read, rust_files};

/// A file, or a folder when it ends in `/`, that may do what others may not, and why.
type Exception = (&'static str, &'static str);

/// The sources, without what only tests see, of which a fault is told, exceptions aside.
fn refuse<'f>(
    files: impl IntoIterator<Item = &'f File>,
    what: &str,
    exceptions: &[Exception],
    is_fault: impl Fn(&File) -> bool,
) {
    let found: BTreeSet<&str> = files
        .into_iter()
        .filter(|file| !file.is_test && is_fault(file))
        .map(|file| file.path.as_str())
        .collect();
    let covers = |(place, _): &Exception, path: &str| {
        path == *place || place.ends_with('/') && path.starts_with(place)
    };
    let faults: Vec<&str> =
        found.iter().copied().filter(|path| !exceptions.iter().any(|e| covers(e, path))).collect();
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
    for exception in exceptions {
        let needed = found.iter().any(|path| covers(exception, path));
        assert!(needed, "{what}: the exception for {} is not needed", exception.0);
    }
}

fn names(file: &File, wanted: &[&str]) -> bool {
    let begins = |name: &Vec<String>| {
        name.len() >= wanted.len() && name.iter().zip(wanted).all(|(part, wanted)| part == wanted)
    };
    file.names.iter().any(begins)
}

#[test]
fn core_knows_no_driver_no_runtime_no_environment() {
    let files = crate_files("migrate-core");
    for wanted in [
        &["sqlx"][..],
        &["tokio"],
        &["std", "env"],
        &["std", "net"],
        &["std", "process", "Command"],
    ] {
        refuse(&files, &format!("migrate-core names {}", wanted.join("::")), &[], |file| {
            names(file, wanted)
        });
    }
}

#[test]
fn one_module_of_core_touches_the_file_system() {
    refuse(
        &crate_files("migrate-core"),
        "migrate-core touches the file system",
        &[
            ("migrate-core/src/directory.rs", "the folder of the revisions"),
            ("migrate-core/src/directory/", "the same"),
        ],
        |file| names(file, &["std", "fs"]),
    );
}

#[test]
fn the_macros_plan_nothing_and_write_nothing() {
    let files = crate_files("migrate-macros");
    for module in ["author", "plan", "script", "version_table"] {
        refuse(&files, &format!("migrate-macros sees {module}"), &[], |file| {
            names(file, &["migrate_core", module])
        });
    }
}

#[test]
fn a_database_is_named_only_where_it_differs() {
    const VARIANTS: [&str; 8] = [
        "Sqlite",
        "SqlitePool",
        "Postgres",
        "PostgresPool",
        "Mysql",
        "MysqlPool",
        "NoDriver",
        "Mariadb",
    ];
    let is_variant = |name: &Vec<String>| match name.as_slice() {
        [.., of, variant] => {
            ["Dialect", "ConnectionSource", "Place"].contains(&of.as_str())
                && VARIANTS.contains(&variant.as_str())
        }
        _ => false,
    };
    refuse(
        &all_files(),
        "a database is named; a question is missing on Dialect or Driver",
        &[
            ("migrate-core/src/dialect/", "what the SQL of each says"),
            ("migrate-db/src/driver/", "how bytes travel to each"),
            ("migrate-db/src/database.rs", "the one enum that selects a driver"),
            (
                "cargo-migrate/src/import/collect.rs",
                "sqlx itself treats one database in a way of its own",
            ),
            ("migrate-core/src/lint/", "a rule names the databases that it is about"),
            ("migrate-db/src/inspect/mod.rs", "the one place that selects a catalog"),
            ("migrate-db/src/inspect/mysql.rs", "a catalog is of one database"),
            (
                "migrate-db/src/testkit/",
                "servers, copies of databases and values of columns differ",
            ),
            ("migrate-db/src/url/", "the parameters of a URL are those of its driver"),
            ("cargo-migrate/src/command/init.rs", "the database of a project that names none"),
        ],
        |file| file.names.iter().any(is_variant),
    );
}

#[test]
fn only_ui_prints() {
    refuse(
        &all_files(),
        "something is printed; give it to Ui",
        &[
            ("migrate-db/src/cli/ui/", "it is the way to the user"),
            (
                "migrate-db/src/testkit/application.rs",
                "a test says in its own output where its database is",
            ),
            ("migrate-db/src/testkit/entry.rs", "a test's own output, which its harness captures"),
        ],
        |file| {
            let prints = ["print", "println", "eprint", "eprintln", "dbg"];
            file.macros.iter().any(|name| prints.contains(&name.as_str()))
                || names(file, &["std", "io", "stdout"])
                || names(file, &["std", "io", "stderr"])
                || names(file, &["io", "stdout"])
                || names(file, &["io", "stderr"])
                || file.names.iter().any(|name| name[0] == "anstream")
        },
    );
}

#[test]
fn nothing_ends_the_process_but_its_main_function() {
    let ends = |name: &Vec<String>| {
        name.ends_with(&["process".to_owned(), "exit".to_owned()])
            || name.ends_with(&["process".to_owned(), "abort".to_owned()])
    };
    refuse(&all_files(), "the process is ended", &[], |file| file.names.iter().any(ends));
}

#[test]
fn the_environment_is_read_in_few_places() {
    refuse(
        &all_files(),
        "the environment is read",
        &[
            ("migrate-macros/src/settings.rs", "cargo says where the crate is"),
            ("migrate-db/src/migrator/options.rs", "who is recorded"),
            ("migrate-db/src/cli/mount.rs", "DATABASE_URL of an application's own binary"),
            ("migrate-db/src/cli/ui/pager.rs", "the user's pager"),
            ("migrate-db/src/testkit/provision/", "where servers for tests come from"),
            ("cargo-migrate/src/context.rs", "where the user stands"),
            ("cargo-migrate/src/context/", "DATABASE_URL and `.env`"),
            ("cargo-migrate/src/main.rs", "the arguments"),
        ],
        |file| names(file, &["std", "env"]) || names(file, &["env"]),
    );
}

#[test]
fn a_file_is_short_enough_to_be_read() {
    refuse(
        &all_files(),
        "more than 600 lines without the tests inside: split the module",
        &[],
        |file| file.lines > 600,
    );
}

#[test]
fn a_module_opens_with_what_it_is_for() {
    for file in all_files().into_iter().filter(|file| !file.is_test) {
        assert!(read(&file.path).starts_with("//!"), "{} does not open with `//!`", file.path);
    }
}

#[test]
fn no_file_is_forgotten() {
    let mut reached: BTreeSet<String> = all_files().into_iter().map(|file| file.path).collect();
    for root in ["tests/it/main.rs", "tests/src/lib.rs"] {
        reached.extend(files_from(root).into_iter().map(|file| file.path));
    }
    let folders = code::CRATES.map(|name| format!("{name}/src"));
    let folders = folders.iter().map(String::as_str).chain(["tests/it"]);
    for path in folders.flat_map(rust_files) {
        assert!(reached.contains(&path), "no `mod` leads to {path}");
    }
}

#[test]
fn every_command_has_a_test_that_calls_it() {
    // What is shared by commands, and no command.
    const SHARED: [&str; 2] = ["mod", "list"];
    let tests: String = rust_files("tests/it/cli").iter().map(|path| read(path)).collect();
    let tests: String = tests.split_whitespace().collect();
    for folder in ["migrate-db/src/cli/command", "cargo-migrate/src/command"] {
        for path in rust_files(folder) {
            let (_, name) = path.trim_end_matches(".rs").rsplit_once('/').unwrap();
            if SHARED.contains(&name) {
                continue;
            }
            // A list of arguments that begins with its name.
            assert!(tests.contains(&format!("[\"{name}\"")), "no test calls `{name}`");
        }
    }
}
