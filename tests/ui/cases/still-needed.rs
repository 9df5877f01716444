static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/still-needed", dialects(postgres));

fn main() {
    MIGRATIONS.history();
}
