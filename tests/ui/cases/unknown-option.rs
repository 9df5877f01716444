static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/unknown-option");

fn main() {
    MIGRATIONS.history();
}
