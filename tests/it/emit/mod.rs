//! Schemas and their differences as SQL, judged by real databases: what is written makes the schema that it was
//! written from, and leads from one schema to the other and back.

mod cases;
mod keywords;
mod site;

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Schema, compare, difference};

use cases::{Case, cases};
use site::Site;

/// Cases whose difference is not written, and why.
const LEFT_OUT: [(&str, &str); 2] = [
    ("migra: inherit2", "an inherited column becomes the table's own"),
    ("migra: seq", "a sequence leaves one column and takes the name of another's"),
];

/// What differs between two schemas, in words. The order of columns counts on MySQL alone.
fn differences(dialect: Dialect, one: &Schema, other: &Schema) -> Vec<String> {
    let counts = |is_order: bool| !is_order || dialect == Dialect::Mysql;
    compare(one, other).iter().filter(|found| counts(found.is_order())).map(difference).collect()
}

/// What came of the cases.
#[derive(Default)]
struct Tally {
    equal: usize,
    unsupported: Vec<String>,
    failed: Vec<String>,
}

impl Tally {
    fn add(&mut self, name: &str, outcome: Result<Vec<String>, String>, left: &[String]) {
        match outcome {
            Err(e) if e.starts_with("cannot write") => {
                self.unsupported.push(format!("{name}: {e}"))
            }
            Err(e) => self.failed.push(format!("{name}: {e}")),
            Ok(statements) if !left.is_empty() => {
                self.failed.push(format!("{name}: {left:#?}\n  behind {statements:#?}"));
            }
            Ok(_) => self.equal += 1,
        }
    }

    fn close(&self, what: &str) {
        println!("{what}: {} equal, {} unsupported", self.equal, self.unsupported.len());
        self.unsupported.iter().for_each(|text| println!("  {text}"));
        assert!(self.failed.is_empty(), "{} failed\n{}", self.failed.len(), self.failed.join("\n"));
        assert!(self.unsupported.len() * 20 <= self.equal, "too much is unsupported");
    }
}

/// The SQL of a schema makes that schema in an empty database.
async fn schemas(dialect: Dialect) {
    let (Some(mut one), Some(mut other)) = (Site::new(dialect).await, Site::new(dialect).await)
    else {
        return;
    };
    let mut tally = Tally::default();
    for Case { name, setup, current, desired } in cases(dialect) {
        for (side, sql) in [("current", &current), ("desired", &desired)] {
            if one.fresh(&[&setup, sql]).await.is_err() {
                continue;
            }
            let schema = one.read().await;
            other.fresh(&[]).await.unwrap();
            let empty = other.read().await;
            let outcome = other.go(&empty, &schema).await;
            let left = differences(dialect, &other.read().await, &schema);
            tally.add(&format!("{name} ({side})"), outcome, &left);
        }
    }
    tally.close("schemas of the cases");
}

/// The SQL of a difference leads from one schema to the other, and back.
async fn changes(dialect: Dialect) {
    let (Some(mut one), Some(mut other)) = (Site::new(dialect).await, Site::new(dialect).await)
    else {
        return;
    };
    let mut tally = Tally::default();
    for Case { name, setup, current, desired } in cases(dialect) {
        if let Some((_, why)) = LEFT_OUT.iter().find(|(left_out, _)| *left_out == name) {
            println!("left out: {name}: {why}");
            continue;
        }
        let is_made = one.fresh(&[&setup, &current]).await.is_ok()
            && other.fresh(&[&setup, &desired]).await.is_ok();
        if !is_made {
            continue;
        }
        let (before, after) = (one.read().await, other.read().await);
        let outcome = one.go(&before, &after).await;
        let is_there = outcome.is_ok();
        let there = one.read().await;
        tally.add(&name, outcome, &differences(dialect, &there, &after));
        if is_there {
            let outcome = one.go(&there, &before).await;
            let left = differences(dialect, &one.read().await, &before);
            tally.add(&format!("{name}, and back"), outcome, &left);
        }
    }
    tally.close("differences of the cases");
}

macro_rules! on_each_database {
    ($($module:ident, $dialect:ident;)+) => {$(
        mod $module {
            use migrate_core::dialect::Dialect;

            #[tokio::test]
            async fn the_sql_of_a_schema_makes_the_schema() {
                super::schemas(Dialect::$dialect).await;
            }

            #[tokio::test]
            async fn keywords_are_names_as_they_are_written() {
                super::keywords::keywords_are_names(Dialect::$dialect).await;
            }

            #[tokio::test]
            async fn the_sql_of_a_difference_leads_there_and_back() {
                super::changes(Dialect::$dialect).await;
            }
        }
    )+};
}

on_each_database! {
    sqlite, Sqlite;
    postgres, Postgres;
    mysql, Mysql;
}
