//! The command line, by its whole output.

mod ask;
mod autogenerate;
mod autogenerate_structs;
mod check;
mod context;
mod conventions;
mod db;
mod derive;
mod errors;
mod files;
mod fleet;
mod help;
mod import;
mod lint;
mod models;
mod mounted;
mod offline;
mod other_tools;
mod run;
mod schema;
mod sealing;
mod snapshot;
mod terminal;
mod test;
mod variables;
mod write;
