//! Variables in SQL: `${name}`, in place of which a run sends a quoted value.
//!
//! A variable is declared as a literal or an identifier, and its value is always one token of that
//! kind. `${..}` inside a string, a quoted name or a comment is text. The fingerprint covers the name of
//! a variable and not its value. [`bind`] puts the values into the texts of a history before anything
//! is planned, so that whatever reads SQL reads what would run; [`bind_file`] does the same in a file of SQL.
//!
//! Without a value, a variable has a placeholder: the text of the variable as a string, or the name
//! `variable_<name>`. Static checks and tests work with it, and no run does.

mod fill;
mod placeholder;

use std::collections::BTreeMap;

pub use fill::{BoundFile, bind_file};
pub use placeholder::{restore, with_values_in};

use fill::{Fill, Filled};

use crate::diagnostic::Diagnostics;
use crate::dialect::Dialect;
use crate::history::History;
use crate::revision::Revision;
use crate::source::{SourceFile, Span};
use crate::sql::{Lexer, TokenKind};
use crate::suggest::nearest;

/// The longest name that every database accepts, in bytes.
const MAX_IDENTIFIER: usize = 63;

/// What a value becomes in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VariableKind {
    /// A string literal.
    Literal,
    /// A quoted name.
    Identifier,
}

impl VariableKind {
    /// Every kind, in the order of listings.
    pub const ALL: [Self; 2] = [Self::Literal, Self::Identifier];

    /// The word in `migrate.toml`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Identifier => "identifier",
        }
    }

    /// Checks a value.
    ///
    /// # Errors
    /// The reason for which it cannot be written.
    pub fn check(self, value: &str) -> Result<(), String> {
        if let Some(c) = value.chars().find(|c| c.is_control()) {
            return Err(format!("it holds a control character ({})", c.escape_unicode()));
        }
        match self {
            Self::Identifier if value.is_empty() => Err("a name cannot be empty".to_owned()),
            Self::Identifier if value.len() > MAX_IDENTIFIER => {
                Err(format!("a name has at most {MAX_IDENTIFIER} bytes"))
            }
            _ => Ok(()),
        }
    }

    fn write(self, dialect: Dialect, value: &str) -> String {
        match self {
            Self::Literal => dialect.safe_literal(value),
            Self::Identifier => dialect.quote(value),
        }
    }

    fn placeholder(self, name: &str) -> String {
        match self {
            Self::Literal => format!("'${{{name}}}'"),
            Self::Identifier => format!("variable_{name}"),
        }
    }
}

/// The declaration of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// What its value becomes.
    pub kind: VariableKind,
    /// The value of a run that gives none.
    pub default: Option<String>,
}

/// The declared variables by name.
pub type Variables = BTreeMap<String, Variable>;

/// Returns `true` if a word can name a variable: ASCII letters, digits and `_`, with a letter first.
#[must_use]
pub fn is_variable_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.len() <= 40
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The values of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariableValues {
    /// The values by name; those that are missing have their defaults.
    pub values: BTreeMap<String, String>,
    /// The database that they are quoted for. Without one all variables have placeholders.
    pub dialect: Option<Dialect>,
}

impl VariableValues {
    /// Values for tests: those that have no default have their names, or the text of the variable.
    #[must_use]
    pub fn for_tests(declared: &Variables, dialect: Dialect) -> Self {
        let value = |(name, variable): (&String, &Variable)| match variable.kind {
            _ if variable.default.is_some() => None,
            VariableKind::Literal => Some((name.clone(), format!("${{{name}}}"))),
            VariableKind::Identifier => Some((name.clone(), format!("variable_{name}"))),
        };
        Self { values: declared.iter().filter_map(value).collect(), dialect: Some(dialect) }
    }

    /// Reads `name=value`.
    ///
    /// # Errors
    /// The correct form.
    pub fn read(text: &str) -> Result<(String, String), String> {
        let (name, value) = text.split_once('=').unwrap_or_default();
        match is_variable_name(name) {
            true => Ok((name.to_owned(), value.to_owned())),
            false => Err("write a name and a value, as in `tenant=acme`".to_owned()),
        }
    }

    /// Checks that every value belongs to a declared variable and can be written.
    ///
    /// # Errors
    /// The mistake, and a line of help.
    pub fn check(&self, declared: &Variables) -> Result<(), (String, String)> {
        for (name, value) in &self.values {
            let Some(variable) = declared.get(name) else {
                return Err((format!("there is no variable `{name}`"), help(name, declared)));
            };
            variable.kind.check(value).map_err(|why| {
                let word = variable.kind.word();
                (
                    format!("the value of `{name}` cannot be written: {why}"),
                    format!("`{name}` is declared as {word} under `[variables]` in migrate.toml"),
                )
            })?;
        }
        Ok(())
    }
}

/// Puts values, defaults or placeholders in the place of the variables of a history. Each revision keeps
/// its fingerprint, and lists the variables of which it has neither value nor default. Without declared
/// variables nothing changes.
///
/// # Errors
/// The findings: variables that are not declared, or are part of a longer token.
#[must_use]
pub fn bind(history: &mut History, declared: &Variables, values: &VariableValues) -> Diagnostics {
    let mut found = Diagnostics::new();
    if declared.is_empty() {
        return found;
    }
    let dialects = history.dialects.clone();
    let bind_one = |revision: &Revision, found: &mut Diagnostics| {
        if !revision.file.is_whole() || !revision.file.text().contains("${") {
            return None;
        }
        let (bound, wrong) = bind_revision(revision, declared, values, &dialects);
        found.append(wrong);
        bound
    };
    for node in history.graph.order().collect::<Vec<_>>() {
        if let Some(bound) = bind_one(history.graph.revision(node), &mut found) {
            history.graph.complete(node, bound);
        }
    }
    let replaced = history.graph.replaced().iter();
    for bound in replaced.filter_map(|old| bind_one(old, &mut found)).collect::<Vec<_>>() {
        history.graph.complete_replaced(bound);
    }
    found
}

fn help(name: &str, declared: &Variables) -> String {
    match nearest(name, declared.keys().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let known: Vec<&str> = declared.keys().map(String::as_str).collect();
            format!("`[variables]` in migrate.toml declares {}", known.join(", "))
        }
    }
}

/// A revision with its variables replaced; `None` if it has no variable, or a wrong one.
fn bind_revision(
    revision: &Revision,
    declared: &Variables,
    values: &VariableValues,
    dialects: &[Dialect],
) -> (Option<Revision>, Diagnostics) {
    let file = &revision.file;
    let mut fill = Fill::new(file, declared, values);
    for section in &revision.sections {
        let readers = section.readers(dialects);
        let wanted = values.dialect.filter(|dialect| section.serves(*dialect));
        // Also for other databases: a history with values and placeholders makes no schema.
        let Some(reader) = wanted.or_else(|| readers.first().copied()) else { continue };
        let may_run = values.dialect.is_none() || wanted.is_some();
        fill.part(section.body, reader, may_run && section.kind.is_step());
    }
    let Filled { text, unset, found } = fill.end();
    let Some(text) = text else { return (None, found) };
    let (bound, _) = Revision::parse(SourceFile::new(file.path().to_owned(), text), dialects);
    // The original text was parsed without these findings, or with them.
    let bound = bound.map(|bound| Revision {
        fingerprint: revision.fingerprint,
        unset_variables: unset,
        quoted_for: values.dialect,
        ..bound
    });
    (bound, found)
}

/// The variables of a part of a text outside of strings, quoted names and comments.
fn variables_in(text: &str, part: Span, dialect: Dialect) -> Vec<(Span, &str)> {
    let mut found = Vec::new();
    if !part.of(text).contains("${") {
        return found;
    }
    // A token that is not closed is a finding of the parser.
    let tokens = Lexer::new(text, part, dialect.lex_rules()).map_while(Result::ok);
    let tokens: Vec<_> = tokens.collect();
    for [dollar, open, name, close] in tokens.array_windows() {
        let is_code = matches!(dollar.kind, TokenKind::Symbol | TokenKind::Word);
        let joined = dollar.span.end == open.span.start
            && open.span.end == name.span.start
            && name.span.end == close.span.start;
        if is_code
            && joined
            && dollar.span.of(text).ends_with('$')
            && open.span.of(text) == "{"
            && close.span.of(text) == "}"
            && is_variable_name(name.span.of(text))
        {
            found.push((Span::new(open.span.start - 1, close.span.end), name.span.of(text)));
        }
    }
    found
}

/// Returns `true` if a variable touches something with which its value would form one token.
fn touches(text: &str, span: Span) -> bool {
    let joins = |c: char| c.is_alphanumeric() || "_$'\"`@&#\\".contains(c);
    text[..span.start].ends_with(joins) || text[span.end..].starts_with(joins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::plan::{Direction, Step};
    use crate::revision::SectionKind;
    use crate::script::{Script, ScriptError, Transactions};

    fn declared() -> Variables {
        let of = |kind, default: Option<&str>| Variable { kind, default: default.map(Into::into) };
        [
            ("tenant".to_owned(), of(VariableKind::Identifier, None)),
            ("region".to_owned(), of(VariableKind::Literal, None)),
            ("plan".to_owned(), of(VariableKind::Literal, Some("free"))),
        ]
        .into()
    }

    fn history(up: &str, dialects: &[Dialect]) -> History {
        let text = format!(
            "-- revision: a1\n-- revises:\n\n-- migrate:up\n{up}\n-- migrate:noop a test\n"
        );
        let files = vec![SourceFile::new("a1.sql", text)];
        let (history, found) = History::read(files, None, dialects);
        assert!(!found.has_errors(), "{found}");
        history
    }

    fn up(history: &History) -> String {
        let revision = history.graph.order().map(|node| history.graph.revision(node)).next();
        let revision = revision.unwrap();
        let up = revision.sections.iter().find(|section| section.kind == SectionKind::Up).unwrap();
        up.body.of(revision.file.text()).trim().to_owned()
    }

    fn bound(sql: &str, dialect: Dialect, values: &[(&str, &str)]) -> String {
        let mut history = history(sql, &[dialect]);
        let values = values.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let values = VariableValues { values, dialect: Some(dialect) };
        let found = bind(&mut history, &declared(), &values);
        assert!(found.is_empty(), "{found}");
        up(&history)
    }

    #[test]
    fn a_value_is_one_literal_or_one_name_whatever_it_holds() {
        let sql = "INSERT INTO ${tenant}.t VALUES (${region}, ${plan});";
        let evil = [("tenant", "a\"; DROP TABLE t; --"), ("region", "'); DROP TABLE t; --\\")];
        assert_eq!(
            bound(sql, Dialect::Postgres, &evil),
            "INSERT INTO \"a\"\"; DROP TABLE t; --\".t VALUES (E'''); DROP TABLE t; --\\\\', 'free');"
        );
        assert_eq!(
            bound(sql, Dialect::Sqlite, &evil),
            "INSERT INTO \"a\"\"; DROP TABLE t; --\".t VALUES ('''); DROP TABLE t; --\\', 'free');"
        );
        let mysql = bound(sql, Dialect::Mysql, &[("tenant", "a`b"), ("region", "\\' OR 1")]);
        assert_eq!(mysql, "INSERT INTO `a``b`.t VALUES (_utf8mb4 X'5C27204F522031', 'free');");
    }

    #[test]
    fn text_in_strings_comments_and_bodies_is_no_variable() {
        for sql in [
            "SELECT '${region}';",
            "SELECT 1; -- ${region}",
            "SELECT /* ${nothing} */ 1;",
            "SELECT \"${region}\" FROM t;",
            "SELECT $$ ${region} $$;",
        ] {
            assert_eq!(bound(sql, Dialect::Postgres, &[("region", "x")]), sql);
        }
    }

    #[test]
    fn a_variable_that_is_not_declared_or_not_alone_is_a_finding() {
        for (sql, part) in [
            ("SELECT ${regio};", "`regio` is not declared"),
            ("SELECT x${region};", "part of a longer word"),
            ("SELECT E${region};", "part of a longer word"),
            ("SELECT 'a'${region};", "part of a longer word"),
            ("SELECT ${region}'a';", "part of a longer word"),
            ("SELECT ${region}${plan};", "part of a longer word"),
            ("CREATE TABLE ${tenant}_users (id int);", "part of a longer word"),
        ] {
            let mut history = history(sql, &[Dialect::Postgres]);
            let found = bind(&mut history, &declared(), &VariableValues::default());
            assert!(found.to_string().contains(part), "{sql}: {found}");
            assert_eq!(found.iter().next().unwrap().code, Code::UnknownVariable);
        }
    }

    #[test]
    fn the_fingerprint_is_of_the_name_and_placeholders_are_listed() {
        let sql = "INSERT INTO ${tenant}.t VALUES (${region}, ${plan});";
        let before = history(sql, &Dialect::ALL);
        let of = |history: &History| {
            let node = history.graph.order().next().unwrap();
            history.graph.revision(node).clone()
        };
        let mut after = before.clone();
        assert!(bind(&mut after, &declared(), &VariableValues::default()).is_empty());
        assert_eq!(of(&before).fingerprint, of(&after).fingerprint);
        assert_eq!(of(&after).unset_variables, ["tenant", "region", "plan"]);
        assert_eq!(up(&after), "INSERT INTO variable_tenant.t VALUES ('${region}', '${plan}');");
        let other = history(&sql.replace("region", "plan"), &Dialect::ALL);
        assert_ne!(of(&before).fingerprint, of(&other).fingerprint);
    }

    #[test]
    fn only_the_sections_of_the_database_need_values_and_no_other_database_runs_them() {
        let text = "-- revision: a1\n-- revises:\n\n-- migrate:up dialect:sqlite\nSELECT ${region};\n\
                    -- migrate:up dialect:mysql\nSELECT ${plan};\n-- migrate:noop a test\n";
        let dialects = [Dialect::Sqlite, Dialect::Mysql];
        let files = vec![SourceFile::new("a1.sql", text)];
        let mut history = History::read(files, None, &dialects).0;
        let values = VariableValues { dialect: Some(Dialect::Mysql), ..VariableValues::default() };
        assert!(bind(&mut history, &declared(), &values).is_empty());
        let node = history.graph.order().next().unwrap();
        assert!(history.graph.revision(node).unset_variables.is_empty());
        let steps = [Step { node, direction: Direction::Up }];
        let script = |dialect| Script::of(&history.graph, &steps, dialect, Transactions::All);
        assert!(script(Dialect::Mysql).is_ok());
        // A backslash is a character on one and an escape on the other.
        assert_eq!(
            script(Dialect::Sqlite),
            Err(ScriptError::QuotedFor { node, quoted: Dialect::Mysql, dialect: Dialect::Sqlite })
        );
    }

    #[test]
    fn a_value_that_cannot_be_written_is_refused() {
        let check = |name: &str, value: &str| {
            let values = [(name.to_owned(), value.to_owned())].into();
            VariableValues { values, dialect: None }.check(&declared())
        };
        assert!(check("region", "two\n-- migrate:down\nlines").is_err());
        assert!(check("tenant", "").is_err());
        assert!(check("tenant", &"x".repeat(64)).is_err());
        assert!(check("region", "").is_ok());
        let (message, help) = check("regio", "x").unwrap_err();
        assert_eq!(message, "there is no variable `regio`");
        assert_eq!(help, "did you mean `region`?");
    }
}
