//! The author's own text of a statement that creates an object, as `sqlite_schema` keeps it.
//!
//! SQLite stores the text from the name on, and edits it when a table changes: ADD COLUMN inserts the
//! definition behind the last column, RENAME replaces names, DROP COLUMN cuts. The functions here make
//! the same edits. Whether a text still says the same as its table is asked when it is printed
//! ([`says_same`]): a text that does not is never used.

use super::LEX_RULES;
use super::catalog::index::index;
use super::catalog::module;
use super::catalog::table::table;
use super::catalog::text::quoted;
use super::keywords::is_keyword;
use crate::schema::{Column, ForeignKey, Index, Name, Table, Written};
use crate::source::Span;
use crate::sql::{Cursor, Lexeme, TokenKind, Tokens};

/// The words before the name of what is created.
const KINDS: [&str; 6] = ["VIRTUAL TABLE", "TABLE", "UNIQUE INDEX", "INDEX", "VIEW", "TRIGGER"];

/// The text of a statement in the form of `sqlite_schema`: without `TEMP`, `IF NOT EXISTS` and the
/// name of the file.
pub(super) fn of_statement(text: &str, statement: Cursor<'_>) -> Written {
    let Some(head) = Head::of(statement) else { return Written::default() };
    let Some(last) = statement.lexemes().last() else { return Written::default() };
    let rest = Span::new(head.name.span.start, last.span.end).of(text);
    Written::new(format!("CREATE {} {rest}", head.kind))
}

/// The beginning of a statement.
struct Head<'t> {
    kind: &'static str,
    name: Lexeme<'t>,
    /// What follows the name.
    rest: Cursor<'t>,
}

impl<'t> Head<'t> {
    fn of(mut cursor: Cursor<'t>) -> Option<Self> {
        if !cursor.eat("CREATE") {
            return None;
        }
        let _ = cursor.eat("TEMP") || cursor.eat("TEMPORARY");
        let kind = cursor.eat_any(&KINDS)?;
        cursor.eat("IF NOT EXISTS");
        let mut name = cursor.bump()?;
        if cursor.eat(".") {
            name = cursor.bump()?;
        }
        Some(Self { kind, name, rest: cursor })
    }
}

fn is_name(lexeme: Lexeme<'_>, name: &str) -> bool {
    lexeme.name(&LEX_RULES).is_some_and(|found| found.eq_ignore_ascii_case(name))
}

/// A name in place of another token: in quotes where it needs them or the token has some.
fn in_place_of(lexeme: Lexeme<'_>, name: &str) -> String {
    if lexeme.kind == TokenKind::QuotedName { crate::sql::quote(name, '"') } else { quoted(name) }
}

/// A text in which some of its tokens are replaced.
fn replaced(text: &str, at: &[Lexeme<'_>], with: &str) -> String {
    let mut out = String::new();
    let mut end = 0;
    for lexeme in at {
        out.push_str(Span::new(end, lexeme.span.start).of(text));
        out.push_str(&in_place_of(*lexeme, with));
        end = lexeme.span.end;
    }
    out.push_str(Span::new(end, text.len()).of(text));
    out
}

/// The statement of a table with a name, if the author's text says the same as the value.
pub(super) fn table_statement(own: &Name, value: &Table) -> Option<String> {
    let text = value.written.text()?;
    let tokens = Tokens::read(text, Span::new(0, text.len()), &LEX_RULES).ok()?;
    let head = Head::of(tokens.cursor())?;
    let parsed = module(tokens.cursor()).or_else(|| table(tokens.cursor()))?;
    if !says_same(parsed, value) {
        return None;
    }
    Some(named(text, head.name, own))
}

fn named(text: &str, token: Lexeme<'_>, own: &Name) -> String {
    if token.name(&LEX_RULES).as_ref() == Some(&own.name) && own.namespace.is_none() {
        return text.to_owned();
    }
    let name = match &own.namespace {
        Some(namespace) => format!("{}.{}", quoted(namespace), quoted(&own.name)),
        None => in_place_of(token, &own.name),
    };
    let before = Span::new(0, token.span.start).of(text);
    format!("{before}{name}{}", Span::new(token.span.end, text.len()).of(text))
}

/// Returns `true` if a table that was read from a text is the same as a value, but for its indexes and
/// triggers. References may be written with other letters and without the columns of a primary key.
fn says_same(mut parsed: Table, value: &Table) -> bool {
    let mut value = value.clone();
    for table in [&mut parsed, &mut value] {
        table.indexes.clear();
        table.triggers.clear();
        table.comment = None;
        table.checks.iter_mut().for_each(|check| check.written_at = None);
        table.checks.sort_by(|a, b| (&a.expression, &a.name).cmp(&(&b.expression, &b.name)));
        table.uniques.sort_by(|a, b| {
            (&a.columns, &a.name, &a.details).cmp(&(&b.columns, &b.name, &b.details))
        });
        table.uniques.dedup();
        table.foreign_keys.iter_mut().for_each(|key| key.written_at = None);
    }
    let (mut one, other) =
        (std::mem::take(&mut parsed.foreign_keys), std::mem::take(&mut value.foreign_keys));
    let keys_are_same = one.len() == other.len()
        && other.iter().all(|key| {
            let at = one.iter().position(|own| same_key(own, key));
            at.map(|at| one.remove(at)).is_some()
        });
    keys_are_same && parsed == value
}

fn same_key(one: &ForeignKey, other: &ForeignKey) -> bool {
    let same_names = |a: &[String], b: &[String]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.eq_ignore_ascii_case(b))
    };
    let columns = one.parent_columns.is_empty()
        || other.parent_columns.is_empty()
        || same_names(&one.parent_columns, &other.parent_columns);
    let plain = |key: &ForeignKey| ForeignKey {
        parent: Name::default(),
        parent_columns: Vec::new(),
        ..key.clone()
    };
    columns
        && one.parent.name.eq_ignore_ascii_case(&other.parent.name)
        && plain(one) == plain(other)
}

/// The statement of an index, if the author's text is that of an index with this name on this table.
pub(super) fn index_statement(owner: &Name, own: &str, value: &Index) -> Option<String> {
    let text = value.written.text()?;
    let tokens = Tokens::read(text, Span::new(0, text.len()), &LEX_RULES).ok()?;
    let head = Head::of(tokens.cursor())?;
    let mut rest = head.rest;
    let is_same = is_name(head.name, own) && rest.eat("ON") && is_name(rest.bump()?, &owner.name);
    let columns: Vec<Column> = value
        .parts
        .iter()
        .filter_map(|part| part.column.clone())
        .map(|name| Column { name, ..Column::default() })
        .collect();
    let parsed = index(tokens.cursor(), &columns)?;
    let shape = |index: &Index| {
        let parts = index.parts.iter().map(|part| (part.column.clone(), part.descending));
        (index.unique, index.predicate.is_some(), parts.collect::<Vec<_>>())
    };
    if !is_same || shape(&parsed) != shape(value) {
        return None;
    }
    let own = Name { namespace: owner.namespace.clone(), name: own.to_owned() };
    Some(named(text, head.name, &own))
}

/// The statement of a view or a trigger, if the author's text is that of one with this name.
pub(super) fn named_statement(own: &Name, written: &Written) -> Option<String> {
    let text = written.text()?;
    let tokens = Tokens::read(text, Span::new(0, text.len()), &LEX_RULES).ok()?;
    let head = Head::of(tokens.cursor())?;
    is_name(head.name, &own.name).then(|| named(text, head.name, own))
}

/// Inserts the definition of a column behind the last one.
pub(super) fn add_column(text: &str, definition: &str) -> Option<String> {
    let tokens = Tokens::read(text, Span::new(0, text.len()), &LEX_RULES).ok()?;
    let mut rest = Head::of(tokens.cursor())?.rest;
    let before = rest;
    let items = rest.group()?;
    let columns = items.items().take_while(|item| !is_constraint(item)).count();
    let at = match items.items().nth(columns) {
        // The comma before the first constraint of the table, or the constraint itself.
        Some(constraint) => {
            let start = constraint.span().start;
            let lexemes = items.lexemes();
            let comma = lexemes.iter().rev().find(|one| one.span.start < start)?;
            if comma.is(",") { comma.span.start } else { start }
        }
        None => before.before(&rest).lexemes().last()?.span.start,
    };
    let (start, end) = (Span::new(0, at).of(text), Span::new(at, text.len()).of(text));
    Some(format!("{start}, {definition}{end}"))
}

/// Cuts the definition of a column.
pub(super) fn drop_column(text: &str, column: &str) -> Option<String> {
    let tokens = Tokens::read(text, Span::new(0, text.len()), &LEX_RULES).ok()?;
    let mut rest = Head::of(tokens.cursor())?.rest;
    let items = rest.group()?;
    let columns: Vec<Cursor<'_>> = items.items().take_while(|item| !is_constraint(item)).collect();
    let is_column = |item: &&Cursor<'_>| item.peek().is_some_and(|name| is_name(name, column));
    let at = columns.iter().position(|item| is_column(&item))?;
    let (from, to) = match (columns.get(at + 1), at.checked_sub(1)) {
        (Some(next), _) => (columns[at].span().start, next.span().start),
        (None, Some(previous)) => (columns[previous].span().end, columns[at].span().end),
        (None, None) => return None,
    };
    Some(format!("{}{}", Span::new(0, from).of(text), Span::new(to, text.len()).of(text)))
}

/// Replaces the name of a column wherever it stands. A text that says something else then is not used.
pub(super) fn rename_column(text: &str, column: &str, to: &str) -> Option<String> {
    let tokens = Tokens::read(text, Span::new(0, text.len()), &LEX_RULES).ok()?;
    let head = Head::of(tokens.cursor())?;
    let mut after_reference = false;
    let mut found = Vec::new();
    for lexeme in head.rest.lexemes() {
        let is_parent = std::mem::replace(
            &mut after_reference,
            lexeme.is("REFERENCES") || lexeme.is("ON") || lexeme.is("COLLATE"),
        );
        let is_word = lexeme.kind == TokenKind::Word && is_keyword(&column.to_ascii_uppercase());
        if is_name(*lexeme, column) && !is_parent && lexeme.kind != TokenKind::String {
            if is_word {
                return None;
            }
            found.push(*lexeme);
        }
    }
    Some(replaced(text, &found, to))
}

/// Replaces the name of a column of another table, behind `REFERENCES`.
pub(super) fn rename_parent_column(
    text: &str,
    parent: &str,
    column: &str,
    to: &str,
) -> Option<String> {
    let tokens = Tokens::read(text, Span::new(0, text.len()), &LEX_RULES).ok()?;
    let cursor = tokens.cursor();
    let mut found = Vec::new();
    for (at, three) in cursor.lexemes().windows(3).enumerate() {
        let [word, name, open] = three else { continue };
        if word.is("REFERENCES") && is_name(*name, parent) && open.is("(") {
            let inside = cursor.lexemes()[at + 3..].iter().take_while(|lexeme| !lexeme.is(")"));
            found.extend(inside.filter(|lexeme| is_name(**lexeme, column)));
        }
    }
    Some(replaced(text, &found, to))
}

/// Replaces the name of a table: that which the statement creates, the table of an index, and parents.
pub(super) fn rename_table(text: &str, from: &str, to: &str) -> Option<String> {
    let tokens = Tokens::read(text, Span::new(0, text.len()), &LEX_RULES).ok()?;
    let head = Head::of(tokens.cursor())?;
    let mut found = Vec::new();
    if head.kind.ends_with("TABLE") && is_name(head.name, from) {
        found.push(head.name);
    }
    let mut is_place = false;
    for lexeme in head.rest.lexemes() {
        let here = std::mem::replace(
            &mut is_place,
            lexeme.is("REFERENCES") || head.kind.ends_with("INDEX") && lexeme.is("ON"),
        );
        if here && is_name(*lexeme, from) {
            found.push(*lexeme);
        }
    }
    Some(replaced(text, &found, to))
}

fn is_constraint(item: &Cursor<'_>) -> bool {
    item.is_any(&["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(text: &str) -> Option<String> {
        let tokens = Tokens::read_until_error(text, &LEX_RULES);
        of_statement(text, tokens.cursor()).text().map(str::to_owned)
    }

    #[test]
    fn a_statement_is_kept_from_its_name_on() {
        let of = |text| statement(text).unwrap();
        assert_eq!(
            of("create temp table if not exists main.[a b] (x -- one\n)"),
            "CREATE TABLE [a b] (x -- one\n)"
        );
        assert_eq!(
            of("CREATE UNIQUE INDEX IF NOT EXISTS main.i ON t (a)"),
            "CREATE UNIQUE INDEX i ON t (a)"
        );
        assert_eq!(statement("DROP TABLE t"), None);
    }

    #[test]
    fn a_column_stands_before_the_constraints() {
        let add = |text| add_column(text, "c INT").unwrap();
        assert_eq!(
            add("CREATE TABLE t (a, b -- last\n)"),
            "CREATE TABLE t (a, b -- last\n, c INT)"
        );
        assert_eq!(
            add("CREATE TABLE t (a, b, UNIQUE (a))"),
            "CREATE TABLE t (a, b, c INT, UNIQUE (a))"
        );
    }

    #[test]
    fn a_column_is_cut() {
        let drop =
            |column| drop_column("CREATE TABLE t (a INT, b CHECK (b > 0), c, UNIQUE (a))", column);
        assert_eq!(drop("a").unwrap(), "CREATE TABLE t (b CHECK (b > 0), c, UNIQUE (a))");
        assert_eq!(drop("C").unwrap(), "CREATE TABLE t (a INT, b CHECK (b > 0), UNIQUE (a))");
        assert_eq!(drop("x"), None);
        assert_eq!(drop_column("CREATE TABLE t (a)", "a"), None);
    }

    #[test]
    fn names_are_replaced_in_their_places() {
        let text = "CREATE TABLE t (t INT REFERENCES t (t), \"u\" DEFAULT 't')";
        assert_eq!(
            rename_table(text, "t", "n").unwrap(),
            "CREATE TABLE n (t INT REFERENCES n (t), \"u\" DEFAULT 't')"
        );
        assert_eq!(
            rename_column(text, "t", "x").unwrap(),
            "CREATE TABLE t (x INT REFERENCES t (x), \"u\" DEFAULT 't')"
        );
        assert_eq!(
            rename_column(text, "u", "x").unwrap(),
            "CREATE TABLE t (t INT REFERENCES t (t), \"x\" DEFAULT 't')"
        );
        assert_eq!(
            rename_parent_column(
                "CREATE TABLE c (a REFERENCES t(a), b REFERENCES u (a))",
                "T",
                "a",
                "z"
            )
            .unwrap(),
            "CREATE TABLE c (a REFERENCES t(z), b REFERENCES u (a))"
        );
        assert_eq!(
            rename_table("CREATE INDEX t ON t (t)", "t", "n").unwrap(),
            "CREATE INDEX t ON n (t)"
        );
    }

    #[test]
    fn a_text_that_says_something_else_is_not_used() {
        let value = |text: &str| {
            let tokens = Tokens::read_until_error(text, &LEX_RULES);
            table(tokens.cursor()).unwrap()
        };
        let mut of = value("CREATE TABLE t (a INT PRIMARY KEY, b)");
        of.written = Written::new("CREATE TABLE t (a INT PRIMARY KEY, b)");
        let name = Name::new("t");
        assert_eq!(table_statement(&name, &of).unwrap(), "CREATE TABLE t (a INT PRIMARY KEY, b)");
        assert_eq!(
            table_statement(&Name::new("n"), &of).unwrap(),
            "CREATE TABLE n (a INT PRIMARY KEY, b)"
        );
        of.columns.pop();
        assert_eq!(table_statement(&name, &of), None);
    }
}
