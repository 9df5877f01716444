static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/batch-section", dialects(sqlite));

fn main() {
    MIGRATIONS.history();
}
