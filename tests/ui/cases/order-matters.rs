static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/order-matters", dialects(sqlite));

fn main() {
    MIGRATIONS.history();
}
