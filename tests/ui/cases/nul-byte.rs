static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/nul-byte", dialects(sqlite));

fn main() {
    MIGRATIONS.history();
}
