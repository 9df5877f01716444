//! Variables in statements that are generated.

use super::{Variable, VariableKind, VariableValues, Variables};
use crate::dialect::Dialect;
use crate::source::Span;
use crate::sql::{Lexer, TokenKind};

/// Puts variables in the place of their placeholders. Comments stay.
#[must_use]
pub fn restore(sql: &str, declared: &Variables, dialect: Dialect) -> String {
    let mut restored = String::with_capacity(sql.len());
    let mut end = 0;
    for token in words(sql, declared, dialect) {
        let text = token.of(sql);
        let is_of = |name: &str, variable: &Variable| {
            let placeholder = variable.kind.placeholder(name);
            text == placeholder || text == dialect.quote(&placeholder)
        };
        let Some((name, _)) = declared.iter().find(|(name, variable)| is_of(name, variable)) else {
            continue;
        };
        restored.push_str(&sql[end..token.start]);
        restored.push_str(&format!("${{{name}}}"));
        end = token.end;
    }
    restored.push_str(&sql[end..]);
    restored
}

/// The variables whose values are words of some SQL. A word may also be something else of that name, so nothing
/// is replaced.
#[must_use]
pub fn with_values_in<'a>(
    sql: &str,
    declared: &'a Variables,
    values: &VariableValues,
    dialect: Dialect,
) -> Vec<&'a str> {
    let words: Vec<&str> = words(sql, declared, dialect).map(|token| token.of(sql)).collect();
    let is_there = |(name, variable): &(&String, &Variable)| {
        let Some(value) = values.values.get(*name).or(variable.default.as_ref()) else {
            return false;
        };
        let is_bare = |word: &str| variable.kind == VariableKind::Identifier && word == value;
        let written = variable.kind.write(dialect, value);
        words.iter().any(|word| *word == written || is_bare(word))
    };
    declared.iter().filter(is_there).map(|(name, _)| name.as_str()).collect()
}

/// The tokens of some SQL that can stand for a variable.
fn words<'a>(
    sql: &'a str,
    declared: &Variables,
    dialect: Dialect,
) -> impl Iterator<Item = Span> + use<'a> {
    let end = if declared.is_empty() { 0 } else { sql.len() };
    let tokens = Lexer::new(sql, Span::new(0, end), dialect.lex_rules()).map_while(Result::ok);
    tokens.filter(|token| !matches!(token.kind, TokenKind::Symbol)).map(|token| token.span)
}

#[cfg(test)]
mod tests {
    use super::super::bind_file;
    use super::*;
    use crate::source::SourceFile;

    fn declared() -> Variables {
        let of = |kind, default: Option<&str>| Variable { kind, default: default.map(Into::into) };
        [
            ("tenant".to_owned(), of(VariableKind::Identifier, None)),
            ("region".to_owned(), of(VariableKind::Literal, Some("eu"))),
        ]
        .into()
    }

    fn acme() -> VariableValues {
        VariableValues {
            values: [("tenant".to_owned(), "acme".to_owned())].into(),
            dialect: Some(Dialect::Postgres),
        }
    }

    #[test]
    fn placeholders_go_there_and_back() {
        let declared = declared();
        let bind = |sql: &str, declared: &Variables, values: &VariableValues, dialect| {
            let bound =
                bind_file(SourceFile::new("a.sql", sql.to_owned()), declared, values, dialect);
            let bound = bound.unwrap();
            (bound.file.text().to_owned(), bound.unset)
        };
        let sql = "-- ${tenant}\nCREATE TABLE ${tenant}.t (r text DEFAULT ${region}, s text DEFAULT '${region} ');\n\
            DROP TABLE x;";
        let none = VariableValues::default();
        for dialect in Dialect::ALL {
            let (bound, unset) = bind(sql, &declared, &none, dialect);
            assert!(
                bound.contains("CREATE TABLE variable_tenant.t (r text DEFAULT '${region}'"),
                "{bound}"
            );
            assert!(bound.starts_with("-- ${tenant}\n") && bound.ends_with("x;"), "{bound}");
            assert_eq!(unset, ["tenant", "region"]);
            assert_eq!(restore(&bound, &declared, dialect), sql);
            let quoted = format!("DROP TABLE {}", dialect.quote("variable_tenant"));
            assert_eq!(restore(&quoted, &declared, dialect), "DROP TABLE ${tenant}");
        }
        let (bound, unset) = bind(sql, &declared, &acme(), Dialect::Postgres);
        assert!(bound.contains("CREATE TABLE \"acme\".t (r text DEFAULT 'eu'"), "{bound}");
        assert!(unset.is_empty(), "{unset:?}");
        let (bound, _) = bind(sql, &Variables::new(), &acme(), Dialect::Postgres);
        assert_eq!(bound, sql);
    }

    #[test]
    fn a_value_is_found_as_a_whole_word() {
        let find = |sql| with_values_in(sql, &declared(), &acme(), Dialect::Postgres).join(" ");
        assert_eq!(find("CREATE TABLE acme.t (r text DEFAULT 'eu')"), "region tenant");
        assert_eq!(find("DROP TABLE \"acme\".t"), "tenant");
        assert_eq!(find("DROP TABLE acmes, \"ACME\", eu -- acme 'eu'"), "");
    }
}
