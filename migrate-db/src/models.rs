//! What the derives give a struct or an enum: names as constants. Nothing here runs a query.

/// A struct that states a table of the schema.
///
/// `#[derive(Table)]` implements it. The derive compares the struct with the schema at the head of the
/// migrations: a field without a column, with another type or nullability, or a struct without a table
/// does not compile. `cargo migrate new --autogenerate` reads the same structs and writes the revision
/// that changes the table. The attributes and the mapping of types are on the page *Models* of the book.
///
/// ```
/// use migrate_db::Table;
///
/// #[derive(Table)]
/// #[table(name = "users")]
/// struct User {
///     #[column(primary_key, identity)]
///     id: i64,
///     #[column(unique)]
///     email: String,
///     name: Option<String>,
/// }
///
/// assert_eq!(User::TABLE, "users");
/// assert_eq!(User::COLUMNS, ["id", "email", "name"]);
/// # let _ = |user: User| (user.id, user.email, user.name);
/// ```
pub trait Table {
    /// The name of the table, with its schema if one is stated: `app.users`.
    const TABLE: &'static str;

    /// The names of the columns in the order of the fields. Fields that are flattened are left out.
    const COLUMNS: &'static [&'static str];
}

/// An enum that states the values of a column.
///
/// `#[derive(Enum)]` implements it. The values are stored as an enumerated type on PostgreSQL, as ENUM
/// on MySQL and as text with a check on SQLite, or as text everywhere.
///
/// ```
/// use migrate_db::Enum;
///
/// #[derive(Enum)]
/// #[enumeration(name = "user_status", rename_all = "snake_case")]
/// enum Status {
///     Active,
///     OnHold,
/// }
///
/// assert_eq!(Status::VALUES, ["active", "on_hold"]);
/// # let _ = [Status::Active, Status::OnHold];
/// ```
pub trait Enum {
    /// The texts of the values in the order of the variants.
    const VALUES: &'static [&'static str];
}
