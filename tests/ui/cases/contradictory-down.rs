static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/contradictory-down");

fn main() {
    MIGRATIONS.history();
}
