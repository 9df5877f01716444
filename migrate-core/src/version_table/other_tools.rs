//! The tables in which other tools record their migrations. They stay in a database that was taken over.

/// Alembic's.
pub const ALEMBIC: &str = "alembic_version";
/// diesel's.
pub const DIESEL: &str = "__diesel_schema_migrations";
/// Flyway's.
pub const FLYWAY: &str = "flyway_schema_history";
/// goose's.
pub const GOOSE: &str = "goose_db_version";
/// refinery's.
pub const REFINERY: &str = "refinery_schema_history";
/// That of golang-migrate, dbmate and Rails.
pub const SCHEMA_MIGRATIONS: &str = "schema_migrations";
/// SeaORM's.
pub const SEA_ORM: &str = "seaql_migrations";
/// sqlx's.
pub const SQLX: &str = "_sqlx_migrations";

/// All of them.
pub const ALL: [&str; 8] =
    [ALEMBIC, DIESEL, FLYWAY, GOOSE, REFINERY, SCHEMA_MIGRATIONS, SEA_ORM, SQLX];
