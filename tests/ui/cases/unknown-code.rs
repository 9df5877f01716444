static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/unknown-code");

fn main() {
    MIGRATIONS.history();
}
