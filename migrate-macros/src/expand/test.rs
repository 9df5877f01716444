//! The code of `#[migrate_db::test]`: a plain test that passes the function to the testkit.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned as _;

use crate::args::{Args, Macro};
use crate::check::check;
use crate::expand::embed;
use crate::fallback::Refusal;
use crate::settings;
use crate::signature::Signature;

/// The source of the history.
pub(crate) enum Source {
    /// A static of the application.
    Static(Path),
    /// The code that embeds it.
    Embedded(TokenStream),
}

impl Source {
    /// Parses `migrations = crate::MIGRATIONS`, or the arguments of `migrations!`.
    pub(crate) fn of(args: proc_macro::TokenStream) -> Result<Self, Refusal> {
        let named = |input: ParseStream<'_>| -> syn::Result<Option<Path>> {
            let fork = input.fork();
            if !fork.parse::<Ident>().is_ok_and(|word| word == "migrations") {
                // The other parser reports the error.
                input.parse::<TokenStream>()?;
                return Ok(None);
            }
            input.parse::<Ident>()?;
            input.parse::<syn::Token![=]>()?;
            let path = input.parse().map_err(|error: syn::Error| {
                syn::Error::new(error.span(), "name a static: `migrations = crate::MIGRATIONS`")
            })?;
            if input.is_empty() {
                return Ok(Some(path));
            }
            Err(input.error("beside `migrations = ..` nothing else can be said"))
        };
        let path = named
            .parse(args.clone())
            .map_err(|error| Refusal { span: error.span(), message: error.to_string() })?;
        match path {
            Some(path) => Ok(Self::Static(path)),
            None => {
                let args = Args::parse(Macro::Migrations, args)?;
                let sound = check(&settings::root()?, &args)?;
                Ok(Self::Embedded(embed::expand(&sound, &args).into()))
            }
        }
    }
}

/// The test.
pub(crate) fn expand(signature: &Signature, source: &Source) -> proc_macro::TokenStream {
    let Signature { attributes, visibility, name, parameter, pool, returned, body } = signature;
    let (embedded, migrations) = match source {
        Source::Static(path) => (quote!(), quote_spanned! {path.span()=> &#path }),
        Source::Embedded(code) => (
            quote! { static MIGRATIONS: ::migrate_db::__private::Migrations = #code; },
            quote! { &MIGRATIONS },
        ),
    };
    let should_panic = signature.should_panic();
    let text = name.to_string();
    // At the type, so that a wrong type is reported there.
    let call = quote_spanned! {pool.span()=>
        ::migrate_db::__private::test::<#pool, _, _>
    };
    quote! {
        #[::core::prelude::v1::test]
        #(#attributes)*
        #visibility fn #name() #returned {
            async fn #name(#parameter) #returned #body
            #embedded
            let test = ::migrate_db::__private::Test {
                name: ::core::concat!(::core::module_path!(), "::", #text),
                should_panic: #should_panic,
            };
            #call(#migrations, test, #name)
        }
    }
    .into()
}
