//! Puts values, defaults or placeholders in the place of the variables of a file.

use super::{VariableValues, Variables, help, touches, variables_in};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::dialect::Dialect;
use crate::source::{SourceFile, Span};

/// A file that is read part by part, in the order of the text.
pub(super) struct Fill<'a> {
    file: &'a SourceFile,
    declared: &'a Variables,
    values: &'a VariableValues,
    text: String,
    /// The end of the text that was copied.
    end: usize,
    unset: Vec<String>,
    found: Diagnostics,
}

/// What became of a file.
pub(super) struct Filled {
    /// The new text; `None` if it has no variable, or a wrong one.
    pub(super) text: Option<String>,
    /// The variables that have neither value nor default, where they need one.
    pub(super) unset: Vec<String>,
    /// Variables that are not declared, or are part of a longer token.
    pub(super) found: Diagnostics,
}

impl<'a> Fill<'a> {
    pub(super) fn new(
        file: &'a SourceFile,
        declared: &'a Variables,
        values: &'a VariableValues,
    ) -> Self {
        let text = String::with_capacity(file.text().len());
        Self { file, declared, values, text, end: 0, unset: Vec::new(), found: Diagnostics::new() }
    }

    /// Replaces the variables of a part, which is SQL of a database.
    pub(super) fn part(&mut self, part: Span, dialect: Dialect, needs_values: bool) {
        let text = self.file.text();
        for (span, name) in variables_in(text, part, dialect) {
            let Some(variable) = self.declared.get(name) else {
                let message = format!("the variable `{name}` is not declared");
                self.find(span, message, &help(name, self.declared));
                continue;
            };
            if touches(text, span) {
                let message = format!("the variable `{name}` is part of a longer word");
                self.find(
                    span,
                    message,
                    "a variable replaces a whole string or a whole name: write it alone, and give it the whole value",
                );
                continue;
            }
            self.text.push_str(&text[self.end..span.start]);
            self.end = span.end;
            let value = self.values.values.get(name).or(variable.default.as_ref());
            match value.filter(|_| self.values.dialect.is_some()) {
                Some(value) => self.text.push_str(&variable.kind.write(dialect, value)),
                None => {
                    if needs_values && !self.unset.iter().any(|other| other == name) {
                        self.unset.push(name.to_owned());
                    }
                    self.text.push_str(&variable.kind.placeholder(name));
                }
            }
        }
    }

    fn find(&mut self, span: Span, message: String, help: &str) {
        let found = Diagnostic::new(Code::UnknownVariable, message);
        self.found.push(found.at(self.file, span).help(help));
    }

    pub(super) fn end(mut self) -> Filled {
        let is_changed = self.end > 0 && !self.found.has_errors();
        self.text.push_str(&self.file.text()[self.end..]);
        Filled { text: is_changed.then_some(self.text), unset: self.unset, found: self.found }
    }
}

/// A file of SQL that has no variables any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundFile {
    /// The file, with its path and the new text.
    pub file: SourceFile,
    /// The variables that have neither value nor default; placeholders stand in their places.
    pub unset: Vec<String>,
}

/// Puts values, defaults or placeholders in the place of the variables of a file of SQL, as
/// [`bind`](super::bind) does in a history. Without declared variables nothing changes.
///
/// ```
/// use migrate_core::dialect::Dialect;
/// use migrate_core::source::SourceFile;
/// use migrate_core::variables::{Variable, VariableKind, VariableValues, bind_file, restore};
/// let tenant = Variable { kind: VariableKind::Identifier, default: None };
/// let declared = [("tenant".to_owned(), tenant)].into();
/// let sql = "DROP TABLE ${tenant}.users;";
/// let file = SourceFile::new("schema.sql", sql);
/// let values = VariableValues::default();
/// let bound = bind_file(file, &declared, &values, Dialect::Postgres).unwrap();
/// assert_eq!(bound.file.text(), "DROP TABLE variable_tenant.users;");
/// assert_eq!(bound.unset, ["tenant"]);
/// assert_eq!(restore(bound.file.text(), &declared, Dialect::Postgres), sql);
/// ```
///
/// # Errors
/// The findings: variables that are not declared, or are part of a longer token.
pub fn bind_file(
    file: SourceFile,
    declared: &Variables,
    values: &VariableValues,
    dialect: Dialect,
) -> Result<BoundFile, Diagnostics> {
    if declared.is_empty() {
        return Ok(BoundFile { file, unset: Vec::new() });
    }
    let mut fill = Fill::new(&file, declared, values);
    fill.part(Span::new(0, file.text().len()), dialect, true);
    let Filled { text, unset, found } = fill.end();
    if found.has_errors() {
        return Err(found);
    }
    let file = match text {
        Some(text) => SourceFile::new(file.path().to_owned(), text),
        None => file,
    };
    Ok(BoundFile { file, unset })
}
