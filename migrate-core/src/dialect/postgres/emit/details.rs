//! The words that a catalog's reader keeps for what has no field of its own.

/// One detail: its keyword, and its value or what stands in parentheses behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Detail<'t> {
    pub(super) word: &'t str,
    pub(super) value: &'t str,
}

/// The keywords that details begin with, and whether a value follows them.
const WORDS: [(&str, bool); 26] = [
    ("STORAGE", true),
    ("COMPRESSION", true),
    ("STATISTICS", true),
    ("NOT NULL NOT VALID NO INHERIT", false),
    ("NOT NULL NOT VALID", false),
    ("NOT NULL NO INHERIT", false),
    ("NOT ENFORCED", false),
    ("NOT VALID", false),
    ("NOT POPULATED", false),
    ("NO INHERIT", false),
    ("INHERITED", false),
    ("WITHOUT OVERLAPS", false),
    ("PERIOD", false),
    ("ON DELETE", true),
    ("WITH", true),
    ("OPTIONS", true),
    ("TABLESPACE", true),
    ("USING", true),
    ("INVALID", false),
    ("CLUSTER", false),
    ("REPLICA IDENTITY", false),
    ("PARTITION OF", true),
    ("DISABLE TRIGGER ON", true),
    ("ENABLE REPLICA TRIGGER ON", true),
    ("ENABLE ALWAYS TRIGGER ON", true),
    ("(", false),
];

/// The details of a text, in their order. A word that is none begins a detail of its own up to the end.
pub(super) fn details(text: &str) -> Vec<Detail<'_>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if rest.starts_with('(') {
            let (value, behind) = value(rest);
            found.push(Detail { word: "(", value });
            rest = behind;
            continue;
        }
        let known = WORDS.iter().find(|(word, _)| {
            rest.strip_prefix(word)
                .is_some_and(|behind| behind.is_empty() || behind.starts_with([' ', '(']))
        });
        let Some((word, has_value)) = known else {
            found.push(Detail { word: "", value: rest });
            break;
        };
        rest = rest[word.len()..].trim_start();
        let mut detail = Detail { word, value: "" };
        if *has_value {
            (detail.value, rest) = value(rest);
        }
        found.push(detail);
    }
    found
}

/// The first word or parenthesised group of a text, and what follows.
fn value(text: &str) -> (&str, &str) {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (&text[..=at], text[at + 1..].trim_start());
                }
            }
            (None, ' ') if depth == 0 => return (&text[..at], text[at..].trim_start()),
            _ => {}
        }
    }
    (text, "")
}

/// The value of a detail with this word.
pub(super) fn find<'t>(all: &[Detail<'t>], word: &str) -> Option<&'t str> {
    all.iter().find(|detail| detail.word == word).map(|detail| detail.value)
}

/// `(a=1, b=x y)` with the values as literals, as `WITH` and `SET` take them.
pub(super) fn settings(list: &str) -> String {
    pairs(list, "=")
}

/// The same as `OPTIONS` takes them: `(a '1', b 'x')`.
pub(super) fn options(list: &str) -> String {
    pairs(list, " ")
}

fn pairs(list: &str, between: &str) -> String {
    let inside = list.trim().trim_start_matches('(').trim_end_matches(')');
    let pairs =
        inside.split(", ").filter(|pair| !pair.is_empty()).map(|pair| match pair.split_once('=') {
            Some((option, value)) => format!("{option}{between}{}", super::names::string(value)),
            None => pair.to_owned(),
        });
    format!("({})", pairs.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_told_apart() {
        let all = details("STORAGE main WITH (n_distinct=5) NOT NULL NOT VALID odd ones");
        let pairs: Vec<_> = all.iter().map(|detail| (detail.word, detail.value)).collect();
        assert_eq!(
            pairs,
            [
                ("STORAGE", "main"),
                ("WITH", "(n_distinct=5)"),
                ("NOT NULL NOT VALID", ""),
                ("", "odd ones"),
            ]
        );
        assert_eq!(settings("(fillfactor=70, x=it's)"), "(fillfactor='70', x='it''s')");
    }
}
