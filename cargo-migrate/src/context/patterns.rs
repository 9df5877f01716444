//! Checks the regular expressions of migrate.toml, whose syntax migrate-core does not know.

use migrate_core::config::Config;
use migrate_core::diagnostic::{Code, Diagnostic, Diagnostics};
use migrate_core::source::SourceFile;
use regex::Regex;

/// The findings about patterns that are not regular expressions.
pub(super) fn check_patterns(file: &SourceFile, config: &Config) -> Diagnostics {
    let mut found = Diagnostics::new();
    for (_, settings) in config.all() {
        let Some((pattern, span)) = &settings.conventions.message_pattern else { continue };
        let Err(error) = Regex::new(pattern) else { continue };
        let error = error.to_string();
        let why = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        let message = format!("`message.pattern` is not a regular expression: {why}");
        found.push(
            Diagnostic::new(Code::SettingValue, message)
                .at(file, *span)
                .help("write one as in `pattern = '^[A-Z]+-[0-9]+: '`"),
        );
    }
    found
}
