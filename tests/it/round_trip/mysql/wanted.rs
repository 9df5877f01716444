//! Keys, references and checks that the up adds over rows that do not satisfy them: a note, and no
//! finding.

use crate::round_trip::cases::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "no NULL where there are some",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY name VARCHAR(50) NOT NULL;

-- migrate:down
ALTER TABLE users MODIFY name VARCHAR(50);",
        finds: &[],
        names: &["the up fails at tried.sql:7: ", "column 'name'"],
    },
    Case {
        name: "unique where values stand twice",
        before: "CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(50) NOT NULL);",
        sections: "-- migrate:up
CREATE UNIQUE INDEX users_email ON users (email);

-- migrate:down
DROP INDEX users_email ON users;",
        finds: &[],
        names: &["Duplicate entry"],
    },
    Case {
        name: "a check that rows do not pass",
        before: "CREATE TABLE users (id INT PRIMARY KEY, age INT);",
        sections: "-- migrate:up
ALTER TABLE users ADD CONSTRAINT age_is_positive CHECK (age > 0);

-- migrate:down
ALTER TABLE users DROP CONSTRAINT age_is_positive;",
        finds: &[],
        names: &["`age_is_positive` failed"],
    },
    Case {
        name: "a foreign key over rows that hang in the air",
        before: "CREATE TABLE users (id INT PRIMARY KEY);
CREATE TABLE orders (id INT PRIMARY KEY, user_id INT);",
        sections: "-- migrate:up
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);

-- migrate:down
ALTER TABLE orders DROP FOREIGN KEY orders_user, DROP INDEX orders_user;",
        finds: &[],
        names: &["foreign key constraint fails"],
    },
    Case {
        name: "half of an up stays where the rest fails",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN email VARCHAR(50);
ALTER TABLE users ADD UNIQUE users_name (name);

-- migrate:down
ALTER TABLE users DROP INDEX users_name;
ALTER TABLE users DROP COLUMN email;",
        finds: &[],
        names: &["the up fails at tried.sql:8: Duplicate entry"],
    },
    Case {
        name: "no way back, and the up fails on rows",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY name VARCHAR(50) NOT NULL;

-- migrate:irreversible nobody goes back",
        finds: &[],
        names: &["the up fails at tried.sql:7: "],
    },
];
