//! Migrations that do as they say, by subject.

mod columns;
mod objects;
mod rows;

subjects!(columns, objects, rows);
