//! Defective migrations, by subject.

mod columns;
mod objects;
mod rows;
mod runs;
mod values;

subjects!(columns, objects, rows, runs, values);
