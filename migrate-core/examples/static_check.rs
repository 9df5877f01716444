//! Checks a directory of revisions without a database, and prints what it found and how long it took.
//!
//! ```text
//! cargo run --release -p migrate-core --example static_check -- migrations sqlite
//! ```
#![expect(clippy::print_stdout, reason = "an example that prints")]

use std::time::Instant;

use migrate_core::dialect::Dialect;
use migrate_core::directory::Directory;
use migrate_core::history::StaticChecks;
use migrate_core::static_check;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "migrations".to_owned());
    let dialect = arguments.next().and_then(|name| Dialect::from_name(&name));
    let dialects: Vec<Dialect> = dialect.into_iter().collect();
    let start = Instant::now();
    let (history, mistakes) = Directory::new(folder).history(&dialects)?;
    let read = start.elapsed();
    let start = Instant::now();
    let found = static_check::check(&history, StaticChecks::All, None);
    let checked = start.elapsed();
    println!("{mistakes}{found}");
    println!("{} revisions: read in {read:?}, checked in {checked:?}", history.graph.len());
    Ok(())
}
