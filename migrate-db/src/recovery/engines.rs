//! Tables of engines without transactions, whose rows survive a rollback.
//!
//! The tables that a statement names as written to, and the functions that it calls, are looked up.
//! What a view, a trigger or a function writes is not followed: where one is involved, any table of
//! the database without transactions counts.

use migrate_core::dialect::{Dialect, EngineQueries};
use migrate_core::sql::{Cursor, TokenKind, Tokens};

use crate::driver::Connection;

/// A table as it is named: schema and name.
type Table = (Option<String>, String);

/// What a statement may write to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Targets {
    tables: Vec<Table>,
    functions: Vec<String>,
}

/// Returns the query for the engines of the tables that a statement may write to; `None` where
/// engines do not matter.
pub(crate) fn engines_question(sql: &str, dialect: Dialect) -> Option<String> {
    let templates = dialect.recovery().engines.as_ref()?;
    let question = question(&targets(sql, dialect), dialect, templates);
    (!question.is_empty()).then_some(question)
}

/// Returns `true` if the answer to a question of [`engines_question`] shows a table that keeps rows
/// whose transaction is rolled back.
pub(crate) async fn is_nontransactional(
    connection: &mut Connection<'_>,
    dialect: Dialect,
    question: &str,
) -> sqlx::Result<bool> {
    let Some(templates) = dialect.recovery().engines else { return Ok(false) };
    let rows = connection.rows(question).await?;
    let found: Vec<String> = rows.into_iter().flatten().flatten().collect();
    if found.iter().any(|kind| kind == "lasting") {
        return Ok(true);
    }
    if found.iter().any(|kind| kind == "code") {
        return Ok(!connection.rows(templates.any_lasting).await?.is_empty());
    }
    Ok(false)
}

fn question(targets: &Targets, dialect: Dialect, templates: &EngineQueries) -> String {
    let literal = |text: &str| dialect.safe_literal(text);
    let mut parts = Vec::new();
    for (schema, name) in &targets.tables {
        let schema = schema.as_deref().map_or_else(|| "DATABASE()".to_owned(), literal);
        parts.push(templates.table.replace("{schema}", &schema).replace("{name}", &literal(name)));
    }
    if !targets.functions.is_empty() {
        let names: Vec<String> = targets.functions.iter().map(|name| literal(name)).collect();
        parts.push(templates.functions.replace("{names}", &names.join(", ")));
    }
    parts.join(" UNION ALL ")
}

/// Returns the tables that a statement names as written to, and the functions that it may call.
fn targets(sql: &str, dialect: Dialect) -> Targets {
    const WRITES: [&str; 6] = ["INSERT", "REPLACE", "UPDATE", "DELETE", "LOAD", "HANDLER"];
    let tokens = Tokens::read_until_error(sql, dialect.lex_rules());
    let mut targets = Targets::default();
    let mut cursor = tokens.cursor();
    if cursor.eat("WITH") {
        while !cursor.is_empty() && !cursor.is_any(&WRITES) {
            cursor.skip();
        }
    }
    if cursor.eat("INSERT") || cursor.eat("REPLACE") || cursor.eat("LOAD") {
        const MODIFIERS: [&str; 4] = ["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"];
        while cursor.eat_any(&MODIFIERS).is_some() {}
        if !cursor.is_kind(TokenKind::QuotedName) && has_into(cursor) {
            while !cursor.eat("INTO") && cursor.bump().is_some() {}
        }
        cursor.eat("TABLE");
        push(&mut targets.tables, &mut cursor);
    } else if cursor.eat("UPDATE") || cursor.eat("DELETE") {
        while !cursor.is_empty() && !cursor.is("SET") && !cursor.is("WHERE") {
            if !push(&mut targets.tables, &mut cursor) {
                cursor.bump();
            }
        }
    }
    let lexemes = tokens.cursor();
    for pair in lexemes.lexemes().windows(2) {
        if let ([name, open], Some(text)) = (pair, pair[0].name(dialect.lex_rules()))
            && open.is("(")
            && name.kind != TokenKind::String
            && !targets.functions.contains(&text)
        {
            targets.functions.push(text);
        }
    }
    targets
}

/// Returns `true` if `INTO` comes before the first parenthesis and the first SELECT.
fn has_into(mut cursor: Cursor<'_>) -> bool {
    while !cursor.is_empty() && !cursor.is("(") && !cursor.is("SELECT") {
        if cursor.is("INTO") {
            return true;
        }
        cursor.bump();
    }
    false
}

fn push(tables: &mut Vec<Table>, cursor: &mut Cursor<'_>) -> bool {
    let Some(name) = cursor.qualified_name() else { return false };
    let table = (name.namespace, name.name);
    if !tables.contains(&table) {
        tables.push(table);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(sql: &str) -> Vec<String> {
        let name = |(schema, name): Table| match schema {
            Some(schema) => format!("{schema}.{name}"),
            None => name,
        };
        targets(sql, Dialect::Mysql).tables.into_iter().map(name).collect()
    }

    #[test]
    fn what_a_statement_writes_is_among_its_targets() {
        for (sql, table) in [
            ("INSERT INTO t VALUES (1)", "t"),
            ("insert ignore `t` (a) select 1", "t"),
            ("INSERT LOW_PRIORITY INTO ops.t SELECT * FROM u", "ops.t"),
            ("REPLACE t SET a = 1", "t"),
            ("UPDATE u JOIN t ON u.a = t.a SET t.b = 1", "t"),
            ("DELETE t FROM t JOIN u WHERE t.a = 1", "t"),
            ("WITH x AS (SELECT 1) UPDATE t, x SET t.a = 1", "t"),
            ("LOAD DATA INFILE 'x' INTO TABLE t", "t"),
        ] {
            assert!(tables(sql).contains(&table.to_owned()), "{sql}: {:?}", tables(sql));
        }
        assert_eq!(tables("INSERT INTO t SELECT * FROM u"), ["t"]);
        assert!(tables("SELECT * FROM t").is_empty());
        assert_eq!(targets("SET @a = f(1)", Dialect::Mysql).functions, ["f"]);
    }
}
