static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/missing-up");

fn main() {
    MIGRATIONS.history();
}
