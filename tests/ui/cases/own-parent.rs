static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/own-parent");

fn main() {
    MIGRATIONS.history();
}
