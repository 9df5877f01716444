//! Keys, references and checks that the up adds over rows that do not satisfy them: a note, and no
//! finding.

use crate::round_trip::cases::Case;

const USERS: &str = "
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, age INT NOT NULL);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INT REFERENCES users (id) ON DELETE CASCADE, title TEXT);
CREATE TABLE apart (id INTEGER PRIMARY KEY, line TEXT NOT NULL);";

pub(super) const CASES: &[Case] = &[
    case!(
        "unique over rows that are alike",
        USERS,
        "CREATE UNIQUE INDEX posts_title ON posts (title);",
        "DROP INDEX posts_title;",
        [],
        ["UNIQUE constraint failed: posts.title"]
    ),
    Case {
        name: "no way back, and no way up over rows",
        before: USERS,
        sections: "-- migrate:up
CREATE UNIQUE INDEX posts_author ON posts (author, title);
CREATE UNIQUE INDEX posts_title ON posts (title);

-- migrate:irreversible nobody wants it back
",
        finds: &[],
        names: &["UNIQUE constraint failed: posts."],
    },
    case!("a check over rows that break it", USERS,
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, line TEXT NOT NULL CHECK (length(line) BETWEEN 3 AND 5));
INSERT INTO fresh SELECT * FROM apart;
DROP TABLE apart;
ALTER TABLE fresh RENAME TO apart;",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, line TEXT NOT NULL);
INSERT INTO fresh SELECT * FROM apart;
DROP TABLE apart;
ALTER TABLE fresh RENAME TO apart;",
        [],
        ["CHECK constraint failed: length(line) BETWEEN 3 AND 5"]),
    case!("NOT NULL in a table built anew", USERS,
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, author INT NOT NULL REFERENCES users (id) ON DELETE CASCADE, title TEXT);
INSERT INTO fresh SELECT * FROM posts;
DROP TABLE posts;
ALTER TABLE fresh RENAME TO posts;",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, author INT REFERENCES users (id) ON DELETE CASCADE, title TEXT);
INSERT INTO fresh SELECT * FROM posts;
DROP TABLE posts;
ALTER TABLE fresh RENAME TO posts;",
        [],
        ["NOT NULL constraint failed: fresh.author"]),
];
