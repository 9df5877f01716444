//! How a sample of rows is copied.

use crate::dialect::SampleTemplates;
use crate::schema::DataType;

pub(super) static SAMPLE: SampleTemplates = SampleTemplates {
    default_schema: None,
    begin_reading: &["BEGIN"],
    read: &[],
    write: &["PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF"],
    before_rows: Some(
        "SELECT 'PRAGMA encoding = ''' || encoding || '''' FROM pragma_encoding \
         UNION ALL SELECT 'PRAGMA page_size = ' || page_size FROM pragma_page_size \
         UNION ALL SELECT 'PRAGMA user_version = ' || user_version FROM pragma_user_version \
         UNION ALL SELECT 'PRAGMA application_id = ' || application_id FROM pragma_application_id \
         UNION ALL SELECT sql FROM (SELECT sql FROM main.sqlite_master WHERE type IN ('table', 'index') \
         AND sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY type = 'index', rowid)",
    ),
    after_rows: Some(
        "SELECT sql FROM main.sqlite_master WHERE type IN ('view', 'trigger') AND sql IS NOT NULL \
         ORDER BY type = 'trigger', rowid",
    ),
    only: "",
    // The remainder first: the smallest integer has no absolute value.
    sample: " WHERE abs(random() % 1000000000) < {percent} * 10000000.0",
    overriding: "",
    literal,
    foreign: None,
    virtual_table: Some("module"),
};

/// `quote` ends a text at its first NUL.
fn literal(column: &str, _: &DataType) -> String {
    format!(
        "CASE WHEN typeof({column}) = 'text' AND instr({column}, char(0)) \
         THEN 'CAST(X''' || hex({column}) || ''' AS TEXT)' ELSE quote({column}) END"
    )
}
