//! Writes the server's SQL on one line, without the name of the database, so that two databases
//! with different names have the same texts.

use crate::sql::{Cursor, Lexeme, TokenKind};

use super::LEX_RULES;

/// Returns the text of a cursor as the server wrote it, without the name of `database`.
pub(in crate::dialect::mysql) fn text(cursor: Cursor<'_>, database: &str) -> String {
    let lexemes = cursor.lexemes();
    let mut text = String::new();
    let mut at = 0;
    while let Some(lexeme) = lexemes.get(at) {
        if at > 0 && lexemes[at - 1].span.end < lexeme.span.start {
            text.push(' ');
        }
        if names_own_database(lexemes, at, database) {
            at += 2;
        }
        text.push_str(lexemes.get(at).map_or("", |lexeme| lexeme.text));
        at += 1;
    }
    text
}

/// Returns the value of the next string, or a name or another token without quotes.
pub(super) fn value(cursor: &mut Cursor<'_>) -> String {
    let plain = cursor.string().or_else(|| cursor.name());
    plain.or_else(|| cursor.bump().map(|lexeme| lexeme.text.to_owned())).unwrap_or_default()
}

/// Returns `true` if a name qualifies an object with the database. A table's alias of the same name
/// is excluded: the first of two names is the database only where a column is impossible.
fn names_own_database(lexemes: &[Lexeme<'_>], at: usize, database: &str) -> bool {
    let is = |at: usize, word: &str| lexemes.get(at).is_some_and(|lexeme| lexeme.is(word));
    let is_name =
        |at: usize| lexemes.get(at).is_some_and(|lexeme| lexeme.kind == TokenKind::QuotedName);
    let qualifies =
        is_name(at) && is(at + 1, ".") && is_name(at + 2) && (at == 0 || !is(at - 1, "."));
    if !qualifies || lexemes[at].name(&LEX_RULES).as_deref() != Some(database) {
        return false;
    }
    let before = (0..at).rev().find(|place| !is(*place, "("));
    let words = ["FROM", "JOIN", "STRAIGHT_JOIN", "FOR", "NEXTVAL", "LASTVAL", "SETVAL"];
    is(at + 3, ".")
        || is(at + 3, "(")
        || before.is_some_and(|place| words.iter().any(|word| is(place, word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Tokens;

    fn of(sql: &str) -> String {
        text(Tokens::read_until_error(sql, &LEX_RULES).cursor(), "app")
    }

    #[test]
    fn the_database_is_left_out_and_an_alias_of_its_name_is_not() {
        let text = "select `app`.`t`.`a`,`app`.`b`,`app`.`f`(1) from (`app`.`t` join `ops`.`app`)";
        assert_eq!(of(text), "select `t`.`a`,`app`.`b`,`f`(1) from (`t` join `ops`.`app`)");
        assert_eq!(of("nextval(`app`.`s`)"), "nextval(`s`)");
        assert_eq!(of("'`app`.`t`.`a`'"), "'`app`.`t`.`a`'");
    }

    #[test]
    fn lines_and_the_marks_of_versions_are_no_part_of_it() {
        assert_eq!(of("a\n  /*!80016 NOT ENFORCED */,\tb"), "a NOT ENFORCED , b");
    }
}
