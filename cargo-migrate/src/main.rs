//! The `cargo migrate` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_migrate::main_impl(std::env::args_os())
}
