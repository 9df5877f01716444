//! Values that are changed on the way up and down.

use crate::round_trip::cases::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "names are made small for good",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
UPDATE users SET name = LOWER(name);

-- migrate:down
SELECT 1;",
        finds: &["rows-changed"],
        names: &["users.name:", "-- migrate:lossy users.name <reason>"],
    },
    Case {
        name: "an update without a condition",
        before: "CREATE TABLE users (id INT PRIMARY KEY, state VARCHAR(10));",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN active BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE users SET state = 'active', active = TRUE;

-- migrate:down
ALTER TABLE users DROP COLUMN active;",
        finds: &["rows-changed"],
        names: &["users.state:", "'active'"],
    },
    Case {
        name: "a prepared statement changes rows",
        before: "CREATE TABLE users (id INT PRIMARY KEY, state VARCHAR(10));",
        sections: "-- migrate:up
EXECUTE IMMEDIATE 'UPDATE users SET state = ''x''';

-- migrate:down
SELECT 1;",
        finds: &["rows-changed"],
        names: &["users.state:", "'x'"],
    },
    Case {
        name: "the down undoes more than the up did",
        before: "CREATE TABLE users (id INT PRIMARY KEY, state VARCHAR(10));",
        sections: "-- migrate:up
UPDATE users SET state = 'new' WHERE state IS NULL;

-- migrate:down
UPDATE users SET state = NULL;",
        finds: &["rows-lost"],
        names: &["users.state:", "became NULL"],
    },
    Case {
        name: "a null becomes empty",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
UPDATE users SET name = '' WHERE name IS NULL;
ALTER TABLE users MODIFY name VARCHAR(50) NOT NULL;

-- migrate:down
ALTER TABLE users MODIFY name VARCHAR(50);",
        finds: &["rows-changed"],
        names: &["users.name: NULL became '' in 1 row"],
    },
    Case {
        name: "cents are rounded",
        before: "CREATE TABLE prices (id INT PRIMARY KEY, price DECIMAL(10,4) NOT NULL);",
        sections: "-- migrate:up
UPDATE prices SET price = price - SIGN(price) WHERE ABS(price) > 1;
ALTER TABLE prices MODIFY price DECIMAL(10,2) NOT NULL;

-- migrate:down
ALTER TABLE prices MODIFY price DECIMAL(10,4) NOT NULL;",
        finds: &["rows-changed"],
        names: &["prices.price:"],
    },
    Case {
        name: "fractions of seconds are lost",
        before: "CREATE TABLE visits (id INT PRIMARY KEY, at DATETIME(6) NOT NULL);",
        sections: "-- migrate:up
ALTER TABLE visits MODIFY at DATETIME NOT NULL;

-- migrate:down
ALTER TABLE visits MODIFY at DATETIME(6) NOT NULL;",
        finds: &["rows-changed"],
        names: &["visits.at:"],
    },
    Case {
        name: "a double becomes a float",
        before: "CREATE TABLE readings (id INT PRIMARY KEY, value DOUBLE);",
        sections: "-- migrate:fixture
DELETE FROM readings;
INSERT INTO readings VALUES (1, 0.123456789012345);

-- migrate:up
ALTER TABLE readings MODIFY value FLOAT;

-- migrate:down
ALTER TABLE readings MODIFY value DOUBLE;",
        finds: &["rows-changed"],
        names: &["readings.value:", "0.123456789012345"],
    },
    Case {
        name: "a moment is stamped anew",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50),
  changed DATETIME NOT NULL DEFAULT '2001-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP);",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN length INT;
UPDATE users SET length = 1;

-- migrate:down
ALTER TABLE users DROP COLUMN length;",
        finds: &["rows-changed"],
        names: &["users.changed:"],
    },
    Case {
        name: "two columns become one, and it is taken apart otherwise",
        before: "CREATE TABLE users (id INT PRIMARY KEY, first VARCHAR(50) NOT NULL, last VARCHAR(50) NOT NULL);",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN name VARCHAR(101);
UPDATE users SET name = CONCAT(first, ' ', last);
ALTER TABLE users DROP COLUMN first, DROP COLUMN last;

-- migrate:down
ALTER TABLE users ADD COLUMN first VARCHAR(50) NOT NULL, ADD COLUMN last VARCHAR(50) NOT NULL;
UPDATE users SET first = SUBSTRING_INDEX(name, ' ', 1), last = SUBSTRING_INDEX(name, ' ', -1);
ALTER TABLE users DROP COLUMN name;",
        finds: &["rows-changed", "rows-changed"],
        names: &["users.first:", "users.last:"],
    },
    Case {
        name: "a parent changes and its children go along",
        before: "CREATE TABLE users (name VARCHAR(50) PRIMARY KEY);
CREATE TABLE orders (id INT PRIMARY KEY, user_name VARCHAR(50) NOT NULL,
  FOREIGN KEY (user_name) REFERENCES users (name) ON UPDATE CASCADE);",
        sections: "-- migrate:up
UPDATE users SET name = CONCAT(LEFT(name, 40), '!');

-- migrate:lossy users they are renamed
-- migrate:down
SELECT 1;",
        finds: &["rows-changed"],
        names: &["orders.user_name:"],
    },
    Case {
        name: "json is written anew",
        before: "CREATE TABLE documents (id INT PRIMARY KEY, body JSON NOT NULL);",
        sections: "-- migrate:up
UPDATE documents SET body = JSON_SET(body, '$.version', 2);

-- migrate:down
UPDATE documents SET body = JSON_SET(body, '$.version', 1);",
        finds: &["rows-changed"],
        names: &["documents.body:"],
    },
    Case {
        name: "a value of an enum becomes another",
        before: "CREATE TABLE users (id INT PRIMARY KEY, mood ENUM('sad','happy') NOT NULL);",
        sections: "-- migrate:up
UPDATE users SET mood = 'sad' WHERE mood = 'happy';
ALTER TABLE users MODIFY mood ENUM('sad') NOT NULL;

-- migrate:down
ALTER TABLE users MODIFY mood ENUM('sad','happy') NOT NULL;",
        finds: &["rows-changed"],
        names: &["users.mood: 'happy' became 'sad'"],
    },
];
