//! Values as JSON inside of a page. No text can end the element that holds it.

use std::fmt::Write as _;

/// Appends a string.
pub(super) fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            // `<` opens an element or a comment; the separators end a line in scripts.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Appends a list, of which `item` writes each part.
pub(super) fn list<T>(
    items: impl IntoIterator<Item = T>,
    out: &mut String,
    mut item: impl FnMut(T, &mut String),
) {
    out.push('[');
    for (n, one) in items.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        item(one, out);
    }
    out.push(']');
}

/// Appends a list of strings.
pub(super) fn strings<S: AsRef<str>>(items: impl IntoIterator<Item = S>, out: &mut String) {
    list(items, out, |item, out| string(item.as_ref(), out));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_element() {
        let mut out = String::new();
        strings(["</script><!--&\"\\\n\u{2028}\u{7}", "é"], &mut out);
        assert_eq!(
            out,
            "[\"\\u003c/script\\u003e\\u003c!--\\u0026\\\"\\\\\\n\\u2028\\u0007\",\"é\"]"
        );
    }
}
