//! Texts and names as SQL: literals, quoted names, statements for a client program.

use std::fmt::Write as _;

use super::Dialect;
use crate::sql::quote;

impl Dialect {
    /// Returns a text as a string literal, for sessions with the server's default settings.
    #[must_use]
    pub fn literal(self, text: &str) -> String {
        let lex_rules = self.lex_rules();
        let text = text.replace('\'', "''").replace('\0', "");
        if !text.contains('\\') || !(lex_rules.backslash_escapes || lex_rules.escape_strings) {
            return format!("'{text}'");
        }
        // PostgreSQL has a form that does not depend on settings.
        let prefix = if lex_rules.escape_strings { "E" } else { "" };
        format!("{prefix}'{}'", text.replace('\\', "\\\\"))
    }

    /// Returns a text as a literal that does not depend on the session's settings for backslashes,
    /// quotes and empty strings.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// assert_eq!(Dialect::Postgres.safe_literal(r"C:\new"), r"E'C:\\new'");
    /// assert_eq!(Dialect::Mysql.safe_literal(r"C:\"), "_utf8mb4 X'433A5C'");
    /// assert_eq!(Dialect::Mysql.safe_literal("it's"), "'it''s'");
    /// ```
    #[must_use]
    pub fn safe_literal(self, text: &str) -> String {
        if !self.lex_rules().backslash_escapes || !(text.contains('\\') || text.is_empty()) {
            return self.literal(text);
        }
        let bytes = text.bytes().filter(|byte| *byte != 0);
        let mut literal = String::from("_utf8mb4 X'");
        for byte in bytes {
            let _ = write!(literal, "{byte:02X}");
        }
        literal.push('\'');
        literal
    }

    /// Appends a statement with its terminator to `text`, as the database's client program requires
    /// it: a statement that contains semicolons gets another delimiter where necessary.
    pub fn client_statement(self, sql: &str, text: &mut String) {
        if self.lex_rules().stored_programs && sql.contains(';') {
            let mut end = String::from("//");
            while sql.contains(&end) {
                end.push('/');
            }
            let _ = write!(text, "DELIMITER {end}\n{sql}\n{end}\nDELIMITER ;\n");
        } else {
            let _ = writeln!(text, "{sql};");
        }
    }

    /// Returns a name as SQL: in quotes only where it needs them.
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// assert_eq!(Dialect::Postgres.identifier("users"), "users");
    /// assert_eq!(Dialect::Postgres.identifier("Users"), "\"Users\"");
    /// assert_eq!(Dialect::Mysql.identifier("rank"), "`rank`");
    /// ```
    #[must_use]
    pub fn identifier(self, name: &str) -> String {
        (self.definition().identifier)(name)
    }

    /// Returns a name in quotes.
    #[must_use]
    pub fn quote(self, name: &str) -> String {
        quote(name, self.templates().name_quote)
    }
}
