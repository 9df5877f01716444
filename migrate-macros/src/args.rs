//! What stands in the macro's parentheses.

use std::fmt;

use migrate_core::dialect::Dialect;
use migrate_core::history::Heads;
use migrate_core::suggest::nearest;
use proc_macro2::Span;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Token, parenthesized};

use crate::fallback::Refusal;

/// The arguments of `migrations!`; what is not given is decided elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Args {
    /// The folder, relative to `Cargo.toml`.
    pub(crate) dir: Option<String>,
    pub(crate) heads: Option<Heads>,
    pub(crate) dialects: Vec<Dialect>,
}

const KEYS: [&str; 2] = ["heads", "dialects"];

impl Args {
    pub(crate) fn parse(input: proc_macro::TokenStream) -> Result<Self, Refusal> {
        let parsed = read.parse(input);
        parsed.map_err(|error| Refusal { span: error.span(), message: error.to_string() })
    }
}

fn read(input: ParseStream<'_>) -> syn::Result<Args> {
    let mut args = Args::default();
    let mut given: Vec<Ident> = Vec::new();
    let mut first = true;
    while !input.is_empty() {
        if first && input.peek(LitStr) {
            args.dir = Some(dir(&input.parse()?)?);
        } else {
            let key = key(input)?;
            if given.contains(&key) {
                return Err(syn::Error::new(key.span(), format!("`{key}` is given twice")));
            }
            value(input, &key, &mut args)?;
            given.push(key);
        }
        first = false;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(args)
}

fn dir(literal: &LitStr) -> syn::Result<String> {
    match literal.value() {
        empty if empty.trim().is_empty() => {
            Err(syn::Error::new(literal.span(), "name a folder, relative to Cargo.toml"))
        }
        dir => Ok(dir),
    }
}

fn key(input: ParseStream<'_>) -> syn::Result<Ident> {
    let usage = "write `migrations!()`, or a folder, then options: `migrations!(\"migrations\", heads = many, dialects(sqlite))`";
    let key: Ident = input.parse().map_err(|e| syn::Error::new(e.span(), usage))?;
    if KEYS.iter().any(|known| key == known) {
        return Ok(key);
    }
    Err(unknown(key.span(), "option", &key, &KEYS))
}

fn value(input: ParseStream<'_>, key: &Ident, args: &mut Args) -> syn::Result<()> {
    if key == "heads" {
        input.parse::<Token![=]>()?;
        let word: Ident = input.parse().map_err(|error| {
            syn::Error::new(error.span(), "write `heads = one` or `heads = many`")
        })?;
        args.heads = Some(match word.to_string().as_str() {
            "one" => Heads::One,
            "many" => Heads::Many,
            _ => return Err(unknown(word.span(), "number of heads", &word, &["one", "many"])),
        });
        return Ok(());
    }
    let names;
    let parentheses = parenthesized!(names in input);
    let names = Punctuated::<Ident, Token![,]>::parse_terminated(&names)?;
    for name in &names {
        let known = Dialect::ALL.map(Dialect::name);
        let dialect = Dialect::from_name(&name.to_string())
            .ok_or_else(|| unknown(name.span(), "database", name, &known))?;
        if !args.dialects.contains(&dialect) {
            args.dialects.push(dialect);
        }
    }
    args.dialects.sort_unstable();
    if args.dialects.is_empty() {
        return Err(syn::Error::new(
            parentheses.span.join(),
            "name a database: `dialects(sqlite)`",
        ));
    }
    Ok(())
}

fn unknown(span: Span, what: &str, word: &impl fmt::Display, known: &[&str]) -> syn::Error {
    let word = word.to_string();
    let help = nearest(&word, known.iter().copied())
        .map_or_else(|| known.join(", "), |near| format!("did you mean `{near}`?"));
    syn::Error::new(span, format!("`{word}` is no {what} that is known: {help}"))
}
