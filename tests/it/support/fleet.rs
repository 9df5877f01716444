//! Several databases with one history, and a project whose migrate.toml names them.

use migrate_core::dialect::Dialect;
use migrate_db::Database;
use migrate_db::url::member_url;

use super::TestEnvironment;
use super::db::{Client, Db, with_name};

/// Databases beside that of a test, each empty.
pub(crate) struct Fleet {
    pub(crate) env: TestEnvironment,
    pub(crate) db: Db,
    pub(crate) names: Vec<String>,
    template: String,
}

impl Fleet {
    /// A project in which `[database.tenants]` has a database for each name.
    pub(crate) async fn new(db: Db, names: &[&str]) -> Self {
        let env = TestEnvironment::with_history();
        std::fs::create_dir(env.path("tenants")).unwrap();
        let template = match db.dialect {
            Dialect::Sqlite => format!("sqlite:{}", env.path("tenants/{name}.db").display()),
            _ => with_name(&db.url, &format!("{}-{{name}}", db.name)),
        };
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let each = serde_json::to_string(&names).unwrap();
        env.write(
            "migrate.toml",
            &format!("[database.tenants]\neach = {each}\neach-url = '{template}'\n"),
        );
        let fleet = Self { env, db, names, template };
        for name in &fleet.names {
            fleet.database(name).create().await.unwrap();
        }
        fleet
    }

    /// One of the databases.
    pub(crate) fn database(&self, name: &str) -> Database {
        Database::from_url(&self.url(name)).unwrap()
    }

    /// The URL of one of the databases.
    pub(crate) fn url(&self, name: &str) -> String {
        member_url(&self.template, name).unwrap().url
    }

    /// The client of one of the databases.
    pub(crate) fn client(&self, name: &str) -> Client {
        match self.db.dialect {
            Dialect::Sqlite => Client::of_file(&self.env.path(&format!("tenants/{name}.db"))),
            dialect => {
                let database = format!("{}-{name}", self.db.name);
                Client::of_server(dialect, &self.url(name), &database)
            }
        }
    }

    /// The members of the JSON of a command, by name.
    pub(crate) fn json(&self, args: &[&str], code: i32) -> Vec<serde_json::Value> {
        let args: Vec<&str> = args.iter().copied().chain(["--format", "json"]).collect();
        let outcome = self.env.run(&args);
        assert_eq!(outcome.code, code, "{args:?}\n{outcome}");
        let json: serde_json::Value =
            serde_json::from_str(&outcome.stdout.replace("[MS]", "0")).unwrap();
        assert_eq!(json["ok"], serde_json::json!(code == 0), "{outcome}");
        json["databases"].as_array().unwrap().clone()
    }

    /// The heads of each database, as `current --all` has them.
    pub(crate) fn heads(&self) -> Vec<String> {
        let current = self.json(&["current", "--all"], 0);
        current.iter().map(|one| one["heads"][0].as_str().unwrap_or("base").to_owned()).collect()
    }

    /// Drops the databases.
    pub(crate) async fn end(self) {
        for name in &self.names {
            self.database(name).drop(true).await.unwrap();
        }
    }
}
