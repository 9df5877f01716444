static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/rust-section", dialects(sqlite));

fn main() {
    MIGRATIONS.history();
}
