static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/already-exists", dialects(mysql));

fn main() {
    MIGRATIONS.history();
}
