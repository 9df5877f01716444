//! The questions about everything that is known by name and text alone. Each gives the same cells:
//! kind, catalog, number, namespace, name, table, definition, owner, privileges, usual privileges.

use super::misc_objects;
use super::queries::{Of, of_extension, of_object, rights, since};

/// What is asked of one catalog, whose rows are `x`; every part is SQL.
pub(super) struct Other {
    pub(super) kind: &'static str,
    pub(super) catalog: &'static str,
    pub(super) namespace: &'static str,
    pub(super) name: &'static str,
    pub(super) table: &'static str,
    pub(super) definition: String,
    pub(super) rights: String,
    pub(super) condition: String,
}

impl Default for Other {
    /// Without a namespace and a table, owned by nobody.
    fn default() -> Self {
        Self {
            kind: "NULL",
            catalog: "",
            namespace: "NULL",
            name: "NULL",
            table: "NULL",
            definition: String::new(),
            rights: "NULL, NULL, NULL".to_owned(),
            condition: String::new(),
        }
    }
}

impl Other {
    pub(super) fn sql(&self) -> String {
        let Self { kind, catalog, namespace, name, table, definition, rights, condition } = self;
        let of_extension = of_extension(catalog, "x.oid");
        format!(
            "SELECT 'other', {kind}, '{catalog}'::regclass::oid, x.oid, {namespace}, {name}, {table}, \
             {definition}, {rights} FROM {catalog} x WHERE x.oid >= 16384 AND NOT {of_extension}{condition}"
        )
    }
}

/// What is owned, and cannot be granted.
pub(super) fn owner(column: &str) -> String {
    format!("nullif(pg_get_userbyid({column}), session_user), NULL, NULL")
}

/// What follows where something fires otherwise than usual.
fn enabled(column: &str) -> String {
    format!(
        "CASE {column} WHEN 'D' THEN ' DISABLED' WHEN 'R' THEN ' ENABLE REPLICA' WHEN 'A' THEN ' ENABLE ALWAYS' END"
    )
}

/// The questions about what stands on a table.
pub(super) fn on_tables(version: u32, of: Of) -> [String; 3] {
    [
    Other {
    kind: "'policy'",
    catalog: "pg_policy",
    name: "polname",
    table: "polrelid",
    definition: "concat_ws(' ', CASE WHEN NOT polpermissive THEN 'AS RESTRICTIVE' END, \
         'FOR ' || CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, \
         'TO ' || coalesce((SELECT string_agg(quote_ident(rolname), ', ' ORDER BY rolname) FROM pg_roles r WHERE r.oid = ANY (polroles)), 'PUBLIC'), \
         'USING (' || pg_get_expr(polqual, polrelid) || ')', 'WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')')".to_owned(),
    condition: of.on("polrelid"),
    ..Other::default()
}.sql(),
    Other {
    kind: "'rule'",
    catalog: "pg_rewrite",
    name: "rulename",
    table: "ev_class",
    definition: format!("concat(pg_get_ruledef(x.oid), {})", enabled("ev_enabled")),
    condition: format!(" AND rulename <> '_RETURN'{}", of.on("ev_class")),
    ..Other::default()
}.sql(),
    Other {
    kind: "'statistics'",
    catalog: "pg_statistic_ext",
    namespace: "stxnamespace",
    name: "stxname",
    table: "stxrelid",
    definition: format!(
            "concat(pg_get_statisticsobjdef(x.oid), {})",
            since(version, 13, "CASE WHEN stxstattarget >= 0 THEN ' STATISTICS ' || stxstattarget END", "''")
        ),
    rights: owner("stxowner"),
    condition: of.on("stxrelid"),
}.sql(),
    ]
}

/// The other questions.
pub(super) fn queries(version: u32) -> Vec<String> {
    let locale = match version {
        170_000.. => "colllocale",
        150_000.. => "colliculocale",
        _ => "NULL",
    };
    let rules = since(version, 16, "collicurules", "NULL");
    let mut queries = vec![
    Other {
    kind: "CASE prokind WHEN 'p' THEN 'procedure' ELSE 'function' END",
    catalog: "pg_proc",
    namespace: "pronamespace",
    name: "concat(proname, '(', oidvectortypes(proargtypes), ')')",
    definition: "CASE WHEN prokind <> 'a' THEN pg_get_functiondef(x.oid) ELSE (SELECT concat_ws(', ', \
             'AGGREGATE (' || pg_get_function_arguments(x.oid) || ')', 'KIND = ' || aggkind::text, 'SFUNC = ' || aggtransfn::regproc, \
             'STYPE = ' || aggtranstype::regtype, 'SSPACE = ' || nullif(aggtransspace, 0), \
             'FINALFUNC = ' || nullif(aggfinalfn, 0)::regproc, CASE WHEN aggfinalextra THEN 'FINALFUNC_EXTRA' END, \
             'FINALFUNC_MODIFY = ' || aggfinalmodify::text, 'COMBINEFUNC = ' || nullif(aggcombinefn, 0)::regproc, \
             'SERIALFUNC = ' || nullif(aggserialfn, 0)::regproc, 'DESERIALFUNC = ' || nullif(aggdeserialfn, 0)::regproc, \
             'INITCOND = ' || quote_literal(agginitval), 'MSFUNC = ' || nullif(aggmtransfn, 0)::regproc, \
             'MINVFUNC = ' || nullif(aggminvtransfn, 0)::regproc, 'MSTYPE = ' || nullif(aggmtranstype, 0)::regtype, \
             'MSSPACE = ' || nullif(aggmtransspace, 0), 'MFINALFUNC = ' || nullif(aggmfinalfn, 0)::regproc, \
             CASE WHEN aggmfinalextra THEN 'MFINALFUNC_EXTRA' END, 'MFINALFUNC_MODIFY = ' || aggmfinalmodify::text, \
             'MINITCOND = ' || quote_literal(aggminitval), 'SORTOP = ' || nullif(aggsortop, 0)::regoperator, \
             'PARALLEL = ' || proparallel::text) FROM pg_aggregate WHERE aggfnoid = x.oid) END"
            .to_owned(),
    rights: rights("proowner", "proacl", "'f'"),
    condition: format!(" AND NOT {}", of_object("pg_proc", "x.oid")),
    ..Other::default()
}.sql(),
    Other {
    kind: "'event trigger'",
    catalog: "pg_event_trigger",
    name: "evtname",
    definition: format!(
            "concat('ON ', evtevent, ' WHEN TAG IN (' || array_to_string(evttags, ', ') || ')', ' EXECUTE FUNCTION ', evtfoid::regprocedure, {})",
            enabled("evtenabled")
        ),
    rights: owner("evtowner"),
    ..Other::default()
}.sql(),
    Other {
    kind: "'collation'",
    catalog: "pg_collation",
    namespace: "collnamespace",
    name: "collname",
    definition: format!(
            "concat_ws(', ', 'PROVIDER = ' || collprovider::text, 'LC_COLLATE = ' || collcollate, 'LC_CTYPE = ' || collctype, \
             'LOCALE = ' || {locale}, 'RULES = ' || {rules}, CASE WHEN NOT collisdeterministic THEN 'DETERMINISTIC = false' END)"
        ),
    rights: owner("collowner"),
    ..Other::default()
}.sql(),
        EXTENSIONS.to_owned(),
        USER_MAPPINGS.replace("{options}", &misc_objects::options("umoptions")),
        DEFAULT_PRIVILEGES.to_owned(),
    ];
    queries.extend(misc_objects::queries(version));
    queries
}

/// Every database has this one language from the start.
const EXTENSIONS: &str = "SELECT 'other', 'extension', 'pg_extension'::regclass::oid, x.oid, NULL, extname, NULL, \
     concat('SCHEMA ', extnamespace::regnamespace, ' VERSION ', extversion), nullif(pg_get_userbyid(extowner), session_user), \
     NULL, NULL FROM pg_extension x WHERE extname <> 'plpgsql' OR extnamespace <> 'pg_catalog'::regnamespace \
     UNION ALL SELECT 'other', 'extension', 0, 0, NULL, 'plpgsql', NULL, 'DROPPED', NULL, NULL, NULL \
     WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'plpgsql')";

const USER_MAPPINGS: &str = "SELECT 'other', 'foreign server', 0, 0, NULL, concat('user ', usename, ' on ', srvname), NULL, \
     {options}, NULL, NULL, NULL FROM pg_user_mappings";

const DEFAULT_PRIVILEGES: &str = "SELECT 'default privileges', concat(CASE defaclobjtype WHEN 'r' THEN 'tables' \
     WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END, \
     ' of ', pg_get_userbyid(defaclrole), ' in ' || nullif(defaclnamespace, 0)::regnamespace), defaclacl::text, \
     CASE WHEN defaclnamespace = 0 THEN acldefault(CASE defaclobjtype WHEN 'S' THEN 's'::\"char\" ELSE defaclobjtype END, defaclrole)::text END, \
     pg_get_userbyid(defaclrole) FROM pg_default_acl";
