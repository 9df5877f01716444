//! Names in Rust code.

use std::collections::BTreeSet;

use crate::case::Case;

/// Words that cannot be names, even with `r#`.
const RESERVED: [&str; 5] = ["self", "Self", "super", "crate", "_"];

/// A text as a literal.
pub(super) fn literal(text: &str) -> String {
    proc_macro2::Literal::string(text).to_string()
}

/// The name of a struct or enum; of a table in the singular.
pub(super) fn struct_name(name: &str, singular: bool) -> String {
    let name = if singular { singular_of(name) } else { name.to_owned() };
    identifier(&Case::Pascal.apply(&name), "Type")
}

fn singular_of(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let without = |end: usize| name[..name.len() - end].to_owned();
    match lower.as_str() {
        word if word.len() > 4 && word.ends_with("ies") => without(3) + "y",
        word if word.ends_with("sses") || word.ends_with("xes") || word.ends_with("ches") => {
            without(2)
        }
        word if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") => without(0),
        word if word.len() > 2 && word.ends_with('s') => without(1),
        _ => without(0),
    }
}

/// The name of a field.
pub(super) fn field_name(column: &str) -> String {
    let name = identifier(column, "column");
    match syn::parse_str::<syn::Ident>(&name) {
        Ok(_) => name,
        Err(_) => format!("r#{name}"),
    }
}

/// The names of the variants of labels, each once.
pub(super) fn variant_names(labels: &[String]) -> Vec<String> {
    let mut given = BTreeSet::new();
    let name = |label: &String| {
        let name = identifier(&Case::Pascal.apply(label), "Value");
        let mut unique = name.clone();
        let mut number = 2;
        while !given.insert(unique.clone()) {
            unique = format!("{name}{number}");
            number += 1;
        }
        unique
    };
    labels.iter().map(name).collect()
}

/// The characters of a text that an identifier may have.
fn identifier(text: &str, otherwise: &str) -> String {
    let mut name: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if name.trim_matches('_').is_empty() || RESERVED.contains(&name.as_str()) {
        name = format!("{name}{otherwise}");
    }
    name
}
