//! What is printed and read back finds nothing to do.

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Name, compare};

use super::print;
use crate::tests::{shown, state};
use crate::{overlay, table_drift};

/// Prints all tables, reads the text back and compares.
fn round_trip(dialect: Dialect, sql: &str) -> String {
    let head = state(dialect, sql);
    let tables: Vec<Name> = head.schema().tables.keys().cloned().collect();
    let text = print(head.schema(), dialect, &tables);
    let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let (mut models, mut enums) = (Vec::new(), Vec::new());
    for item in file.items {
        match item {
            syn::Item::Struct(item) => models.push(
                crate::parse_table(&item.into())
                    .unwrap_or_else(|m| panic!("{}\n{text}", shown(&m))),
            ),
            syn::Item::Enum(item) => enums.push(crate::parse_enum(&item.into()).unwrap()),
            _ => {}
        }
    }
    assert_eq!(models.len(), tables.len());
    let wanted = overlay(&models, &enums, dialect, &head)
        .unwrap_or_else(|found| panic!("{dialect}: {}\n{text}", shown(&found)));
    let differences = compare(head.schema(), wanted.state.schema());
    assert!(differences.is_empty(), "{dialect}: {differences:#?}\n{text}");
    for model in &models {
        assert_eq!(shown(&table_drift(model, dialect, &head)), "", "{text}");
    }
    text
}

#[test]
fn structs_that_are_printed_and_read_back_change_nothing() {
    let text = round_trip(
        Dialect::Postgres,
        "CREATE TYPE mood AS ENUM ('happy', 'very sad', '1');
         CREATE TABLE companies (id bigserial PRIMARY KEY, name text NOT NULL);
         CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x',
            type text, tags text[] NOT NULL, mood mood NOT NULL, moods mood[], born date, price numeric(10,2) NOT NULL,
            at timestamptz NOT NULL DEFAULT now(), data jsonb, company bigint REFERENCES companies ON DELETE SET NULL,
            full_name text GENERATED ALWAYS AS (name || 'x') STORED, \"Odd name\" int, net inet, spot point,
            UNIQUE (name, born), CHECK (price > 0), CONSTRAINT young CHECK (born > '2000-01-01'));
         CREATE INDEX by_lower ON people (lower(name), born DESC) WHERE born IS NOT NULL;
         CREATE INDEX ON people USING gin (tags);
         CREATE UNIQUE INDEX one ON people (company) INCLUDE (name);
         COMMENT ON COLUMN people.born IS 'the day';
         COMMENT ON TABLE people IS 'all \"of\" them'",
    );
    for expected in [
        "enum Mood {\n    #[sqlx(rename = \"happy\")]\n    Happy,\n",
        "struct Company {\n    #[column(primary_key, identity)]\n    id: i64,",
        "    r#type: Option<String>,",
        "    #[column(type = \"character varying(20)\", default = \"'x'\")]\n    name: String,",
        "    #[sqlx(rename = \"Odd name\")]\n    Odd_name: Option<i32>,",
        "    #[column(type = \"numeric(10,2)\")]\n    price: sqlx::types::Decimal,",
        "    moods: Option<Vec<Mood>>,",
    ] {
        let flat = text.replace("identity, primary_key", "primary_key, identity");
        assert!(flat.contains(expected), "{expected}\n{text}");
    }
    round_trip(
        Dialect::Sqlite,
        "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(20) NOT NULL COLLATE NOCASE UNIQUE, ok BOOL DEFAULT 1,
            price NUMERIC, any, at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, CHECK (length(name) > 1)) STRICT;
         CREATE TABLE \"order\" (a INT, b INT REFERENCES users (id) ON DELETE CASCADE, c TEXT AS (a || b), PRIMARY KEY (a, b)) WITHOUT ROWID;
         CREATE INDEX \"by a\" ON \"order\" (a DESC, b);
         CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END"
            .replace(") STRICT", ")")
            .as_str(),
    );
    round_trip(
        Dialect::Mysql,
        "CREATE TABLE users (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, name varchar(20) NOT NULL UNIQUE COMMENT 'n', ok boolean,
            mood enum('a','b') NOT NULL DEFAULT 'a', data json, at timestamp NULL, body longtext, KEY by_body (body(10)), price decimal(10,2));
         CREATE TABLE posts (id int AUTO_INCREMENT PRIMARY KEY, author bigint unsigned NOT NULL, CONSTRAINT fk FOREIGN KEY (author) REFERENCES users (id))",
    );
}
