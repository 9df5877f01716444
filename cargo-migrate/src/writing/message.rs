//! The project's rules for messages of revisions.

use migrate_core::config::Conventions;
use migrate_db::cli::CliError;
use regex::Regex;

use crate::context::Context;

/// Refuses a message that breaks the rules of migrate.toml.
///
/// # Errors
/// The rule that is broken.
pub(crate) fn check_message(context: &Context<'_>, message: &str) -> Result<(), CliError> {
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match broken(&context.settings.conventions, &message) {
        Some(error) => Err(error.help("nothing was written")),
        None => Ok(()),
    }
}

fn broken(conventions: &Conventions, message: &str) -> Option<CliError> {
    let refused = conventions.refused_words.iter().find(|words| contains(message, words));
    if let Some(words) = refused {
        let problem = format!("the message `{message}` contains `{}`", words.trim());
        return Some(CliError::usage(problem).help(
            "say what the revision does, as in `add users.email`; `message.refuse` in migrate.toml lists words that a message must not contain",
        ));
    }
    let (pattern, _) = conventions.message_pattern.as_ref()?;
    // Its syntax was checked when the file was read.
    let matches = Regex::new(pattern).is_ok_and(|regex| regex.is_match(message));
    (!matches).then(|| {
        CliError::usage(format!("the message `{message}` does not match `{pattern}`"))
            .help("`message.pattern` in migrate.toml is the regular expression of messages")
    })
}

/// Returns `true` if a message contains the words one after the other, in any case.
fn contains(message: &str, words: &str) -> bool {
    let split = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let (message, words) = (split(message), split(words));
    !words.is_empty() && message.windows(words.len()).any(|window| window == words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case_and_not_inside_of_others() {
        assert!(contains("Fix the Stuff", "fix"));
        assert!(contains("a new  migration!", "New Migration"));
        assert!(!contains("prefix of suffix", "fix"));
        assert!(!contains("add users", "-"));
    }

    #[test]
    fn a_message_matches_the_pattern_or_is_refused() {
        let conventions = Conventions {
            message_pattern: Some((
                "^[A-Z]+-[0-9]+: ".into(),
                migrate_core::source::Span::new(0, 0),
            )),
            ..Conventions::default()
        };
        assert!(broken(&conventions, "APP-12: add users").is_none());
        assert!(broken(&conventions, "add users").is_some());
    }
}
