//! The fields of a struct as columns.

#[cfg(feature = "reader")]
use syn::Attribute;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Field, Token, Type};

use super::column::Settings;
use super::items::plain;
use super::{Found, documentation, sqlx};
use crate::case::Case;
use crate::mistake::{Mistake, Spanned};
use crate::model::{Flattened, Model, ModelColumn, Text};
use crate::types::RustType;

/// Adds the columns of fields to a model.
pub(crate) fn add(
    model: &mut Model,
    fields: &Punctuated<Field, Token![,]>,
    rename_all: Option<Case>,
    comments: bool,
    found: &mut Found,
) {
    for field in fields {
        let Some(ident) = &field.ident else { continue };
        let name = Spanned::new(plain(&ident.to_string()), ident.span());
        let of_sqlx = sqlx::field(&field.attrs, found);
        let settings = Settings::read(&field.attrs, found);
        if settings.skip || of_sqlx.skip {
            continue;
        }
        if of_sqlx.flatten {
            let type_name = type_name(&field.ty);
            model.flattened.push(Flattened { at: model.columns.len(), field: name, type_name });
            continue;
        }
        let (mut rust_type, mut nullable) = RustType::of(&field.ty);
        if let Some(of) = &of_sqlx.try_from {
            (rust_type, nullable) = RustType::of(of);
        }
        if of_sqlx.json {
            rust_type = RustType::Json;
            nullable = of_sqlx.json_nullable;
        }
        let renamed = match (&of_sqlx.rename, &settings.name) {
            (Some(of_sqlx), Some(own)) if of_sqlx.value != own.value => {
                found.push(
                    Mistake::new(
                        own.span,
                        format!("sqlx reads this field from `{}`", of_sqlx.value),
                    )
                    .help("remove one of the two names"),
                );
                None
            }
            (Some(name), _) | (None, Some(name)) => Some(name.clone()),
            (None, None) => None,
        };
        let column = renamed.unwrap_or_else(|| {
            let column =
                rename_all.map_or_else(|| name.value.clone(), |case| case.apply(&name.value));
            Spanned::new(column, name.span)
        });
        let comment = settings.comment.clone().or_else(|| {
            let text = documentation(&field.attrs).filter(|_| comments)?;
            Some(Text { all: Some(Spanned::new(text, name.span)), each: Vec::new() })
        });
        if let Some(known) = model.columns.iter().find(|known| known.name.value == column.value) {
            let wrong =
                format!("`{}` is the column of `{}` already", column.value, known.field.value);
            found.push(Mistake::new(column.span, wrong));
            continue;
        }
        let column = ModelColumn {
            name: column,
            rust_type: Spanned::new(rust_type, field.ty.span()),
            nullable: settings.nullable.unwrap_or(nullable),
            sql_type: settings.sql_type.clone(),
            default: settings.default.clone(),
            generated: settings.generated.clone(),
            stored: !settings.is_virtual,
            identity: settings.identity,
            collation: settings.collation.clone(),
            comment,
            renamed_from: settings.renamed_from.clone(),
            field: name,
        };
        settings.add_parts(&column, model, found);
        model.columns.push(column);
    }
}

/// Puts the columns of a flattened struct into a model, at the position of its field.
#[cfg(feature = "reader")]
pub(crate) fn flatten(
    model: &mut Model,
    at: usize,
    fields: &Punctuated<Field, Token![,]>,
    attributes: &[Attribute],
) -> Vec<Mistake> {
    let mut found = Found { mistakes: Vec::new() };
    let rename_all = sqlx::container(attributes, &mut found).rename_all;
    let behind = model.columns.split_off(at.min(model.columns.len()));
    let before = model.flattened.len();
    add(model, fields, rename_all, false, &mut found);
    let added = model.columns.len().saturating_sub(at);
    // What the inner struct flattens itself has its position already.
    for later in model.flattened[..before].iter_mut().filter(|later| later.at >= at) {
        later.at += added;
    }
    model.columns.extend(behind);
    found.mistakes
}

fn type_name(of: &Type) -> String {
    match of {
        Type::Path(path) => {
            path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
        }
        Type::Group(inner) => type_name(&inner.elem),
        Type::Paren(inner) => type_name(&inner.elem),
        _ => String::new(),
    }
}
