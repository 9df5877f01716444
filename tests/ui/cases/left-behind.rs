static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/left-behind", dialects(postgres));

fn main() {
    MIGRATIONS.history();
}
