//! `[variables]`: the declarations of variables in SQL.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::value::Wrong;
use crate::variables::{Variable, VariableKind, Variables, is_variable_name};

/// Reads the table, and returns the mistakes: name, place and the correct form.
pub(super) fn read(
    value: &Spanned<DeValue<'_>>,
    variables: &mut Variables,
) -> Vec<(String, Range<usize>, Wrong)> {
    let Some(table) = value.get_ref().as_table() else {
        let help = "write `[variables]` and lines such as `tenant = \"identifier\"`".to_owned();
        return vec![("variables".to_owned(), value.span(), help)];
    };
    let mut wrong = Vec::new();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        if !is_variable_name(name) {
            let help =
                "name it with letters, digits and `_`, a letter first, at most 40".to_owned();
            wrong.push(("variables".to_owned(), key.span(), help));
            continue;
        }
        match variable(name, value) {
            Ok(variable) => {
                variables.insert(name.to_owned(), variable);
            }
            Err((place, help)) => wrong.push((format!("variables.{name}"), place, help)),
        }
    }
    wrong
}

fn variable(name: &str, value: &Spanned<DeValue<'_>>) -> Result<Variable, (Range<usize>, Wrong)> {
    let help = || {
        let ways = VariableKind::ALL.map(|kind| format!("`{name} = \"{}\"`", kind.word()));
        format!(
            "write {}, or with a default `{name} = {{ kind = \"literal\", default = \"..\" }}`",
            ways.join(" or ")
        )
    };
    let kind_of = |value: &DeValue<'_>| {
        VariableKind::ALL.into_iter().find(|kind| value.as_str() == Some(kind.word()))
    };
    let Some(table) = value.get_ref().as_table() else {
        let kind = kind_of(value.get_ref()).ok_or_else(|| (value.span(), help()))?;
        return Ok(Variable { kind, default: None });
    };
    let (mut kind, mut default) = (None, None);
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "kind" => kind = Some(kind_of(value.get_ref()).ok_or_else(|| (value.span(), help()))?),
            "default" => {
                let text = value.get_ref().as_str().ok_or_else(|| (value.span(), help()))?;
                default = Some((text.to_owned(), value.span()));
            }
            _ => return Err((key.span(), help())),
        }
    }
    let kind = kind.ok_or_else(|| (value.span(), help()))?;
    if let Some((text, place)) = &default {
        kind.check(text).map_err(|why| (place.clone(), format!("choose another value: {why}")))?;
    }
    Ok(Variable { kind, default: default.map(|(text, _)| text) })
}
