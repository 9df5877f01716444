//! The questions about tables and types, and the order in which they are asked: what a later answer
//! builds on comes first. All can be asked of the whole database, those about relations of some too.
//!
//! Each is a plain scan of one catalog or two; the answers are joined by number in [`super`]. What
//! a function of the database puts in words is asked only where there is something to tell: most
//! of the time goes there. Objects that came with the database have numbers below 16384, and those
//! that an extension brought are its own affair.

use super::other;

/// Of which relations is asked.
#[derive(Clone, Copy)]
pub(super) enum Of {
    /// All that the database holds.
    All,
    /// Those whose numbers the one row of `touched` holds.
    Some,
}

/// The numbers of the relations asked of, as [`of_some`] is given them, and the same with those of
/// their indexes.
const SOME: &str = "((SELECT relations FROM touched)::oid[])";
const WITH_INDEXES: &str = "((SELECT relations FROM with_indexes)::oid[])";

impl Of {
    /// A condition on the number of the relation that a row is about.
    pub(super) fn on(self, relation: &str) -> String {
        self.among(relation, SOME)
    }

    fn among(self, number: &str, numbers: &str) -> String {
        match self {
            Self::All => String::new(),
            Self::Some => format!(" AND {number} = ANY {numbers}"),
        }
    }
}

/// All questions in one; the answer to each is one cell, see [`super::row::rows`].
pub(super) fn all(version: u32) -> String {
    let of = Of::All;
    let questions = [
        namespaces(),
        comments(of),
        relations(of),
        INHERITANCE.to_owned(),
        toast(of),
        FOREIGN_TABLES.to_owned(),
        defaults(of),
        types(version),
        LABELS.to_owned(),
        columns(version, of),
        sequences(of),
        constraints(version, of),
        OPERATOR_CLASSES.to_owned(),
        indexes(version, of),
        triggers(of),
    ];
    let on_tables = other::on_tables(version, of);
    let questions = questions.into_iter().chain(on_tables).chain(other::queries(version));
    format!("SELECT {}", cells(questions))
}

/// What is asked first, and the questions about some relations, which are neither partitioned nor
/// foreign, nor types: their numbers are `relations` of the one row of `touched`.
pub(super) fn of_some(version: u32, tables: &str, first: &str) -> String {
    let of = Of::Some;
    let questions = [
        comments(of),
        relations(of),
        toast(of),
        defaults(of),
        columns(version, of),
        sequences(of),
        constraints(version, of),
        indexes(version, of),
        triggers(of),
    ];
    let questions = cells(questions.into_iter().chain(other::on_tables(version, of)));
    format!(
        "WITH {tables}, with_indexes AS MATERIALIZED (SELECT (SELECT relations FROM touched) \
         || ARRAY (SELECT indexrelid FROM pg_index WHERE indrelid = ANY {SOME}) AS relations) \
         SELECT {first}, {questions}"
    )
}

fn cells(questions: impl Iterator<Item = String>) -> String {
    let cell = |question| format!("(SELECT string_agg(q::text, '') FROM ({question}) q)");
    questions.map(cell).collect::<Vec<_>>().join(",\n")
}

/// The word if the database is of a version that has it, else what stands for it.
pub(super) fn since<'a>(version: u32, first: u32, word: &'a str, before: &'a str) -> &'a str {
    if version >= first * 10_000 { word } else { before }
}

/// That an object, by the expression of its number, came with an extension.
pub(super) fn of_extension(catalog: &str, oid: &str) -> String {
    format!(
        "{oid} IN (SELECT objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass \
         AND classid = '{catalog}'::regclass AND deptype = 'e')"
    )
}

/// That an object, by the expression of its number, was made with another one, as the functions of a range type are.
pub(super) fn of_object(catalog: &str, oid: &str) -> String {
    format!(
        "{oid} IN (SELECT objid FROM pg_depend WHERE classid = '{catalog}'::regclass AND deptype = 'i')"
    )
}

/// The owner, the privileges, and those that such an object has anyway.
pub(super) fn rights(owner: &str, acl: &str, kind: &str) -> String {
    format!(
        "nullif(pg_get_userbyid({owner}), session_user), {acl}::text, \
         CASE WHEN {acl} IS NOT NULL THEN acldefault({kind}, {owner})::text END"
    )
}

/// All namespaces, as names need them; those that are somebody's are told apart.
fn namespaces() -> String {
    let of_extension = of_extension("pg_namespace", "n.oid");
    format!(
        "SELECT 'namespace', n.oid, nspname, \
         (n.oid >= 16384 OR nspname = 'public') AND nspname !~ '^pg_' AND NOT {of_extension}, \
         CASE WHEN nspname <> 'public' OR nspowner <> 10 AND pg_get_userbyid(nspowner) <> 'pg_database_owner' \
         THEN nullif(pg_get_userbyid(nspowner), session_user) END, \
         nspacl::text, CASE WHEN nspacl IS NOT NULL THEN coalesce((SELECT initprivs FROM pg_init_privs \
         WHERE objoid = n.oid AND classoid = 'pg_namespace'::regclass), acldefault('n', nspowner))::text END, \
         obj_description(n.oid, 'pg_namespace') FROM pg_namespace n"
    )
}

/// Those on some relations are those on all that stands on them, too.
fn comments(of: Of) -> String {
    let parts = [
        ("pg_constraint", "conrelid"),
        ("pg_trigger", "tgrelid"),
        ("pg_policy", "polrelid"),
        ("pg_rewrite", "ev_class"),
        ("pg_statistic_ext", "stxrelid"),
    ];
    let mut numbers = WITH_INDEXES.to_owned();
    for (catalog, relation) in parts {
        numbers = format!(
            "({numbers} || ARRAY (SELECT oid FROM {catalog} WHERE {relation} = ANY {SOME}))"
        );
    }
    let condition = of.among("objoid", &numbers);
    format!(
        "SELECT 'comment', classoid, objoid, objsubid, description \
         FROM pg_description WHERE objoid >= 16384{condition}"
    )
}

fn relations(of: Of) -> String {
    let condition = of.on("c.oid");
    let of_extension = of_extension("pg_class", "c.oid");
    let rights =
        rights("relowner", "relacl", "CASE relkind WHEN 'S' THEN 's'::\"char\" ELSE 'r' END");
    format!(
        "SELECT 'relation', c.oid, relnamespace, relname, relkind, {of_extension}, reltype, {rights}, \
         relpersistence, reltoastrelid, reloptions, \
         CASE WHEN reltablespace <> 0 THEN (SELECT spcname FROM pg_tablespace t WHERE t.oid = reltablespace) END, \
         CASE WHEN relam NOT IN (0, 2) THEN (SELECT amname FROM pg_am a WHERE a.oid = relam) END, \
         relrowsecurity, relforcerowsecurity, relreplident, relispopulated, \
         CASE WHEN relkind = 'p' THEN pg_get_partkeydef(c.oid) END, \
         CASE WHEN relispartition THEN pg_get_expr(relpartbound, c.oid) END, \
         CASE WHEN reloftype <> 0 THEN reloftype::regtype::text END, \
         CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END, \
         CASE WHEN relkind = 'S' THEN c.oid::regclass::text END \
         FROM pg_class c WHERE c.oid >= 16384 AND relkind IN ('r', 'p', 'f', 'v', 'm', 'c', 'S') \
         AND relpersistence <> 't'{condition}"
    )
}

/// Tables, and indexes of partitions.
const INHERITANCE: &str = "SELECT 'inherits', inhrelid, inhparent, \
     CASE WHEN relkind IN ('i', 'I') THEN inhparent::regclass::text END \
     FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid ORDER BY inhrelid, inhseqno";

fn toast(of: Of) -> String {
    let toasts = format!("(ARRAY (SELECT reltoastrelid FROM pg_class WHERE oid = ANY {SOME}))");
    let condition = of.among("oid", &toasts);
    format!(
        "SELECT 'toast', oid, reloptions FROM pg_class \
         WHERE oid >= 16384 AND relkind = 't' AND reloptions IS NOT NULL{condition}"
    )
}

const FOREIGN_TABLES: &str = "SELECT 'foreign', ftrelid, srvname, ftoptions \
     FROM pg_foreign_table JOIN pg_foreign_server s ON s.oid = ftserver";

fn defaults(of: Of) -> String {
    let condition = of.on("adrelid");
    format!(
        "SELECT 'default', adrelid, adnum, pg_get_expr(adbin, adrelid) \
         FROM pg_attrdef WHERE adrelid >= 16384{condition}"
    )
}

fn types(version: u32) -> String {
    let of_extension = of_extension("pg_type", "t.oid");
    let rights = rights("typowner", "typacl", "'T'");
    let multirange =
        since(version, 14, "'MULTIRANGE_TYPE_NAME = ' || rngmultitypid::regtype", "NULL");
    format!(
        "SELECT 'type', t.oid, typnamespace, typname, typtype, {rights}, NOT typnotnull, \
         format_type(typbasetype, typtypmod), typdefault, \
         CASE WHEN typtype = 'd' AND typcollation <> (SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype) \
         THEN (SELECT quote_ident(collname) FROM pg_collation l WHERE l.oid = typcollation) END, \
         CASE typtype WHEN 'r' THEN (SELECT concat_ws(', ', 'SUBTYPE = ' || format_type(rngsubtype, NULL), \
         CASE WHEN NOT opcdefault THEN 'SUBTYPE_OPCLASS = ' || opcname END, \
         CASE WHEN rngcollation NOT IN (0, 100) THEN 'COLLATION = ' || (SELECT quote_ident(collname) \
         FROM pg_collation l WHERE l.oid = rngcollation) END, \
         'CANONICAL = ' || nullif(rngcanonical, 0)::regproc, 'SUBTYPE_DIFF = ' || nullif(rngsubdiff, 0)::regproc, {multirange}) \
         FROM pg_range JOIN pg_opclass o ON o.oid = rngsubopc WHERE rngtypid = t.oid) \
         WHEN 'b' THEN concat_ws(', ', 'INPUT = ' || typinput::regproc, 'OUTPUT = ' || typoutput::regproc, \
         'RECEIVE = ' || nullif(typreceive, 0)::regproc, 'SEND = ' || nullif(typsend, 0)::regproc, \
         'TYPMOD_IN = ' || nullif(typmodin, 0)::regproc, 'TYPMOD_OUT = ' || nullif(typmodout, 0)::regproc, \
         'ANALYZE = ' || nullif(typanalyze, 0)::regproc, 'INTERNALLENGTH = ' || typlen, 'ALIGNMENT = ' || typalign::text, \
         'STORAGE = ' || typstorage::text, 'CATEGORY = ' || typcategory::text, 'DELIMITER = ' || typdelim::text, \
         CASE WHEN typbyval THEN 'PASSEDBYVALUE' END, CASE WHEN typispreferred THEN 'PREFERRED' END, \
         CASE WHEN typcollation <> 0 THEN 'COLLATABLE' END) \
         WHEN 'p' THEN '' END \
         FROM pg_type t WHERE t.oid >= 16384 AND NOT {of_extension} AND (typtype IN ('e', 'd', 'r', 'p') \
         OR typtype = 'b' AND typcategory <> 'A' \
         OR typtype = 'c' AND typrelid IN (SELECT oid FROM pg_class WHERE oid >= 16384 AND relkind = 'c'))"
    )
}

const LABELS: &str = "SELECT 'label', enumtypid, enumlabel FROM pg_enum \
     WHERE enumtypid >= 16384 ORDER BY enumtypid, enumsortorder";

/// Columns, and of indexes those of which something is said.
fn columns(version: u32, of: Of) -> String {
    let condition = of.among("attrelid", WITH_INDEXES);
    let compression = since(
        version,
        14,
        "'COMPRESSION ' || CASE attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END",
        "NULL",
    );
    format!(
        "SELECT 'column', attrelid, attnum, attname, format_type(atttypid, atttypmod), \
         CASE WHEN typcategory = 'A' THEN typelem ELSE t.oid END, NOT attnotnull, attgenerated, attidentity, \
         CASE WHEN attcollation <> typcollation THEN (SELECT CASE WHEN pg_collation_is_visible(l.oid) \
         THEN quote_ident(collname) ELSE concat(collnamespace::regnamespace, '.', quote_ident(collname)) END \
         FROM pg_collation l WHERE l.oid = attcollation) END, \
         nullif(concat_ws(' ', CASE WHEN attstorage <> typstorage THEN 'STORAGE ' || CASE attstorage \
         WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END END, {compression}, \
         CASE WHEN attstattarget >= 0 THEN 'STATISTICS ' || attstattarget END, \
         CASE WHEN attinhcount > 0 AND NOT attislocal AND NOT relispartition THEN 'INHERITED' END), ''), \
         attoptions, attfdwoptions, attacl::text \
         FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_type t ON t.oid = atttypid \
         WHERE attrelid >= 16384 AND attnum > 0 AND NOT attisdropped AND (relkind IN ('r', 'p', 'f', 'v', 'm', 'c') \
         OR relkind IN ('i', 'I') AND (attoptions IS NOT NULL OR attstattarget >= 0 OR attcollation <> typcollation)){condition} ORDER BY attrelid, attnum"
    )
}

fn sequences(of: Of) -> String {
    let condition = of.on("seqrelid");
    format!(
        "SELECT 'sequence', seqrelid, format_type(seqtypid, NULL), seqstart, seqincrement, \
         seqmin, seqmax, seqcache, seqcycle, refobjid, refobjsubid \
         FROM pg_sequence LEFT JOIN pg_depend d ON classid = 'pg_class'::regclass AND objid = seqrelid AND objsubid = 0 \
         AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i') AND refobjsubid > 0 WHERE true{condition}"
    )
}

/// NOT NULL is a constraint of its own since 18; it is the column's affair, but for what the column
/// does not tell.
fn constraints(version: u32, of: Of) -> String {
    let condition = of.on("conrelid");
    let enforced = since(version, 18, "conenforced", "true");
    let period = since(version, 18, "conperiod", "false");
    let columns = since(version, 15, "confdelsetcols", "NULL");
    format!(
        "SELECT 'constraint', o.oid, conrelid, contypid, conname, contype, conindid, confrelid, conkey, confkey, \
         confupdtype, confdeltype, {columns}, confmatchtype, condeferrable, condeferred, convalidated, {enforced}, {period}, \
         connoinherit, coninhcount > 0 AND NOT conislocal, \
         CASE contype WHEN 'c' THEN pg_get_expr(conbin, conrelid) WHEN 'x' THEN pg_get_constraintdef(o.oid) END \
         FROM pg_constraint o WHERE o.oid >= 16384 AND (contype IN ('p', 'u', 'x', 'c') OR contype = 'f' AND conparentid = 0 \
         OR contype = 'n' AND (NOT convalidated OR connoinherit)){condition}"
    )
}

/// Those that an index must name.
const OPERATOR_CLASSES: &str = "SELECT 'opclass', oid, CASE WHEN pg_opclass_is_visible(oid) THEN quote_ident(opcname) \
     ELSE concat(opcnamespace::regnamespace, '.', quote_ident(opcname)) END FROM pg_opclass WHERE NOT opcdefault";

fn indexes(version: u32, of: Of) -> String {
    let condition = of.on("indrelid");
    let nulls = since(version, 15, "indnullsnotdistinct", "false");
    format!(
        "SELECT 'index', indexrelid, indrelid, relname, indisunique, {nulls}, \
         CASE WHEN relam <> 403 THEN (SELECT amname FROM pg_am a WHERE a.oid = relam) END, \
         indnkeyatts, indkey, indclass, indcollation, indoption, \
         CASE WHEN indpred IS NOT NULL THEN pg_get_expr(indpred, indrelid) END, \
         CASE WHEN indexprs IS NOT NULL THEN ARRAY(SELECT pg_get_indexdef(indexrelid, n, false) \
         FROM generate_series(1, indnatts) n) END, reloptions, \
         CASE WHEN reltablespace <> 0 THEN (SELECT spcname FROM pg_tablespace t WHERE t.oid = reltablespace) END, \
         indisvalid, indisclustered, indisreplident \
         FROM pg_index JOIN pg_class c ON c.oid = indexrelid \
         WHERE indexrelid >= 16384 AND relpersistence <> 't' AND relnamespace <> 99{condition}"
    )
}

/// Those of constraints are the database's own, unless somebody switched them off.
fn triggers(of: Of) -> String {
    let condition = of.on("tgrelid");
    format!(
        "SELECT 'trigger', oid, tgrelid, tgname, tgenabled, CASE WHEN tgisinternal THEN tgconstraint END, \
         CASE WHEN NOT tgisinternal THEN pg_get_triggerdef(oid) END \
         FROM pg_trigger WHERE (NOT tgisinternal OR tgenabled <> 'O'){condition}"
    )
}
