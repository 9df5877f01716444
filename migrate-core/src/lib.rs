//! The pure half of `cargo migrate`.
//!
//! The way of one revision: a file becomes a [`revision::Revision`], revisions become a
//! [`graph::Graph`], a graph and a target become a plan, a plan becomes a script. Nothing here
//! talks to a database, reads the environment or prints; one module, [`directory`], touches the
//! file system.

pub mod apply;
pub mod author;
pub mod autogenerate;
pub mod command;
pub mod config;
pub mod derive;
pub mod diagnostic;
pub mod dialect;
pub mod diff;
pub mod directory;
pub mod embed;
pub mod evolution;
pub mod expr;
pub mod graph;
pub mod history;
pub mod ident;
pub mod inverse;
pub mod lint;
pub mod loaded_schema;
pub mod lock;
pub mod lock_table;
mod markup;
pub mod op;
mod parallel;
pub mod plan;
pub mod report;
pub mod revision;
pub mod round_trip;
pub mod schema;
pub mod script;
pub mod source;
pub mod sql;
pub mod squash;
pub mod static_check;
mod steps;
pub mod suggest;
pub mod variables;
pub mod version_table;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
