//! The code that binds Rust functions to the names by which revisions call them.
//!
//! A function that a batch section calls takes another argument and returns another value, so the adapter depends
//! on the history.

use migrate_core::history::History;
use migrate_core::revision::Revision;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned as _;

use crate::args::step_name;

/// The constant `name` with all functions, which stands where their paths have their meaning. Each
/// function is called at its own span, so that a wrong type is reported there.
pub(crate) fn constant(name: &Ident, steps: &[Path], history: &History) -> TokenStream {
    let in_batches: Vec<&str> =
        history.graph.all_revisions().flat_map(Revision::functions_of_batches).collect();
    let bound = steps.iter().enumerate().map(|(n, path)| {
        let (adapter, name) = (format_ident!("step_{n}"), step_name(path));
        let (kind, argument, future, result) = if in_batches.contains(&name.as_str()) {
            (quote!(Batches), quote!(StepBatch), quote!(BatchFuture), quote!(rows_of_batch))
        } else {
            (quote!(Once), quote!(StepProgress), quote!(StepFuture), quote!(result_of_step))
        };
        let call = quote_spanned! {path.span()=> #path(connection, argument).await };
        quote! {
            {
                fn #adapter<'c>(
                    connection: ::migrate_db::StepConnection<'c>,
                    argument: ::migrate_db::#argument<'c>,
                ) -> ::migrate_db::#future<'c> {
                    ::std::boxed::Box::pin(async move {
                        match ::migrate_db::FromStepConnection::from_step_connection(connection) {
                            ::core::option::Option::Some(connection) => {
                                ::migrate_db::__private::#result(#call)
                            }
                            ::core::option::Option::None => ::core::result::Result::Err(
                                ::migrate_db::__private::other_database(#name)
                            ),
                        }
                    })
                }
                ::migrate_db::BoundStep {
                    name: #name,
                    function: ::migrate_db::StepFunction::#kind(#adapter),
                }
            }
        }
    });
    quote! {
        #[doc(hidden)]
        const #name: &[::migrate_db::BoundStep] = &[#(#bound),*];
    }
}
