//! How a sample of rows is copied.

use crate::dialect::SampleTemplates;
use crate::schema::DataType;

/// What `pg_dump` sets as well, so that values are read back as they were.
const EXACT: &str = "SET search_path = ''; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; \
    SET extra_float_digits = 3; SET bytea_output = 'hex'; SET statement_timeout = 0";

pub(super) static SAMPLE: SampleTemplates = SampleTemplates {
    default_schema: Some("SELECT current_schema()::text"),
    begin_reading: &["BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"],
    // Policies that hide rows cause an error instead of a copy without them.
    read: &[EXACT, "SET row_security = off"],
    write: &[EXACT, "SET synchronous_commit = off"],
    before_rows: None,
    after_rows: Some(
        "SELECT format('SELECT pg_catalog.setval(%L, %s)', format('%I.%I', schemaname, sequencename), last_value) \
         FROM pg_catalog.pg_sequences WHERE last_value IS NOT NULL",
    ),
    only: "ONLY ",
    sample: " TABLESAMPLE BERNOULLI ({percent})",
    overriding: " OVERRIDING SYSTEM VALUE",
    literal,
    foreign: Some("server"),
    virtual_table: None,
};

fn literal(column: &str, _: &DataType) -> String {
    format!("pg_catalog.quote_nullable({column}::pg_catalog.text)")
}
