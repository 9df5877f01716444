static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/not-restored", dialects(sqlite));

fn main() {
    MIGRATIONS.history();
}
