static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/empty-down");

fn main() {
    MIGRATIONS.history();
}
