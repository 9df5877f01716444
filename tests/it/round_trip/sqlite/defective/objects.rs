//! Whole objects that stay, go, or come back otherwise.

use crate::round_trip::cases::Case;

const USERS: &str = "
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);
CREATE INDEX users_email ON users (email DESC) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX users_both ON users (id, name);
CREATE VIEW names AS SELECT name FROM users;
CREATE TABLE log (line TEXT);
CREATE TRIGGER users_log AFTER DELETE ON users BEGIN INSERT INTO log VALUES (old.name); END;";

pub(super) const CASES: &[Case] = &[
    case!(
        "an index stays",
        USERS,
        "CREATE INDEX users_name ON users (name);",
        "SELECT 1;",
        ["left-behind"],
        ["index users_name of table users is left behind", "+ CREATE INDEX users_name"]
    ),
    case!(
        "a partial index stays, and nobody asks whether it is there",
        USERS,
        "CREATE INDEX IF NOT EXISTS users_name ON users (name) WHERE name > 'm';",
        "SELECT 1;",
        ["left-behind"],
        ["index users_name of table users", "WHERE name > 'm'"]
    ),
    case!(
        "an expression index stays",
        USERS,
        "CREATE INDEX users_lower ON users (lower(name));",
        "DROP INDEX IF EXISTS users_lowr;",
        ["left-behind"],
        ["index users_lower of table users", "lower(name)"]
    ),
    case!(
        "a unique index stays",
        USERS,
        "CREATE UNIQUE INDEX users_three ON users (id, name, email);",
        "SELECT 1;",
        ["left-behind"],
        ["+ CREATE UNIQUE INDEX users_three", "already exists"]
    ),
    case!(
        "a table stays",
        USERS,
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INT);",
        "SELECT 1;",
        ["left-behind"],
        ["table orders is left behind", "+ CREATE TABLE orders"]
    ),
    case!(
        "one of two tables stays",
        USERS,
        "CREATE TABLE orders (id INTEGER PRIMARY KEY);\nCREATE TABLE lines (id INTEGER PRIMARY KEY, o INT REFERENCES orders);",
        "DROP TABLE lines;",
        ["left-behind"],
        ["table orders is left behind"]
    ),
    case!(
        "a view stays",
        USERS,
        "CREATE VIEW emails AS SELECT email FROM users;",
        "SELECT 1;",
        ["left-behind"],
        ["view emails is left behind"]
    ),
    case!(
        "a trigger stays",
        USERS,
        "CREATE TRIGGER users_in AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.name); END;",
        "SELECT 1;",
        ["left-behind"],
        ["trigger users_in of table users is left behind"]
    ),
    case!(
        "a trigger of a view stays",
        USERS,
        "CREATE TRIGGER names_in INSTEAD OF INSERT ON names BEGIN INSERT INTO users (name) VALUES (new.name); END;",
        "SELECT 1;",
        ["left-behind"],
        ["trigger names_in of view names is left behind"]
    ),
    case!(
        "a full text table stays",
        USERS,
        "CREATE VIRTUAL TABLE docs USING fts5(title, body);",
        "SELECT 1;",
        ["left-behind"],
        ["table docs is left behind"]
    ),
    case!(
        "a full text table comes back with fewer columns",
        "CREATE VIRTUAL TABLE docs USING fts5(title, body);",
        "DROP TABLE docs;",
        "CREATE VIRTUAL TABLE docs USING fts5(title);",
        ["not-restored", "restored-otherwise"],
        ["column docs.body is missing"]
    ),
    case!(
        "the down drops an index that stood before",
        USERS,
        "CREATE INDEX users_name ON users (name);",
        "DROP INDEX users_name;\nDROP INDEX users_email;",
        ["not-restored"],
        ["index users_email of table users is missing", "- CREATE INDEX users_email"]
    ),
    case!(
        "the down drops a table that stood before",
        USERS,
        "CREATE TABLE orders (id INTEGER PRIMARY KEY);",
        "DROP TABLE orders;\nDROP TABLE log;",
        ["not-restored", "rows-lost"],
        ["table log is missing", "log: the table is gone, and with it 5 rows"]
    ),
    case!(
        "an index is not made again",
        USERS,
        "DROP INDEX users_email;",
        "SELECT 1;",
        ["not-restored"],
        ["index users_email of table users is missing"]
    ),
    case!(
        "a view is not made again",
        USERS,
        "DROP VIEW names;",
        "SELECT 1;",
        ["not-restored"],
        ["view names is missing"]
    ),
    case!(
        "a view comes back with another query",
        USERS,
        "DROP VIEW names;\nCREATE VIEW names AS SELECT name, email FROM users;",
        "DROP VIEW names;\nCREATE VIEW names AS SELECT email FROM users;",
        ["restored-otherwise"],
        [
            "view names",
            "definition of view names was SELECT name FROM users and is SELECT email FROM users",
            "+ SELECT email FROM users;"
        ]
    ),
    case!(
        "a trigger is not made again",
        USERS,
        "DROP TRIGGER users_log;",
        "SELECT 1;",
        ["not-restored"],
        ["trigger users_log of table users is missing"]
    ),
    case!(
        "a trigger comes back with another body",
        USERS,
        "DROP TRIGGER users_log;",
        "CREATE TRIGGER users_log AFTER DELETE ON users BEGIN INSERT INTO log VALUES (old.email); END;",
        ["restored-otherwise"],
        ["trigger users_log of table users", "VALUES (OLD.email)"]
    ),
    case!(
        "a trigger comes back at another time",
        USERS,
        "DROP TRIGGER users_log;",
        "CREATE TRIGGER users_log BEFORE DELETE ON users BEGIN INSERT INTO log VALUES (old.name); END;",
        ["restored-otherwise"],
        ["trigger users_log of table users", "BEFORE DELETE"]
    ),
    case!(
        "an index comes back in another order",
        USERS,
        "DROP INDEX users_email;",
        "CREATE INDEX users_email ON users (email) WHERE email IS NOT NULL;",
        ["restored-otherwise"],
        ["index users_email of table users", "email DESC"]
    ),
    case!(
        "an index comes back for all rows",
        USERS,
        "DROP INDEX users_email;",
        "CREATE INDEX users_email ON users (email DESC);",
        ["restored-otherwise"],
        ["index users_email of table users", "email IS NOT NULL"]
    ),
    case!(
        "a unique index comes back as a plain one",
        USERS,
        "DROP INDEX users_both;",
        "CREATE INDEX users_both ON users (id, name);",
        ["restored-otherwise"],
        ["index users_both of table users", "- CREATE UNIQUE INDEX users_both"]
    ),
    case!(
        "a table is not renamed back",
        "CREATE TABLE cities (id INTEGER PRIMARY KEY, name TEXT);",
        "ALTER TABLE cities RENAME TO towns;",
        "SELECT 1;",
        ["left-behind", "not-restored", "rows-lost"],
        ["table towns is left behind", "table cities is missing", "cities: the table is gone"]
    ),
    case!(
        "what the second up finds is another table",
        USERS,
        "CREATE TABLE IF NOT EXISTS extra (id INTEGER PRIMARY KEY, note TEXT);",
        "ALTER TABLE extra DROP COLUMN note;",
        ["left-behind", "differs-again"],
        ["table extra is left behind", "column extra.note was removed"]
    ),
    Case {
        name: "an index stays, outside a transaction",
        before: USERS,
        sections: "-- migrate:up transaction:false
CREATE INDEX IF NOT EXISTS users_name ON users (name);

-- migrate:down transaction:false
DROP INDEX IF EXISTS users_names;
",
        finds: &["left-behind"],
        names: &["index users_name of table users"],
    },
];
