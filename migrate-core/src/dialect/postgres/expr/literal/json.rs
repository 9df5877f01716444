//! The value of a `jsonb`: keys sorted and unique, numbers in one form, strings without escapes.

use std::collections::BTreeMap;

/// How deeply values are read.
const DEPTH: usize = 60;

/// The value of a text, in a form of its own; `None` for what is no JSON.
pub(super) fn value(text: &str) -> Option<String> {
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.space();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn eat(&mut self, text: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Option<String> {
        if depth > DEPTH {
            return None;
        }
        self.space();
        if let Some(word) = ["true", "false", "null"].into_iter().find(|word| self.eat(word)) {
            return Some(word.to_owned());
        }
        match self.rest.chars().next()? {
            '"' => self.string(),
            '[' => self.array(depth),
            '{' => self.object(depth),
            _ => self.number(),
        }
    }

    fn array(&mut self, depth: usize) -> Option<String> {
        self.eat("[");
        let mut items = Vec::new();
        if !self.eat("]") {
            loop {
                items.push(self.value(depth + 1)?);
                if self.eat("]") {
                    break;
                }
                self.eat(",").then_some(())?;
            }
        }
        Some(format!("[{}]", items.join(",")))
    }

    fn object(&mut self, depth: usize) -> Option<String> {
        self.eat("{");
        let mut items = BTreeMap::new();
        if !self.eat("}") {
            loop {
                self.space();
                let key = self.string()?;
                self.eat(":").then_some(())?;
                // The last of several values of one key stays.
                items.insert(key, self.value(depth + 1)?);
                if self.eat("}") {
                    break;
                }
                self.eat(",").then_some(())?;
            }
        }
        let items: Vec<_> = items.iter().map(|(key, value)| format!("{key}:{value}")).collect();
        Some(format!("{{{}}}", items.join(",")))
    }

    fn number(&mut self) -> Option<String> {
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        // JSON has no sign before a positive number, and a digit on both sides of the point.
        let digits = number.strip_prefix('-').unwrap_or(number);
        let begins = digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.ends_with('.');
        let zeros = digits.len() > 1
            && digits.starts_with('0')
            && digits[1..].starts_with(|c: char| c.is_ascii_digit());
        if !begins || zeros || digits.contains(".e") || digits.contains(".E") {
            return None;
        }
        self.rest = rest;
        super::numeric(number)
    }

    /// A string in quotes, escaped in one way.
    fn string(&mut self) -> Option<String> {
        let mut value = String::new();
        let mut chars = self.rest.strip_prefix('"')?.chars();
        loop {
            match chars.next()? {
                '"' => break,
                '\\' => match chars.next()? {
                    'n' => value.push('\n'),
                    't' => value.push('\t'),
                    'r' => value.push('\r'),
                    'b' => value.push('\x08'),
                    'f' => value.push('\x0c'),
                    same @ ('"' | '\\' | '/') => value.push(same),
                    'u' => {
                        let digits: String = chars.by_ref().take(4).collect();
                        // A half of a pair has no character of its own, and zero is refused.
                        let code =
                            u32::from_str_radix(&digits, 16).ok().filter(|code| *code > 0)?;
                        value.push(char::from_u32(code)?);
                    }
                    _ => return None,
                },
                c if c < ' ' => return None,
                c => value.push(c),
            }
        }
        self.rest = chars.as_str();
        Some(format!("{value:?}"))
    }
}
