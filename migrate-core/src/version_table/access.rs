//! Valid names of the version table, and the privileges that it requires.

use super::{LOCK_SUFFIX, LOG_SUFFIX, VersionTable};
use crate::dialect::NameUnit;

impl VersionTable {
    /// Returns an error if the database would truncate the name, or if the schema is temporary or
    /// reserved.
    ///
    /// # Errors
    /// The mistake and the correct form.
    ///
    /// ```
    /// use migrate_core::{dialect::Dialect, version_table::VersionTable};
    /// let check = |dialect, name| VersionTable::new(dialect, name).check();
    /// assert!(check(Dialect::Postgres, "ops.migrations").is_ok());
    /// assert!(check(Dialect::Sqlite, "temp.migrations").is_err());
    /// assert!(check(Dialect::Postgres, &"v".repeat(60)).is_err());
    /// ```
    pub fn check(&self) -> Result<(), (String, String)> {
        let capabilities = self.dialect.capabilities();
        let written = match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.clone(),
        };
        let wrong = |what: String, help: String| {
            Err((format!("`version-table = \"{written}\"` {what}"), help))
        };
        if self.name.is_empty() || self.schema.as_ref().is_some_and(String::is_empty) {
            return wrong("names no table".to_owned(), "write `name` or `schema.name`".to_owned());
        }
        if let Some(schema) = &self.schema
            && (capabilities.is_reserved_schema)(&schema.to_lowercase())
        {
            return wrong(
                format!("does not stay: the schema {schema} belongs to the session or the server"),
                "name a schema of the application".to_owned(),
            );
        }
        if let Some((limit, unit)) = capabilities.max_name_length {
            let longest = self.sibling(LOCK_SUFFIX).name;
            let (length, unit) = match unit {
                NameUnit::Bytes => (longest.len(), "bytes"),
                NameUnit::Characters => (longest.chars().count(), "characters"),
            };
            if length > limit {
                return wrong(
                    format!("is too long: {} cuts names at {limit} {unit}", self.dialect),
                    format!(
                        "the name may have {} {unit}: {LOG_SUFFIX} and {LOCK_SUFFIX} stand behind it for the log and the lock",
                        limit - LOCK_SUFFIX.len()
                    ),
                );
            }
        }
        Ok(())
    }

    /// Returns a query for the schema of a table that the session is not allowed to see; `None`
    /// where that is impossible.
    #[must_use]
    pub fn hidden(&self) -> Option<String> {
        let question = self.dialect.templates().hidden_table.filter(|_| self.schema.is_none())?;
        Some(question.replace("{name}", &self.dialect.safe_literal(&self.name)))
    }

    /// Returns the statements that grant a role the right to read the tables, and the further
    /// privileges of a run.
    #[must_use]
    pub fn grants(&self, role: &str, schema: Option<&str>) -> Vec<String> {
        let schema = schema.or(self.schema.as_deref());
        let usage =
            schema.filter(|_| self.dialect.templates().hidden_table.is_some()).map(|schema| {
                format!("`GRANT USAGE ON SCHEMA {} TO {role}`", self.dialect.quote(schema))
            });
        let table = |table: String| format!("`GRANT SELECT ON {table} TO {role}`");
        let within = self.clone().within(schema.map(str::to_owned));
        let reads = [table(within.version()), table(within.log())];
        let reads = usage.into_iter().chain(reads).collect::<Vec<_>>().join(" and ");
        vec![
            format!("{reads} let the role read them"),
            "a run also needs INSERT, UPDATE and DELETE on them".to_owned(),
        ]
    }
}
