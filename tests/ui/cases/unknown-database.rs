static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/x", dialects(postgre));

fn main() {
    MIGRATIONS.history();
}
