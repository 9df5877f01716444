//! The items between the parentheses of an attribute: `key`, `key = value`, `key(items)` and texts.
//!
//! An item that is not understood does not hide the others.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::{Attribute, LitStr, Meta};

use super::Found;
use crate::mistake::{Mistake, Spanned};

/// One item.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    /// `key`, `key = value` or `key(items)`.
    Keyed { key: String, span: Span, value: Value },
    /// A text.
    Text(Spanned<String>),
}

/// What follows a key.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Nothing,
    Text(Spanned<String>),
    Word(String, Span),
    List(Vec<Item>),
}

impl Item {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Keyed { span, .. } => *span,
            Self::Text(text) => text.span,
        }
    }
}

/// The items of all attributes of a name: `#[column(..)]`.
pub(crate) fn of_attributes(attributes: &[Attribute], name: &str, found: &mut Found) -> Vec<Item> {
    let mut all = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        match &attribute.meta {
            Meta::List(list) => all.extend(items(list.tokens.clone(), found)),
            Meta::Path(_) => {}
            Meta::NameValue(_) => {
                let wrong = format!("`{name}` has its settings in parentheses");
                found.push(
                    Mistake::new(span_of(attribute), wrong)
                        .help(format!("write `#[{name}(name = \"..\")]`")),
                );
            }
        }
    }
    all
}

/// Refuses the attributes of a name where they would be ignored.
pub(crate) fn refuse_attributes(
    attributes: &[Attribute],
    name: &str,
    wrong: &str,
    help: &str,
    found: &mut Found,
) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        found.push(Mistake::new(span_of(attribute), format!("`{name}` {wrong}")).help(help));
    }
}

fn span_of(attribute: &Attribute) -> Span {
    let first = attribute.path().segments.first();
    first.map_or_else(Span::call_site, |first| first.ident.span())
}

/// Splits tokens at commas and reads each item.
pub(crate) fn items(tokens: TokenStream, found: &mut Found) -> Vec<Item> {
    let mut all = Vec::new();
    let mut part: Vec<TokenTree> = Vec::new();
    let mut flush = |part: &mut Vec<TokenTree>| {
        if !part.is_empty() {
            let read = item(std::mem::take(part), found);
            all.extend(found.note(read));
        }
    };
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => flush(&mut part),
            _ => part.push(token),
        }
    }
    flush(&mut part);
    all
}

fn item(tokens: Vec<TokenTree>, found: &mut Found) -> Result<Item, Mistake> {
    let (first, rest) = (&tokens[0], &tokens[1..]);
    if let (Some(text), []) = (text(first), rest) {
        return Ok(Item::Text(text));
    }
    let TokenTree::Ident(key) = first else {
        return Err(Mistake::new(first.span(), "expected a name or a text in quotes"));
    };
    let (span, key) = (key.span(), plain(&key.to_string()));
    let value = match rest {
        [] => Value::Nothing,
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            Value::List(items(group.stream(), found))
        }
        [TokenTree::Punct(punct), value] if punct.as_char() == '=' => match value {
            TokenTree::Ident(word) => Value::Word(plain(&word.to_string()), word.span()),
            other => Value::Text(text(other).ok_or_else(|| {
                Mistake::new(other.span(), "expected a text in quotes")
                    .help(format!("write `{key} = \"..\"`"))
            })?),
        },
        [other, ..] => {
            let wrong = format!("`{key}` is followed by something else than a value");
            return Err(Mistake::new(other.span(), wrong)
                .help(format!("write `{key}`, `{key} = \"..\"` or `{key}(..)`, and a comma")));
        }
    };
    Ok(Item::Keyed { key, span, value })
}

fn text(token: &TokenTree) -> Option<Spanned<String>> {
    let read = |tokens| {
        let text: LitStr = syn::parse2(tokens).ok()?;
        Some(Spanned::new(text.value(), text.span()))
    };
    match token {
        TokenTree::Literal(_) => read(TokenStream::from(token.clone())),
        // An expansion may wrap a token in an invisible group.
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => read(group.stream()),
        _ => None,
    }
}

/// A name without `r#`.
pub(crate) fn plain(name: &str) -> String {
    name.strip_prefix("r#").unwrap_or(name).to_owned()
}
