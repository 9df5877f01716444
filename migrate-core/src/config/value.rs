//! Reads single values of `migrate.toml`. An error shows the correct form.

use std::ops::Range;
use std::time::Duration;

use toml::de::DeValue;

use super::Models;
use crate::dialect::Dialect;
use crate::revision::duration;
use crate::suggest::nearest;

/// The correct form of a wrong value.
pub(super) type Wrong = String;

pub(super) fn text(name: &str, value: &DeValue<'_>, example: &str) -> Result<String, Wrong> {
    match value.as_str() {
        Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
        _ => Err(format!("write a text: `{name} = \"{example}\"`")),
    }
}

pub(super) fn texts(name: &str, value: &DeValue<'_>, example: &str) -> Result<Vec<String>, Wrong> {
    let text = |item: &toml::Spanned<DeValue<'_>>| item.get_ref().as_str().map(str::to_owned);
    let texts = value.as_array().and_then(|list| list.iter().map(text).collect());
    texts.ok_or_else(|| format!("write a list of texts: `{name} = [\"{example}\"]`"))
}

/// Reads a path, a list of paths, or `"rust"`.
pub(super) fn models(name: &str, value: &DeValue<'_>) -> Result<Models, Wrong> {
    if value.as_str() == Some("rust") {
        return Ok(Models::Rust);
    }
    let list = match value.as_str() {
        Some(_) => vec![text(name, value, "schema.sql")?],
        None => texts(name, value, "schema.sql").map_err(|_| models_help(name))?,
    };
    Some(list).filter(|list| !list.is_empty()).map(Models::Sql).ok_or_else(|| models_help(name))
}

fn models_help(name: &str) -> String {
    format!(
        "write a file, a folder or a list of them: `{name} = \"schema.sql\"`; `{name} = \"rust\"` reads structs"
    )
}

pub(super) fn choice<T: Copy, const N: usize>(
    name: &str,
    value: &DeValue<'_>,
    choices: [(&str, T); N],
) -> Result<T, Wrong> {
    let chosen = choices.iter().find(|(word, _)| value.as_str() == Some(word));
    chosen.map(|(_, choice)| *choice).ok_or_else(|| {
        let ways = choices.map(|(word, _)| format!("`{name} = \"{word}\"`"));
        match ways.split_last() {
            Some((last, others)) => format!("write {} or {last}", others.join(", ")),
            None => String::new(),
        }
    })
}

/// Reads an unsigned number within the range of its type.
pub(super) fn number<N: TryFrom<u64> + std::fmt::Display>(
    name: &str,
    value: &DeValue<'_>,
    example: N,
) -> Result<N, Wrong> {
    let integer = value.as_integer();
    integer
        .and_then(|integer| u64::from_str_radix(integer.as_str(), integer.radix()).ok())
        .and_then(|number| N::try_from(number).ok())
        .ok_or_else(|| format!("write a whole number, not below 0: `{name} = {example}`"))
}

pub(super) fn time(name: &str, value: &DeValue<'_>) -> Result<Duration, Wrong> {
    let help = || format!("write a number and ms, s, m or h: `{name} = \"5s\"`");
    let text = value.as_str().ok_or_else(help)?;
    duration(name, text).map_err(|_| help())
}

pub(super) fn size(name: &str, value: &DeValue<'_>) -> Result<u64, Wrong> {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let bytes = value.as_str().and_then(|text| {
        let (number, bits) =
            units.iter().find_map(|(unit, bits)| Some((text.strip_suffix(unit)?, *bits)))?;
        number.trim().parse::<u64>().ok()?.checked_mul(1 << bits).filter(|bytes| *bytes > 0)
    });
    bytes.ok_or_else(|| format!("write a number and KiB, MiB or GiB: `{name} = \"64MiB\"`"))
}

pub(super) fn dialects(value: &DeValue<'_>) -> Result<Vec<Dialect>, (Option<Range<usize>>, Wrong)> {
    let known = Dialect::ALL.map(Dialect::name);
    let help = || {
        format!(
            "write a list of databases out of {}: `dialects = [\"{}\"]`",
            known.join(", "),
            known[0]
        )
    };
    let list = value.as_array().ok_or_else(|| (None, help()))?;
    let mut dialects = Vec::new();
    for item in list {
        let dialect = item.get_ref().as_str().and_then(Dialect::from_name).ok_or_else(|| {
            let near = item.get_ref().as_str().and_then(|word| nearest(word, known));
            let help = near.map_or_else(help, |near| format!("did you mean \"{near}\"?"));
            (Some(item.span()), help)
        })?;
        if !dialects.contains(&dialect) {
            dialects.push(dialect);
        }
    }
    dialects.sort_unstable();
    Ok(dialects)
}
