//! All tests of the whole in one binary.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod action;
mod alembic;
mod application;
mod autogenerate;
mod book;
mod cli;
mod corpora;
mod dependencies;
mod emit;
mod faults;
mod fuzz;
mod inspect;
mod lint;
mod migrations;
mod models;
mod round_trip;
mod rows;
mod scenarios;
mod support;
mod tidy;
