//! The code of `#[derive(Table)]` and `#[derive(Enum)]`: names as constants, and an error for each
//! difference between the item and the history.

use std::fmt::Write as _;

use migrate_core::apply::State;
use migrate_core::dialect::Dialect;
use migrate_models::{Mistake, enum_drift, parse_enum, parse_table, table_drift};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::DeriveInput;

use crate::fallback::Refusal;
use crate::heads::{Heads, heads};
use crate::settings;

/// The code of `#[derive(Table)]`.
pub(crate) fn table(input: &DeriveInput) -> TokenStream {
    let (model, mut errors) = match parse_table(input) {
        Ok(model) => (Some(model), Vec::new()),
        Err(mistakes) => (None, mistakes),
    };
    let mut watched = TokenStream::new();
    if let Some(model) = model.as_ref().filter(|model| model.checks_drift) {
        watched = compare(&mut errors, |dialect, head| table_drift(model, dialect, head));
    }
    let name = model.as_ref().map(|model| model.table.value.to_string()).unwrap_or_default();
    let columns = model.iter().flat_map(|model| &model.columns).map(|column| &column.name.value);
    let ident = &input.ident;
    let (impl_generics, type_generics, conditions) = input.generics.split_for_impl();
    let errors = errors.iter().map(error);
    quote! {
        #(#errors)*
        #watched
        #[automatically_derived]
        impl #impl_generics ::migrate_db::Table for #ident #type_generics #conditions {
            const TABLE: &'static str = #name;
            const COLUMNS: &'static [&'static str] = &[#(#columns),*];
        }
    }
}

/// The code of `#[derive(Enum)]`.
pub(crate) fn enumeration(input: &DeriveInput) -> TokenStream {
    let (of, mut errors) = match parse_enum(input) {
        Ok(of) => (Some(of), Vec::new()),
        Err(mistakes) => (None, mistakes),
    };
    let mut watched = TokenStream::new();
    if let Some(of) = of.as_ref().filter(|of| of.checks_drift) {
        watched = compare(&mut errors, |dialect, head| enum_drift(of, dialect, head));
    }
    let values = of.iter().flat_map(|of| &of.values).map(|value| &value.label.value);
    let ident = &input.ident;
    let (impl_generics, type_generics, conditions) = input.generics.split_for_impl();
    let errors = errors.iter().map(error);
    quote! {
        #(#errors)*
        #watched
        #[automatically_derived]
        impl #impl_generics ::migrate_db::Enum for #ident #type_generics #conditions {
            const VALUES: &'static [&'static str] = &[#(#values),*];
        }
    }
}

fn error(mistake: &Mistake) -> TokenStream {
    let message = mistake.to_string();
    quote_spanned! {mistake.span=> ::core::compile_error!(#message); }
}

/// Compares an item with the schema at the heads on each database. Returns the code that names the
/// files of the history for the compiler, if they were read for this item.
fn compare(
    errors: &mut Vec<Mistake>,
    drift: impl Fn(Dialect, &State) -> Vec<Mistake>,
) -> TokenStream {
    let (heads, is_new) = match settings::root().and_then(|root| heads(&root)) {
        Ok(found) => found,
        Err(Refusal { span, message }) => {
            errors.push(Mistake::new(span, message));
            return TokenStream::new();
        }
    };
    errors.extend(on_all(&heads, drift));
    if is_new { includes(&heads) } else { TokenStream::new() }
}

/// The differences, each once, with the databases that have it where others do not.
fn on_all(heads: &Heads, drift: impl Fn(Dialect, &State) -> Vec<Mistake>) -> Vec<Mistake> {
    let mut found: Vec<(Mistake, Vec<Dialect>)> = Vec::new();
    for (dialect, state) in &heads.schemas {
        for mistake in drift(*dialect, state) {
            let place = |span: Span| format!("{span:?}");
            let same = |other: &&mut (Mistake, Vec<Dialect>)| {
                other.0.message == mistake.message && place(other.0.span) == place(mistake.span)
            };
            match found.iter_mut().find(same) {
                Some((_, dialects)) => dialects.push(*dialect),
                None => found.push((mistake, vec![*dialect])),
            }
        }
    }
    let all = heads.schemas.len();
    let told = |(mut mistake, dialects): (Mistake, Vec<Dialect>)| {
        if dialects.len() < all {
            let names: Vec<&str> = dialects.iter().map(|dialect| dialect.name()).collect();
            let _ = write!(mistake.message, " (on {})", names.join(", "));
        }
        mistake
    };
    found.into_iter().map(told).collect()
}

fn includes(heads: &Heads) -> TokenStream {
    let paths = heads.watched.iter().map(|path| Literal::string(&path.to_string_lossy()));
    quote! { #(const _: &[u8] = ::core::include_bytes!(#paths);)* }
}
