//! Variables in SQL that is not part of a history: of a wanted schema, and of statements that are generated.

use super::{VariableValues, Variables, touches, variables_in};
use crate::dialect::Dialect;
use crate::source::Span;
use crate::sql::{Lexer, TokenKind};

/// Puts values, defaults or placeholders in the place of the variables of a text, as
/// [`bind`](super::bind) does in a history. What is not declared, or is part of a longer word, stays.
///
/// ```
/// use migrate_core::dialect::Dialect;
/// use migrate_core::variables::{Variable, VariableKind, VariableValues, bind_text, restore};
/// let tenant = Variable { kind: VariableKind::Identifier, default: None };
/// let declared = [("tenant".to_owned(), tenant)].into();
/// let sql = "DROP TABLE ${tenant}.users;";
/// let bound = bind_text(sql, &declared, &VariableValues::default(), Dialect::Postgres);
/// assert_eq!(bound, "DROP TABLE variable_tenant.users;");
/// assert_eq!(restore(&bound, &declared, Dialect::Postgres), sql);
/// ```
#[must_use]
pub fn bind_text(
    text: &str,
    declared: &Variables,
    values: &VariableValues,
    dialect: Dialect,
) -> String {
    let mut bound = String::with_capacity(text.len());
    let mut end = 0;
    if !declared.is_empty() {
        for (span, name) in variables_in(text, Span::new(0, text.len()), dialect) {
            let Some(variable) = declared.get(name).filter(|_| !touches(text, span)) else {
                continue;
            };
            bound.push_str(&text[end..span.start]);
            end = span.end;
            let value = values.values.get(name).or(variable.default.as_ref());
            bound.push_str(&match value.filter(|_| values.dialect.is_some()) {
                Some(value) => variable.kind.write(dialect, value),
                None => variable.kind.placeholder(name),
            });
        }
    }
    bound.push_str(&text[end..]);
    bound
}

/// Puts variables in the place of their placeholders. Comments stay.
#[must_use]
pub fn restore(sql: &str, declared: &Variables, dialect: Dialect) -> String {
    let mut restored = String::with_capacity(sql.len());
    let mut end = 0;
    if !declared.is_empty() {
        let whole = Span::new(0, sql.len());
        for token in Lexer::new(sql, whole, dialect.lex_rules()).map_while(Result::ok) {
            if matches!(token.kind, TokenKind::Symbol) {
                continue;
            }
            let text = token.span.of(sql);
            let is_of = |name: &str, variable: &super::Variable| {
                let placeholder = variable.kind.placeholder(name);
                text == placeholder || text == dialect.quote(&placeholder)
            };
            let Some((name, _)) = declared.iter().find(|(name, variable)| is_of(name, variable))
            else {
                continue;
            };
            restored.push_str(&sql[end..token.span.start]);
            restored.push_str(&format!("${{{name}}}"));
            end = token.span.end;
        }
    }
    restored.push_str(&sql[end..]);
    restored
}

#[cfg(test)]
mod tests {
    use super::super::{Variable, VariableKind};
    use super::*;

    #[test]
    fn placeholders_go_there_and_back() {
        let of = |kind, default: Option<&str>| Variable { kind, default: default.map(Into::into) };
        let declared = [
            ("tenant".to_owned(), of(VariableKind::Identifier, None)),
            ("region".to_owned(), of(VariableKind::Literal, Some("eu"))),
        ]
        .into();
        let sql = "-- ${tenant}\nCREATE TABLE ${tenant}.t (r text DEFAULT ${region}, s text DEFAULT '${region} ');\n\
            DROP TABLE ${other}, x${tenant};";
        let none = VariableValues::default();
        for dialect in Dialect::ALL {
            let bound = bind_text(sql, &declared, &none, dialect);
            assert!(
                bound.contains("CREATE TABLE variable_tenant.t (r text DEFAULT '${region}'"),
                "{bound}"
            );
            assert!(
                bound.contains("-- ${tenant}\n") && bound.contains("${other}, x${tenant}"),
                "{bound}"
            );
            assert_eq!(restore(&bound, &declared, dialect), sql);
            let quoted = format!("DROP TABLE {}", dialect.quote("variable_tenant"));
            assert_eq!(restore(&quoted, &declared, dialect), "DROP TABLE ${tenant}");
        }
        let values = VariableValues {
            values: [("tenant".to_owned(), "acme".to_owned())].into(),
            dialect: Some(Dialect::Postgres),
        };
        let bound = bind_text(sql, &declared, &values, Dialect::Postgres);
        assert!(bound.contains("CREATE TABLE \"acme\".t (r text DEFAULT 'eu'"), "{bound}");
        assert_eq!(bind_text(sql, &Variables::new(), &values, Dialect::Postgres), sql);
    }
}
