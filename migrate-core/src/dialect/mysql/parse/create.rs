//! `CREATE` of every kind, and `ALTER` of all but tables.

use super::action::{algorithm_or_lock, name_of_key};
use super::alter::{alter_table, wait};
use super::code::{Header, event, event_options, routine, schedule, trigger, view};
use super::grammar::{if_exists, if_not_exists, one_of, qualified};
use super::index::index_behind_name;
use super::sequence::{alter_sequence, create_sequence};
use super::table::create_table;
use crate::op::{Located, Op, Subject};
use crate::schema::{Index, Kind, Name, Other};
use crate::source::Span;
use crate::sql::{Cursor, Unexpected};

/// Kinds of objects that belong to the server and not to the database.
const OF_SERVER: [&str; 9] = [
    "USER",
    "ROLE",
    "SERVER",
    "TABLESPACE",
    "UNDO TABLESPACE",
    "LOGFILE GROUP",
    "RESOURCE GROUP",
    "SPATIAL REFERENCE SYSTEM",
    "INSTANCE",
];

/// Reads the statement behind `CREATE`.
pub(super) fn create(mut cursor: Cursor<'_>, text: &str) -> Result<Vec<Op>, Unexpected> {
    let or_replace = cursor.eat("OR");
    if or_replace {
        cursor.expect("REPLACE")?;
    }
    if cursor.eat("TEMPORARY") {
        return match one_of(&mut cursor, &["TABLE", "SEQUENCE"])? {
            "TABLE" => create_table(cursor, or_replace, true),
            _ => create_sequence(cursor, or_replace, true).map(|op| vec![op]),
        };
    }
    if cursor.eat("TABLE") {
        return create_table(cursor, or_replace, false);
    }
    if cursor.eat("SEQUENCE") {
        return create_sequence(cursor, or_replace, false).map(|op| vec![op]);
    }
    if cursor.eat_any(&["DATABASE", "SCHEMA"]).is_some() {
        // Another database than the session's.
        if_not_exists(&mut cursor)?;
        super::grammar::name(&mut cursor, "the name of a database")?;
        database_options(&mut cursor)?;
        return Ok(Vec::new());
    }
    if cursor.eat_any(&OF_SERVER).is_some() {
        return Ok(Vec::new());
    }
    let _ = cursor.eat_any(&["ONLINE", "OFFLINE"]);
    if cursor.is_any(&["UNIQUE", "FULLTEXT", "SPATIAL", "INDEX"]) {
        return create_index(cursor, or_replace).map(|op| vec![op]);
    }
    let header = Header::read(&mut cursor, or_replace)?;
    code(cursor, text, &header)
}

/// Reads what the server keeps as code, behind the clauses before its kind.
fn code(mut cursor: Cursor<'_>, text: &str, header: &Header) -> Result<Vec<Op>, Unexpected> {
    let kinds = [
        "VIEW",
        "TRIGGER",
        "AGGREGATE FUNCTION",
        "FUNCTION",
        "PROCEDURE",
        "EVENT",
        "PACKAGE BODY",
        "PACKAGE",
    ];
    let Some(kind) = cursor.eat_any(&kinds) else {
        return Err(cursor.unexpected("the kind of an object"));
    };
    let op = match kind {
        "VIEW" => view(cursor, header)?,
        "TRIGGER" => trigger(cursor, text, header)?,
        "EVENT" => event(cursor, text, header)?,
        "PACKAGE" | "PACKAGE BODY" => {
            let if_not_exists = if_not_exists(&mut cursor)?;
            let name = qualified(&mut cursor, "the name of a package")?.name;
            let definition = cursor.span().of(text).to_owned();
            Op::CreateOther {
                kind: Kind::Procedure,
                key: format!("{} {name}", kind.to_lowercase()),
                other: Box::new(Other { definition, table: None }),
                uses: super::grammar::mentioned(cursor),
                if_not_exists,
                or_replace: header.or_replace,
            }
        }
        _ => {
            let of = if kind == "PROCEDURE" { Kind::Procedure } else { Kind::Function };
            let aggregate = kind == "AGGREGATE FUNCTION";
            return Ok(routine(cursor, text, header, of, aggregate)?.into_iter().collect());
        }
    };
    Ok(vec![op])
}

fn create_index(mut cursor: Cursor<'_>, or_replace: bool) -> Result<Op, Unexpected> {
    let mut index = Index { unique: cursor.eat("UNIQUE"), ..Index::default() };
    if !index.unique
        && let Some(method) = cursor.eat_any(&["FULLTEXT", "SPATIAL"])
    {
        index.method = Some(method.to_lowercase());
    }
    cursor.expect("INDEX")?;
    let if_not_exists = if_not_exists(&mut cursor)?;
    let name = Some(name_of_key(&mut cursor)?);
    if cursor.eat("USING") || cursor.eat("TYPE") {
        let method = one_of(&mut cursor, &["BTREE", "HASH", "RTREE"])?;
        if method == "BTREE" {
            index.details = "USING BTREE".to_owned();
        } else if index.method.is_none() {
            index.method = Some(method.to_lowercase());
        }
    }
    cursor.expect("ON")?;
    let table = qualified(&mut cursor, "the name of a table")?;
    wait(&mut cursor)?;
    let before = std::mem::take(&mut index.details);
    index_behind_name(&mut cursor, &mut index)?;
    if index.details.is_empty() && index.method.is_none() {
        index.details = before;
    }
    wait(&mut cursor)?;
    while algorithm_or_lock(&mut cursor)? {}
    cursor.end()?;
    let index = Box::new(index);
    Ok(Op::CreateIndex { table, name, index, if_not_exists, or_replace, concurrently: false })
}

/// Passes over the options of a database.
fn database_options(cursor: &mut Cursor<'_>) -> Result<(), Unexpected> {
    loop {
        cursor.eat("DEFAULT");
        if cursor.eat("CHARACTER SET") || cursor.eat("CHARSET") || cursor.eat("CHAR SET") {
            cursor.eat("=");
            if !cursor.eat("DEFAULT") {
                super::text_type::charset(cursor)?;
            }
        } else if cursor.eat("COLLATE") {
            cursor.eat("=");
            if !cursor.eat("DEFAULT") {
                super::text_type::collation(cursor)?;
            }
        } else if cursor.eat("COMMENT") || cursor.eat("ENCRYPTION") {
            cursor.eat("=");
            super::grammar::string(cursor)?;
        } else if cursor.eat("READ ONLY") {
            cursor.eat("=");
            super::index::name_or_value(cursor)?;
        } else {
            return cursor.end();
        }
    }
}

/// Reads the statement behind `ALTER`.
pub(super) fn alter(
    mut cursor: Cursor<'_>,
    text: &str,
    span: Span,
) -> Result<Vec<Located<Op>>, Unexpected> {
    let here = |op: Op| vec![Located { value: op, span }];
    let _ = cursor.eat_any(&["ONLINE", "OFFLINE"]);
    if cursor.eat("IGNORE") && !cursor.is("TABLE") {
        return Err(cursor.unexpected("`TABLE`"));
    }
    if cursor.eat("TABLE") {
        return alter_table(cursor);
    }
    if cursor.eat("SEQUENCE") {
        return alter_sequence(cursor).map(here);
    }
    if cursor.eat_any(&["DATABASE", "SCHEMA"]).is_some() {
        if cursor.peek().is_some_and(super::grammar::is_name)
            && !cursor.is_any(&["CHARSET", "COMMENT", "ENCRYPTION"])
        {
            cursor.bump();
        }
        database_options(&mut cursor)?;
        let key = "database".to_owned();
        return Ok(here(Op::AlterOther { kind: Kind::Namespace, key, if_exists: true }));
    }
    if cursor.eat_any(&OF_SERVER).is_some() {
        return Ok(Vec::new());
    }
    let header = Header::read(&mut cursor, true)?;
    let kinds = ["VIEW", "FUNCTION", "PROCEDURE", "EVENT"];
    match cursor.eat_any(&kinds) {
        Some("VIEW") => alter_view(cursor, &header, span),
        Some("EVENT") => alter_event(cursor, text).map(here),
        Some(kind) => {
            let if_exists = if_exists(&mut cursor)?;
            let key = qualified(&mut cursor, "the name of a routine")?.name;
            let kind = if kind == "FUNCTION" { Kind::Function } else { Kind::Procedure };
            Ok(here(Op::AlterOther { kind, key, if_exists }))
        }
        None => Err(cursor.unexpected("the kind of an object")),
    }
}

/// The view is dropped and created: nothing stays of the old one.
fn alter_view(
    mut cursor: Cursor<'_>,
    header: &Header,
    span: Span,
) -> Result<Vec<Located<Op>>, Unexpected> {
    let if_exists = if_exists(&mut cursor)?;
    let create = view(cursor, header)?;
    let Op::CreateView { name, .. } = &create else { return Ok(Vec::new()) };
    let (name, kind) = (name.clone(), Kind::View);
    let drop = Op::DropView { name, kind, if_exists, cascade: false };
    Ok(vec![Located { value: drop, span }, Located { value: create, span }])
}

fn alter_event(mut cursor: Cursor<'_>, text: &str) -> Result<Op, Unexpected> {
    let if_exists = if_exists(&mut cursor)?;
    let key = qualified(&mut cursor, "the name of an event")?.name;
    if cursor.eat("ON SCHEDULE") {
        schedule(&mut cursor)?;
    }
    if cursor.is("ON COMPLETION") {
        cursor.eat("ON COMPLETION");
        one_of(&mut cursor, &["NOT PRESERVE", "PRESERVE"])?;
    }
    if cursor.eat("RENAME") {
        cursor.expect("TO")?;
        let to = qualified(&mut cursor, "the new name")?.name;
        let subject = Subject { kind: Kind::Event, name: Name::new(key), part: None };
        return Ok(Op::Rename { subject, to, if_exists });
    }
    event_options(&mut cursor)?;
    if cursor.eat("DO") {
        let body = cursor.rest();
        if body.span().of(text).is_empty() {
            return Err(body.unexpected("a statement"));
        }
    }
    cursor.end()?;
    Ok(Op::AlterOther { kind: Kind::Event, key, if_exists })
}
