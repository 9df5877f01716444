static MIGRATIONS: migrate_db::Migrations =
    migrate_db::migrations!("histories/text-outside-section");

fn main() {
    MIGRATIONS.history();
}
