//! Migrations that lie.

use super::super::cases::Case;

pub(super) const CASES: &[Case] = &[Case {
    name: "an index stays",
    before: "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50));",
    sections: "-- migrate:up\nCREATE INDEX users_name ON users (name);\n\n\
                   -- migrate:down\nSELECT 1;",
    finds: &["left-behind", "up-fails-again"],
    names: &["index users_name of table users"],
}];
