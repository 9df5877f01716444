//! An application with a history of its own and the commands in its binary.

use std::process::ExitCode;

use migrate_db::cli::Mount;
use migrate_db::core::dialect::Dialect;
use migrate_db::core::history::{Heads, History};
use migrate_db::core::source::SourceFile;

const REVISION: &str = "\
-- Create notes
--
-- revision: aaa
-- revises:

-- migrate:up
CREATE TABLE notes (id INTEGER PRIMARY KEY);

-- migrate:down
DROP TABLE notes;
";

fn main() -> ExitCode {
    let files = vec![SourceFile::new("migrations/aaa.sql", REVISION)];
    let (history, found) = History::read(files, None, &[Dialect::Sqlite]);
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::FAILURE;
    };
    assert!(found.is_empty(), "{found}");
    let mount = Mount {
        history: &history,
        options: migrate_db::Options::default(),
        heads: Heads::One,
        database: None,
    };
    runtime.block_on(mount.run(std::env::args_os()))
}
