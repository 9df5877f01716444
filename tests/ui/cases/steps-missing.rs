static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/steps", dialects(sqlite));

fn main() {
    MIGRATIONS.history();
}
