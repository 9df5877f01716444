//! The pure half of `cargo migrate`.
//!
//! The way of one revision: a file becomes a `Revision`, revisions become a `Graph`, a graph and a
//! target become a `Plan`, a plan becomes a `Script`. Nothing here talks to a database, reads the
//! environment or prints; one module, `directory`, touches the file system.

pub mod diagnostic;
pub mod dialect;
pub mod ident;
pub mod source;

pub mod sql;
