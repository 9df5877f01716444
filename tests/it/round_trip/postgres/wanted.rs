//! Keys, references and checks that the up adds over rows that do not satisfy them: a note, and no
//! finding.

use super::super::cases::Case;

pub(super) const CASES: &[Case] = &[
    up_down!(
        "SET NOT NULL over NULLs",
        "CREATE TABLE users (id int PRIMARY KEY, email text);",
        "ALTER TABLE users ALTER COLUMN email SET NOT NULL;",
        "ALTER TABLE users ALTER COLUMN email DROP NOT NULL;",
        [],
        ["email", "contains null values"],
    ),
    up_down!(
        "a unique constraint over duplicates",
        "CREATE TABLE users (id int PRIMARY KEY, email text);",
        "ALTER TABLE users ADD CONSTRAINT users_email UNIQUE (email);",
        "ALTER TABLE users DROP CONSTRAINT users_email;",
        [],
        ["could not create unique index \"users_email\""],
    ),
    sections!(
        "a unique index made concurrently over duplicates",
        "CREATE TABLE users (id int PRIMARY KEY, email text);",
        "-- migrate:up transaction:false
CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email);
-- migrate:down transaction:false
DROP INDEX CONCURRENTLY users_email;",
        [],
        ["users_email"],
    ),
    up_down!(
        "a check that rows violate",
        "CREATE TABLE goods (id int PRIMARY KEY, price int NOT NULL);",
        "ALTER TABLE goods ADD CONSTRAINT price_positive CHECK (price > 0);",
        "ALTER TABLE goods DROP CONSTRAINT price_positive;",
        [],
        ["price_positive", "goods"],
    ),
    up_down!(
        "a foreign key over orphans",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE posts (id int PRIMARY KEY, author int);",
        "ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES users;",
        "ALTER TABLE posts DROP CONSTRAINT posts_author;",
        [],
        ["posts_author"],
    ),
    sections!(
        "no way down, and no way up with rows",
        "CREATE TABLE users (id int PRIMARY KEY, email text);",
        "-- migrate:up
CREATE UNIQUE INDEX users_email ON users (email);
-- migrate:irreversible nobody goes back",
        [],
        ["users_email"],
    ),
    up_down!(
        "a text that becomes JSON",
        "CREATE TABLE users (id int PRIMARY KEY, settings text);",
        "ALTER TABLE users ALTER COLUMN settings TYPE jsonb USING settings::jsonb;",
        "ALTER TABLE users ALTER COLUMN settings TYPE text;",
        [],
        ["invalid input syntax for type json"],
    ),
    up_down!(
        "a reference to a table that gets another name",
        "CREATE TABLE users (id int PRIMARY KEY, name text); CREATE TABLE posts (id int PRIMARY KEY, author int);",
        "ALTER TABLE users RENAME TO people;
ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES people;",
        "ALTER TABLE posts DROP CONSTRAINT posts_author; ALTER TABLE people RENAME TO users;",
        [],
        ["posts_author"],
    ),
];
