//! What differs from run to run, replaced by a word.

use std::path::Path;

/// Replaces the test's folder, moments of the present, and durations.
pub(crate) fn redact(text: &str, root: &Path) -> String {
    let text = text.replace(&*root.to_string_lossy(), "[ROOT]");
    let text = between(&text, "(", " ms)", is_number, "([TIME])");
    let text = text.replace("(<1 ms)", "([TIME])");
    let text = between(&text, "\"duration_ms\":", ",", is_number, "\"duration_ms\":[MS],");
    let text = between(&text, "\"duration_ms\":", "}", is_number, "\"duration_ms\":[MS]}");
    let text = replaced(&text, b"dddd-dd-ddTdd:dd:dd.dddZ", "[MOMENT]");
    let text = replaced(&text, b"-ddddddddTddddddZ.", "-[STAMP].");
    replaced(&text, b"/dddddddddddddd_", "/[STAMP]_")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Replaces `front`, what `fits`, `back`.
fn between(text: &str, front: &str, back: &str, fits: fn(&str) -> bool, word: &str) -> String {
    let mut redacted = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(front) {
        let after = &rest[at + front.len()..];
        let middle = after.find(back).map(|end| &after[..end]).filter(|middle| fits(middle));
        redacted.push_str(&rest[..at]);
        match middle {
            Some(middle) => {
                redacted.push_str(word);
                rest = &after[middle.len() + back.len()..];
            }
            None => {
                redacted.push_str(front);
                rest = after;
            }
        }
    }
    redacted + rest
}

/// Replaces what has a shape, in which `d` is any digit. (A moment with a fraction of a second is
/// the database's; those of files have none.)
fn replaced(text: &str, shape: &[u8], word: &str) -> String {
    let bytes = text.as_bytes();
    let fits = |at: usize| {
        bytes.get(at..at + shape.len()).is_some_and(|part| {
            part.iter().zip(shape).all(|(b, shape)| match shape {
                b'd' => b.is_ascii_digit(),
                shape => b == shape,
            })
        })
    };
    let mut redacted = String::new();
    let mut at = 0;
    for (n, c) in text.char_indices() {
        if n < at {
            continue;
        }
        if fits(n) {
            redacted.push_str(word);
            at = n + shape.len();
        } else {
            redacted.push(c);
        }
    }
    redacted
}
