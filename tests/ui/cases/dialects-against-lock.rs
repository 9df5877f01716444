static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/dialects-against-lock", dialects(postgres));

fn main() {
    MIGRATIONS.history();
}
