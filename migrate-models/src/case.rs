//! Names in other cases: `rename_all` as sqlx understands it, and table names from struct names.

/// A case of `#[sqlx(rename_all = "..")]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// `lowercase`
    Lower,
    /// `UPPERCASE`
    Upper,
    /// `snake_case`
    Snake,
    /// `SCREAMING_SNAKE_CASE`
    ScreamingSnake,
    /// `kebab-case`
    Kebab,
    /// `camelCase`
    Camel,
    /// `PascalCase`
    Pascal,
}

impl Case {
    /// Every case with the word that selects it.
    pub const ALL: [(&'static str, Self); 7] = [
        ("lowercase", Self::Lower),
        ("UPPERCASE", Self::Upper),
        ("snake_case", Self::Snake),
        ("SCREAMING_SNAKE_CASE", Self::ScreamingSnake),
        ("kebab-case", Self::Kebab),
        ("camelCase", Self::Camel),
        ("PascalCase", Self::Pascal),
    ];

    /// Returns the case of a word, which must be spelled exactly as sqlx requires it.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, case)| *case)
    }

    /// Returns a Rust name in this case.
    ///
    /// ```
    /// use migrate_models::Case;
    /// assert_eq!(Case::Kebab.apply("InProgress"), "in-progress");
    /// assert_eq!(Case::Camel.apply("created_at"), "createdAt");
    /// assert_eq!(Case::Lower.apply("InProgress"), "inprogress");
    /// ```
    #[must_use]
    pub fn apply(self, name: &str) -> String {
        let words = words(name);
        let joined = |glue: &str| words.join(glue);
        let capital = |word: &String| {
            let mut chars = word.chars();
            chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
        };
        match self {
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
            Self::Snake => joined("_"),
            Self::ScreamingSnake => joined("_").to_uppercase(),
            Self::Kebab => joined("-"),
            Self::Pascal => words.iter().map(capital).collect(),
            Self::Camel => {
                let first = words.first().cloned().unwrap_or_default();
                first + &words.iter().skip(1).map(capital).collect::<String>()
            }
        }
    }
}

/// Splits a name at underscores and where a word in capitals ends; the words are in lower case.
/// `HTTPServer` is `http` and `server`, as in sqlx.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let chars: Vec<char> = part.chars().collect();
        let mut word = String::new();
        for (at, c) in chars.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| chars[at]);
            let after = chars.get(at + 1);
            let begins = c.is_uppercase()
                && before.is_some_and(|before| {
                    before.is_lowercase()
                        || before.is_uppercase() && after.is_some_and(|after| after.is_lowercase())
                });
            if begins && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            word.extend(c.to_lowercase());
        }
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_as_in_sqlx() {
        for (name, snake) in [
            ("User", "user"),
            ("HTTPServer", "http_server"),
            ("created_at", "created_at"),
            ("OrderItem2", "order_item2"),
            ("userID", "user_id"),
            ("A", "a"),
        ] {
            assert_eq!(Case::Snake.apply(name), snake);
        }
        assert_eq!(Case::ScreamingSnake.apply("InProgress"), "IN_PROGRESS");
        assert_eq!(Case::Pascal.apply("in_progress"), "InProgress");
        assert_eq!(Case::from_word("Kebab-case"), None);
    }
}
