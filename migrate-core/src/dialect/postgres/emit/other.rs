//! Views, and objects that are known by their text: functions, policies, rules, extensions.

use super::details::{details, find, settings};
use super::grants::{comment_on, default_privileges, grants};
use super::names::{key as key_name, name, quoted, string, word};
use super::rules::AGGREGATE;
use super::statements;
use crate::dialect::Unsupported;
use crate::dialect::postgres::LEX_RULES;
use crate::schema::{Kind, Name, Other, View};
use crate::sql::Tokens;

pub(super) fn view(own: &Name, view: &View, or_replace: bool) -> Vec<String> {
    let all = details(&view.details);
    let mut text = String::from(match (view.materialised, or_replace) {
        (true, _) => "CREATE MATERIALIZED VIEW",
        (false, true) => "CREATE OR REPLACE VIEW",
        (false, false) => "CREATE VIEW",
    });
    let (columns, query) = with_columns(&view.definition);
    text.push_str(&format!(" {}{columns}", name(own)));
    if let Some(method) = find(&all, "USING") {
        text.push_str(&format!(" USING {method}"));
    }
    if let Some(options) = find(&all, "WITH") {
        text.push_str(&format!(" WITH {}", settings(options)));
    }
    if let Some(space) = find(&all, "TABLESPACE") {
        text.push_str(&format!(" TABLESPACE {space}"));
    }
    text.push_str(&format!(" AS\n{query}"));
    if find(&all, "NOT POPULATED").is_some() {
        text.push_str("\nWITH NO DATA");
    }
    let mut result = vec![text];
    // What is said of a column comes last: `total DEFAULT 0`.
    if let Some(rest) = find(&all, "")
        && let Some((column, default)) = rest.split_once(" DEFAULT ")
    {
        let (own, column) = (name(own), quoted(column));
        result.push(format!("ALTER VIEW {own} ALTER COLUMN {column} SET DEFAULT {default}"));
    }
    result
}

/// The names of the columns that stand before a query, with a space before them, and the query.
fn with_columns(definition: &str) -> (String, &str) {
    let is_query = |text: &str| {
        let words = ["SELECT", "WITH", "VALUES", "TABLE"];
        let word: String = text.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
        text.starts_with('(') || words.iter().any(|own| word.eq_ignore_ascii_case(own))
    };
    let list = definition.strip_prefix('(').filter(|inside| !is_query(inside.trim_start()));
    match list.and_then(|inside| inside.split_once(')')) {
        Some((columns, query)) => (format!(" ({columns})"), query.trim_start()),
        None => (String::new(), definition),
    }
}

/// The part of a key before ` on <table>`.
fn without_table(key: &str, other: &Other) -> String {
    let end = other.table.as_ref().map(|table| format!(" on {table}"));
    end.and_then(|end| key.strip_suffix(&end)).unwrap_or(key).to_owned()
}

pub(super) fn create(
    kind: Kind,
    key: &str,
    other: &Other,
    or_replace: bool,
) -> Result<Vec<String>, Unsupported> {
    let Other { definition, table } = other;
    let on = table.as_ref().map(name).unwrap_or_default();
    let own = without_table(key, other);
    // An author's statement; a catalog gives the fields.
    let is_statement =
        matches!(kind, Kind::Operator | Kind::Collation | Kind::Publication | Kind::TextSearch);
    if is_statement && definition.starts_with("CREATE ") {
        return Ok(vec![definition.clone()]);
    }
    Ok(match kind {
        Kind::Namespace if definition == "DROPPED" => vec![format!("DROP SCHEMA {}", quoted(key))],
        Kind::Namespace => vec![format!("CREATE SCHEMA {}", quoted(key))],
        Kind::Extension if definition == "DROPPED" => {
            vec![format!("DROP EXTENSION {}", quoted(key))]
        }
        Kind::Extension => vec![extension(key, definition)],
        Kind::Type => vec![type_(key, definition)],
        Kind::Function | Kind::Procedure if definition.starts_with("AGGREGATE") => {
            vec![aggregate(key, definition).ok_or_else(|| Unsupported::new("this aggregate"))?]
        }
        Kind::Function | Kind::Procedure => vec![function(definition, or_replace)],
        Kind::Policy => vec![format!("CREATE POLICY {} ON {on} {definition}", quoted(&own))],
        Kind::Rule => rule(&own, &on, definition),
        Kind::Statistics => match definition.split_once(" STATISTICS ") {
            Some((create, count))
                if create.starts_with("CREATE STATISTICS") && count.parse::<i64>().is_ok() =>
            {
                vec![
                    create.to_owned(),
                    format!("ALTER STATISTICS {} SET STATISTICS {count}", key_name(&own)),
                ]
            }
            _ => vec![definition.clone()],
        },
        Kind::EventTrigger => vec![event_trigger(&own, definition)],
        Kind::Grant => grants(key, other)?,
        Kind::Comment => vec![comment_on(key, other, Some(definition))?],
        Kind::Operator => vec![operator(&own, definition)?],
        Kind::Collation => vec![collation(&own, definition)],
        Kind::DefaultPrivileges => default_privileges(key, definition)?,
        Kind::Publication => vec![publication(&own, definition)?],
        _ => return Err(Unsupported::new(kind.word())),
    })
}

/// A function in the text of its author, which may create it or replace another one.
fn function(definition: &str, or_replace: bool) -> String {
    let tokens = Tokens::read_until_error(definition, &LEX_RULES);
    let mut cursor = tokens.cursor();
    cursor.eat("CREATE");
    cursor.eat("OR REPLACE");
    let words = if or_replace { "CREATE OR REPLACE" } else { "CREATE" };
    format!("{words} {}", &definition[cursor.span().start..])
}

fn extension(key: &str, definition: &str) -> String {
    let (_, version) = definition.split_once("VERSION ").unwrap_or_default();
    let schema = definition.strip_prefix("SCHEMA ").and_then(|rest| rest.split(" VERSION ").next());
    let schema = schema.map_or_else(String::new, |schema| format!(" WITH SCHEMA {schema}"));
    let version =
        if version.is_empty() { String::new() } else { format!(" VERSION {}", string(version)) };
    format!("CREATE EXTENSION {}{schema}{version}", quoted(key))
}

fn type_(key: &str, definition: &str) -> String {
    let own = key_name(key);
    match definition {
        "SHELL" => format!("CREATE TYPE {own}"),
        range if range.starts_with("RANGE (") => format!("CREATE TYPE {own} AS {range}"),
        base if base.starts_with("(INPUT") || base.starts_with("(input") => {
            format!("CREATE TYPE {own} {base}")
        }
        attributes => format!("CREATE TYPE {own} AS ({attributes})"),
    }
}

/// `CREATE AGGREGATE` from the fields of the catalog.
fn aggregate(key: &str, definition: &str) -> Option<String> {
    let own = key_name(key.split('(').next()?);
    let rest = definition.strip_prefix("AGGREGATE (")?;
    let kind_at = rest.find("), KIND = ")?;
    let arguments = &rest[..kind_at];
    let mut fields = Vec::new();
    for field in rest[kind_at + 3..].split(", ") {
        let Some((word, value)) = field.split_once(" = ") else {
            fields.push(field.to_owned());
            continue;
        };
        match (word, value) {
            ("KIND", "n") | ("PARALLEL", "u") | ("FINALFUNC_MODIFY" | "MFINALFUNC_MODIFY", "r") => {
            }
            ("KIND", "h") => fields.push("HYPOTHETICAL".to_owned()),
            ("KIND", _) => {}
            ("PARALLEL", letter) => {
                fields.push(format!(
                    "PARALLEL = {}",
                    if letter == "s" { "SAFE" } else { "RESTRICTED" }
                ));
            }
            ("FINALFUNC_MODIFY" | "MFINALFUNC_MODIFY", letter) => {
                fields.push(format!(
                    "{word} = {}",
                    if letter == "s" { "SHAREABLE" } else { "READ_WRITE" }
                ));
            }
            ("SORTOP", value) => {
                fields.push(format!(
                    "SORTOP = OPERATOR({})",
                    value.split('(').next().unwrap_or(value)
                ));
            }
            _ => fields.push(field.to_owned()),
        }
    }
    let arguments = if arguments.is_empty() { "*" } else { arguments };
    Some(format!("CREATE AGGREGATE {own}({arguments}) ({})", fields.join(", ")))
}

fn rule(own: &str, on: &str, definition: &str) -> Vec<String> {
    for (end, word) in [
        (" DISABLED", "DISABLE"),
        (" ENABLE REPLICA", "ENABLE REPLICA"),
        (" ENABLE ALWAYS", "ENABLE ALWAYS"),
    ] {
        if let Some(text) = definition.strip_suffix(end) {
            let create = text.trim_end_matches(';').to_owned();
            return vec![create, format!("ALTER TABLE {on} {word} RULE {}", quoted(own))];
        }
    }
    vec![definition.trim_end_matches(';').to_owned()]
}

fn event_trigger(own: &str, definition: &str) -> String {
    let text = match (definition.split_once(" TAG IN ("), definition.find(") EXECUTE")) {
        (Some((start, rest)), Some(_)) => {
            let (tags, behind) = rest.split_once(')').unwrap_or((rest, ""));
            let tags: Vec<String> = tags.split(", ").map(string).collect();
            format!("{start} TAG IN ({}){behind}", tags.join(", "))
        }
        _ => definition.to_owned(),
    };
    format!("CREATE EVENT TRIGGER {} {text}", quoted(own))
}

fn operator(own: &str, definition: &str) -> Result<String, Unsupported> {
    if let Some(cast) = own.strip_prefix("cast ") {
        return Ok(format!("CREATE CAST {cast} {definition}"));
    }
    if own.starts_with("class ") || own.starts_with("family ") {
        return Err(Unsupported::new("operator classes"));
    }
    let split = own.split_once(" (").and_then(|(own, arguments)| {
        let (left, right) = arguments.trim_end_matches(')').split_once(", ")?;
        Some((own, left, right))
    });
    let (own, left, right) = split.ok_or_else(|| Unsupported::new("this operator"))?;
    let left = if left == "NONE" { String::new() } else { format!("LEFTARG = {left}, ") };
    Ok(format!("CREATE OPERATOR {own} ({left}RIGHTARG = {right}, {definition})"))
}

fn collation(own: &str, definition: &str) -> String {
    let fields: Vec<String> = definition
        .split(", ")
        .filter_map(|field| {
            let (word, value) = field.split_once(" = ")?;
            Some(match (word, value) {
                ("PROVIDER", "i") => "PROVIDER = icu".to_owned(),
                ("PROVIDER", "c") => "PROVIDER = libc".to_owned(),
                ("PROVIDER", "b") => "PROVIDER = builtin".to_owned(),
                ("DETERMINISTIC", _) => field.to_owned(),
                _ => format!("{word} = {}", string(value)),
            })
        })
        .collect();
    format!("CREATE COLLATION {} ({})", key_name(own), fields.join(", "))
}

fn publication(own: &str, definition: &str) -> Result<String, Unsupported> {
    let events = ["insert", "update", "delete", "truncate"];
    let at = events.iter().filter_map(|event| definition.rfind(event)).min();
    let (target, publish) = definition.split_at(at.unwrap_or(definition.len()));
    let target = target.trim();
    let target = match target {
        "" | "FOR ALL TABLES" => target.to_owned(),
        list if !list.contains("WHERE") && list.starts_with("TABLE") => format!("FOR {list}"),
        _ => return Err(Unsupported::new("this publication")),
    };
    if publish.contains("VIA ROOT") || publish.contains("GENERATED") {
        return Err(Unsupported::new("this publication"));
    }
    let with = match publish.trim() {
        "insert, update, delete, truncate" | "" => String::new(),
        events => format!(" WITH (publish = {})", string(events)),
    };
    Ok(format!("CREATE PUBLICATION {} {target}{with}", quoted(own)).trim_end().to_owned())
}

/// `TEXT SEARCH CONFIGURATION app.english` from `app.configuration english`.
fn text_search(key: &str, exists: &str) -> Result<String, Unsupported> {
    let (what, own) = key.split_once(' ').ok_or_else(|| Unsupported::new("this key"))?;
    let (space, what) =
        what.rsplit_once('.').map_or((None, what), |(space, what)| (Some(space), what));
    let own = Name { namespace: space.map(str::to_owned), name: own.to_owned() };
    Ok(format!("TEXT SEARCH {} {exists}{}", what.to_uppercase(), name(&own)))
}

pub(super) fn drop(
    kind: Kind,
    table: &Name,
    key: &str,
    if_exists: bool,
    cascade: bool,
) -> Result<Vec<String>, Unsupported> {
    let exists = if if_exists { "IF EXISTS " } else { "" };
    let cascade = if cascade { " CASCADE" } else { "" };
    let other =
        Other { definition: String::new(), table: (!table.name.is_empty()).then(|| table.clone()) };
    let own = without_table(key, &other);
    let text = match kind {
        Kind::Policy | Kind::Rule => {
            format!("DROP {} {exists}{} ON {}{cascade}", word(kind), quoted(&own), name(table))
        }
        Kind::Operator => match own.strip_prefix("cast ") {
            Some(cast) => format!("DROP CAST {exists}{cast}{cascade}"),
            None if own.starts_with("class ") || own.starts_with("family ") => {
                return Err(Unsupported::new("operator classes"));
            }
            None => format!("DROP OPERATOR {exists}{own}{cascade}"),
        },
        Kind::Grant | Kind::DefaultPrivileges => {
            return Err(Unsupported::new("a grant that is taken back"));
        }
        Kind::TextSearch => format!("DROP {}{cascade}", text_search(&own, exists)?),
        Kind::ForeignServer => return Err(Unsupported::new(kind.word())),
        Kind::Function if key.starts_with(AGGREGATE) => {
            let own = key_name(&key[AGGREGATE.len()..]);
            format!("DROP AGGREGATE {exists}{own}{cascade}")
        }
        Kind::Function if key.ends_with("()") => {
            format!("DROP FUNCTION {exists}{}{cascade}", key_name(key))
        }
        _ => format!("DROP {} {exists}{}{cascade}", word(kind), key_name(&own)),
    };
    Ok(statements(&text))
}
