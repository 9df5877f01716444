//! Command lines of `migrate.toml`: programs that commands run, without a shell.

use std::fmt;

/// A program with its arguments. Words are separated by spaces; single and double quotes hold a word
/// together. Nothing else has a meaning: no shell reads the line.
///
/// ```
/// use migrate_core::config::CommandLine;
/// let line = CommandLine::parse("sqlfluff fix '{file}'").unwrap();
/// assert_eq!(line.program(), "sqlfluff");
/// assert_eq!(line.arguments().collect::<Vec<_>>(), ["fix", "{file}"]);
/// assert!(CommandLine::parse("sh -c 'x").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    text: String,
    program: String,
    arguments: Vec<String>,
}

impl CommandLine {
    /// Parses a line.
    ///
    /// # Errors
    /// The mistake: no word, or a quote that is not closed.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut words: Vec<String> = Vec::new();
        let mut word: Option<String> = None;
        let mut quote: Option<char> = None;
        for c in text.chars() {
            match (quote, c) {
                (Some(open), _) if open == c => quote = None,
                (None, '\'' | '"') => {
                    quote = Some(c);
                    word.get_or_insert_default();
                }
                (None, _) if c.is_whitespace() => words.extend(word.take()),
                _ => word.get_or_insert_default().push(c),
            }
        }
        if quote.is_some() {
            return Err("close the quote");
        }
        words.extend(word);
        let mut words = words.into_iter();
        match words.next().filter(|program| !program.is_empty()) {
            Some(program) => {
                Ok(Self { text: text.to_owned(), program, arguments: words.collect() })
            }
            None => Err("name a program"),
        }
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &str {
        &self.program
    }

    /// Its arguments.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().map(String::as_str)
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() {
        let words = |text| {
            let line = CommandLine::parse(text).unwrap();
            let arguments = line.arguments().map(str::to_owned).collect::<Vec<_>>();
            (line.program().to_owned(), arguments)
        };
        assert_eq!(words("  a  b "), ("a".into(), vec!["b".into()]));
        assert_eq!(
            words("'a b' \"c 'd'\" e'f g'h ''"),
            ("a b".into(), ["c 'd'", "ef gh", ""].map(str::to_owned).into())
        );
        assert_eq!(CommandLine::parse(" "), Err("name a program"));
        assert_eq!(CommandLine::parse("'' x"), Err("name a program"));
        assert_eq!(CommandLine::parse("a \"b"), Err("close the quote"));
    }
}
