//! Who may not write: roles without rights, sessions and servers that only read. Nothing is
//! written, the error says it, and whoever only asks is answered.

use migrate_core::dialect::Dialect;
use migrate_core::plan::Direction;

use super::site::Site;
use crate::support::db::{Db, Place};

within!(postgres, Postgres:
    a_role_that_may_not_create,
    a_role_that_may_only_read,
    a_session_that_only_reads,
    a_role_that_may_not_use_the_schema,
);
within!(mysql, Mysql:
    a_role_that_may_not_create,
    a_role_that_may_only_read,
    a_role_that_may_not_read,
);

const fn limit() -> u64 {
    60
}

/// A role of its own with a right on the whole database; gone with [`Role::drop`].
struct Role(String);

impl Role {
    /// With these rights, and the tool given to it.
    async fn with(site: &mut Site, rights: &str) -> Self {
        let name = format!("u{}", site.db.name);
        let place = Place::of(&site.db.url);
        let (create, grant) = match site.db.dialect {
            Dialect::Postgres => (
                format!("CREATE ROLE {name} LOGIN PASSWORD 'secret'"),
                format!("GRANT {rights} ON ALL TABLES IN SCHEMA public TO {name}"),
            ),
            _ => (
                format!("CREATE USER {name}@'%' IDENTIFIED BY 'secret'"),
                format!("GRANT {rights} ON {}.* TO {name}@'%'", site.db.name),
            ),
        };
        site.db.execute(&create).await;
        site.db.execute(&grant).await;
        let scheme = site.db.url.split("://").next().unwrap();
        let url =
            format!("{scheme}://{name}:secret@{}:{}/{}", place.host, place.port, site.db.name);
        site.env.set("DATABASE_URL", &url);
        Self(name)
    }

    async fn grant_all(&self, site: &Site) {
        let sql = match site.db.dialect {
            Dialect::Postgres => format!(
                "GRANT ALL ON SCHEMA public TO {0}; GRANT ALL ON ALL TABLES IN SCHEMA public TO {0}; \
                 ALTER TABLE journal OWNER TO {0}",
                self.0
            ),
            _ => format!("GRANT ALL ON {}.* TO {}@'%'", site.db.name, self.0),
        };
        site.db.execute(&sql).await;
    }

    async fn drop(self, site: &Site) {
        let sql = match site.db.dialect {
            Dialect::Postgres => format!("DROP OWNED BY {0} CASCADE; DROP ROLE {0}", self.0),
            _ => format!("DROP USER {}@'%'", self.0),
        };
        site.db.execute(&sql).await;
    }
}

/// The upgrade is refused in these words.
async fn refused(site: &Site, words: &[&str]) {
    for lock in ["auto", "table"] {
        let ended = site.call(&["upgrade", "--lock", lock]).await;
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        let said = ended.stderr.to_lowercase();
        assert!(words.iter().any(|word| said.contains(word)), "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
}

const DENIED: &[&str] = &["permission denied", "command denied"];

async fn a_role_that_may_not_create(db: Db) {
    let mut site = Site::new(db).await;
    let role = Role::with(&mut site, "SELECT, INSERT").await;
    refused(&site, DENIED).await;
    site.asking_works(0).await;
    assert_eq!(site.verify(Direction::Up).await, 0);
    role.grant_all(&site).await;
    site.finish(Direction::Up).await;
    role.drop(&site).await;
}

/// On a database where others have done a part.
async fn a_role_that_may_only_read(db: Db) {
    let mut site = Site::new(db).await;
    assert_eq!(site.call(&["upgrade", "+3"]).await.code, Some(0));
    let own = site.db.url.clone();
    let role = Role::with(&mut site, "SELECT").await;
    refused(&site, DENIED).await;
    site.asking_works(3).await;
    assert_eq!(site.verify(Direction::Up).await, 3);
    site.env.set("DATABASE_URL", &own);
    site.finish(Direction::Up).await;
    role.drop(&site).await;
}

/// Whoever cannot see what is applied does not say that nothing is.
async fn nobody_says_that_nothing_is_applied(site: &Site, right: &str) {
    // The journal is not a table of the history.
    site.env.write("migrate.toml", "static-checks = \"off\"\n");
    for command in [&["current"][..], &["upgrade"], &["check"], &["downgrade", "base"]] {
        let ended = site.call(command).await;
        assert_eq!(ended.code, Some(1), "{command:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(right), "{command:?}: {}", ended.stderr);
    }
}

async fn a_role_that_may_not_read(db: Db) {
    let mut site = Site::new(db).await;
    assert_eq!(site.call(&["upgrade", "+3"]).await.code, Some(0));
    let role = Role::with(&mut site, "CREATE, INSERT").await;
    nobody_says_that_nothing_is_applied(&site, "`GRANT SELECT ON `migrate_version` TO 'u").await;
    role.grant_all(&site).await;
    site.asking_works(3).await;
    role.drop(&site).await;
}

async fn a_role_that_may_not_use_the_schema(db: Db) {
    let mut site = Site::new(db).await;
    assert_eq!(site.call(&["upgrade", "+3"]).await.code, Some(0));
    site.db.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC").await;
    let role = Role::with(&mut site, "SELECT").await;
    let right = r#"`GRANT USAGE ON SCHEMA "public" TO u"#;
    nobody_says_that_nothing_is_applied(&site, right).await;
    role.grant_all(&site).await;
    site.asking_works(3).await;
    // With the schema in the name too.
    site.db.execute(&format!("REVOKE ALL ON SCHEMA public FROM {}", role.0)).await;
    site.env.write("migrate.toml", "version-table = \"public.migrate_version\"\n");
    nobody_says_that_nothing_is_applied(&site, right).await;
    role.drop(&site).await;
}

/// A session setting, which the project may lift.
async fn a_session_that_only_reads(db: Db) {
    let mut site = Site::new(db).await;
    assert_eq!(site.call(&["upgrade", "+3"]).await.code, Some(0));
    let own = site.db.url.clone();
    let url = format!("{own}?options=-c%20default_transaction_read_only%3Don");
    site.env.set("DATABASE_URL", &url);
    refused(&site, &["this session is read-only: `default_transaction_read_only` is on"]).await;
    site.asking_works(3).await;
    // As the advice has it.
    let lifted = "session = [\"SET default_transaction_read_only = off\"]\n";
    site.env.write("migrate.toml", lifted);
    let ended = site.call(&["upgrade", "+1"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    site.asking_works(4).await;
    site.env.write("migrate.toml", "");
    site.env.set("DATABASE_URL", &own);
    assert_eq!(site.verify(Direction::Up).await, 4);
    site.finish(Direction::Up).await;
}
