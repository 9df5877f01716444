//! The first `migrate.toml` of a project.

use std::fmt::Write as _;

use crate::config::DEFAULT_DIR;
use crate::dialect::Dialect;

/// Returns a `migrate.toml` with the required settings and the others as comments.
///
/// ```
/// use migrate_core::{author::starter_config, config::Config, dialect::Dialect, source::SourceFile};
/// let text = starter_config("db/migrations", &[Dialect::Sqlite]);
/// let (config, found) = Config::parse(&SourceFile::new("migrate.toml", text));
/// assert!(found.is_empty());
/// assert_eq!(config.database(None).unwrap().dir, "db/migrations");
/// ```
#[must_use]
pub fn starter_config(dir: &str, dialects: &[Dialect]) -> String {
    let names: Vec<String> = dialects.iter().map(|d| format!("\"{}\"", d.name())).collect();
    let mut text =
        String::from("# The settings of cargo migrate; what is left out has its default.\n\n");
    let _ = writeln!(text, "# The databases that the SQL is written for: sqlite, postgres, mysql.");
    let _ = writeln!(text, "dialects = [{}]", names.join(", "));
    if dir != DEFAULT_DIR {
        let quoted = dir.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(text, "\n# The folder of the revisions.\ndir = \"{quoted}\"");
    }
    text.push_str(
        "\n# Where to connect when neither --database-url, DATABASE_URL nor .env says it.\n\
         # database-url = \"sqlite:app.db\"\n\
         \n# \"many\" allows a history with several heads.\n\
         # heads = \"one\"\n",
    );
    text
}
