static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/unknown-marker");

fn main() {
    MIGRATIONS.history();
}
