static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!("histories/sealed-edited");

fn main() {
    MIGRATIONS.history();
}
