static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/duplicate-section");

fn main() {
    MIGRATIONS.history();
}
