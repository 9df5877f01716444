//! An application with a history of its own and the commands in its binary.

use std::process::ExitCode;

static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("mounted");

fn main() -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::FAILURE;
    };
    runtime.block_on(MIGRATIONS.mount(None).run(std::env::args_os()))
}
