//! The questions about what few databases have: operators, objects of text search, publications,
//! foreign servers.

use super::other::{Other, owner};
use super::queries::{of_object, rights, since};

/// Foreign data's options; what may be a secret is not read.
pub(super) fn options(column: &str) -> String {
    format!(
        "'OPTIONS (' || (SELECT string_agg(CASE WHEN o ~* '^[^=]*(pass|secret|token|key|credential)' \
         THEN split_part(o, '=', 1) || '=...' ELSE o END, ', ' ORDER BY o) FROM unnest({column}) o) || ')'"
    )
}

pub(super) fn queries(version: u32) -> Vec<String> {
    let mut queries = Vec::new();
    queries.extend(operators());
    queries.extend(text_search());
    queries.push(publications(version));
    queries.extend(foreign());
    queries
}

fn operators() -> [String; 4] {
    [
    Other {
    kind: "'operator'",
    catalog: "pg_operator",
    namespace: "oprnamespace",
    name: "concat(oprname, ' (', coalesce(nullif(oprleft, 0)::regtype::text, 'NONE'), ', ', oprright::regtype, ')')",
    definition: "concat_ws(', ', 'FUNCTION = ' || oprcode, 'COMMUTATOR = ' || nullif(oprcom, 0)::regoperator, \
         'NEGATOR = ' || nullif(oprnegate, 0)::regoperator, 'RESTRICT = ' || nullif(oprrest::oid, 0)::regproc, \
         'JOIN = ' || nullif(oprjoin::oid, 0)::regproc, CASE WHEN oprcanhash THEN 'HASHES' END, \
         CASE WHEN oprcanmerge THEN 'MERGES' END)".to_owned(),
    rights: owner("oprowner"),
    ..Other::default()
}.sql(),
    Other {
    kind: "'operator'",
    catalog: "pg_opclass",
    namespace: "opcnamespace",
    name: "concat('class ', opcname, ' using ', (SELECT amname FROM pg_am a WHERE a.oid = opcmethod))",
    definition: "concat_ws(' ', CASE WHEN opcdefault THEN 'DEFAULT' END, 'FOR TYPE ' || opcintype::regtype, \
         'FAMILY ' || (SELECT opfname FROM pg_opfamily f WHERE f.oid = opcfamily), 'STORAGE ' || nullif(opckeytype, 0)::regtype)".to_owned(),
    rights: owner("opcowner"),
    ..Other::default()
}.sql(),
    Other {
    kind: "'operator'",
    catalog: "pg_opfamily",
    namespace: "opfnamespace",
    name: "concat('family ', opfname, ' using ', (SELECT amname FROM pg_am a WHERE a.oid = opfmethod))",
    definition: "concat_ws(', ', (SELECT string_agg(concat('OPERATOR ', amopstrategy, ' ', amopopr::regoperator, ' ', amoppurpose), \
         ', ' ORDER BY amopstrategy, amopopr::regoperator::text) FROM pg_amop WHERE amopfamily = x.oid), \
         (SELECT string_agg(concat('FUNCTION ', amprocnum, ' ', amproc::regprocedure), \
         ', ' ORDER BY amprocnum, amproc::regprocedure::text) FROM pg_amproc WHERE amprocfamily = x.oid))".to_owned(),
    rights: owner("opfowner"),
    ..Other::default()
}.sql(),
    Other {
    kind: "'operator'",
    catalog: "pg_cast",
    name: "concat('cast (', castsource::regtype, ' as ', casttarget::regtype, ')')",
    definition: "concat_ws(' ', CASE castmethod WHEN 'f' THEN 'WITH FUNCTION ' || castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END, \
         CASE castcontext WHEN 'a' THEN 'AS ASSIGNMENT' WHEN 'i' THEN 'AS IMPLICIT' END)".to_owned(),
    condition: format!(" AND NOT {}", of_object("pg_cast", "x.oid")),
    ..Other::default()
}.sql(),
    ]
}

fn text_search() -> [String; 4] {
    [
    Other {
    kind: "'text search object'",
    catalog: "pg_ts_config",
    namespace: "cfgnamespace",
    name: "concat('configuration ', cfgname)",
    definition: "concat_ws(', ', 'PARSER = ' || (SELECT prsname FROM pg_ts_parser p WHERE p.oid = cfgparser), \
         (SELECT string_agg(concat((SELECT alias FROM ts_token_type(cfgparser) WHERE tokid = maptokentype), \
         ' WITH ', mapdict::regdictionary), ', ' ORDER BY maptokentype, mapseqno) FROM pg_ts_config_map WHERE mapcfg = x.oid))".to_owned(),
    rights: owner("cfgowner"),
    ..Other::default()
}.sql(),
    Other {
    kind: "'text search object'",
    catalog: "pg_ts_dict",
    namespace: "dictnamespace",
    name: "concat('dictionary ', dictname)",
    definition: "concat_ws(', ', 'TEMPLATE = ' || (SELECT tmplname FROM pg_ts_template t WHERE t.oid = dicttemplate), nullif(dictinitoption, ''))".to_owned(),
    rights: owner("dictowner"),
    ..Other::default()
}.sql(),
    Other {
    kind: "'text search object'",
    catalog: "pg_ts_parser",
    namespace: "prsnamespace",
    name: "concat('parser ', prsname)",
    definition: "concat_ws(', ', prsstart, prstoken, prsend, prsheadline, prslextype)".to_owned(),
    ..Other::default()
}.sql(),
    Other {
    kind: "'text search object'",
    catalog: "pg_ts_template",
    namespace: "tmplnamespace",
    name: "concat('template ', tmplname)",
    definition: "concat_ws(', ', tmplinit, tmpllexize)".to_owned(),
    ..Other::default()
}.sql(),
    ]
}

fn publications(version: u32) -> String {
    let columns = since(
        version,
        15,
        "' (' || (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attname) FROM pg_attribute WHERE attrelid = prrelid AND attnum = ANY (prattrs)) || ')', \
         ' WHERE ' || pg_get_expr(prqual, prrelid)",
        "''",
    );
    let namespaces = since(
        version,
        15,
        "'TABLES IN SCHEMA ' || (SELECT string_agg(pnnspid::regnamespace::text, ', ' ORDER BY pnnspid::regnamespace::text) \
         FROM pg_publication_namespace WHERE pnpubid = x.oid)",
        "NULL",
    );
    let root = since(version, 13, "CASE WHEN pubviaroot THEN 'VIA ROOT' END", "NULL");
    let generated = since(version, 18, "'GENERATED ' || nullif(pubgencols::text, 'n')", "NULL");
    Other {
    kind: "'publication'",
    catalog: "pg_publication",
    name: "pubname",
    definition: format!(
            "concat_ws(' ', CASE WHEN puballtables THEN 'FOR ALL TABLES' END, \
             'TABLE ' || (SELECT string_agg(concat(prrelid::regclass, {columns}), ', ' ORDER BY prrelid::regclass::text) \
             FROM pg_publication_rel WHERE prpubid = x.oid), {namespaces}, concat_ws(', ', CASE WHEN pubinsert THEN 'insert' END, \
             CASE WHEN pubupdate THEN 'update' END, CASE WHEN pubdelete THEN 'delete' END, CASE WHEN pubtruncate THEN 'truncate' END), \
             {root}, {generated})"
        ),
    rights: owner("pubowner"),
    ..Other::default()
}.sql()
}

fn foreign() -> [String; 2] {
    [
    Other {
    kind: "'foreign server'",
    catalog: "pg_foreign_data_wrapper",
    name: "concat('wrapper ', fdwname)",
    definition: format!(
            "concat_ws(' ', 'HANDLER ' || nullif(fdwhandler, 0)::regproc, 'VALIDATOR ' || nullif(fdwvalidator, 0)::regproc, {})",
            options("fdwoptions")
        ),
    rights: rights("fdwowner", "fdwacl", "'F'"),
    ..Other::default()
}.sql(),
    Other {
    kind: "'foreign server'",
    catalog: "pg_foreign_server",
    name: "srvname",
    definition: format!(
            "concat_ws(' ', 'TYPE ' || srvtype, 'VERSION ' || srvversion, \
             'WRAPPER ' || (SELECT fdwname FROM pg_foreign_data_wrapper w WHERE w.oid = srvfdw), {})",
            options("srvoptions")
        ),
    rights: rights("srvowner", "srvacl", "'S'"),
    ..Other::default()
}.sql(),
    ]
}
