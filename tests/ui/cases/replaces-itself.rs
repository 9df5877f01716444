static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/replaces-itself");

fn main() {
    MIGRATIONS.history();
}
