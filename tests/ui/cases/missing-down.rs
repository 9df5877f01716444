static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/missing-down");

fn main() {
    MIGRATIONS.history();
}
