//! The code that the macros write, one file per macro.

pub(crate) mod derive;
pub(crate) mod embed;
pub(crate) mod round_trip;
pub(crate) mod steps;
pub(crate) mod test;
