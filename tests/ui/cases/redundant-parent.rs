static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/redundant-parent");

fn main() {
    MIGRATIONS.history();
}
