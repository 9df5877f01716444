#![allow(missing_docs)]
pub mod import;
