//! Pairs of what was written and what a catalog printed, measured on real servers.
//!
//! `expressions_data` holds some: a kind, the type of the column, what was written and what the
//! catalog has, with `\n`, `\t` and `\\` for three characters. Others are not part of the repository:
//! `MIGRATE_SHARED` names the folder that holds `deparse-pairs.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use migrate_core::dialect::Dialect;
use migrate_core::dialect::{mysql, postgres};
use migrate_core::expr::{Answer, Place, Scope, UserType};
use migrate_core::schema::{DataType, Name};

/// A pair of the file.
#[derive(Debug, Clone)]
struct Pair {
    kind: String,
    context: Option<String>,
    written: String,
    catalog: Option<String>,
    catalog_18: Option<String>,
}

fn shared() -> PathBuf {
    std::env::var_os("MIGRATE_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from)
}

/// The pairs of a database; `None`, and a message, where the file is absent.
#[expect(clippy::print_stdout, reason = "a test helper: what was left out is said")]
fn pairs(dialect: &str) -> Option<Vec<Pair>> {
    let path = shared().join("deparse-pairs.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("{} is absent: set MIGRATE_SHARED to the folder that holds it", path.display());
        return None;
    };
    let all: Vec<serde_json::Value> = serde_json::from_str(&text).expect("the file is JSON");
    let text = |pair: &serde_json::Value, key: &str| pair[key].as_str().map(str::to_owned);
    let pairs: Vec<Pair> = all
        .iter()
        .filter(|pair| pair["dialect"].as_str().is_some_and(|name| name.starts_with(dialect)))
        .map(|pair| Pair {
            kind: text(pair, "kind").unwrap_or_default(),
            context: text(pair, "context"),
            written: text(pair, "written").unwrap_or_default(),
            catalog: text(pair, "catalog"),
            catalog_18: text(pair, "catalog_postgres_18"),
        })
        .collect();
    Some(pairs)
}

/// The table of the pairs.
struct Pairs;

impl Scope for Pairs {
    fn column(&self, name: &str) -> Option<DataType> {
        let of = match name {
            "i" | "value" => "integer",
            "i8" => "bigint",
            "i2" => "smallint",
            "n" => "numeric(10,2)",
            "r" => "real",
            "d" => "double precision",
            "b" => "boolean",
            "t" => "text",
            "v" => "character varying(20)",
            "c" => "character(3)",
            "dt" => "date",
            "ts" => "timestamp without time zone",
            "tz" => "timestamp with time zone",
            "tm" => "time without time zone",
            "iv" => "interval",
            "u" => "uuid",
            "j" => "jsonb",
            "js" => "json",
            "by" => "bytea",
            "ia" => "integer[]",
            "ta" => "text[]",
            "va" => "character varying[]",
            "m" => "mood",
            "p" => "posint",
            "inet" => "inet",
            "ir" => "int4range",
            "n2" => "numeric",
            "mo" => "money",
            "bt" => "bit(3)",
            "tsv" => "tsvector",
            "x" => "xml",
            "o" => "oid",
            "nm" => "name",
            "ch" => "\"char\"",
            "tmz" => "time with time zone",
            "i8a" => "bigint[]",
            "trr" => "tstzrange",
            "dr" => "daterange",
            "ma" => "mood[]",
            "em" => "email",
            "cidr" => "cidr",
            "mac" => "macaddr",
            "vb" => "bit varying",
            _ => return None,
        };
        Some(of.into())
    }

    fn user_type(&self, name: &Name) -> Option<UserType> {
        match name.name.as_str() {
            "mood" => Some(UserType::Enum),
            "posint" => Some(UserType::Domain("integer".into())),
            "email" => Some(UserType::Domain("character varying(50)".into())),
            _ => None,
        }
    }
}

/// What stands behind a keyword in a text, without the parentheses around it.
fn inside(text: &str, before: &str) -> Option<String> {
    let open = text.find(before)? + before.len();
    let close = text.rfind(')')?;
    Some(text.get(open..close)?.to_owned())
}

/// An expression of a pair: its place, what was written and what the catalog has.
struct Case {
    kind: String,
    of: Option<DataType>,
    written: String,
    catalog: Option<String>,
}

impl Case {
    fn place(&self) -> Place<'_> {
        match (self.kind.as_str(), &self.of) {
            ("default", Some(of)) => Place::Default(of),
            ("generated", Some(of)) => Place::Generated(of),
            ("index", _) => Place::IndexPart,
            ("view", _) => Place::Body,
            _ => Place::Condition,
        }
    }

    fn answer(&self, catalog: Option<&str>) -> Answer {
        self.answer_on(Dialect::Postgres, catalog)
    }

    fn answer_on(&self, dialect: Dialect, catalog: Option<&str>) -> Answer {
        let written = Some(self.written.as_str());
        dialect.compare_defaults(self.place(), written, catalog, &Pairs)
    }
}

/// The expressions of PostgreSQL's pairs, with the texts of version 15 or 18.
fn postgres_cases(of_18: bool) -> Option<Vec<Case>> {
    let mut cases = Vec::new();
    for pair in pairs("postgres")? {
        let Pair { kind, context, written, catalog, catalog_18 } = pair;
        let catalog = if of_18 { catalog_18.or(catalog) } else { catalog };
        let of = context.map(|text| postgres::normalise_type(&text).data_type);
        let (written, catalog) = match kind.as_str() {
            "default" | "generated" | "predicate" => (written, catalog),
            "check" => (written, catalog.and_then(|text| inside(&text, "CHECK ("))),
            "view" => (written, catalog.map(|text| text.trim_end_matches(';').to_owned())),
            "index" => {
                // One part that is an expression.
                let (Some(written), Some(catalog)) =
                    (inside(&written, "("), catalog.and_then(|text| inside(&text, " (")))
                else {
                    continue;
                };
                if !written.contains('(') || written.contains("INCLUDE") || written.contains("WITH")
                {
                    continue;
                }
                (written, Some(catalog))
            }
            _ => continue,
        };
        if kind != "default" && catalog.is_none() {
            continue;
        }
        cases.push(Case { kind, of, written, catalog });
    }
    Some(cases)
}

fn count<'c>(counts: &'c mut BTreeMap<String, [usize; 3]>, kind: &str) -> &'c mut [usize; 3] {
    counts.entry(kind.to_owned()).or_default()
}

#[test]
fn what_postgres_prints_is_never_different_from_what_was_written() {
    for of_18 in [false, true] {
        let Some(cases) = postgres_cases(of_18) else { return };
        let mut counts = BTreeMap::new();
        let mut different = Vec::new();
        for case in &cases {
            let answer = case.answer(case.catalog.as_deref());
            let text = format!("{}: {} | {:?}", case.kind, case.written, case.catalog);
            let kind = count(&mut counts, &case.kind);
            match answer {
                Answer::Equal => kind[0] += 1,
                Answer::Unknown(reason) => {
                    println!("unknown: {text}: {reason}");
                    kind[1] += 1;
                }
                Answer::Different => {
                    different.push(text);
                    kind[2] += 1;
                }
            }
        }
        println!("PostgreSQL {}: {counts:?}", if of_18 { 18 } else { 15 });
        assert!(different.is_empty(), "{}", different.join("\n"));
        counts.remove("view");
        let [equal, unknown, _] =
            counts.values().fold([0; 3], |sum, of| std::array::from_fn(|at| sum[at] + of[at]));
        assert!(equal > 180 && unknown * 10 < equal + unknown, "{unknown} of {equal} are unknown");
    }
}

#[test]
fn what_postgres_prints_of_another_expression_is_never_equal() {
    let Some(cases) = postgres_cases(false) else { return };
    let (mut crossings, mut different) = (0, 0);
    let mut wrong = Vec::new();
    for a in &cases {
        for b in &cases {
            if a.place() != b.place() || b.catalog.is_none() {
                continue;
            }
            crossings += 1;
            let is_same = a.catalog == b.catalog;
            let answer = a.answer(b.catalog.as_deref());
            different += usize::from(answer == Answer::Different);
            if answer == Answer::Equal && !is_same || answer == Answer::Different && is_same {
                wrong.push(format!("{answer:?}: {} | {:?}", a.written, b.catalog));
            }
            // The other way round it is the same.
            let (written, catalog) = (Some(a.written.as_str()), b.catalog.as_deref());
            let back = Dialect::Postgres.compare_defaults(a.place(), catalog, written, &Pairs);
            let kinds = [&answer, &back].map(std::mem::discriminant);
            assert_eq!(kinds[0], kinds[1], "{} | {:?}", a.written, b.catalog);
        }
    }
    println!("{crossings} crossings, {different} of them different");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(crossings > 9000 && different * 2 > crossings, "{different} of {crossings}");
}

/// The cases of a file in `expressions_data`.
fn own_cases(file: &str, type_of: fn(&str) -> DataType) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expressions_data");
    let text = std::fs::read_to_string(folder.join(file)).expect("the file is there");
    let unescaped = |text: &str| {
        let mut value = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            value.push(match c {
                '\\' => match chars.next() {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    _ => '\\',
                },
                c => c,
            });
        }
        value
    };
    let case = |line: &str| {
        let mut cells = line.split('\t').map(unescaped);
        let mut cell = || cells.next().unwrap_or_default();
        let (kind, of, written, catalog) = (cell(), cell(), cell(), cell());
        let of = (!of.is_empty()).then(|| type_of(&of));
        Case { kind, of, written, catalog: (!catalog.is_empty()).then_some(catalog) }
    };
    text.lines().map(case).collect()
}

/// Counts the answers for each case with its own catalog text; none may be different.
#[expect(clippy::print_stdout, reason = "a test helper: the shares are printed")]
fn judge(name: &str, dialect: Dialect, cases: &[Case]) {
    let (mut equal, mut unknown) = (0, 0);
    let mut different = Vec::new();
    for case in cases {
        let text = format!("{} {:?}: {} | {:?}", case.kind, case.of, case.written, case.catalog);
        match case.answer_on(dialect, case.catalog.as_deref()) {
            Answer::Equal => equal += 1,
            Answer::Unknown(reason) => {
                println!("unknown: {text}: {reason}");
                unknown += 1;
            }
            Answer::Different => different.push(text),
        }
    }
    println!("{name}: {equal} equal, {unknown} unknown, {} different", different.len());
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert!(unknown * 10 < cases.len(), "{name}: {unknown} of {} are unknown", cases.len());
}

/// No catalog text of one case is equal to another case that has another text.
#[expect(clippy::print_stdout, reason = "a test helper: the shares are printed")]
fn cross(dialect: Dialect, cases: &[Case], step: usize) {
    let mut wrong = Vec::new();
    let mut crossings = 0;
    for (at, a) in cases.iter().enumerate() {
        for b in cases.iter().skip(at % step).step_by(step) {
            let Some(catalog) = b.catalog.as_deref().filter(|_| a.place() == b.place()) else {
                continue;
            };
            let answer = a.answer_on(dialect, Some(catalog));
            let is_same = a.catalog.as_deref() == Some(catalog);
            crossings += 1;
            if answer == Answer::Equal && !is_same || answer == Answer::Different && is_same {
                wrong.push(format!("{answer:?}: {} | {catalog} | {:?}", a.written, a.catalog));
            }
        }
    }
    println!("{dialect}: {crossings} crossings");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(crossings > 500, "{crossings} crossings");
}

#[test]
fn seven_hundred_expressions_of_postgres() {
    let cases = own_cases("postgres.tsv", |text| postgres::normalise_type(text).data_type);
    assert!(cases.len() > 700, "{} cases", cases.len());
    judge("PostgreSQL 15, own", Dialect::Postgres, &cases);
    cross(Dialect::Postgres, &cases, 7);
}

#[test]
fn two_hundred_expressions_of_mariadb() {
    let cases = own_cases("mariadb.tsv", |text| {
        mysql::normalise_type(text, mysql::TypeContext::default()).data_type
    });
    assert!(cases.len() > 250, "{} cases", cases.len());
    judge("MariaDB 10.11, own", Dialect::Mysql, &cases);
    cross(Dialect::Mysql, &cases, 1);
}

#[test]
fn what_mariadb_prints_is_never_different_from_what_was_written() {
    let Some(pairs) = pairs("mariadb") else { return };
    let mut cases = Vec::new();
    for Pair { kind, written, catalog, .. } in pairs {
        let Some(catalog) = catalog else { continue };
        if kind == "check" {
            let inner = |text: &str| inside(text, "CHECK (");
            let (Some(written), Some(catalog)) = (inner(&written), inner(&catalog)) else {
                continue;
            };
            cases.push(Case { kind, of: None, written, catalog: Some(catalog) });
        } else if let Some((before, written)) = written.split_once(" default ")
            && kind == "default"
        {
            let of = before.trim_end_matches(" not null");
            let of = mysql::normalise_type(of, mysql::TypeContext::default()).data_type;
            let catalog = catalog.split_once(" DEFAULT ").map(|(_, text)| text.to_owned());
            let catalog = catalog.map(|text| text.replace(" CHECK (json_valid(`y`))", ""));
            cases.push(Case { kind, of: Some(of), written: written.to_owned(), catalog });
        }
    }
    assert!(cases.len() > 45, "{} cases", cases.len());
    judge("MariaDB 10.11", Dialect::Mysql, &cases);
    cross(Dialect::Mysql, &cases, 1);
}

#[test]
fn what_a_change_of_type_leaves_is_not_called_different() {
    // `ALTER COLUMN .. TYPE` keeps the types that literals had before.
    for (written, catalog) in [
        ("v IN ('a', 'b')", "((v)::text = ANY (ARRAY['a'::text, 'b'::text]))"),
        ("i8 IN (1, 2)", "(i8 = ANY (ARRAY[1, 2]))"),
        ("coalesce(v, 'a') = 'a'", "(COALESCE((v)::text, 'a'::text) = 'a'::text)"),
    ] {
        let case = Case {
            kind: "check".to_owned(),
            of: None,
            written: written.to_owned(),
            catalog: Some(catalog.to_owned()),
        };
        let answer = case.answer(Some(catalog));
        assert!(matches!(answer, Answer::Unknown(_)), "{answer:?}: {written} | {catalog}");
    }
}
