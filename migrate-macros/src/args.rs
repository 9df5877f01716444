//! Parses the arguments of a macro.

use std::fmt;

use migrate_core::dialect::Dialect;
use migrate_core::history::Heads;
use migrate_core::suggest::nearest;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Ident, LitStr, Path, Token, bracketed, parenthesized};

use crate::fallback::Refusal;

/// The macro that was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Macro {
    #[default]
    Migrations,
    RoundTripTests,
}

/// The arguments; omitted ones get their defaults in other modules.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) called: Macro,
    /// The directory, relative to `Cargo.toml`.
    pub(crate) dir: Option<String>,
    pub(crate) heads: Option<Heads>,
    pub(crate) dialects: Vec<Dialect>,
    /// The module of the tests; only of [`Macro::RoundTripTests`].
    pub(crate) module: Option<Ident>,
    /// The databases to test on, if given; only of [`Macro::RoundTripTests`].
    pub(crate) databases: Vec<(Dialect, Span)>,
    /// The function that registers functions on test databases; only of [`Macro::RoundTripTests`].
    pub(crate) functions: Option<TokenStream>,
    /// The Rust functions that revisions call.
    pub(crate) steps: Vec<Path>,
}

const KEYS: [&str; 3] = ["heads", "dialects", "steps"];

/// The arguments of the tests other than databases.
const TEST_KEYS: [&str; 4] = ["heads", "dialects", "functions", "steps"];

impl Macro {
    /// The macro as written in code.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Migrations => "migrations!",
            Self::RoundTripTests => "round_trip_tests!",
        }
    }

    fn usage(self) -> &'static str {
        match self {
            Self::Migrations => {
                "write `migrations!()`, or a folder, then options: `migrations!(\"migrations\", heads = many, dialects(sqlite))`"
            }
            Self::RoundTripTests => {
                "write `round_trip_tests!()`, or a module, a folder, databases, options, each if wanted: `round_trip_tests!(mod billing, \"billing/migrations\", sqlite, heads = many)`"
            }
        }
    }
}

impl Args {
    pub(crate) fn parse(called: Macro, input: proc_macro::TokenStream) -> Result<Self, Refusal> {
        let parsed = (|input: ParseStream<'_>| read(called, input)).parse(input);
        parsed.map_err(|error| Refusal { span: error.span(), message: error.to_string() })
    }
}

fn read(called: Macro, input: ParseStream<'_>) -> syn::Result<Args> {
    let mut args = Args { called, ..Args::default() };
    let mut given: Vec<Ident> = Vec::new();
    if called == Macro::RoundTripTests && input.peek(Token![mod]) {
        input.parse::<Token![mod]>()?;
        args.module = Some(module(input)?);
        comma(input)?;
    }
    let mut first = true;
    while !input.is_empty() {
        if first && input.peek(LitStr) {
            args.dir = Some(dir(&input.parse()?)?);
        } else {
            let key: Ident =
                input.parse().map_err(|e| syn::Error::new(e.span(), called.usage()))?;
            if given.contains(&key) {
                return Err(syn::Error::new(key.span(), format!("`{key}` is given twice")));
            }
            match database(called, &key) {
                Some(dialect) if args.databases.iter().any(|(known, _)| *known == dialect) => {
                    let twice = format!("`{}` is given twice", dialect.name());
                    return Err(syn::Error::new(key.span(), twice));
                }
                Some(dialect) => args.databases.push((dialect, key.span())),
                None => option(input, &key, &mut args)?,
            }
            given.push(key);
        }
        first = false;
        comma(input)?;
    }
    Ok(args)
}

fn comma(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() { Ok(()) } else { input.parse::<Token![,]>().map(drop) }
}

fn module(input: ParseStream<'_>) -> syn::Result<Ident> {
    let usage = "name the module of the tests: `mod billing`";
    let name = input.call(Ident::parse_any).map_err(|e| syn::Error::new(e.span(), usage))?;
    // Any identifier that is not a keyword.
    let named = syn::parse_str::<Ident>(&name.to_string());
    named.map(|_| name.clone()).map_err(|_| syn::Error::new(name.span(), usage))
}

fn dir(literal: &LitStr) -> syn::Result<String> {
    match literal.value() {
        empty if empty.trim().is_empty() => {
            Err(syn::Error::new(literal.span(), "name a folder, relative to Cargo.toml"))
        }
        dir => Ok(dir),
    }
}

/// Parses the name of a database.
fn database(called: Macro, word: &Ident) -> Option<Dialect> {
    if called == Macro::RoundTripTests { Dialect::from_name(&word.to_string()) } else { None }
}

fn option(input: ParseStream<'_>, key: &Ident, args: &mut Args) -> syn::Result<()> {
    if key == "heads" {
        return heads(input, args);
    }
    if key == "dialects" {
        return dialects(input, args);
    }
    if key == "steps" {
        return steps(input, args);
    }
    if key == "functions" && args.called == Macro::RoundTripTests {
        return functions(input, args);
    }
    Err(match args.called {
        Macro::Migrations => unknown(key.span(), "option", key, &KEYS),
        Macro::RoundTripTests => {
            let known: Vec<&str> =
                Dialect::ALL.iter().map(|dialect| dialect.name()).chain(TEST_KEYS).collect();
            unknown(key.span(), "database or option", key, &known)
        }
    })
}

fn heads(input: ParseStream<'_>, args: &mut Args) -> syn::Result<()> {
    input.parse::<Token![=]>()?;
    let word: Ident = input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), "write `heads = one` or `heads = many`"))?;
    args.heads = Some(match word.to_string().as_str() {
        "one" => Heads::One,
        "many" => Heads::Many,
        _ => return Err(unknown(word.span(), "number of heads", &word, &["one", "many"])),
    });
    Ok(())
}

fn functions(input: ParseStream<'_>, args: &mut Args) -> syn::Result<()> {
    let usage = "name an async function: `functions = crate::register_functions`";
    input.parse::<Token![=]>().map_err(|error| syn::Error::new(error.span(), usage))?;
    let path = input.call(Path::parse_mod_style);
    let path = path.map_err(|error| syn::Error::new(error.span(), usage))?;
    args.functions = Some(path.into_token_stream());
    Ok(())
}

fn steps(input: ParseStream<'_>, args: &mut Args) -> syn::Result<()> {
    let usage = "list functions: `steps = [crate::steps::backfill_names]`";
    let error = |error: syn::Error| syn::Error::new(error.span(), usage);
    input.parse::<Token![=]>().map_err(error)?;
    let list;
    bracketed!(list in input);
    let paths = list.parse_terminated(Path::parse_mod_style, Token![,]).map_err(error)?;
    for path in paths {
        if args.steps.iter().any(|known| step_name(known) == step_name(&path)) {
            let twice = format!("`{}` is listed twice", step_name(&path));
            return Err(syn::Error::new(path.span(), twice));
        }
        args.steps.push(path);
    }
    Ok(())
}

/// The name by which revisions call a function: the last part of its path.
pub(crate) fn step_name(path: &Path) -> String {
    path.segments.last().map(|part| part.ident.unraw().to_string()).unwrap_or_default()
}

fn dialects(input: ParseStream<'_>, args: &mut Args) -> syn::Result<()> {
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
