//! Indexes.

use super::column::{settings, settings_text};
use super::expr::{Operators, expression, pass};
use super::names::{
    Parsed, group, if_exists, if_not_exists, is_name, list, name, qualified, relation, word,
};
use super::sequence::quoted_name;
use super::types::collation;
use super::{Cursor, Parser};
use crate::op::{Op, Subject};
use crate::schema::{Index, IndexPart, Kind, Name, NullsOrder};

/// Checks the parts of an index.
pub(super) fn parts(inside: Cursor<'_>) -> Parsed<()> {
    let parser = Parser::new("", inside);
    list(inside, |item| part(parser, item)).map(drop)
}

/// Passes over a part of an index: a column, a call or an expression in parentheses, with collation,
/// operator class and order.
pub(super) fn part<'t>(parser: Parser<'t>, item: &mut Cursor<'t>) -> Parsed<IndexPart> {
    let mut part = IndexPart::default();
    let start = *item;
    if item.is("(") {
        let inside = group(item)?;
        expression(inside)?;
        part.expression = parser.written(inside.strip_parens());
    } else if item.lexemes().get(1).is_some_and(|next| next.is("(") || next.is("."))
        || !item.peek().is_some_and(is_name)
    {
        pass(item, Operators::Restricted, 0)?;
        part.expression = parser.written(start.before(item));
        let lexemes = start.before(item);
        let is_call = match lexemes.lexemes() {
            [only] => only.kind == crate::sql::TokenKind::Word,
            [first, .., last] => last.is(")") && !first.is("CASE"),
            [] => false,
        };
        if !is_call {
            return Err(start.unexpected("a column or an expression in parentheses"));
        }
    } else {
        part.column = Some(name(item, "the name of a column")?);
    }
    if item.eat("COLLATE") {
        part.collation = Some(collation(item)?);
    }
    if item.peek().is_some_and(is_name)
        && !item.is_any(&["ASC", "DESC", "NULLS FIRST", "NULLS LAST", "WITH"])
    {
        let class = qualified(item, "an operator class")?;
        let class =
            Name { namespace: class.namespace.filter(|space| space != "pg_catalog"), ..class };
        part.operator_class = Some(quoted_name(&class));
        if item.is("(") {
            part.details = settings_text(&settings(item)?);
        }
    }
    part.descending = item.eat("DESC");
    if !part.descending {
        item.eat("ASC");
    }
    if item.eat("NULLS") {
        let order = match item.eat_any(&["FIRST", "LAST"]) {
            Some("FIRST") => NullsOrder::First,
            Some(_) => NullsOrder::Last,
            None => return Err(item.unexpected("`FIRST` or `LAST`")),
        };
        // Without words NULL comes last, and first where the index descends.
        let is_usual = (order == NullsOrder::First) == part.descending;
        part.nulls = (!is_usual).then_some(order);
    }
    Ok(part)
}

impl<'t> Parser<'t> {
    /// `CREATE INDEX`, behind these words.
    pub(super) fn create_index(self, mut cursor: Cursor<'t>, unique: bool) -> Parsed<Vec<Op>> {
        let concurrently = cursor.eat("CONCURRENTLY");
        let if_not_exists = if_not_exists(&mut cursor)?;
        let name = if cursor.is("ON") && !if_not_exists {
            None
        } else {
            Some(name(&mut cursor, "the name of an index")?)
        };
        cursor.expect("ON")?;
        let alone = cursor.is("ONLY");
        let table = relation(&mut cursor)?;
        let mut index = Index { unique, ..Index::default() };
        if cursor.eat("USING") {
            let method = super::names::name(&mut cursor, "an access method")?;
            index.method = Some(method).filter(|method| method != "btree");
        }
        index.parts = list(group(&mut cursor)?, |item| part(self, item))?;
        if cursor.eat("INCLUDE") {
            let included = list(group(&mut cursor)?, |item| part(self, item))?;
            let column = |part: IndexPart| part.column.unwrap_or(part.expression);
            index.include = included.into_iter().map(column).collect();
        }
        if cursor.eat("NULLS NOT DISTINCT") {
            index.nulls_not_distinct = true;
        } else if cursor.eat("NULLS") {
            cursor.expect("DISTINCT")?;
        }
        let mut details = Vec::new();
        if cursor.eat("WITH") {
            details.push(format!("WITH {}", settings_text(&settings(&mut cursor)?)));
        }
        if cursor.eat("TABLESPACE") {
            let space = word(&mut cursor, "the name of a tablespace")?;
            if space != "pg_default" {
                details.push(format!("TABLESPACE {space}"));
            }
        }
        index.details = details.join(" ");
        if cursor.eat("WHERE") {
            let predicate = cursor.rest();
            expression(predicate)?;
            index.predicate = Some(self.written(predicate.strip_parens()));
        }
        cursor.end()?;
        let index = Box::new(index);
        let or_replace = false;
        let op = Op::CreateIndex { table, name, index, if_not_exists, or_replace, concurrently };
        Ok(vec![super::names::only(alone, op)])
    }

    /// `ALTER INDEX`, behind these words.
    pub(super) fn alter_index(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        if cursor.eat("ALL IN TABLESPACE") {
            return Ok(vec![Op::Opaque { names: super::names::mentioned(cursor) }]);
        }
        let if_exists = if_exists(&mut cursor);
        let name = qualified(&mut cursor, "the name of an index")?;
        let subject = Subject { kind: Kind::Index, name: name.clone(), part: None };
        let changed = |key| vec![Op::AlterOther { kind: Kind::Index, key, if_exists }];
        if cursor.eat("ATTACH PARTITION") {
            let part = qualified(&mut cursor, "the name of an index")?;
            cursor.end()?;
            return Ok([changed(name.to_string()), changed(part.to_string())].concat());
        }
        if let Some(op) = self.alter_any(&mut cursor, &subject, if_exists)? {
            return Ok(op);
        }
        if cursor.eat("SET (") || cursor.eat("RESET (") {
            cursor.rest();
        } else if cursor.eat("SET TABLESPACE") {
            word(&mut cursor, "the name of a tablespace")?;
            cursor.eat("NOWAIT");
        } else if cursor.eat("ALTER") {
            cursor.eat("COLUMN");
            super::names::number(&mut cursor)?;
            cursor.expect("SET STATISTICS")?;
            super::column::statistics(&mut cursor)?;
        } else {
            return Err(cursor.unexpected("`RENAME TO`, `SET`, `RESET` or `ATTACH PARTITION`"));
        }
        cursor.end()?;
        Ok(changed(name.to_string()))
    }
}
