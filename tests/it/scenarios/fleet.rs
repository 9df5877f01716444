//! Several databases that share a history: a file, a database or a schema for each tenant.

use migrate_db::__private::query;
use migrate_db::{FleetOptions, Member, Migrations};
use serde_json::json;

use super::rehearsal::has_old_program;
use super::*;
use crate::support::TestEnvironment;
use crate::support::db::Place;
use crate::support::fleet::Fleet;

everywhere!(
    a_second_run_continues_with_those_that_are_behind,
    one_that_cannot_be_reached_hides_no_other,
    a_program_upgrades_each,
    the_printed_scripts_are_what_would_run,
    a_copy_of_each_is_made_before_its_run,
);
on!(
    postgres_schemas, Postgres:
    a_query_names_the_schemas,
    a_schema_does_not_see_the_version_table_of_another,
    schemas_have_scripts_of_their_own_and_one_copy,
);

/// Names that have to be quoted in SQL and encoded in a URL.
const NAMES: [&str; 3] = ["acme", "O'Brien \"&\" Söhne; --", "a%20b?c=d"];

async fn a_second_run_continues_with_those_that_are_behind(db: Db) {
    let fleet = Fleet::new(db, &NAMES).await;
    let upgraded = fleet.json(&["upgrade", "bbb", "--only", "acme"], 0);
    assert_eq!(upgraded.len(), 1);
    assert_eq!(upgraded[0]["database"], "tenants");
    assert_eq!(upgraded[0]["heads_after"], json!(["bbb"]));
    assert_eq!(fleet.heads(), ["bbb", "base", "base"]);
    let steps = |upgraded: &[serde_json::Value]| -> Vec<usize> {
        upgraded.iter().map(|one| one["steps"].as_array().unwrap().len()).collect()
    };
    assert_eq!(steps(&fleet.json(&["upgrade", "--all", "--dry-run"], 0)), [1, 3, 3]);
    assert_eq!(fleet.heads(), ["bbb", "base", "base"], "a dry run has changed something");
    assert_eq!(steps(&fleet.json(&["upgrade", "--all", "--parallel", "3"], 0)), [1, 3, 3]);
    assert_eq!(steps(&fleet.json(&["upgrade", "--all"], 0)), [0, 0, 0]);
    assert_eq!(fleet.heads(), ["ccc"; 3]);
    assert_eq!(fleet.env.run(&["check", "--all"]).code, 0);
    let refused = fleet.env.run(&["downgrade", "base", "--all"]);
    assert_eq!(refused.code, 2, "{refused}");
    let args = ["downgrade", "aaa", "--all", "--yes", "--confirm", "3"];
    assert_eq!(steps(&fleet.json(&args, 0)), [2, 2, 2]);
    assert_eq!(fleet.env.run(&["check", "--all"]).code, 3);
    fleet.end().await;
}

async fn one_that_cannot_be_reached_hides_no_other(db: Db) {
    let fleet = Fleet::new(db, &NAMES).await;
    fleet.database("acme").drop(true).await.unwrap();
    if fleet.db.dialect == Dialect::Sqlite {
        fleet
            .env
            .write("tenants/acme.db", "This is a text and no database, long enough to be read.");
    }
    let args = ["upgrade", "--all", "--parallel", "1", "--connect-timeout", "0s"];
    let stopped = fleet.json(&args, 1);
    assert!(stopped[0]["error"]["message"].is_string(), "{stopped:?}");
    assert_eq!((&stopped[1]["not_begun"], &stopped[2]["not_begun"]), (&json!(true), &json!(true)));
    let outcome = fleet.env.run(&[&args[..], &["--keep-going"]].concat());
    assert_eq!(outcome.code, 1, "{outcome}");
    let text = outcome.to_string();
    assert!(text.contains("error: tenants/acme: "), "{text}");
    let password = Place::of(&fleet.db.url).password;
    assert!(password.is_empty() || !text.contains(&format!(":{password}@")), "{text}");
    let current = fleet.json(&["current", "--all", "--connect-timeout", "0s"], 1);
    assert!(current[0]["error"].is_object());
    assert_eq!((&current[1]["heads"], &current[2]["heads"]), (&json!(["ccc"]), &json!(["ccc"])));
    let _ = std::fs::remove_file(fleet.env.path("tenants/acme.db"));
    fleet.database("acme").create().await.unwrap();
    let rest = fleet.json(&["upgrade", "--all"], 0);
    assert_eq!(rest[0]["steps"].as_array().unwrap().len(), 3);
    assert_eq!(rest[1]["steps"], json!([]));
    fleet.end().await;
}

async fn the_printed_scripts_are_what_would_run(db: Db) {
    let names = ["acme", "O'Brien & Söhne", "zeta"];
    let fleet = Fleet::new(db, &names).await;
    fleet.json(&["upgrade", "bbb", "--only", "acme"], 0);
    fleet.json(&["upgrade", "--only", "zeta"], 0);
    let text =
        |parallel| fleet.env.ok(&["upgrade", "--all", "--sql", "--parallel", parallel]).stdout;
    let one = text("1");
    assert_eq!(one, text("3"), "the order depends on chance");
    let titles: Vec<&str> = one.lines().filter(|line| line.starts_with("-- tenants/")).collect();
    assert_eq!(titles.len(), 3, "{one}");
    for (title, name) in titles.iter().zip(names) {
        assert!(
            title.starts_with(&format!("-- tenants/{name} ({}:", fleet.db.dialect.name())),
            "{title}"
        );
        assert_eq!(title.ends_with("nothing to do"), name == "zeta", "{title}");
    }
    let printed = fleet.json(&["upgrade", "--all", "--sql"], 0);
    assert_eq!(fleet.heads(), ["bbb", "base", "ccc"], "printing has changed something");
    for (one, name) in printed.iter().zip(names) {
        let sql = one["sql"].as_str().unwrap();
        assert!(one.get("steps").is_none() && text("1").contains(sql), "{one}");
        fleet.client(name).pipe(sql).unwrap();
    }
    assert_eq!(fleet.heads(), ["ccc"; 3]);
    assert_eq!(fleet.env.run(&["check", "--all"]).code, 0);
    let down = fleet.json(&["downgrade", "aaa", "--all", "--sql"], 0);
    for (one, name) in down.iter().zip(names) {
        fleet.client(name).pipe(one["sql"].as_str().unwrap()).unwrap();
    }
    assert_eq!(fleet.heads(), ["aaa"; 3]);
    // One that fails hides no other.
    fleet.database("acme").drop(true).await.unwrap();
    if fleet.db.dialect == Dialect::Sqlite {
        fleet
            .env
            .write("tenants/acme.db", "This is a text and no database, long enough to be read.");
    }
    let args = ["upgrade", "--all", "--sql", "--keep-going", "--connect-timeout", "0s"];
    let printed = fleet.json(&args, 1);
    assert!(printed[0]["error"]["message"].is_string(), "{printed:?}");
    assert!(printed[1]["sql"].as_str().unwrap().contains("posts"), "{printed:?}");
    let _ = std::fs::remove_file(fleet.env.path("tenants/acme.db"));
    fleet.database("acme").create().await.unwrap();
    fleet.end().await;
}

async fn a_copy_of_each_is_made_before_its_run(db: Db) {
    // Their files would have the same name.
    let names = ["a b", "a&&", "zeta"];
    let fleet = Fleet::new(db, &names).await;
    fleet.json(&["upgrade", "aaa", "--all"], 0);
    fleet.json(&["upgrade", "--only", "zeta"], 0);
    for (number, name) in names[..2].iter().enumerate() {
        fleet.client(name).pipe(&format!("INSERT INTO users (id) VALUES ({number});")).unwrap();
    }
    let args = ["upgrade", "--all", "--backup=copies", "--parallel", "3"];
    if has_old_program(&fleet.db).await {
        return fleet.end().await;
    }
    let copied = copied(&fleet.env, &args);
    let files: Vec<&str> = copied.iter().filter_map(|one| one["backup"].as_str()).collect();
    assert_eq!(files.len(), 2, "nothing to do is nothing to copy: {copied:?}");
    assert_ne!(files[0], files[1]);
    assert!(files.iter().all(|file| file.starts_with("copies/tenants_a_")), "{files:?}");
    assert_eq!(fleet.heads(), ["ccc"; 3]);
    for (number, (name, file)) in names.iter().zip(files).enumerate() {
        let (url, confirmed) = (fleet.url(name), fleet.database(name).name());
        let restore = [
            "db",
            "restore",
            file,
            "--name",
            "tenants",
            "--database-url",
            &url,
            "--yes",
            "--confirm",
            &confirmed,
        ];
        fleet.env.ok(&restore);
        let rows = query(&fleet.database(name), "SELECT CAST(id AS CHAR(1)) FROM users").await;
        assert_eq!(rows.unwrap().unwrap(), [[Some(number.to_string())]], "the copy of another");
    }
    assert_eq!(fleet.heads(), ["aaa", "aaa", "ccc"]);
    // A copy that cannot be made stops that database alone.
    fleet.env.write("file", "no folder");
    let refused = fleet.json(&["upgrade", "--all", "--backup=file", "--keep-going"], 1);
    assert!(refused[0]["error"].is_object() && refused[1]["error"].is_object(), "{refused:?}");
    assert_eq!(refused[2]["steps"], json!([]));
    assert_eq!(fleet.heads(), ["aaa", "aaa", "ccc"]);
    fleet.end().await;
}

/// What a run with `--backup` came to, with the names of its files.
fn copied(env: &TestEnvironment, args: &[&str]) -> Vec<serde_json::Value> {
    let output = env.command(&[args, &["--format", "json"]].concat()).output().unwrap();
    let notes = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{notes}");
    let hints = notes.lines().filter(|line| line.ends_with(" restores it"));
    let command = |hint: &str| {
        hint.contains("`cargo migrate db restore ")
            && hint.contains(" --name tenants --database-url ")
    };
    assert!(hints.clone().count() > 0 && hints.clone().all(command), "{notes}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    json["databases"].as_array().unwrap().clone()
}

async fn schemas_have_scripts_of_their_own_and_one_copy(db: Db) {
    let names = ["t-a", "t-b;c"];
    let env = schemas(&db, &names).await;
    let printed = env.ok(&["upgrade", "--all", "--sql", "--format", "json"]).json();
    for one in printed["databases"].as_array().unwrap() {
        db.pipe(one["sql"].as_str().unwrap()).unwrap();
    }
    let current = env.ok(&["current", "--all", "--format", "json"]).json();
    for (number, name) in names.iter().enumerate() {
        assert_eq!(current["databases"][number]["heads"], json!(["ccc"]), "{name}: {current}");
    }
    env.ok(&["downgrade", "aaa", "--all", "--yes"]);
    if has_old_program(&db).await {
        return;
    }
    let copied = copied(&env, &["upgrade", "--all", "--backup"]);
    assert!(copied[0]["backup"].is_string(), "{copied:?}");
    assert_eq!(copied[0]["backup"], copied[1]["backup"]);
    assert_eq!(std::fs::read_dir(env.path("backups")).unwrap().count(), 1);
}

async fn a_program_upgrades_each(db: Db) {
    let fleet = Fleet::new(db, &NAMES).await;
    let migrations = Migrations::from_folder(fleet.env.path("migrations")).unwrap();
    let members: Vec<Member> =
        NAMES.iter().map(|name| Member::new(*name, fleet.database(name))).collect();
    let reports = migrations.upgrade_each(&members, FleetOptions::default()).await;
    for (report, name) in reports.iter().zip(NAMES) {
        assert_eq!(report.name, name);
        let done = report.outcome.as_ref().unwrap().as_ref().unwrap();
        assert_eq!(done.heads_after, ["ccc"]);
    }
    assert_eq!(fleet.heads(), ["ccc"; 3]);
    fleet.end().await;
}

/// A project with a schema of the database for each name.
async fn schemas(db: &Db, names: &[&str]) -> TestEnvironment {
    let mut env = TestEnvironment::with_history();
    env.set("DATABASE_URL", "");
    for name in names {
        db.execute(&format!("CREATE SCHEMA {}", Dialect::Postgres.quote(name))).await;
    }
    let toml = format!(
        "[database.tenants]\ndatabase-url = '{}'\n\
         each = \"SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 't-%' ORDER BY nspname\"\n",
        db.url
    );
    env.write("migrate.toml", &toml);
    env
}

async fn a_query_names_the_schemas(db: Db) {
    let names = ["t-a", "t-b \"quoted\", pg_catalog", "t-c"];
    let env = schemas(&db, &names).await;
    env.ok(&["upgrade", "--name", "tenants", "--all"]);
    for name in names {
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = '{}' ORDER BY 1";
        let tables = db.column(&tables.replace("{}", name)).await;
        assert_eq!(tables, ["migrate_version", "migrate_version_log", "posts", "users"], "{name}");
    }
    let public =
        db.column("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'").await;
    assert_eq!(public, [""; 0]);
    // A tenant that came later is the only one that is behind.
    db.execute("CREATE SCHEMA \"t-d\"").await;
    let outcome = env.ok(&["upgrade", "--all"]);
    assert!(outcome.stderr.contains("1 changed, 3 with nothing to do"), "{outcome}");
    env.write("migrate.toml", &env.read("migrate.toml").replace("'t-%'", "'none-%'"));
    let outcome = env.ok(&["upgrade", "--all"]);
    assert!(outcome.stderr.contains("names no database"), "{outcome}");
}

async fn a_schema_does_not_see_the_version_table_of_another(db: Db) {
    let env = schemas(&db, &["t-a", "t-b"]).await;
    env.ok(&["upgrade", "--name", "tenants", "--database-url", &db.url]);
    let url = format!("each-url = '{}?search_path={{name}},public'\n", db.url);
    env.write("migrate.toml", &(env.read("migrate.toml") + &url));
    env.ok(&["upgrade", "aaa", "--only", "t-a"]);
    let outcome = env.ok(&["current", "--all", "--format", "json"]);
    let heads: Vec<_> = outcome.json()["databases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["heads"].clone())
        .collect();
    assert_eq!(heads, [json!(["aaa"]), json!([])]);
    env.write("migrate.toml", &(env.read("migrate.toml") + "version-table = 'public.v'\n"));
    let refused = env.run(&["upgrade", "--all"]);
    assert_eq!(refused.code, 2, "{refused}");
    assert!(refused.stderr.contains("all schemas of `each` would share"), "{refused}");
}
