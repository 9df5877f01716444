//! The values that an expression may have, as far as they can be told without a server.
//!
//! Read are literals, variables, `IF`, `CASE`, `CONCAT`, comparisons, and queries of
//! `information_schema`. Any other part of an expression may have any value. Numbers are texts, as in
//! a variable.

use super::{Scope, catalog};
use crate::apply::State;
use crate::dialect::mysql::LEX_RULES;
use crate::sql::{Cursor, TokenKind, Tokens};

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Text(String),
    /// A number that is not less.
    AtLeast(u64),
    /// The name of the database in use.
    Database,
}

/// The values that are possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Values {
    Any,
    OneOf(Vec<Value>),
}

/// More alternatives than these count as any value.
const MOST: usize = 16;

/// How deep expressions may be nested.
const DEEPEST: u32 = 32;

impl Values {
    pub(super) fn one(value: Value) -> Self {
        Self::OneOf(vec![value])
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::one(Value::Text(text.into()))
    }

    fn truth(value: Option<bool>) -> Self {
        value.map_or(Self::Any, |value| Self::text(if value { "1" } else { "0" }))
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::OneOf(mut values), Self::OneOf(others)) => {
                for other in others {
                    if !values.contains(&other) {
                        values.push(other);
                    }
                }
                if values.len() > MOST { Self::Any } else { Self::OneOf(values) }
            }
            _ => Self::Any,
        }
    }

    /// The only value, where there is one.
    pub(super) fn only(&self) -> Option<&Value> {
        match self {
            Self::OneOf(values) => match values.as_slice() {
                [only] => Some(only),
                _ => None,
            },
            Self::Any => None,
        }
    }

    /// Whether a condition with these values holds; `None` if that is not known.
    pub(super) fn holds(&self) -> Option<bool> {
        let Self::OneOf(values) = self else { return None };
        agreed(values.iter().map(|value| match value {
            Value::Null | Value::AtLeast(0) => None,
            Value::AtLeast(_) => Some(true),
            Value::Text(text) => text.parse::<i64>().ok().map(|number| number != 0),
            Value::Database => None,
        }))
    }

    /// As the text of a setting, from which [`Values::from_setting`] reads it.
    pub(super) fn to_setting(&self) -> String {
        let Self::OneOf(values) = self else { return String::new() };
        let one = |value: &Value| match value {
            Value::Null => "n".to_owned(),
            Value::Database => "d".to_owned(),
            Value::AtLeast(count) => format!("a{count}"),
            Value::Text(text) => format!("t{text}"),
        };
        let parts: Vec<_> = values.iter().map(one).collect();
        let is_plain = parts.iter().all(|part| !part.contains(SEPARATOR));
        if is_plain { parts.join(&SEPARATOR.to_string()) } else { String::new() }
    }

    pub(super) fn from_setting(text: &str) -> Self {
        let one = |part: &str| {
            let (kind, rest) = part.split_at_checked(1)?;
            Some(match kind {
                "n" => Value::Null,
                "d" => Value::Database,
                "a" => Value::AtLeast(rest.parse().ok()?),
                "t" => Value::Text(rest.to_owned()),
                _ => return None,
            })
        };
        text.split(SEPARATOR).map(one).collect::<Option<_>>().map_or(Self::Any, Self::OneOf)
    }
}

/// Stands between the values of a setting.
const SEPARATOR: char = '\u{1f}';

/// The answer that all have in common.
fn agreed(mut answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let first = answers.next()??;
    answers.all(|answer| answer == Some(first)).then_some(first)
}

/// Evaluates an expression in the text of a statement.
pub(super) fn evaluate(state: &State, scope: &Scope, text: &str) -> Values {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    Evaluator { state, scope, count: None, depth: 0 }.whole(tokens.cursor())
}

/// Evaluates expressions in one state of the schema.
pub(super) struct Evaluator<'a> {
    pub(super) state: &'a State,
    pub(super) scope: &'a Scope,
    /// The value of `COUNT(*)`, among the items of a query.
    count: Option<Value>,
    depth: u32,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(state: &'a State, scope: &'a Scope) -> Self {
        Self { state, scope, count: None, depth: 0 }
    }

    fn deeper(&self) -> Self {
        Self { count: self.count.clone(), depth: self.depth + 1, ..*self }
    }

    /// The values of a whole expression.
    pub(super) fn whole(&self, cursor: Cursor<'_>) -> Values {
        if self.depth > DEEPEST {
            return Values::Any;
        }
        let mut cursor = cursor;
        match self.disjunction(&mut cursor) {
            Some(values) if cursor.is_empty() => values,
            _ => Values::Any,
        }
    }

    fn disjunction(&self, cursor: &mut Cursor<'_>) -> Option<Values> {
        let mut values = self.conjunction(cursor)?;
        while cursor.eat("OR") {
            let other = self.conjunction(cursor)?;
            values = Values::truth(match (values.holds(), other.holds()) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            });
        }
        Some(values)
    }

    fn conjunction(&self, cursor: &mut Cursor<'_>) -> Option<Values> {
        let mut values = self.negation(cursor)?;
        while cursor.eat("AND") || cursor.eat("&&") {
            let other = self.negation(cursor)?;
            values = Values::truth(match (values.holds(), other.holds()) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            });
        }
        Some(values)
    }

    fn negation(&self, cursor: &mut Cursor<'_>) -> Option<Values> {
        let mut is_negated = false;
        while cursor.eat("NOT") {
            is_negated = !is_negated;
        }
        let values = self.comparison(cursor)?;
        Some(if is_negated { Values::truth(values.holds().map(|holds| !holds)) } else { values })
    }

    fn comparison(&self, cursor: &mut Cursor<'_>) -> Option<Values> {
        let left = self.operand(cursor)?;
        if cursor.eat("IS") {
            let is_negated = cursor.eat("NOT");
            cursor.eat("NULL").then_some(())?;
            let Values::OneOf(values) = left else { return Some(Values::Any) };
            let is_null = |value: &Value| Some((*value == Value::Null) != is_negated);
            // Whether a database is in use is not known.
            if values.contains(&Value::Database) {
                return Some(Values::Any);
            }
            return Some(Values::truth(agreed(values.iter().map(is_null))));
        }
        let Some(operator) = cursor.eat_any(&["=", "<>", "!=", "<=", ">=", "<", ">"]) else {
            return Some(left);
        };
        let right = self.operand(cursor)?;
        let (Values::OneOf(left), Values::OneOf(right)) = (left, right) else {
            return Some(Values::Any);
        };
        let pairs = left.iter().flat_map(|left| right.iter().map(move |right| (left, right)));
        Some(Values::truth(agreed(pairs.map(|(left, right)| compare(left, operator, right)))))
    }

    fn operand(&self, cursor: &mut Cursor<'_>) -> Option<Values> {
        if cursor.is("(") {
            let group = cursor.group()?;
            let inner = self.deeper();
            return Some(if group.is("SELECT") { inner.query(group) } else { inner.whole(group) });
        }
        if cursor.eat("@") {
            if cursor.eat("@") {
                cursor.bump()?;
                while cursor.eat(".") {
                    cursor.bump()?;
                }
                return Some(Values::Any);
            }
            let variable = variable_name(cursor)?;
            return (!cursor.is(":=")).then(|| self.variable(&variable));
        }
        if let Some(text) = cursor.string() {
            // Two strings in a row are one.
            return (!cursor.is_kind(TokenKind::String)).then(|| Values::text(text));
        }
        let next = cursor.peek()?;
        if next.kind == TokenKind::Number {
            cursor.bump();
            return Some(Values::text(next.text));
        }
        for (word, value) in [("NULL", None), ("TRUE", Some("1")), ("FALSE", Some("0"))] {
            if cursor.eat(word) {
                return Some(value.map_or(Values::one(Value::Null), Values::text));
            }
        }
        if cursor.eat("CASE") {
            return self.case(cursor);
        }
        let name = cursor.name()?;
        if cursor.is("(") {
            let arguments = cursor.group()?;
            return Some(self.call(&name, arguments));
        }
        if cursor.is(".") || self.count.is_some() {
            // A column.
            while cursor.eat(".") {
                cursor.name()?;
            }
            return Some(Values::Any);
        }
        Some(self.scope.local(&name).cloned().unwrap_or(Values::Any))
    }

    fn variable(&self, name: &str) -> Values {
        if super::is_set_by_code(self.state, name) {
            return Values::Any;
        }
        self.state.setting(&format!("@{name}")).map_or(Values::Any, Values::from_setting)
    }

    /// `CASE`, behind this word.
    fn case(&self, cursor: &mut Cursor<'_>) -> Option<Values> {
        let mut found: Option<Values> = None;
        let mut is_decided = false;
        let mut add = |values: Values, decided: &mut bool, holds: Option<bool>| {
            if !*decided && holds != Some(false) {
                found = Some(match found.take() {
                    Some(before) => before.or(values),
                    None => values,
                });
            }
            *decided |= holds == Some(true);
        };
        while cursor.eat("WHEN") {
            let condition = cursor.take_until(|cursor| cursor.is("THEN"));
            cursor.eat("THEN").then_some(())?;
            let value = cursor.take_until(|cursor| cursor.is_any(&["WHEN", "ELSE", "END"]));
            let holds = self.deeper().whole(condition).holds();
            add(self.deeper().whole(value), &mut is_decided, holds);
        }
        let otherwise = if cursor.eat("ELSE") {
            self.deeper().whole(cursor.take_until(|cursor| cursor.is("END")))
        } else {
            Values::one(Value::Null)
        };
        add(otherwise, &mut is_decided, Some(true));
        cursor.eat("END").then_some(())?;
        found
    }

    fn call(&self, name: &str, arguments: Cursor<'_>) -> Values {
        let name = name.to_ascii_uppercase();
        if name == "COUNT" {
            let counts_rows = arguments.is("*") || arguments.is_kind(TokenKind::Number);
            let is_all = counts_rows && arguments.lexemes().len() == 1;
            return self.count.clone().filter(|_| is_all).map_or(Values::Any, Values::one);
        }
        let inner = self.deeper();
        if name == "EXISTS" {
            return Values::truth(inner.exists(arguments));
        }
        let items: Vec<_> = arguments.items().map(|item| inner.whole(item)).collect();
        match (name.as_str(), items.as_slice()) {
            ("IF", [condition, yes, no]) => match condition.holds() {
                Some(true) => yes.clone(),
                Some(false) => no.clone(),
                None if condition.only() == Some(&Value::Null) => no.clone(),
                None => yes.clone().or(no.clone()),
            },
            ("IFNULL" | "COALESCE", [first, second]) => match first {
                Values::Any => Values::Any,
                Values::OneOf(values) if !values.contains(&Value::Null) => first.clone(),
                Values::OneOf(values) => {
                    let others: Vec<_> =
                        values.iter().filter(|value| **value != Value::Null).cloned().collect();
                    if others.is_empty() {
                        second.clone()
                    } else {
                        Values::OneOf(others).or(second.clone())
                    }
                }
            },
            ("CONCAT", items) => concat(items),
            ("DATABASE" | "SCHEMA", []) => Values::one(Value::Database),
            _ => Values::Any,
        }
    }

    /// The value of a query in parentheses.
    fn query(&self, query: Cursor<'_>) -> Values {
        let Some((mut items, source)) = parts(query) else { return Values::Any };
        let count = match source {
            None => return self.whole(items),
            Some(source) => catalog::count(self, source),
        };
        if items.lexemes().iter().any(|lexeme| lexeme.is("COUNT")) {
            let count = match (count.least, count.most) {
                (least, Some(most)) if least == most => Value::Text(least.to_string()),
                (least, _) => Value::AtLeast(least),
            };
            return Self { count: Some(count), ..self.deeper() }.whole(items);
        }
        if calls(items) {
            return Values::Any;
        }
        if count.most == Some(0) {
            return Values::one(Value::Null);
        }
        let is_literal = items.lexemes().len() == 1;
        let value = items.string().or_else(|| Some(items.bump()?.text.to_owned()));
        match value.filter(|_| is_literal && !query.is("SELECT *")) {
            Some(text) if text.parse::<i64>().is_ok() && count.least > 0 => Values::text(text),
            _ => Values::Any,
        }
    }

    /// Whether a query has rows.
    fn exists(&self, query: Cursor<'_>) -> Option<bool> {
        let (items, source) = parts(query)?;
        // An aggregate has a row in any case.
        if calls(items) {
            return None;
        }
        let count = catalog::count(self, source?);
        match count.most {
            Some(0) => Some(false),
            _ => (count.least > 0).then_some(true),
        }
    }
}

/// Returns `true` if a function is called, which may be an aggregate.
fn calls(items: Cursor<'_>) -> bool {
    items.lexemes().iter().any(|lexeme| lexeme.is("("))
}

/// The items of a query, and what stands behind its `FROM`.
fn parts(mut query: Cursor<'_>) -> Option<(Cursor<'_>, Option<Cursor<'_>>)> {
    query.eat("SELECT").then_some(())?;
    if query.is_any(&["DISTINCT", "ALL", "SQL_CALC_FOUND_ROWS"]) {
        return None;
    }
    let items = query.take_until(|cursor| cursor.is_any(&["FROM", "LIMIT", "WHERE", "UNION"]));
    if query.is_empty() || query.is("FROM DUAL") && query.lexemes().len() == 2 {
        return Some((items, None));
    }
    query.eat("FROM").then_some((items, Some(query)))
}

/// The name of a variable behind `@`, in lower case.
pub(super) fn variable_name(cursor: &mut Cursor<'_>) -> Option<String> {
    let name = cursor.string().or_else(|| cursor.name())?;
    Some(name.to_lowercase())
}

fn concat(items: &[Values]) -> Values {
    let mut found = vec![String::new()];
    for item in items {
        let Values::OneOf(values) = item else { return Values::Any };
        let mut longer = Vec::new();
        for start in &found {
            for value in values {
                let Value::Text(text) = value else { return Values::Any };
                longer.push(format!("{start}{text}"));
            }
        }
        if longer.len() > MOST {
            return Values::Any;
        }
        found = longer;
    }
    Values::OneOf(found.into_iter().map(Value::Text).collect())
}

fn compare(left: &Value, operator: &str, right: &Value) -> Option<bool> {
    let number = |value: &Value| match value {
        Value::Text(text) => text.parse::<i64>().ok(),
        _ => None,
    };
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return Some(match operator {
            "=" => left == right,
            "<" => left < right,
            ">" => left > right,
            "<=" => left <= right,
            ">=" => left >= right,
            _ => left != right,
        });
    }
    match (left, right) {
        (Value::AtLeast(least), right) => at_least(*least, operator, number(right)?),
        (left, Value::AtLeast(least)) => {
            let turned = match operator {
                "<" => ">",
                ">" => "<",
                "<=" => ">=",
                ">=" => "<=",
                same => same,
            };
            at_least(*least, turned, number(left)?)
        }
        (Value::Text(left), Value::Text(right)) => {
            let is_equal = same_text(left, right)?;
            match operator {
                "=" => Some(is_equal),
                "<>" | "!=" => Some(!is_equal),
                _ => None,
            }
        }
        _ => None,
    }
}

fn at_least(least: u64, operator: &str, number: i64) -> Option<bool> {
    let is_more = i128::from(least) > i128::from(number);
    let is_as_much = i128::from(least) >= i128::from(number);
    match operator {
        ">" => is_more.then_some(true),
        ">=" => is_as_much.then_some(true),
        "=" => is_more.then_some(false),
        "<>" | "!=" => is_more.then_some(true),
        "<" => is_as_much.then_some(false),
        "<=" => is_more.then_some(false),
        _ => None,
    }
}

/// Whether two texts are equal; `None` where that depends on the collation.
fn same_text(left: &str, right: &str) -> Option<bool> {
    if left == right {
        return Some(true);
    }
    let is_plain = |text: &str| text.is_ascii() && text.parse::<f64>().is_err();
    let (left, right) = (left.trim_end(), right.trim_end());
    let may_be_equal = left.eq_ignore_ascii_case(right);
    (is_plain(left) && is_plain(right) && !may_be_equal).then_some(false)
}
