//! The output of a macro that fails: the error, and a value of the expected type.

use migrate_core::config::Settings;
use migrate_core::diagnostic::{Diagnostic, Diagnostics, Severity};
use migrate_core::embed;
use migrate_core::history::History;
use proc_macro::TokenStream;
use proc_macro2::Span;
use quote::quote_spanned;

/// The error of a macro and the tokens that it refers to.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl Refusal {
    /// Creates an error about the whole call.
    pub(crate) fn here(message: impl Into<String>) -> Self {
        Self { span: Span::call_site(), message: message.into() }
    }

    /// Creates an error from all errors among the findings.
    pub(crate) fn found(found: &Diagnostics) -> Self {
        let errors: Vec<&Diagnostic> =
            found.iter().filter(|finding| finding.severity == Severity::Error).collect();
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Self::here(match told.as_slice() {
            // The compiler adds `error:` itself.
            [one] => one.strip_prefix("error").unwrap_or(one).replacen("]: ", "] ", 1),
            all => format!("{} mistakes in the migrations\n\n{}", all.len(), all.join("\n\n")),
        })
    }
}

/// The error alone, for macros in item position.
pub(crate) fn items(Refusal { span, message }: &Refusal) -> TokenStream {
    quote_spanned! {*span=> ::core::compile_error!(#message);}.into()
}

/// The error and an empty history.
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

/// The error and the unchanged function.
pub(crate) fn test(Refusal { span, message }: &Refusal, item: TokenStream) -> TokenStream {
    let item = proc_macro2::TokenStream::from(item);
    let error = quote_spanned! {*span=> ::core::compile_error!(#message); };
    quote::quote! { #error #[allow(unused, reason = "no test yet")] #item }.into()
}
