//! Schemas in few words, and the statements that make them.

use migrate_core::dialect::Dialect;
use migrate_core::schema::{
    Check, Column, Deferrable, Domain, Enum, ForeignKey, Identity, IdentityKind, Index, IndexPart,
    Key, MatchType, Name, Schema, Table,
};

/// A table: lines of words. `id key` is a primary key that counts itself, `name type`, `name type null`,
/// `name type default expression`; `primary (a, b)`, `unique (a, b)`, `unique index (a, b) where ..`,
/// `check (..)`, `refer (a, b) parent (c, d) details`.
pub(super) fn table(schema: &mut Schema, dialect: Dialect, name: &str, lines: &str) {
    let mut table = Table::default();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (word, rest) = line.split_once(' ').unwrap();
        match word {
            "primary" => table.primary_key = Some(key(rest)),
            "unique" if rest.starts_with("index ") => {
                let (parts, predicate) = match rest.split_once(" where ") {
                    Some((parts, predicate)) => (parts, Some(predicate.to_owned())),
                    None => (rest, None),
                };
                let part = |text: String| match text.contains('(') {
                    true => IndexPart { expression: text, ..IndexPart::default() },
                    false => IndexPart { column: Some(text), ..IndexPart::default() },
                };
                let inner = parts["index (".len()..].strip_suffix(')').unwrap();
                let parts = inner.split(", ").map(|p| part(p.to_owned())).collect();
                let index = Index { unique: true, parts, predicate, ..Index::default() };
                table.indexes.insert(format!("{name}_{}", table.indexes.len()), index);
            }
            "unique" => table.uniques.push(key(rest)),
            "check" => table
                .checks
                .push(Check { expression: rest[1..rest.len() - 1].to_owned(), ..Check::default() }),
            "refer" => table.foreign_keys.push(refer(rest)),
            _ if rest == "key" => {
                let (data_type, identity) = match dialect {
                    Dialect::Sqlite => ("INTEGER", None),
                    Dialect::Postgres => ("integer", Some(IdentityKind::ByDefault)),
                    Dialect::Mysql => ("int(11)", Some(IdentityKind::AutoIncrement)),
                };
                table.columns.push(Column {
                    name: word.to_owned(),
                    data_type: data_type.into(),
                    identity: identity.map(Identity::from),
                    ..Column::default()
                });
                table.primary_key = Some(key(&format!("({word})")));
            }
            _ => table.columns.push(column(schema, word, &in_words_of(dialect, rest))),
        }
    }
    schema.tables.insert(Name::new(name), table);
}

/// A type as the catalog tells it.
fn in_words_of(dialect: Dialect, text: &str) -> String {
    match dialect {
        Dialect::Postgres => {
            text.replace("varchar(", "character varying(").replace("decimal(", "numeric(")
        }
        _ => text.to_owned(),
    }
}

fn column(schema: &Schema, name: &str, rest: &str) -> Column {
    let (rest, default) = match rest.split_once(" default ") {
        Some((rest, default)) => (rest, Some(default.to_owned())),
        None => (rest, None),
    };
    let (data_type, nullable) = match rest.strip_suffix(" null") {
        Some(data_type) => (data_type, true),
        None => (rest, false),
    };
    let user_type = Name::new(data_type.trim_end_matches("[]"));
    let is_ours = schema.enums.contains_key(&user_type) || schema.domains.contains_key(&user_type);
    Column {
        name: name.to_owned(),
        data_type: data_type.into(),
        user_type: is_ours.then_some(user_type),
        nullable,
        default,
        ..Column::default()
    }
}

fn names(list: &str) -> Vec<String> {
    list.trim_matches(['(', ')']).split(", ").map(str::to_owned).collect()
}

fn key(list: &str) -> Key {
    Key { columns: names(list), ..Key::default() }
}

/// `(a, b) parent (c, d) details`
fn refer(text: &str) -> ForeignKey {
    let (columns, rest) = text.split_once(") ").unwrap();
    let (parent, rest) = rest.split_once(' ').unwrap();
    let (parent_columns, details) = rest.split_once(')').unwrap();
    let details = details.to_ascii_uppercase();
    let deferrable = match (details.contains("DEFERRABLE"), details.contains("INITIALLY DEFERRED"))
    {
        (_, true) => Deferrable::InitiallyDeferred,
        (true, false) => Deferrable::InitiallyImmediate,
        (false, false) => Deferrable::No,
    };
    let full = details.contains("MATCH FULL");
    ForeignKey {
        columns: names(columns),
        parent: Name::new(parent),
        parent_columns: names(parent_columns),
        match_type: if full { MatchType::Full } else { MatchType::Simple },
        deferrable,
        ..ForeignKey::default()
    }
}

pub(super) fn enumeration(schema: &mut Schema, name: &str, labels: &[&str]) {
    let labels = labels.iter().map(|label| (*label).to_owned()).collect();
    schema.enums.insert(Name::new(name), Enum { labels, comment: None });
}

pub(super) fn domain(schema: &mut Schema, name: &str, data_type: &str, check: &str) {
    let checks = vec![Check { expression: check.to_owned(), ..Check::default() }];
    let data_type = data_type.into();
    let domain = Domain { data_type, nullable: true, checks, ..Domain::default() };
    schema.domains.insert(Name::new(name), domain);
}

/// The statements that make a schema.
pub(super) fn statements(dialect: Dialect, schema: &Schema) -> Vec<String> {
    let quote = |name: &str| dialect.quote(name);
    let list = |names: &[String]| names.iter().map(|n| quote(n)).collect::<Vec<_>>().join(", ");
    let mut statements = Vec::new();
    for (name, found) in &schema.enums {
        let labels: Vec<String> = found.labels.iter().map(|l| dialect.literal(l)).collect();
        statements.push(format!(
            "CREATE TYPE {} AS ENUM ({})",
            quote(&name.name),
            labels.join(", ")
        ));
    }
    for (name, domain) in &schema.domains {
        let check = &domain.checks[0].expression;
        let (name, of) = (quote(&name.name), &domain.data_type);
        statements.push(format!("CREATE DOMAIN {name} AS {of} CHECK ({check})"));
    }
    let mut later = Vec::new();
    for (name, table) in &schema.tables {
        let name = quote(&name.name);
        let mut parts: Vec<String> = table.columns.iter().map(|c| column_of(dialect, c)).collect();
        if let Some(key) = &table.primary_key {
            parts.push(format!("PRIMARY KEY ({})", list(&key.columns)));
        }
        parts.extend(table.uniques.iter().map(|key| format!("UNIQUE ({})", list(&key.columns))));
        parts.extend(table.checks.iter().map(|check| format!("CHECK ({})", check.expression)));
        for key in &table.foreign_keys {
            let (own, theirs) = (list(&key.columns), list(&key.parent_columns));
            let parent = quote(&key.parent.name);
            let (match_type, deferrable) = (&key.match_type, key.deferrable.words());
            let key = format!(
                "FOREIGN KEY ({own}) REFERENCES {parent} ({theirs}) {match_type} {deferrable}"
            );
            if dialect == Dialect::Sqlite {
                parts.push(key);
            } else {
                later.push(format!("ALTER TABLE {name} ADD {key}"));
            }
        }
        statements.push(format!("CREATE TABLE {name} ({})", parts.join(", ")));
        for (index, found) in &table.indexes {
            let part = |part: &IndexPart| match &part.column {
                Some(column) => quote(column),
                None => part.expression.clone(),
            };
            let parts: Vec<String> = found.parts.iter().map(part).collect();
            let condition = found.predicate.as_ref().map(|p| format!(" WHERE {p}"));
            statements.push(format!(
                "CREATE UNIQUE INDEX {} ON {name} ({}){}",
                quote(index),
                parts.join(", "),
                condition.unwrap_or_default()
            ));
        }
    }
    statements.extend(later);
    statements
}

fn column_of(dialect: Dialect, column: &Column) -> String {
    let mut text = format!("{} {}", dialect.quote(&column.name), column.data_type);
    if !column.nullable {
        text += " NOT NULL";
    } else if dialect == Dialect::Mysql {
        text += " NULL";
    }
    if let Some(default) = &column.default {
        text += &format!(" DEFAULT {default}");
    }
    if let Some(identity) = &column.identity {
        text += &format!(" {identity}");
    }
    text
}
