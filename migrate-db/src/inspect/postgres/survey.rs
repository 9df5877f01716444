//! What has changed in the catalog since an earlier reading, without a look at what it says.
//!
//! Every row of a catalog knows the transaction that wrote it, so one scan of numbers tells which
//! rows are newer than a moment, and how many there are tells whether some are gone. That costs a
//! hundredth of what it costs to put definitions in words. What the numbers mean for a reading is
//! [`super::known`]'s matter.

use std::collections::{BTreeSet, HashMap};

use super::queries::since;
use super::row::Oid;

/// The age that no transaction exceeds: asked with it, everything is new.
pub(super) const EVER: &str = "2147483647";

/// Where a change touches one relation only.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum On {
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
    /// What belongs to a column: object, relation, column.
    Owned,
}

impl On {
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

    /// One cell: how many rows there are, and what is noted of the new ones.
    fn sql(self) -> String {
        let (noted, from) = match self {
            Self::Column => {
                return format!(
                    "(SELECT concat('0:', string_agg(DISTINCT attrelid::text, ',')) FROM pg_catalog.pg_attribute \
                     WHERE $1 < {EVER} AND attrelid >= 16384 AND age(xmin) <= $1)"
                );
            }
            Self::Relation => (
                "oid, ' ', ascii(relkind::text)",
                "pg_catalog.pg_class WHERE oid >= 16384 AND relpersistence <> 't'",
            ),
            Self::Default => ("oid, ' ', adrelid", "pg_catalog.pg_attrdef WHERE oid >= 16384"),
            Self::Constraint => {
                ("oid, ' ', conrelid", "pg_catalog.pg_constraint WHERE oid >= 16384")
            }
            Self::Index => {
                ("indexrelid, ' ', indrelid", "pg_catalog.pg_index WHERE indexrelid >= 16384")
            }
            Self::Trigger => ("oid, ' ', tgrelid", "pg_catalog.pg_trigger WHERE NOT tgisinternal"),
            Self::Comment => (
                "objoid, ' ', classoid, ' ', objsubid",
                "pg_catalog.pg_description WHERE objoid >= 16384",
            ),
            Self::Sequence => ("seqrelid", "pg_catalog.pg_sequence"),
            Self::Owned => (
                "objid, ' ', refobjid, ' ', refobjsubid",
                "pg_catalog.pg_depend WHERE classid = 1259 AND objid >= 16384 \
                 AND refclassid = 1259 AND refobjsubid > 0 AND deptype IN ('a', 'i')",
            ),
        };
        format!(
            "(SELECT concat(count(*), ':', string_agg(concat({noted}), ',') FILTER (WHERE age(xmin) <= $1)) FROM {from})"
        )
    }
}

/// Catalogs whose rows names and texts all over the database may rest on.
fn wide(version: u32) -> Vec<String> {
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

/// The question; its parameter is the age, in transactions, of what counts as new.
pub(super) fn question(version: u32) -> String {
    let wide = wide(version).into_iter().map(|from| format!("SELECT xmin FROM pg_catalog.{from}"));
    let wide = wide.collect::<Vec<_>>().join(" UNION ALL ");
    // Bodies that are kept as the server understood them, and who may fire at whom, lead elsewhere.
    let bodies = since(
        version,
        14,
        "(SELECT count(*) FROM pg_catalog.pg_proc WHERE oid >= 16384 AND prosqlbody IS NOT NULL)",
        "0",
    );
    let narrow = On::ALL.map(On::sql).join(", ");
    format!(
        "SELECT (SELECT concat(count(*), ' ', count(*) FILTER (WHERE age(xmin) <= $1)) FROM ({wide}) q), \
         (SELECT sum(oid::bigint + hashtext(rolname)) FROM pg_catalog.pg_roles), \
         {bodies} + (SELECT count(*) FROM pg_catalog.pg_foreign_server) \
         + (SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgisinternal AND tgenabled <> 'O'), \
         (SELECT string_agg(oid::text, ',') FROM (SELECT polrelid AS oid FROM pg_catalog.pg_policy \
         UNION ALL SELECT ev_class FROM pg_catalog.pg_rewrite WHERE oid >= 16384 AND rulename <> '_RETURN') q), \
         {narrow}"
    )
}

/// The numbers that tell a row from others, and what is noted of it.
pub(super) type Noted = [Oid; 3];

/// The answer.
#[derive(Default)]
pub(super) struct Survey {
    /// How many rows the wide catalogs have, and a sum of who there is.
    pub(super) wide: (String, String),
    /// Whether a wide catalog has new rows.
    pub(super) is_new: bool,
    /// Whether there is what no survey can tell of.
    pub(super) is_opaque: bool,
    /// Tables with texts that may change with any other table, beside the views.
    pub(super) always: BTreeSet<Oid>,
    /// How many rows there are.
    pub(super) counts: HashMap<On, usize>,
    /// The new ones.
    pub(super) rows: HashMap<On, BTreeSet<Noted>>,
}

impl Survey {
    /// Reads the cells of the answer.
    pub(super) fn read(cells: Vec<Option<String>>) -> Self {
        let mut cells = cells.into_iter().map(Option::unwrap_or_default);
        let mut next = || cells.next().unwrap_or_default();
        let mut survey = Self::default();
        let (wide, roles) = (next(), next());
        let (count, new) = wide.split_once(' ').unwrap_or_default();
        survey.is_new = new != "0";
        survey.wide = (count.to_owned(), roles);
        survey.is_opaque = next() != "0";
        survey.always = next().split(',').filter_map(|oid| oid.parse().ok()).collect();
        for on in On::ALL {
            let cell = next();
            let (count, rows) = cell.split_once(':').unwrap_or_default();
            let rows = rows.split(',').filter(|row| !row.is_empty()).map(noted).collect();
            survey.counts.insert(on, count.parse().unwrap_or_default());
            survey.rows.insert(on, rows);
        }
        survey
    }
}

fn noted(row: &str) -> Noted {
    let mut numbers = row.split(' ').map(|number| number.parse().unwrap_or_default());
    std::array::from_fn(|_| numbers.next().unwrap_or_default())
}
