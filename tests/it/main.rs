//! All tests of the whole in one binary.
#![allow(missing_docs, reason = "tests")]

mod smoke;
