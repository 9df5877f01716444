//! The mapping of types beside sqlx itself.
//!
//! For each Rust type of the mapping, a struct states a table; a value goes into it by sqlx's `Encode` and comes
//! back by `FromRow`. Beside that, every type of column of the mapping is compared with `Type::compatible`: what
//! the mapping reads, sqlx reads.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod database;
mod table;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use jiff_sqlx::ToSqlx as _;
use migrate_core::dialect::Dialect;
use migrate_models::MAPPINGS;
use sqlx::mysql::types::{MySqlTime, MySqlTimeSign};
use sqlx::postgres::types::{
    Oid, PgCiText, PgHstore, PgInterval, PgLTree, PgMoney, PgRange, PgTimeTz,
};
use sqlx::types::chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use sqlx::types::ipnet::IpNet;
use sqlx::types::ipnetwork::IpNetwork;
use sqlx::types::mac_address::MacAddress;
use sqlx::types::time::{Date, OffsetDateTime, PrimitiveDateTime, Time};
use sqlx::types::uuid::fmt::{Hyphenated, Simple};
use sqlx::types::{BigDecimal, BitVec, Decimal, Json, JsonRawValue, JsonValue, Uuid};

use database::Databases;

/// Types of the mapping that have no value here, and the reason.
const WITHOUT_VALUE: [(&str, &str); 5] = [
    ("str", "a row owns its text: `String`"),
    ("TimeDelta", "sqlx reads it from TIME, and writes it as `MySqlTime`"),
    ("Span", "jiff-sqlx reads it from INTERVAL, and does not write it"),
    ("Value", "serde_json's name for `JsonValue`"),
    ("RawValue", "serde_json's name for `JsonRawValue`"),
];

/// Runs a value through the tables of databases. The text of a type for which the mapping wants one stands last.
macro_rules! value {
    ($all:ident, $of:ty, $value:expr, [$($database:ident),*] $(, $stated:literal)?) => {{
        source! {
            #[table(name = "probe", drift = "off")]
            struct Probe {
                $(#[column(type = $stated)])?
                value: $of,
                $(#[column(type = $stated)])?
                absent: Option<$of>,
            }
        }
        impl From<Probe> for ($of, Option<$of>) {
            fn from(probe: Probe) -> Self {
                (probe.value, probe.absent)
            }
        }
        $(Box::pin($all.$database::<$of, Probe>(stringify!($of), SOURCE, $value)).await;)*
    }};
}

/// An item that derives, and its text.
macro_rules! source {
    ($($item:tt)*) => {
        #[derive(migrate_db::Table, sqlx::FromRow)]
        $($item)*
        const SOURCE: &str = stringify!($($item)*);
    };
}

fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 2, 29).unwrap()
}

fn clock() -> NaiveTime {
    NaiveTime::from_hms_opt(23, 59, 58).unwrap()
}

fn moment() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_709_251_198).unwrap()
}

fn local() -> PrimitiveDateTime {
    PrimitiveDateTime::new(moment().date(), moment().time())
}

fn address() -> IpAddr {
    IpAddr::V4(Ipv4Addr::LOCALHOST)
}

async fn numbers_and_texts(all: &mut Databases) {
    value!(all, bool, true, [sqlite, postgres, mysql]);
    value!(all, i8, i8::MIN, [sqlite, postgres, mysql]);
    value!(all, i16, i16::MIN, [sqlite, postgres, mysql]);
    value!(all, i32, i32::MIN, [sqlite, postgres, mysql]);
    value!(all, i64, i64::MIN, [sqlite, postgres, mysql]);
    value!(all, u8, u8::MAX, [sqlite, mysql]);
    value!(all, u16, u16::MAX, [sqlite, mysql]);
    value!(all, u32, u32::MAX, [sqlite, mysql]);
    value!(all, u64, u64::MAX, [mysql]);
    value!(all, f32, 1.5, [sqlite, postgres, mysql]);
    value!(all, f64, 1.0e-300, [sqlite, postgres, mysql]);
    value!(all, String, "größe \u{1f600}".to_owned(), [sqlite, postgres, mysql]);
    value!(all, Vec<u8>, vec![0, 255], [sqlite, postgres, mysql]);
    value!(all, Decimal, Decimal::new(12345, 2), [postgres]);
    value!(all, Decimal, Decimal::new(12345, 2), [mysql], "decimal(10, 2)");
    value!(all, BigDecimal, BigDecimal::from(7), [postgres]);
    value!(all, BigDecimal, BigDecimal::from(7), [mysql], "decimal(10, 0)");
}

async fn identifiers_and_json(all: &mut Databases) {
    let json = || JsonValue::from(vec![1, 2]);
    let raw = || JsonRawValue::from_string("[1]".to_owned()).unwrap();
    let uuid = Uuid::from_u128(0x1234_5678_9abc_def0);
    value!(all, Uuid, uuid, [sqlite, postgres, mysql]);
    value!(all, Hyphenated, uuid.hyphenated(), [sqlite, mysql]);
    value!(all, Simple, uuid.simple(), [sqlite, mysql]);
    value!(all, JsonValue, json(), [sqlite, postgres, mysql]);
    value!(all, Json<Vec<i32>>, Json(vec![1, 2]), [sqlite, postgres, mysql]);
    value!(all, Box<JsonRawValue>, raw(), [sqlite, postgres, mysql]);
}

async fn times(all: &mut Databases) {
    let utc = DateTime::<Utc>::from_timestamp(1_709_251_198, 0).unwrap();
    let sign = MySqlTimeSign::Negative;
    value!(all, DateTime<Utc>, utc, [sqlite, postgres, mysql]);
    value!(all, OffsetDateTime, moment(), [sqlite, postgres, mysql]);
    value!(all, NaiveDateTime, date().and_time(clock()), [sqlite, postgres, mysql]);
    value!(all, PrimitiveDateTime, local(), [sqlite, postgres, mysql]);
    value!(all, NaiveDate, date(), [sqlite, postgres, mysql]);
    value!(all, Date, moment().date(), [sqlite, postgres, mysql]);
    value!(all, NaiveTime, clock(), [sqlite, postgres, mysql]);
    value!(all, Time, moment().time(), [sqlite, postgres, mysql]);
    let offset = FixedOffset::east_opt(3600).unwrap();
    let zoned = PgTimeTz { time: clock(), offset };
    value!(all, PgTimeTz<NaiveTime, FixedOffset>, zoned, [postgres]);
    value!(all, PgInterval, PgInterval { months: 1, days: -2, microseconds: 3 }, [postgres]);
    value!(all, MySqlTime, MySqlTime::new(sign, 800, 0, 1, 0).unwrap(), [mysql]);
}

/// The types of jiff-sqlx, which has none for MySQL.
async fn times_of_jiff(all: &mut Databases) {
    let moment = jiff::Timestamp::from_second(1_709_251_198).unwrap();
    let local = jiff::civil::date(2024, 2, 29).at(23, 59, 58, 0);
    value!(all, jiff_sqlx::Timestamp, moment.to_sqlx(), [sqlite, postgres]);
    value!(all, jiff_sqlx::DateTime, local.to_sqlx(), [sqlite, postgres]);
    value!(all, jiff_sqlx::Date, local.date().to_sqlx(), [sqlite, postgres]);
    value!(all, jiff_sqlx::Time, local.time().to_sqlx(), [sqlite, postgres]);
}

async fn types_of_postgres(all: &mut Databases) {
    value!(all, IpNetwork, IpNetwork::from(address()), [postgres]);
    value!(all, IpNet, IpNet::from(address()), [postgres]);
    value!(all, IpAddr, address(), [postgres]);
    value!(all, MacAddress, MacAddress::new([1, 2, 3, 4, 5, 6]), [postgres]);
    value!(all, BitVec, BitVec::from_bytes(&[0b1010_0001]), [postgres]);
    value!(all, Oid, Oid(77), [postgres]);
    value!(all, PgMoney, PgMoney(-12345), [postgres]);
    value!(all, PgLTree, "a.b".parse().unwrap(), [postgres]);
    value!(
        all,
        PgHstore,
        [("a".to_owned(), Some("b".to_owned()))].into_iter().collect(),
        [postgres]
    );
    value!(all, PgCiText, PgCiText("Aa".to_owned()), [postgres]);
    value!(all, Vec<i32>, vec![1, -1], [postgres]);
    value!(all, Vec<String>, vec![String::new(), "x".to_owned()], [postgres]);
    value!(all, PgRange<i32>, PgRange::from(1..5), [postgres]);
    value!(all, PgRange<i64>, PgRange::from(1..5), [postgres]);
    value!(all, PgRange<Decimal>, PgRange::from(Decimal::ONE..Decimal::TEN), [postgres]);
    let (one, two) = (BigDecimal::from(1), BigDecimal::from(2));
    value!(all, PgRange<BigDecimal>, PgRange::from(one..two), [postgres]);
    value!(all, PgRange<NaiveDate>, PgRange::from(date()..), [postgres]);
    value!(all, PgRange<Date>, PgRange::from(moment().date()..), [postgres]);
    let naive = date().and_time(clock());
    value!(all, PgRange<NaiveDateTime>, PgRange::from(naive..), [postgres]);
    value!(all, PgRange<PrimitiveDateTime>, PgRange::from(local()..), [postgres]);
    value!(all, PgRange<DateTime<Utc>>, PgRange::from(naive.and_utc()..), [postgres]);
    value!(all, PgRange<OffsetDateTime>, PgRange::from(moment()..), [postgres]);
}

/// The mapping's names of the types that had values.
fn names(probed: &BTreeSet<(Dialect, String)>) -> BTreeSet<(Dialect, &'static str)> {
    let rows = MAPPINGS.iter().flat_map(|row| row.rust.iter().copied());
    let all: Vec<&str> = rows.collect();
    let plain = |text: &str| text.replace([' ', '\n'], "");
    probed
        .iter()
        .filter_map(|(dialect, of)| {
            let of = plain(of);
            let of = of.strip_prefix("jiff_sqlx::").unwrap_or(&of);
            let of = of.strip_prefix("Box<").and_then(|of| of.strip_suffix('>')).unwrap_or(of);
            let open = |text: &str| match text.split_once('<') {
                Some(("PgRange", inner)) if inner.contains('<') => {
                    format!("PgRange<{}<_>>", inner.split('<').next().unwrap_or_default())
                }
                Some(("PgRange" | "Vec", _)) | None => text.to_owned(),
                Some((name, _)) => format!("{name}<_>"),
            };
            let found = all.iter().find(|name| **name == open(of))?;
            Some((*dialect, *found))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlx_writes_and_reads_what_the_mapping_says() {
    let mut all = Databases::start().await;
    numbers_and_texts(&mut all).await;
    identifiers_and_json(&mut all).await;
    times(&mut all).await;
    times_of_jiff(&mut all).await;
    types_of_postgres(&mut all).await;
    let faults = all.stop().await;
    println!("{} types on their databases, {} pairs of types", all.probed.len(), all.pairs);
    // On MySQL sqlx reads every integer from every other one, and bytes from texts.
    let refused = all.refused.iter().filter(|pair| pair.starts_with("postgres"));
    let other: Vec<&String> = refused.filter(|pair| !pair.contains("PgCiText from")).collect();
    assert!(other.is_empty(), "sqlx reads, and the mapping does not: {other:?}");
    let found = names(&all.probed);
    let mut missing = Vec::new();
    for row in MAPPINGS {
        for dialect in Dialect::ALL.into_iter().filter(|dialect| all.has(*dialect)) {
            let of = row.of(dialect);
            let is_mapped = of.written.is_some() || !of.read.is_empty();
            for name in row.rust {
                let is_probed = found.contains(&(dialect, *name));
                let has_reason = WITHOUT_VALUE.iter().any(|(own, _)| own == name);
                if !has_reason && is_probed != is_mapped && !is_alias(name) {
                    missing.push(format!(
                        "{name} on {dialect}: mapped {is_mapped}, tested {is_probed}"
                    ));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// `PgTimeTz` without arguments has those of its default.
fn is_alias(name: &str) -> bool {
    name == "PgTimeTz"
}
