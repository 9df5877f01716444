//! The code that the macros write, one file per macro.

pub(crate) mod embed;
