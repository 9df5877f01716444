static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/missing-header");

fn main() {
    MIGRATIONS.history();
}
