static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/sql-syntax", dialects(postgres));

fn main() {
    MIGRATIONS.history();
}
