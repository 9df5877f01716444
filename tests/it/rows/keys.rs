//! Keys, checks and circles: rows that are allowed, and where there can be none, why.

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Generated, Name, PartitionOf, Schema};

use super::schema::table;
use super::{contents, count, distinct, fill, fill_with, make, nulls, values};
use crate::scenarios::{everywhere, on};
use crate::support::db::Db;

async fn parents_come_first_and_rows_refer_to_them(db: Db) {
    let mut schema = Schema::default();
    let d = db.dialect;
    table(&mut schema, d, "z_users", "id key\nname varchar(20)");
    table(
        &mut schema,
        d,
        "posts",
        "id key\nuser_id integer\neditor_id integer null\nrefer (user_id) z_users (id)\nrefer (editor_id) z_users (id)",
    );
    table(
        &mut schema,
        d,
        "likes",
        "user_id integer\npost_id integer\nprimary (user_id, post_id)\nrefer (user_id) z_users (id)\nrefer (post_id) posts (id)",
    );
    table(
        &mut schema,
        d,
        "profiles",
        "user_id integer\nbio text null\nprimary (user_id)\nrefer (user_id) z_users (id)",
    );
    make(&db, &schema).await;
    let filled = fill(&db, &schema).await;
    assert_eq!(filled.unfilled, []);
    for name in ["z_users", "posts", "likes", "profiles"] {
        assert_eq!(count(&filled, name), 6, "{name}");
    }
    let found = contents(&db, &schema).await;
    assert!(nulls(&found, "posts", "editor_id") > 0);
    assert!(!values(&found, "posts", "editor_id").is_empty());
    assert!(distinct(&found, "posts", "user_id").len() < 6, "two posts of one user");
    // Once more, on top of what is there.
    let again = fill(&db, &schema).await;
    assert_eq!(again.unfilled, []);
    assert_eq!((count(&again, "likes"), count(&again, "profiles")), (6, 6));
}

async fn a_composite_key_is_referred_to_as_a_whole(db: Db) {
    let mut schema = Schema::default();
    let d = db.dialect;
    table(&mut schema, d, "tenants", "id key");
    table(
        &mut schema,
        d,
        "projects",
        "tenant_id integer\nnumber integer\nprimary (tenant_id, number)\nrefer (tenant_id) tenants (id)",
    );
    table(
        &mut schema,
        d,
        "tasks",
        "id key\ntenant_id integer\nproject integer null\nparent integer null\nunique (tenant_id, id)\nrefer (tenant_id) tenants (id)\nrefer (tenant_id, project) projects (tenant_id, number)\nrefer (tenant_id, parent) tasks (tenant_id, id)",
    );
    make(&db, &schema).await;
    let filled = fill(&db, &schema).await;
    assert_eq!(filled.unfilled, []);
    assert_eq!(count(&filled, "tasks"), 6);
    let found = contents(&db, &schema).await;
    assert!(nulls(&found, "tasks", "project") > 0 && nulls(&found, "tasks", "project") < 6);
}

async fn circles_are_broken_through_null(db: Db) {
    let mut schema = Schema::default();
    let d = db.dialect;
    table(&mut schema, d, "tree", "id key\nparent integer null\nrefer (parent) tree (id)");
    table(&mut schema, d, "teams", "id key\nlead_id integer null\nrefer (lead_id) people (id)");
    table(&mut schema, d, "people", "id key\nteam_id integer\nrefer (team_id) teams (id)");
    make(&db, &schema).await;
    let filled = fill(&db, &schema).await;
    assert_eq!(filled.unfilled, []);
    let found = contents(&db, &schema).await;
    for (name, column) in [("tree", "parent"), ("teams", "lead_id")] {
        assert_eq!(values(&found, name, column).len(), 1, "{name}.{column}");
        assert_eq!(nulls(&found, name, column), 5, "{name}.{column}");
    }
}

async fn circles_without_null_hold_together(db: Db) {
    let mut schema = Schema::default();
    let d = db.dialect;
    let deferred = if d == Dialect::Postgres { "DEFERRABLE" } else { "" };
    table(
        &mut schema,
        d,
        "hens",
        &format!("id key\negg_id integer\nrefer (egg_id) eggs (id) {deferred}"),
    );
    table(&mut schema, d, "eggs", "id key\nhen_id integer\nrefer (hen_id) hens (id)");
    table(
        &mut schema,
        d,
        "selves",
        "id integer\nself_id integer\nprimary (id)\nrefer (self_id) selves (id)",
    );
    make(&db, &schema).await;
    let filled = fill(&db, &schema).await;
    assert_eq!(filled.unfilled, []);
    for name in ["hens", "eggs", "selves"] {
        assert_eq!(count(&filled, name), 6, "{name}");
    }
    let orphans = "SELECT CAST(COUNT(*) AS CHAR(9)) FROM hens LEFT JOIN eggs ON eggs.id = egg_id WHERE eggs.id IS NULL";
    assert_eq!(db.column(orphans).await[0].trim(), "0");
}

async fn checks_and_keys_are_kept_to(db: Db) {
    let mut schema = Schema::default();
    let d = db.dialect;
    let length = if d == Dialect::Mysql { "char_length" } else { "length" };
    let lines = format!(
        "id key
         price decimal(10,2)
         kind varchar(10)
         starts date
         ends date null
         code varchar(12)
         stock integer default 5
         percent integer
         a_id integer null
         b_id integer null
         slug varchar(40)
         check (price > 0)
         check (kind IN ('book', 'film'))
         check (starts < ends)
         check ({length}(code) >= 3 AND {length}(code) <= 8)
         check (stock >= 0)
         check (percent BETWEEN 0 AND 100)
         check ((a_id IS NULL) <> (b_id IS NULL))
         unique (slug)
         unique (kind, percent)
         refer (a_id) parents (id)
         refer (b_id) parents (id)"
    );
    table(&mut schema, d, "parents", "id key");
    table(&mut schema, d, "goods", &lines);
    make(&db, &schema).await;
    let filled = fill(&db, &schema).await;
    assert_eq!(filled.unfilled, []);
    assert_eq!(count(&filled, "goods"), 6);
    let found = contents(&db, &schema).await;
    assert_eq!(distinct(&found, "goods", "slug").len(), 6);
    assert_eq!(distinct(&found, "goods", "kind").len(), 2);
    assert!(nulls(&found, "goods", "a_id") > 0 && nulls(&found, "goods", "b_id") > 0);
    assert!(nulls(&found, "goods", "ends") > 0 && !values(&found, "goods", "ends").is_empty());
    assert!(distinct(&found, "goods", "code").len() < 6, "the same code twice");
}

async fn what_can_have_no_row_is_told(db: Db) {
    let mut schema = Schema::default();
    let d = db.dialect;
    table(&mut schema, d, "never", "id key\na integer\ncheck (a > 5 AND a < 3)");
    table(&mut schema, d, "child", "id key\nnever_id integer\nrefer (never_id) never (id)");
    table(&mut schema, d, "free", "id key\nnever_id integer null\nrefer (never_id) never (id)");
    make(&db, &schema).await;
    let filled = fill(&db, &schema).await;
    assert_eq!(count(&filled, "free"), 6);
    let why = |name: &str| {
        let found = filled.unfilled.iter().find(|(table, _)| table.name == name);
        found.unwrap_or_else(|| panic!("{name} is filled")).1.clone()
    };
    assert!(why("never").to_lowercase().contains("constraint"), "{}", why("never"));
    assert_eq!(why("child"), "it refers to never, which has no rows");
    assert_eq!(filled.unfilled.len(), 2);
}

async fn generated_columns_are_left_alone(db: Db) {
    let mut schema = Schema::default();
    let d = db.dialect;
    table(&mut schema, d, "sums", "id key\na smallint\nb integer");
    let sums = schema.tables.get_mut(&Name::new("sums")).unwrap();
    let generated = Generated { expression: "a + 1".to_owned(), stored: true };
    sums.columns[2].generated = Some(generated);
    db.execute(&match d {
        Dialect::Mysql => "CREATE TABLE sums (id int AUTO_INCREMENT PRIMARY KEY, a smallint NOT NULL, b int AS (a + 1) STORED)".to_owned(),
        _ => format!(
            "CREATE TABLE sums (id INTEGER PRIMARY KEY{}, a smallint NOT NULL, b integer GENERATED ALWAYS AS (a + 1) STORED)",
            if d == Dialect::Postgres { " GENERATED ALWAYS AS IDENTITY" } else { "" }
        ),
    })
    .await;
    let filled = fill(&db, &schema).await;
    assert_eq!((filled.unfilled.len(), count(&filled, "sums")), (0, 6));
}

everywhere!(
    parents_come_first_and_rows_refer_to_them,
    a_composite_key_is_referred_to_as_a_whole,
    circles_are_broken_through_null,
    circles_without_null_hold_together,
    checks_and_keys_are_kept_to,
    what_can_have_no_row_is_told,
    generated_columns_are_left_alone,
);

/// Partial and expression indexes, and a trigger that refuses some rows.
async fn indexes_of_other_kinds(db: Db) {
    let mut schema = Schema::default();
    let lines = "id key
                 email text
                 user_id integer
                 active boolean
                 unique index (lower(email))
                 unique index (user_id) where active";
    table(&mut schema, db.dialect, "accounts", lines);
    make(&db, &schema).await;
    let filled = fill_with(&db, &schema, 8, 1).await;
    assert_eq!((filled.unfilled.len(), count(&filled, "accounts")), (0, 8));
}

mod other {
    use super::{indexes_of_other_kinds, on};
    on!(sqlite, Sqlite: indexes_of_other_kinds);
    on!(postgres, Postgres: indexes_of_other_kinds);
}

async fn a_deferred_circle_needs_deferral(db: Db) {
    let mut schema = Schema::default();
    table(&mut schema, db.dialect, "hens", "id key\negg_id integer\nrefer (egg_id) eggs (id)");
    table(&mut schema, db.dialect, "eggs", "id key\nhen_id integer\nrefer (hen_id) hens (id)");
    table(&mut schema, db.dialect, "parents", "id key");
    make(&db, &schema).await;
    let filled = fill(&db, &schema).await;
    let names: Vec<&str> = filled.unfilled.iter().map(|(name, _)| name.name.as_str()).collect();
    assert_eq!(names, ["eggs", "hens"]);
    assert_eq!(count(&filled, "parents"), 6, "the transaction is whole");
}

async fn partitions_are_filled_through_their_parent(db: Db) {
    let mut schema = Schema::default();
    table(&mut schema, db.dialect, "events", "at date\nnote text null");
    for (name, bound) in [
        ("events_1", "FROM ('2024-01-01') TO ('2025-01-01')"),
        ("events_2", "FROM ('2025-01-01') TO ('2026-01-01')"),
    ] {
        table(&mut schema, db.dialect, name, "at date\nnote text null");
        let bound = format!("FOR VALUES {bound}");
        schema.tables.get_mut(&Name::new(name)).unwrap().partition_of =
            Some(PartitionOf { parent: Name::new("events"), bound });
    }
    schema.tables.get_mut(&Name::new("events")).unwrap().partition_by =
        Some("RANGE (at)".to_owned().into());
    db.execute("CREATE TABLE events (at date NOT NULL, note text) PARTITION BY RANGE (at)").await;
    db.execute("CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')").await;
    db.execute("CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')").await;
    let filled = fill(&db, &schema).await;
    assert_eq!(count(&filled, "events"), 6);
    assert!(filled.unfilled.iter().all(|(_, why)| why.contains("partition")), "{filled:?}");
    for name in ["events_1", "events_2"] {
        let rows = db.column(&format!("SELECT count(*)::text FROM {name}")).await;
        assert_ne!(rows, ["0"], "{name}");
    }
}

mod postgres_alone {
    use super::{a_deferred_circle_needs_deferral, on, partitions_are_filled_through_their_parent};
    on!(postgres, Postgres: a_deferred_circle_needs_deferral, partitions_are_filled_through_their_parent);
}
