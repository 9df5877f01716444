//! Rows that are lost, changed or left behind, and statements that fail.

use crate::round_trip::cases::Case;

const USERS: &str = "
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, age INT NOT NULL);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INT REFERENCES users (id) ON DELETE CASCADE, title TEXT);
CREATE TABLE apart (id INTEGER PRIMARY KEY, line TEXT NOT NULL);";

pub(super) const CASES: &[Case] = &[
    case!("a column comes back without its values", USERS,
        "ALTER TABLE users DROP COLUMN email;",
        "ALTER TABLE users ADD COLUMN email TEXT;",
        ["rows-lost"],
        ["users.email:", "became NULL", "-- migrate:lossy users.email <reason>"]),
    case!("a table comes back without its rows", USERS,
        "DROP TABLE apart;",
        "CREATE TABLE apart (id INTEGER PRIMARY KEY, line TEXT NOT NULL);",
        ["rows-lost"],
        ["apart: 5 rows are gone", "-- migrate:lossy apart <reason>"]),
    Case {
        name: "what is declared as lost is another column",
        before: USERS,
        sections: "-- migrate:lossy users.name nobody needs it\n\n-- migrate:up
ALTER TABLE users DROP COLUMN email;

-- migrate:down
ALTER TABLE users ADD COLUMN email TEXT;
",
        finds: &["rows-lost"],
        names: &["users.email:", "became NULL"],
    },
    case!("NOT NULL without a default", USERS,
        "ALTER TABLE users ADD COLUMN born TEXT NOT NULL;",
        "ALTER TABLE users DROP COLUMN born;",
        ["up-fails-with-rows"],
        ["ALTER TABLE users ADD COLUMN born", "NOT NULL"]),
    case!("a default that is the present time", USERS,
        "ALTER TABLE users ADD COLUMN born TEXT DEFAULT CURRENT_TIMESTAMP;",
        "ALTER TABLE users DROP COLUMN born;",
        ["up-fails-with-rows"],
        ["non-constant default"]),
    case!("a default that refers to nobody", USERS,
        "ALTER TABLE users ADD COLUMN boss INT DEFAULT 4711 REFERENCES users (id);",
        "ALTER TABLE users DROP COLUMN boss;",
        ["up-fails-with-rows"],
        ["leaves broken references", "users"]),
    Case {
        name: "a strict table over a text among numbers",
        before: "CREATE TABLE facts (id INTEGER PRIMARY KEY, n INT);",
        sections: "-- migrate:up
CREATE TABLE fresh (id INTEGER PRIMARY KEY, n INT) STRICT;
INSERT INTO fresh SELECT * FROM facts;
DROP TABLE facts;
ALTER TABLE fresh RENAME TO facts;

-- migrate:down
CREATE TABLE fresh (id INTEGER PRIMARY KEY, n INT);
INSERT INTO fresh SELECT * FROM facts;
DROP TABLE facts;
ALTER TABLE fresh RENAME TO facts;

-- migrate:fixture
INSERT INTO facts (n) VALUES ('many');
",
        finds: &["up-fails-with-rows"],
        names: &["cannot store TEXT value in INT column fresh.n"],
    },
    case!("rows are lost in a table built anew", USERS,
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, line TEXT NOT NULL, more INT);
INSERT INTO fresh (id, line) SELECT id, line FROM apart WHERE id NOT IN (SELECT id FROM apart ORDER BY id LIMIT 2);
DROP TABLE apart;
ALTER TABLE fresh RENAME TO apart;",
        "ALTER TABLE apart DROP COLUMN more;",
        ["rows-lost"],
        ["apart: 2 rows are gone"]),
    case!("two columns are mixed up on the way back", USERS,
        "ALTER TABLE users ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, age INT NOT NULL);
INSERT INTO fresh (id, name, email, age) SELECT id, coalesce(email, ''), name, age FROM users;
DROP TABLE users;
ALTER TABLE fresh RENAME TO users;",
        ["rows-changed", "rows-changed"],
        ["users.name:", "users.email:"]),
    case!("rows that are no business of it are changed", USERS,
        "CREATE INDEX users_name ON users (name);\nUPDATE apart SET line = 'gone';",
        "DROP INDEX users_name;",
        ["rows-changed"],
        ["apart.line:", "became 'gone'"]),
    case!("rows that are no business of it are deleted", USERS,
        "CREATE INDEX users_name ON users (name);\nDELETE FROM apart WHERE id = (SELECT min(id) FROM apart);",
        "DROP INDEX users_name;",
        ["rows-lost"],
        ["apart: 1 row is gone"]),
    case!("duplicates are deleted for a unique index", USERS,
        "DELETE FROM posts WHERE id NOT IN (SELECT min(id) FROM posts GROUP BY title);\nCREATE UNIQUE INDEX posts_title ON posts (title);",
        "DROP INDEX posts_title;",
        ["rows-lost"],
        ["posts:", "gone"]),
    case!("values are cut", USERS,
        "UPDATE apart SET line = substr(line, 1, 2);",
        "SELECT 1;",
        ["rows-changed"],
        ["apart.line:"]),
    case!("NULL becomes something", USERS,
        "UPDATE users SET email = coalesce(email, '');",
        "SELECT 1;",
        ["rows-changed"],
        ["users.email: NULL became ''"]),
    case!("something becomes NULL", USERS,
        "UPDATE users SET email = nullif(email, '');",
        "SELECT 1;",
        ["rows-lost"],
        ["users.email:", "became NULL"]),
    case!("another type eats the values", USERS,
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, line INT NOT NULL);
INSERT INTO fresh SELECT id, CAST(line AS INT) FROM apart;
DROP TABLE apart;
ALTER TABLE fresh RENAME TO apart;",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, line TEXT NOT NULL);
INSERT INTO fresh SELECT id, CAST(line AS TEXT) FROM apart;
DROP TABLE apart;
ALTER TABLE fresh RENAME TO apart;",
        ["rows-changed"],
        ["apart.line:"]),
    case!("rows that the up brought stay", USERS,
        "INSERT OR IGNORE INTO apart VALUES (-7, 'seed');",
        "SELECT 1;",
        ["rows-left-behind"],
        ["apart: 1 row that was not there before", "'seed'", "remove in the down what the up inserted"]),
    case!("rows that the up brought stay, and are in its way", USERS,
        "INSERT INTO apart VALUES (-7, 'seed');",
        "SELECT 1;",
        ["rows-left-behind"],
        ["apart: 1 row that was not there before", "UNIQUE constraint failed: apart.id"]),
    case!("the down deletes more than the up brought", USERS,
        "INSERT INTO apart VALUES (-7, 'seed');",
        "DELETE FROM apart;",
        ["rows-lost"],
        ["apart: 5 rows are gone"]),
    case!("data is moved, and only a part of it back", USERS,
        "CREATE TABLE mails (user_id INT NOT NULL, email TEXT);
INSERT INTO mails SELECT id, email FROM users;
ALTER TABLE users DROP COLUMN email;",
        "ALTER TABLE users ADD COLUMN email TEXT;
UPDATE users SET email = (SELECT email FROM mails WHERE user_id = users.id AND length(email) < 2);
DROP TABLE mails;",
        ["rows-lost"],
        ["users.email:", "became NULL"]),
    Case {
        name: "a table built anew takes along what refers to it",
        before: USERS,
        sections: "-- migrate:up foreign-keys:true
CREATE TABLE fresh (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, age INT NOT NULL, note TEXT);
INSERT INTO fresh (id, name, email, age) SELECT id, name, email, age FROM users;
DROP TABLE users;
ALTER TABLE fresh RENAME TO users;

-- migrate:down
ALTER TABLE users DROP COLUMN note;
",
        finds: &["rows-lost"],
        names: &["posts:", "gone"],
    },
    Case {
        name: "deleting a parent deletes its children",
        before: USERS,
        sections: "-- migrate:up foreign-keys:true
CREATE TABLE kept AS SELECT * FROM users;
DELETE FROM users;

-- migrate:down
INSERT INTO users SELECT * FROM kept;
DROP TABLE kept;
",
        finds: &["rows-lost"],
        names: &["posts:", "gone"],
    },
    case!("the down leaves children without parents", USERS,
        "ALTER TABLE users ADD COLUMN note TEXT;",
        "ALTER TABLE users DROP COLUMN note;\nDELETE FROM users;",
        ["down-fails-with-rows"],
        ["the down leaves broken references", "posts"]),
    case!("the down has a slip of the pen", USERS,
        "CREATE TABLE orders (id INTEGER PRIMARY KEY);",
        "DROP TABEL orders;",
        ["down-fails"],
        ["the down fails at tried.sql:10", "syntax error", "DROP TABEL orders"]),
    case!("the down names what is not there", USERS,
        "CREATE INDEX users_name ON users (name);",
        "DROP INDEX name_users;",
        ["down-fails"],
        ["no such index: name_users"]),
    case!("the down drops a column before its index", USERS,
        "ALTER TABLE users ADD COLUMN nick TEXT;\nCREATE INDEX users_nick ON users (nick);",
        "ALTER TABLE users DROP COLUMN nick;\nDROP INDEX users_nick;",
        ["down-fails"],
        ["the down fails", "users_nick"]),
    case!("the down drops a column that a view shows", USERS,
        "ALTER TABLE users ADD COLUMN nick TEXT;\nCREATE VIEW nicks AS SELECT nick FROM users;",
        "ALTER TABLE users DROP COLUMN nick;\nDROP VIEW nicks;",
        ["down-fails"],
        ["the down fails", "nicks"]),
    case!("the up fails wherever it runs", USERS,
        "ALTER TABLE nobody ADD COLUMN x INT;",
        "ALTER TABLE nobody DROP COLUMN x;",
        ["up-fails"],
        ["the up fails at tried.sql:7", "no such table: nobody"]),
    Case {
        name: "a fixture that does not fit",
        before: USERS,
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN nick TEXT;

-- migrate:down
ALTER TABLE users DROP COLUMN nick;

-- migrate:fixture
INSERT INTO users (name, nick, age) VALUES ('ada', 'a', 36);
",
        finds: &["fixture-fails"],
        names: &["the fixture fails: the statement at tried.sql:13", "nick"],
    },
    Case {
        name: "a promise that does not hold",
        before: USERS,
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN nick TEXT;
UPDATE users SET nick = name WHERE id > (SELECT min(id) FROM users);

-- migrate:down
ALTER TABLE users DROP COLUMN nick;

-- migrate:verify
SELECT count(*) > 0 FROM users;
SELECT nick = name FROM users WHERE nick IS NOT NULL OR id = (SELECT min(id) FROM users);
",
        finds: &["verify-fails"],
        names: &["the query at tried.sql:15 does not hold: 1 of 5 rows are not true"],
    },
];
