//! What has changed in the catalog since an earlier reading, without a look at what it says.
//!
//! Every row of a catalog knows the transaction that wrote it, so one scan of numbers tells which
//! rows are newer than a moment, and how many there are tells whether some are gone. That costs a
//! hundredth of what it costs to put definitions in words. What the numbers mean for a reading is
//! [`super::incremental`]'s matter.

use std::collections::{BTreeSet, HashMap};

use super::queries::{self, since};
use super::row::Oid;

/// Where a change touches one relation only.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum RowKind {
    /// Relations, indexes and tables of long values: number, kind.
    Relation,
    /// Numbers of relations with a changed column.
    Column,
    Default,
    Constraint,
    Index,
    Trigger,
    /// Object, catalog, part.
    Comment,
    Sequence,
    /// Sequences that belong to a column: sequence, relation, column.
    Owned,
}

impl RowKind {
    const ALL: [Self; 9] = [
        Self::Relation,
        Self::Column,
        Self::Default,
        Self::Constraint,
        Self::Index,
        Self::Trigger,
        Self::Comment,
        Self::Sequence,
        Self::Owned,
    ];

    /// The rows, what is noted of each, and the relation that it is about, where a look at the row
    /// tells.
    const fn parts(self) -> [&'static str; 3] {
        match self {
            Self::Relation => [
                "pg_class WHERE oid >= 16384 AND relpersistence <> 't'",
                "oid, ' ', ascii(relkind::text)",
                "oid",
            ],
            Self::Column => {
                ["pg_attribute WHERE attrelid >= 16384 AND attnum > 0", "attrelid", "attrelid"]
            }
            Self::Default => ["pg_attrdef WHERE oid >= 16384", "oid, ' ', adrelid", "adrelid"],
            Self::Constraint => {
                ["pg_constraint WHERE oid >= 16384", "oid, ' ', conrelid", "conrelid"]
            }
            Self::Index => {
                ["pg_index WHERE indexrelid >= 16384", "indexrelid, ' ', indrelid", "indrelid"]
            }
            Self::Trigger => ["pg_trigger WHERE NOT tgisinternal", "oid, ' ', tgrelid", "tgrelid"],
            Self::Comment => [
                "pg_description WHERE objoid >= 16384",
                "objoid, ' ', classoid, ' ', objsubid",
                "CASE WHEN classoid = 1259 THEN objoid END",
            ],
            Self::Sequence => ["pg_sequence", "seqrelid", "seqrelid"],
            Self::Owned => [
                // One by one: a scan of all dependencies would take longer.
                "(SELECT d.* FROM pg_sequence CROSS JOIN LATERAL (SELECT d.xmin, d.* FROM pg_depend d \
                 WHERE classid = 1259 AND objid = seqrelid OFFSET 0) d) d \
                 WHERE refclassid = 1259 AND refobjsubid > 0 AND deptype IN ('a', 'i')",
                "objid, ' ', refobjid, ' ', refobjsubid",
                "refobjid",
            ],
        }
    }

    /// The name of the table of one row that tells of it.
    const fn table(self) -> &'static str {
        match self {
            Self::Relation => "of_relations",
            Self::Column => "of_columns",
            Self::Default => "of_defaults",
            Self::Constraint => "of_constraints",
            Self::Index => "of_indexes",
            Self::Trigger => "of_triggers",
            Self::Comment => "of_comments",
            Self::Sequence => "of_sequences",
            Self::Owned => "of_owned",
        }
    }
}

/// Catalogs whose rows names and texts all over the database may rest on.
fn shared(version: u32) -> Vec<String> {
    let mut catalogs: Vec<String> = [
        "pg_namespace",
        // Of the namespace that is there from the start.
        "pg_description WHERE objoid = 2200",
        "pg_type WHERE oid >= 16384 AND typrelid = 0 AND typcategory <> 'A'",
        "pg_enum",
        "pg_range WHERE rngtypid >= 16384",
        "pg_proc WHERE oid >= 16384",
        "pg_aggregate WHERE aggfnoid::oid >= 16384",
        "pg_policy",
        "pg_rewrite WHERE oid >= 16384 AND rulename <> '_RETURN'",
        "pg_statistic_ext",
        "pg_event_trigger",
        "pg_language",
        "pg_am",
        "pg_tablespace",
        "pg_collation WHERE oid >= 16384",
        "pg_extension",
        "pg_depend WHERE refclassid = 3079",
        "pg_operator WHERE oid >= 16384",
        "pg_opclass WHERE oid >= 16384",
        "pg_opfamily WHERE oid >= 16384",
        "pg_amop WHERE oid >= 16384",
        "pg_amproc WHERE oid >= 16384",
        "pg_cast WHERE oid >= 16384",
        "pg_ts_config WHERE oid >= 16384",
        "pg_ts_config_map WHERE mapcfg >= 16384",
        "pg_ts_dict WHERE oid >= 16384",
        "pg_ts_parser WHERE oid >= 16384",
        "pg_ts_template WHERE oid >= 16384",
        "pg_publication",
        "pg_publication_rel",
        "pg_foreign_data_wrapper",
        "pg_foreign_server",
        "pg_foreign_table",
        "pg_inherits WHERE inhrelid >= 16384",
        "pg_partitioned_table",
        "pg_default_acl",
    ]
    .map(str::to_owned)
    .into();
    let namespaces = since(version, 15, "pg_publication_namespace", "");
    catalogs.extend(Some(namespaces.to_owned()).filter(|name| !name.is_empty()));
    catalogs
}

/// Which rows there are, in the cells that [`ChangeSet::read`] takes.
pub(super) fn all_rows(version: u32) -> String {
    let cell = |on: RowKind| match on {
        // Of these only the new ones are ever asked.
        RowKind::Column => "NULL".to_owned(),
        _ => {
            let [from, row_key, _] = on.parts();
            format!(
                "(SELECT concat(count(*), ':', string_agg(concat({row_key}), ',')) FROM {from})"
            )
        }
    };
    let narrow = RowKind::ALL.map(cell).join(", ");
    format!("SELECT {}, NULL, {narrow}", database_cells(version, "'0'"))
}

/// Which rows are new, in the cells that [`ChangeSet::read`] takes, and behind them what there is to
/// say of the relations that they are about. The parameters are the age, in transactions, of what
/// counts as new, and the numbers of more relations.
pub(super) fn changes_since(version: u32) -> String {
    let narrow = RowKind::ALL.map(|on| {
        let [from, row_key, relation] = on.parts();
        format!(
            "{} AS MATERIALIZED (SELECT count(*) AS many, string_agg(concat({row_key}), ',') FILTER (WHERE is_new) AS rows, \
             array_agg({relation}) FILTER (WHERE is_new) AS relations \
             FROM (SELECT *, age(xmin) <= $1 AS is_new FROM {from}) x)",
            on.table()
        )
    });
    let new = RowKind::ALL.map(|on| format!("(SELECT relations FROM {})", on.table())).join(" || ");
    // With a table go the sequences that number its rows.
    let tables = format!(
        "{}, about AS MATERIALIZED (SELECT $2 || (SELECT array_agg(oid) FROM ({ALWAYS}) q) || {new} AS relations), \
         touched AS MATERIALIZED (SELECT array_agg(oid) AS relations FROM pg_class WHERE oid >= 16384 \
         AND relkind IN ('r', 'v', 'm', 'S') AND relpersistence <> 't' AND oid = ANY ((SELECT relations FROM about)::oid[] \
         || ARRAY (SELECT objid FROM pg_depend WHERE refclassid = 1259 AND refobjid = ANY ((SELECT relations FROM about)::oid[]) \
         AND classid = 1259 AND deptype IN ('a', 'i'))))",
        narrow.join(", ")
    );
    let cells =
        RowKind::ALL.map(|on| format!("(SELECT concat(many, ':', rows) FROM {})", on.table()));
    let first = format!(
        "{}, (SELECT array_to_string(relations, ',') FROM touched), {}",
        database_cells(version, "count(*) FILTER (WHERE age(xmin) <= $1)"),
        cells.join(", ")
    );
    queries::of_some(version, &tables, &first)
}

/// Relations with texts that may change with any table, beside the views.
const ALWAYS: &str = "SELECT polrelid AS oid FROM pg_catalog.pg_policy UNION ALL SELECT ev_class \
     FROM pg_catalog.pg_rewrite WHERE oid >= 16384 AND rulename <> '_RETURN'";

/// The cells about the whole database.
fn database_cells(version: u32, new: &str) -> String {
    let shared = shared(version).into_iter().map(|from| format!("SELECT xmin FROM {from}"));
    let shared = shared.collect::<Vec<_>>().join(" UNION ALL ");
    // Bodies that are kept as the server understood them, and who may fire at whom, lead elsewhere.
    let bodies = since(
        version,
        14,
        "(SELECT count(*) FROM pg_catalog.pg_proc WHERE oid >= 16384 AND prosqlbody IS NOT NULL)",
        "0",
    );
    format!(
        "(SELECT concat(count(*), ' ', {new}) FROM ({shared}) q), \
         (SELECT sum(oid::bigint + hashtext(rolname)) FROM pg_catalog.pg_roles), \
         {bodies} + (SELECT count(*) FROM pg_catalog.pg_foreign_server) \
         + (SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgisinternal AND tgenabled <> 'O'), \
         (SELECT string_agg(oid::text, ',') FROM ({ALWAYS}) q)"
    )
}

/// The numbers that tell a row from others, and what is noted of it.
pub(super) type RowKey = [Oid; 3];

/// The answer.
#[derive(Default)]
pub(super) struct ChangeSet {
    /// How many rows the wide catalogs have, and a sum of who there is.
    pub(super) shared: (String, String),
    /// Whether a wide catalog has new rows.
    pub(super) is_new: bool,
    /// Whether there is what no survey can tell of.
    pub(super) is_untraceable: bool,
    /// Tables with texts that may change with any other table, beside the views.
    pub(super) always: BTreeSet<Oid>,
    /// The relations of which there is more to read.
    pub(super) relations: BTreeSet<Oid>,
    /// How many rows there are.
    pub(super) counts: HashMap<RowKind, usize>,
    /// The new ones.
    pub(super) rows: HashMap<RowKind, BTreeSet<RowKey>>,
}

impl ChangeSet {
    /// Reads its cells of an answer.
    pub(super) fn read(cells: &mut impl Iterator<Item = Option<String>>) -> Self {
        let mut next = || cells.next().flatten().unwrap_or_default();
        let mut changes = Self::default();
        let (shared, roles) = (next(), next());
        let (count, new) = shared.split_once(' ').unwrap_or_default();
        changes.is_new = new != "0";
        changes.shared = (count.to_owned(), roles);
        changes.is_untraceable = next() != "0";
        let mut numbers = || next().split(',').filter_map(|oid| oid.parse().ok()).collect();
        changes.always = numbers();
        changes.relations = numbers();
        for on in RowKind::ALL {
            let cell = next();
            let (count, rows) = cell.split_once(':').unwrap_or_default();
            let rows = rows.split(',').filter(|row| !row.is_empty()).map(row_key).collect();
            changes.counts.insert(on, count.parse().unwrap_or_default());
            changes.rows.insert(on, rows);
        }
        changes
    }
}

fn row_key(row: &str) -> RowKey {
    let mut numbers = row.split(' ').map(|number| number.parse().unwrap_or_default());
    std::array::from_fn(|_| numbers.next().unwrap_or_default())
}
