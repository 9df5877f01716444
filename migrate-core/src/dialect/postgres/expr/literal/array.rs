//! The value of an array: `{1,2}`, `{{a,"b c"},{NULL,d}}`.

use super::super::catalog::Type;

/// How deeply arrays are read; the server has six dimensions.
const DEPTH: usize = 6;

/// The value of a text that is read as an array.
pub(super) fn value(element: &Type, text: &str) -> Option<String> {
    // A box is the one type whose elements have another separator.
    if element.is("box") {
        return None;
    }
    let mut reader = Reader { rest: text.trim(), element };
    let value = reader.array(0)?;
    reader.rest.trim().is_empty().then_some(value)
}

struct Reader<'t> {
    rest: &'t str,
    element: &'t Type,
}

impl Reader<'_> {
    fn array(&mut self, depth: usize) -> Option<String> {
        if depth >= DEPTH {
            return None;
        }
        self.rest = self.rest.strip_prefix('{')?.trim_start();
        let mut items = Vec::new();
        if let Some(rest) = self.rest.strip_prefix('}') {
            self.rest = rest;
            return Some("{}".to_owned());
        }
        loop {
            self.rest = self.rest.trim_start();
            items.push(if self.rest.starts_with('{') {
                self.array(depth + 1)?
            } else {
                self.item()?
            });
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix('}') {
                self.rest = rest;
                return Some(format!("{{{}}}", items.join(",")));
            }
            self.rest = self.rest.strip_prefix(',')?;
        }
    }

    fn item(&mut self) -> Option<String> {
        if let Some(rest) = self.rest.strip_prefix('"') {
            let mut text = String::new();
            let mut chars = rest.chars();
            loop {
                match chars.next()? {
                    '"' => break,
                    '\\' => text.push(chars.next()?),
                    c => text.push(c),
                }
            }
            self.rest = chars.as_str();
            return Some(format!("{:?}", super::value(self.element, &text)?));
        }
        let end = self.rest.find([',', '}'])?;
        let (text, rest) = self.rest.split_at(end);
        let text = text.trim_end();
        if text.is_empty() || text.contains(['{', '"', '\\']) {
            return None;
        }
        self.rest = rest;
        if text.eq_ignore_ascii_case("null") {
            return Some("null".to_owned());
        }
        Some(format!("{:?}", super::value(self.element, text)?))
    }
}
