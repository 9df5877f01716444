//! Defaults: what a statement says, and what the catalog prints for the type of the column.

use super::text::same_expression;
use crate::apply::Sameness;
use crate::dialect::mysql::LEX_RULES;
use crate::schema::DataType;
use crate::sql::{Tokens, string_value};

/// A value that stands in the text.
#[derive(Debug, Clone, PartialEq)]
enum Literal {
    Text(String),
    Number(f64),
}

/// The literal that a text is, if it is one.
fn literal(text: &str) -> Option<Literal> {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let mut cursor = tokens.cursor().strip_parens();
    let mut sign = 1.0;
    while cursor.is("-") || cursor.is("+") {
        if cursor.eat("-") {
            sign = -sign;
        } else {
            cursor.eat("+");
        }
    }
    let only = cursor.bump().filter(|_| cursor.is_empty())?;
    if let Some(text) = string_value(only, &LEX_RULES) {
        return Some(Literal::Text(text));
    }
    let lower = only.text.to_lowercase();
    let radix = |digits: &str, radix| u64::from_str_radix(digits, radix).ok();
    let bits = match lower.as_str() {
        "true" => Some(1),
        "false" => Some(0),
        _ => lower
            .strip_prefix("0x")
            .and_then(|digits| radix(digits, 16))
            .or_else(|| radix(lower.strip_prefix("b'")?.strip_suffix('\'')?, 2))
            .or_else(|| radix(lower.strip_prefix("x'")?.strip_suffix('\'')?, 16)),
    };
    #[expect(clippy::cast_precision_loss, reason = "a number that large is no default")]
    let number = bits.map(|bits| bits as f64).or_else(|| lower.parse().ok())?;
    Some(Literal::Number(sign * number))
}

/// Whether a default says the same as the catalog's text of it.
pub(super) fn same_default(written: &str, printed: &str, data_type: &DataType) -> Sameness {
    let name = data_type.name();
    let (Some(written_value), Some(printed_value)) = (literal(written), literal(printed)) else {
        return same_expression(written, printed);
    };
    if is_number(name) {
        let number = |value: &Literal| match value {
            Literal::Number(number) => Some(*number),
            Literal::Text(text) => text.trim().parse().ok(),
        };
        let (Some(written), Some(printed)) = (number(&written_value), number(&printed_value))
        else {
            return Sameness::Unknown;
        };
        let is_exact = name.contains("int") || name == "bit";
        return match written == printed {
            true => Sameness::Equal,
            // What is rounded may be the same.
            false if is_exact && written.fract() == 0.0 => Sameness::Different,
            false => Sameness::Unknown,
        };
    }
    let text = |value: &Literal, source: &str| match value {
        Literal::Text(text) => text.clone(),
        Literal::Number(_) => source.trim_matches(['(', ')']).trim().to_owned(),
    };
    let (one, other) = (text(&written_value, written), text(&printed_value, printed));
    let is_text = name.contains("char") || name.contains("text") || name == "enum";
    match one == other {
        true => Sameness::Equal,
        false if name == "enum" && one.eq_ignore_ascii_case(&other) => Sameness::Equal,
        false if is_text && matches!(written_value, Literal::Text(_)) => Sameness::Different,
        // Times have many forms.
        false => Sameness::Unknown,
    }
}

fn is_number(name: &str) -> bool {
    let number = ["decimal", "double", "float", "bit", "year"];
    name.contains("int") && !name.contains("point")
        || number.iter().any(|one| name.starts_with(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_is_compared_as_a_value_of_its_type() {
        for (written, printed, data_type, expected) in [
            ("'0'", "0", "int(11)", Sameness::Equal),
            ("TRUE", "1", "tinyint(1)", Sameness::Equal),
            ("0x10", "16", "int(11)", Sameness::Equal),
            ("-1", "-1", "bigint(20)", Sameness::Equal),
            ("1", "2", "int(11)", Sameness::Different),
            ("0", "0.00", "decimal(10,2)", Sameness::Equal),
            ("1.555", "1.56", "decimal(10,2)", Sameness::Unknown),
            ("5", "'5'", "varchar(3)", Sameness::Equal),
            ("\"a\"", "'a'", "varchar(3)", Sameness::Equal),
            ("'a'", "'b'", "varchar(3)", Sameness::Different),
            ("'it''s'", r"'it\'s'", "varchar(9)", Sameness::Equal),
            ("'2020-1-1'", "'2020-01-01'", "date", Sameness::Unknown),
            ("CURRENT_TIMESTAMP", "current_timestamp()", "datetime", Sameness::Equal),
            ("now(3)", "current_timestamp(3)", "datetime(3)", Sameness::Equal),
            ("b'101'", "b'101'", "bit(3)", Sameness::Equal),
            ("(uuid())", "uuid()", "varchar(36)", Sameness::Equal),
        ] {
            let found = same_default(written, printed, &data_type.into());
            assert_eq!(found, expected, "{written} {printed} {data_type}");
        }
    }
}
