//! Values of variables reach the database as one literal or one name, whatever they hold.

use migrate_core::variables::{Variable, VariableKind, VariableValues, Variables, bind};

use super::*;

everywhere!(
    a_value_that_attacks_is_stored_as_it_is,
    a_step_without_a_value_is_refused_before_anything_runs,
    another_value_leaves_the_revision_as_it_is,
);

fn declared() -> Variables {
    let of = |kind| Variable { kind, default: None };
    [
        ("place".to_owned(), of(VariableKind::Identifier)),
        ("word".to_owned(), of(VariableKind::Literal)),
    ]
    .into()
}

fn files() -> [(String, String); 2] {
    [
        revision("a", "", "CREATE TABLE victim (id INTEGER);", "DROP TABLE victim;"),
        revision(
            "b",
            "a",
            "CREATE TABLE ${place} (word VARCHAR(200));\nINSERT INTO ${place} VALUES (${word});",
            "DROP TABLE ${place};",
        ),
    ]
}

fn with_values(db: &Db, values: &[(&str, &str)]) -> History {
    let mut history = history(db.dialect, &files());
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let values = VariableValues { values: values.collect(), dialect: Some(db.dialect) };
    assert_eq!(values.check(&declared()), Ok(()));
    let found = bind(&mut history, &declared(), &values);
    assert!(found.is_empty(), "{found}");
    history
}

const ATTACKS: [&str; 9] = [
    "'); DROP TABLE victim; --",
    "\\'); DROP TABLE victim; --",
    "\\",
    "\\\\' OR 1 = 1 --",
    "$$; DROP TABLE victim; $$",
    "*/ DROP TABLE victim; /*!50000",
    "${word}",
    "\"; DROP TABLE victim; --",
    "`; DROP TABLE victim; #",
];

async fn a_value_that_attacks_is_stored_as_it_is(db: Db) {
    for attack in ATTACKS {
        let history = with_values(&db, &[("place", attack), ("word", attack)]);
        upgrade(&db, &history, "head").await.unwrap();
        let stored = db.column(&format!("SELECT word FROM {}", db.dialect.quote(attack))).await;
        assert_eq!(stored, [attack]);
        assert_eq!(db.column("SELECT id FROM victim").await, Vec::<String>::new(), "{attack}");
        // The down in the version table has the value: it needs no other.
        downgrade(&db, &history, "base").await.unwrap();
    }
    // An empty text is a text on every database.
    let history = with_values(&db, &[("place", "t"), ("word", "")]);
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(db.column("SELECT word FROM t").await, [""]);
}

async fn a_step_without_a_value_is_refused_before_anything_runs(db: Db) {
    let history = with_values(&db, &[("place", "t")]);
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    let text = whole(&error);
    assert!(text.contains("has variables without a value: word"), "{text}");
    assert!(text.contains("`-x word=..`") && text.contains("nothing was changed"), "{text}");
    assert!(applied(&db, &history).await.is_empty());
    // The revision before it has no variable.
    upgrade(&db, &history, "a").await.unwrap();
}

async fn another_value_leaves_the_revision_as_it_is(db: Db) {
    let first = with_values(&db, &[("place", "t"), ("word", "one")]);
    upgrade(&db, &first, "head").await.unwrap();
    let second = with_values(&db, &[("place", "t"), ("word", "two")]);
    let status = status(&db, &second).await;
    assert!(status.edited.is_empty() && status.pending.is_empty());
    assert_eq!(upgrade(&db, &second, "head").await.unwrap().steps.len(), 0);
}
