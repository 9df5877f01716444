static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/unknown-parent");

fn main() {
    MIGRATIONS.history();
}
