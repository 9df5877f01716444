static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/duplicate-label");

fn main() {
    MIGRATIONS.history();
}
