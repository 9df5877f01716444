//! SQL texts of the version table and of scripts.

/// SQL texts of the version table and of scripts. `{}` is the place of the value that the field
/// describes.
#[derive(Debug, Clone, Copy)]
pub struct Templates {
    /// The quote of a quoted name.
    pub name_quote: char,
    /// The first statement of a script for the database's client program: it declares UTF-8.
    pub client_encoding: Option<&'static str>,
    /// Begins a transaction that will write.
    pub begin: &'static str,
    /// The type of a key column that holds revision ids.
    pub key_type: &'static str,
    /// The type of a short text, long enough for any message.
    pub text_type: &'static str,
    /// The type of a text of any length, such as the down SQL of a revision.
    pub long_text_type: &'static str,
    /// The type of a timestamp.
    pub timestamp_type: &'static str,
    /// The type and constraints of an integer key that the database generates.
    pub serial_key: &'static str,
    /// The current timestamp in UTC.
    pub now: &'static str,
    /// The timestamp `{}` seconds ago, of the same type as [`Templates::now`].
    pub ago: &'static str,
    /// The options after the parenthesis of CREATE TABLE.
    pub table_options: &'static str,
    /// A timestamp column (`{}`) as RFC 3339 text in UTC.
    pub timestamp_as_text: &'static str,
    /// A numeric column (`{}`) as text.
    pub number_as_text: &'static str,
    /// An expression for the value of a column (`{}`) as an SQL literal that compares with the column.
    pub as_literal: &'static str,
    /// Joins text expressions with a space.
    pub concatenate: fn(&[String]) -> String,
    /// An aggregate that joins a text (`{}`) of several rows with line feeds, where the database has
    /// one without a limit; else the text itself.
    pub join_lines: &'static str,
    /// The clause after a query with [`Templates::join_lines`].
    pub group_by: &'static str,
    /// The clause after a query that makes it return all rows whatever the session's settings are.
    pub all_rows: &'static str,
    /// Milliseconds since the transaction began, where the database can compute them.
    pub elapsed: Option<&'static str>,
    /// Returns one row if a table exists. `{schema}` and `{name}` are string literals; the schema is
    /// the database's own expression when none is configured.
    pub table_exists: &'static str,
    /// The expression for the schema in which the unqualified name `{table}` (a literal) is found or
    /// created; `None` where every session uses the same one.
    pub default_schema: Option<&'static str>,
    /// Returns the schema of a table named `{name}` (a literal) that the session cannot see because it
    /// lacks the right to use that schema.
    pub hidden_table: Option<&'static str>,
    /// The type of a connection in sqlx.
    pub sqlx_connection: &'static str,
    /// Returns the role of the session, as GRANT names it.
    pub role: Option<&'static str>,
}
