//! Models from collected items: flattened structs, newtypes, aliases and enums are looked up by name, in
//! the same module first, then in the crate, then in the other crates.

use std::rc::Rc;

use syn::{Data, DeriveInput, Fields, Type};

use super::Models;
use super::items::{Collected, Kind, Scope};
use crate::mistake::Mistake;
use crate::model::{Model, ModelEnum};
use crate::parse;
use crate::types::RustType;

/// How deep newtypes, aliases and flattened structs are followed.
const DEPTH: usize = 16;

/// Adds the models of items; returns all mistakes.
pub(super) fn models(items: Vec<Collected>, models: &mut Models) -> Vec<Mistake> {
    let resolver = Resolver { items: &items };
    let mut mistakes = Vec::new();
    for item in &items {
        let Kind::Derives { input, table, enumeration, .. } = &item.kind else { continue };
        if *table {
            match parse::parse_table(input) {
                Ok(model) => match resolver.complete(model, &item.scope) {
                    Ok((model, enums)) => {
                        models.tables.push(model);
                        add_enums(&mut models.enums, enums);
                    }
                    Err(found) => mistakes.extend(found),
                },
                Err(found) => mistakes.extend(found),
            }
        }
        if *enumeration {
            match parse::parse_enum(input) {
                Ok(of) => add_enums(&mut models.enums, vec![of]),
                Err(found) => mistakes.extend(found),
            }
        }
    }
    mistakes
}

fn add_enums(all: &mut Vec<ModelEnum>, enums: Vec<ModelEnum>) {
    for of in enums {
        let place = |of: &ModelEnum| (of.ident.span.file(), of.ident.span.byte_range());
        if !all.iter().any(|known| place(known) == place(&of)) {
            all.push(of);
        }
    }
}

struct Resolver<'i> {
    items: &'i [Collected],
}

impl<'i> Resolver<'i> {
    /// The item of a name that is nearest to a module; `None` if there is none, or several.
    fn find(&self, name: &str, scope: &Rc<Scope>) -> Option<&'i Collected> {
        let named = |item: &&Collected| match &item.kind {
            Kind::Derives { input, .. } => input.ident == name,
            Kind::Alias { name: alias, .. } => alias == name,
        };
        let all: Vec<&'i Collected> = self.items.iter().filter(named).collect();
        let nearness: [&dyn Fn(&Collected) -> bool; 3] = [
            &|item| Rc::ptr_eq(&item.scope, scope),
            &|item| item.scope.krate == scope.krate,
            &|_| true,
        ];
        for near in nearness {
            let mut found = all.iter().filter(|item| near(item));
            match (found.next(), found.next()) {
                (Some(only), None) => return Some(only),
                (Some(_), Some(_)) => return None,
                _ => {}
            }
        }
        None
    }

    /// Puts the columns of flattened structs in, and finds the types of columns by name.
    fn complete(
        &self,
        mut model: Model,
        scope: &Rc<Scope>,
    ) -> Result<(Model, Vec<ModelEnum>), Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut rounds = 0;
        while let Some(inner) = model.flattened.pop() {
            rounds += 1;
            let found = self.find(&inner.type_name, scope).map(|item| &item.kind);
            match found {
                Some(Kind::Derives { input, .. }) if rounds <= DEPTH => {
                    if let Some(fields) = named_fields(input) {
                        mistakes.extend(parse::flatten(&mut model, inner.at, fields, &input.attrs));
                        continue;
                    }
                }
                _ => {}
            }
            let wrong = format!("the struct `{}` that is flattened is not found", inner.type_name);
            mistakes.push(
                Mistake::new(inner.field.span, wrong)
                    .help("it must be in these crates, with named fields, and its name must be unique in the crate"),
            );
        }
        mistakes.extend(parse::resolve_names(&mut model));
        let mut enums = Vec::new();
        for column in &mut model.columns {
            let kind = column.rust_type.value.clone();
            let (kind, nullable) = self.resolve(kind, scope, &mut enums, &mut mistakes, 0);
            column.rust_type.value = kind;
            column.nullable |= nullable;
        }
        if mistakes.is_empty() { Ok((model, enums)) } else { Err(mistakes) }
    }

    fn resolve(
        &self,
        kind: RustType,
        scope: &Rc<Scope>,
        enums: &mut Vec<ModelEnum>,
        mistakes: &mut Vec<Mistake>,
        depth: usize,
    ) -> (RustType, bool) {
        let name = match &kind {
            RustType::Array(element) => {
                let (element, _) = self.resolve((**element).clone(), scope, enums, mistakes, depth);
                return (RustType::Array(Box::new(element)), false);
            }
            RustType::Named(name) if depth < DEPTH => name.clone(),
            _ => return (kind, false),
        };
        let Some(item) = self.find(&name, scope) else { return (kind, false) };
        let inner: Option<&Type> = match &item.kind {
            Kind::Alias { of, .. } => Some(of),
            Kind::Derives { input, sqlx_type, enumeration, .. } => match &input.data {
                Data::Enum(_) => {
                    if *enumeration || *sqlx_type {
                        match parse::parse_enum(input) {
                            Ok(of) => enums.push(of),
                            Err(found) if !enumeration => mistakes.extend(found),
                            Err(_) => {}
                        }
                    }
                    None
                }
                Data::Struct(data) if parse::is_transparent(&input.attrs) => {
                    data.fields.iter().next().map(|field| &field.ty)
                }
                _ => None,
            },
        };
        let Some(inner) = inner else { return (kind, false) };
        let (inner, nullable) = RustType::of(inner);
        let (inner, also) = self.resolve(inner, &item.scope, enums, mistakes, depth + 1);
        (inner, nullable || also)
    }
}

fn named_fields(
    input: &DeriveInput,
) -> Option<&syn::punctuated::Punctuated<syn::Field, syn::Token![,]>> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Some(&fields.named),
            _ => None,
        },
        _ => None,
    }
}
