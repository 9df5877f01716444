//! Whether two expressions say the same to a database.

use super::{Dialect, mysql, postgres, sqlite};
use crate::expr::{Answer, Place, Scope};

impl Dialect {
    /// Compares two texts of an expression: one that a person wrote with another, or with the text of
    /// a catalog.
    ///
    /// [`Answer::Different`] is certain; what cannot be said without the database is
    /// [`Answer::Unknown`].
    ///
    /// ```
    /// use migrate_core::dialect::Dialect;
    /// use migrate_core::expr::{Answer, Place};
    /// use migrate_core::schema::DataType;
    ///
    /// let columns = |name: &str| (name == "v").then(|| DataType::from("character varying(20)"));
    /// let compare =
    ///     |a, b| Dialect::Postgres.compare_expressions(Place::Condition, a, b, &columns);
    /// assert_eq!(compare("v <> ''", "((v)::text <> ''::text)"), Answer::Equal);
    /// assert_eq!(compare("v <> ''", "((v)::text <> 'a'::text)"), Answer::Different);
    /// assert!(matches!(compare("f(v) > 1", "(f((v)::text) > 1)"), Answer::Unknown(_)));
    /// ```
    #[must_use]
    pub fn compare_expressions(
        self,
        place: Place<'_>,
        a: &str,
        b: &str,
        scope: &dyn Scope,
    ) -> Answer {
        if a == b {
            return Answer::Equal;
        }
        match self {
            Self::Sqlite => sqlite::compare_expressions(place, a, b),
            Self::Postgres => postgres::expr::compare(place, a, b, scope),
            Self::Mysql => mysql::compare_expressions(place, a, b, scope),
        }
    }

    /// Compares two defaults of a column of the type that `place` names, of which each may be
    /// missing.
    #[must_use]
    pub fn compare_defaults(
        self,
        place: Place<'_>,
        a: Option<&str>,
        b: Option<&str>,
        scope: &dyn Scope,
    ) -> Answer {
        match (a, b) {
            (None, None) => Answer::Equal,
            (a, b) => {
                self.compare_expressions(place, a.unwrap_or("NULL"), b.unwrap_or("NULL"), scope)
            }
        }
    }
}
