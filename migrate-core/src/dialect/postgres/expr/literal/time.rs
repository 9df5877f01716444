//! Dates, times and intervals. Only forms that no setting changes are read: the year first, and an
//! offset in numbers for a zone.

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// `2020-01-01`.
pub(super) fn date(text: &str) -> Option<String> {
    let [year, month, day] = ymd(text)?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// Microseconds of a day.
pub(super) fn time(text: &str) -> Option<String> {
    clock(text).map(|micros| micros.to_string())
}

/// Microseconds since 1970, in no zone.
pub(super) fn timestamp(text: &str) -> Option<String> {
    match text.to_ascii_lowercase().as_str() {
        infinite @ ("infinity" | "-infinity") => Some(infinite.to_owned()),
        _ => moment(text).map(|micros| micros.to_string()),
    }
}

/// Microseconds since 1970 in UTC. Without an offset it depends on the session.
pub(super) fn timestamptz(text: &str) -> Option<String> {
    if matches!(text, "infinity" | "-infinity") {
        return Some(text.to_owned());
    }
    let (local, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(local) => (local, 0),
        None => {
            // The date has hyphens too.
            let at = 10 + text.get(10..)?.rfind(['+', '-'])?;
            (&text[..at], zone(&text[at..])?)
        }
    };
    Some((moment(local.trim_end())? - offset).to_string())
}

fn zone(text: &str) -> Option<i64> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = &text[1..];
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (number(hours, 2)?, number(minutes, 2)?),
        None if digits.len() == 4 => (number(&digits[..2], 2)?, number(&digits[2..], 2)?),
        None => (number(digits, 2)?, 0),
    };
    (hours < 16 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60 * SECOND)
}

fn moment(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (date, clock(time.trim_start())?),
        None => (text, 0),
    };
    let [year, month, day] = ymd(date)?;
    Some(days(year, month, day) * DAY + time)
}

fn ymd(text: &str) -> Option<[i64; 3]> {
    let mut parts = text.split('-');
    let year = parts.next().filter(|year| year.len() == 4)?;
    let (month, day) = (parts.next()?, parts.next()?);
    let of = [number(year, 4)?, number(month, 2)?, number(day, 2)?];
    let [year, month, day] = of;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    (parts.next().is_none() && year > 0 && (1..=last).contains(&day)).then_some(of)
}

/// The days of a date since 1970 (the civil calendar, proleptic).
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// `9:00`, `09:00:00.5`.
fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hours, minutes) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let seconds = parts.next().map_or(Some(0), fraction)?;
    let micros = (hours * 60 + minutes) * 60 * SECOND + seconds;
    let fits = parts.next().is_none() && minutes < 60 && seconds < 60 * SECOND && micros < DAY;
    fits.then_some(micros)
}

/// Seconds with up to six digits behind the point, in microseconds.
fn fraction(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 6 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros = format!("{part:0<6}").parse::<i64>().ok()?;
    number(whole, 9)?.checked_mul(SECOND)?.checked_add(micros)
}

/// A number of at most so many digits and at least one.
fn number(text: &str, most: usize) -> Option<i64> {
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// Months, days and microseconds of an interval, which the server keeps apart.
pub(super) fn interval(text: &str) -> Option<String> {
    let text = text.strip_prefix('@').unwrap_or(text).to_ascii_lowercase();
    let (text, ago) = match text.strip_suffix(" ago") {
        Some(text) => (text, -1),
        None => (text.as_str(), 1),
    };
    let (mut months, mut days, mut micros) = (0_i128, 0_i128, 0_i128);
    let mut words = words(text).into_iter();
    let mut found = false;
    while let Some(word) = words.next() {
        found = true;
        let (sign, digits) = match word.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, word.strip_prefix('+').unwrap_or(word)),
        };
        if digits.contains(':') {
            micros += i128::from(sign * long_clock(digits)?);
            continue;
        }
        let unit = words.next().map_or("seconds", |unit| unit);
        let whole = || number(digits, 9).map(|number| i128::from(number * sign));
        let long = |seconds: i128| Some(i128::from(fraction(digits)? * sign) * seconds);
        match unit {
            "c" | "cent" | "century" | "centuries" => months += whole()? * 1200,
            "decade" | "decades" | "decs" => months += whole()? * 120,
            "y" | "yr" | "yrs" | "year" | "years" => months += whole()? * 12,
            "mon" | "mons" | "month" | "months" => months += whole()?,
            "w" | "week" | "weeks" => days += whole()? * 7,
            "d" | "day" | "days" => match digits.split_once('.') {
                None => days += whole()?,
                Some((whole, part)) => {
                    days += i128::from(number(whole, 9)? * sign);
                    let part = fraction(&format!("0.{part}"))?;
                    micros += i128::from(part * sign) * 86_400;
                }
            },
            "h" | "hr" | "hrs" | "hour" | "hours" => micros += long(3600)?,
            "m" | "min" | "mins" | "minute" | "minutes" => micros += long(60)?,
            "s" | "sec" | "secs" | "second" | "seconds" => micros += long(1)?,
            "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => {
                micros += whole()? * 1000;
            }
            _ => return None,
        }
    }
    let of = [months * ago, days * ago, micros * ago];
    found.then(|| format!("{} months {} days {} us", of[0], of[1], of[2]))
}

/// Words, and numbers apart from the units that are written without a space.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in text.split_ascii_whitespace() {
        match word.find(|c: char| c.is_ascii_alphabetic()) {
            Some(at) if at > 0 => words.extend([&word[..at], &word[at..]]),
            _ => words.push(word),
        }
    }
    words
}

/// Hours without a limit.
fn long_clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hours, minutes) = (number(parts.next()?, 6)?, number(parts.next()?, 2)?);
    let seconds = parts.next().map_or(Some(0), fraction)?;
    let fits = parts.next().is_none() && minutes < 60 && seconds < 60 * SECOND;
    fits.then_some((hours * 60 + minutes) * 60 * SECOND + seconds)
}
