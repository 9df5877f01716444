//! The attributes of `sqlx::FromRow` and `sqlx::Type` that decide names and types of columns. What is
//! not about them is sqlx's own.

use syn::{Attribute, Type};

use super::Found;
use super::items::{Item, Value, of_attributes};
use super::values;
use crate::case::Case;
use crate::mistake::{Mistake, Spanned};

/// What `#[sqlx(..)]` says of a struct or an enum.
#[derive(Debug, Default)]
pub(crate) struct Container {
    pub(crate) rename_all: Option<Case>,
    pub(crate) type_name: Option<Spanned<String>>,
    pub(crate) transparent: bool,
}

/// What `#[sqlx(..)]` says of a field.
#[derive(Default)]
pub(crate) struct Field {
    pub(crate) rename: Option<Spanned<String>>,
    pub(crate) skip: bool,
    pub(crate) flatten: bool,
    pub(crate) json: bool,
    pub(crate) json_nullable: bool,
    pub(crate) try_from: Option<Type>,
}

/// Reads the attributes of a struct or an enum.
pub(crate) fn container(attributes: &[Attribute], found: &mut Found) -> Container {
    let mut result = Container::default();
    for item in of_attributes(attributes, "sqlx", found) {
        let Item::Keyed { key, span, value } = item else { continue };
        match key.as_str() {
            "rename_all" => result.rename_all = case(&key, span, &value, found),
            "type_name" => result.type_name = found.note(values::text(&key, span, &value)),
            "transparent" => result.transparent = true,
            _ => {}
        }
    }
    result
}

/// `rename_all = "camelCase"`.
pub(crate) fn case(
    key: &str,
    span: proc_macro2::Span,
    value: &Value,
    found: &mut Found,
) -> Option<Case> {
    let word = found.note(values::text(key, span, value))?;
    let known = Case::ALL.map(|(word, _)| word);
    let case = Case::from_word(&word.value)
        .ok_or_else(|| values::unknown(word.span, "a case of names", &word.value, &known));
    found.note(case)
}

/// Reads the attributes of a field or a variant.
pub(crate) fn field(attributes: &[Attribute], found: &mut Found) -> Field {
    let mut result = Field::default();
    for item in of_attributes(attributes, "sqlx", found) {
        let Item::Keyed { key, span, value } = item else { continue };
        match key.as_str() {
            "rename" => result.rename = found.note(values::text(&key, span, &value)),
            "skip" => result.skip = true,
            "flatten" => result.flatten = true,
            "json" => {
                result.json = true;
                result.json_nullable = matches!(&value, Value::List(items) if items.iter()
                    .any(|item| matches!(item, Item::Keyed { key, .. } if key == "nullable")));
            }
            "try_from" => {
                if let Some(text) = found.note(values::text(&key, span, &value)) {
                    let of = syn::parse_str::<Type>(&text.value)
                        .map_err(|_| Mistake::new(text.span, "this is not a type"));
                    result.try_from = found.note(of);
                }
            }
            _ => {}
        }
    }
    result
}

/// Returns `true` for `#[sqlx(transparent)]`.
#[cfg(feature = "reader")]
pub(crate) fn is_transparent(attributes: &[Attribute]) -> bool {
    container(attributes, &mut Found { mistakes: Vec::new() }).transparent
}
