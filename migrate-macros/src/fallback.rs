//! What is written in place of code when something is wrong: the error, and a value of the type
//! that the code would have had.

use migrate_core::config::Settings;
use migrate_core::diagnostic::{Diagnostic, Diagnostics, Severity};
use migrate_core::embed;
use migrate_core::history::History;
use proc_macro::TokenStream;
use proc_macro2::Span;
use quote::quote_spanned;

/// Why a macro refuses, and at which of its words.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl Refusal {
    /// A refusal of the whole call.
    pub(crate) fn here(message: impl Into<String>) -> Self {
        Self { span: Span::call_site(), message: message.into() }
    }

    /// All errors among the findings.
    pub(crate) fn found(found: &Diagnostics) -> Self {
        let errors: Vec<&Diagnostic> =
            found.iter().filter(|finding| finding.severity == Severity::Error).collect();
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Self::here(match told.as_slice() {
            // The compiler writes the word `error:` itself.
            [one] => one.strip_prefix("error").unwrap_or(one).replacen("]: ", "] ", 1),
            all => format!("{} mistakes in the migrations\n\n{}", all.len(), all.join("\n\n")),
        })
    }
}

/// The error alone, where code would have been items.
pub(crate) fn items(Refusal { span, message }: &Refusal) -> TokenStream {
    quote_spanned! {*span=> ::core::compile_error!(#message);}.into()
}

/// An empty history beside the error.
pub(crate) fn migrations(Refusal { span, message }: &Refusal) -> TokenStream {
    let index = proc_macro2::Literal::byte_string(&embed::encode(
        &History::default(),
        &Settings::default(),
    ));
    quote_spanned! {*span=> {
        ::core::compile_error!(#message);
        ::migrate_db::__private::migrations(&[], #index)
    }}
    .into()
}

/// The function as it was written, beside the error.
pub(crate) fn test(Refusal { span, message }: &Refusal, item: TokenStream) -> TokenStream {
    let item = proc_macro2::TokenStream::from(item);
    let error = quote_spanned! {*span=> ::core::compile_error!(#message); };
    quote::quote! { #error #[allow(unused, reason = "no test yet")] #item }.into()
}
