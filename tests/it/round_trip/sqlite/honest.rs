//! Migrations that do as they say.

use super::super::cases::Case;

pub(super) const CASES: &[Case] = &[Case {
    name: "a table comes and goes",
    before: "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);",
    sections: "-- migrate:up\nCREATE TABLE orders (id INTEGER PRIMARY KEY);\n\n\
                   -- migrate:down\nDROP TABLE orders;",
    finds: &[],
    names: &[],
}];
