//! Numbers.

/// A whole number without its leading zeros.
pub(super) fn integer(text: &str) -> Option<String> {
    let (sign, digits) = sign(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(signed(sign, digits.trim_start_matches('0'), ""))
}

/// A decimal number as the server writes it: without an exponent, and with the digits behind the
/// point that were written.
pub(in super::super) fn numeric(text: &str) -> Option<String> {
    let (sign, rest) = sign(text);
    let (digits, exponent) = match rest.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    if exponent.abs() > 1000 || digits.len() > 2000 {
        return None;
    }
    let all = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len()).ok()? + i64::from(exponent);
    let length = i64::try_from(all.len()).ok()?;
    let (whole, fraction) = if point <= 0 {
        (String::new(), format!("{}{all}", "0".repeat(usize::try_from(-point).ok()?)))
    } else if point >= length {
        let zeros = usize::try_from(point - length).ok()?;
        (format!("{all}{}", "0".repeat(zeros)), String::new())
    } else {
        let (whole, fraction) = all.split_at(usize::try_from(point).ok()?);
        (whole.to_owned(), fraction.to_owned())
    };
    Some(signed(sign, whole.trim_start_matches('0'), &fraction))
}

/// A number of a fixed size, by the value that it has there.
pub(super) fn float(text: &str, single: bool) -> Option<String> {
    let plain =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    if !text.bytes().all(plain) {
        return None;
    }
    if single {
        let value: f32 = text.parse().ok()?;
        value.is_finite().then(|| format!("{value:e}"))
    } else {
        let value: f64 = text.parse().ok()?;
        value.is_finite().then(|| format!("{value:e}"))
    }
}

fn sign(text: &str) -> (&str, &str) {
    match text.as_bytes().first() {
        Some(b'-') => ("-", &text[1..]),
        Some(b'+') => ("", &text[1..]),
        _ => ("", text),
    }
}

fn signed(sign: &str, whole: &str, fraction: &str) -> String {
    let zero = whole.is_empty() && fraction.bytes().all(|byte| byte == b'0');
    let sign = if zero { "" } else { sign };
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
