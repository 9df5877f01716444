//! Several databases that share a history: a file, a database or a schema for each tenant.

use migrate_db::{FleetOptions, Member, Migrations};
use serde_json::json;

use super::*;
use crate::support::TestEnvironment;
use crate::support::db::Place;
use crate::support::fleet::Fleet;

everywhere!(
    a_second_run_continues_with_those_that_are_behind,
    one_that_cannot_be_reached_hides_no_other,
    a_program_upgrades_each,
);
on!(postgres_schemas, Postgres: a_query_names_the_schemas, a_schema_does_not_see_the_version_table_of_another);

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
