static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/unknown-key");

fn main() {
    MIGRATIONS.history();
}
