static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/sealed-missing");

fn main() {
    MIGRATIONS.history();
}
