//! The `cargo migrate` binary once more, for the tests of this crate.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_migrate::main_impl(std::env::args_os())
}
