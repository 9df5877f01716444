static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/duplicate-key");

fn main() {
    MIGRATIONS.history();
}
