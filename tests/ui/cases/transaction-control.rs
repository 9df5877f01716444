static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/transaction-control", dialects(sqlite));

fn main() {
    MIGRATIONS.history();
}
