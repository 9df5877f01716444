//! All tests of the whole in one binary.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod alembic;
mod cli;
mod corpora;
mod faults;
mod migrations;
mod scenarios;
mod support;
mod tidy;
mod weight;
