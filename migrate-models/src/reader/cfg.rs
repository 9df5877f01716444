//! `cfg` and `cfg_attr`, as far as they can be decided without a build: `test` is off, everything else
//! may be on.

use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// What is known of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    True,
    False,
    Maybe,
}

fn evaluate(condition: &Meta) -> Known {
    let list = |meta: &Meta| match meta {
        Meta::List(list) => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .map(|all| all.iter().map(evaluate).collect::<Vec<_>>())
            .unwrap_or_default(),
        _ => Vec::new(),
    };
    let path = condition.path();
    if path.is_ident("test") || path.is_ident("doctest") {
        return Known::False;
    }
    let parts = list(condition);
    let any = |known: Known| parts.contains(&known);
    if path.is_ident("all") {
        return match () {
            () if any(Known::False) => Known::False,
            () if any(Known::Maybe) => Known::Maybe,
            () => Known::True,
        };
    }
    if path.is_ident("any") {
        return match () {
            () if any(Known::True) => Known::True,
            () if any(Known::Maybe) => Known::Maybe,
            () => Known::False,
        };
    }
    match (path.is_ident("not"), parts.first()) {
        (true, Some(Known::True)) => Known::False,
        (true, Some(Known::False)) => Known::True,
        _ => Known::Maybe,
    }
}

/// Returns `false` if an item is certainly left out of a build that is no test.
pub(super) fn may_be_on(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).all(|attribute| {
        let condition = attribute.parse_args::<Meta>();
        condition.map_or(true, |condition| evaluate(&condition) != Known::False)
    })
}

/// Replaces `cfg_attr(condition, attribute)` by the attribute, where the condition may be on.
pub(super) fn expand(attributes: &mut Vec<Attribute>) {
    let mut expanded = Vec::with_capacity(attributes.len());
    for attribute in attributes.drain(..) {
        let Meta::List(list) = &attribute.meta else {
            expanded.push(attribute);
            continue;
        };
        if !attribute.path().is_ident("cfg_attr") {
            expanded.push(attribute);
            continue;
        }
        let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        let mut parts = parts.map(|parts| parts.into_iter()).ok().into_iter().flatten();
        let is_on = parts.next().is_some_and(|condition| evaluate(&condition) != Known::False);
        if is_on {
            let (pound, bracket) = (attribute.pound_token.spans, attribute.bracket_token.span);
            expanded.extend(parts.map(|meta| Attribute {
                pound_token: syn::token::Pound { spans: pound },
                style: syn::AttrStyle::Outer,
                bracket_token: syn::token::Bracket { span: bracket },
                meta,
            }));
        }
    }
    *attributes = expanded;
}
