//! Reads the attributes of a struct or an enum. All mistakes of an item are found at once.

mod column;
mod enumeration;
mod fields;
mod items;
mod parts;
mod sqlx;
mod table;
mod values;

use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Fields, GenericParam, Lit, Meta};

pub use enumeration::parse_enum;
#[cfg(feature = "reader")]
pub(crate) use fields::flatten;
#[cfg(feature = "reader")]
pub(crate) use sqlx::is_transparent;

use crate::mistake::Mistake;
use crate::model::Model;

/// What is found on the way.
pub(crate) struct Found {
    pub(crate) mistakes: Vec<Mistake>,
}

impl Found {
    pub(crate) fn push(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }

    /// Notes a mistake and returns nothing.
    pub(crate) fn note<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.push(mistake)).ok()
    }
}

/// Reads a struct that derives `Table`.
///
/// # Errors
///
/// All mistakes in the item and its attributes.
pub fn parse_table(input: &DeriveInput) -> Result<Model, Vec<Mistake>> {
    let mut found = Found { mistakes: Vec::new() };
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            _ => {
                let wrong = "a table is derived from a struct with named fields";
                return Err(vec![
                    Mistake::new(input.ident.span(), wrong)
                        .help("each field is a column: `struct User { id: i64, name: String }`"),
                ]);
            }
        },
        _ => {
            let wrong = Mistake::new(input.ident.span(), "a table is derived from a struct");
            return Err(vec![wrong.help("an enum is a type of columns: derive `Enum`")]);
        }
    };
    for parameter in &input.generics.params {
        if let GenericParam::Type(syn::TypeParam { ident, .. })
        | GenericParam::Const(syn::ConstParam { ident, .. }) = parameter
        {
            let wrong = "a generic struct is not a table: the types of its columns are not known";
            found.push(
                Mistake::new(ident.span(), wrong)
                    .help("derive `Table` from a struct without type parameters"),
            );
        }
    }
    let model = table::read(input, fields, &mut found);
    if found.mistakes.is_empty() { Ok(model) } else { Err(found.mistakes) }
}

/// The text of the documentation comment, without its indentation.
fn documentation(attributes: &[Attribute]) -> Option<String> {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let Meta::NameValue(pair) = &attribute.meta else { continue };
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { continue };
        lines.push(text.value().trim().to_owned());
    }
    let text = lines.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Replaces fields by their columns again, after flattened structs were put in.
#[cfg(feature = "reader")]
pub(crate) fn resolve_names(model: &mut Model) -> Vec<Mistake> {
    let mut found = Found { mistakes: Vec::new() };
    table::resolve(model, &mut found);
    found.mistakes
}
