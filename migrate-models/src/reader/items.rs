//! The items of modules that can be models, or types of their columns.

use std::collections::HashMap;
use std::rc::Rc;

use syn::{Attribute, DeriveInput, Fields, Item, Meta, Type, UseTree};

use super::cfg;

/// A module: the crate that it belongs to, and the names that it imports.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) krate: usize,
    imports: HashMap<String, Vec<String>>,
}

/// An item with its module.
pub(super) struct Collected {
    pub(super) kind: Kind,
    pub(super) scope: Rc<Scope>,
}

/// What an item is.
pub(super) enum Kind {
    /// A struct or an enum, with what it derives.
    Derives { input: Box<DeriveInput>, table: bool, enumeration: bool, sqlx_type: bool },
    /// `type Id = i64;`
    Alias { name: String, of: Box<Type> },
}

impl Scope {
    /// The module of items.
    pub(super) fn of(items: &[Item], krate: usize) -> Rc<Self> {
        let mut imports = HashMap::new();
        for item in items {
            if let Item::Use(item) = item {
                collect(&item.tree, &mut Vec::new(), &mut imports);
            }
        }
        Rc::new(Self { krate, imports })
    }

    /// Whether a path in a derive is an item of a crate. A name that is not imported by name may come
    /// from a glob.
    fn is(&self, path: &syn::Path, krate: &str, name: &str) -> bool {
        let mut segments: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(full) = segments.first().and_then(|first| self.imports.get(first)) {
            segments.splice(..1, full.iter().cloned());
        }
        let is_own = |first: &str| [krate, "crate", "self", "super"].contains(&first);
        match segments.as_slice() {
            [only] => only == name,
            [first, .., last] => is_own(first) && last == name,
            [] => false,
        }
    }
}

fn collect(tree: &UseTree, path: &mut Vec<String>, imports: &mut HashMap<String, Vec<String>>) {
    let full = |path: &[String], name: &syn::Ident| {
        let mut full = path.to_vec();
        full.push(name.to_string());
        full
    };
    match tree {
        UseTree::Path(part) => {
            path.push(part.ident.to_string());
            collect(&part.tree, path, imports);
            path.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            if let Some(last) = path.last() {
                imports.insert(last.clone(), path.clone());
            }
        }
        UseTree::Name(name) => {
            imports.insert(name.ident.to_string(), full(path, &name.ident));
        }
        UseTree::Rename(renamed) => {
            imports.insert(renamed.rename.to_string(), full(path, &renamed.ident));
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, path, imports)),
        UseTree::Glob(_) => {}
    }
}

impl Collected {
    /// An item that can matter.
    pub(super) fn of(item: Item, scope: &Rc<Scope>) -> Option<Self> {
        let kind = match item {
            Item::Struct(item) => Self::derives(DeriveInput::from(item), scope)?,
            Item::Enum(item) => Self::derives(DeriveInput::from(item), scope)?,
            Item::Type(item) if item.generics.params.is_empty() => {
                Kind::Alias { name: item.ident.to_string(), of: item.ty }
            }
            _ => return None,
        };
        Some(Self { kind, scope: Rc::clone(scope) })
    }

    fn derives(mut input: DeriveInput, scope: &Scope) -> Option<Kind> {
        if !cfg::may_be_on(&input.attrs) {
            return None;
        }
        cfg::expand(&mut input.attrs);
        match &mut input.data {
            syn::Data::Struct(data) => fields(&mut data.fields),
            syn::Data::Enum(data) => {
                data.variants = std::mem::take(&mut data.variants)
                    .into_iter()
                    .filter(|variant| cfg::may_be_on(&variant.attrs))
                    .collect();
                data.variants.iter_mut().for_each(|variant| cfg::expand(&mut variant.attrs));
            }
            syn::Data::Union(_) => {}
        }
        let (mut table, mut enumeration, mut sqlx_type) = (false, false, false);
        for path in derived(&input.attrs) {
            table |= scope.is(&path, "migrate_db", "Table");
            enumeration |= scope.is(&path, "migrate_db", "Enum");
            sqlx_type |= scope.is(&path, "sqlx", "Type");
        }
        Some(Kind::Derives { input: Box::new(input), table, enumeration, sqlx_type })
    }
}

/// Leaves out fields that are certainly off, and expands `cfg_attr`.
fn fields(fields: &mut Fields) {
    if let Fields::Named(named) = fields {
        named.named = std::mem::take(&mut named.named)
            .into_iter()
            .filter(|field| cfg::may_be_on(&field.attrs))
            .collect();
    }
    fields.iter_mut().for_each(|field| cfg::expand(&mut field.attrs));
}

/// The paths in `#[derive(..)]`.
fn derived(attributes: &[Attribute]) -> Vec<syn::Path> {
    let mut paths = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let Meta::List(_) = &attribute.meta else { continue };
        let _ = attribute.parse_nested_meta(|one| {
            paths.push(one.path);
            Ok(())
        });
    }
    paths
}
