//! The function below `#[migrate_db::test]`: an async function of one pool.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, ReturnType, Token, Type, Visibility, parenthesized};

use crate::fallback::Refusal;

/// A test function.
pub(crate) struct Signature {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    /// The parameter, with its name and type.
    pub(crate) parameter: TokenStream,
    /// The type of the pool.
    pub(crate) pool: Type,
    pub(crate) returned: ReturnType,
    pub(crate) body: TokenTree,
}

impl Signature {
    pub(crate) fn parse(item: proc_macro::TokenStream) -> Result<Self, Refusal> {
        syn::parse(item).map_err(|error| Refusal { span: error.span(), message: error.to_string() })
    }

    /// Whether the test expects a panic.
    pub(crate) fn should_panic(&self) -> bool {
        self.attributes.iter().any(|attribute| attribute.path().is_ident("should_panic"))
    }
}

impl Parse for Signature {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if input.peek(Token![fn]) {
            return Err(input.error("a test with a database is an `async fn`"));
        }
        let is_test = input.peek(Token![async]) && input.peek2(Token![fn]);
        if !is_test {
            return Err(input.error("write this above an `async fn` of a pool"));
        }
        input.parse::<Token![async]>()?;
        input.parse::<Token![fn]>()?;
        let name: Ident = input.parse()?;
        if input.peek(Token![<]) {
            return Err(input.error("a test has no generic parameters: name the pool's type"));
        }
        let parameters;
        let parentheses = parenthesized!(parameters in input);
        if parameters.is_empty() {
            return Err(syn::Error::new(
                parentheses.span.join(),
                "write the pool that the test gets: `pool: SqlitePool`, `PgPool` or `MySqlPool`",
            ));
        }
        let (parameter, pool) = parameter(&parameters)?;
        if !parameters.is_empty() {
            return Err(parameters.error("a test gets one pool and nothing else"));
        }
        let returned = input.parse()?;
        let body: TokenTree = input.parse()?;
        Ok(Self { attributes, visibility, name, parameter, pool, returned, body })
    }
}

/// `pool: PgPool`, with `mut` or `_`, and an optional trailing comma.
fn parameter(input: ParseStream<'_>) -> syn::Result<(TokenStream, Type)> {
    let usage = "write the pool as `name: Type`";
    let mutable: Option<Token![mut]> = input.parse()?;
    let name: TokenTree = input.parse()?;
    if !matches!(name, TokenTree::Ident(_)) {
        return Err(syn::Error::new(name.span(), usage));
    }
    if !input.peek(Token![:]) {
        return Err(input.error(usage));
    }
    let colon: Token![:] = input.parse()?;
    let pool: Type = input.parse()?;
    input.parse::<Option<Token![,]>>()?;
    Ok((quote::quote! { #mutable #name #colon #pool }, pool))
}
