//! Finds out how the statements of a revision use columns: in arithmetic, as a limit of a loop, or
//! as text in a format such as JSON. Rows are chosen accordingly.
//!
//! Names are compared as words, without regard to the table they belong to. A word too many only
//! leads to less difficult rows.

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::dialect::Dialect;
use migrate_core::revision::{Down, Revision};
use migrate_core::schema::Schema;
use migrate_core::sql::{LexRules, TokenKind, Tokens};

use super::rows::Form;

/// Columns, in lower case, by what is done with them.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// What stands beside an operator, or in a function whose result is larger than its arguments.
    pub(super) calculated: BTreeSet<String>,
    /// What a loop or a recursion may count up to, or a text may be as long as.
    pub(super) counted: BTreeSet<String>,
    /// Texts that are read as something narrower.
    pub(super) forms: BTreeMap<String, Form>,
}

/// What the up and the down of a revision do with columns.
pub(super) fn uses(revision: &Revision, dialect: Dialect, schema: &Schema) -> Uses {
    let tables = schema.tables.values();
    let columns = tables.flat_map(|table| &table.columns).map(|c| c.name.to_lowercase()).collect();
    let mut all = Uses::default();
    for text in texts(revision, dialect) {
        let found = of_text(text, dialect.lex_rules(), &columns);
        all.calculated.extend(found.calculated);
        all.counted.extend(found.counted);
        all.forms.extend(found.forms);
    }
    all
}

/// The texts of the up and of the down.
pub(super) fn texts(revision: &Revision, dialect: Dialect) -> impl Iterator<Item = &str> {
    let text = revision.file.text();
    let down = match revision.down(dialect) {
        Down::Sql(section) => Some(section),
        _ => None,
    };
    revision.up(dialect).into_iter().chain(down).map(|section| section.body.of(text))
}

/// Functions whose result is larger than what they are given.
const GROWING: [&str; 7] =
    ["sum", "power", "concat", "concat_ws", "format", "string_agg", "group_concat"];

/// Words with which something may go on for as long as a number says.
const COUNTING: [&str; 10] = [
    "recursive",
    "generate_series",
    "while",
    "loop",
    "repeat",
    "lpad",
    "rpad",
    "space",
    "zeroblob",
    "randomblob",
];

fn of_text(text: &str, rules: &LexRules, columns: &BTreeSet<String>) -> Uses {
    let mut statements = vec![Vec::new()];
    read(text, rules, &mut statements);
    let mut uses = Uses::default();
    for statement in &statements {
        if statement.iter().any(|word| COUNTING.contains(&word.as_str())) {
            uses.counted.extend(statement.iter().filter(|word| is_word(word)).cloned());
        }
        uses.calculated.extend(operands(statement));
        forms(statement, &mut uses.forms);
    }
    spread(&mut uses.calculated, &statements, columns);
    spread(&mut uses.counted, &statements, columns);
    uses
}

/// Adds the words and operators of a text to those of its statements, words in lower case. A string may hold code.
fn read(text: &str, rules: &LexRules, statements: &mut Vec<Vec<String>>) {
    let tokens = Tokens::read_until_error(text, rules);
    let mut cursor = tokens.cursor();
    while let Some(lexeme) = cursor.peek() {
        if let Some(inside) = cursor.string() {
            read(&inside, rules, statements);
            continue;
        }
        cursor.bump();
        match (lexeme.kind, statements.last_mut()) {
            (TokenKind::Semicolon, _) => statements.push(Vec::new()),
            (TokenKind::Comment | TokenKind::CodeComment, _) | (_, None) => {}
            (_, Some(statement)) => {
                let word = lexeme.name(rules).unwrap_or_else(|| lexeme.text.to_owned());
                statement.push(word.to_lowercase());
            }
        }
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// The words beside operators, two on each side, and those behind functions whose result is larger.
fn operands(statement: &[String]) -> BTreeSet<String> {
    let mut words: Vec<&String> = Vec::new();
    let mut near = BTreeSet::new();
    for token in statement {
        let at = words.len();
        if is_word(token) {
            if GROWING.contains(&token.as_str()) {
                near.extend(at + 1..at + 7);
            }
            words.push(token);
        } else if token.contains(['+', '-', '*', '/', '%', '|']) {
            near.extend(at.saturating_sub(2)..at + 2);
        }
    }
    near.into_iter().filter_map(|at| words.get(at).map(|word| (*word).clone())).collect()
}

/// Follows words that are no columns yet to the columns behind them: the old name of a column that
/// is renamed, and those that a new column or table is filled from.
fn spread(words: &mut BTreeSet<String>, statements: &[Vec<String>], columns: &BTreeSet<String>) {
    let renamed: Vec<(&String, &String)> =
        statements.iter().flat_map(|statement| renames(statement)).collect();
    let follow = |words: &mut BTreeSet<String>| {
        for _ in 0..renamed.len() {
            for (before, after) in &renamed {
                if words.contains(*after) {
                    words.insert((*before).clone());
                }
            }
        }
    };
    follow(words);
    let tables: BTreeSet<&String> = statements.iter().flat_map(|s| tables(s)).collect();
    let is_new = |word: &&String| !columns.contains(*word) && !tables.contains(*word);
    let new: Vec<String> = words.iter().filter(is_new).cloned().collect();
    let fills = |statement: &&Vec<String>| {
        let fills = statement.iter().any(|word| word == "set" || word == "select");
        fills && new.iter().any(|word| is_name(word) && statement.contains(word))
    };
    for statement in statements.iter().filter(fills) {
        words.extend(
            statement
                .iter()
                .filter(|word| {
                    columns.contains(*word) || renamed.iter().any(|(_, after)| after == word)
                })
                .cloned(),
        );
    }
    follow(words);
}

/// The words that stand where a table is named. `SELECT .. INTO top` names a variable.
fn tables(statement: &[String]) -> impl Iterator<Item = &String> {
    statement.iter().enumerate().filter_map(|(at, word)| {
        let is_table = match word.as_str() {
            "from" | "join" | "update" | "table" => true,
            "into" => at > 0 && ["insert", "replace"].contains(&statement[at - 1].as_str()),
            _ => false,
        };
        statement.get(at + 1).filter(|_| is_table)
    })
}

/// Whether a word may be the name of a new column: neither a number nor a common keyword.
fn is_name(word: &str) -> bool {
    const KEYWORDS: [&str; 16] = [
        "set", "select", "from", "where", "update", "insert", "into", "as", "and", "or", "null",
        "is", "not", "values", "in", "on",
    ];
    word.starts_with(|c: char| c.is_alphabetic() || c == '_') && !KEYWORDS.contains(&word)
}

/// `RENAME COLUMN a TO b`, `RENAME a TO b`, `CHANGE COLUMN a b int`.
fn renames(statement: &[String]) -> Vec<(&String, &String)> {
    let mut found = Vec::new();
    for (at, word) in statement.iter().enumerate() {
        let rest = &statement[at + 1..];
        let rest = if rest.first().is_some_and(|w| w == "column") { &rest[1..] } else { rest };
        match (word.as_str(), rest) {
            ("rename", [before, to, after, ..]) if to == "to" => found.push((before, after)),
            ("change", [before, after, ..]) => found.push((before, after)),
            _ => {}
        }
    }
    found
}

/// `a::jsonb`, `CAST(a AS uuid)`, `a ->> 'x'`, `json_extract(a, ..)`, `to_semver(a)`.
fn forms(statement: &[String], forms: &mut BTreeMap<String, Form>) {
    for (at, word) in statement.iter().enumerate().filter(|(_, word)| is_word(word)) {
        let token = |n: usize| statement.get(n).map_or("", String::as_str);
        let next = token(at + 1);
        let form = match next {
            "::" => Form::of_type(token(at + 2)),
            "as" if at > 1 && token(at - 2).contains("cast") => Form::of_type(token(at + 2)),
            "->" | "->>" => Some(Form::Json),
            _ if at > 1 && token(at - 1) == "(" => Form::of_function(token(at - 2)),
            _ => None,
        };
        if let Some(form) = form {
            forms.insert(word.clone(), form);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(text: &str, columns: &str) -> Uses {
        let columns = columns.split(' ').map(str::to_owned).collect();
        of_text(text, Dialect::Postgres.lex_rules(), &columns)
    }

    #[test]
    fn words_beside_operators_are_calculated_with() {
        let text = "UPDATE t SET a = a * 100, b = sum(c) -- d + e\nWHERE x = 'y' AND z IS NULL AND f = 'x'";
        let mut statements = vec![Vec::new()];
        read(text, Dialect::Postgres.lex_rules(), &mut statements);
        let found = operands(&statements[0]);
        for (word, expected) in [("a", true), ("c", true), ("d", false), ("f", false)] {
            assert_eq!(found.contains(word), expected, "{word}");
        }
    }

    #[test]
    fn the_column_behind_a_new_name_is_calculated_with() {
        for text in [
            "ALTER TABLE t RENAME COLUMN a TO b; UPDATE t SET b = b * 100",
            "ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME x TO b; UPDATE t SET b = b * 100",
            "ALTER TABLE t CHANGE a b INT; UPDATE t SET b = b * 100",
            "ALTER TABLE t ADD COLUMN b int; UPDATE t SET b = a; UPDATE t SET b = b * 100",
            "CREATE TABLE u (b int);\nINSERT INTO u (b) SELECT a FROM t;\nUPDATE u SET b = b * 100",
        ] {
            let found = uses(text, "id a other").calculated;
            assert!(found.contains("a") && !found.contains("other"), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_a_recursion_is_bounded_by() {
        let found = uses(
            "INSERT INTO n WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c, t WHERE i < t.many) SELECT i FROM c; UPDATE t SET a = 1",
            "many a",
        );
        assert!(found.counted.contains("many") && !found.counted.contains("a"), "{found:?}");
        let loops = "SELECT max(many) INTO top FROM t; WHILE i <= top LOOP i := i + 1; END LOOP";
        assert!(uses(loops, "many a").counted.contains("many"));
        let code = format!("DO $$ BEGIN {loops}; END $$; UPDATE t SET a = 1 /* WHILE */");
        let found = uses(&code, "many a").counted;
        assert!(found.contains("many") && !found.contains("a"), "{found:?}");
    }

    #[test]
    fn forms_are_seen_by_use() {
        let found = uses(
            "UPDATE t SET x = a::jsonb -> 'k', y = cast(b as uuid), z = to_semver(c), w = json_extract(d, '$.a'), v = e ->> 'k', u = f",
            "",
        );
        let expected = [
            ("a", Form::Json),
            ("b", Form::Uuid),
            ("c", Form::Semver),
            ("d", Form::Json),
            ("e", Form::Json),
        ];
        for (word, form) in expected {
            assert_eq!(found.forms.get(word), Some(&form), "{word}");
        }
        assert!(!found.forms.contains_key("f"));
    }
}
