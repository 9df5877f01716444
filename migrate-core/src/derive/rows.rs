//! What a statement does to rows, as far as its text tells.

use crate::sql::{LexRules, SelectItem, Tokens, select};

/// An `INSERT .. SELECT`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Copied {
    /// The columns that are filled, each with the column that it takes where that is all; `None` if the
    /// statement has no list of columns.
    pub(super) columns: Option<Vec<(String, Option<String>)>>,
    /// What is selected, in order, where the statement has no list of columns: the column where that is all.
    pub(super) items: Vec<Option<String>>,
    /// Whether every row of one table is copied.
    pub(super) is_whole: bool,
}

/// What an `INSERT` copies.
pub(super) fn copied(sql: &str, rules: &LexRules) -> Copied {
    let tokens = Tokens::read_until_error(sql, rules);
    let mut cursor = tokens.cursor();
    let head = cursor.take_until(|cursor| cursor.is("INTO"));
    let has_other_head = head.lexemes().len() != 1;
    cursor.eat("INTO");
    let names = cursor.qualified_name().and(cursor.group());
    let names = names.and_then(|names| {
        names.items().map(|mut item| item.name()).collect::<Option<Vec<String>>>()
    });
    let Some(query) = select(cursor) else { return Copied::default() };
    let is_one_table = query.table.is_some() && query.rest.is_empty();
    let column = |item: &SelectItem| match item {
        SelectItem::Column { name, .. } => Some(name.clone()),
        SelectItem::All { .. } | SelectItem::Computed => None,
    };
    let items: Vec<Option<String>> = query.items.iter().map(column).collect();
    let names = names.filter(|names| names.len() == items.len());
    Copied {
        columns: names.map(|names| names.into_iter().zip(items.iter().cloned()).collect()),
        items,
        is_whole: is_one_table && query.has_all_rows && !has_other_head,
    }
}

/// The columns that an `UPDATE` of one table assigns; `None` where they are not known.
pub(super) fn assigned(sql: &str, rules: &LexRules) -> Option<Vec<String>> {
    let tokens = Tokens::read_until_error(sql, rules);
    let mut cursor = tokens.cursor();
    cursor.eat("UPDATE").then_some(())?;
    let head = cursor.take_until(|cursor| cursor.is("SET"));
    let is_one = !head.lexemes().iter().any(|lexeme| lexeme.is(",") || lexeme.is("JOIN"));
    (is_one && cursor.eat("SET")).then_some(())?;
    let list = cursor
        .take_until(|cursor| cursor.is_any(&["WHERE", "FROM", "RETURNING", "ORDER", "LIMIT"]));
    let mut columns = Vec::new();
    for mut item in list.items() {
        let names = { item }.group();
        match names {
            // `(a, b) = (1, 2)`.
            Some(names) => {
                for mut name in names.items() {
                    columns.push(name.name()?);
                }
            }
            None => {
                columns.push(item.qualified_name()?.name);
                item.is("=").then_some(())?;
            }
        }
    }
    Some(columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    #[test]
    fn an_update_assigns_columns() {
        let of = |sql| assigned(sql, Dialect::Postgres.lex_rules());
        let names = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
        assert_eq!(of("UPDATE t SET a = f(1, 2), \"B\" = 2 WHERE c = 3"), names(&["a", "B"]));
        assert_eq!(of("UPDATE t AS x SET (a, b) = (1, 2)"), names(&["a", "b"]));
        assert_eq!(of("UPDATE t JOIN u SET a = 1"), None);
        assert_eq!(of("DELETE FROM t"), None);
    }

    #[test]
    fn a_copy_names_the_columns_that_it_takes() {
        let of = |sql| copied(sql, Dialect::Sqlite.lex_rules());
        let found = of(
            "INSERT INTO n (a, b, c) SELECT a, t.x AS b, coalesce(c, 1) FROM t AS t WHERE a > 1",
        );
        let columns = found.columns.unwrap();
        let columns: Vec<_> = columns.iter().map(|(a, b)| (a.as_str(), b.as_deref())).collect();
        assert_eq!(columns, [("a", Some("a")), ("b", Some("x")), ("c", None)]);
        assert!(!found.is_whole);
        let all = of("INSERT INTO n SELECT * FROM t");
        assert!(all.is_whole && all.columns.is_none());
        assert_eq!(of("INSERT INTO n SELECT a, NULL FROM t").items, [Some("a".to_owned()), None]);
        assert!(of("INSERT INTO n (a) SELECT a FROM t x").is_whole);
        for partial in [
            "INSERT INTO n (a) VALUES (1)",
            "INSERT OR IGNORE INTO n SELECT * FROM t",
            "INSERT INTO n (a) SELECT DISTINCT a FROM t",
            "INSERT INTO n (a) SELECT a FROM t JOIN u ON t.a = u.a",
            "INSERT INTO n (a) SELECT a FROM t, u",
        ] {
            assert!(!of(partial).is_whole, "{partial}");
        }
    }
}
