//! Views and materialised views.

use super::column::{column_list, settings, settings_text};
use super::names::{Parsed, columns, if_exists, if_not_exists, mentioned, qualified, word};
use super::query::query;
use super::table::{of_session, with_data};
use super::{Cursor, Parser};
use crate::op::Op;
use crate::schema::{Kind, View};

impl<'t> Parser<'t> {
    /// `CREATE VIEW`, behind these words.
    pub(super) fn create_view(
        self,
        mut cursor: Cursor<'t>,
        (temporary, or_replace, recursive): (bool, bool, bool),
    ) -> Parsed<Vec<Op>> {
        let name = of_session(qualified(&mut cursor, "the name of a view")?, temporary);
        let mut names = Vec::new();
        if recursive || cursor.is("(") {
            names = columns(&mut cursor)?;
        }
        let mut options = Vec::new();
        if cursor.eat("WITH") {
            options = settings(&mut cursor)?;
        }
        cursor.expect("AS")?;
        let body = checked(cursor, &mut options);
        query(body, 0)?;
        let details = if options.is_empty() {
            String::new()
        } else {
            format!("WITH {}", settings_text(&options))
        };
        let mut reads = mentioned(body);
        let definition = if recursive {
            // What the server makes of it: the query is one that the view selects from.
            let own = column_list(std::slice::from_ref(&name.name));
            reads.retain(|one| one.namespace.is_some() || one.name != name.name);
            let columns = column_list(&names);
            format!(
                "WITH RECURSIVE {own} ({columns}) AS (\n{}\n) SELECT {columns} FROM {own}",
                self.written(body)
            )
        } else {
            self.definition(&names, body)
        };
        let view = Box::new(View { definition, details, ..View::default() });
        Ok(vec![Op::CreateView { name, view, reads, if_not_exists: false, or_replace }])
    }

    /// The query of a view, behind the names of its columns where the statement gives them.
    fn definition(self, names: &[String], body: Cursor<'t>) -> String {
        let text = self.written(body);
        if names.is_empty() { text } else { format!("({}) {text}", column_list(names)) }
    }

    /// `CREATE MATERIALIZED VIEW`, behind these words.
    pub(super) fn create_materialised_view(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let if_not_exists = if_not_exists(&mut cursor)?;
        let name = qualified(&mut cursor, "the name of a view")?;
        let names = if cursor.is("(") { columns(&mut cursor)? } else { Vec::new() };
        let mut details = Vec::new();
        if cursor.eat("USING") {
            let method = super::names::name(&mut cursor, "an access method")?;
            if method != "heap" {
                details.push(format!("USING {method}"));
            }
        }
        if cursor.eat("WITH") {
            details.insert(0, format!("WITH {}", settings_text(&settings(&mut cursor)?)));
        }
        if cursor.eat("TABLESPACE") {
            details.push(format!("TABLESPACE {}", word(&mut cursor, "the name of a tablespace")?));
        }
        cursor.expect("AS")?;
        let body = with_data(cursor);
        query(body, 0)?;
        if cursor.lexemes().len() - body.lexemes().len() == 3 {
            details.push("NOT POPULATED".to_owned());
        }
        let definition = self.definition(&names, body);
        let details = details.join(" ");
        let view = Box::new(View { materialised: true, definition, details, ..View::default() });
        let reads = mentioned(body);
        Ok(vec![Op::CreateView { name, view, reads, if_not_exists, or_replace: false }])
    }

    /// `REFRESH MATERIALIZED VIEW`, behind the first word.
    pub(super) fn refresh(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        cursor.expect("MATERIALIZED VIEW")?;
        cursor.eat("CONCURRENTLY");
        let view = qualified(&mut cursor, "the name of a view")?;
        let is_empty = !cursor.eat("WITH DATA") && cursor.eat("WITH NO DATA");
        cursor.end()?;
        if is_empty {
            return Ok(vec![Op::Opaque { names: vec![view] }]);
        }
        Ok(vec![Op::Rows { reads: Vec::new(), writes: Some(view) }])
    }

    /// `DROP VIEW` and the like, behind these words.
    pub(super) fn drop_views(self, mut cursor: Cursor<'t>, kind: Kind) -> Parsed<Vec<Op>> {
        let if_exists = if_exists(&mut cursor);
        let views =
            super::names::sequence(&mut cursor, |cursor| qualified(cursor, "the name of a view"))?;
        let cascade = super::names::cascade(&mut cursor);
        cursor.end()?;
        let op = |name| Op::DropView { name, kind, if_exists, cascade };
        Ok(views.into_iter().map(op).collect())
    }
}

/// The query of a view without its check option, which becomes one of `options`.
fn checked<'t>(cursor: Cursor<'t>, options: &mut Vec<(String, String)>) -> Cursor<'t> {
    let (count, value) = match cursor.lexemes() {
        [.., with, check, option]
            if with.is("WITH") && check.is("CHECK") && option.is("OPTION") =>
        {
            (3, "cascaded")
        }
        [.., with, how, check, option]
            if with.is("WITH")
                && (how.is("CASCADED") || how.is("LOCAL"))
                && check.is("CHECK")
                && option.is("OPTION") =>
        {
            (4, if how.is("LOCAL") { "local" } else { "cascaded" })
        }
        _ => return cursor,
    };
    options.push(("check_option".to_owned(), value.to_owned()));
    cursor.without_last(count)
}
