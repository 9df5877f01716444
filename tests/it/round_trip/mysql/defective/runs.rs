//! Ups and downs that fail: on rows, always, half way, or the second time.

use crate::round_trip::cases::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "unique where one NULL is an empty text",
        before: "CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(50));",
        sections: "-- migrate:up
UPDATE users SET email = '' WHERE email IS NULL;
ALTER TABLE users ADD UNIQUE (email);

-- migrate:lossy users.email it was not there
-- migrate:down
ALTER TABLE users DROP INDEX email;",
        finds: &["up-fails-with-rows"],
        names: &["Duplicate entry"],
    },
    Case {
        name: "a narrower number",
        before: "CREATE TABLE users (id INT PRIMARY KEY, points BIGINT);",
        sections: "-- migrate:up
ALTER TABLE users MODIFY points INT;

-- migrate:down
ALTER TABLE users MODIFY points BIGINT;",
        finds: &["up-fails-with-rows"],
        names: &["Out of range value for column 'points'"],
    },
    Case {
        name: "a number without a sign",
        before: "CREATE TABLE users (id INT PRIMARY KEY, points INT);",
        sections: "-- migrate:up
ALTER TABLE users MODIFY points INT UNSIGNED;

-- migrate:down
ALTER TABLE users MODIFY points INT;",
        finds: &["up-fails-with-rows"],
        names: &["Out of range value for column 'points'"],
    },
    Case {
        name: "a shorter text",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(200));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY name VARCHAR(20);

-- migrate:down
ALTER TABLE users MODIFY name VARCHAR(200);",
        finds: &["up-fails-with-rows"],
        names: &["Data too long for column 'name'"],
    },
    Case {
        name: "a text that was no number",
        before: "CREATE TABLE users (id INT PRIMARY KEY, points VARCHAR(20));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY points INT;

-- migrate:down
ALTER TABLE users MODIFY points VARCHAR(20);",
        finds: &["up-fails-with-rows"],
        names: &["Truncated incorrect INTEGER value"],
    },
    Case {
        name: "a value less in an enum",
        before: "CREATE TABLE users (id INT PRIMARY KEY, mood ENUM('sad','happy','calm'));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY mood ENUM('sad','happy');

-- migrate:down
ALTER TABLE users MODIFY mood ENUM('sad','happy','calm');",
        finds: &["up-fails-with-rows"],
        names: &["Data truncated for column 'mood'"],
    },
    Case {
        name: "a narrower character set",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50)) CHARACTER SET utf8mb4;",
        sections: "-- migrate:up
ALTER TABLE users CONVERT TO CHARACTER SET latin1;

-- migrate:down
ALTER TABLE users CONVERT TO CHARACTER SET utf8mb4;",
        finds: &["up-fails-with-rows"],
        names: &["Incorrect string value"],
    },
    Case {
        name: "a new column refers to nobody",
        before: "CREATE TABLE users (id INT PRIMARY KEY);
CREATE TABLE orders (id INT PRIMARY KEY);",
        sections: "-- migrate:up
ALTER TABLE orders ADD COLUMN user_id INT NOT NULL;
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);

-- migrate:down
ALTER TABLE orders DROP FOREIGN KEY orders_user;
ALTER TABLE orders DROP COLUMN user_id;",
        finds: &["up-fails-with-rows"],
        names: &["the up fails at tried.sql:8: ", "foreign key constraint fails"],
    },
    Case {
        name: "a new day without a default",
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        sections: "-- migrate:up
SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_ZERO_DATE');
ALTER TABLE users ADD COLUMN born DATE NOT NULL;

-- migrate:down
ALTER TABLE users DROP COLUMN born;",
        finds: &["up-fails-with-rows"],
        names: &["Incorrect date value: '0000-00-00' for column", "born"],
    },
    Case {
        name: "a new unique key that is the same for all",
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN token VARCHAR(36) NOT NULL DEFAULT '' UNIQUE;

-- migrate:down
ALTER TABLE users DROP COLUMN token;",
        finds: &["up-fails-with-rows"],
        names: &["Duplicate entry"],
    },
    Case {
        name: "an up that always fails half way",
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        sections: "-- migrate:up
CREATE TABLE orders (id INT PRIMARY KEY);
ALTER TABLE order_items ADD COLUMN price INT;

-- migrate:down
DROP TABLE orders;",
        finds: &["up-fails"],
        names: &["the up fails at tried.sql:8: ", "order_items' doesn't exist"],
    },
    Case {
        name: "an up that nobody ever ran",
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN name VARCHR(50);
ALTER TABEL users ADD COLUMN age INT;

-- migrate:down
ALTER TABLE users DROP COLUMN name;",
        finds: &["up-fails"],
        names: &["Unknown data type: 'VARCHR'"],
    },
    Case {
        name: "a down with IF EXIST",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE INDEX users_name ON users (name);

-- migrate:down
DROP INDEX IF EXIST users_name ON users;",
        finds: &["down-fails"],
        names: &["the down fails at tried.sql:10: ", "'EXIST users_name ON users'"],
    },
    Case {
        name: "a down that deletes a column",
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN name VARCHAR(50);

-- migrate:down
ALTER TABLE users DELETE COLUMN name;",
        finds: &["down-fails"],
        names: &["the down fails at tried.sql:10: ", "'DELETE COLUMN name'"],
    },
    Case {
        name: "an index is dropped without its table",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE INDEX users_name ON users (name);

-- migrate:down
DROP INDEX users_name;",
        finds: &["down-fails"],
        names: &["You have an error in your SQL syntax", "DROP INDEX users_name"],
    },
    Case {
        name: "the parent is dropped first",
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        sections: "-- migrate:up
CREATE TABLE teams (id INT PRIMARY KEY);
CREATE TABLE members (id INT PRIMARY KEY, team_id INT, FOREIGN KEY (team_id) REFERENCES teams (id));

-- migrate:down
DROP TABLE teams;
DROP TABLE members;",
        finds: &["down-fails"],
        names: &["the down fails at tried.sql:11: ", "foreign key constraint fails"],
    },
    Case {
        name: "a column is dropped before its foreign key",
        before: "CREATE TABLE users (id INT PRIMARY KEY);
CREATE TABLE orders (id INT PRIMARY KEY);",
        sections: "-- migrate:up
ALTER TABLE orders ADD COLUMN user_id INT,
  ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);

-- migrate:down
ALTER TABLE orders DROP COLUMN user_id;",
        finds: &["down-fails"],
        names: &["Cannot drop index 'orders_user': needed in a foreign key constraint"],
    },
    Case {
        name: "an index is dropped that a foreign key needs",
        before: "CREATE TABLE users (id INT PRIMARY KEY);
CREATE TABLE orders (id INT PRIMARY KEY, user_id INT);",
        sections: "-- migrate:up
UPDATE orders SET user_id = NULL;
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);

-- migrate:lossy orders.user_id they were wrong
-- migrate:down
ALTER TABLE orders DROP INDEX orders_user;
ALTER TABLE orders DROP FOREIGN KEY orders_user;",
        finds: &["down-fails"],
        names: &["Cannot drop index 'orders_user': needed in a foreign key constraint"],
    },
    Case {
        name: "a down that drops the same twice",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE INDEX users_name ON users (name);

-- migrate:down
DROP INDEX users_name ON users;
ALTER TABLE users DROP INDEX users_name;",
        finds: &["down-fails"],
        names: &["the down fails at tried.sql:11: ", "users_name"],
    },
    Case {
        name: "a down that cannot go back to the narrower type",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(10));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY name VARCHAR(100);
UPDATE users SET name = CONCAT('dearest friend ', name);

-- migrate:down
ALTER TABLE users MODIFY name VARCHAR(10);",
        finds: &["down-fails-with-rows"],
        names: &["Data too long for column 'name'"],
    },
    Case {
        name: "seeds that nobody undoes fail the second time",
        before: "CREATE TABLE roles (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL);",
        sections: "-- migrate:up
INSERT INTO roles VALUES (900001, 'admin');

-- migrate:noop they hurt nobody",
        finds: &["up-fails-again"],
        names: &["the up, the second time, fails at tried.sql:7: Duplicate entry '900001'"],
    },
    Case {
        name: "cents are rounded and do not fit any more",
        before: "CREATE TABLE prices (id INT PRIMARY KEY, price DECIMAL(10,4) NOT NULL);",
        sections: "-- migrate:up
ALTER TABLE prices MODIFY price DECIMAL(12,2) NOT NULL;

-- migrate:down
ALTER TABLE prices MODIFY price DECIMAL(10,4) NOT NULL;",
        finds: &["down-fails-with-rows"],
        names: &["Out of range value for column 'price'"],
    },
    Case {
        name: "what the down leaves in the way of the second up",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE TABLE orders (id INT PRIMARY KEY);

-- migrate:down
RENAME TABLE orders TO orders_old;
CREATE VIEW orders AS SELECT * FROM orders_old;",
        finds: &["left-behind"],
        names: &[
            "table orders_old is left behind; view orders is left behind",
            "the up, the second time, ",
        ],
    },
    Case {
        name: "what the up makes depends on the rows that it deletes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
SET @some = (SELECT COUNT(*) FROM users);
SET @make = IF(@some, 'CREATE INDEX users_name ON users (name)', 'DO 0');
PREPARE making FROM @make;
EXECUTE making;
DELETE FROM users;

-- migrate:lossy users they go
-- migrate:down
DROP INDEX IF EXISTS users_name ON users;",
        finds: &["differs-again"],
        names: &["the second up gives another schema: index users_name of table users was removed"],
    },
    Case {
        name: "a fixture that does not fit",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(5) NOT NULL);",
        sections: "-- migrate:fixture
INSERT INTO users VALUES (900001, 'ada');
INSERT INTO users VALUES (900002, 'grace hopper');

-- migrate:up
ALTER TABLE users ADD COLUMN age INT;

-- migrate:down
ALTER TABLE users DROP COLUMN age;",
        finds: &["fixture-fails"],
        names: &[
            "the fixture fails: the statement at tried.sql:8 fails: Data too long for column 'name'",
        ],
    },
    Case {
        name: "what the file promises does not hold",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN length INT;
UPDATE users SET length = CHAR_LENGTH(name);

-- migrate:verify
SELECT COUNT(*) > 0 FROM users;
SELECT length IS NOT NULL FROM users;

-- migrate:down
ALTER TABLE users DROP COLUMN length;",
        finds: &["verify-fails"],
        names: &["the query at tried.sql:12 does not hold: 1 of 5 rows are not true"],
    },
    Case {
        name: "what the file promises cannot be asked",
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN length INT;

-- migrate:verify
SELECT lenght IS NULL FROM users;

-- migrate:down
ALTER TABLE users DROP COLUMN length;",
        finds: &["verify-fails"],
        names: &["the statement at tried.sql:10 fails: Unknown column 'lenght'"],
    },
    Case {
        name: "what the file promises is about nothing",
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        sections: "-- migrate:up
CREATE TABLE roles (id INT PRIMARY KEY);

-- migrate:verify
SELECT id > 0 FROM roles;

-- migrate:down
DROP TABLE roles;",
        finds: &["verify-fails"],
        names: &["the query at tried.sql:10 gives no row"],
    },
];
