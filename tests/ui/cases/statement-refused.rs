static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/statement-refused", dialects(postgres));

fn main() {
    MIGRATIONS.history();
}
