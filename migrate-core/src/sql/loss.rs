//! Recognises statements that remove rows or columns.

use super::{LexRules, Tokens};

/// Returns `true` if the text of a statement removes rows, columns or whole tables. The effect of
/// procedures, functions and dynamic SQL is not known.
///
/// ```
/// use migrate_core::{dialect::Dialect, sql::loses_rows};
/// let of = |sql| loses_rows(sql, Dialect::Postgres.lex_rules());
/// assert!(of("DROP TABLE users") && of("ALTER TABLE users DROP email"));
/// assert!(!of("DROP INDEX users_email") && !of("ALTER TABLE users ALTER email DROP NOT NULL"));
/// ```
#[must_use]
pub fn loses_rows(sql: &str, lex_rules: &LexRules) -> bool {
    let tokens = Tokens::read_until_error(sql, lex_rules);
    let words = tokens.cursor();
    let words = words.lexemes();
    let is = |n: usize, any: &[&str]| {
        words.get(n).is_some_and(|lexeme| any.iter().any(|word| lexeme.is(word)))
    };
    // `DROP TABLE` drops a table; `ALTER TABLE .. DROP` drops a column unless it names another kind
    // of object.
    let drops = |n: usize| {
        is(n, &["DROP"])
            && if is(0, &["ALTER"]) {
                is(1, &["TABLE", "TYPE", "FOREIGN"])
                    && !is(
                        n + 1,
                        &[
                            "CONSTRAINT",
                            "INDEX",
                            "KEY",
                            "PRIMARY",
                            "FOREIGN",
                            "CHECK",
                            "DEFAULT",
                            "NOT",
                            "EXPRESSION",
                            "IDENTITY",
                        ],
                    )
            } else {
                n == 0
                    && is(1, &["TABLE", "SCHEMA", "DATABASE", "MATERIALIZED", "OWNED", "EXTENSION"])
            }
    };
    let deletes = |n: usize| is(n, &["DELETE"]) && is(n + 1, &["FROM"]);
    is(0, &["TRUNCATE"]) || (0..words.len()).any(|n| drops(n) || deletes(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    #[test]
    fn what_removes_rows_is_told_from_what_removes_rules() {
        let of = |sql| loses_rows(sql, Dialect::Postgres.lex_rules());
        for sql in [
            "drop table a",
            "DROP SCHEMA s CASCADE",
            "TRUNCATE a",
            "DELETE FROM a WHERE b",
            "WITH x AS (DELETE FROM a RETURNING b) INSERT INTO c SELECT * FROM x",
            "ALTER TABLE a DROP COLUMN b",
            "ALTER TABLE a ADD c int, DROP b",
        ] {
            assert!(of(sql), "{sql}");
        }
        for sql in [
            "DROP INDEX a",
            "DROP VIEW a",
            "ALTER TABLE a DROP CONSTRAINT b",
            "ALTER TABLE a ALTER b DROP DEFAULT",
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c ON DELETE CASCADE",
            "INSERT INTO a VALUES ('DELETE FROM b')",
            "CREATE TABLE a (b int)",
        ] {
            assert!(!of(sql), "{sql}");
        }
    }
}
