//! What an error says: the statement, its line, and the database's own words.

use super::*;

everywhere!(
    a_failed_statement_is_named_with_its_line,
    a_statement_that_cannot_be_read_is_named,
    a_statement_behind_many_texts_is_named_with_its_line,
);
on!(postgres_help, Postgres: what_cannot_stand_in_a_transaction_leads_to_a_section_outside, a_new_value_of_an_enum_needs_a_revision_of_its_own, a_refused_account_and_a_missing_right_are_explained);
on!(postgres_only, Postgres: the_place_the_detail_and_the_hint_are_told, a_refused_commit_names_its_revision);

async fn a_failed_statement_is_named_with_its_line(db: Db) {
    let up = "CREATE TABLE t (id INTEGER PRIMARY KEY);\n\nINSERT INTO t VALUES (1);\n\n-- again\nINSERT INTO t VALUES (1);";
    let history = history(db.dialect, &[revision("a", "", up, "DROP TABLE t;")]);
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    let Error::Statement(failed) = &error else { panic!("{error:?}") };
    assert_eq!((failed.number, failed.location.line), (3, 12));
    assert_eq!(failed.sql, "INSERT INTO t VALUES (1)");
    let said = whole(&error).to_lowercase();
    assert!(said.contains("unique") || said.contains("duplicate"), "{said}");
}

async fn a_statement_that_cannot_be_read_is_named(db: Db) {
    let up =
        "CREATE TABLE t (id INTEGER);\nCREATE TABEL u (id INTEGER);\nCREATE TABLE v (id INTEGER);";
    let history = history(db.dialect, &[revision("a", "", up, "DROP TABLE t;")]);
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    let Error::Statement(failed) = &error else { panic!("{error:?}") };
    assert_eq!((failed.number, failed.location.line), (2, 8));
    assert!(whole(&error).to_lowercase().contains("tabel"), "{}", whole(&error));
}

/// Statements are sent in texts of a limited length: this revision takes several.
async fn a_statement_behind_many_texts_is_named_with_its_line(db: Db) {
    let capabilities = db.dialect.capabilities();
    // Where statements travel alone, none of them is behind a text.
    let length = if capabilities.batches { capabilities.max_batch_bytes * 5 / 2 } else { 20_000 };
    let note = "ö".repeat(400);
    let count = length / note.len();
    let row = |n: usize| format!("INSERT INTO t VALUES ({n}, '{note}');");
    let rows: Vec<String> = (0..count).map(row).collect();
    let create = "CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT);";
    let of = |last: &str| {
        let up = [create, &*rows.join("\n"), last, &row(count)].join("\n");
        history(db.dialect, &[revision("a", "", &up, "DROP TABLE t;")])
    };
    let error = upgrade(&db, &of("INSERT INTO t\n  VALUES (3, 'twice');"), "head").await;
    let error = error.unwrap_err();
    let Error::Statement(failed) = &error else { panic!("{error:?}") };
    assert_eq!((failed.number, failed.location.line), (count + 2, 7 + count + 1));
    if is_atomic(&db) {
        assert!(db.tables().await.is_empty(), "nothing of the earlier texts stays");
        upgrade(&db, &of("SELECT 1;"), "head").await.unwrap();
        let found = db.column("SELECT CAST(COUNT(*) AS CHAR(9)) FROM t").await;
        assert_eq!(found[0].trim(), (count + 1).to_string());
        downgrade(&db, &of("SELECT 1;"), "base").await.unwrap();
    }
}

async fn the_place_the_detail_and_the_hint_are_told(db: Db) {
    let up = "CREATE TABLE t (id INTEGER PRIMARY KEY, größe INTEGER);\nINSERT INTO t (größe,\n  idd) VALUES (1, 2);";
    let history = history(db.dialect, &[revision("a", "", up, "DROP TABLE t;")]);
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    let Error::Statement(failed) = &error else { panic!("{error:?}") };
    assert_eq!((failed.number, failed.location.line), (2, 8));
    assert_eq!((failed.place.line, failed.place.column), (9, 3), "{failed:?}");
    let history = super::history(
        db.dialect,
        &[revision(
            "a",
            "",
            "CREATE TABLE t (id INTEGER PRIMARY KEY);\nINSERT INTO t VALUES (7), (7);\nSELECT sqrt('x'::text);",
            "DROP TABLE t;",
        )],
    );
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    assert!(whole(&error).contains("Key (id)=(7) already exists"), "{}", whole(&error));
    let history =
        super::history(db.dialect, &[revision("a", "", "SELECT sqrt('x'::text);", "SELECT 1;")]);
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    assert!(whole(&error).contains("explicit type casts"), "{}", whole(&error));
}

async fn a_refused_commit_names_its_revision(db: Db) {
    let up = "CREATE TABLE p (id INTEGER PRIMARY KEY);\nCREATE TABLE c (p INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO c VALUES (1);";
    let history = history(db.dialect, &[revision("a", "", up, "DROP TABLE c, p;")]);
    let first = super::history(db.dialect, &[revision("z", "", "SELECT 1;", "SELECT 1;")]);
    for (n, options) in
        [each_in_its_own(), all_in_one(), each_in_its_own(), all_in_one()].into_iter().enumerate()
    {
        if n == 2 {
            // Where the version table is there already.
            upgrade(&db, &first, "head").await.unwrap();
            migrate_db::Migrator::new(&first).stamp(&db.database(), &[], true).await.unwrap();
        }
        let error = upgrade_with(&db, &history, "head", options).await.unwrap_err();
        let said = whole(&error);
        assert!(said.contains("committing revision a"), "{said}");
        assert!(said.contains("foreign key"), "{said}");
        assert!(db.tables().await.is_empty());
    }
}

async fn a_new_value_of_an_enum_needs_a_revision_of_its_own(db: Db) {
    let up = "ALTER TYPE mood ADD VALUE 'glad';\nINSERT INTO a VALUES ('glad');";
    let history = history(
        db.dialect,
        &[
            revision(
                "r1",
                "",
                "CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE a (m mood);",
                "DROP TABLE a; DROP TYPE mood;",
            ),
            revision("r2", "r1", up, "DELETE FROM a;"),
        ],
    );
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    let told = whole(&error);
    assert!(told.contains("use the new value in a revision of its own"), "{told}");
}

async fn what_cannot_stand_in_a_transaction_leads_to_a_section_outside(db: Db) {
    let up = "CREATE TABLE b (id INTEGER);\nCREATE INDEX CONCURRENTLY i ON b (id);";
    let history = history(db.dialect, &[revision("r1", "", up, "DROP TABLE b;")]);
    let told = whole(&upgrade(&db, &history, "head").await.unwrap_err());
    assert!(told.contains("-- migrate:up transaction:false"), "{told}");
}

async fn a_refused_account_and_a_missing_right_are_explained(db: Db) {
    let user = format!("u_{}", db.name);
    let place = crate::support::db::Place::of(&db.url);
    let url = format!("postgres://{user}:wrong@{}:{}/{}", place.host, place.port, db.name);
    let history = chain(db.dialect, 1);
    let head = "head".parse().unwrap();
    let wrong = migrate_db::Database::from_url(&url).unwrap();
    let error = Migrator::new(&history).upgrade(&wrong, &head).await.unwrap_err();
    let told = whole(&error);
    assert!(told.contains("percent-encoded"), "{told}");
    db.execute(&format!("CREATE ROLE {user} LOGIN PASSWORD 'wrong'")).await;
    let error = Migrator::new(&history).upgrade(&wrong, &head).await;
    db.execute(&format!("DROP OWNED BY {user}")).await;
    db.execute(&format!("DROP ROLE {user}")).await;
    let told = whole(&error.unwrap_err());
    assert!(told.contains("`GRANT USAGE, CREATE ON SCHEMA public TO <user>`"), "{told}");
}
