//! Rows that the way up and down loses, changes or leaves behind.

use crate::round_trip::cases::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a column comes back without its values",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users DROP COLUMN name;

-- migrate:down
ALTER TABLE users ADD COLUMN name VARCHAR(50);",
        finds: &["rows-lost"],
        names: &["users.name:", "became NULL", "-- migrate:lossy users.name <reason>"],
    },
    Case {
        name: "a column comes back with a value for all",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL DEFAULT 'nobody');",
        sections: "-- migrate:up
ALTER TABLE users DROP COLUMN name;

-- migrate:down
ALTER TABLE users ADD COLUMN name VARCHAR(50) NOT NULL DEFAULT 'nobody';",
        finds: &["rows-changed"],
        names: &["users.name:", "'nobody'"],
    },
    Case {
        name: "a table comes back without its rows",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
DROP TABLE users;

-- migrate:down
CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        finds: &["rows-lost"],
        names: &["users: 5 rows are gone", "-- migrate:lossy users <reason>"],
    },
    Case {
        name: "the loss of another column is declared",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50), email VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users DROP COLUMN name;

-- migrate:lossy users.email nobody reads it
-- migrate:down
ALTER TABLE users ADD COLUMN name VARCHAR(50) AFTER id;",
        finds: &["rows-lost"],
        names: &["users.name:", "-- migrate:lossy users.name <reason>"],
    },
    Case {
        name: "the loss of a column is declared and rows are gone",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
DELETE FROM users WHERE name IS NULL;

-- migrate:lossy users.name nobody reads it
-- migrate:down
SELECT 1;",
        finds: &["rows-lost"],
        names: &["users: 1 row is gone"],
    },
    Case {
        name: "the loss of another table is declared",
        before: "CREATE TABLE users (id INT PRIMARY KEY);
CREATE TABLE logins (id INT PRIMARY KEY, at DATETIME);",
        sections: "-- migrate:up
DELETE FROM users;
DELETE FROM logins;

-- migrate:lossy logins they are old
-- migrate:down
SELECT 1;",
        finds: &["rows-lost"],
        names: &["users: 5 rows are gone"],
    },
    Case {
        name: "another code is allowed",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:allow rows-changed as agreed
-- migrate:up
DELETE FROM users;

-- migrate:down
SELECT 1;",
        finds: &["rows-lost"],
        names: &["users: 5 rows are gone"],
    },
    Case {
        name: "a table is emptied",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
TRUNCATE TABLE users;

-- migrate:down
SELECT 1;",
        finds: &["rows-lost"],
        names: &["users: 5 rows are gone"],
    },
    Case {
        name: "the down empties a table",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN age INT;

-- migrate:down
ALTER TABLE users DROP COLUMN age;
TRUNCATE users;",
        finds: &["rows-lost"],
        names: &["users: 5 rows are gone"],
    },
    Case {
        name: "rows of others are deleted along",
        before: "CREATE TABLE users (id INT PRIMARY KEY);
CREATE TABLE orders (id INT PRIMARY KEY, user_id INT,
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE);",
        sections: "-- migrate:up
DELETE FROM users WHERE id IN (SELECT * FROM (SELECT id FROM users) all_of_them);

-- migrate:lossy users they go
-- migrate:down
SELECT 1;",
        finds: &["rows-lost"],
        names: &["orders: ", "-- migrate:lossy orders <reason>"],
    },
    Case {
        name: "a trigger deletes rows of others",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));
CREATE TABLE archive (id INT PRIMARY KEY, name VARCHAR(50));
CREATE TRIGGER users_gone AFTER UPDATE ON users FOR EACH ROW DELETE FROM archive;",
        sections: "-- migrate:up
UPDATE users SET name = 'x';

-- migrate:lossy users.name they were wrong
-- migrate:down
SELECT 1;",
        finds: &["rows-lost"],
        names: &["archive: 5 rows are gone"],
    },
    Case {
        name: "a procedure deletes rows",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));
CREATE PROCEDURE tidy() DELETE FROM users WHERE name IS NULL;",
        sections: "-- migrate:up
CALL tidy();

-- migrate:down
SELECT 1;",
        finds: &["rows-lost"],
        names: &["users: 1 row is gone"],
    },
    Case {
        name: "a prepared statement deletes rows",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
SET @sql = 'DELETE FROM users';
PREPARE deleting FROM @sql;
EXECUTE deleting;

-- migrate:down
SELECT 1;",
        finds: &["rows-lost"],
        names: &["users: 5 rows are gone"],
    },
    Case {
        name: "rows are deleted through a view",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));
CREATE VIEW nobodies AS SELECT * FROM users WHERE name IS NULL;",
        sections: "-- migrate:up
DELETE FROM nobodies;

-- migrate:down
SELECT 1;",
        finds: &["rows-lost"],
        names: &["users: 1 row is gone"],
    },
    Case {
        name: "seeds stay",
        before: "CREATE TABLE roles (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL);",
        sections: "-- migrate:up
INSERT IGNORE INTO roles VALUES (900001, 'admin'), (900002, 'guest');

-- migrate:down
SELECT 1;",
        finds: &["rows-left-behind"],
        names: &["roles: 2 rows that were not there before", "'admin'", "remove in the down"],
    },
    Case {
        name: "one of two seeds stays and fails the second time",
        before: "CREATE TABLE roles (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL);",
        sections: "-- migrate:up
INSERT INTO roles VALUES (900001, 'admin'), (900002, 'guest');

-- migrate:down
DELETE FROM roles WHERE id = 900001;",
        finds: &["rows-left-behind"],
        names: &["roles: 1 row that was not there before", "'guest'", "Duplicate entry '900002'"],
    },
    Case {
        name: "the down removes more than the seeds",
        before: "CREATE TABLE roles (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL);",
        sections: "-- migrate:up
INSERT INTO roles VALUES (900001, 'admin');

-- migrate:down
DELETE FROM roles;",
        finds: &["rows-lost"],
        names: &["roles: 5 rows are gone"],
    },
    Case {
        name: "values move to a table of their own and do not come back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(50));",
        sections: "-- migrate:up
CREATE TABLE emails (user_id INT PRIMARY KEY, email VARCHAR(50));
INSERT INTO emails SELECT id, email FROM users;
ALTER TABLE users DROP COLUMN email;

-- migrate:down
ALTER TABLE users ADD COLUMN email VARCHAR(50);
DROP TABLE emails;",
        finds: &["rows-lost"],
        names: &["users.email:", "became NULL"],
    },
    Case {
        name: "a table is built anew and one column is forgotten",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50), age INT);",
        sections: "-- migrate:up
CREATE TABLE users_new (id BIGINT PRIMARY KEY, name VARCHAR(50), age INT);
INSERT INTO users_new (id, name) SELECT id, name FROM users;
DROP TABLE users;
RENAME TABLE users_new TO users;

-- migrate:down
ALTER TABLE users MODIFY id INT;",
        finds: &["rows-lost"],
        names: &["users.age:", "became NULL"],
    },
];
