//! The edge values of each kind, and series of distinct values.

use std::fmt::Write as _;

use migrate_core::dialect::Dialect;

use super::value::Value;
use super::value_kind::ValueKind;

/// How long a text or a binary value without a limit becomes, and with a large one.
const LONG: usize = 300;
const LONGEST: usize = 4000;

impl ValueKind {
    /// The edges. The first is large, the last is plain.
    pub(super) fn edge_values(&self, dialect: Dialect) -> Vec<Value> {
        let mut edge_values = match self {
            Self::Int(min, max) => ints(*min, *max),
            Self::Decimal { digits, scale, unsigned } => decimals(*digits, *scale, *unsigned),
            Self::Float { single: true } => numbers(&["3.25e37", "-2.5", "0", "1e-30", "1.5"]),
            Self::Float { single: false } => numbers(&["1.25e300", "-0.1", "0", "1e-300", "1.5"]),
            Self::Bool => match dialect {
                Dialect::Postgres => vec![Value::text("true"), Value::text("false")],
                _ => vec![Value::Int(1), Value::Int(0)],
            },
            Self::Text(limit) => texts(*limit),
            Self::Formed(form) => form.values(None),
            Self::Bytes(limit) => {
                let long = limit.map_or(LONG, |limit| limit.min(LONGEST));
                [vec![0xff; long], vec![], b"\0\xff\\'".to_vec(), b"plain".to_vec()]
                    .into_iter()
                    .filter(|bytes| limit.is_none_or(|limit| bytes.len() <= limit))
                    .map(|bytes| Value::bytes(&bytes, dialect))
                    .collect()
            }
            Self::Bits { length, exactly } => {
                let mut all = vec!["1".repeat(*length), "0".repeat(*length)];
                if !exactly {
                    all.push(String::new());
                }
                all.push("10".repeat(*length).chars().take(*length).collect());
                all.iter().map(|bits| bits_value(bits, dialect)).collect()
            }
            Self::Json => [
                r#"{"long": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "n": [1, 2.5, null, true]}"#,
                "{}",
                r#"{"Zoë 日本": "O'Reilly \\ \"x\"", "of": {"of": {}}}"#,
                r#"{"plain": 1}"#,
            ]
            .map(Value::text)
            .into(),
            Self::Labels(labels) => {
                labels.last().into_iter().chain(labels).map(Value::text).collect()
            }
            Self::Set(labels) => {
                let all = Value::text(labels.join(","));
                let last = labels.last().map(Value::text);
                [Some(all), Some(Value::text("")), last].into_iter().flatten().collect()
            }
            Self::Array(element) => {
                let elements = element.edge_values(dialect);
                let (Some(large), Some(plain)) = (elements.first(), elements.last()) else {
                    return vec![Value::text("{}")];
                };
                let few: Vec<Value> = elements.iter().take(3).cloned().collect();
                vec![
                    array(&few),
                    array(&[]),
                    array(&[Value::Null, large.clone()]),
                    array(std::slice::from_ref(plain)),
                ]
            }
            Self::Composite(fields) => {
                vec![Value::text(format!("({})", ",".repeat(fields.saturating_sub(1))))]
            }
            Self::Words(words, _) => words.iter().map(|word| Value::text(*word)).collect(),
            Self::Expressions(all) => all.iter().map(|sql| Value::Sql((*sql).to_owned())).collect(),
            Self::Unknown => ["0", "{}", "", "empty", "()", "a"].map(Value::text).into(),
        };
        let mut seen = std::collections::BTreeSet::new();
        edge_values.retain(|sample| seen.insert(sample.key()));
        edge_values
    }

    /// The kind with less in it: the product of two numbers, and two texts put together, are still
    /// of this kind.
    pub(super) fn headroom(&self) -> Self {
        match *self {
            Self::Int(min, max) => {
                // Too large for the next narrower type all the same.
                let most = max.isqrt() * 3 / 4;
                Self::Int(min.max(-most), most)
            }
            Self::Decimal { digits, scale, unsigned } if digits > 0 => {
                let whole = digits.saturating_sub(scale.unsigned_abs());
                Self::Decimal { digits: digits - whole / 2, scale, unsigned }
            }
            Self::Float { .. } => Self::Decimal { digits: 9, scale: 3, unsigned: false },
            Self::Text(Some(limit)) => Self::Text(Some(limit.div_ceil(2))),
            Self::Array(ref element) => Self::Array(Box::new(element.headroom())),
            ref other => other.clone(),
        }
    }

    /// The kind with numbers that something may count up to.
    pub(super) fn few(&self) -> Self {
        match *self {
            Self::Int(min, max) => Self::Int(min.max(-4), max.min(60)),
            Self::Decimal { scale, unsigned, .. } if scale >= 0 => {
                Self::Decimal { digits: scale.unsigned_abs() + 2, scale, unsigned }
            }
            Self::Float { .. } => Self::Decimal { digits: 4, scale: 2, unsigned: false },
            // A type of SQLite's says little about its values.
            ref other => other.headroom(),
        }
    }

    /// More values, tried where a check has a say: what checks commonly ask for, and what the
    /// check itself names.
    pub(super) fn more(&self, named: &[String], dialect: Dialect) -> Vec<Value> {
        let fits = |text: &&String| match self {
            Self::Text(limit) => limit.is_none_or(|limit| text.chars().count() <= limit),
            _ => true,
        };
        let mut more: Vec<Value> = match self {
            Self::Int(min, max) => named
                .iter()
                .filter_map(|text| text.parse::<i128>().ok())
                .flat_map(|n| [n, n - 1, n + 1, -n])
                .filter(|n| (min..=max).contains(&n))
                .map(Value::Int)
                .collect(),
            Self::Decimal { .. } | Self::Float { .. } => {
                let number = |text: &String| text.parse::<f64>().is_ok();
                named.iter().filter(|text| number(text)).cloned().map(Value::Sql).collect()
            }
            Self::Labels(_) | Self::Bool | Self::Composite(_) | Self::Expressions(_) => Vec::new(),
            // A check on bytes asks for a length: that of a hash.
            Self::Bytes(limit) => named
                .iter()
                .filter_map(|text| text.parse::<usize>().ok())
                .filter(|n| *n <= limit.unwrap_or(LONGEST))
                .map(|n| Value::bytes(&vec![0xa5; n], dialect))
                .collect(),
            Self::Bits { .. } | Self::Set(_) | Self::Json | Self::Formed(_) => Vec::new(),
            Self::Array(element) => {
                element.more(named, dialect).into_iter().map(|value| array(&[value])).collect()
            }
            Self::Words(..) => Vec::new(),
            Self::Text(_) | Self::Unknown => {
                named.iter().filter(fits).cloned().map(Value::Text).collect()
            }
        };
        if let Self::Text(limit) = self {
            let lengths = named.iter().filter_map(|text| text.parse::<usize>().ok());
            let lengths = lengths.filter(|n| *n <= limit.unwrap_or(LONGEST));
            more.extend(
                lengths.map(|n| Value::Text("abcdefghij".chars().cycle().take(n).collect())),
            );
            let forms = FORMS.iter().map(|form| (*form).to_owned()).collect::<Vec<_>>();
            more.extend(forms.iter().filter(fits).cloned().map(Value::Text));
        }
        more.truncate(60);
        more
    }

    /// The `n`-th text of a form that programs commonly read: a version, a number, an address.
    pub(super) fn formed(&self, form: usize, n: usize) -> Option<Value> {
        let Self::Text(limit) = self else { return None };
        let text = match form {
            0 => format!("1.2.{n}"),
            1 => format!("{}", n + 1),
            _ => format!("ada{n}@example.com"),
        };
        limit.is_none_or(|limit| text.len() <= limit).then_some(Value::Text(text))
    }

    /// The `n`-th of many values that differ from one another and from the samples.
    pub(super) fn fresh(&self, n: u64, dialect: Dialect) -> Option<Value> {
        Some(match self {
            Self::Int(min, max) => {
                let many = max - min + 1;
                let n = i128::from(n);
                Value::Int(if *max > 100_000 { 1000 + n } else { min + (n + 3) % many.max(1) })
            }
            Self::Decimal { digits: 0, .. } => Value::Int(1000 + i128::from(n)),
            Self::Decimal { digits, scale, .. } => {
                let many = 10_u128.checked_pow(*digits).unwrap_or(u128::MAX);
                let n = (u128::from(n) + 7) % many;
                Value::Sql(shifted(&n.to_string(), *scale))
            }
            Self::Float { .. } => Value::Sql(format!("{n}.75")),
            Self::Text(limit) => Value::Text(name(n, *limit)),
            Self::Formed(form) => form.fresh(n),
            Self::Bytes(limit) => {
                let bytes = n.to_be_bytes();
                let length = limit.unwrap_or(8).min(8);
                Value::bytes(&bytes[8 - length..], dialect)
            }
            Self::Bits { length, .. } => {
                let bits = format!("{n:0>length$b}");
                bits_value(&bits[bits.len() - length.min(&bits.len())..], dialect)
            }
            Self::Json => Value::Text(format!("{{\"n\": {n}}}")),
            Self::Array(element) => array(&[element.fresh(n, dialect)?]),
            Self::Words(_, fresh) => Value::Text(fresh.as_ref()?(n)),
            Self::Unknown => Value::Text(n.to_string()),
            Self::Bool
            | Self::Labels(_)
            | Self::Set(_)
            | Self::Composite(_)
            | Self::Expressions(_) => return None,
        })
    }
}

/// What checks on texts commonly ask for.
const FORMS: &[&str] = &[
    "ada@example.com",
    "abc",
    "ABC",
    "a",
    "A",
    "1",
    "12345",
    "0123456789",
    "USD",
    "en",
    "en-US",
    "#a1b2c3",
    "https://example.com/a",
    "2024-02-29",
    "a-b-c",
    "a_b_c",
    "+15551234567",
    "192.0.2.1",
    "0b6f4e3e-7c1a-4d7e-9a55-2f1f3a1c9d10",
    "{}",
    "[]",
    "abc123",
    "Abc",
    "AB-1234",
    "12:30",
    "true",
    "d41d8cd98f00b204e9800998ecf8427e",
    "/a/b",
    "a.b.c",
    "1.2.3",
    "Ada Lovelace",
];

fn ints(min: i128, max: i128) -> Vec<Value> {
    // Just too large for the next narrower type.
    let large = [1 << 32, 1 << 16, 1 << 8].into_iter().find(|n| *n < max).unwrap_or(max);
    let plain = if (min..=max).contains(&42) { 42 } else { i128::midpoint(min, max) };
    [large, max, min, 0, -1, plain]
        .into_iter()
        .filter(|n| (min..=max).contains(n))
        .map(Value::Int)
        .collect()
}

fn numbers(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| Value::Sql((*text).to_owned())).collect()
}

fn decimals(digits: u32, scale: i32, unsigned: bool) -> Vec<Value> {
    if digits == 0 {
        return numbers(&["123456789012345678.123456789", "-0.000001", "0", "-12.5", "1"]);
    }
    let max = shifted(&"9".repeat(digits as usize), scale);
    let small = shifted("1", scale);
    let mut all = vec![max.clone(), "0".to_owned(), small.clone()];
    if !unsigned {
        all.splice(1..1, [format!("-{max}")]);
    }
    // The plain one: 1 where there is room for it.
    let whole = i64::from(digits) > i64::from(scale) && scale >= 0;
    all.push(if whole { "1".to_owned() } else { small });
    all.into_iter().map(Value::Sql).collect()
}

/// A whole number divided by ten to the power of `scale`, as text.
fn shifted(digits: &str, scale: i32) -> String {
    match usize::try_from(scale) {
        Ok(0) => digits.to_owned(),
        Ok(scale) => {
            let padded = format!("{digits:0>width$}", width = scale + 1);
            let (whole, part) = padded.split_at(padded.len() - scale);
            format!("{whole}.{part}")
        }
        Err(_) => format!("{digits}{}", "0".repeat(scale.unsigned_abs() as usize)),
    }
}

fn texts(limit: Option<usize>) -> Vec<Value> {
    let long = limit.map_or(LONG, |limit| limit.min(LONGEST));
    let long: String = "Long text, as long as it may be. ".chars().cycle().take(long).collect();
    // No blank at the end: some databases take it away.
    let long = match long.strip_suffix(' ') {
        Some(rest) => format!("{rest}."),
        None => long,
    };
    let cut = |text: &str| -> String { text.chars().take(limit.unwrap_or(usize::MAX)).collect() };
    let others =
        ["", "Zoë Łódź 日本 🦀", "O'Reilly \\ \"x\" `y` %_", "two\nlines\tand a tab", "plain"];
    std::iter::once(long).chain(others.map(cut)).map(Value::Text).collect()
}

/// A name that no other number has; its beginning differs, for indexes on prefixes.
fn name(n: u64, limit: Option<usize>) -> String {
    let mut digits = String::new();
    let mut rest = n;
    while rest > 0 || digits.is_empty() {
        digits.extend(char::from_digit((rest % 36) as u32, 36));
        rest /= 36;
    }
    match limit {
        Some(limit) if limit < 10 => digits.chars().take(limit).collect(),
        _ => format!("{digits}-name"),
    }
}

fn bits_value(bits: &str, dialect: Dialect) -> Value {
    match dialect {
        Dialect::Mysql => Value::Sql(format!("b'{bits}'")),
        _ => Value::text(bits),
    }
}

/// An array's text: every element in quotes.
fn array(elements: &[Value]) -> Value {
    let element = |value: &Value| match value {
        Value::Null => "NULL".to_owned(),
        Value::Int(n) => n.to_string(),
        Value::Sql(text) => text.clone(),
        // An array's own braces make a dimension.
        Value::Text(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    };
    Value::Text(format!("{{{}}}", elements.iter().map(element).collect::<Vec<_>>().join(",")))
}

fn day(n: u64) -> String {
    format!("{}-{:02}-{:02}", 2001 + n / 336 % 1000, n / 28 % 12 + 1, n % 28 + 1)
}

fn moment(n: u64) -> String {
    format!("{} 08:30:00", day(n))
}

fn moment_in_utc(n: u64) -> String {
    format!("{} 08:30:00+00", day(n))
}

/// Before 2038.
fn early_moment(n: u64) -> String {
    format!("{} 08:30:00", day(n % 10_000))
}

fn hour(n: u64) -> String {
    format!("{:02}:{:02}:{:02}", n / 3600 % 24, n / 60 % 60, n % 60)
}

fn days_between(n: u64) -> String {
    let day = |n| day(n * 3);
    format!("[{},{})", day(n), self::day(n * 3 + 1))
}

pub(super) fn date(dialect: Dialect) -> ValueKind {
    let first = if dialect == Dialect::Mysql {
        &["9999-12-31", "1000-01-01", "2024-02-29", "1970-01-01", "2020-06-15"]
    } else {
        &["9999-12-31", "0001-01-01", "2024-02-29", "1970-01-01", "2020-06-15"]
    };
    ValueKind::Words(first, Some(day))
}

pub(super) fn timestamp(dialect: Dialect, zone: bool) -> ValueKind {
    match (dialect, zone) {
        // It counts seconds in four bytes, in whatever zone the session has.
        (Dialect::Mysql, true) => ValueKind::Words(
            &[
                "2038-01-17 23:59:59",
                "1970-01-03 00:00:00",
                "2024-02-29 12:00:00.654321",
                "2020-06-15 08:30:00",
            ],
            Some(early_moment),
        ),
        (Dialect::Mysql, false) => ValueKind::Words(
            &[
                "9999-12-31 23:59:59",
                "1000-01-01 00:00:00",
                "2024-02-29 12:00:00.654321",
                "1970-01-01 00:00:00",
                "2020-06-15 08:30:00",
            ],
            Some(moment),
        ),
        (_, true) => ValueKind::Words(
            &[
                "9999-12-31 23:59:59.999999+00",
                "0001-01-03 00:00:00+00",
                "2024-02-29 12:00:00-11:30",
                "1970-01-01 00:00:00+00",
                "2020-06-15 08:30:00+00",
            ],
            Some(moment_in_utc),
        ),
        (_, false) => ValueKind::Words(
            &[
                "9999-12-31 23:59:59.999",
                "0001-01-01 00:00:00",
                "2024-02-29 12:00:00",
                "1970-01-01 00:00:00",
                "2020-06-15 08:30:00",
            ],
            Some(moment),
        ),
    }
}

pub(super) fn time() -> ValueKind {
    ValueKind::Words(&["23:59:59", "00:00:00", "12:30:15.654321", "08:30:00"], Some(hour))
}

pub(super) fn time_with_zone() -> ValueKind {
    ValueKind::Words(&["23:59:59.999+14", "00:00:00-12", "08:30:00+00"], Some(|n| hour(n) + "+00"))
}

pub(super) fn interval() -> ValueKind {
    ValueKind::Words(
        &["1000 years 11 mons 30 days 23:59:59", "-1 days", "00:00:00", "01:30:00"],
        Some(|n| format!("{n} seconds")),
    )
}

pub(super) fn uuid() -> ValueKind {
    ValueKind::Words(
        &[
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "00000000-0000-0000-0000-000000000000",
            "0b6f4e3e-7c1a-4d7e-9a55-2f1f3a1c9d10",
        ],
        Some(|n| format!("{n:08x}-0000-4000-8000-{n:012x}")),
    )
}

/// The types of MySQL and MariaDB that are none of the common ones.
pub(super) fn mysql(name: &str) -> ValueKind {
    let net: fn(u64) -> String = |n| format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255);
    match name {
        "inet4" => ValueKind::Words(&["255.255.255.255", "0.0.0.0", "192.0.2.1"], Some(net)),
        "inet6" => ValueKind::Words(
            &["ffff::ffff", "::", "2001:db8::1"],
            Some(|n| format!("2001:db8::{n:x}")),
        ),
        "linestring" => ValueKind::Expressions(&["ST_GeomFromText('LINESTRING(0 0,1 1)')"]),
        "polygon" => ValueKind::Expressions(&["ST_GeomFromText('POLYGON((0 0,0 2,2 2,0 0))')"]),
        "geometry" | "point" => ValueKind::Expressions(&[
            "ST_GeomFromText('POINT(-180 90)')",
            "ST_GeomFromText('POINT(0 0)')",
        ]),
        _ => ValueKind::Unknown,
    }
}

/// What [`ValueKind::Words`] holds.
type Listed = (&'static [&'static str], Option<fn(u64) -> String>);

/// PostgreSQL's types that are none of the common ones, extensions' among them.
pub(super) fn postgres(name: &str, length: Option<usize>) -> ValueKind {
    let net: fn(u64) -> String = |n| format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255);
    let mac: fn(u64) -> String =
        |n| format!("08:00:2b:{:02x}:{:02x}:{:02x}", n >> 16 & 255, n >> 8 & 255, n & 255);
    let numbers: fn(u64) -> String = |n| format!("[{},{})", n * 10, n * 10 + 5);
    let pair: fn(u64) -> String = |n| format!("({n},{n})");
    let word: fn(u64) -> String = |n| self::name(n, None).replace('-', "_");
    let (words, fresh): Listed = match name {
        "inet" => (&["255.255.255.255", "2001:db8::1/64", "0.0.0.0/0", "192.0.2.1"], Some(net)),
        "cidr" => (&["255.255.255.255/32", "2001:db8::/32", "10.0.0.0/8"], Some(net)),
        "macaddr" => (&["ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "08:00:2b:01:02:03"], Some(mac)),
        "macaddr8" => (&["ff:ff:ff:ff:ff:ff:ff:ff", "08:00:2b:01:02:03:04:05"], Some(mac)),
        "money" => (&["92233720368547758.07", "-1.50", "0", "1.00"], Some(|n| n.to_string())),
        "xml" => (&["<a>Zoë &amp; 日本</a>", "<a/>"], None),
        "tsvector" => (&["'fat':2A 'rat':3", "", "'plain'"], Some(word)),
        "tsquery" => (&["'fat' & ( 'rat' | 'cat' )", "", "'plain'"], Some(word)),
        "point" => (&["(1e10,-1e10)", "(0,0)", "(1,2)"], Some(pair)),
        "line" => (&["{1,-1,0}", "{0,1,5}"], None),
        "lseg" => (&["[(0,0),(1,1)]"], None),
        "box" => (&["(2,2),(0,0)"], None),
        "path" => (&["((0,0),(1,1),(2,0))", "[(0,0),(1,1)]"], None),
        "polygon" => (&["((0,0),(1,1),(2,0))"], None),
        "circle" => (&["<(0,0),5>", "<(1,2),0>"], None),
        "pg_lsn" => (&["FFFFFFFF/FFFFFFFF", "0/0", "16/B374D848"], Some(|n| format!("0/{n:X}"))),
        "int4range" | "int8range" | "numrange" => {
            (&["[1,1000)", "empty", "(,)", "[1,5)"], Some(numbers))
        }
        "daterange" | "tsrange" | "tstzrange" => (
            &["[2020-01-01,9999-12-31)", "empty", "(,)", "[2020-01-01,2020-02-01)"],
            Some(days_between),
        ),
        "int4multirange" | "int8multirange" | "nummultirange" => (&["{[1,5),[7,9)}", "{}"], None),
        "datemultirange" | "tsmultirange" | "tstzmultirange" => {
            (&["{[2020-01-01,2020-02-01)}", "{}"], None)
        }
        "ltree" => (&["Top.Science.Astronomy", "", "a"], Some(word)),
        "lquery" => (&["Top.*", "a"], None),
        "hstore" => (&[r#""Zoë"=>"O'Reilly", "n"=>NULL"#, "", r#""a"=>"1""#], None),
        "regclass" | "regproc" | "regtype" | "regrole" => (&["-"], None),
        "jsonpath" => (&["$.a[*]", "$"], None),
        "vector" | "halfvec" => return vector(length.unwrap_or(3)),
        "geometry" | "geography" => (&["POINT(0 0)"], None),
        _ if name.contains("range") => (&["empty"], None),
        _ => return ValueKind::Unknown,
    };
    ValueKind::Words(words, fresh)
}

/// An extension's vectors: the text is an array's without its braces.
fn vector(length: usize) -> ValueKind {
    let mut text = String::from("[");
    for n in 0..length {
        let _ = write!(text, "{}0.5", if n == 0 { "" } else { "," });
    }
    ValueKind::Labels(vec![text + "]"])
}
