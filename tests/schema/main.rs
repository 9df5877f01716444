//! The static schema beside real servers.
//!
//! Every statement runs on a server and is applied to the static schema; then the catalog must be the
//! static schema, but for what is marked as unknown. The server has the last word: a statement that
//! it takes must not be refused.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod cases;
mod corpora;
mod downs;
mod draws;
mod live;
mod mutations;
mod pairs;
mod printed;
mod random;
mod side_by_side;
mod verdicts;
