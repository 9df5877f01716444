//! Parses file names: versions, words, directions. Independent of any tool.

use std::cmp::Ordering;

/// Stands for the version of a migration that has none.
pub(super) const REPEATABLE: &str = "R";

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The words of a name: `_`, `-` and `.` are spaces.
pub(super) fn words(name: &str) -> String {
    let parts = name.split(|c: char| matches!(c, '_' | '-' | '.') || c.is_whitespace());
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The digits at the start of a text, and the rest.
pub(super) fn leading_digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// A number without the zeros in front.
pub(super) fn unpadded(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" if !digits.is_empty() => "0",
        rest => rest,
    }
}

/// Compares `1.10` and `1.9` number by number; of any length, and a missing number is zero.
pub(super) fn compare_numbers(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (left, right) = (a.next(), b.next());
        if left.is_none() && right.is_none() {
            return Ordering::Equal;
        }
        let [left, right] = [left, right].map(|n| unpadded(n.unwrap_or("0")));
        let order = left.len().cmp(&right.len()).then_with(|| left.cmp(right));
        if order.is_ne() {
            return order;
        }
    }
}

/// `1.2` for `01.2.0`: equal for what [`compare_numbers`] finds equal.
pub(super) fn canonical(version: &str) -> String {
    let mut numbers: Vec<&str> = version.split('.').map(unpadded).collect();
    while numbers.len() > 1 && numbers.last() == Some(&"0") {
        numbers.pop();
    }
    numbers.join(".")
}

/// The language of a file that is a migration when its name has a version.
pub(super) fn code_language(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.')?;
    Some(match extension {
        "rs" => "Rust",
        "go" => "Go",
        "java" => "Java",
        "kt" => "Kotlin",
        "py" => "Python",
        "js" | "mjs" | "cjs" => "JavaScript",
        "ts" => "TypeScript",
        "rb" => "Ruby",
        "sh" => "shell",
        _ => return None,
    })
}

/// `<int>_<name>`, with the liberties that real directories take: `V0001.Name`, `0001-name`, `0001`.
pub(super) fn numbered(stem: &str) -> Option<(&str, &str)> {
    let digits = stem.strip_prefix(['V', 'v']).unwrap_or(stem);
    let (version, rest) = leading_digits(digits)?;
    let separated = rest.is_empty() || rest.starts_with(['_', '-', '.', ' ']);
    separated.then_some((version, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers_of_any_length() {
        assert_eq!(compare_numbers("10", "9"), Ordering::Greater);
        assert_eq!(compare_numbers("0010", "10"), Ordering::Equal);
        assert_eq!(compare_numbers("1.2.0", "1.2"), Ordering::Equal);
        assert_eq!(canonical("01.2.0"), canonical("1.02"));
        assert_ne!(canonical("10"), canonical("1"));
        assert_eq!(compare_numbers("1.10", "1.9"), Ordering::Greater);
        assert_eq!(
            compare_numbers("202401010000001", "99999999999999"),
            Ordering::Greater,
            "15 digits are more than 14"
        );
        assert_eq!(compare_numbers(&"9".repeat(50), &"9".repeat(49)), Ordering::Greater);
    }

    #[test]
    fn a_version_is_digits_before_a_separator() {
        assert_eq!(numbered("0001_a_b"), Some(("0001", "_a_b")));
        assert_eq!(numbered("V0001.Initial"), Some(("0001", ".Initial")));
        assert_eq!(numbered("V084___x"), Some(("084", "___x")));
        assert_eq!(numbered("12"), Some(("12", "")));
        assert_eq!(numbered("12a_x"), None);
        assert_eq!(numbered("Views"), None);
    }

    #[test]
    fn words_are_what_a_person_reads() {
        assert_eq!(words("_add-email__to users"), "add email to users");
        assert_eq!(words("___"), "");
    }
}
